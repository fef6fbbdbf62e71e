// axe over every view and dialog. Colour contrast is not its matter here: jsdom draws nothing; the tokens are checked apart.
import { waitFor } from '@testing-library/svelte';
import axe from 'axe-core';
import { describe, expect, test } from 'vitest';
import type { Failure, VaultView } from '../src/api/host';
import { fullLog } from '../src/api/fake/diagnostics';
import { lockedArchive, refusedFile, sampleExport, sampleFile } from '../src/api/fake/host';
import { labelled } from '../src/api/fake/list';
import { kept } from '../src/api/fake/model';
import { twoAccounts } from '../src/api/fake/seed';
import { openPage, openWindow, screen, type Opened } from './window';

async function faults(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false }, region: { enabled: false } } });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}

const find = (name: string) => screen.findByTestId(name);

async function pick({ user }: Opened, id: string): Promise<void> {
  await user.click(await find('add'));
  await user.click((await screen.findAllByTestId('connector')).find(({ dataset }) => dataset.id === id)!);
}

const views: Record<string, (opened: Opened) => Promise<void>> = {
  'the list': async () => {},
  'the list with rows selected and a label being added': async (opened) => {
    opened.host.rows = labelled();
    opened.host.emit({ event: 'vault_changed' });
    await screen.findAllByTestId('label');
    for (const box of screen.getAllByTestId('row-select').slice(0, 2)) await opened.user.click(box);
    await opened.user.click(await find('bulk-label-open'));
    await screen.findAllByTestId('label-offer');
  },
  'several filters and an order to choose': async (opened) => {
    opened.host.rows = labelled();
    opened.host.emit({ event: 'vault_changed' });
    await screen.findAllByTestId('label');
    await opened.user.click(await find('filter-label'));
    await opened.user.click((await screen.findAllByTestId('filter-label-choice'))[0]!);
    await waitFor(() => expect(document.body.style.pointerEvents).not.toBe('none'));
    await opened.user.click(await find('sort'));
    await screen.findAllByTestId('sort-choice');
  },
  'many being verified': async ({ host, user }) => {
    host.verifyIntegration = () => new Promise(() => {});
    await user.click(await find('select-all'));
    await user.click(await find('bulk-verify'));
    await find('bulk-stop');
  },
  'labels on a page': async (opened) => {
    opened.host.rows = labelled();
    opened.host.emit({ event: 'vault_changed' });
    await screen.findAllByTestId('label');
    await openPage(opened, 'i-salesforce');
    await opened.user.click(await find('label-picker-open'));
    await opened.user.type(await find('label-field'), 'EU{Enter}');
    await find('label-refusal');
  },
  'an export being chosen': async ({ user }) => {
    await user.click(await find('select-all'));
    await user.click(await find('bulk-export'));
    await screen.findAllByTestId('export-row');
    await user.click(await find('sign-ins-move'));
  },
  'an export over the window': async ({ host }) => {
    host.emitShell({ event: 'files_hovering', files: [{ preview: 'export', file: sampleExport.file }] });
    await find('drop-overlay');
  },
  'what is in an export': async ({ host, user }) => {
    host.emitShell({ event: 'files_held', files: [sampleExport] });
    await user.type(await find('restore-passphrase'), 'right');
    await user.click(await find('restore-unseal'));
    await screen.findAllByTestId('arrival');
  },
  'what was restored': async ({ host, user }) => {
    host.emitShell({ event: 'files_held', files: [sampleExport] });
    await user.type(await find('restore-passphrase'), 'right');
    await user.click(await find('restore-unseal'));
    await user.click(await find('restore-go'));
    await find('restore-summary');
  },
  'a sign-in that has moved away': async (opened) => {
    opened.host.status('i-github', { status: 'paused', since: Date.now(), hold: 'moved_away' });
    await openPage(opened, 'i-github');
    await opened.user.click(await find('hold-use-here'));
    await find('hold-asking');
  },
  'import, asking': async ({ user }) => {
    await user.click(await find('import-open'));
    await user.click(await find('import-places'));
    await user.click(await find('import-choose-folder'));
    await find('import-source');
  },
  'import, what was found': async ({ user }) => {
    await user.click(await find('import-open'));
    await user.click(await find('import-scan'));
    await find('import-preview');
    for (const change of screen.getAllByTestId('import-change')) await user.click(change);
    for (const left of screen.getAllByTestId('import-left-open')) await user.click(left);
    await user.click(await find('import-others-open'));
  },
  'import, what became of it': async ({ user }) => {
    await user.click(await find('import-open'));
    await user.click(await find('import-scan'));
    await user.click(await find('import-start'));
    await user.click(await find('import-move'));
    await find('import-moved');
  },
  'the palette': async ({ user }) => {
    await user.keyboard('{Control>}k{/Control}slack');
    await screen.findAllByTestId('palette-option');
  },
  'the palette with nothing found': async ({ user }) => {
    await user.keyboard('{Control>}k{/Control}');
    await user.type(await find('palette-field'), 'qqqq');
    await find('palette-none');
  },
  'all keys': async ({ user }) => {
    await user.keyboard('?');
    await find('shortcuts');
  },
  'the activity': async ({ user }) => {
    await user.click(await find('nav-activity'));
    await screen.findAllByTestId('activity-entry');
  },
  'the health': async ({ user }) => {
    await user.click(await find('nav-health'));
    await screen.findAllByTestId('forecast-entry');
    await user.click(await find('span-90'));
  },
  'the health that cannot be read': async ({ host, user }) => {
    host.failHealth('vault_not_writable', 'The disk does not answer.');
    await user.click(await find('nav-health'));
    await find('health-failure');
  },
  'the history of refreshes': async (opened) => {
    await openPage(opened, 'i-salesforce');
    await opened.user.click(await find('refresh-table-open'));
    await find('refresh-table');
  },
  'the activity, narrowed': async ({ user }) => {
    await user.click(await find('nav-activity'));
    await user.click(await find('activity-topic-trouble'));
    await find('activity-end');
  },
  'the activity where nothing fits': async ({ user }) => {
    await user.click(await find('nav-activity'));
    await user.type(await find('activity-search'), 'nowhere');
    await find('activity-clear');
  },
  'the activity that was changed from outside': async ({ host, user }) => {
    host.settings.logCheck = { check: 'broken', sequence: 3, checked_at: Date.now() };
    await user.click(await find('nav-activity'));
    await find('log-broken');
  },
  'the notice of a log that was changed': async ({ host }) => {
    host.settings.notices = [{ notice: 'log_broken', sequence: 3 }];
    host.emit({ event: 'vault_changed' });
    await find('notice-log-broken');
  },
  'the activity that cannot be read': async ({ host, user }) => {
    host.settings.logFails = true;
    await user.click(await find('nav-activity'));
    await find('activity-failed');
  },
  'the settings': async ({ user }) => user.click(await find('nav-settings')),
  'a page that needs its user': (opened) => openPage(opened, 'i-salesforce'),
  'a page with scopes and an open question': async (opened) => {
    opened.host.rows = twoAccounts();
    opened.host.emit({ event: 'integration_changed', id: 'i-github' });
    await openPage(opened, 'i-github');
    await opened.user.click(await find('scopes-more'));
    await find('scope-field');
  },
  'the question about another account': async (opened) => {
    opened.host.settings.signsInAs = 'eve@northwind.example';
    await openPage(opened, 'i-salesforce');
    await opened.user.click(await find('page-action'));
    await find('authorization-link');
    opened.host.finishAuthorization();
    await find('account-keep-both');
  },
  'a page’s credentials': (opened) => openPage(opened, 'i-slack', 'credentials'),
  'a page’s activity': (opened) => openPage(opened, 'i-github', 'activity'),
  'a rotation that awaits a key': async (opened) => {
    await openPage(opened, 'i-stripe', 'credentials');
    await opened.user.click(await find('rotation-start'));
  },
  'a rotation under way': async (opened) => {
    await openPage(opened, 'i-stripe', 'credentials');
    await opened.user.click(await find('rotation-start'));
    await opened.user.type(await find('key-field'), 'fresh');
    await opened.user.click(await find('rotation-save'));
    await find('rotation-revoke');
  },
  'the menu': async (opened) => {
    await openPage(opened, 'i-github');
    await opened.user.click(await find('menu'));
    await find('menu-rename');
  },
  'the connectors': async ({ user }) => {
    await user.click(await find('add'));
    await screen.findAllByTestId('connector');
  },
  'the methods': (opened) => pick(opened, 'practice'),
  'the key step': (opened) => pick(opened, 'zendesk'),
  'the file step': async (opened) => {
    await pick(opened, 'bigquery');
    await opened.user.click(await find('file-choose'));
    await find('file-facts');
  },
  'the app registration': (opened) => pick(opened, 'salesforce'),
  'the authorize step': async (opened) => {
    await pick(opened, 'slack');
    await find('authorize');
  },
  'the waiting panel': async (opened) => {
    await pick(opened, 'slack');
    await opened.user.click(await find('authorize'));
    await find('authorization-link');
  },
  'the password of a file': async ({ host }) => {
    host.emitShell({ event: 'files_held', files: [lockedArchive] });
    await find('file-password');
  },
  'the first of several files': async ({ host }) => {
    host.emitShell({ event: 'files_held', files: [{ held: 'known', file: sampleFile }, lockedArchive, refusedFile] });
    await find('file-queue');
    await screen.findAllByTestId('connector');
  },
  'what became of several files': async ({ host }) => {
    host.emitShell({ event: 'files_held', files: [refusedFile, { ...refusedFile, name: 'other.txt' }] });
    await find('file-summary');
  },
  'a stored file that can go to the bin': async (opened) => {
    await pick(opened, 'bigquery');
    await opened.user.click(await find('file-choose'));
    await opened.user.click(await find('file-save'));
    await find('original-move');
  },
  'several files over the window': async ({ host }) => {
    const known = { preview: 'known', file: sampleFile.file } as const;
    const refused = { preview: 'refused', name: 'notes.txt', failure: { code: 'file_not_usable', message: '', action: null, field: null, connector: null } } as const;
    host.emitShell({ event: 'files_hovering', files: [known, { preview: 'locked', name: 'reports.p12', shape: 'PKCS#12 archive' }, refused] });
    await screen.findAllByTestId('drop-file');
  },
  'a rotation that waits for tools with the old key': async (opened) => {
    await openPage(opened, 'i-stripe', 'credentials');
    await opened.user.click(await find('rotation-start'));
    await opened.user.type(await find('key-field'), 'fresh');
    await opened.user.click(await find('rotation-save'));
    await find('rotation-revoke');
    opened.host.waitForLent('i-stripe');
    await find('remaining');
  },
  'the code for another device': async (opened) => {
    await pick(opened, 'slack');
    await opened.user.click(await find('authorize'));
    await opened.user.click(await find('use-code'));
    await find('user-code');
  },
  'a verdict': async (opened) => {
    await pick(opened, 'stripe');
    await opened.user.type(await find('key-field'), 'limited{Enter}');
    await find('verdict');
  },
  'the disconnect dialog': async (opened) => {
    await openPage(opened, 'i-github');
    await opened.user.keyboard('{Delete}');
    await find('disconnect-revoke');
  },
  'what is still to be revoked': async (opened) => {
    opened.host.settings.serviceDown = true;
    await openPage(opened, 'i-github');
    await opened.user.keyboard('{Delete}');
    await opened.user.click(await find('disconnect-revoke'));
    await waitFor(() => expect(document.body.style.pointerEvents, 'the dialog lets go of the window').not.toBe('none'));
    await opened.user.click(await find('nav-activity'));
    await find('revocation');
  },
  'the storage that was tried, and a start at login that cannot be had': async ({ host, user }) => {
    host.settings.storage = { trouble: 'keyring', problem: 'prompt_dismissed' };
    host.settings.autostart = { autostart: 'not_offered', why: 'sandboxed' };
    await user.click(await find('nav-settings'));
    await user.click(await find('storage-run'));
    await user.click(await find('storage-details'));
    await find('autostart-not-offered');
  },
  'the code that is shown once': async ({ user }) => {
    await user.click(await find('nav-settings'));
    await user.click(await find('recovery-code-make'));
    await user.click(await find('recovery-code-show'));
    await find('recovery-code-shown');
  },
  'the code that is typed back': async ({ user }) => {
    await user.click(await find('nav-settings'));
    await user.click(await find('recovery-code-make'));
    await user.click(await find('recovery-code-show'));
    await user.click(await find('recovery-code-written'));
    await find('recovery-code');
  },
  'a new passphrase': async ({ user }) => {
    await user.click(await find('nav-settings'));
    await user.click(await find('passphrase-set'));
    await find('passphrase-again');
  },
  'the change of the master key': async ({ user }) => {
    await user.click(await find('nav-settings'));
    await user.click(await find('master-key-change'));
    await find('master-key-confirm');
  },
  'the report before it is copied': async ({ user }) => {
    await user.click(await find('nav-settings'));
    await user.click(await find('diagnostics-open'));
    await find('diagnostics-text');
  },
  'a report that cannot be made': async ({ host, user }) => {
    host.noReport = { code: 'internal', message: 'It broke.', action: null, field: null, connector: null };
    await user.click(await find('nav-settings'));
    await user.click(await find('diagnostics-open'));
    await find('diagnostics-failed');
  },
  'the program’s log': async ({ host, user }) => {
    host.programLines = fullLog();
    await user.click(await find('nav-settings'));
    await user.click(await find('program-log-open'));
    await find('program-log-older');
  },
  'the program’s log with nothing in it': async ({ host, user }) => {
    host.programLines = [];
    await user.click(await find('nav-settings'));
    await user.click(await find('program-log-open'));
    await find('program-log-empty');
  },
  'the drop overlay and a toast': async ({ host }) => {
    host.emitShell({ event: 'files_held', files: [refusedFile] });
    host.emitShell({ event: 'files_hovering', files: [{ preview: 'known', file: sampleFile.file }] });
    await find('drop-overlay');
  },
};

