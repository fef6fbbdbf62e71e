// The rows of the list. A change of one row fetches that row; anything unknown fetches all, once for a burst of events.
import { failureOf, type Host, type IntegrationId, type IntegrationView } from '../api/host';

export class Integrations {
  rows = $state.raw<IntegrationView[]>([]);
  loaded = $state(false);
  #loading: Promise<void> | null = null;
  #again = false;

  constructor(private readonly host: Host) {}

  find(id: IntegrationId): IntegrationView | undefined {
    return this.rows.find((row) => row.id === id);
  }

  /** Fetches all rows. Calls while one is under way are answered by one more. */
  load(): Promise<void> {
    if (this.#loading) {
      this.#again = true;
      return this.#loading;
    }
    this.#loading = this.#fetch().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  /** Fetches one row that changed. */
  async changed(id: IntegrationId): Promise<void> {
    if (!this.find(id)) return this.load();
    try {
      const { integration } = await this.host.integration(id);
      this.rows = this.rows.map((row) => (row.id === id ? integration : row));
    } catch (thrown) {
      if (failureOf(thrown).code !== 'not_found') throw thrown;
      this.rows = this.rows.filter((row) => row.id !== id);
    }
  }

  async #fetch(): Promise<void> {
    do {
      this.#again = false;
      this.rows = await this.host.integrations();
    } while (this.#again);
    this.loaded = true;
  }
}
