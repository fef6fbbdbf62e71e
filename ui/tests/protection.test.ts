// Second ways into the vault: offered while it is closed, made and taken away while it is open, and no secret kept.
import { waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { kept } from '../src/api/fake/model';
import { sampleCodes } from '../src/api/fake/protection';
import { workingDay } from '../src/api/fake/seed';
import type { Failure, KeyProblem, ProtectionView, VaultView } from '../src/api/host';
import { keyProblemTitle } from '../src/state/key-problem';
import { openWindow, screen, type Opened } from './window';

const find = (name: string) => screen.findByTestId(name);
const both: ProtectionView = { ...kept, passphrase: true, recovery_code: true };
const failure: Failure = { code: 'vault_locked', message: 'The keyring has a reason. Do something.', action: 'retry', field: null, connector: null };
const missing = (problem: KeyProblem): VaultView => ({ vault: 'key_missing', backend: 'GNOME Keyring', problem, failure });
/** A code that fits any vault of the fake host. */
const CODE = '7KQ2-M9XD-4TRB-H6WN-0Z3F-V8CJ-PYG1-5AES';

async function settings(protection: Partial<ProtectionView> = {}): Promise<Opened> {
  const opened = await openWindow({ rows: workingDay(), protection: { ...kept, ...protection } });
  await opened.user.click(await find('nav-settings'));
  await find('protection');
  return opened;
}

describe('a keyring that does not give the key', () => {
  const problems: KeyProblem[] = ['no_entry', 'wrong_key', 'ambiguous', 'garbage', 'no_bus', 'no_service', 'no_collection', 'refused', 'unresponsive', 'vanished', 'access_denied', 'no_session', 'too_long', 'failed'];

  test('has a title of its own for each reason', () => {
    const titles = problems.map((problem) => keyProblemTitle(problem, 'KWallet'));
    expect(new Set(titles).size).toBe(problems.length);
  });

  test.each(problems)('for %s says what the core says and offers every way there is', async (problem) => {
    await openWindow({ vault: missing(problem), protection: both });
    const said = (await find('vault-screen')).textContent;
    expect(said).toContain(keyProblemTitle(problem, 'GNOME Keyring'));
    expect(said).toContain(failure.message);
    await find('vault-retry');
    await find('way-passphrase');
    await find('way-recovery_code');
  });

  test.each(['no_entry', 'wrong_key'] as const)('for %s also says that the data may be from another computer', async (problem) => {
    await openWindow({ vault: missing(problem), protection: both });
    expect((await find('vault-screen')).textContent).toContain('Did the data folder come from another computer?');
  });

  test('for a keyring that does not answer does not', async () => {
    await openWindow({ vault: missing('unresponsive'), protection: both });
    expect((await find('vault-screen')).textContent).not.toContain('another computer');
  });

  test('offers only what there is', async () => {
    await openWindow({ vault: missing('no_entry') });
    await find('vault-retry');
    expect(screen.queryByTestId('way-recovery_code')).toBeNull();
  });

  test('leaves the settings within reach, and a way back', async () => {
    const { user } = await openWindow({ vault: missing('no_bus') });
    await user.click(await find('nav-settings'));
    expect((await find('vault-protection')).textContent).toBe('Shown once it is open');
    expect(screen.queryByTestId('protection')).toBeNull();
    await user.click(await find('nav-integrations'));
    await find('vault-screen');
  });

  test('is passed by with the recovery code, and then gets its key back; the keyboard goes on in the view', async () => {
    const { user, host } = await openWindow({ vault: missing('no_entry'), rows: workingDay(), protection: both });
    await user.click(await find('way-recovery_code'));
    const field = (await find('recovery-code')) as HTMLInputElement;
    await user.type(field, 'too short{Enter}');
    expect(await screen.findByText(/has 32 characters, and this has 8/)).toBeTruthy();
    expect(field.value).toBe('too short');
    await user.clear(field);
    await user.type(field, `${CODE.toLowerCase()}{Enter}`);
    await find('integration-list');
    await waitFor(() => expect(document.activeElement?.tagName).toBe('MAIN'));
    expect(document.body.innerHTML.toUpperCase()).not.toContain(CODE);

    host.settings.keyringRefuses = true;
    await user.click(await find('keyring-put-back'));
    expect(await screen.findByText('The keyring did not take the key')).toBeTruthy();
    await find('keyring-lost');
    host.settings.keyringRefuses = false;
    await user.click(await find('keyring-put-back'));
    await waitFor(() => expect(screen.queryByTestId('keyring-lost')).toBeNull());
  });

  test('does not take away a code that is being typed when it is looked at again', async () => {
    const { user, host } = await openWindow({ vault: missing('no_service'), protection: both });
    await user.click(await find('way-recovery_code'));
    const field = (await find('recovery-code')) as HTMLInputElement;
    await user.type(field, '7KQ2-M9');
    host.vault = missing('no_bus');
    host.emit({ event: 'vault_changed' });
    await screen.findByText('The keyring cannot be reached');
    expect(((await find('recovery-code')) as HTMLInputElement).value).toBe('7KQ2-M9');
  });
});

describe('a recovery code', () => {
  test('is shown once, gone before it is asked for, and counts only when typed back', async () => {
    const { user, host } = await settings();
    await user.click(await find('recovery-code-make'));
    expect(host.calls).not.toContain('revealNewRecoveryCode');
    await user.click(await find('recovery-code-show'));
    const groups = [...(await find('recovery-code-shown')).querySelectorAll('span')].map((group) => group.textContent);
    expect(sampleCodes).toContain(groups.join('-'));

    await user.click(await find('recovery-code-written'));
    for (const group of groups) expect(document.body.textContent).not.toContain(group);
    await user.type(await find('recovery-code'), `${groups.toReversed().join(' ')}{Enter}`);
    expect(await screen.findByText(/A character is mistyped/)).toBeTruthy();
    expect((await find('way-recovery_code')).dataset.state).toBe('off');

    await user.clear(await find('recovery-code'));
    await user.type(await find('recovery-code'), `${groups.join(' ')}{Enter}`);
    await waitFor(async () => expect((await find('way-recovery_code')).dataset.state).toBe('on'));
    expect(screen.queryByTestId('recovery-code-dialog')).toBeNull();
    expect(host.calls).not.toContain('discardRecoveryCode');
  });

  test('that is not wanted is forgotten', async () => {
    const { user, host } = await settings();
    await user.click(await find('recovery-code-make'));
    await user.click(await find('recovery-code-show'));
    await find('recovery-code-shown');
    await user.keyboard('{Escape}');
    await waitFor(() => expect(host.calls).toContain('discardRecoveryCode'));
    expect((await find('way-recovery_code')).dataset.state).toBe('off');
    await find('view-settings');
  });

  test('is replaced and removed, after a question', async () => {
    const { user } = await settings({ recovery_code: true });
    expect((await find('recovery-code-make')).textContent).toContain('Replace');
    await user.click(await find('recovery-code-remove'));
    await user.click(await find('change-cancel'));
    expect((await find('way-recovery_code')).dataset.state).toBe('on');
    await user.click(await find('recovery-code-remove'));
    await user.click(await find('change-confirm'));
    await waitFor(async () => expect((await find('way-recovery_code')).dataset.state).toBe('off'));
  });
});

describe('the key', () => {
  test('moves from the keyring to a passphrase and back', async () => {
    const { user } = await settings();
    expect(await find('keyring-take-out')).toHaveProperty('disabled', true);
    await user.click(await find('passphrase-set'));
    await user.type(await find('passphrase'), 'correct horse battery');
    await user.type(await find('passphrase-again'), 'correct horse battery{Enter}');
    await waitFor(async () => expect((await find('way-passphrase')).dataset.state).toBe('on'));

    await user.click(await find('keyring-take-out'));
    await user.click(await find('change-confirm'));
    await waitFor(async () => expect((await find('way-keyring')).dataset.state).toBe('off'));
    expect((await find('vault-protection')).textContent).toBe('passphrase');
    expect(await find('passphrase-remove')).toHaveProperty('disabled', true);

    await user.click(await find('keyring-put-in'));
    await waitFor(async () => expect((await find('way-keyring')).dataset.state).toBe('on'));
    await user.click(await find('passphrase-remove'));
    await user.click(await find('change-confirm'));
    await waitFor(async () => expect((await find('way-passphrase')).dataset.state).toBe('off'));
  });

  test('stays where it is when the keyring refuses, and the reason is said in place', async () => {
    const { user, host } = await settings({ passphrase: true });
    host.settings.keyringRefuses = true;
    await user.click(await find('keyring-take-out'));
    await user.click(await find('change-confirm'));
    expect((await find('change-failure')).textContent).toContain('does not answer');
    expect((await find('way-keyring')).dataset.state).toBe('on');
  });
});
