// Every view and state of the window, each as the situation of the fake host it begins in and what is done there.
// Deliberately absent: what it should look like. That is for whoever looks at the pictures.

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{ name: string, title: string, fake?: string, act?: (page: Page) => Promise<void>, size?: { width: number, height: number }, zoom?: number }} Scene */

const at = (/** @type {Page} */ page, /** @type {string} */ test) => page.locator(`[data-test="${test}"]`);
const click = (/** @type {Page} */ page, /** @type {string} */ test) => at(page, test).first().click();
const see = (/** @type {Page} */ page, /** @type {string} */ test) => at(page, test).first().waitFor();

async function pick(/** @type {Page} */ page, /** @type {string} */ connector) {
  await click(page, 'add');
  await page.locator(`[data-test="connector"][data-id="${connector}"]`).click();
}

async function open(/** @type {Page} */ page, /** @type {string} */ id, tab = 'overview') {
  await page.locator(`[data-test="integration"][data-id="${id}"] [data-test="integration-open"]`).click();
  await click(page, `tab-${tab}`);
}

/** Runs in the page, where the fake host is. */
const tell = (/** @type {Page} */ page, /** @type {string} */ what) => page.evaluate(what);

async function rotate(/** @type {Page} */ page) {
  await open(page, 'i-stripe', 'credentials');
  await click(page, 'rotation-start');
}

async function look(/** @type {Page} */ page) {
  await click(page, 'import-open');
  await click(page, 'import-scan');
  await see(page, 'import-preview');
}

async function health(/** @type {Page} */ page) {
  await click(page, 'nav-health');
  await see(page, 'figure-needs');
}

async function settings(/** @type {Page} */ page, /** @type {string} */ ...clicks) {
  await click(page, 'nav-settings');
  await see(page, 'language-system');
  for (const one of clicks) await click(page, one);
}

async function choose(/** @type {Page} */ page, /** @type {string} */ test, /** @type {string} */ value) {
  await click(page, test);
  await page.locator(`[data-test="${test}-choice"][data-value="${value}"]`).click();
}

async function select(/** @type {Page} */ page) {
  for (const id of ['i-github', 'i-twilio', 'i-stripe']) await page.locator(`[data-test="integration"][data-id="${id}"] [data-test="row-select"]`).click();
  await see(page, 'bulk-verify');
}

async function palette(/** @type {Page} */ page) {
  await page.keyboard.press('Control+k');
  await see(page, 'palette-option');
}

async function exportAll(/** @type {Page} */ page) {
  await settings(page, 'export-open');
  await see(page, 'export-row');
}

async function dropExport(/** @type {Page} */ page) {
  await tell(page, `fakeHost.emitShell({ event: 'files_held', files: [samples.sampleExport] })`);
  await see(page, 'restore-passphrase');
}

async function unseal(/** @type {Page} */ page, /** @type {string} */ passphrase) {
  await at(page, 'restore-passphrase').fill(passphrase);
  await click(page, 'restore-unseal');
}

