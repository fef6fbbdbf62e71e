// Why an integration needs its user: what happened, that nothing is lost, what to do. One pair of sentences per reason.
import type { IntegrationView, InterruptedBy, Method, ReconnectReason, Timestamp } from '../api/host';
import { atClock } from './time';

export interface ReasonText {
  title: string;
  text: string;
  /** The service's own words, shown small and as they are; empty when there are none. */
  words: string;
}

const interruptedBy: Record<InterruptedBy, string> = {
  crash: 'because Storm Connect ended',
  sleep: 'because the computer went to sleep',
  network: 'because the network broke off',
};

const KEPT = 'Nothing you set up is lost';

export function reasonText(reason: ReconnectReason, integration: IntegrationView, since: Timestamp, now: number): ReasonText {
  const service = integration.connector.name;
  const as = integration.account ? `as ${integration.account.label}` : 'as the same account';
  switch (reason.reason) {
    case 'grant_refused':
      return {
        title: `${service} ended this connection ${atClock(since, now)}`,
        text: `It no longer accepts the sign-in, for example because a password changed or the access was removed there. ${KEPT}; sign in again ${as}.`,
        words: words(reason.words),
      };
    case 'interaction_required':
      return {
        title: `${service} wants you to sign in again`,
        text: `It asks for a new consent or a further check. ${KEPT}; sign in again ${as}.`,
        words: words(reason.words),
      };
    case 'refresh_interrupted':
      return {
        title: `The refresh ${atClock(reason.at, now)} was interrupted`,
        text: `It broke off ${interruptedBy[reason.by]}, and ${service} no longer takes the token from before. ${KEPT}; sign in again ${as}.`,
        words: '',
      };
    case 'sign_in_left_behind':
      return {
        title: 'It was restored without its sign-in',
        text: `The sign-in stayed on the computer that the export came from. Everything else is here; sign in once ${as}.`,
        words: '',
      };
    case 'access_token_ended':
      return {
        title: `The access to ${service} has ended`,
        text: `This service gives no token to renew it with. ${KEPT}; sign in again ${as}.`,
        words: '',
      };
    case 'record_damaged':
      return {
        title: 'Its record in the vault is damaged',
        text: `${service} was not asked, and no other integration is affected. Nothing was deleted; ${again(integration.method, as)}.`,
        words: '',
      };
    case 'key_refused': {
      const noun = integration.method === 'service_account' ? 'key file' : 'key';
      return {
        title: `${service} refused the ${noun} ${atClock(since, now)}`,
        text: `It was revoked, replaced or has ended there. ${KEPT}; make a new ${noun} at ${service} and replace it here.`,
        words: words(reason.words),
      };
    }
  }
}

const again = (method: Method, as: string): string =>
  method === 'oauth' ? `sign in again ${as}` : method === 'service_account' ? 'choose its key file once more' : 'paste its key once more';

const words = ({ code, description }: { code: string; description: string }): string =>
  [code, description].filter(Boolean).join(': ');
