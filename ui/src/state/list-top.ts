// What stands on top of the list, which the host notes, so that the next start shows it before all the others are read.
import type { Host, IntegrationId } from '../api/host';

/** Between two notes of what is on top, which changes all the time in an order by time. */
const PAUSE_MS = 30_000;

const isSame = (one: IntegrationId[], other: IntegrationId[]) => one.length === other.length && one.every((id, place) => id === other[place]);

export class ListTop {
  #top: IntegrationId[] = [];
  #noted: IntegrationId[] = [];
  #resting = false;

  constructor(private readonly host: Pick<Host, 'noteTop'>) {}

  /** Has it noted, once for a while of changes. What is not only makes the next start slower. */
  async note(top: IntegrationId[]): Promise<void> {
    this.#top = top;
    if (this.#resting || isSame(top, this.#noted)) return;
    this.#resting = true;
    setTimeout(() => {
      this.#resting = false;
      void this.note(this.#top);
    }, PAUSE_MS);
    this.#noted = top;
    await this.host.noteTop(top).catch(() => undefined);
  }
}
