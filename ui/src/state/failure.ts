// What a failure looks like: one total table from code to title, text and button. A new code in the contract breaks the
// build here. The core's own sentence wins over the text of the table, which stands in when there is none.
import type { Action, ErrorCode, Failure } from '../api/host';

/** A failure, ready to be shown. */
export interface FailureText {
  title: string;
  text: string;
  /** The fitting button, when what it does makes sense for this kind of failure. */
  action: Action | null;
  button: string | null;
}

type Entry = { title: string; text: string; action: Action | null };

const entries: Record<ErrorCode, Entry> = {
  vault_locked: { title: 'The vault is locked', text: 'Unlock it, then try again.', action: 'unlock' },
  disk_full: { title: 'The disk is full', text: 'Nothing was changed. Free some space, then try again.', action: 'retry' },
  vault_not_writable: { title: 'The vault cannot be written', text: 'Nothing was changed. Check that its folder is writable, then try again.', action: 'retry' },
  vault_damaged: { title: 'A record in the vault is damaged', text: 'The other integrations are not affected. A backup copy may hold it.', action: null },
  vault_restored: { title: 'The vault was put back from a copy', text: 'Nothing is refreshed before you choose “Go on” above.', action: null },
  vault_newer: { title: 'The vault belongs to a newer version', text: 'Install the newest Storm Connect to open it. Nothing was changed.', action: null },
  passphrase_refused: { title: 'That passphrase does not fit', text: 'Check the keyboard layout and try again.', action: 'retry' },
  recovery_code_refused: { title: 'That recovery code does not fit', text: 'Compare each group with what you wrote down.', action: 'retry' },
  keyring_refused: { title: 'The keyring did not take the key', text: 'Nothing was changed. Unlock the keyring, then try again.', action: 'retry' },
  not_found: { title: 'This is not here any more', text: 'It was removed or replaced meanwhile.', action: null },
  changed_meanwhile: { title: 'Something changed meanwhile', text: 'Look at the present state, then try again.', action: 'retry' },
  key_not_usable: { title: 'This key cannot be used', text: 'Copy the whole key from the service and paste it again.', action: 'replace_credential' },
  field_not_usable: { title: 'A field needs another value', text: 'Compare it with the example below the field.', action: 'edit_field' },
  file_password_refused: { title: 'The password does not open the file', text: 'Enter the password that the file was made with.', action: 'retry' },
  file_not_usable: { title: 'This file cannot be used', text: 'Choose the credentials file that the service let you download.', action: 'replace_credential' },
  file_not_written: { title: 'The file could not be written', text: 'Nothing was changed. Choose another folder.', action: 'retry' },
  clipboard_empty: { title: 'There is no text on the clipboard', text: 'Copy the key at the service, then paste it here.', action: 'retry' },
  browser_not_opened: { title: 'No browser could be opened', text: 'Copy the link and open it in a browser on this computer.', action: 'retry' },
  port_not_opened: { title: 'The answer could not be awaited', text: 'Another program holds the port this service redirects to. Close it, then try again.', action: 'retry' },
  authorization_denied: { title: 'The request was declined in the browser', text: 'Nothing was changed. Authorize again when you want to allow it.', action: 'retry' },
  authorization_timed_out: { title: 'The browser did not come back in time', text: 'Nothing was changed. Authorize again when you are ready.', action: 'retry' },
  code_expired: { title: 'The code expired', text: 'Nothing was changed. Ask for a new code when you are ready.', action: 'retry' },
  authorization_replaced: { title: 'A newer authorization took over', text: 'Go on in the newest browser tab.', action: 'retry' },
  authorization_refused: { title: 'The answer of the browser did not fit', text: 'It was not used, and nothing was changed. Authorize again.', action: 'retry' },
  id_token_refused: { title: 'It is not certain who signed in', text: 'The service’s ID token does not hold, so nothing was kept. Authorize again.', action: 'retry' },
  credential_refused: { title: 'The service refused the credential', text: 'Replace it with one that the service accepts.', action: 'replace_credential' },
  registration_refused: { title: 'The service refused the app registration', text: 'Compare client id, client secret and redirect URI with the service. Your tokens are kept.', action: 'edit_registration' },
  request_refused: { title: 'The service refused the request', text: 'Check the fields and scopes, then try again.', action: 'retry' },
  service_unreachable: { title: 'The service could not be reached', text: 'Nothing was lost. Check the connection, then try again.', action: 'retry' },
  reconnect_needed: { title: 'This integration needs to be reconnected', text: 'Sign in again as the same account.', action: 'reconnect' },
  paused: { title: 'This integration is paused', text: 'Resume it, then try again.', action: null },
  lending_not_allowed: { title: 'Lending is switched off', text: 'Switch it on under Credentials to let other tools use it.', action: 'allow_lending' },
  rotation_not_possible: { title: 'The rotation has moved on', text: 'Look at the step it has reached now.', action: null },
  different_account: { title: 'The new credential belongs to another account', text: 'Use one of the same account, or agree to the change.', action: 'replace_credential' },
  not_supported: { title: 'Not possible for this service', text: 'The service does not offer this.', action: null },
  internal: { title: 'Something went wrong in Storm Connect', text: 'Nothing was changed. Try again.', action: 'retry' },
};

const buttons: Record<Action, string> = {
  retry: 'Try again',
  reconnect: 'Reconnect',
  edit_registration: 'Edit app registration',
  replace_credential: 'Replace',
  edit_field: 'Edit',
  unlock: 'Unlock',
  allow_lending: 'Allow lending',
  network_settings: 'Network settings',
};

/** The word on the button of an action. */
export const buttonOf = (action: Action): string => buttons[action];

/** Title, text and button for a failure. */
export function failureText(failure: Failure): FailureText {
  const entry = entries[failure.code] ?? entries.internal;
  const action = failure.action ?? entry.action;
  return { title: entry.title, text: failure.message || entry.text, action, button: action && buttons[action] };
}

/** What keeps a whole vault closed, where the title of the table is about less than that. */
const closedTitles: Partial<Record<ErrorCode, string>> = {
  vault_locked: 'The vault cannot be opened',
  vault_damaged: 'The vault’s database cannot be read',
};

/** The title of a vault that does not open. */
export function closedTitle({ code }: Failure): string {
  return closedTitles[code] ?? (entries[code] ?? entries.internal).title;
}

/** Every code, for tests and the error page. */
export const errorCodes = Object.keys(entries) as ErrorCode[];
