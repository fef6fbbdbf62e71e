// What can be done to one integration, in one table: the page's menu, the palette and the keys read it.
import { copyText } from '../api/clipboard';
import type { Capabilities, IntegrationView } from '../api/host';
import type { App } from './app.svelte';
import type { Shortcut } from './shortcut';

export type RowAction = keyof typeof rowActions;

interface Entry {
  title: string;
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
  verify: { title: 'Verify now', shortcut: 'verify', fits: (row, can) => isConnected(row) && (can?.verify ?? true), run: (app, row) => app.verify(row) },
  refresh: { title: 'Refresh now', shortcut: 'refresh', fits: (row, can) => isConnected(row) && (can?.refresh ?? row.method !== 'api_key'), run: (app, row) => app.refresh(row) },
  reconnect: { title: 'Reconnect', shortcut: 'reconnect', fits: (row, can) => can?.reconnect ?? row.method === 'oauth', run: (app, row) => app.dialogs.reconnect(row) },
  pause: { title: 'Pause', shortcut: 'pause', fits: (row) => row.status.status !== 'paused', run: (app, row) => app.pause(row, true) },
  resume: { title: 'Resume', shortcut: 'pause', fits: isPaused, run: (app, row) => app.pause(row, false) },
  rename: { title: 'Rename', shortcut: 'rename', fits: () => true, run: (app, row) => app.edit(row.id, 'name') },
  label: { title: 'Add a label', shortcut: 'label', fits: () => true, run: (app, row) => app.edit(row.id, 'labels') },
  copy_name: {
    title: 'Copy its name',
    shortcut: null,
    fits: () => true,
    run: async (app, { name }) => ((await copyText(name)) ? app.toasts.tell('The name was copied') : app.toasts.report('The name could not be copied', '', false)),
  },
  disconnect: { title: 'Disconnect…', shortcut: 'disconnect', danger: true, fits: () => true, run: (app, row) => app.dialogs.disconnect(row) },
});

/** The actions that fit now, in their order. */
export const actionsFor = (row: IntegrationView, can: Capabilities | null = null): RowAction[] =>
  (Object.keys(rowActions) as RowAction[]).filter((action) => rowActions[action].fits(row, can));
