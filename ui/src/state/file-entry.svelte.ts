// A key file on its way in: dropped on the window or chosen in the system's dialog. The core reads and holds it; here is only
// what may be shown.
import { failureOf, type Failure, type Host, type KeyFileView } from '../api/host';
import type { Drop, FileTaker } from './drop.svelte';

export class FileEntry implements FileTaker {
  file = $state.raw<KeyFileView | null>(null);
  problem = $state.raw<Failure | null>(null);

  constructor(
    private readonly host: Host,
    private readonly drop: Drop,
    readonly purpose: string,
  ) {}

  take(file: KeyFileView): void {
    this.file = file;
    this.problem = null;
  }

  refuse(failure: Failure): void {
    this.problem = failure;
  }

  /** Shows the system's file dialog; closing it changes nothing. */
  async choose(): Promise<void> {
    try {
      const held = await this.host.chooseKeyFile();
      const file = held && (await this.drop.opened(held));
      if (file) this.take(file);
    } catch (thrown) {
      this.refuse(failureOf(thrown));
    }
  }

  empty(): void {
    this.file = null;
    this.problem = null;
  }
}
