// The first run: where secrets are kept is tried and told calmly, the doors stay as near as they were; and whether to start at login is
// asked once, after the first success with a real service.
import { waitFor, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { kept, type FakeSettings } from '../src/api/fake/model';
import { integrationOf, workingDay } from '../src/api/fake/seed';
import { HostFailure, type KeyProblem, type StorageTestView } from '../src/api/host';
import { openWindow, screen, type Opened } from './window';

const find = (name: string) => screen.findByTestId(name);
const gone = (name: string) => waitFor(() => expect(screen.queryByTestId(name)).toBeNull());
const failure = (code: 'vault_locked' | 'file_not_written' | 'disk_full', message: string) => new HostFailure({ code, message, action: 'retry', field: null, connector: null });

/** What a screen reader was told, one after the other. */
function listen(): string[] {
  const told: string[] = [];
  new MutationObserver(() => {
    const now = screen.queryByTestId('storage-told')?.textContent ?? '';
    if (now !== '' && now !== told.at(-1)) told.push(now);
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
  return told;
}

describe('where secrets are kept', () => {
  test('is tried at first sight and told in one calm line, once aloud', async () => {
    const told = listen();
    const { host, user } = await openWindow({});
    expect((await find('storage-line')).textContent).toBe('Kept in GNOME Keyring · unlocked · tested just now');
    expect(host.calls.filter((call) => call === 'testStorage')).toHaveLength(1);
    expect(screen.queryByTestId('storage-checks')).toBeNull();
    await user.click(await find('storage-details'));
    const checks = screen.getAllByTestId('storage-check').map(({ dataset }) => [dataset['check'], dataset['outcome']]);
    expect(checks).toEqual([['keyring', 'passed'], ['keyring_round_trip', 'passed'], ['vault_round_trip', 'passed'], ['folder', 'passed'], ['space', 'passed']]);
    expect(told).toEqual(['Storage tested: GNOME Keyring is unlocked, and what it is given is kept.']);
    // Looking away and back tries nothing again.
    await user.click(await find('nav-health'));
    await user.click(await find('nav-integrations'));
    await find('storage-line');
    expect(host.calls.filter((call) => call === 'testStorage')).toHaveLength(1);
  });

  test('while it is being tried leaves every door open', async () => {
    let end: (view: StorageTestView) => void = () => {};
    const { host, user } = await openWindow({ vault: { vault: 'passphrase_needed' } });
    host.testStorage = () => new Promise((resolve) => (end = resolve));
    host.vault = { vault: 'unlocked', protection: 'GNOME Keyring' };
    host.emit({ event: 'vault_changed' });
    expect((await find('storage-result')).textContent).toContain('Trying where secrets are kept');
    expect((await find('storage-told')).textContent).toBe('');
    await user.click(await find('door-api_key'));
    await find('connector-search');
    await user.keyboard('{Escape}');
    await gone('connect-dialog');
    end({ tested_at: Date.now(), checks: [{ check: 'keyring', outcome: { outcome: 'passed' } }] });
    await find('storage-line');
  });

  test.each([
    ['prompt_dismissed', 'GNOME Keyring is locked', 'unlock it when it asks'],
    ['prompt_open', 'GNOME Keyring is locked', 'Answer its prompt'],
    ['no_service', 'No keyring is running', 'may not open the vault'],
  ] as [KeyProblem, string, string][])('that does not hold for %s says what, what to do, and is tried again on request', async (problem, title, text) => {
    const told = listen();
    const { host, user } = await openWindow({ storage: { trouble: 'keyring', problem } });
    const notice = await find('storage-failed');
    expect(notice.textContent).toContain(title);
    expect(notice.textContent).toContain(text);
    expect(notice.getAttribute('role')).toBeNull();
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(title);
    await find('door-api_key');
    await user.click(await find('storage-details'));
    expect(screen.getAllByTestId('storage-check')[1]!.dataset['outcome']).toBe('not_tried');
    host.settings.storage = { trouble: 'none' };
    await user.click(await find('storage-again'));
    expect((await find('storage-line')).textContent).toContain('tested just now');
    expect(screen.queryByTestId('storage-failed')).toBeNull();
  });

  test('in a keyring that forgets has a passphrase as its way out', async () => {
    const { host, user } = await openWindow({ storage: { trouble: 'forgetful' } });
    expect((await find('storage-failed')).textContent).toContain('GNOME Keyring does not keep what it is given');
    await user.click(await find('storage-passphrase'));
    await user.type(await find('passphrase'), 'correct horse battery');
    await user.type(await find('passphrase-again'), 'correct horse battery{Enter}');
    await gone('passphrase-dialog');
    expect(host.calls).toContain('setPassphrase');
    await waitFor(() => expect(host.calls.filter((call) => call === 'testStorage')).toHaveLength(2));
    // It still does not hold, and the way out was taken.
    await find('storage-failed');
    expect(screen.queryByTestId('storage-passphrase')).toBeNull();
  });

  test('on a full disk offers no passphrase, which would not help', async () => {
    await openWindow({ storage: { trouble: 'disk' } });
    expect((await find('storage-failed')).textContent).toContain('Free some space');
    expect(screen.queryByTestId('storage-passphrase')).toBeNull();
  });

  test('with something to know about it says that below the line', async () => {
    await openWindow({ storage: { trouble: 'remarks' } });
    await find('storage-line');
    const remarks = screen.getAllByTestId('storage-remark').map((one) => one.textContent);
    expect(remarks).toEqual([expect.stringContaining('network folder (NFS)'), expect.stringContaining('Only 120 MB are free')]);
  });

  test('under a passphrase names no keyring', async () => {
    const { user } = await openWindow({ protection: { ...kept, keyring: false, passphrase: true } });
    expect((await find('storage-line')).textContent).toBe('Kept under your passphrase · tested just now');
    await user.click(await find('storage-details'));
    expect(screen.getAllByTestId('storage-check').map(({ dataset }) => dataset['check'])).toEqual(['passphrase', 'vault_round_trip', 'folder', 'space']);
  });

  test('that could not be tried says why', async () => {
    const { host } = await openWindow({ vault: { vault: 'passphrase_needed' } });
    host.testStorage = () => Promise.reject(failure('vault_locked', 'The vault is being opened.'));
    host.vault = { vault: 'unlocked', protection: 'GNOME Keyring' };
    host.emit({ event: 'vault_changed' });
    expect((await find('storage-failed')).textContent).toContain('The vault is being opened.');
  });

  test('is not tried for somebody who has integrations, until they ask in the settings', async () => {
    const { host, user } = await openWindow();
    expect(host.calls).not.toContain('testStorage');
    await user.click(await find('nav-settings'));
    await find('storage-test');
    expect(screen.queryByTestId('storage-result')).toBeNull();
    await user.click(await find('storage-run'));
    expect((await find('storage-line')).textContent).toContain('Kept in GNOME Keyring');
    host.settings.storage = { trouble: 'forgetful' };
    await user.click(await find('storage-run'));
    await find('storage-failed');
  });
});

describe('the recovery code', () => {
  test('that is not made yet is made from the first run, and then said to be there', async () => {
    const { user } = await openWindow({});
    expect((await find('recovery-code-line')).textContent).toBe('Recovery code: not made yet. Make one');
    await user.click(await find('recovery-code-make'));
    await user.click(await find('recovery-code-show'));
    const code = [...(await find('recovery-code-shown')).querySelectorAll('span')].map((group) => group.textContent).join('-');
    await user.click(await find('recovery-code-written'));
    await user.type(await find('recovery-code'), `${code}{Enter}`);
    await gone('recovery-code-dialog');
    expect((await find('recovery-code-line')).textContent).toBe('Recovery code: made');
  });

  test('that is not wanted leaves everything as it was', async () => {
    const { user } = await openWindow({});
    await user.click(await find('recovery-code-make'));
    await user.click(await find('recovery-code-cancel'));
    await gone('recovery-code-dialog');
    expect((await find('recovery-code-line')).dataset['state']).toBe('off');
  });
});

/** Connects a service with a key, from wherever the window stands. */
async function connect({ user }: Opened, connector: string, key = 'sk_live_good') {
  await user.click(screen.queryByTestId('door-api_key') ?? (await find('add')));
  await user.click((await screen.findAllByTestId('connector')).find(({ dataset }) => dataset['id'] === connector)!);
  const method = screen.queryByTestId('method-api_key');
  if (method) await user.click(method);
  const field = await find('key-field');
  await user.click(field);
  await user.paste(key);
  await user.click(await find('key-save'));
  await find('verdict');
}

async function question() {
  return (await screen.findByText('Start Storm Connect when you log in, so tokens stay fresh?')).closest<HTMLElement>('[data-test=toast]')!;
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 60));
const isAsked = () => screen.queryByText(/Start Storm Connect when you log in/) !== null;

describe('a start at login', () => {
  const first = async (settings: Partial<FakeSettings> = {}) => {
    const opened = await openWindow(settings);
    await connect(opened, 'stripe');
    return opened;
  };

  test('is asked for once the first service works, not before the dialog is closed, and never again', async () => {
    const opened = await first();
    await settled();
    expect(isAsked()).toBe(false);
    await opened.user.click(await find('connect-done'));
    await opened.user.click(within(await question()).getByText('No thanks'));
    expect(isAsked()).toBe(false);
    expect(opened.host.calls).not.toContain('setAutostart');
    expect((await opened.host.preferences()).asked_start_at_login).toBe(true);
    await opened.user.click(await find('nav-integrations'));
    await connect(opened, 'openai');
    await opened.user.click(await find('connect-done'));
    await settled();
    expect(isAsked()).toBe(false);
  });

  test('that is wanted is entered, and the setting shows it', async () => {
    const { user, host } = await first();
    await user.click(await find('connect-done'));
    await user.click(within(await question()).getByText('Start at login'));
    await screen.findByText('Storm Connect starts when you log in');
    expect(await host.autostart()).toEqual({ autostart: 'on' });
    await user.click(await find('nav-settings'));
    expect((await find('autostart-switch')).getAttribute('aria-checked')).toBe('true');
    await user.click(await find('autostart-switch'));
    await waitFor(async () => expect((await find('autostart')).dataset['autostart']).toBe('off'));
  });

  test('that could not be entered says what to do', async () => {
    const { user, host } = await first();
    host.setAutostart = () => Promise.reject(failure('file_not_written', 'The folder /srv/ada/.config/autostart cannot be written.'));
    await user.click(await find('connect-done'));
    await user.click(within(await question()).getByText('Start at login'));
    expect(await screen.findByText(/autostart cannot be written/)).toBeTruthy();
    await user.click(await find('nav-settings'));
    await user.click(await find('autostart-switch'));
    expect((await find('autostart-problem')).textContent).toContain('cannot be written');
    expect((await find('autostart-switch')).getAttribute('aria-checked')).toBe('false');
  });

  test('is not asked for after a rehearsal, but after the real service that follows it', async () => {
    const opened = await openWindow({});
    opened.host.rows = [integrationOf({ id: 'i-practice', connectorId: 'practice', method: 'api_key', account: 'ada' })];
    opened.host.emit({ event: 'vault_changed' });
    await find('integration-list');
    await settled();
    expect(isAsked()).toBe(false);
    await connect(opened, 'stripe');
    await opened.user.click(await find('connect-done'));
    await question();
  });

  test('is not asked for after a key that is refused', async () => {
    const opened = await openWindow({});
    await connect(opened, 'stripe', 'sk_live_bad');
    await opened.user.keyboard('{Escape}');
    await gone('connect-dialog');
    await settled();
    expect(isAsked()).toBe(false);
  });

  test.each<[string, Partial<FakeSettings>]>([
    ['where it cannot be had', { autostart: { autostart: 'not_offered', why: 'sandboxed' } }],
    ['where it is on already', { autostart: { autostart: 'on' } }],
    ['where a passphrase alone opens the vault', { protection: { ...kept, keyring: false, passphrase: true } }],
    ['by a program that had integrations before it could ask', { rows: workingDay() }],
    ['for a second service', { rows: [integrationOf({ id: 'i-one', connectorId: 'github', method: 'oauth', account: 'octocat' })] }],
  ])('is not asked for %s', async (_, settings) => {
    const { user, host } = await first(settings);
    await user.click(await find('connect-done'));
    await settled();
    expect(isAsked()).toBe(false);
    expect((await host.preferences()).asked_start_at_login).toBeFalsy();
  });

  test('is not asked for when that could not be remembered', async () => {
    const { user, host } = await first();
    host.setPreferences = () => Promise.reject(failure('disk_full', 'There is no room.'));
    await user.click(await find('connect-done'));
    await settled();
    expect(isAsked()).toBe(false);
    expect(screen.queryByTestId('toast')).toBeNull();
  });

  test('that cannot be had is explained in the settings', async () => {
    const { user } = await openWindow({ rows: workingDay(), autostart: { autostart: 'not_offered', why: 'sandboxed' } });
    await user.click(await find('nav-settings'));
    expect((await find('autostart-not-offered')).textContent).toContain('runs in a sandbox');
    expect(screen.queryByTestId('autostart-switch')).toBeNull();
  });
});
