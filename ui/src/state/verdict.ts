// The four outcomes of a verification in plain words.
import type { Method, Verdict } from '../api/host';
import type { Tone } from './status';

export interface VerdictText {
  tone: Tone;
  title: string;
  text: string;
}

/** What is not allowed, as a sentence: the core gives one, a phrase, or the service's code. */
export const limitText = (missing: string): string => (/[.!?]$/.test(missing) ? missing : `The service does not allow: ${missing}.`);

const noun: Record<Method, string> = { api_key: 'key', oauth: 'sign-in', service_account: 'key file' };

export function verdictText(verdict: Verdict, service: string, method: Method): VerdictText {
  switch (verdict.outcome) {
    case 'works':
      return verdict.account
        ? { tone: 'good', title: `Works as ${verdict.account.label}`, text: `${service} accepted the ${noun[method]}.` }
        : { tone: 'good', title: 'Works', text: `${service} accepted the ${noun[method]}, and does not say whose it is.` };
    case 'works_without':
      return {
        tone: 'soon',
        title: verdict.account ? `Works as ${verdict.account.label}` : 'Works',
        text: `${limitText(verdict.missing)} That is fine if you do not need it.`,
      };
    case 'refused':
      return { tone: 'need', title: `${service} refused the ${noun[method]}`, text: verdict.reason };
    case 'could_not_reach':
      return {
        tone: 'soon',
        title: `${service} could not be reached`,
        text: `${verdict.reason} The ${noun[method]} is saved; it is not known yet whether it works.`,
      };
  }
}
