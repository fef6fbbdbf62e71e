// What is said above every view of an open vault, and the copy that is offered for a damaged one.
import { waitFor } from '@testing-library/svelte';
import { describe, expect, test, vi } from 'vitest';
import type { BackupView, VaultView } from '../src/api/host';
import { workingDay } from '../src/api/fake/seed';
import { openPage, openWindow, screen } from './window';

const find = (name: string) => screen.findByTestId(name);
const backup: BackupView = { name: 'vault-1700000000000.db', made_at: Date.now() - 38 * 60_000, integrations: 8 };
const damaged: VaultView = { vault: 'failed', failure: { code: 'vault_damaged', message: 'It is damaged.', action: 'retry', field: null, connector: null } };

describe('a damaged vault', () => {
  test('that does not open offers its last good copy: from when, how many integrations, and that nothing is overwritten', async () => {
    const { host, user } = await openWindow({ vault: damaged, backup });
    expect((await find('vault-screen')).textContent).toContain('The vault’s database cannot be read');
    const offer = (await find('backup-offer')).textContent;
    expect(offer).toMatch(/last good copy is from \d\d:\d\d|yesterday/);
    expect(offer).toContain('8 integrations');
    expect(offer).toMatch(/replaces is kept/);
    await user.click(await find('backup-restore'));
    expect((await find('notice-restored')).textContent).toContain('older copy');
    expect(host.calls).toContain('restoreBackup');
  });

  test('without a good copy offers none, and the way to try again stays', async () => {
    await openWindow({ vault: damaged });
    await find('vault-retry');
    expect(screen.queryByTestId('backup-offer')).toBeNull();
  });

  test('that is open stays usable, says so, and offers the copy', async () => {
    const opened = await openWindow({ rows: workingDay(), notices: [{ notice: 'damaged' }], backup });
    const notice = (await find('notice-damaged')).textContent;
    expect(notice).toContain('nothing was deleted');
    expect(notice).toMatch(/last good copy is from .*, with 8 integrations/);
    await find('backup-restore');
    await openPage(opened, 'i-github');
    await find('card-connection');
    await find('notice-damaged');
  });
});

describe('a vault from an older copy', () => {
  test('says why nothing is refreshed until the user goes on', async () => {
    const { host, user } = await openWindow({ rows: workingDay(), notices: [{ notice: 'restored', since: Date.now() }] });
    expect((await find('notice-restored')).textContent).toMatch(/no sign-in is renewed yet/);
    await user.click(await find('notice-go-on'));
    await waitFor(() => expect(screen.queryByTestId('notice-restored')).toBeNull());
    expect(host.calls).toEqual(['acknowledgeRestore']);
  });

  test('that cannot be acknowledged keeps its notice and says why', async () => {
    const { host, user } = await openWindow({ rows: workingDay(), notices: [{ notice: 'restored', since: Date.now() }] });
    host.acknowledgeRestore = () => Promise.reject(new Error('full'));
    await user.click(await find('notice-go-on'));
    await find('toast');
    await find('notice-restored');
  });
});

test('tokens that the disk did not take are named loudly, with the way to save them', async () => {
  const { host, user } = await openWindow({ rows: workingDay(), notices: [{ notice: 'unsaved', integrations: ['i-github'] }] });
  const notice = await find('notice-unsaved');
  expect(notice.getAttribute('role')).toBe('alert');
  expect(notice.textContent).toMatch(/GitHub.*do not quit/s);
  host.settings.notices = [];
  await user.click(await find('notice-save'));
  await waitFor(() => expect(screen.queryByTestId('notice-unsaved')).toBeNull());
  expect(host.calls).toEqual(['refreshIntegration']);
});

test('a network folder is told once', async () => {
  const { user } = await openWindow({ rows: workingDay(), notices: [{ notice: 'network_folder', file_system: 'NFS' }] });
  expect((await find('notice-network')).textContent).toContain('NFS');
  await user.click(await find('notice-understood'));
  expect(screen.queryByTestId('vault-notices')).toBeNull();
});

test('a notice that comes while the window is open is shown at once', async () => {
  const { host } = await openWindow();
  host.settings.notices = [{ notice: 'damaged' }];
  host.emit({ event: 'vault_changed' });
  await find('notice-damaged');
});

test('a log that was found broken after the opening is told without reading the list again', async () => {
  const { host } = await openWindow();
  const reading = vi.spyOn(host, 'integrations');
  host.settings.notices = [{ notice: 'log_broken', sequence: 3 }];
  host.emit({ event: 'log_checked' });
  await find('notice-log-broken');
  expect(reading).not.toHaveBeenCalled();
});
