// An entry of the log as a sentence in the past tense, with the tone it should have.
import type { ActivityEntry, ActivityKind, NetworkChange, ProtectionChange, RotationMilestone } from '../../api/host';
import { troubleText, type Tone } from '../../state/status';
import { calendarDay } from '../../state/time';
import { limitText } from '../../state/verdict';

export interface Sentence {
  tone: Tone;
  text: string;
}

const milestones: Record<RotationMilestone, string> = {
  minted: 'The service made a new key, which was saved beside the old one',
  staged: 'A new key was saved beside the old one',
  verified: 'The new key works',
  switched: 'Switched to the new key',
  went_back: 'The service refused the new key, so the old one is in use again',
  deactivated: 'The old key was switched off, and can be switched on again',
  revoked: 'The old key was turned off',
  proved_dead: 'The service refuses the old key',
  undone: 'The rotation was undone',
  rehearsed: 'A rotation was rehearsed: the new key was tried and deleted again',
};

const good = (text: string): Sentence => ({ tone: 'good', text });
const plain = (text: string): Sentence => ({ tone: 'idle', text });
const soon = (text: string): Sentence => ({ tone: 'soon', text });
const need = (text: string): Sentence => ({ tone: 'need', text });

export function sentence(what: ActivityKind): Sentence {
  switch (what.kind) {
    case 'added':
      return plain('Added');
    case 'connected':
      return good(what.account ? `Connected as ${what.account}` : 'Connected');
    case 'authorization_failed':
      return soon(`Authorizing ended without a sign-in: ${what.reason}`);
    case 'refreshed':
      return good('The token was refreshed');
    case 'refresh_postponed':
      return soon(`Refreshing did not work for now. ${troubleText(what.trouble)}`);
    case 'reconnect_needed':
      return need(reconnect(what.reason.reason));
    case 'refresh_recovered':
      return good('The answer of an interrupted refresh was found and used');
    case 'verified':
      return verified(what.verdict);
    case 'renamed':
      return plain(`Renamed from ${what.from}`);
    case 'paused':
      return plain('Paused');
    case 'resumed':
      return plain('Resumed');
    case 'lending_switched':
      return plain(what.allowed ? 'Lending to other tools was switched on' : 'Lending to other tools was switched off');
    case 'lent':
      return plain(`Access was lent to ${what.consumer}`);
    case 'rotated':
      return plain(milestones[what.step]);
    case 'secret_rotated':
      return plain(milestones[what.step].replace(/\bkey\b/, 'client secret'));
    case 'revoked':
      return plain('Revoked at the service');
    case 'revoke_failed':
      return soon(`Revoking at the service did not work: ${what.reason}`);
    case 'revocation_given_up':
      return need(`Revoking at the service was given up after many tries; end it on the service's page. ${what.reason}`);
    case 'revocation_forgotten':
      return plain('Revoking was left to you; the credential was erased here');
    case 'disconnected':
      return plain('Removed from this computer');
    case 'restored':
      return plain('Brought back');
    case 'exported':
      return plain(what.moved ? 'Written into a sealed export; its sign-in moved with it' : 'Written into a sealed export');
    case 'export_withdrawn':
      return plain('The export was not written, so its sign-in is used here as before');
    case 'imported':
      return plain('Restored from a sealed export');
    case 'switched_on':
      return good('Its service accepts it here, so it was switched on');
    case 'taken_back':
      return plain('Its sign-in was taken back and is used here again');
    case 'protection_changed':
      return plain(protectionChanges[what.change]);
    case 'network_changed':
      return plain(network(what.change));
    case 'odd_answer':
      return soon(`The service sent an odd answer: ${what.what}`);
    case 'unreadable':
      return soon('This entry cannot be read: it was written over, or a newer version of Storm Connect wrote it');
  }
}

const protectionChanges: Record<ProtectionChange, string> = {
  recovery_code_shown: 'A new recovery code was shown',
  recovery_code_set: 'A recovery code opens the vault from now on',
  recovery_code_removed: 'The recovery code was removed',
  recovery_code_used: 'The vault was opened with the recovery code',
  passphrase_set: 'A passphrase opens the vault from now on',
  passphrase_removed: 'The passphrase was removed',
  put_into_keyring: 'The vault’s key was put into the keyring',
  taken_from_keyring: 'The vault’s key was taken out of the keyring',
  master_key_changed: 'The master key was changed',
};

function network(change: NetworkChange): string {
  switch (change.network) {
    case 'proxy':
      return change.proxy ? `The proxy ${change.proxy} is asked from now on` : 'No proxy of your own is asked any more';
    case 'authorities_trusted':
      return `The certificate authority ${change.subjects.join(', ')} is trusted`;
    case 'authorities_removed':
      return 'Only the system’s certificate authorities are trusted';
  }
}

type Reason = Extract<ActivityKind, { kind: 'reconnect_needed' }>['reason']['reason'];

function reconnect(reason: Reason): string {
  switch (reason) {
    case 'grant_refused':
      return 'The service ended the connection; it needs to be reconnected';
    case 'interaction_required':
      return 'The service wants a new sign-in';
    case 'refresh_interrupted':
      return 'A refresh was interrupted; it needs to be reconnected';
    case 'sign_in_left_behind':
      return 'It was restored without its sign-in; it needs one sign-in here';
    case 'access_token_ended':
      return 'The access ended; it needs to be reconnected';
    case 'key_refused':
      return 'The service refused the key; it needs to be replaced';
    case 'record_damaged':
      return 'Its record in the vault is damaged; it needs to be connected again';
  }
}

function verified(verdict: Extract<ActivityKind, { kind: 'verified' }>['verdict']): Sentence {
  switch (verdict.outcome) {
    case 'works':
      return good(verdict.account ? `Verified: works as ${verdict.account.label}` : 'Verified: works');
    case 'works_without':
      return soon(`Verified: works. ${limitText(verdict.missing)}`);
    case 'refused':
      return need(`Verified: refused. ${verdict.reason}`);
    case 'could_not_reach':
      return soon(`Verified: could not be reached. ${verdict.reason}`);
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
