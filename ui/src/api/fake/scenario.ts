// Named situations of the fake host, for `?fake=NAME` in a plain browser.
import type { VaultView } from '../host';
import { FakeHost } from './host';
import type { FakeSettings } from './model';
import { crowd, workingDay } from './seed';

const PACE_MS = 2_500;

const vaults: Record<string, VaultView> = {
  opening: { vault: 'opening' },
  locked: { vault: 'keyring_locked', backend: 'GNOME Keyring', prompt_open: true },
  'no-keyring': { vault: 'no_keyring' },
  passphrase: { vault: 'passphrase_needed' },
  'key-missing': {
    vault: 'key_missing',
    backend: 'GNOME Keyring',
    failure: { code: 'vault_locked', message: 'The vault holds 8 integrations, but the keyring has no key for it. Was the keyring reset or replaced?', action: 'retry', field: null },
  },
  failed: { vault: 'failed', failure: { code: 'vault_newer', message: '', action: null, field: null } },
};

/** The host of a situation; a plain `?fake` is a working day. */
export function fakeHost(name: string): FakeHost {
  const settings: Partial<FakeSettings> = { pace: PACE_MS };
  const vault = vaults[name];
  if (vault) return new FakeHost({ ...settings, vault });
  if (name === 'empty') return new FakeHost(settings);
  if (name === 'crowd') return new FakeHost({ ...settings, rows: crowd(10_000) });
  return new FakeHost({ ...settings, rows: workingDay() });
}
