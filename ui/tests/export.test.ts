// Exports and what is restored from them, in the whole window over the fake host.
import { waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { refusedFile, sampleExport, sampleFile } from '../src/api/fake/host';
import { openPage, openWindow, rowOf, screen, type Opened } from './window';

const find = (name: string) => screen.findByTestId(name);
const LONG = 'correct horse battery';

async function exportAll({ user }: Opened): Promise<void> {
  await user.click(await find('select-all'));
  await user.click(await find('bulk-export'));
  await screen.findAllByTestId('export-row');
}

async function enter({ user }: Opened, passphrase: string, again = passphrase): Promise<void> {
  await user.type(await find('export-passphrase'), passphrase);
  await user.type(await find('export-passphrase-again'), again);
}

async function unseal({ host, user }: Opened, passphrase = 'right'): Promise<void> {
  host.emitShell({ event: 'files_held', files: [sampleExport] });
  await user.type(await find('restore-passphrase'), passphrase);
  await user.click(await find('restore-unseal'));
}

const carried = (id: string) => screen.getAllByTestId('export-row').find((row) => row.dataset.id === id)?.dataset.carries;

describe('an export', () => {
  test('leaves sign-ins where they are unless their move is chosen', async () => {
    const opened = await openWindow();
    await exportAll(opened);
    expect(carried('i-slack')).toBe('settings');
    expect(carried('i-stripe')).toBe('key');
    await opened.user.click(await find('sign-ins-move'));
    expect(carried('i-slack')).toBe('sign_in');
    expect((await find('export-save')).textContent).toContain('Move and save');
  });

  test('wants a long passphrase twice, hands it on once and keeps it nowhere', async () => {
    const opened = await openWindow();
    const requests: unknown[] = [];
    const write = opened.host.exportIntegrations;
    opened.host.exportIntegrations = (request) => (requests.push(request), write(request));
    await exportAll(opened);
    await enter(opened, 'too short');
    expect((await find('export-save')).hasAttribute('disabled')).toBe(true);
    await opened.user.clear(await find('export-passphrase'));
    await opened.user.clear(await find('export-passphrase-again'));
    await enter(opened, LONG, 'correct house battery');
    expect((await find('export-save')).hasAttribute('disabled')).toBe(true);
    await opened.user.clear(await find('export-passphrase-again'));
    await opened.user.type(await find('export-passphrase-again'), `${LONG}{Enter}`);
    expect((await find('export-written')).textContent).toContain('8 integrations');
    expect(requests).toEqual([expect.objectContaining({ sign_ins: 'leave', days: 7, passphrase: LONG })]);
    expect(document.body.innerHTML).not.toContain(LONG);
  });

  test('says that sign-ins have moved, and the list says so too', async () => {
    const opened = await openWindow();
    await exportAll(opened);
    await opened.user.click(await find('sign-ins-move'));
    await enter(opened, LONG);
    await opened.user.click(await find('export-save'));
    expect((await find('export-moved')).textContent).toContain('have moved into it');
    await opened.user.click(await find('export-done'));
    await waitFor(() => expect(rowOf('i-slack').textContent).toContain('Moved away'));
  });

  test('a chooser that was closed changes nothing and asks for the passphrase again', async () => {
    const opened = await openWindow();
    opened.host.settings.chosen = [];
    await exportAll(opened);
    await enter(opened, LONG);
    await opened.user.click(await find('export-save'));
    expect((await find('export-notice')).textContent).toContain('nothing was written');
    expect((await find('export-passphrase') as HTMLInputElement).value).toBe('');
  });

  test('leaves out what cannot be exported, and says why', async () => {
    const opened = await openWindow();
    opened.host.rows = opened.host.rows.map((row) => (row.integration.id === 'i-stripe' ? { ...row, integration: { ...row.integration, rotating: true } } : row));
    const requests: { ids: string[] }[] = [];
    const write = opened.host.exportIntegrations;
    opened.host.exportIntegrations = (request) => (requests.push(request), write(request));
    await exportAll(opened);
    expect(carried('i-stripe')).toBe('nothing');
    await enter(opened, LONG);
    await opened.user.click(await find('export-save'));
    await find('export-written');
    expect(requests[0]?.ids).not.toContain('i-stripe');
  });

  test('a sign-in that moved is taken back only after a question', async () => {
    const opened = await openWindow();
    opened.host.status('i-github', { status: 'paused', since: Date.now(), hold: 'moved_away' });
    await openPage(opened, 'i-github');
    await opened.user.click(await find('hold-use-here'));
    expect(opened.host.calls).not.toContain('takeBack');
    await opened.user.click(await find('hold-take-back'));
    await waitFor(() => expect(opened.host.calls).toContain('takeBack'));
    await waitFor(() => expect(screen.queryByTestId('hold-moved')).toBeNull());
  });
});

describe('restoring', () => {
  test('a dropped export shows what is in it before anything is added', async () => {
    const opened = await openWindow();
    await unseal(opened);
    const arrivals = await screen.findAllByTestId('arrival');
    expect(arrivals.map(({ dataset }) => dataset.presence)).toEqual(['new', 'new', 'new', 'here', 'unusable']);
    const boxes = screen.getAllByTestId<HTMLInputElement>('arrival-choose');
    expect(boxes.map(({ checked }) => checked)).toEqual([true, true, true, false, false]);
    expect(boxes[4]?.disabled).toBe(true);
    expect(opened.host.calls.filter((call) => call.startsWith('restoreIntegration'))).toEqual([]);
  });

  test('another passphrase is said and can be tried again', async () => {
    const opened = await openWindow();
    await unseal(opened, 'wrong');
    await screen.findByText(/not the passphrase of the export/);
    await opened.user.type(await find('restore-passphrase'), 'right{Enter}');
    await screen.findAllByTestId('arrival');
  });

  test('each is verified, and what is not accepted says why', async () => {
    const opened = await openWindow();
    await unseal(opened);
    await opened.user.click(await find('restore-go'));
    expect((await find('restore-summary')).textContent).toContain('Switched on 2 of 3');
    expect(screen.getAllByTestId('restored').map(({ dataset }) => dataset.outcome)).toEqual(['switched_on', 'switched_on', 'off']);
    expect(opened.host.calls.filter((call) => call.startsWith('restoreIntegration'))).toEqual(Array(3).fill('restoreIntegration:true:false'));
    await opened.user.click(await find('restore-done'));
    expect(rowOf('x-bigquery').textContent).toContain('Not switched on');
    await openPage(opened, 'x-bigquery');
    await opened.user.click(await find('hold-verify'));
    await waitFor(() => expect(opened.host.calls).toContain('verifyIntegration'));
  });

  test('a file that was restored elsewhere brings no sign-in when its user says so', async () => {
    const opened = await openWindow();
    await unseal(opened);
    await opened.user.click(await find('takes-again'));
    await opened.user.click(await find('restore-go'));
    await find('restore-summary');
    expect(opened.host.calls).not.toContain('restoreIntegration:true:false');
    expect(screen.getAllByTestId('restored')[1]?.dataset.outcome).toBe('sign_in_again');
  });

  test('what is here already is added as a second one only when it is chosen', async () => {
    const opened = await openWindow();
    await unseal(opened);
    for (const box of (await screen.findAllByTestId('arrival-choose')).slice(0, 4)) await opened.user.click(box);
    await opened.user.click(await find('restore-go'));
    await find('restore-summary');
    expect(opened.host.calls.filter((call) => call.startsWith('restoreIntegration'))).toEqual(['restoreIntegration:false:true']);
  });

  test('an export is restored by itself, and not over an open dialog', async () => {
    const opened = await openWindow();
    opened.host.emitShell({ event: 'files_held', files: [sampleExport, { held: 'known', file: sampleFile }] });
    await screen.findByText(/restored by itself/);
    await opened.user.click(await find('add'));
    await screen.findAllByTestId('connector');
    opened.host.emitShell({ event: 'files_held', files: [sampleExport] });
    await screen.findByText(/Finish the open dialog first/);
    expect(screen.queryByTestId('restore-dialog')).toBeNull();
  });

  test('an export that has ended is refused with its day', async () => {
    const opened = await openWindow();
    const failure = { ...refusedFile.failure, message: 'This export could be opened until 20 November 2026, 12:00, which is over.' };
    opened.host.emitShell({ event: 'files_held', files: [{ held: 'refused', name: 'old.storm-connect', failure }] });
    await screen.findByText(/until 20 November 2026/);
  });

  test('the settings and the palette lead to both', async () => {
    const opened = await openWindow();
    await opened.user.click(await find('nav-settings'));
    await opened.user.click(await find('restore-open'));
    await find('restore-passphrase');
    await opened.user.click(await find('restore-cancel'));
    await opened.user.click(await find('export-open'));
    await screen.findAllByTestId('export-row');
    await opened.user.click(await find('export-cancel'));
    await opened.user.keyboard('{Control>}k{/Control}restore from');
    await screen.findByText('Restore from an export');
  });
});
