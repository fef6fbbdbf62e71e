// The file that a stored key came from: where it still lies, and moving it to the bin. The core knows its path; here is only what
// may be shown.
import type { BinOutcome, HeldSecretId } from '../api/host';
import { listed, t } from '../language/language.svelte';
import type { App } from './app.svelte';
import { ofCore } from './failure';

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
  switch (outcome?.outcome) {
    case 'moved':
      return { tone: 'good', title: t('original-moved-title'), text: t('original-moved'), canMove: false };
    case 'gone':
      return { tone: 'idle', title: t('original-gone-title'), text: t('original-gone'), canMove: false };
    case 'kept':
      return { tone: 'soon', title: t('original-kept-title', { n: files.length }), text: ofCore(outcome.reason), canMove: true };
    default:
      if (files.length === 0) return null;
      return {
        tone: 'soon',
        title: t('original-still-title'),
        text: t('original-still', { files: andOf(files), n: files.length }),
        canMove: true,
      };
  }
}

const andOf = ([first = '', second, ...others]: string[]): string =>
  second === undefined ? first : t('original-two-files', { first, second: listed([second, ...others]) });
