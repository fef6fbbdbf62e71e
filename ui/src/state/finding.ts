// What was found when somebody looked why something failed. A total table from cause to title: a new cause breaks the build here.
// What is so and what helps are the core's sentences; moments are said here, as a person reads them.
import type { Action, Cause, FindingView } from '../api/host';
import { buttonOf } from './failure';
import { atClock, relative } from './time';

export interface FindingText {
  title: string;
  text: string;
  /** The service's own words, as they are; empty when there are none. */
  words: string;
  action: Action | null;
  button: string | null;
}

type Titles = { [Kind in Cause['cause']]: (cause: Extract<Cause, { cause: Kind }>, now: number) => string };

const titles: Titles = {
  vault_not_writable: () => 'The vault cannot be written',
  no_network: () => 'There is no network',
  host_not_found: ({ host }) => `${host} is not found`,
  host_refuses: ({ host }) => `${host} does not take the connection`,
  host_silent: ({ host }) => `${host} does not answer`,
  network_sign_in: () => 'The network wants you to sign in',
  proxy_unreachable: () => 'The proxy cannot be reached',
  proxy_wants_sign_in: () => 'The proxy wants a user name and password',
  proxy_refuses: () => 'The proxy does not let the service through',
  authority_unknown: ({ host }) => `The certificate of ${host} is not trusted`,
  certificate_expired: ({ host, ended }, now) => `The certificate of ${host} ended ${relative(ended, now)}`,
  certificate_not_yet_valid: ({ host, begins }, now) => `The certificate of ${host} begins ${relative(begins, now)}`,
  certificate_wrong_host: ({ host }) => `The certificate shown for ${host} is another host’s`,
  no_secure_connection: ({ host }) => `No secure connection to ${host}`,
  clock_off: () => 'This computer’s clock is off',
  refreshed_meanwhile: () => 'A newer token is there already',
  refresh_retried: ({ at, until }, now) => `The refresh ${atClock(at, now)} broke off; tried again ${relative(until, now)}`,
  known_of_service: () => 'The service says why',
  redirect_not_registered: () => 'The redirect URI is not registered',
  registration_refused: () => 'The app registration is refused',
  grant_refused: () => 'The service ended the sign-in',
  interaction_required: () => 'The service wants you to sign in again',
  refresh_interrupted: ({ at }, now) => `The refresh ${atClock(at, now)} was interrupted`,
  access_token_ended: () => 'The access has ended',
  record_damaged: () => 'Its record in the vault is damaged',
  key_refused: () => 'The key is refused',
  request_refused: () => 'The service refuses the request',
  service_busy: () => 'The service is in trouble itself',
  answer_not_usable: () => 'The service’s answer cannot be used',
  passed_by: () => 'The service can be reached again',
};

export function findingText({ cause, what, cure, action }: FindingView, now: number): FindingText {
  const title = titles[cause.cause] as (cause: Cause, now: number) => string;
  const words = 'words' in cause ? [cause.words.code, cause.words.description].filter(Boolean).join(': ') : '';
  return { title: title(cause, now), text: `${what} ${cure}`, words, action, button: action && buttonOf(action) };
}

/** Every cause, for tests. */
export const causes = Object.keys(titles) as Cause['cause'][];
