// The one button that fits an integration now.
import type { IntegrationView, Method } from '../api/host';
import { t } from '../language/language.svelte';

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
  if (action === 'edit_registration') return t('common-edit-registration');
  return action === 'replace' || action === 'rotate' ? t(`primary-${action}`, { method }) : t(`primary-${action}`);
}
