// Each state of the vault has its own screen and its own way out.
import { waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import type { Failure, VaultView } from '../src/api/host';
import { openWindow, screen } from './window';

const find = (name: string) => screen.findByTestId(name);
const failure: Failure = { code: 'vault_newer', message: '', action: null, field: null, connector: null };

const noKeyring: VaultView = { vault: 'no_keyring', problem: 'no_service', failure };

describe('a vault that is not open', () => {
  const table: [VaultView, string][] = [
    [{ vault: 'opening' }, 'Asking the system’s keyring'],
    [{ vault: 'keyring_locked', backend: 'GNOME Keyring', prompt_open: true }, 'perhaps in a window behind this one'],
    [{ vault: 'keyring_locked', backend: 'KWallet', prompt_open: false }, 'KWallet is locked'],
    [noKeyring, 'Nobody can recover a passphrase for you'],
    [{ vault: 'passphrase_needed' }, 'Unlock your vault'],
    [{ vault: 'key_missing', backend: 'GNOME Keyring', problem: 'no_entry', failure }, 'nothing was overwritten'],
    [{ vault: 'failed', failure }, 'belongs to a newer version'],
  ];

  test.each(table)('says so for %j', async (vault, said) => {
    await openWindow({ vault });
    await waitFor(() => expect(screen.getByTestId('vault-screen').textContent).toContain(said));
    expect(screen.getByTestId('nav-activity')).toHaveProperty('disabled', true);
  });

  test('is asked for again, and then shows the integrations', async () => {
    const { user } = await openWindow({ vault: { vault: 'keyring_locked', backend: 'GNOME Keyring', prompt_open: false } });
    await user.click(await find('vault-retry'));
    await find('first-run');
    expect((await find('vault-line')).textContent).toMatch(/Vault unlocked\s*GNOME Keyring/);
  });

  test('opens by itself when the keyring is unlocked elsewhere', async () => {
    const { host } = await openWindow({ vault: { vault: 'opening' } });
    host.vault = { vault: 'unlocked', protection: 'GNOME Keyring' };
    host.emit({ event: 'vault_changed' });
    await find('first-run');
  });

  test('or a core that does not answer leaves a window with a way to try again', async () => {
    const { host } = await openWindow({ vault: { vault: 'opening' } });
    host.host = () => Promise.reject(new Error('gone'));
    host.emit({ event: 'vault_changed' });
    await find('vault-retry');
    expect((await find('vault-screen')).textContent).toContain('Something went wrong in Storm Connect');
  });

  test('keeps the keys of the window away from what is locked', async () => {
    const { user } = await openWindow({ vault: { vault: 'passphrase_needed' } });
    await user.click(document.body);
    await user.keyboard('n');
    expect(screen.queryByTestId('connect-dialog')).toBeNull();
  });
});

describe('a passphrase', () => {
  test('must be long enough and typed twice alike before the vault is made', async () => {
    const { user } = await openWindow({ vault: noKeyring });
    const submit = await find('passphrase-submit');
    await user.type(await find('passphrase'), 'short');
    await user.type(await find('passphrase-again'), 'short');
    expect(submit).toHaveProperty('disabled', true);
    await user.type(await find('passphrase'), ' but longer');
    expect(screen.getByText('The two differ.')).toBeTruthy();
    expect(submit).toHaveProperty('disabled', true);
    await user.type(await find('passphrase-again'), ' but longer{Enter}');
    await find('first-run');
  });

  test('that does not fit is said, and leaves the field', async () => {
    const { user } = await openWindow({ vault: { vault: 'passphrase_needed' } });
    const field = (await find('passphrase')) as HTMLInputElement;
    await user.type(field, 'wrong{Enter}');
    expect(await screen.findByText(/That passphrase does not fit/)).toBeTruthy();
    expect(field.value).toBe('');
    await user.type(field, 'correct horse battery{Enter}');
    await find('first-run');
  });
});
