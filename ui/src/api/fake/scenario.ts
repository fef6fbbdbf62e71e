// Named situations of the fake host, for `?fake=NAME` in a plain browser.
import type { VaultNotice, VaultView } from '../host';
import { FakeHost } from './host';
import { kept, type FakeSettings } from './model';
import { crowd, workingDay } from './seed';

const PACE_MS = 2_500;

const secondWays = { ...kept, passphrase: true, recovery_code: true };

const vaults: Record<string, VaultView> = {
  opening: { vault: 'opening' },
  locked: { vault: 'keyring_locked', backend: 'GNOME Keyring', prompt_open: true },
  'no-keyring': {
    vault: 'no_keyring',
    problem: 'no_service',
    failure: { code: 'vault_locked', message: 'There is no keyring on this system: nothing answers as org.freedesktop.secrets. Start the keyring (GNOME Keyring, KWallet or KeePassXC), then try again. Or choose a passphrase to protect the vault instead.', action: 'unlock', field: null },
  },
  passphrase: { vault: 'passphrase_needed' },
  'key-missing': {
    vault: 'key_missing',
    backend: 'GNOME Keyring',
    problem: 'no_entry',
    failure: { code: 'vault_locked', message: 'The vault holds 8 integrations, but the keyring has no key for it. Was the keyring reset or replaced?', action: 'retry', field: null },
  },
  failed: { vault: 'failed', failure: { code: 'vault_newer', message: '', action: null, field: null } },
};

const copy = { name: 'vault-1.db', made_at: Date.now() - 38 * 60_000, integrations: 8 };

const damaged: VaultView = {
  vault: 'failed',
  failure: {
    code: 'vault_damaged',
    message: 'The vault’s database is damaged, so it is left as it is. Put the last good copy back; what it replaces is kept.',
    action: 'retry',
    field: null,
  },
};

/** What may be said above the list, all at once. */
const notices: VaultNotice[] = [
  { notice: 'unsaved', integrations: ['i-github', 'i-salesforce'] },
  { notice: 'damaged' },
  { notice: 'restored', since: Date.now() - 60_000 },
  { notice: 'network_folder', file_system: 'NFS' },
];

/** The host of a situation; a plain `?fake` is a working day. */
export function fakeHost(name: string): FakeHost {
  const settings: Partial<FakeSettings> = { pace: PACE_MS };
  const vault = vaults[name];
  if (vault) return new FakeHost({ ...settings, vault, protection: secondWays });
  if (name === 'keyring-lost') return new FakeHost({ ...settings, rows: workingDay(), protection: { ...secondWays, keyring_lost: true } });
  if (name === 'second-ways') return new FakeHost({ ...settings, rows: workingDay(), protection: secondWays });
  if (name === 'damaged') return new FakeHost({ ...settings, vault: damaged, backup: copy });
  if (name === 'restored') return new FakeHost({ ...settings, rows: workingDay(), notices: [{ notice: 'restored', since: Date.now() - 60_000 }] });
  if (name === 'notices') return new FakeHost({ ...settings, rows: workingDay(), notices, backup: copy });
  if (name === 'empty') return new FakeHost(settings);
  if (name === 'crowd') return new FakeHost({ ...settings, rows: crowd(10_000) });
  return new FakeHost({ ...settings, rows: workingDay() });
}
