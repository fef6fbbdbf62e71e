// A status as a person reads it: a shape, a colour (by tone) and a word, never one of them alone.
import type { IntegrationView, Method, StatusView, TransientKind, Trouble, VerdictRecord } from '../api/host';
import { relative } from './time';
import { limitText } from './verdict';

/** Each tone has its own colour and its own shape: ● good, ◆ soon, ▲ need, ○ idle. */
export type Tone = 'good' | 'soon' | 'need' | 'idle';

export interface StatusText {
  tone: Tone;
  word: string;
  /** One sentence more, for the page and the title. */
  detail: string;
}

const transient: Record<TransientKind, string> = {
  dns: 'Its host name was not found.',
  connection: 'The connection broke off.',
  tls: 'Its certificate was not accepted.',
  timeout: 'It did not answer in time.',
  too_large: 'Its answer was too large to be a token.',
  redirected: 'It redirected to another address, which is not followed.',
  service_busy: 'It is busy.',
  not_an_answer: 'Something else answered, such as a proxy or a sign-in page of the network.',
  unusable_token: 'Its last answer could not be used.',
  id_token_refused: 'Its last answer came with an ID token that does not hold, so it was not used.',
  client_key: 'The app registration’s key or certificate cannot be used.',
};

/** What keeps a refresh from working for now, in one sentence. */
export function troubleText(trouble: Trouble): string {
  switch (trouble.trouble) {
    case 'service':
      return transient[trouble.kind];
    case 'registration':
      return 'The service refuses the app registration. Your tokens are kept.';
    case 'request':
      return 'The service refuses the request.';
    case 'vault':
      return 'The vault cannot be written, so nothing is sent.';
  }
}

export function statusText(status: StatusView, now: number): StatusText {
  switch (status.status) {
    case 'connected':
      return { tone: 'good', word: 'Connected', detail: '' };
    case 'limited':
      return { tone: 'soon', word: 'Limited', detail: limitText(status.missing) };
    case 'scopes_missing': {
      const { length } = status.missing;
      return { tone: 'soon', word: `${length} ${length === 1 ? 'scope' : 'scopes'} missing`, detail: `Working, without ${status.missing.join(', ')}.` };
    }
    case 'replace_soon':
      return {
        tone: 'soon',
        word: 'Replace soon',
        detail:
          status.ends_at === null
            ? `Saved ${relative(status.saved_at, now)}, which is as old as you wanted it to get.`
            : `${status.ends_at <= now ? 'Its end was' : 'It ends'} ${relative(status.ends_at, now)}.`,
      };
    case 'needs_you':
      return { tone: 'need', word: 'Needs you', detail: `Since ${relative(status.since, now)}.` };
    case 'retrying':
      return status.trouble.trouble === 'registration'
        ? { tone: 'need', word: 'App refused', detail: troubleText(status.trouble) }
        : { tone: 'soon', word: 'Retrying', detail: `${troubleText(status.trouble)} Tried again ${relative(status.until, now)}.` };
    case 'unverified':
      return { tone: 'soon', word: 'Not verified', detail: status.reason };
    case 'paused':
      if (status.hold === 'moved_away') return { tone: 'idle', word: 'Moved away', detail: `Its sign-in moved to another computer ${relative(status.since, now)}.` };
      if (status.hold === 'unproved') return { tone: 'soon', word: 'Not switched on', detail: `Restored ${relative(status.since, now)}; its service has not accepted it here yet.` };
      return { tone: 'idle', word: 'Paused', detail: `Since ${relative(status.since, now)}.` };
    case 'connecting':
      return { tone: 'idle', word: 'Connecting', detail: 'Waiting for the browser.' };
    case 'not_connected':
      return { tone: 'idle', word: 'Not connected', detail: '' };
  }
}

/** Whether only the user can help. */
export const needsUser = (status: StatusView): boolean =>
  status.status === 'needs_you' ||
  status.status === 'not_connected' ||
  (status.status === 'retrying' && status.trouble.trouble === 'registration');

/** Whether it is worth a look, though it is tried again by itself. */
export const isTroubled = (status: StatusView): boolean =>
  !needsUser(status) && ['limited', 'replace_soon', 'retrying', 'unverified'].includes(status.status);

/** Whether all is well, as far as the one status that counts says. */
export const isWell = (status: StatusView): boolean => status.status === 'connected' || status.status === 'scopes_missing';

export const methodText: Record<Method, string> = {
  api_key: 'API key',
  oauth: 'OAuth 2.0',
  service_account: 'Service account',
};

/** The last good sign of life: "refreshed 8 min ago", "verified 2 min ago". */
export function lastSign(integration: IntegrationView, now: number): { text: string; at: number | null } {
  const verified = acceptedAt(integration.last_verdict);
  const refreshed = integration.last_refreshed_at;
  if (refreshed !== null && refreshed > (verified ?? 0)) return { text: `refreshed ${relative(refreshed, now)}`, at: refreshed };
  if (verified !== null) return { text: `verified ${relative(verified, now)}`, at: verified };
  return { text: 'not verified yet', at: null };
}

/** When it last gave a sign of life; null = never yet. */
export function lastSeenAt({ last_verdict, last_refreshed_at }: IntegrationView): number | null {
  const verified = acceptedAt(last_verdict);
  return verified === null || last_refreshed_at === null ? (verified ?? last_refreshed_at) : Math.max(verified, last_refreshed_at);
}

const acceptedAt = (record: VerdictRecord | null): number | null =>
  record && (record.verdict.outcome === 'works' || record.verdict.outcome === 'works_without') ? record.at : null;
