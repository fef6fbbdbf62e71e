// Several files that are dropped or chosen at once, on the fake host: said before, gone through one after the other, summed up.
import { waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import type { HeldFileView, KeyFileView } from '../src/api/host';
import { clientFile, lockedArchive, refusedFile, sampleFile } from '../src/api/fake/host';
import { workingDay } from '../src/api/fake/seed';
import { openPage, openWindow, screen, type Opened } from './window';

const find = (name: string) => screen.findByTestId(name);
const gone = (name: string) => waitFor(() => expect(screen.queryByTestId(name)).toBeNull());
const text = async (name: string) => ((await find(name)).textContent ?? '').trim();

/** A file for one service only, so that its step is the first. */
const direct = (id: string, name = `${id}.json`): HeldFileView => {
  const file: KeyFileView = { ...sampleFile, id, file: { ...sampleFile.file, name }, uses: sampleFile.uses.slice(0, 1) };
  return { held: 'known', file };
};
const results = () => screen.getAllByTestId('file-result').map(({ dataset, textContent }) => [dataset.outcome, textContent?.trim()]);
const drop = ({ host }: Opened, files: HeldFileView[]) => host.emitShell({ event: 'files_held', files });
const turn = (place: string, name: string) => waitFor(() => expect(screen.getByTestId('file-queue').textContent).toContain(`${place} ${name}`));

describe('several files over the window', () => {
  test('are each named before they are released, with the reason for what cannot be used', async () => {
    const { host } = await openWindow();
    const refused = { preview: 'refused', name: 'notes.txt', failure: refusedFile.failure } as const;
    host.emitShell({ event: 'files_hovering', files: [{ preview: 'known', file: sampleFile.file }, { preview: 'locked', name: 'reports.p12', shape: 'PKCS#12 archive' }, refused] });
    const files = (await screen.findAllByTestId('drop-file')).map(({ textContent }) => textContent);
    expect(files).toHaveLength(3);
    expect(files[0]).toMatch(/analytics-prod-9b07.json.*Google service account.*etl@analytics-prod.example · key id 9b07c2d41e/);
    expect(files[1]).toMatch(/reports.p12.*PKCS#12 archive.*under a password/);
    expect(files[2]).toMatch(/notes.txt.*cannot be used.*not a credentials file/);
    expect(await text('drop-overlay')).toContain('Release to go through 2 files, one after the other');
    host.emitShell({ event: 'files_left' });
    await gone('drop-overlay');
  });

  test('find no room where one is awaited', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-bigquery', 'credentials');
    await opened.user.click(await find('rotation-start'));
    const known = { preview: 'known', file: sampleFile.file } as const;
    opened.host.emitShell({ event: 'files_hovering', files: [known, { ...known }] });
    expect(await text('drop-overlay')).toContain('Only one file can be used here');
    drop(opened, [direct('one'), direct('two')]);
    expect(await text('file-problem')).toContain('Only one file can be used here');
    expect(screen.queryByTestId('connect-dialog')).toBeNull();
  });
});

describe('several released files', () => {
  test('are gone through one after the other, and the end says what became of each', async () => {
    const opened = await openWindow();
    const { user } = opened;
    drop(opened, [direct('one'), refusedFile, direct('two'), lockedArchive]);
    await turn('File 1 of 3', 'one.json');
    expect(await text('file-queue-refused')).toContain('notes.txt was refused');
    await user.type(await find('integration-name'), 'Nightly');
    await user.click(await find('file-save'));
    await find('verdict-works');
    expect(await text('connect-done')).toBe('Next file');
    expect(screen.queryByTestId('connect-open')).toBeNull();
    await user.click(await find('connect-done'));

    await turn('File 2 of 3', 'two.json');
    await find('file-save');
    expect(await find('integration-name')).toHaveProperty('value', '');
    await user.click(await find('file-skip'));

    await turn('File 3 of 3', 'reports.p12');
    await user.type(await find('file-password'), 'practice{Enter}');
    await find('file-certificate');
    await user.click(await find('file-save'));
    expect(await text('connect-done')).toBe('Finish');
    await user.click(await find('connect-done'));

    await find('file-summary');
    expect(await text('connect-dialog')).toContain('2 of 4 files are connected.');
    await waitFor(() => expect(results()).toEqual([
      ['connected', 'one.jsonConnected as “Nightly”.'],
      ['refused', 'notes.txtThis is not a credentials file. Choose the one that the service let you download.'],
      ['skipped', 'two.jsonLeft out. Nothing of it was taken.'],
      ['connected', 'reports.p12Connected as “BigQuery”.'],
    ]));
    await user.click(await find('connect-done'));
    await gone('connect-dialog');
    expect(opened.host.rows).toHaveLength(workingDay().length + 2);
  });

  test('of which one is under a password that nobody knows go on with the next', async () => {
    const opened = await openWindow();
    drop(opened, [lockedArchive, direct('two')]);
    expect(await text('unlock-cancel')).toBe('Skip this file');
    await opened.user.click(await find('unlock-cancel'));
    await turn('File 2 of 2', 'two.json');
  });

  test('with a client among them go through its sign-in', async () => {
    const opened = await openWindow();
    const { user, host } = opened;
    drop(opened, [{ held: 'known', file: clientFile }, direct('two')]);
    await turn('File 1 of 2', 'client.json');
    await user.click(await find('registration-save'));
    await user.click(await find('authorize'));
    await find('authorization-link');
    host.finishAuthorization();
    await find('authorization-completed');
    await user.click(await find('connect-done'));
    await turn('File 2 of 2', 'two.json');
  });

  test('that are given up leave out all that were not reached, and say so', async () => {
    const opened = await openWindow();
    drop(opened, [direct('bad-one'), direct('two'), direct('three')]);
    await opened.user.click(await find('file-save'));
    await find('verdict-refused');
    await opened.user.click(await find('dialog-close'));
    await find('file-summary');
    expect(results().map(([outcome]) => outcome)).toEqual(['saved', 'skipped', 'skipped']);
    await waitFor(() => expect(results()[0]?.[1]).toMatch(/Saved as “BigQuery”\. .*refused/));
    await opened.user.keyboard('{Escape}');
    await gone('connect-dialog');
  });

  test('of which none can be used say why each', async () => {
    const opened = await openWindow();
    drop(opened, [refusedFile, { ...refusedFile, name: 'other.txt' }]);
    await find('file-summary');
    expect(await text('connect-dialog')).toContain('0 of 2 files are connected.');
    expect(results().map(([outcome]) => outcome)).toEqual(['refused', 'refused']);
  });

  test('can be chosen by the keyboard as well', async () => {
    const opened = await openWindow({ rows: workingDay(), chosen: [direct('one'), direct('two')] });
    await opened.user.click(await find('add'));
    await opened.user.click((await screen.findAllByTestId('connector')).find(({ dataset }) => dataset.id === 'bigquery')!);
    (await find('file-choose')).focus();
    await opened.user.keyboard('{Enter}');
    await turn('File 1 of 2', 'one.json');
  });
});

describe('the file of a stored key', () => {
  async function store(opened: Opened, id = 'one'): Promise<void> {
    drop(opened, [direct(id)]);
    await opened.user.click(await find('file-save'));
    await find('verdict');
  }

  test('is named, and goes to the bin on a click', async () => {
    const opened = await openWindow();
    await store(opened);
    expect(await text('original')).toContain('~/Downloads/analytics-prod-9b07.json is not needed any more. Whoever can read it has the key.');
    await opened.user.click(await find('original-move'));
    await waitFor(() => expect(screen.getByTestId('original').textContent).toContain('Moved to the bin'));
    expect(screen.queryByTestId('original-move')).toBeNull();
  });

  test('that cannot be moved says why, and can be tried again', async () => {
    const opened = await openWindow({ rows: workingDay(), bin: { outcome: 'kept', reason: 'robot.json was changed since it was read.' } });
    await store(opened);
    await opened.user.click(await find('original-move'));
    await waitFor(() => expect(screen.getByTestId('original').textContent).toContain('robot.json was changed'));
    await find('original-move');
  });

  test('is not spoken of while the service refuses the key', async () => {
    const opened = await openWindow();
    await store(opened, 'bad-one');
    expect(opened.host.calls).not.toContain('storedOriginal');
    expect(screen.queryByTestId('original')).toBeNull();
  });

  test('is offered where a client secret came from one, once the sign-in worked', async () => {
    const opened = await openWindow();
    drop(opened, [{ held: 'known', file: clientFile }]);
    await opened.user.click(await find('registration-save'));
    await opened.user.click(await find('authorize'));
    await find('authorization-link');
    expect(screen.queryByTestId('original')).toBeNull();
    opened.host.finishAuthorization();
    await find('original-move');
  });

  test('is offered in a rotation once the new key works, and still when the page is opened again', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-bigquery', 'credentials');
    await opened.user.click(await find('rotation-start'));
    drop(opened, [{ held: 'known', file: sampleFile }]);
    await opened.user.click(await find('rotation-save'));
    await find('original-move');
    await opened.user.click(await find('tab-overview'));
    await opened.user.click(await find('tab-credentials'));
    await opened.user.click(await find('original-move'));
    await waitFor(() => expect(screen.getByTestId('original').textContent).toContain('Moved to the bin'));
  });
});

test('a notification that reminds of a key shows where it is replaced', async () => {
  const opened = await openWindow();
  opened.host.emitShell({ event: 'show_credentials', id: 'i-stripe' });
  await find('rotation-start');
  expect((await find('tab-credentials')).dataset.state).toBe('active');
});

test('who waits for tools with the old key sees how long', async () => {
  const opened = await openWindow();
  await openPage(opened, 'i-stripe', 'credentials');
  await opened.user.click(await find('rotation-start'));
  await opened.user.type(await find('key-field'), 'fresh');
  await opened.user.click(await find('rotation-save'));
  await find('rotation-revoke');
  opened.host.waitForLent('i-stripe');
  expect(await text('remaining')).toMatch(/[45] s left/);
  expect(await text('rotation-line-4')).toContain('Waiting for tools that may still use the old key');
});
