// The report that is read before it is copied, and the program's own log: filtered, followed, copied.
import { waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { HostFailure } from '../src/api/host';
import { fullLog } from '../src/api/fake/diagnostics';
import { openWindow, screen, type Opened } from './window';

const find = (name: string) => screen.findByTestId(name);
const lines = () => screen.queryAllByTestId('program-log-line');
const texts = () => lines().map((line) => line.querySelector('.text')!.textContent);
const broken = { code: 'internal', message: 'It broke.', action: null, field: null, connector: null } as const;

async function settings(prepare: (opened: Opened) => void = () => {}): Promise<Opened> {
  const opened = await openWindow();
  prepare(opened);
  await opened.user.click(await find('nav-settings'));
  return opened;
}

async function log(prepare?: (opened: Opened) => void): Promise<Opened> {
  const opened = await settings(prepare);
  await opened.user.click(await find('program-log-open'));
  await waitFor(() => expect(screen.getByTestId('program-log').dataset.reading).not.toBe('reading'));
  return opened;
}

describe('the report', () => {
  test('is shown before anything is copied, and exactly what is shown is copied, which is told once', async () => {
    const { user, host } = await settings();
    await user.click(await find('diagnostics-open'));
    const shown = (await find('diagnostics-text')).textContent;
    expect(document.activeElement, 'the keys scroll it').toBe(await find('diagnostics-text'));
    expect(host.given).toEqual([]);
    await user.click(await find('diagnostics-copy'));
    await waitFor(() => expect(host.given).toEqual([shown]));
    expect(shown).toContain('Storm Connect diagnostics');
    expect(screen.getByTestId('diagnostics-told').textContent).toContain('Copied.');
    expect(screen.getByTestId('diagnostics-told').getAttribute('role')).toBe('status');
    expect(screen.queryByTestId('toast'), 'told once').toBeNull();
    await user.click(await find('diagnostics-close'));
    await waitFor(() => expect(screen.queryByTestId('diagnostics-dialog')).toBeNull());
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('diagnostics-open')));
  });

  test('is saved where the user chooses; a question that was closed tells nothing', async () => {
    const { user, host } = await settings();
    await user.click(await find('diagnostics-open'));
    const save = host.saveDiagnostics;
    host.saveDiagnostics = async () => null;
    await user.click(await find('diagnostics-save'));
    await waitFor(() => expect((screen.getByTestId('diagnostics-save') as HTMLButtonElement).disabled).toBe(false));
    expect(screen.getByTestId('diagnostics-told').textContent).toBe('');
    host.saveDiagnostics = save;
    await user.click(await find('diagnostics-save'));
    await waitFor(() => expect(screen.getByTestId('diagnostics-told').textContent).toBe('storm-connect-diagnostics.txt was saved'));
    expect(host.given).toEqual([screen.getByTestId('diagnostics-text').textContent]);
  });

  test('that cannot be made says why and is made again', async () => {
    const { user, host } = await settings(({ host }) => (host.noReport = broken));
    await user.click(await find('diagnostics-open'));
    expect((await find('diagnostics-failed')).textContent).toContain('It broke.');
    expect(screen.queryByTestId('diagnostics-copy')).toBeNull();
    host.noReport = null;
    await user.click(await find('diagnostics-retry'));
    await find('diagnostics-text');
  });

  test('that cannot be copied says so, and nothing that is not true', async () => {
    const { user, host } = await settings();
    const copy = host.copyDiagnostics;
    host.copyDiagnostics = () => Promise.reject(new HostFailure({ ...broken, code: 'clipboard_empty', message: 'The clipboard cannot be used at the moment.' }));
    await user.click(await find('diagnostics-open'));
    await user.click(await find('diagnostics-copy'));
    expect((await find('diagnostics-problem')).textContent).toContain('cannot be used at the moment');
    expect(screen.getByTestId('diagnostics-told').textContent).toBe('');
    host.copyDiagnostics = copy;
    await user.click(await find('diagnostics-copy'));
    await waitFor(() => expect(screen.getByTestId('diagnostics-told').textContent).toContain('Copied.'));
    expect(screen.queryByTestId('diagnostics-problem')).toBeNull();
  });

  test('and the log are there while the vault is locked: then they are needed most', async () => {
    const { user } = await openWindow({ vault: { vault: 'passphrase_needed' } });
    await user.click(await find('nav-settings'));
    await user.click(await find('diagnostics-open'));
    await find('diagnostics-text');
    await user.click(await find('diagnostics-close'));
    await user.click(await find('program-log-open'));
    await waitFor(() => expect(lines()).toHaveLength(8));
  });

  test('and the log are found in the palette', async () => {
    const { user } = await openWindow();
    const palette = async (typed: string) => {
      await user.keyboard('{Control>}k{/Control}');
      await find('palette-field');
      await user.keyboard(typed);
    };
    await palette('copy diagn{Enter}');
    await find('diagnostics-text');
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByTestId('diagnostics-dialog')).toBeNull());
    await palette('program log{Enter}');
    await find('view-program-log');
  });
});

