// A key file on its way in: dropped on the window or chosen in the system's dialog. The core reads and holds it; here is only
// what may be shown.
import { failureOf, type Failure, type HeldFileView, type Host, type KeyFileView, type KeyInput } from '../api/host';
import type { Drop, FileTaker } from './drop.svelte';

export class FileEntry implements FileTaker {
  readonly takesSeveral = false;
  file = $state.raw<KeyFileView | null>(null);
  problem = $state.raw<Failure | null>(null);
  /** The public id of the key that is meant, where the file holds several. */
  chosen = $state('');

  constructor(
    private readonly host: Host,
    private readonly drop: Drop,
    private readonly told: () => string,
  ) {}

  get purpose(): string {
    return this.told();
  }

  /** The key in it as it is handed over; null until it is clear which is meant. */
  get key(): KeyInput | null {
    if (!this.file || (this.file.keys.length > 0 && this.chosen === '')) return null;
    return { from: 'file', id: this.file.id, key_id: this.chosen || null };
  }

  take(file: KeyFileView): void {
    this.empty();
    this.file = file;
  }

  takeAll(_: HeldFileView[]): void {}

  refuse(failure: Failure): void {
    this.problem = failure;
  }

  /** Shows the system's file dialog, and hands what is chosen to whoever fills this in; closing it changes nothing. */
  async choose(taker: FileTaker = this): Promise<void> {
    try {
      await this.drop.deliver(await this.host.chooseKeyFiles(), taker);
    } catch (thrown) {
      this.refuse(failureOf(thrown));
    }
  }

  empty(): void {
    this.file = null;
    this.problem = null;
    this.chosen = '';
  }
}
