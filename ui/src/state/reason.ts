// Why an integration needs its user: what happened, that nothing is lost, what to do. One pair of messages per reason.
import type { IntegrationView, ReconnectReason, Timestamp } from '../api/host';
import { t } from '../language/language.svelte';
import { atClock } from './time';

export interface ReasonText {
  title: string;
  text: string;
  /** The service's own words, shown small and as they are; empty when there are none. */
  words: string;
}

export function reasonText(reason: ReconnectReason, integration: IntegrationView, since: Timestamp, now: number): ReasonText {
  const { method } = integration;
  const service = integration.connector.name;
  const account = { as: integration.account ? 'known' : 'none', account: integration.account?.label ?? '' };
  const when = atClock(since, now);
  switch (reason.reason) {
    case 'grant_refused':
      return { title: t('reason-grant_refused-title', { service, when }), text: t('reason-grant_refused', account), words: words(reason.words) };
    case 'interaction_required':
      return { title: t('reason-interaction_required-title', { service }), text: t('reason-interaction_required', account), words: words(reason.words) };
    case 'refresh_interrupted':
      return {
        title: t('reason-refresh_interrupted-title', { when: atClock(reason.at, now) }),
        text: t('reason-refresh_interrupted', { ...account, service, by: reason.by }),
        words: '',
      };
    case 'sign_in_left_behind':
      return {
        title: t('reason-sign_in_left_behind-title'),
        text: t('reason-sign_in_left_behind', account),
        words: '',
      };
    case 'access_token_ended':
      return { title: t('reason-access_token_ended-title', { service }), text: t('reason-access_token_ended', account), words: '' };
    case 'record_damaged':
      return {
        title: t('reason-record_damaged-title'),
        text: method === 'oauth' ? t('reason-record_damaged-oauth', { ...account, service }) : t('reason-record_damaged-key', { service, method }),
        words: '',
      };
    case 'key_refused':
      return { title: t('reason-key_refused-title', { service, method, when }), text: t('reason-key_refused', { service, method }), words: words(reason.words) };
  }
}

const words = ({ code, description }: { code: string; description: string }): string =>
  [code, description].filter(Boolean).join(': ');
