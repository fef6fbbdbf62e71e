// Short notices at the edge of the window. One with an undo stays as long as the undo is open; a failure, and a question, stay until
// they are dismissed or answered; all others leave by themselves.
import type { Failure } from '../api/host';
import { failureText } from './failure';

export interface Toast {
  id: number;
  tone: 'good' | 'need' | 'idle';
  title: string;
  text: string;
  undo: (() => void) | null;
  /** Answers to choose from, where it asks something. */
  choices: ToastChoice[];
}

export interface ToastChoice {
  name: string;
  label: string;
  run: () => unknown;
}

const STAY_MS = 6_000;

export class Toasts {
  shown = $state<Toast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  /** Tells that something worked. */
  tell(title: string, text = ''): void {
    this.#show({ tone: 'good', title, text, undo: null }, STAY_MS);
  }

  /** Tells that something failed; once, as long as the notice stands. */
  fail(failure: Failure): void {
    const { title, text } = failureText(failure);
    if (this.shown.some((toast) => toast.title === title && toast.text === text)) return;
    this.#show({ tone: 'need', title, text, undo: null }, null);
  }

  /** Tells how something with several parts went; it stays when not all of it went well. */
  report(title: string, text: string, isGood: boolean): void {
    this.#show({ tone: isGood ? 'good' : 'need', title, text, undo: null }, isGood ? STAY_MS : null);
  }

  /** Offers the way back for `stayMs` milliseconds. */
  offerUndo(title: string, stayMs: number, undo: () => void): void {
    this.#show({ tone: 'good', title, text: '', undo }, stayMs);
  }

  /** Asks something that may be left unanswered. */
  ask(title: string, text: string, choices: ToastChoice[]): void {
    this.#show({ tone: 'idle', title, text, undo: null, choices }, null);
  }

  choose(toast: Toast, choice: ToastChoice): void {
    this.dismiss(toast.id);
    choice.run();
  }

  /** Takes the newest way back that is still open. */
  undoNewest(): void {
    const toast = this.shown.findLast((one) => one.undo !== null);
    if (toast) this.undo(toast);
  }

  undo(toast: Toast): void {
    this.dismiss(toast.id);
    toast.undo?.();
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }

  #show(toast: Omit<Toast, 'id' | 'choices'> & Partial<Pick<Toast, 'choices'>>, stayMs: number | null): void {
    const id = this.#next++;
    this.shown = [...this.shown, { choices: [], ...toast, id }];
    if (stayMs !== null) this.#timers.set(id, setTimeout(() => this.dismiss(id), stayMs));
  }
}
