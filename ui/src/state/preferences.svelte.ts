// What the user prefers of the program as a whole. Each change says all of it to the core, so it stands here once, and changes are
// sent one after the other. What is refused goes back to what the core has.
import { failureOf, HostFailure, type Failure, type Host, type ListSort, type Preferences } from '../api/host';

export class Preferred {
  /** Null until the core has answered. */
  value = $state.raw<Preferences | null>(null);
  #saving: Promise<unknown> = Promise.resolve();

  constructor(private readonly host: Pick<Host, 'preferences' | 'setPreferences'>) {}

  /** In which order the list is shown. */
  get sort(): ListSort {
    return this.value?.sort ?? 'needs_me';
  }

  /** Whether letters alone are keys. */
  get letterKeys(): boolean {
    return this.value?.letter_keys ?? true;
  }

  /** Asks the core, once what is being saved is saved. */
  async recall(): Promise<void> {
    await this.#saving;
    await this.#ask();
  }

  /** Changes a part of it at once, and answers why it was refused, if it was. */
  change(part: Partial<Preferences>): Promise<Failure | null> {
    if (this.value) this.value = { ...this.value, ...part };
    const saved = this.#saving.then(async () => {
      try {
        const wanted = this.value ?? { ...(await this.#ask()), ...part };
        this.value = wanted;
        await this.host.setPreferences(wanted);
        return null;
      } catch (thrown) {
        await this.#ask().catch(() => undefined);
        return failureOf(thrown);
      }
    });
    this.#saving = saved;
    return saved;
  }

  /** The same, where a refusal is a failure like any other. */
  async choose(part: Partial<Preferences>): Promise<void> {
    const refused = await this.change(part);
    if (refused) throw new HostFailure(refused);
  }

  async #ask(): Promise<Preferences> {
    return (this.value = await this.host.preferences());
  }
}
