// The one seam to the host: every command and event of the contract, as promises that fail with a `HostFailure`.
// The shape is derived from the generated bindings, so a changed command breaks the build here and nowhere silently.
// Deliberately absent: anything about Tauri; the window runs on `tauri.ts`, a plain browser and the tests on `fake/`.
import type { commands, CoreEvent, Failure, Preferences as StoredPreferences, ShellEvent } from '../bindings';

export type * from '../bindings';

type Command<F> = F extends (...given: infer Given) => Promise<infer Answer>
  ? (...given: Given) => Promise<Extract<Answer, { status: 'ok' }> extends { data: infer Data } ? Data : never>
  : never;

/** As they cross, whole. Only what an older version stored leaves something out, and the core fills that in. */
export type Preferences = Required<StoredPreferences>;

type Contract = { [Name in keyof typeof commands]: Command<(typeof commands)[Name]> };

/** The commands of the contract; each rejects with {@link HostFailure}. */
export interface HostCommands extends Omit<Contract, 'preferences' | 'setPreferences'> {
  preferences(): Promise<Preferences>;
  setPreferences(preferences: Preferences): Promise<Preferences>;
}

/** Ends a subscription. */
export type Unlisten = () => void;

/** What the front end may ask of the core, and what it is told. */
export interface Host extends HostCommands {
  onCoreEvent(listener: (event: CoreEvent) => void): Promise<Unlisten>;
  onShellEvent(listener: (event: ShellEvent) => void): Promise<Unlisten>;
}

/** A command that failed, with the failure as the core told it. */
export class HostFailure extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
    this.name = 'HostFailure';
  }
}

/** Reads a failure out of anything thrown; whatever is not the core's own becomes a fault of the program. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof HostFailure) return thrown.failure;
  return { code: 'internal', message: '', action: null, field: null, connector: null };
}
