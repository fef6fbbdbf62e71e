// Health as it was last read. It follows the core's events and nothing else: a burst of them costs one reading, and none begins
// before the one under way has ended.
import { failureOf, type CoreEvent, type Failure, type HealthView, type Host } from '../api/host';

/** After the first event of a burst. */
const GATHER_MS = 300;

export class Health {
  view = $state.raw<HealthView | null>(null);
  /** Why the last reading failed. */
  failure = $state.raw<Failure | null>(null);
  #timer: ReturnType<typeof setTimeout> | null = null;
  #reading: Promise<void> | null = null;
  #again = false;

  constructor(private readonly host: Pick<Host, 'health'>) {}

  /** Reads it. Calls while one is under way are answered by one more. */
  read(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = this.#fetch().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  heard({ event }: CoreEvent): void {
    if (event === 'authorization_changed' || event === 'revocations_changed' || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.read();
    }, GATHER_MS);
  }

  /** Nobody looks any more. */
  leave(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #fetch(): Promise<void> {
    do {
      this.#again = false;
      try {
        this.view = await this.host.health();
        this.failure = null;
      } catch (thrown) {
        this.failure = failureOf(thrown);
      }
    } while (this.#again);
  }
}
