// What the palette can run: views, settings, filters and orders, every connector, every integration and everything that can be done
// to it. Made when they are looked for, since ten thousand integrations with ten actions each are many.
import type { ConnectorBadge, ConnectorView, IntegrationView, ListSort } from '../../api/host';
import type { App } from '../../state/app.svelte';
import { everything, stateTitles, type StateFilter } from '../../state/filter';
import { actionsFor, rowActions, type RowAction } from '../../state/row-action';
import type { SettingsPart } from '../../state/route.svelte';
import { shortcuts, type Shortcut } from '../../state/shortcut';
import { sortTitles } from '../../state/sort';

export interface Command {
  /** Stays the same, so that it can be remembered: `open:ID`, `verify:ID`, `connect:github`, `go:activity`. */
  id: string;
  title: string;
  /** What it is about, beside the title. */
  detail: string;
  /** What it is found by besides its title. */
  words: string;
  tile: ConnectorBadge | null;
  shortcut: Shortcut | null;
  danger: boolean;
  run: () => unknown;
}

const plain = (id: string, title: string, run: () => unknown, rest: Partial<Command> = {}): Command => ({ id, title, detail: '', words: '', tile: null, shortcut: null, danger: false, run, ...rest });

const settingsParts: [SettingsPart, string, string][] = [
  ['vault', 'Settings: ways into the vault', 'keyring passphrase recovery code'],
  ['master_key', 'Settings: master key', 'change rotate encryption'],
  ['network', 'Settings: network', 'proxy certificate authority test'],
];

/** Everything that is not about one integration. */
export function commandsOf(app: App, connectors: ConnectorView[]): Command[] {
  const go = (shortcut: Shortcut, run: () => void) => plain(`go:${shortcut}`, shortcuts[shortcut].title, run, { shortcut });
  const shown = (run: () => void) => () => (app.route.list(), run());
  return [
    go('integrations', () => app.route.list()),
    go('health', () => app.route.health()),
    go('activity', () => app.route.activity()),
    go('settings', () => app.route.settings()),
    ...settingsParts.map(([part, title, words]) => plain(`settings:${part}`, title, () => app.route.settings(part), { words })),
    plain('add', 'Add an integration', () => app.dialogs.setup(), { shortcut: 'add', words: 'new connect' }),
    plain('import-keys', 'Import from other tools', () => app.dialogs.import(), { words: 'env aws gh docker netrc postman insomnia bruno 1password bitwarden scan find' }),
    plain('sheet', 'Keyboard shortcuts', () => app.dialogs.shortcuts(), { shortcut: 'sheet', words: 'keys help' }),
    plain('filter:all', 'Show all integrations', shown(() => app.list.showAll()), { words: 'filter clear' }),
    ...(Object.keys(stateTitles) as StateFilter[]).map((state) =>
      plain(`filter:${state}`, `Show only: ${stateTitles[state]}`, shown(() => (app.list.filter = { ...everything, state })), { words: 'filter' })),
    ...app.list.choices.labels.map(({ title }) => plain(`label:${title}`, `Show only: ${title}`, shown(() => (app.list.filter = { ...everything, label: title })), { detail: 'Label', words: 'filter label' })),
    ...(Object.keys(sortTitles) as ListSort[]).map((sort) => plain(`sort:${sort}`, `Sort: ${sortTitles[sort]}`, shown(() => void app.attempt(() => app.settings.choose({ sort }))), { words: 'order' })),
    ...connectors.map(({ badge, category }) => plain(`connect:${badge.id}`, `Connect ${badge.name}`, () => app.dialogs.setup(badge.id), { detail: category, words: 'add new integration', tile: badge })),
  ];
}

const about = (row: IntegrationView) => row.account?.label ?? row.connector.name;

export const openCommand = (app: App, row: IntegrationView): Command =>
  plain(`open:${row.id}`, row.name, () => app.route.open(row.id), { detail: about(row), tile: row.connector });

export const actionCommand = (app: App, action: RowAction, row: IntegrationView): Command => {
  const { title, shortcut, danger, run } = rowActions[action];
  return plain(`${action}:${row.id}`, `${title.replace('…', '')}: ${row.name}`, () => run(app, row), { detail: about(row), tile: row.connector, shortcut, danger: danger ?? false });
};

/** What can be done to one integration. */
export const actionCommands = (app: App, row: IntegrationView): Command[] =>
  actionsFor(row, app.page.detail?.integration.id === row.id ? app.page.detail.can : null).map((action) => actionCommand(app, action, row));

/** The command of an id that was remembered; undefined once it makes no sense any more. */
export function commandOf(app: App, commands: Command[], id: string): Command | undefined {
  const [kind = '', of = ''] = id.split(/:(.*)/s);
  const row = kind === 'open' || kind in rowActions ? app.integrations.find(of) : undefined;
  if (!row) return commands.find((command) => command.id === id);
  return kind === 'open' ? openCommand(app, row) : actionCommands(app, row).find((command) => command.id === id);
}
