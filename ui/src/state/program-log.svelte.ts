// The program's own log of this run as far as it was read: the newest portion first, earlier ones on request, and new lines behind
// them. Answers for a filter that was changed meanwhile are dropped.
import { failureOf, type Failure, type Host, type LogLevel, type ProgramLogFilter, type ProgramLogLine } from '../api/host';

export type LogReading = { at: 'reading' } | { at: 'shown' } | { at: 'looking_back' } | { at: 'failed'; failure: Failure };

/** The core keeps no more; neither does the page. */
const MOST_LINES = 2_000;

export const logLevels: LogLevel[] = ['error', 'warning', 'info', 'debug', 'trace'];

export class ProgramLogFeed {
  /** Oldest first. */
  lines = $state.raw<ProgramLogLine[]>([]);
  reading = $state.raw<LogReading>({ at: 'reading' });
  /** Whether there are earlier ones that fit. */
  hasOlder = $state(false);
  /** Whether more is recorded than at the start. */
  recordsMore = $state(false);
  filter: ProgramLogFilter = { least: 'trace', text: '' };
  /** The newest line that was looked at, whether it fits or not. */
  #newest = 0;
  #taking = false;
  #again = false;

  constructor(private readonly host: Host) {}

  /** Begins anew with a filter. */
  async show(filter: ProgramLogFilter): Promise<void> {
    this.filter = filter;
    this.lines = [];
    this.hasOlder = false;
    this.reading = { at: 'reading' };
    await this.#read(filter, null);
  }

  async showOlder(): Promise<void> {
    const [oldest] = this.lines;
    if (!oldest || this.reading.at !== 'shown') return;
    this.reading = { at: 'looking_back' };
    await this.#read(this.filter, oldest.sequence);
  }

  /** Reads what came since. Looks once for a burst of calls. */
  async takeNew(): Promise<void> {
    if (this.reading.at !== 'shown') return;
    if (this.#taking) {
      this.#again = true;
      return;
    }
    this.#taking = true;
    try {
      do {
        this.#again = false;
        await this.#take();
      } while (this.#again);
    } finally {
      this.#taking = false;
    }
  }

  async recordMore(more: boolean): Promise<void> {
    await this.host.recordMore(more);
    this.recordsMore = more;
  }

  async #read(filter: ProgramLogFilter, before: number | null): Promise<void> {
    try {
      const page = await this.host.programLog({ filter, before, after: null });
      if (this.filter !== filter) return;
      this.lines = [...page.lines, ...this.lines];
      this.hasOlder = page.more;
      this.recordsMore = page.records_more;
      if (before === null) this.#newest = page.newest;
      this.reading = { at: 'shown' };
    } catch (thrown) {
      if (this.filter === filter) this.reading = { at: 'failed', failure: failureOf(thrown) };
    }
  }

  async #take(): Promise<void> {
    const { filter } = this;
    let more = true;
    while (more) {
      const page = await this.host.programLog({ filter, before: null, after: this.#newest });
      if (this.filter !== filter) return;
      this.#newest = page.newest;
      ({ more } = page);
      if (page.lines.length === 0) continue;
      const lines = [...this.lines, ...page.lines];
      // What no longer fits in is not asked for again: the core forgets it, too.
      this.lines = lines.slice(-MOST_LINES);
      if (lines.length > MOST_LINES) this.hasOlder = false;
    }
  }
}
