// An entry of the log as a sentence in the past tense, with the tone it should have.
import type { ActivityEntry, ActivityKind, NetworkChange, RotationMilestone } from '../../api/host';
import { joined, listed, t } from '../../language/language.svelte';
import { ofCore } from '../../state/failure';
import { troubleText, type Tone } from '../../state/status';
import { calendarDay } from '../../state/time';
import { limitText } from '../../state/verdict';

export interface Sentence {
  tone: Tone;
  text: string;
}

const milestone = (step: RotationMilestone, noun: 'key' | 'secret'): string => (step === 'undone' ? t('did-rotation-undone') : t(`did-rotated-${step}`, { noun }));

const good = (text: string): Sentence => ({ tone: 'good', text });
const plain = (text: string): Sentence => ({ tone: 'idle', text });
const soon = (text: string): Sentence => ({ tone: 'soon', text });
const need = (text: string): Sentence => ({ tone: 'need', text });

export function sentence(what: ActivityKind): Sentence {
  switch (what.kind) {
    case 'added':
      return plain(t('did-added'));
    case 'connected':
      return good(what.account ? t('did-connected-as', { account: what.account }) : t('did-connected'));
    case 'authorization_failed':
      return soon(t('did-authorization_failed', { reason: ofCore(what.reason) }));
    case 'refreshed':
      return good(t('did-refreshed'));
    case 'refresh_postponed':
      return soon(joined(t('did-refresh_postponed'), troubleText(what.trouble)));
    case 'reconnect_needed':
      return need(t(`did-reconnect-${what.reason.reason}`));
    case 'refresh_recovered':
      return good(t('did-refresh_recovered'));
    case 'verified':
      return verified(what.verdict);
    case 'renamed':
      return plain(t('did-renamed', { name: what.from }));
    case 'paused':
      return plain(t('did-paused'));
    case 'resumed':
      return plain(t('did-resumed'));
    case 'lending_switched':
      return plain(t(what.allowed ? 'did-lending-on' : 'did-lending-off'));
    case 'lent':
      return plain(t('did-lent', { consumer: what.consumer }));
    case 'rotated':
      return plain(milestone(what.step, 'key'));
    case 'secret_rotated':
      return plain(milestone(what.step, 'secret'));
    case 'revoked':
      return plain(t('did-revoked'));
    case 'revoke_failed':
      return soon(t('did-revoke_failed', { reason: ofCore(what.reason) }));
    case 'revocation_given_up':
      return need(joined(t('did-revocation_given_up'), ofCore(what.reason)));
    case 'revocation_forgotten':
      return plain(t('did-revocation_forgotten'));
    case 'disconnected':
      return plain(t('did-disconnected'));
    case 'restored':
      return plain(t('did-restored'));
    case 'exported':
      return plain(t(what.moved ? 'did-exported-moved' : 'did-exported'));
    case 'export_withdrawn':
      return plain(t('did-export_withdrawn'));
    case 'imported':
      return plain(t('did-imported'));
    case 'switched_on':
      return good(t('did-switched_on'));
    case 'taken_back':
      return plain(t('did-taken_back'));
    case 'protection_changed':
      return plain(t(`did-protection-${what.change}`));
    case 'network_changed':
      return plain(network(what.change));
    case 'odd_answer':
      return soon(t('did-odd_answer', { what: ofCore(what.what) }));
    case 'unreadable':
      return soon(t('did-unreadable'));
  }
}

function network(change: NetworkChange): string {
  switch (change.network) {
    case 'proxy':
      return change.proxy ? t('did-network-proxy', { proxy: change.proxy }) : t('did-network-no-proxy');
    case 'authorities_trusted':
      return t('did-network-authorities_trusted', { names: listed(change.subjects) });
    case 'authorities_removed':
      return t('did-network-authorities_removed');
  }
}

function verified(verdict: Extract<ActivityKind, { kind: 'verified' }>['verdict']): Sentence {
  switch (verdict.outcome) {
    case 'works':
      return good(verdict.account ? t('did-verified-works-as', { account: verdict.account.label }) : t('did-verified-works'));
    case 'works_without':
      return soon(joined(t('did-verified-works_without'), limitText(verdict.missing)));
    case 'refused':
      return need(joined(t('did-verified-refused'), ofCore(verdict.reason)));
    case 'could_not_reach':
      return soon(joined(t('did-verified-could_not_reach'), ofCore(verdict.reason)));
  }
}

/** Entries in groups by calendar day, in their order. */
export function byDay(entries: ActivityEntry[], now: number): [day: string, entries: ActivityEntry[]][] {
  const days = new Map<string, ActivityEntry[]>();
  for (const entry of entries) {
    const day = calendarDay(entry.at, now);
    const list = days.get(day);
    if (list) list.push(entry);
    else days.set(day, [entry]);
  }
  return [...days];
}