describe('axe finds nothing in', () => {
  test.each(Object.entries(views))('%s', async (_, show) => {
    const opened = await openWindow();
    await show(opened);
    await waitFor(() => expect(document.querySelector('[aria-busy=true]')).toBeNull());
    expect(await faults()).toEqual([]);
  });

  const failure: Failure = { code: 'vault_locked', message: '', action: 'retry', field: null, connector: null };
  const closed: VaultView[] = [
    { vault: 'no_keyring', problem: 'no_service', failure },
    { vault: 'keyring_locked', backend: 'GNOME Keyring', prompt_open: true },
    { vault: 'key_missing', backend: 'GNOME Keyring', problem: 'no_entry', failure },
    { vault: 'passphrase_needed' },
  ];
  test.each(closed)('$vault', async (vault) => {
    await openWindow({ vault, protection: { ...kept, passphrase: true, recovery_code: true } });
    expect(await faults()).toEqual([]);
  });

  test('the first run, tried', async () => {
    const { user } = await openWindow({ storage: { trouble: 'remarks' } });
    await user.click(await find('storage-details'));
    expect(await faults()).toEqual([]);
  });

  test('the first run with the question of the first success', async () => {
    const { host } = await openWindow({});
    host.rows = labelled();
    host.emit({ event: 'vault_changed' });
    await screen.findAllByTestId('toast-choice');
    expect(await faults()).toEqual([]);
  });

  test('the first run', async () => {
    await openWindow({});
    expect(await faults()).toEqual([]);
  });
});
