// How the window is used, as its user left it: kept by the host, and there before the list is.
import type { Host, WindowSettings } from '../api/host';

export class Settings {
  value = $state.raw<WindowSettings>({ sort: 'needs_me', letter_keys: true });

  constructor(private readonly host: Host) {}

  /** Asks how it was left. A host that cannot tell leaves it as it is: the list is worth more than its order. */
  async recall(): Promise<void> {
    this.value = (await this.host.windowSettings().catch(() => null)) ?? this.value;
  }

  /** Changes one part of it at once, and has it remembered. */
  async choose(part: Partial<WindowSettings>): Promise<void> {
    this.value = { ...this.value, ...part };
    await this.host.setWindowSettings(this.value);
  }
}
