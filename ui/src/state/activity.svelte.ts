// The log as far as it was read: the newest page first, older ones on request, and what happens meanwhile on top of them.
// Answers for a filter that was changed meanwhile are dropped.
import { failureOf, type ActivityEntry, type ActivityFilter, type ActivityPage, type ActivityQuery, type Failure, type Host } from '../api/host';

export type Reading = { at: 'reading' } | { at: 'shown' } | { at: 'looking_further' } | { at: 'failed'; failure: Failure };

export class ActivityFeed {
  /** Newest first. */
  entries = $state.raw<ActivityEntry[]>([]);
  reading = $state.raw<Reading>({ at: 'reading' });
  /** Whether there may be older ones. */
  hasOlder = $state(false);
  #filter: ActivityFilter | null = null;
  #older: number | null = null;
  /** The newest entry that was looked at, whether it fitted or not. */
  #newest = 0;
  #fetching: Promise<ActivityEntry[]> | null = null;
  #again = false;

  constructor(private readonly host: Host) {}

  /** Begins anew with another filter. */
  async show(filter: ActivityFilter): Promise<void> {
    this.#filter = filter;
    this.entries = [];
    this.#newest = 0;
    this.#older = null;
    this.hasOlder = false;
    await this.#read(filter, { at: 'reading' });
  }

  /** Tries again what failed. */
  async retry(): Promise<void> {
    if (this.#filter) await (this.entries.length > 0 ? this.showOlder() : this.show(this.#filter));
  }

  async showOlder(): Promise<void> {
    if (this.#filter && this.reading.at !== 'looking_further') await this.#read(this.#filter, { at: 'looking_further' });
  }

  /** What happened since the last look, newest first; put on top by {@link prepend}. Looks once for a burst of events. */
  lookForNew(): Promise<ActivityEntry[]> {
    if (this.reading.at === 'reading') return Promise.resolve([]);
    if (this.#fetching) {
      this.#again = true;
      return Promise.resolve([]);
    }
    this.#fetching = this.#fetchNew().finally(() => {
      this.#fetching = null;
    });
    return this.#fetching;
  }

  prepend(fresh: ActivityEntry[]): void {
    this.entries = [...fresh, ...this.entries];
  }

  /** One page may hold nothing where much had to be looked through: looks on until something is found. */
  async #read(filter: ActivityFilter, reading: Reading): Promise<void> {
    this.reading = reading;
    try {
      let page: ActivityPage;
      do {
        page = await this.host.activity({ filter, before: this.#older, after: null });
        if (this.#filter !== filter) return;
        this.#newest = Math.max(this.#newest, page.newest ?? 0);
        this.#older = page.older;
        this.hasOlder = page.older !== null;
      } while (page.entries.length === 0 && page.older !== null);
      this.entries = [...this.entries, ...page.entries];
      this.reading = { at: 'shown' };
    } catch (thrown) {
      if (this.#filter === filter) this.reading = { at: 'failed', failure: failureOf(thrown) };
    }
  }

  async #fetchNew(): Promise<ActivityEntry[]> {
    const filter = this.#filter;
    const fresh: ActivityEntry[] = [];
    do {
      this.#again = false;
      const found: ActivityEntry[] = [];
      const after = this.#newest;
      let before: ActivityQuery['before'] = null;
      do {
        if (!filter) return [];
        const page: ActivityPage = await this.host.activity({ filter, before, after });
        if (this.#filter !== filter) return [];
        this.#newest = Math.max(this.#newest, page.newest ?? 0);
        found.push(...page.entries);
        before = page.older;
      } while (before !== null);
      fresh.unshift(...found);
    } while (this.#again);
    return fresh;
  }
}
