// Where the window stands: one union, no URL. A page remembers its tab, and the list the row it was left from.
import type { IntegrationId } from '../api/host';

export type PageTab = 'overview' | 'credentials' | 'activity';

/** Parts of the settings that can be gone to straight away. */
export type SettingsPart = 'language' | 'appearance' | 'refreshing' | 'verification' | 'notifications' | 'network' | 'vault' | 'master_key' | 'backup' | 'about';

export type Place =
  | { view: 'integrations' }
  | { view: 'integration'; id: IntegrationId; tab: PageTab }
  | { view: 'health' }
  | { view: 'activity' }
  | { view: 'settings'; part: SettingsPart | null }
  | { view: 'program_log' };

export class Route {
  place = $state<Place>({ view: 'integrations' });
  /** The row to focus when the list comes back. */
  leftFrom = $state<IntegrationId | null>(null);

  list(): void {
    if (this.place.view === 'integration') this.leftFrom = this.place.id;
    this.place = { view: 'integrations' };
  }

  open(id: IntegrationId, tab: PageTab = 'overview'): void {
    this.place = { view: 'integration', id, tab };
  }

  health(): void {
    this.place = { view: 'health' };
  }

  activity(): void {
    this.place = { view: 'activity' };
  }

  settings(part: SettingsPart | null = null): void {
    this.place = { view: 'settings', part };
  }

  /** The program's own log, which can be read whatever the vault stands at. */
  programLog(): void {
    this.place = { view: 'program_log' };
  }
}
