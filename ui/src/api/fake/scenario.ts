// Named situations of the fake host, for `?fake=NAME` in a plain browser.
import type { ErrorCode, Failure, FindingView, IntegrationDetailView, KeyProblem, StatusView, VaultNotice, VaultView } from '../host';
import { fullLog } from './diagnostics';
import { accessKeyFile, certificateFile, FakeHost, lockedArchive, profilesFile, refusedFile, sampleArchive, sampleExport, sampleFile } from './host';
import { labelled } from './list';
import { fail, kept, type FakeSettings } from './model';
import { crowd, integrationOf, longHistory, twoAccounts, workingDay } from './seed';

const PACE_MS = 2_500;

/** Files that may be dropped, and a command's refusal of a field. */
export const samples = {
  sampleFile,
  sampleArchive,
  accessKeyFile,
  certificateFile,
  profilesFile,
  lockedArchive,
  refusedFile,
  sampleExport,
  refused: (code: ErrorCode, message: string, field: string | null = null) => fail(code, message, { field }),
};

const secondWays = { ...kept, passphrase: true, recovery_code: true };

const closed = (message: string, rest: Partial<Failure> = {}): Failure => ({ code: 'vault_locked', message, action: 'retry', field: null, connector: null, ...rest });

/** What the core says of each problem of a keyring. */
const problems: Partial<Record<KeyProblem, string>> = {
  no_entry: 'GNOME Keyring does not hold the key of this vault any more. Bring back the keyring it was made with, then try again.',
  wrong_key: 'The key in GNOME Keyring belongs to another vault. Bring back the keyring or the data folder that belong together, then try again.',
  ambiguous: 'GNOME Keyring holds several keys for this vault. Remove those that are too many, then try again.',
  garbage: 'Something else overwrote this vault\'s key in GNOME Keyring. Bring back the keyring from a backup, then try again.',
  no_bus: 'This session has no D-Bus session bus, over which the keyring is reached. Start Storm Connect from your desktop session, or with dbus-run-session, then try again.',
  no_service: 'There is no keyring on this system: nothing answers as org.freedesktop.secrets, Keychain or Credential Manager. Start the keyring (GNOME Keyring, KWallet or KeePassXC), then try again.',
  no_collection: 'GNOME Keyring has no default keyring. Make one in your system\'s password program, then try again.',
  refused: 'GNOME Keyring is installed, but it is switched off or ends as soon as it is started. Switch it on in the system settings, then try again.',
  unresponsive: 'GNOME Keyring is running, but it does not answer. End it or log in anew, then try again.',
  vanished: 'GNOME Keyring ended while it was being asked. Start it, then try again.',
  access_denied: 'GNOME Keyring does not let this program have its entry. Allow it when it asks; after an update that is not signed, install the signed one. Then try again.',
  no_session: 'GNOME Keyring cannot be opened in this session, such as one over SSH. Log in at the screen, then try again.',
  too_long: 'GNOME Keyring says that the key is too long for it. Try another keyring.',
  failed: 'GNOME Keyring reported an error. Try again; if that does not help, log in anew.',
};
const backend = 'GNOME Keyring';

const vaults: Record<string, VaultView> = {
  opening: { vault: 'opening' },
  locked: { vault: 'keyring_locked', backend, prompt_open: true },
  dismissed: { vault: 'keyring_locked', backend, prompt_open: false },
  passphrase: { vault: 'passphrase_needed' },
  failed: { vault: 'failed', failure: closed('', { code: 'vault_newer', action: null }) },
  busy: { vault: 'failed', failure: closed('Another Storm Connect has this vault open. Close that one, then try again.') },
};

/** `key-missing` and `no-keyring`, each with a problem of the keyring after a colon. */
function vaultNamed(name: string): VaultView | undefined {
  const [state, problem] = name.split(':') as [string, KeyProblem | undefined];
  const words = (of: KeyProblem, last: string) => closed(`${problems[of] ?? ''} ${last}`);
  if (state === 'key-missing') {
    const of = problem ?? 'no_entry';
    return { vault: 'key_missing', backend, problem: of, failure: words(of, 'Nothing was deleted, and no new key was made.') };
  }
  if (state === 'no-keyring') {
    const of = problem ?? 'no_service';
    return { vault: 'no_keyring', problem: of, failure: words(of, 'Or choose a passphrase to protect the vault instead.') };
  }
  return vaults[name];
}

const copy = { name: 'vault-1.db', made_at: Date.now() - 38 * 60_000, integrations: 8 };

const damaged: VaultView = {
  vault: 'failed',
  failure: {
    code: 'vault_damaged',
    message: 'The vault’s database is damaged, so it is left as it is. Put the last good copy back; what it replaces is kept.',
    action: 'retry',
    field: null,
    connector: null,
  },
};

/** What may be said above the list, all at once. */
const notices: VaultNotice[] = [
  { notice: 'unsaved', integrations: ['i-github', 'i-salesforce'] },
  { notice: 'damaged' },
  { notice: 'restored', since: Date.now() - 60_000 },
  { notice: 'network_folder', file_system: 'NFS' },
];

/** One record that cannot be read any more, among others that can. */
const oneRecordDamaged = (): IntegrationDetailView[] =>
  workingDay().map((row) =>
    row.integration.id === 'i-github'
      ? { ...row, integration: { ...row.integration, status: { status: 'needs_you' as const, reason: { reason: 'record_damaged' as const }, since: Date.now() - 60_000 } } }
      : row,
  );