describe('the program’s log', () => {
  test('says level, part and text of each line, by word and shape', async () => {
    await log();
    expect(lines().map(({ dataset }) => dataset.level)).toEqual(['info', 'warning', 'info', 'debug', 'debug', 'info', 'error', 'trace']);
    const [, warning] = lines();
    expect(warning!.querySelector('.level')!.textContent).toBe('Warning');
    expect(warning!.querySelector('.level svg')).toBeTruthy();
    expect(texts()[6]).toBe('storm_agent::care no backup could be made error=the disk is full');
    expect(screen.getByTestId('program-log-count').textContent).toBe('8 lines');
  });

  test('is filtered by level and words, which is said once', async () => {
    const { user } = await log();
    await user.selectOptions(await find('program-log-least'), 'warning');
    await waitFor(() => expect(lines().map(({ dataset }) => dataset.level)).toEqual(['warning', 'error']));
    await user.type(await find('program-log-search'), 'BACKUP disk');
    await waitFor(() => expect(lines()).toHaveLength(1));
    await waitFor(() => expect(screen.getAllByRole('status').map(({ textContent }) => textContent)).toContain('1 line'));
    await user.keyboard('zzz');
    await user.click(await find('program-log-everything'));
    await waitFor(() => expect(lines()).toHaveLength(8));
  });

  test('takes in new lines while it is followed, says none of them aloud, and stops asking when it is not', async () => {
    const { user, host } = await log();
    const status = () => screen.getAllByRole('status').map(({ textContent }) => textContent);
    await waitFor(() => expect(status()).toContain('8 lines'));
    const before = status();
    await waitFor(() => expect(host.followed).toBe(true));
    host.logLine('debug', 'a new token was stored');
    host.logLine('error', 'another one');
    await waitFor(() => expect(texts().slice(-2)).toEqual(['storm_engine::refresh a new token was stored', 'storm_engine::refresh another one']));
    expect(status()).toEqual(before);
    expect(screen.getByTestId('program-log-lines').closest('[aria-live], [role=log]')).toBeNull();

    await user.click(await find('program-log-follow'));
    expect(screen.getByTestId('program-log-follow').getAttribute('aria-pressed')).toBe('false');
    await waitFor(() => expect(host.followed).toBe(false));
    host.logLine('info', 'meanwhile');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(texts().at(-1)).toBe('storm_engine::refresh another one');
    await user.click(await find('program-log-follow'));
    await waitFor(() => expect(texts().at(-1)).toBe('storm_engine::refresh meanwhile'));

    await user.click(await find('nav-integrations'));
    await waitFor(() => expect(host.followed, 'nobody looks any more').toBe(false));
  });

  test('takes in only those that fit', async () => {
    const { user, host } = await log();
    await user.selectOptions(await find('program-log-least'), 'error');
    await waitFor(() => expect(lines()).toHaveLength(1));
    host.logLine('info', 'not this one');
    host.logLine('error', 'this one');
    await waitFor(() => expect(texts().slice(1)).toEqual(['storm_engine::refresh this one']));
  });

  test('is read from its end back in portions, and looking back ends following', async () => {
    const { user, host } = await log(({ host }) => (host.programLines = fullLog()));
    const numbers = () => fullLog().slice(-lines().length).map(({ part, text }) => `${part} ${text}`);
    expect(lines()).toHaveLength(500);
    expect(screen.getByTestId('program-log-count').textContent).toBe('500 lines, and earlier ones');
    for (const expected of [1_000, 1_500, 2_000]) {
      await user.click(await find('program-log-older'));
      await waitFor(() => expect(lines()).toHaveLength(expected));
    }
    expect(texts()).toEqual(numbers());
    expect(screen.queryByTestId('program-log-older')).toBeNull();
    expect(document.activeElement, 'the button went, and the keys go on').toBe(screen.getByTestId('program-log-lines'));
    await waitFor(() => expect(host.followed).toBe(false));
    // What is kept is bounded in the page, too.
    await user.click(await find('program-log-follow'));
    host.logLine('info', 'the newest');
    await waitFor(() => expect(texts().at(-1)).toBe('storm_engine::refresh the newest'));
    expect(lines()).toHaveLength(2_000);
  }, 30_000);

  test('records more for now, which the core keeps', async () => {
    const { user, host } = await log();
    await user.click(await find('program-log-more'));
    await waitFor(() => expect(screen.getByTestId('program-log-more').getAttribute('aria-pressed')).toBe('true'));
    expect(host.recordsMore).toBe(true);
    await user.click(await find('program-log-back'));
    await user.click(await find('program-log-open'));
    await waitFor(() => expect(screen.getByTestId('program-log-more').getAttribute('aria-pressed')).toBe('true'));
    host.recordMore = () => Promise.reject(new HostFailure(broken));
    await user.click(await find('program-log-more'));
    await find('toast');
    expect(screen.getByTestId('program-log-more').getAttribute('aria-pressed'), 'it shows what is, not what was wanted').toBe('true');
  });

  test('is copied as the filter shows it', async () => {
    const { user, host } = await log();
    await user.selectOptions(await find('program-log-least'), 'warning');
    await waitFor(() => expect(lines()).toHaveLength(2));
    await user.click(await find('program-log-copy'));
    expect((await find('toast')).textContent).toContain('2 lines copied');
    expect(host.given[0]!.split('\n').map((line) => line.split(' ')[0])).toEqual(['warning', 'error']);
  });

  test('that cannot be read says why, and is read again', async () => {
    const { user, host } = await log(({ host }) => (host.programLines = broken));
    expect((await find('program-log-failed')).textContent).toContain('It broke.');
    expect((screen.getByTestId('program-log-copy') as HTMLButtonElement).disabled).toBe(true);
    host.programLines = [];
    await user.click(await find('program-log-retry'));
    expect((await find('program-log-empty')).textContent).toContain('Nothing was logged yet');
  });

  test('is left with Esc, back to the settings', async () => {
    const { user } = await log();
    await user.keyboard('{Escape}');
    await find('view-settings');
  });
});
