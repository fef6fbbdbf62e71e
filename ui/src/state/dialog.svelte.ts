// Which dialog is open and what it was opened for. Features open each other's dialogs through here and never know each other.
import type { HeldFileView, IntegrationId, IntegrationView, KeyFileView, Method } from '../api/host';
import { FileQueue } from './file-queue.svelte';

/** What the dialog that connects is opened for. */
export type ConnectOpening =
  | { open: 'setup'; connectorId: string | null; method: Method | null }
  | { open: 'copied_key'; connectorId: string | null }
  | { open: 'key_file'; file: KeyFileView }
  | { open: 'key_files'; queue: FileQueue }
  | { open: 'reconnect'; integration: IntegrationView; moreScopes: string[] }
  | { open: 'replace'; integration: IntegrationView };

/** An export that the core holds until its passphrase is entered. */
export type SealedExport = Extract<HeldFileView, { held: 'export' }>;

export type Opening =
  | ConnectOpening
  | { open: 'export'; ids: IntegrationId[] }
  | { open: 'restore'; sealed: SealedExport }
  | { open: 'disconnect'; integration: IntegrationView }
  | { open: 'palette'; subject: IntegrationView | null }
  | { open: 'import_keys' }
  | { open: 'diagnostics' }
  | { open: 'shortcuts' };

export class Dialogs {
  opening = $state.raw<Opening | null>(null);

  setup(connectorId: string | null = null, method: Method | null = null): void {
    this.opening = { open: 'setup', connectorId, method };
  }

  /** Connects with the key on the clipboard; null = whose it is has to be asked. */
  copiedKey(connectorId: string | null): void {
    this.opening = { open: 'copied_key', connectorId };
  }

  keyFile(file: KeyFileView): void {
    this.opening = { open: 'key_file', file };
  }

  /** Works through several files. */
  keyFiles(files: HeldFileView[]): void {
    this.opening = { open: 'key_files', queue: new FileQueue(files) };
  }

  /** Asks for `moreScopes` besides those it has. */
  reconnect(integration: IntegrationView, moreScopes: string[] = []): void {
    this.opening = { open: 'reconnect', integration, moreScopes };
  }

  replace(integration: IntegrationView): void {
    this.opening = { open: 'replace', integration };
  }

  disconnect(integration: IntegrationView): void {
    this.opening = { open: 'disconnect', integration };
  }

  /** Writes these into a sealed file. */
  export(ids: IntegrationId[]): void {
    this.opening = { open: 'export', ids };
  }

  /** Restores what is in a sealed file. */
  restore(sealed: SealedExport): void {
    this.opening = { open: 'restore', sealed };
  }

  /** Every action and every integration, by a few letters; first what can be done to `subject`. */
  palette(subject: IntegrationView | null = null): void {
    this.opening = { open: 'palette', subject };
  }

  /** Import from the files of other tools. */
  import(): void {
    this.opening = { open: 'import_keys' };
  }

  /** A report for whoever helps. */
  diagnostics(): void {
    this.opening = { open: 'diagnostics' };
  }

  /** All keys. */
  shortcuts(): void {
    this.opening = { open: 'shortcuts' };
  }

  close(): void {
    this.opening = null;
  }
}
