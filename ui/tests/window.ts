// Opens the whole window on a fake host, as a user would find it.
import { render, screen } from '@testing-library/svelte';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import { configure } from '@testing-library/dom';
import { FakeHost } from '../src/api/fake/host';
import type { FakeSettings } from '../src/api/fake/model';
import { workingDay } from '../src/api/fake/seed';
import Window from '../src/views/Window.svelte';

// Loaded by the window when they are first needed; beforehand here, so that a busy machine's compiler does not count as slowness.
import '../src/features/connect/ConnectDialog.svelte';
import '../src/features/diagnostics/DiagnosticsDialog.svelte';
import '../src/features/disconnect/DisconnectDialog.svelte';
import '../src/features/export/ExportDialog.svelte';
import '../src/features/import/ImportDialog.svelte';
import '../src/features/palette/Palette.svelte';
import '../src/features/restore/RestoreDialog.svelte';
import '../src/features/shortcut/ShortcutSheet.svelte';
import '../src/views/ActivityView.svelte';
import '../src/views/HealthView.svelte';
import '../src/views/IntegrationView.svelte';
import '../src/views/LogView.svelte';
import '../src/views/SettingsView.svelte';

configure({ testIdAttribute: 'data-test', getElementError: (message) => new Error(message ?? '') });

export interface Opened {
  host: FakeHost;
  user: UserEvent;
}

/** A window over eight integrations, or over what `settings` say, once it shows something. */
export async function openWindow(settings: Partial<FakeSettings> = { rows: workingDay() }): Promise<Opened> {
  const host = new FakeHost(settings);
  render(Window, { props: { host } });
  await screen.findByTestId(settings.vault ? 'vault-screen' : settings.rows?.length ? 'integration-list' : 'first-run');
  return { host, user: userEvent.setup({ delay: null }) };
}

/** The element of an integration's row. */
export function rowOf(id: string): HTMLElement {
  const row = screen.getAllByTestId('integration').find((one) => one.dataset.id === id);
  if (!row) throw new Error(`no row ${id}`);
  return row;
}

export async function openPage({ user }: Opened, id: string, tab: 'overview' | 'credentials' | 'activity' = 'overview'): Promise<void> {
  const open = rowOf(id).querySelector<HTMLElement>('[data-test=integration-open]');
  if (!open) throw new Error('the row cannot be opened');
  await user.click(open);
  await user.click(await screen.findByTestId(`tab-${tab}`));
}

export { screen };
