// What a failure looks like: title, text and button for each code. A new code in the contract breaks the build here. The core's own
// sentence wins over ours, which stands in when there is none. The core speaks English: in another language ours comes first, and its
// sentence behind as a quotation.
import type { Action, ErrorCode, Failure } from '../api/host';
import { language, t } from '../language/language.svelte';

/** A failure, ready to be shown. */
export interface FailureText {
  title: string;
  text: string;
  /** The fitting button, when what it does makes sense for this kind of failure. */
  action: Action | null;
  button: string | null;
}

const actions: Record<ErrorCode, Action | null> = {
  vault_locked: 'unlock',
  disk_full: 'retry',
  vault_not_writable: 'retry',
  vault_damaged: null,
  vault_restored: null,
  vault_newer: null,
  passphrase_refused: 'retry',
  recovery_code_refused: 'retry',
  keyring_refused: 'retry',
  not_found: null,
  changed_meanwhile: 'retry',
  key_not_usable: 'replace_credential',
  field_not_usable: 'edit_field',
  file_password_refused: 'retry',
  file_not_usable: 'replace_credential',
  file_not_written: 'retry',
  clipboard_empty: 'retry',
  browser_not_opened: 'retry',
  port_not_opened: 'retry',
  authorization_denied: 'retry',
  authorization_timed_out: 'retry',
  code_expired: 'retry',
  authorization_replaced: 'retry',
  authorization_refused: 'retry',
  id_token_refused: 'retry',
  credential_refused: 'replace_credential',
  registration_refused: 'edit_registration',
  request_refused: 'retry',
  service_unreachable: 'retry',
  reconnect_needed: 'reconnect',
  paused: null,
  lending_not_allowed: 'allow_lending',
  rotation_not_possible: null,
  different_account: 'replace_credential',
  not_supported: null,
  internal: 'retry',
};

/** The word on the button of an action. */
export function buttonOf(action: Action): string {
  switch (action) {
    case 'retry':
      return t('common-try-again');
    case 'reconnect':
      return t('primary-reconnect');
    case 'edit_registration':
    case 'network_settings':
      return t(action === 'edit_registration' ? 'common-edit-registration' : 'common-network-settings');
    default:
      return t(`failure-button-${action}`);
  }
}

/** A sentence of ours and what the core said of the same. */
export function withCore(own: string, said: string): string {
  if (said === '') return own;
  return language().isTheCores ? said : t('core-said', { own, said });
}

/** A sentence that only the core has. */
export const ofCore = (said: string): string => (said === '' || language().isTheCores ? said : t('core-quoted', { said }));

/** Failures that the window made itself, with a sentence in the user's language. */
const own = new WeakSet<Failure>();

export function ownFailure(code: ErrorCode, message = ''): Failure {
  const failure: Failure = { code, message, action: null, field: null, connector: null };
  own.add(failure);
  return failure;
}

const known = ({ code }: Failure): ErrorCode => (code in actions ? code : 'internal');

/** Title, text and button for a failure. */
export function failureText(failure: Failure): FailureText {
  const code = known(failure);
  const action = failure.action ?? actions[code];
  const text = own.has(failure) && failure.message !== '' ? failure.message : withCore(t(`failure-${code}`), failure.message);
  return { title: t(`failure-${code}-title`), text, action, button: action && buttonOf(action) };
}

/** The title of a vault that does not open, where the usual one is about less than that. */
export function closedTitle(failure: Failure): string {
  const code = known(failure);
  return code === 'vault_locked' || code === 'vault_damaged' ? t(`failure-closed-${code}`) : t(`failure-${code}-title`);
}

/** What is said at a field of a connector, when the failure is about it. */
export const fieldProblem = (failure: Failure | null, field: string): string =>
  failure?.code !== 'field_not_usable' || failure.field !== field ? '' : failure.message ? failureText(failure).text : t('setup-value-unfit');

/** Every code, for tests and the error page. */
export const errorCodes = Object.keys(actions) as ErrorCode[];
