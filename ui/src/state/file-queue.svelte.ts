// Several files that were brought at once: worked through one after the other in one dialog, and what became of each.
import type { Failure, HeldFileView, IntegrationId, Method, Verdict } from '../api/host';

/** What became of a file. */
export type FileOutcome =
  | { outcome: 'waiting' }
  /** Stored, and the service accepts it. */
  | { outcome: 'connected'; id: IntegrationId }
  /** Stored, and it is not known whether the service accepts it, or known that it does not. */
  | { outcome: 'saved'; id: IntegrationId; verdict: Verdict; method: Method }
  | { outcome: 'skipped' }
  | { outcome: 'refused'; failure: Failure };

export interface QueuedFile {
  readonly name: string;
  readonly held: HeldFileView;
  readonly result: FileOutcome;
}

const nameOf = (held: HeldFileView): string => (held.held === 'known' ? held.file.file.name : held.held === 'export' ? held.file.name : held.name);

export class FileQueue {
  files = $state.raw<QueuedFile[]>([]);

  constructor(held: HeldFileView[]) {
    this.files = held.map((one) => ({
      name: nameOf(one),
      held: one,
      result: one.held === 'refused' ? { outcome: 'refused', failure: one.failure } : { outcome: 'waiting' },
    }));
  }

  /** Whose turn it is; null when all are done. */
  get present(): QueuedFile | null {
    return this.files.find(({ result }) => result.outcome === 'waiting') ?? null;
  }

  /** Where it stands among those that can be used. */
  get place(): { at: number; of: number } {
    const usable = this.files.filter(({ result }) => result.outcome !== 'refused');
    return { at: usable.filter(({ result }) => result.outcome !== 'waiting').length + 1, of: usable.length };
  }

  /** Those that cannot be used. */
  get refused(): string[] {
    return this.files.filter(({ result }) => result.outcome === 'refused').map(({ name }) => name);
  }

  /** Ends the turn of `file`; a file whose turn is over keeps its result. */
  finish(file: QueuedFile, result: FileOutcome): void {
    this.files = this.files.map((one) => (one === file ? { ...one, result } : one));
  }

  /** Leaves out all that wait. */
  stop(): void {
    this.files = this.files.map((one) => (one.result.outcome === 'waiting' ? { ...one, result: { outcome: 'skipped' } } : one));
  }
}
