// The master key, changed from Settings: while the vault is closed for it the dialog stays, and no passphrase is kept.
import { waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { kept } from '../src/api/fake/model';
import { workingDay } from '../src/api/fake/seed';
import type { ProtectionView } from '../src/api/host';
import { openWindow, screen, type Opened } from './window';

const find = (name: string) => screen.findByTestId(name);
const isAtStep = (step: string) => waitFor(() => expect(screen.getByTestId('master-key-step').dataset.step).toBe(step), { timeout: 5_000 });

async function dialog(protection: Partial<ProtectionView> = {}): Promise<Opened> {
  const opened = await openWindow({ rows: workingDay(), protection: { ...kept, ...protection } });
  await opened.user.click(await find('nav-settings'));
  await opened.user.click(await find('master-key-change'));
  await find('master-key-dialog');
  return opened;
}

describe('the master key', () => {
  test('is changed by the keyboard alone, and the view is told', async () => {
    const { user, host } = await dialog();
    expect(screen.queryByTestId('master-key-voids-code')).toBeNull();
    await waitFor(async () => expect(document.activeElement).toBe(await find('master-key-confirm')));
    await user.keyboard('{Enter}');
    await waitFor(() => expect(screen.queryByTestId('master-key-dialog')).toBeNull());
    expect(host.calls).toContain('rotateMasterKey');
    expect(await screen.findByText('The master key was changed')).toBeTruthy();
    await waitFor(async () => expect(document.activeElement).toBe(await find('master-key-change')));
  });

  test('takes the printed code with it, and a new one is offered', async () => {
    const { user } = await dialog({ recovery_code: true });
    await find('master-key-voids-code');
    await user.click(await find('master-key-confirm'));
    await isAtStep('changed');
    expect((await find('way-recovery_code')).dataset.state).toBe('off');
    await user.click(await find('master-key-new-code'));
    await user.click(await find('recovery-code-show'));
    await find('recovery-code-shown');
  });

  test('asks for the passphrase, and keeps none that is wrong', async () => {
    const { user } = await dialog({ passphrase: true });
    const field = (await find('master-key-passphrase')) as HTMLInputElement;
    expect(document.activeElement).toBe(field);
    expect(await find('master-key-confirm')).toHaveProperty('disabled', true);
    await user.type(field, 'wrong{Enter}');
    expect((await find('master-key-failure')).textContent).toContain('the key was not changed');
    expect(((await find('master-key-passphrase')) as HTMLInputElement).value).toBe('');
    await user.type(await find('master-key-passphrase'), 'correct horse battery{Enter}');
    await waitFor(() => expect(screen.queryByTestId('master-key-dialog')).toBeNull());
    expect((await find('way-passphrase')).dataset.state).toBe('on');
  });

  test('is not left half way: the dialog stays while the vault is closed', async () => {
    const { user, host } = await dialog({ recovery_code: true });
    host.settings.pace = 200;
    await user.click(await find('master-key-confirm'));
    await isAtStep('changing');
    await waitFor(() => expect(screen.queryByTestId('protection')).toBeNull());
    await user.keyboard('{Escape}');
    await find('master-key-changing');
    await isAtStep('changed');
  });

  test('stays the old one when the keyring refuses, and the reason is said in place', async () => {
    const { user, host } = await dialog({ recovery_code: true });
    host.settings.keyringRefuses = true;
    await user.click(await find('master-key-confirm'));
    expect((await find('master-key-failure')).textContent).toContain('The key was not changed');
    expect((await find('way-recovery_code')).dataset.state).toBe('on');
    await user.click(await find('master-key-cancel'));
    await find('view-settings');
  });

  test('cannot be changed while the vault is closed', async () => {
    const { user } = await openWindow({ vault: { vault: 'passphrase_needed' } });
    await user.click(await find('nav-settings'));
    await find('view-settings');
    expect(screen.queryByTestId('master-key')).toBeNull();
  });
});
