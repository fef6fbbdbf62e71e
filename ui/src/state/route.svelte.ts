// Where the window stands: one union, no URL. A page remembers its tab, and the list the row it was left from.
import type { IntegrationId } from '../api/host';

export type PageTab = 'overview' | 'credentials' | 'activity';

/** Which rows of the list another view leads to. */
export type ListFilter = 'needs' | 'troubled' | 'connected' | 'paused';

export type Place =
  | { view: 'integrations'; filter?: ListFilter }
  | { view: 'integration'; id: IntegrationId; tab: PageTab }
  | { view: 'health' }
  | { view: 'activity' }
  | { view: 'settings'; part: 'network' | null };

export class Route {
  place = $state<Place>({ view: 'integrations' });
  /** The row to focus when the list comes back. */
  leftFrom = $state<IntegrationId | null>(null);

  list(filter?: ListFilter): void {
    if (this.place.view === 'integration') this.leftFrom = this.place.id;
    this.place = filter ? { view: 'integrations', filter } : { view: 'integrations' };
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

  /** `network` goes straight to how the network is reached. */
  settings(part: 'network' | null = null): void {
    this.place = { view: 'settings', part };
  }
}
