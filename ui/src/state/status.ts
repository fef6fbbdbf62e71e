// A status as a person reads it: a shape, a colour (by tone) and a word, never one of them alone.
import type { IntegrationView, Method, StatusView, Trouble, VerdictRecord } from '../api/host';
import { joined, listed, t } from '../language/language.svelte';
import { ofCore } from './failure';
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

/** What keeps a refresh from working for now, in one sentence. */
export const troubleText = (trouble: Trouble): string => (trouble.trouble === 'service' ? t(`trouble-${trouble.kind}`) : t(`trouble-${trouble.trouble}`));

export function statusText(status: StatusView, now: number): StatusText {
  switch (status.status) {
    case 'connected':
      return { tone: 'good', word: t('status-connected'), detail: '' };
    case 'limited':
      return { tone: 'soon', word: t('status-limited'), detail: limitText(status.missing) };
    case 'scopes_missing': {
      const { missing } = status;
      return { tone: 'soon', word: t('status-scopes-missing', { n: missing.length }), detail: t('status-scopes-missing-detail', { scopes: listed(missing) }) };
    }
    case 'replace_soon':
      return { tone: 'soon', word: t('status-replace-soon'), detail: replaceSoon(status, now) };
    case 'needs_you':
      return { tone: 'need', word: t('status-needs-you'), detail: t('status-since', { when: relative(status.since, now) }) };
    case 'retrying':
      return status.trouble.trouble === 'registration'
        ? { tone: 'need', word: t('status-app-refused'), detail: troubleText(status.trouble) }
        : { tone: 'soon', word: t('status-retrying'), detail: joined(troubleText(status.trouble), t('status-tried-again', { when: relative(status.until, now) })) };
    case 'unverified':
      return { tone: 'soon', word: t('status-not-verified'), detail: ofCore(status.reason) };
    case 'paused':
      if (status.hold === 'moved_away') return { tone: 'idle', word: t('status-moved-away'), detail: t('status-moved-away-when', { when: relative(status.since, now) }) };
      if (status.hold === 'unproved') return { tone: 'soon', word: t('status-unproved'), detail: t('status-unproved-when', { when: relative(status.since, now) }) };
      return { tone: 'idle', word: t('status-paused'), detail: t('status-since', { when: relative(status.since, now) }) };
    case 'connecting':
      return { tone: 'idle', word: t('status-connecting'), detail: t('status-waiting-for-browser') };
    case 'not_connected':
      return { tone: 'idle', word: t('status-not-connected'), detail: '' };
  }
}

function replaceSoon({ ends_at, saved_at }: Extract<StatusView, { status: 'replace_soon' }>, now: number): string {
  if (ends_at === null) return t('status-replace-soon-old', { when: relative(saved_at, now) });
  return t(ends_at <= now ? 'status-replace-soon-ended' : 'status-replace-soon-ends', { when: relative(ends_at, now) });
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

export const methodText = (method: Method): string => t(`method-${method}`);

/** The last good sign of life: "refreshed 8 min ago", "verified 2 min ago". */
export function lastSign(integration: IntegrationView, now: number): { text: string; at: number | null } {
  const verified = acceptedAt(integration.last_verdict);
  const refreshed = integration.last_refreshed_at;
  if (refreshed !== null && refreshed > (verified ?? 0)) return { text: t('sign-refreshed', { when: relative(refreshed, now) }), at: refreshed };
  if (verified !== null) return { text: t('sign-verified', { when: relative(verified, now) }), at: verified };
  return { text: t('sign-none'), at: null };
}

/** When it last gave a sign of life; null = never yet. */
export function lastSeenAt({ last_verdict, last_refreshed_at }: IntegrationView): number | null {
  const verified = acceptedAt(last_verdict);
  return verified === null || last_refreshed_at === null ? (verified ?? last_refreshed_at) : Math.max(verified, last_refreshed_at);
}

const acceptedAt = (record: VerdictRecord | null): number | null =>
  record && (record.verdict.outcome === 'works' || record.verdict.outcome === 'works_without') ? record.at : null;
