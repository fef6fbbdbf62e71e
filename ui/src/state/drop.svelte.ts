// Files over the window. The core reads them; here is only what may be shown, and who gets the file when it is released:
// whoever asked last, such as an open rotation, otherwise a new setup dialog. A file under a password waits for it first.
import type { Failure, FilePreview, HeldFileView, KeyFileView, ShellEvent } from '../api/host';

/** What hangs over the window: a file that fits, or why it does not. */
export type Hovering = { file: FilePreview } | { failure: Failure };

/** Somebody who can use a released file. */
export interface FileTaker {
  /** Completes "Release to …"; null while no file can be used. */
  readonly purpose: string | null;
  take(file: KeyFileView): void;
  refuse(failure: Failure): void;
}

/** A file that is asked the password of, and who waits for it. */
export interface Locked {
  id: string;
  name: string;
  shape: string;
  /** The opened file; null = its user gave up. */
  done: (file: KeyFileView | null) => void;
}

export class Drop {
  hovering = $state.raw<Hovering | null>(null);
  locked = $state.raw<Locked | null>(null);
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

  /** A held file once it is open; null when its user does not know the password. */
  opened(held: HeldFileView): Promise<KeyFileView | null> {
    if (held.held === 'known') return Promise.resolve(held.file);
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

  async #take(held: HeldFileView): Promise<void> {
    const file = await this.opened(held);
    if (file) this.taker.take(file);
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
        void this.#take(event.held);
        break;
      case 'file_refused':
        this.hovering = null;
        this.taker.refuse(event.failure);
        break;
    }
  }
}
