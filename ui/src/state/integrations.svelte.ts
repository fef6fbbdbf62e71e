// The rows of the list. A change of one row fetches that row; anything unknown fetches all, once for a burst of events. Rows that
// change one after the other within a moment are shown together. Before all are asked for the first time, those that stood on top
// the last time are shown: with a hundred thousand the others take seconds.
import { failureOf, type Failure, type Host, type IntegrationId, type IntegrationView } from '../api/host';

/** The first change shows at once, the next ones of a burst this much later. */
const MOMENT_MS = 50;

/** All rows of a connector hold one tile: ten thousand copies take megabytes. */
function withSharedTiles(rows: IntegrationView[]): IntegrationView[] {
  const tiles = new Map(rows.map(({ connector }) => [connector.id, connector]));
  for (const row of rows) row.connector = tiles.get(row.connector.id) ?? row.connector;
  return rows;
}

export class Integrations {
  rows = $state.raw<IntegrationView[]>([]);
  /** There is something to show. */
  loaded = $state(false);
  /** Why the last reading of all rows failed; what was read before stays. */
  failure = $state.raw<Failure | null>(null);
  /** All of them are there. */
  whole = $state(false);
  #loading: Promise<void> | null = null;
  #again = false;
  /** Rows that were fetched and are not shown yet; null = it is gone. */
  #fresh = new Map<IntegrationId, IntegrationView | null>();
  /** The newest question about a row. An older one that is answered after it counts for nothing. */
  #asked = new Map<IntegrationId, symbol>();
  #showing: Promise<void> | null = null;
  #shownAt = -MOMENT_MS;

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
    this.#loading = (this.whole ? this.#fetch() : this.#fetchTop().then(() => this.#fetch())).finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  /** Fetches one row that changed. */
  async changed(id: IntegrationId): Promise<void> {
    if (!this.find(id)) return this.load();
    const asked = Symbol();
    this.#asked.set(id, asked);
    let row: IntegrationView | null = null;
    try {
      row = await this.host.integrationRow(id);
    } catch (thrown) {
      const failure = failureOf(thrown);
      if (failure.code !== 'not_found') {
        this.failure = failure;
        return;
      }
    }
    if (this.#asked.get(id) === asked) {
      this.#asked.delete(id);
      this.#fresh.set(id, row);
    }
    await this.#show();
  }

  #show(): Promise<void> {
    const wait = this.#shownAt + MOMENT_MS - performance.now();
    if (wait <= 0 && this.#showing === null) {
      this.#put();
      return Promise.resolve();
    }
    this.#showing ??= new Promise((resolve) =>
      setTimeout(() => {
        this.#showing = null;
        this.#put();
        resolve();
      }, wait),
    );
    return this.#showing;
  }

  #put(): void {
    const fresh = this.#fresh;
    this.#fresh = new Map();
    this.#shownAt = performance.now();
    if (fresh.size > 0) this.rows = this.rows.flatMap((row) => (fresh.has(row.id) ? (fresh.get(row.id) ?? []) : [row]));
  }

  async #fetchTop(): Promise<void> {
    // Why they did not come is said of all.
    const top = await this.host.topIntegrations().catch(() => []);
    if (top.length === 0) return;
    this.rows = top;
    this.loaded = true;
  }

  async #fetch(): Promise<void> {
    do {
      this.#again = false;
      try {
        const rows = withSharedTiles(await this.host.integrations());
        // These are as new as what waits to be shown, or newer.
        this.#fresh.clear();
        this.rows = rows;
        this.loaded = true;
        this.whole = true;
        this.failure = null;
      } catch (thrown) {
        this.failure = failureOf(thrown);
      }
    } while (this.#again);
  }
}
