// Files over the window. The core reads them; here is only what may be shown, and who gets them when they are released:
// whoever asked last, such as an open rotation, otherwise a new setup dialog. A file under a password waits for it first.
import type { Failure, FilePreview, HeldFileView, KeyFileView, ShellEvent } from '../api/host';
import { t } from '../language/language.svelte';
import { ownFailure } from './failure';

/** Somebody who can use a released file. */
export interface FileTaker {
  /** "Release to …"; null while no file can be used. */
  readonly purpose: string | null;
  /** Whether several files at once can be worked through here. */
  readonly takesSeveral: boolean;
  take(file: KeyFileView): void;
  takeAll(files: HeldFileView[]): void;
  refuse(failure: Failure): void;
}

/** What is said where only one of several files could be used. */
const oneOnly = (): Failure => ownFailure('file_not_usable', t('drop-one-only'));

/** What is said where an export comes together with other files, or while something else is open. */
const notNow = (message: string): Failure => ({ ...oneOnly(), message });

/** A file that is asked the password of, and who waits for it. */
export interface Locked {
  id: string;
  name: string;
  shape: string;
  /** The opened file; null = its user gave up. */
  done: (file: KeyFileView | null) => void;
}

export class Drop {
  /** What hangs over the window; a certificate and its key are one. */
  hovering = $state.raw<FilePreview[] | null>(null);
  locked = $state.raw<Locked | null>(null);
  /** Not reactive: who takes a file is asked when one hangs over the window. */
  #takers: FileTaker[] = [];

  constructor(
    private readonly fallback: FileTaker,
    /** Opens an export; false while something else is open. */
    private readonly restore: (sealed: Extract<HeldFileView, { held: 'export' }>) => boolean,
  ) {}

  /** Who would get the file now. */
  get taker(): FileTaker {
    return this.#takers.at(-1) ?? this.fallback;
  }

  /** Hands released files to `taker` until the answer is called. */
  offerTo(taker: FileTaker): () => void {
    this.#takers = [...this.#takers, taker];
    return () => {
      this.#takers = this.#takers.filter((one) => one !== taker);
    };
  }

  /** A held file once it is open; null when its user does not know the password, or it was refused. */
  opened(held: HeldFileView): Promise<KeyFileView | null> {
    if (held.held !== 'locked') return Promise.resolve(held.held === 'known' ? held.file : null);
    this.locked?.done(null);
    return new Promise((resolve) => {
      const { id, name, shape } = held;
      const done = (file: KeyFileView | null) => {
        this.locked = null;
        resolve(file);
      };
      this.locked = { id, name, shape, done };
    });
  }

  /** Hands what was dropped or chosen to `taker`. */
  async deliver(files: HeldFileView[], taker = this.taker): Promise<void> {
    const [first, ...others] = files;
    if (!first) return;
    if (files.some(({ held }) => held === 'export') && others.length > 0) return this.fallback.refuse(notNow(t('drop-export-alone')));
    if (first.held === 'export') {
      if (!this.restore(first)) this.fallback.refuse(notNow(t('drop-export-later')));
      return;
    }
    if (others.length > 0) return taker.takesSeveral ? taker.takeAll(files) : taker.refuse(oneOnly());
    if (first.held === 'refused') return taker.refuse(first.failure);
    const file = await this.opened(first);
    if (file) taker.take(file);
  }

  heard(event: ShellEvent): void {
    switch (event.event) {
      case 'files_hovering':
        this.hovering = event.files;
        break;
      case 'files_left':
        this.hovering = null;
        break;
      case 'files_held':
        this.hovering = null;
        void this.deliver(event.files);
        break;
    }
  }
}
