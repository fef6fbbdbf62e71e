// The four outcomes of a verification in plain words.
import type { Method, Verdict } from '../api/host';
import { joined, t } from '../language/language.svelte';
import { ofCore } from './failure';
import type { Tone } from './status';

export interface VerdictText {
  tone: Tone;
  title: string;
  text: string;
}

/** What is not allowed, as a sentence: the core gives one, a phrase, or the service's code. */
export const limitText = (missing: string): string => (/[.!?]$/.test(missing) ? missing : t('verdict-limit', { missing }));

export function verdictText(verdict: Verdict, service: string, method: Method): VerdictText {
  const works = () => ('account' in verdict && verdict.account ? t('verdict-works-as', { account: verdict.account.label }) : t('verdict-works'));
  switch (verdict.outcome) {
    case 'works':
      return { tone: 'good', title: works(), text: verdict.account ? t('verdict-accepted', { service, method }) : t('verdict-accepted-unknown', { service, method }) };
    case 'works_without':
      return { tone: 'soon', title: works(), text: joined(limitText(verdict.missing), t('verdict-fine-without')) };
    case 'refused':
      return { tone: 'need', title: t('verdict-refused', { service, method }), text: ofCore(verdict.reason) };
    case 'could_not_reach':
      return { tone: 'soon', title: t('verdict-could-not-reach', { service }), text: joined(ofCore(verdict.reason), t('verdict-not-known-yet', { method })) };
  }
}
