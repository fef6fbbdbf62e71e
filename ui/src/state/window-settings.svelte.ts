// How the window is used, as its user left it: kept by the host, and there before the list is.
import type { Host, IntegrationId, WindowSettings } from '../api/host';

/** Between two notes of what is on top, which changes all the time in an order by time. */
const PAUSE_MS = 30_000;

const isSame = (one: IntegrationId[], other: IntegrationId[]) => one.length === other.length && one.every((id, place) => id === other[place]);

export class Settings {
  value = $state.raw<WindowSettings>({ sort: 'needs_me', letter_keys: true });
  /** What is on top of the list, and what the host knows of it. Nothing is drawn anew for them. */
  #top: IntegrationId[] = [];
  #noted: IntegrationId[] = [];
  #resting = false;

  constructor(private readonly host: Host) {}

  /** Asks how it was left. A host that cannot tell leaves it as it is: the list is worth more than its order. */
  async recall(): Promise<void> {
    this.value = (await this.host.windowSettings().catch(() => null)) ?? this.value;
    this.#top = this.#noted = this.value.top ?? [];
  }

  /** Changes one part of it at once, and has it remembered. */
  async choose(part: Partial<WindowSettings>): Promise<void> {
    this.value = { ...this.value, ...part };
    await this.#remember();
  }

  /** Has remembered what is on top of the list, once for a while of changes. What is not only makes the next start slower. */
  async noteTop(top: IntegrationId[]): Promise<void> {
    this.#top = top;
    if (this.#resting || isSame(top, this.#noted)) return;
    this.#resting = true;
    setTimeout(() => {
      this.#resting = false;
      void this.noteTop(this.#top);
    }, PAUSE_MS);
    this.#noted = top;
    await this.#remember().catch(() => undefined);
  }

  async #remember(): Promise<void> {
    await this.host.setWindowSettings({ ...this.value, top: this.#top });
  }
}
