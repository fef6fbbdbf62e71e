// What can be done to one integration, in one table: the page's menu, the palette and the keys read it.
import { copyText } from '../api/clipboard';
import type { Capabilities, IntegrationView } from '../api/host';
import { t } from '../language/language.svelte';
import type { App } from './app.svelte';
import type { Shortcut } from './shortcut';

export type RowAction = keyof typeof rowActions;

interface Entry {
  shortcut: Shortcut | null;
  danger?: boolean;
  /** Whether it makes sense now. The list knows less than the page, which hands on what the core says. */
  fits: (row: IntegrationView, can: Capabilities | null) => boolean;
  run: (app: App, row: IntegrationView) => unknown;
}

const table = <Names extends string>(entries: Record<Names, Entry>): Record<Names, Entry> => entries;

/** What was paused by its user, and not by an export or a restore. */
const isPaused = ({ status }: IntegrationView) => status.status === 'paused' && status.hold === null;
const isConnected = (row: IntegrationView) => row.status.status !== 'paused' && !['not_connected', 'connecting'].includes(row.status.status);

export const rowActions = table({
  verify: { shortcut: 'verify', fits: (row, can) => isConnected(row) && (can?.verify ?? true), run: (app, row) => app.verify(row) },
  refresh: { shortcut: 'refresh', fits: (row, can) => isConnected(row) && (can?.refresh ?? row.method !== 'api_key'), run: (app, row) => app.refresh(row) },
  reconnect: { shortcut: 'reconnect', fits: (row, can) => can?.reconnect ?? row.method === 'oauth', run: (app, row) => app.dialogs.reconnect(row) },
  pause: { shortcut: 'pause', fits: (row) => row.status.status !== 'paused', run: (app, row) => app.pause(row, true) },
  resume: { shortcut: 'pause', fits: isPaused, run: (app, row) => app.pause(row, false) },
  rename: { shortcut: 'rename', fits: () => true, run: (app, row) => app.edit(row.id, 'name') },
  label: { shortcut: 'label', fits: () => true, run: (app, row) => app.edit(row.id, 'labels') },
  copy_name: {
    shortcut: null,
    fits: () => true,
    run: async (app, { name }) => ((await copyText(name)) ? app.toasts.tell(t('action-name-copied')) : app.toasts.report(t('action-name-not-copied'), '', false)),
  },
  disconnect: { shortcut: 'disconnect', danger: true, fits: () => true, run: (app, row) => app.dialogs.disconnect(row) },
});

/** What it is called in a menu. */
export const actionTitle = (action: RowAction): string => t(`action-${action}`);

/** The same where something follows it. */
export const actionName = (action: RowAction): string => (action === 'disconnect' ? t('action-disconnect-short') : actionTitle(action));

/** The actions that fit now, in their order. */
export const actionsFor = (row: IntegrationView, can: Capabilities | null = null): RowAction[] =>
  (Object.keys(rowActions) as RowAction[]).filter((action) => rowActions[action].fits(row, can));
