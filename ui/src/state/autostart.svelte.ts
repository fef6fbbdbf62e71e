// Whether the program starts at login, as the system has it: asked for each time it is shown, since others may change it.
import { failureOf, type AutostartView, type Failure, type Host } from '../api/host';

export class Autostart {
  /** Null until the shell has answered. */
  value = $state.raw<AutostartView | null>(null);

  constructor(private readonly host: Pick<Host, 'autostart' | 'setAutostart'>) {}

  async recall(): Promise<void> {
    this.value = await this.host.autostart();
  }

  /** Switches it, and answers why it was refused, if it was. */
  async switch(on: boolean): Promise<Failure | null> {
    try {
      this.value = await this.host.setAutostart(on);
      return null;
    } catch (thrown) {
      await this.recall().catch(() => undefined);
      return failureOf(thrown);
    }
  }
}
