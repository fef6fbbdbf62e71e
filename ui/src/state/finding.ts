// What was found when somebody looked why something failed. A title for each cause: a new one in the contract breaks the build here.
// What is so and what helps are the core's sentences, in English; moments are said here, as a person reads them.
import type { Action, Cause, FindingView } from '../api/host';
import { language, t } from '../language/language.svelte';
import { buttonOf, withCore } from './failure';
import { atClock, relative } from './time';

export interface FindingText {
  title: string;
  text: string;
  /** The service's own words, as they are; empty when there are none. */
  words: string;
  action: Action | null;
  button: string | null;
}

/** The moments in a title. */
function titleOf(cause: Cause, now: number): string {
  switch (cause.cause) {
    case 'certificate_expired':
      return t('finding-certificate_expired-title', { host: cause.host, when: relative(cause.ended, now) });
    case 'certificate_not_yet_valid':
      return t('finding-certificate_not_yet_valid-title', { host: cause.host, when: relative(cause.begins, now) });
    case 'refresh_retried':
      return t('finding-refresh_retried-title', { when: atClock(cause.at, now), until: relative(cause.until, now) });
    case 'refresh_interrupted':
      return t('finding-refresh_interrupted-title', { when: atClock(cause.at, now) });
    case 'host_not_found':
    case 'host_refuses':
    case 'host_silent':
    case 'authority_unknown':
    case 'certificate_wrong_host':
    case 'no_secure_connection':
      return t(`finding-${cause.cause}-title`, { host: cause.host });
    default:
      return t(`finding-${cause.cause}-title`);
  }
}

export function findingText({ cause, what, cure, action }: FindingView, now: number): FindingText {
  const words = 'words' in cause ? [cause.words.code, cause.words.description].filter(Boolean).join(': ') : '';
  const text = language().isTheCores ? `${what} ${cure}` : withCore(t(`finding-${cause.cause}`), what);
  return { title: titleOf(cause, now), text, words, action, button: action && buttonOf(action) };
}