/** Views of the fake host's working day, unless they say otherwise. @type {Record<string, Scene[]>} */
export const chapters = {
  'Import': [
    { name: 'import-ask', title: 'It asks first', act: async (page) => { await click(page, 'import-open'); await see(page, 'import-scan'); } },
    { name: 'import-ask-places', title: 'Where it would look, and a folder besides', act: async (page) => { await click(page, 'import-open'); await click(page, 'import-places'); await click(page, 'import-choose-folder'); await see(page, 'import-source'); } },
    { name: 'import-scanning', title: 'It looks', act: async (page) => { await tell(page, 'fakeHost.scanHeld = new Promise(() => {})'); await click(page, 'import-open'); await click(page, 'import-scan'); await see(page, 'import-scanning'); } },
    { name: 'import-preview', title: 'What was found', act: look },
    { name: 'import-preview-small', title: 'The same in the smallest window', size: { width: 720, height: 480 }, act: look },
    { name: 'import-change', title: 'A key of a service that nobody knows', act: async (page) => { await look(page); await page.locator('[data-key="ACME_API_KEY"] [data-test="import-change"]').click(); await click(page, 'import-left-open'); } },
    { name: 'import-running', title: 'Importing', act: async (page) => { await tell(page, 'fakeHost.importItem = () => new Promise(() => {})'); await look(page); await click(page, 'import-start'); await see(page, 'import-running'); } },
    { name: 'import-results', title: 'What became of it, and where it still lies', act: async (page) => { await look(page); await click(page, 'import-start'); await see(page, 'import-copies'); } },
    { name: 'import-moved', title: 'A file went to the bin', act: async (page) => { await look(page); await click(page, 'import-start'); await click(page, 'import-move'); await see(page, 'import-moved'); } },
    { name: 'import-none', title: 'Nothing was found', act: async (page) => { await tell(page, 'fakeHost.found = []'); await click(page, 'import-open'); await click(page, 'import-scan'); await see(page, 'import-none'); } },
  ],
  'The list': [
    { name: 'list', title: 'A working day' },
    { name: 'list-empty', title: 'The first start', fake: 'empty' },
    { name: 'list-crowd', title: 'Ten thousand integrations', fake: 'crowd' },
    { name: 'list-needs', title: 'What needs its user', act: (page) => click(page, 'filter-needs') },
    { name: 'list-labels', title: 'Labels, and two accounts of one service', fake: 'labels' },
    { name: 'list-filtered', title: 'Several filters together', fake: 'labels', act: async (page) => { await choose(page, 'filter-method', 'oauth'); await choose(page, 'filter-connector', 'github'); await choose(page, 'filter-label', 'production'); } },
    { name: 'list-services', title: 'The services to filter by', fake: 'labels', act: async (page) => { await click(page, 'filter-connector'); await see(page, 'filter-connector-choice'); } },
    { name: 'list-sorted', title: 'By service', fake: 'labels', act: (page) => choose(page, 'sort', 'connector') },
    { name: 'list-sorts', title: 'The orders', fake: 'labels', act: async (page) => { await click(page, 'sort'); await see(page, 'sort-choice'); } },
    { name: 'list-selected', title: 'Some are selected', fake: 'labels', act: select },
    { name: 'list-selected-small', title: 'The same in the smallest window', fake: 'labels', size: { width: 720, height: 480 }, act: select },
    { name: 'list-label', title: 'A label for those selected', fake: 'labels', act: async (page) => { await select(page); await click(page, 'bulk-label-open'); await see(page, 'label-field'); } },
    { name: 'list-verifying', title: 'Verifying all', fake: 'labels', act: async (page) => { await tell(page, 'fakeHost.verifyIntegration = () => new Promise(() => {})'); await click(page, 'select-all'); await click(page, 'bulk-verify'); await see(page, 'bulk-progress'); } },
    { name: 'list-bulk-told', title: 'What became of it', fake: 'labels', act: async (page) => {
      await tell(page, `{ const real = fakeHost.verifyIntegration; fakeHost.verifyIntegration = (id) => id === 'i-openai' ? Promise.resolve({ outcome: 'refused', reason: '' }) : real(id); }`);
      await click(page, 'select-all');
      await click(page, 'bulk-verify');
      await see(page, 'toast');
    } },
    { name: 'list-none', title: 'Nothing found', act: async (page) => { await at(page, 'search').fill('nowhere'); await see(page, 'list-none'); } },
    { name: 'list-notices', title: 'Everything that may be said above it', fake: 'notices' },
    { name: 'list-restored', title: 'After an older copy was put back', fake: 'restored' },
    { name: 'list-keyring-lost', title: 'The keyring is gone', fake: 'keyring-lost' },
    { name: 'list-small', title: 'The smallest window', size: { width: 720, height: 480 } },
    { name: 'list-zoom', title: 'Twice as large', zoom: 2 },
  ],
  Health: [
    { name: 'health', title: 'A working day', act: (page) => health(page) },
    { name: 'health-90', title: 'Ninety days ahead', act: async (page) => { await health(page); await click(page, 'span-90'); } },
    { name: 'health-quiet', title: 'Nothing will need anybody', fake: 'quiet', act: (page) => health(page) },
    { name: 'health-nothing', title: 'Nothing is connected', fake: 'empty', act: async (page) => { await click(page, 'nav-health'); await see(page, 'health-empty'); } },
    { name: 'health-loading', title: 'Not answered yet', act: async (page) => { await tell(page, 'fakeHost.healthPending = true'); await click(page, 'nav-health'); await see(page, 'health-loading'); } },
    { name: 'health-failed', title: 'The vault cannot be read', act: async (page) => {
      await tell(page, `fakeHost.failHealth('vault_not_writable', 'The disk does not answer. Check it, then try again.')`);
      await click(page, 'nav-health');
      await see(page, 'health-failure');
    } },
    { name: 'health-crowd', title: 'Ten thousand integrations', fake: 'crowd', act: (page) => health(page) },
    { name: 'health-small', title: 'The smallest window', size: { width: 720, height: 480 }, act: async (page) => { await health(page); await at(page, 'forecast').scrollIntoViewIfNeeded(); } },
    { name: 'health-zoom', title: 'Twice as large', zoom: 2, act: (page) => health(page) },
    { name: 'page-refreshes', title: 'Refreshes of a page, each of them', act: async (page) => { await open(page, 'i-salesforce'); await click(page, 'refresh-table-open'); await at(page, 'refresh-history').scrollIntoViewIfNeeded(); } },
    { name: 'page-secret-end', title: 'When a client secret ends', act: async (page) => { await open(page, 'i-github', 'credentials'); await click(page, 'registration-edit'); await see(page, 'client-secret-ends'); } },
  ],
  'A page': [
    { name: 'page', title: 'Connected', act: (page) => open(page, 'i-github') },
    { name: 'page-needs', title: 'Needs its user', act: (page) => open(page, 'i-salesforce') },
    { name: 'page-key-refused', title: 'A key that is refused', act: (page) => open(page, 'i-openai') },
    { name: 'page-retrying', title: 'The service is busy', act: (page) => open(page, 'i-databricks') },
    { name: 'page-registration', title: 'The app registration is refused', act: (page) => open(page, 'i-slack') },
    { name: 'page-limited', title: 'Works, but may not do everything', act: (page) => open(page, 'i-stripe') },
    { name: 'page-paused', title: 'Paused', act: (page) => open(page, 'i-twilio') },
    { name: 'page-damaged', title: 'Its record cannot be read', fake: 'record', act: (page) => open(page, 'i-github') },
    { name: 'page-undecided', title: 'Another account signed in', fake: 'accounts', act: (page) => open(page, 'i-github') },
    { name: 'page-scopes', title: 'Asking for more scopes', fake: 'accounts', act: async (page) => { await open(page, 'i-github-2'); await click(page, 'scopes-ask-missing'); } },
    { name: 'page-menu', title: 'The menu', act: async (page) => { await open(page, 'i-github'); await click(page, 'menu'); await see(page, 'menu-rename'); } },
    { name: 'page-labels', title: 'Labels', fake: 'labels', act: async (page) => { await open(page, 'i-salesforce'); await click(page, 'label-picker-open'); await see(page, 'label-offer'); } },
    { name: 'page-credentials', title: 'Credentials', act: (page) => open(page, 'i-slack', 'credentials') },
    { name: 'page-activity', title: 'Activity', act: (page) => open(page, 'i-github', 'activity') },
    { name: 'page-small', title: 'The smallest window', size: { width: 720, height: 480 }, act: (page) => open(page, 'i-salesforce') },
    { name: 'page-zoom', title: 'Twice as large', zoom: 2, act: (page) => open(page, 'i-salesforce') },
  ],
  'The palette': [
    { name: 'palette', title: 'Nothing typed yet', fake: 'labels', act: palette },
    { name: 'palette-found', title: 'Something to do, and to whom', fake: 'labels', act: async (page) => { await palette(page); await at(page, 'palette-field').fill('re git'); } },
    { name: 'palette-connector', title: 'A service', fake: 'labels', act: async (page) => { await palette(page); await at(page, 'palette-field').fill('slack'); } },
    { name: 'palette-none', title: 'Nothing found', fake: 'labels', act: async (page) => { await palette(page); await at(page, 'palette-field').fill('qqqq'); await see(page, 'palette-none'); } },
    { name: 'palette-small', title: 'The smallest window', fake: 'labels', size: { width: 720, height: 480 }, act: palette },
    { name: 'shortcuts', title: 'All keys', act: async (page) => { await page.keyboard.press('?'); await see(page, 'shortcuts'); } },
    { name: 'shortcuts-small', title: 'The same in the smallest window', size: { width: 720, height: 480 }, act: async (page) => { await page.keyboard.press('?'); await see(page, 'shortcuts'); } },
  ],
  Rotation: [
    { name: 'rotation-form', title: 'Awaits the new key', act: rotate },
    { name: 'rotation-revoke', title: 'Switched', act: async (page) => { await rotate(page); await at(page, 'key-field').fill('fresh'); await click(page, 'rotation-save'); await see(page, 'rotation-revoke'); } },
    { name: 'rotation-mint', title: 'The service can make the new one', act: async (page) => { await open(page, 'i-bigquery', 'credentials'); await click(page, 'rotation-start'); await see(page, 'rotation-mint'); } },
    { name: 'rotation-drill', title: 'A rehearsal', act: async (page) => { await open(page, 'i-bigquery', 'credentials'); await click(page, 'drill-start'); await see(page, 'rotation-mint'); } },
    { name: 'rotation-minted', title: 'Made by the service', act: async (page) => { await open(page, 'i-bigquery', 'credentials'); await click(page, 'rotation-start'); await click(page, 'rotation-mint'); await page.locator('[data-test="rotation"]:not([data-step="none"])').waitFor(); } },
    { name: 'rotation-key-file', title: 'Of a key file', act: async (page) => { await open(page, 'i-bigquery', 'credentials'); await click(page, 'rotation-start'); } },
  ],
  'Connecting': [
    { name: 'connectors', title: 'The connectors', act: async (page) => { await click(page, 'add'); await see(page, 'connector'); } },
    { name: 'connectors-none', title: 'No such connector', act: async (page) => { await click(page, 'add'); await at(page, 'connector-search').fill('nowhere'); await see(page, 'connector-none'); } },
    { name: 'methods', title: 'The methods', act: (page) => pick(page, 'practice') },
    { name: 'key', title: 'A key', act: (page) => pick(page, 'zendesk') },
    { name: 'key-copied', title: 'The copied key', act: async (page) => { await page.keyboard.press('Control+v'); await see(page, 'key-held'); } },
    { name: 'key-copied-whose', title: 'Copied, of a service that nobody knows', act: async (page) => { await tell(page, `fakeHost.settings.clipboard = 'internal-0123456789'`); await page.keyboard.press('Control+v'); await see(page, 'connector'); } },
    { name: 'key-finding', title: 'A key of another service', act: async (page) => { await pick(page, 'stripe'); await at(page, 'key-field').fill('ghp_000000000000000000000000000000000000'); } },
    { name: 'file', title: 'A key file', act: async (page) => { await pick(page, 'bigquery'); await click(page, 'file-choose'); await see(page, 'file-facts'); } },
    { name: 'registration', title: 'The app registration', act: (page) => pick(page, 'salesforce') },
    { name: 'authorize', title: 'Before the browser opens', act: async (page) => { await pick(page, 'slack'); await see(page, 'authorize'); } },
    { name: 'waiting', title: 'Waiting for the browser', act: async (page) => { await pick(page, 'slack'); await click(page, 'authorize'); await see(page, 'authorization-link'); } },
    { name: 'device-code', title: 'A code for another device', act: async (page) => { await pick(page, 'slack'); await click(page, 'authorize'); await click(page, 'use-code'); await see(page, 'user-code'); } },
    { name: 'denied', title: 'Denied', act: async (page) => {
      await pick(page, 'slack');
      await click(page, 'authorize');
      await see(page, 'authorization-link');
      await tell(page, `fakeHost.finishAuthorization({ progress: 'failed', failure: { code: 'authorization_denied', message: 'The service was told not to allow this.', action: 'try_again', field: null, connector: null } })`);
    } },
    { name: 'other-account', title: 'Another account', fake: 'accounts', act: async (page) => { await open(page, 'i-github'); await see(page, 'undecided-replace'); } },
    { name: 'verdict', title: 'It works', act: async (page) => { await pick(page, 'stripe'); await at(page, 'key-field').fill('sk_live_good'); await click(page, 'key-save'); await see(page, 'verdict'); } },
    { name: 'verdict-limited', title: 'It may not do everything', act: async (page) => { await pick(page, 'stripe'); await at(page, 'key-field').fill('limited'); await click(page, 'key-save'); await see(page, 'verdict'); } },
    { name: 'dialog-small', title: 'The smallest window', size: { width: 720, height: 480 }, act: (page) => pick(page, 'salesforce') },
  ],
  'Back up and restore': [
    { name: 'back-up', title: 'In the settings', act: async (page) => { await settings(page); await at(page, 'back-up').scrollIntoViewIfNeeded(); } },
    { name: 'export', title: 'What goes into the file', act: async (page) => { await select(page); await click(page, 'bulk-export'); await see(page, 'export-row'); } },
    { name: 'export-move', title: 'Sign-ins that move', act: async (page) => { await exportAll(page); await click(page, 'sign-ins-move'); } },
    { name: 'export-written', title: 'Written', act: async (page) => {
      await exportAll(page);
      await click(page, 'sign-ins-move');
      for (const field of ['export-passphrase', 'export-passphrase-again']) await at(page, field).fill('correct horse battery');
      await click(page, 'export-save');
      await see(page, 'export-written');
    } },
    { name: 'moved-away', title: 'A sign-in that has moved', act: async (page) => { await tell(page, `fakeHost.status('i-github', { status: 'paused', since: Date.now() - 3600000, hold: 'moved_away' })`); await open(page, 'i-github'); await see(page, 'hold-moved'); } },
    { name: 'moved-back', title: 'Whether it may be taken back', act: async (page) => { await tell(page, `fakeHost.status('i-github', { status: 'paused', since: Date.now() - 3600000, hold: 'moved_away' })`); await open(page, 'i-github'); await click(page, 'hold-use-here'); await see(page, 'hold-asking'); } },
    { name: 'restore-over', title: 'An export over the window', act: async (page) => { await tell(page, `fakeHost.emitShell({ event: 'files_hovering', files: [{ preview: 'export', file: samples.sampleExport.file }] })`); await see(page, 'drop-overlay'); } },
    { name: 'restore', title: 'Its passphrase', act: dropExport },
    { name: 'restore-wrong', title: 'Another passphrase', act: async (page) => { await dropExport(page); await unseal(page, 'wrong'); await page.getByText('not the passphrase').waitFor(); } },
    { name: 'restore-content', title: 'What is in it', act: async (page) => { await dropExport(page); await unseal(page, 'right'); await see(page, 'arrival'); } },
    { name: 'restore-done', title: 'How it went', act: async (page) => { await dropExport(page); await unseal(page, 'right'); await click(page, 'restore-go'); await see(page, 'restore-summary'); } },
    { name: 'restore-unproved', title: 'Not switched on yet', act: async (page) => { await dropExport(page); await unseal(page, 'right'); await click(page, 'restore-go'); await click(page, 'restore-done'); await open(page, 'x-bigquery'); await see(page, 'hold-unproved'); } },
    { name: 'restore-small', title: 'The smallest window', size: { width: 720, height: 480 }, act: async (page) => { await dropExport(page); await unseal(page, 'right'); await see(page, 'arrival'); } },
    { name: 'export-small', title: 'The smallest window', size: { width: 720, height: 480 }, act: exportAll },
  ],
  'Files over the window': [
    { name: 'drop', title: 'A key file', act: async (page) => { await tell(page, `fakeHost.emitShell({ event: 'files_hovering', files: [{ preview: 'known', file: samples.sampleFile.file }] })`); await see(page, 'drop-overlay'); } },
    { name: 'drop-ends', title: 'A certificate that ends soon', act: async (page) => { await tell(page, `fakeHost.emitShell({ event: 'files_hovering', files: [{ preview: 'known', file: samples.sampleArchive.file }] })`); await see(page, 'drop-overlay'); } },
    { name: 'drop-refused', title: 'Something else', act: async (page) => { await tell(page, `fakeHost.emitShell({ event: 'files_hovering', files: [{ preview: 'refused', name: 'keys', failure: { code: 'file_not_usable', message: 'This is a folder. Drop the key file itself.', action: null, field: null, connector: null } }] })`); await see(page, 'drop-overlay'); } },
    { name: 'drop-several', title: 'Several at once', act: async (page) => {
      await tell(page, `fakeHost.emitShell({ event: 'files_hovering', files: [{ preview: 'known', file: samples.sampleFile.file }, { preview: 'locked', name: 'reports.p12', shape: 'PKCS#12 archive' }, { preview: 'refused', name: 'notes.txt', failure: samples.refusedFile.failure }] })`);
      await see(page, 'drop-overlay');
    } },
    { name: 'files-in-turn', title: 'One after the other', act: async (page) => {
      await tell(page, `fakeHost.emitShell({ event: 'files_held', files: [{ held: 'known', file: samples.sampleFile }, samples.lockedArchive, samples.refusedFile] })`);
      await see(page, 'file-queue');
    } },
    { name: 'files-summary', title: 'What became of them', act: async (page) => {
      await tell(page, `fakeHost.emitShell({ event: 'files_held', files: [{ held: 'known', file: samples.sampleFile }, { held: 'known', file: { ...samples.sampleFile, id: 'other' } }, samples.refusedFile] })`);
      await click(page, 'file-skip');
      await at(page, 'file-queue').getByText('2').first().waitFor();
      await click(page, 'file-skip');
      await see(page, 'file-summary');
    } },
    { name: 'keys-in-file', title: 'Several keys in one file', act: async (page) => { await tell(page, `fakeHost.emitShell({ event: 'files_held', files: [{ held: 'known', file: samples.profilesFile }] })`); await see(page, 'file-keys'); } },
    { name: 'drop-password', title: 'Under a password', act: async (page) => { await tell(page, `fakeHost.emitShell({ event: 'files_held', files: [samples.lockedArchive] })`); await see(page, 'file-password'); } },
  ],
  'Leaving': [
    { name: 'disconnect', title: 'Disconnect', act: async (page) => { await open(page, 'i-github'); await page.keyboard.press('Delete'); await see(page, 'disconnect-revoke'); } },
    { name: 'revocations', title: 'Still to be revoked', act: async (page) => {
      await tell(page, 'fakeHost.settings.serviceDown = true');
      await open(page, 'i-github');
      await page.keyboard.press('Delete');
      await click(page, 'disconnect-revoke');
      await click(page, 'nav-activity');
      await see(page, 'revocation');
    } },
  ],
  'Activity and settings': [
    { name: 'activity', title: 'Activity', act: async (page) => { await click(page, 'nav-activity'); await see(page, 'activity-entry'); } },
    { name: 'activity-filtered', title: 'Narrowed to trouble', act: async (page) => { await click(page, 'nav-activity'); await click(page, 'activity-topic-trouble'); await see(page, 'activity-end'); } },
    { name: 'activity-none', title: 'Nothing fits', act: async (page) => { await click(page, 'nav-activity'); await at(page, 'activity-search').fill('nowhere'); await see(page, 'activity-clear'); } },
    { name: 'activity-long', title: 'Two thousand entries', fake: 'long-log', act: async (page) => { await click(page, 'nav-activity'); await at(page, 'activity-older').scrollIntoViewIfNeeded(); } },
    { name: 'activity-broken', title: 'Changed from outside', fake: 'log-broken', act: async (page) => { await click(page, 'nav-activity'); await see(page, 'log-broken'); } },
    { name: 'activity-broken-notice', title: 'Said above the list', fake: 'log-broken' },
    { name: 'activity-failed', title: 'Cannot be read', fake: 'log-fails', act: async (page) => { await click(page, 'nav-activity'); await see(page, 'activity-failed'); } },
    { name: 'activity-checking', title: 'Being checked', fake: 'log-checking', act: (page) => click(page, 'nav-activity') },
    { name: 'activity-small', title: 'The smallest window', size: { width: 720, height: 480 }, act: (page) => click(page, 'nav-activity') },
    { name: 'activity-zoom', title: 'Twice as large', zoom: 2, act: (page) => click(page, 'nav-activity') },
    { name: 'activity-empty', title: 'Nothing happened yet', fake: 'empty', act: (page) => click(page, 'nav-activity') },
    { name: 'settings', title: 'Settings', act: (page) => settings(page) },
    { name: 'settings-second-ways', title: 'More than one way into the vault', fake: 'second-ways', act: (page) => settings(page) },
    { name: 'recovery-code', title: 'The code that is shown once', act: (page) => settings(page, 'recovery-code-make', 'recovery-code-show') },
    { name: 'recovery-code-back', title: 'The code that is typed back', act: (page) => settings(page, 'recovery-code-make', 'recovery-code-show', 'recovery-code-written') },
    { name: 'passphrase-new', title: 'A new passphrase', act: (page) => settings(page, 'passphrase-set') },
    { name: 'master-key', title: 'A new master key', act: (page) => settings(page, 'master-key-change') },
  ],
  'A vault that is not open': [
    { name: 'vault-opening', title: 'Opening', fake: 'opening' },
    { name: 'vault-locked', title: 'The keyring asks', fake: 'locked' },
    { name: 'vault-dismissed', title: 'Its question was closed', fake: 'dismissed' },
    { name: 'vault-passphrase', title: 'A passphrase', fake: 'passphrase' },
    { name: 'vault-no-keyring', title: 'No keyring', fake: 'no-keyring' },
    { name: 'vault-key-missing', title: 'The keyring has lost the key', fake: 'key-missing' },
    { name: 'vault-key-only', title: 'The same, without another way', fake: 'key-only' },
    { name: 'vault-newer', title: 'Made by a newer version', fake: 'failed' },
    { name: 'vault-busy', title: 'Open elsewhere', fake: 'busy' },
    { name: 'vault-damaged', title: 'Damaged', fake: 'damaged' },
  ],
};
