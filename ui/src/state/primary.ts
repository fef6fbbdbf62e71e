// The one button that fits an integration now.
import type { IntegrationView, Method } from '../api/host';

export type PrimaryAction = 'reconnect' | 'replace' | 'edit_registration' | 'rotate' | 'resume' | 'verify';

export function primaryAction({ status, method }: Pick<IntegrationView, 'status' | 'method'>): PrimaryAction {
  switch (status.status) {
    case 'needs_you':
      return status.reason.reason === 'key_refused' || method !== 'oauth' ? 'replace' : 'reconnect';
    case 'not_connected':
      return method === 'oauth' ? 'reconnect' : 'replace';
    case 'retrying':
      return status.trouble.trouble === 'registration' ? 'edit_registration' : 'verify';
    case 'replace_soon':
      return 'rotate';
    case 'paused':
      return status.hold === null ? 'resume' : 'verify';
    default:
      return 'verify';
  }
}

export function primaryLabel(action: PrimaryAction, method: Method): string {
  switch (action) {
    case 'reconnect':
      return 'Reconnect';
    case 'replace':
      return method === 'service_account' ? 'Replace key file' : 'Replace key';
    case 'edit_registration':
      return 'Edit app registration';
    case 'rotate':
      return method === 'service_account' ? 'Rotate key file' : 'Rotate key';
    case 'resume':
      return 'Resume';
    case 'verify':
      return 'Verify now';
  }
}
