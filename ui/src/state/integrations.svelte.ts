// The rows of the list. All of them are read once; from then on a change of one, a new one too, fetches that row alone. Rows that
// change one after the other within a moment are shown together. Before all are asked for the first time, those that stood on top
// the last time are shown: with a hundred thousand the others take a while.
import { failureOf, type ConnectorBadge, type Failure, type Host, type IntegrationId, type IntegrationView } from '../api/host';

/** The first change shows at once, the next ones of a burst this much later. */
const MOMENT_MS = 50;

type Fresh = ReadonlyMap<IntegrationId, IntegrationView | null>;

/** Rows with fresh ones in the place of older ones. What is gone leaves its place, what is new comes last. */
function renewed(rows: IntegrationView[], fresh: Fresh): IntegrationView[] {
  if (fresh.size === 0) return rows;
  const added = new Map(fresh);
  const kept = rows.flatMap((row) => {
    added.delete(row.id);
    const now = fresh.get(row.id);
    return now === undefined ? [row] : (now ?? []);
  });
  return [...kept, ...[...added.values()].filter((row) => row !== null)];
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
  /** Rows that were fetched while all are being read, which may have been read before they changed. */
  #newer = new Map<IntegrationId, IntegrationView | null>();
  /** The newest question about a row. An older one that is answered after it counts for nothing. */
  #asked = new Map<IntegrationId, symbol>();
  #showing: Promise<void> | null = null;
  #shownAt = -MOMENT_MS;
  /** All rows of a connector hold one tile: ten thousand copies take megabytes. */
  readonly #tiles = new Map<string, ConnectorBadge>();

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

  /** Fetches one row that changed, is new, or is gone; all of them where reading them failed before. */
  async changed(id: IntegrationId): Promise<void> {
    if (!this.whole && !this.#loading) return this.load();
    const asked = Symbol();
    this.#asked.set(id, asked);
    let row: IntegrationView | null = null;
    try {
      row = this.#withSharedTile(await this.host.integrationRow(id));
    } catch (thrown) {
      const failure = failureOf(thrown);
      if (failure.code !== 'not_found') {
        this.failure = failure;
        return;
      }
    }
    if (this.#asked.get(id) === asked) {
      this.#asked.delete(id);
      this.#answered(id, row);
    }
    await this.#show();
  }

  /** Takes a row away that was removed just now, so that nobody sees it once more. */
  removed(id: IntegrationId): void {
    this.#asked.delete(id);
    this.#answered(id, null);
    this.#put();
  }

  #answered(id: IntegrationId, row: IntegrationView | null): void {
    this.#fresh.set(id, row);
    if (this.#loading) this.#newer.set(id, row);
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
    this.rows = renewed(this.rows, fresh);
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
      this.#newer.clear();
      try {
        const rows = await this.host.integrations();
        this.#tiles.clear();
        rows.forEach((row) => this.#withSharedTile(row));
        this.#fresh.clear(); // it is among the newer ones, or was fetched before these
        this.rows = renewed(rows, this.#newer);
        this.loaded = true;
        this.whole = true;
        this.failure = null;
      } catch (thrown) {
        this.failure = failureOf(thrown);
      }
    } while (this.#again);
  }

  #withSharedTile(row: IntegrationView): IntegrationView {
    const { connector } = row;
    const shared = this.#tiles.get(connector.id);
    if (!shared) this.#tiles.set(connector.id, connector);
    else row.connector = shared;
    return row;
  }
}
