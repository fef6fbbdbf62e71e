// The file that a stored key came from: where it still lies, and moving it to the bin. The core knows its path; here is only what
// may be shown.
import type { App } from './app.svelte';
import type { BinOutcome, HeldSecretId } from '../api/host';

export class Original {
  /** Where the key still lies; none = nowhere that is known. */
  files = $state.raw<string[]>([]);
  outcome = $state.raw<BinOutcome | null>(null);
  busy = $state(false);
  #file: HeldSecretId | null = null;

  constructor(private readonly app: App) {}

  /** Asks where the file of a stored key lies. */
  async look(file: HeldSecretId | null): Promise<void> {
    this.#file = file;
    if (file === null) return;
    const view = await this.app.attempt(() => this.app.host.storedOriginal(file));
    if (this.#file === file) this.files = view?.files ?? [];
  }

  async move(): Promise<void> {
    const file = this.#file;
    if (file === null) return;
    this.busy = true;
    this.outcome = (await this.app.attempt(() => this.app.host.moveOriginalToBin(file))) ?? null;
    this.busy = false;
  }
}

export interface OriginalText {
  tone: 'good' | 'soon' | 'idle';
  title: string;
  text: string;
  canMove: boolean;
}

/** What is said of the file; null = nothing. */
export function originalText(files: string[], outcome: BinOutcome | null): OriginalText | null {
  const one = files.length === 1;
  switch (outcome?.outcome) {
    case 'moved':
      return { tone: 'good', title: 'Moved to the bin', text: 'Until you empty the bin, it can be taken back, by others who use your account too.', canMove: false };
    case 'gone':
      return { tone: 'idle', title: 'The file is gone already', text: 'There is nothing left to move.', canMove: false };
    case 'kept':
      return { tone: 'soon', title: one ? 'The file stays where it is' : 'The files stay where they are', text: outcome.reason, canMove: true };
    default:
      if (files.length === 0) return null;
      return {
        tone: 'soon',
        title: 'The key still lies in a file',
        text: `${files.join(' and ')} ${one ? 'is' : 'are'} not needed any more. Whoever can read ${one ? 'it has' : 'them has'} the key.`,
        canMove: true,
      };
  }
}
