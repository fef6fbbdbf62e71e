// Files over the window. The core reads them; here is only what may be shown, and who gets the file when it is released:
// whoever asked last, such as an open rotation, otherwise a new setup dialog.
import type { Failure, FilePreview, KeyFileView, ShellEvent } from '../api/host';

/** What hangs over the window: a file that fits, or why it does not. */
export type Hovering = { file: FilePreview } | { failure: Failure };

/** Somebody who can use a released file. */
export interface FileTaker {
  /** Completes "Release to …"; null while no file can be used. */
  readonly purpose: string | null;
  take(file: KeyFileView): void;
  refuse(failure: Failure): void;
}

export class Drop {
  hovering = $state.raw<Hovering | null>(null);
  /** Not reactive: who takes a file is asked when one hangs over the window. */
  #takers: FileTaker[] = [];

  constructor(private readonly fallback: FileTaker) {}

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

  heard(event: ShellEvent): void {
    switch (event.event) {
      case 'file_hovering':
        this.hovering = event.preview ? { file: event.preview } : event.failure ? { failure: event.failure } : null;
        break;
      case 'file_left':
        this.hovering = null;
        break;
      case 'file_held':
        this.hovering = null;
        this.taker.take(event.file);
        break;
      case 'file_refused':
        this.hovering = null;
        this.taker.refuse(event.failure);
        break;
    }
  }
}
