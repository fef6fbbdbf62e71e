// What the palette can run: views, settings, filters and orders, every connector, every integration and everything that can be done
// to it. Made when they are looked for, since ten thousand integrations with ten actions each are many.
import type { ConnectorBadge, ConnectorView, IntegrationView } from '../../api/host';
import { t } from '../../language/language.svelte';
import type { App } from '../../state/app.svelte';
import { everything, stateFilters, stateTitle } from '../../state/filter';
import { actionName, actionsFor, rowActions, type RowAction } from '../../state/row-action';
import type { SettingsPart } from '../../state/route.svelte';
import { shortcutTitle, type Shortcut } from '../../state/shortcut';
import { sorts, sortTitle } from '../../state/sort';

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

const settingsParts: SettingsPart[] = ['language', 'appearance', 'refreshing', 'verification', 'notifications', 'network', 'vault', 'master_key', 'backup', 'about'];

/** Everything that is not about one integration. */
export function commandsOf(app: App, connectors: ConnectorView[]): Command[] {
  const go = (shortcut: Shortcut, run: () => void) => plain(`go:${shortcut}`, shortcutTitle(shortcut), run, { shortcut });
  const shown = (run: () => void) => () => (app.route.list(), run());
  return [
    go('integrations', () => app.route.list()),
    go('health', () => app.route.health()),
    go('activity', () => app.route.activity()),
    go('settings', () => app.route.settings()),
    plain('add', t('shortcut-add'), () => app.dialogs.setup(), { shortcut: 'add', words: t('palette-words-add') }),
    plain('paste', shortcutTitle('paste'), () => app.pasteKey(), { shortcut: 'paste', words: t('palette-words-paste') }),
    plain('import-keys', t('palette-import'), () => app.dialogs.import(), { words: t('palette-words-import') }),
    plain('export', t('palette-export'), () => app.dialogs.export((app.list.selected.length > 0 ? app.list.selected : app.integrations.rows).map(({ id }) => id)), { words: t('palette-words-export') }),
    plain('restore', t('palette-restore'), () => void app.chooseExport(), { words: t('palette-words-restore') }),
    ...settingsParts.map((part) => plain(`settings:${part}`, t(`palette-settings-${part}`), () => app.route.settings(part), { words: t(`palette-settings-${part}-words`) })),
    plain('diagnostics', t('palette-diagnostics'), () => app.dialogs.diagnostics(), { words: t('palette-words-diagnostics') }),
    plain('program-log', t('palette-program-log'), () => app.route.programLog(), { words: t('palette-words-program-log') }),
    plain('sheet', t('shortcut-title'), () => app.dialogs.shortcuts(), { shortcut: 'sheet', words: t('palette-words-keys') }),
    plain('filter:all', t('palette-show-all'), shown(() => app.list.showAll()), { words: t('palette-words-clear') }),
    ...stateFilters.map((state) =>
      plain(`filter:${state}`, t('palette-show-only', { what: stateTitle(state) }), shown(() => (app.list.filter = { ...everything, state })), { words: t('palette-words-filter') })),
    ...app.list.choices.labels.map(({ title }) => plain(`label:${title}`, t('palette-show-only', { what: title }), shown(() => (app.list.filter = { ...everything, label: title })), { detail: t('label-word'), words: t('palette-words-label') })),
    ...sorts.map((sort) => plain(`sort:${sort}`, t('palette-sort', { order: sortTitle(sort) }), shown(() => void app.attempt(() => app.preferences.choose({ sort }))), { words: t('palette-words-order') })),
    ...connectors.map(({ badge, category }) => plain(`connect:${badge.id}`, t('heading-connect', { service: badge.name }), () => app.dialogs.setup(badge.id), { detail: category, words: t('palette-words-connect'), tile: badge })),
  ];
}

const about = (row: IntegrationView) => row.account?.label ?? row.connector.name;

export const openCommand = (app: App, row: IntegrationView): Command =>
  plain(`open:${row.id}`, row.name, () => app.route.open(row.id), { detail: about(row), tile: row.connector });

export const actionCommand = (app: App, action: RowAction, row: IntegrationView): Command => {
  const { shortcut, danger, run } = rowActions[action];
  return plain(`${action}:${row.id}`, t('health-action-of', { label: actionName(action), name: row.name }), () => run(app, row), { detail: about(row), tile: row.connector, shortcut, danger: danger ?? false });
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
