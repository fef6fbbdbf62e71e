// What the user prefers of the program as a whole. Each change says all of it to the core, so it stands here once, and changes are
// sent one after the other. What is refused goes back to what the core has.
import { failureOf, type Failure, type Host, type Preferences } from '../api/host';

export class Preferred {
  /** Null until the core has answered. */
  value = $state.raw<Preferences | null>(null);
  #saving: Promise<unknown> = Promise.resolve();

  constructor(private readonly host: Pick<Host, 'preferences' | 'setPreferences'>) {}

  async recall(): Promise<void> {
    this.value = await this.host.preferences();
  }

  /** Changes a part of it at once, and answers why it was refused, if it was. */
  change(part: Partial<Preferences>): Promise<Failure | null> {
    if (!this.value) return Promise.resolve(null);
    const wanted = (this.value = { ...this.value, ...part });
    const saved = this.#saving.then(async () => {
      try {
        await this.host.setPreferences(wanted);
        return null;
      } catch (thrown) {
        await this.recall().catch(() => undefined);
        return failureOf(thrown);
      }
    });
    this.#saving = saved;
    return saved;
  }
}