/** Nothing needs anybody, now or soon. */
const allWell = (): IntegrationDetailView[] =>
  ['github', 'salesforce', 'slack'].map((connectorId) => integrationOf({ id: `i-well-${connectorId}`, connectorId, method: 'oauth', account: 'octocat' }));

/** No service is reached: what is renewed waits, and what was verified last is not. */
const cutOff = (): IntegrationDetailView[] =>
  workingDay().map((row, place) => {
    const now = Date.now();
    const status: StatusView =
      row.integration.method === 'api_key'
        ? { status: 'unverified', reason: 'The network does not answer.' }
        : { status: 'retrying', trouble: { trouble: 'service', kind: 'dns' }, until: now + (place + 1) * 60_000 };
    return row.integration.status.status === 'paused' ? row : { ...row, integration: { ...row.integration, status } };
  });

const noNetwork: FindingView = {
  cause: { cause: 'no_network' },
  what: 'This computer has no network: it finds no way to any service.',
  cure: 'Connect it to a network. What waits is done by itself then.',
  action: 'retry',
};

/** Connected a moment ago: nothing was refreshed or verified yet. */
const justConnected = (): IntegrationDetailView[] => {
  const row = integrationOf({ id: 'i-github', connectorId: 'github', method: 'oauth', account: 'octocat', scopes: ['repo'] });
  return [{ ...row, integration: { ...row.integration, last_verdict: null, last_refreshed_at: null, created_at: Date.now() }, generations: [] }];
};

/** A host that never answers a command, or fails at it, from the start. */
function without(rows: IntegrationDetailView[], settings: Partial<FakeSettings>, spoil: (host: FakeHost) => void): FakeHost {
  const host = new FakeHost({ ...settings, rows });
  spoil(host);
  return host;
}

/** The first run where secrets are kept in other ways, or not at all. */
const firstRuns: Record<string, Partial<FakeSettings>> = {
  'empty-locked': { storage: { trouble: 'keyring', problem: 'prompt_dismissed' } },
  'empty-forgetful': { storage: { trouble: 'forgetful' } },
  'empty-disk': { storage: { trouble: 'disk' } },
  'empty-remarks': { storage: { trouble: 'remarks' } },
  'empty-passphrase': { vault: { vault: 'unlocked', protection: 'passphrase' }, protection: { ...kept, keyring: false, passphrase: true } },
};

/** The host of a situation; a plain `?fake` is a working day. In a still one nothing goes on by itself. */
export function fakeHost(name: string, still = false): FakeHost {
  const settings: Partial<FakeSettings> = { pace: still ? null : PACE_MS };
  const vault = vaultNamed(name);
  if (vault) return new FakeHost({ ...settings, vault, protection: secondWays });
  if (name === 'key-only') return new FakeHost({ ...settings, vault: vaultNamed('key-missing') });
  if (name === 'keyring-lost') return new FakeHost({ ...settings, rows: workingDay(), protection: { ...secondWays, keyring_lost: true } });
  if (name === 'second-ways') return new FakeHost({ ...settings, rows: workingDay(), protection: secondWays });
  if (name === 'record') return new FakeHost({ ...settings, rows: oneRecordDamaged() });
  if (name === 'damaged') return new FakeHost({ ...settings, vault: damaged, backup: copy });
  if (name === 'restored') return new FakeHost({ ...settings, rows: workingDay(), notices: [{ notice: 'restored', since: Date.now() - 60_000 }] });
  if (name === 'notices') return new FakeHost({ ...settings, rows: workingDay(), notices, backup: copy });
  if (name === 'quiet') return new FakeHost({ ...settings, rows: allWell() });
  if (name === 'accounts') return new FakeHost({ ...settings, rows: twoAccounts(), signsInAs: 'hubot' });
  if (name === 'labels') return new FakeHost({ ...settings, rows: labelled() });
  if (name === 'reading') return without(workingDay(), settings, (host) => host.never('integrations'));
  if (name === 'unreadable') return without(workingDay(), settings, (host) => host.fails('integrations', 'vault_damaged', 'The vault could not be read. Check the disk that it lies on, then try again.'));
  if (name === 'offline') return new FakeHost({ ...settings, rows: cutOff(), finding: noNetwork });
  if (name === 'fresh') return new FakeHost({ ...settings, rows: justConnected(), log: [] });
  if (name === 'empty') return new FakeHost(settings);
  const first = firstRuns[name];
  if (first) return new FakeHost({ ...settings, ...first });
  if (name === 'crowd' || name.startsWith('crowd:')) return new FakeHost({ ...settings, rows: crowd(Number(name.slice('crowd:'.length) || 10_000)) });
  if (name === 'long-log') return new FakeHost({ ...settings, rows: workingDay(), log: longHistory(workingDay(), 2_000) });
  if (name === 'full-log') {
    const host = new FakeHost({ ...settings, rows: workingDay() });
    host.programLines = fullLog();
    return host;
  }
  if (name === 'log-broken') return new FakeHost({ ...settings, rows: workingDay(), notices: [{ notice: 'log_broken', sequence: 3 }], logCheck: { check: 'broken', sequence: 3, checked_at: Date.now() } });
  if (name === 'log-fails') return new FakeHost({ ...settings, rows: workingDay(), logFails: true, logCheck: { check: 'not_checked', failure: closed('The disk reported an error. Check the disk before you go on.') } });
  if (name === 'log-checking') return new FakeHost({ ...settings, rows: workingDay(), logCheck: { check: 'checking' } });
  return new FakeHost({ ...settings, rows: workingDay() });
}
