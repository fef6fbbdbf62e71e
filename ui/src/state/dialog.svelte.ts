// Which dialog is open and what it was opened for. Features open each other's dialogs through here and never know each other.
import type { IntegrationView, KeyFileView, Method } from '../api/host';

export type Opening =
  | { open: 'setup'; connectorId: string | null; method: Method | null }
  | { open: 'key_file'; file: KeyFileView }
  | { open: 'reconnect'; integration: IntegrationView; moreScopes: string[] }
  | { open: 'replace'; integration: IntegrationView }
  | { open: 'disconnect'; integration: IntegrationView };

export class Dialogs {
  opening = $state.raw<Opening | null>(null);

  setup(connectorId: string | null = null, method: Method | null = null): void {
    this.opening = { open: 'setup', connectorId, method };
  }

  keyFile(file: KeyFileView): void {
    this.opening = { open: 'key_file', file };
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

  close(): void {
    this.opening = null;
  }
}
