// Every view and state of the window, each as the situation of the fake host it begins in and what is done there.
// Deliberately absent: what it should look like. That is for whoever looks at the pictures.

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{ name: string, title: string, fake?: string, act?: (page: Page) => Promise<void>, size?: { width: number, height: number }, zoom?: number, busy?: boolean }} Scene */

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

/** Runs in the page, where the fake host is. What it ends with is not waited for. */
const tell = (/** @type {Page} */ page, /** @type {string} */ what) => page.evaluate(`{ ${what} } null`);

async function rehearseSecret(/** @type {Page} */ page, /** @type {string} */ secret) {
  await open(page, 'i-github', 'credentials');
  await click(page, 'drill-start');
  await at(page, 'new-secret').fill(secret);
  await click(page, 'rotation-save');
}

async function dropCertificate(/** @type {Page} */ page) {
  await tell(page, `fakeHost.emitShell({ event: 'files_held', files: [{ held: 'known', file: samples.certificateFile }] })`);
  await see(page, 'file-certificate');
}

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

async function report(/** @type {Page} */ page) {
  await settings(page, 'diagnostics-open');
}

async function log(/** @type {Page} */ page) {
  await settings(page, 'program-log-open');
  await see(page, 'program-log-count');
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

/** From now on the command is never answered. */
const never = (/** @type {Page} */ page, /** @type {string} */ command) => tell(page, `fakeHost.never('${command}')`);

/** From now on the command fails. */
const fails = (/** @type {Page} */ page, /** @type {string} */ command, /** @type {string} */ code, message = '') => tell(page, `fakeHost.fails('${command}', '${code}', '${message}')`);

/** This computer loses its network; what is not loaded yet is not loaded any more. */
async function goOffline(/** @type {Page} */ page) {
  await page.context().setOffline(true);
  await see(page, 'offline');
}

/** As far as the key of a service, which is typed. */
async function typeKey(/** @type {Page} */ page, /** @type {string} */ key) {
  await pick(page, 'stripe');
  await at(page, 'key-field').fill(key);
}

async function saveKey(/** @type {Page} */ page, /** @type {string} */ key) {
  await typeKey(page, key);
  await click(page, 'key-save');
  await see(page, 'verdict');
}

async function chooseKeyFile(/** @type {Page} */ page) {
  await pick(page, 'bigquery');
  await click(page, 'file-choose');
  await see(page, 'file-facts');
}

/** As far as what a service says of itself. */
async function lookUp(/** @type {Page} */ page) {
  await pick(page, 'generic-oauth');
  await at(page, 'field-issuer').fill('https://login.example.com');
  await at(page, 'client-id').fill('desktop');
  await click(page, 'registration-save');
}

/** The browser was opened, and the attempt has come so far. */
async function signIn(/** @type {Page} */ page, /** @type {string} */ progress) {
  await pick(page, 'slack');
  await click(page, 'authorize');
  await see(page, 'authorization-link');
  await tell(page, `fakeHost.finishAuthorization(${progress})`);
}

async function reconnect(/** @type {Page} */ page) {
  await open(page, 'i-salesforce');
  await click(page, 'page-action');
}

async function askToDisconnect(/** @type {Page} */ page) {
  await open(page, 'i-github');
  await page.keyboard.press('Delete');
  await see(page, 'disconnect-revoke');
}

async function changeMasterKey(/** @type {Page} */ page) {
  await settings(page, 'master-key-change');
  await at(page, 'master-key-passphrase').fill('correct horse battery');
  await click(page, 'master-key-confirm');
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
  'The first run': [
    { name: 'first-run', title: 'Tried and told', fake: 'empty', act: (page) => see(page, 'storage-line') },
    { name: 'first-run-details', title: 'What was tried', fake: 'empty', act: async (page) => { await click(page, 'storage-details'); await see(page, 'storage-checks'); } },
    { name: 'first-run-testing', title: 'Being tried', fake: 'passphrase', act: async (page) => { await tell(page, `fakeHost.testStorage = () => new Promise(() => {}); fakeHost.vault = { vault: 'unlocked', protection: 'GNOME Keyring' }; fakeHost.emit({ event: 'vault_changed' })`); await see(page, 'storage-result'); } },
    { name: 'first-run-locked', title: 'The keyring is locked', fake: 'empty-locked', act: async (page) => { await see(page, 'storage-failed'); await click(page, 'storage-details'); } },
    { name: 'first-run-forgetful', title: 'The keyring keeps nothing', fake: 'empty-forgetful', act: (page) => see(page, 'storage-failed') },
    { name: 'first-run-disk', title: 'The disk is full', fake: 'empty-disk', act: (page) => see(page, 'storage-failed') },
    { name: 'first-run-remarks', title: 'Across a network, with little room', fake: 'empty-remarks', act: async (page) => { await see(page, 'storage-remark'); await click(page, 'storage-details'); } },
    { name: 'first-run-passphrase', title: 'Under a passphrase', fake: 'empty-passphrase', act: (page) => see(page, 'storage-line') },
    { name: 'first-run-small', title: 'The smallest window', fake: 'empty', size: { width: 720, height: 480 }, act: (page) => see(page, 'storage-line') },
    { name: 'first-run-small-failed', title: 'The same, where something does not hold', fake: 'empty-forgetful', size: { width: 720, height: 480 }, act: async (page) => { await see(page, 'storage-failed'); await at(page, 'storage-failed').scrollIntoViewIfNeeded(); } },
    { name: 'start-at-login-asked', title: 'Asked once, after the first success', fake: 'empty', act: async (page) => {
      await click(page, 'door-api_key');
      await page.locator('[data-test="connector"][data-id="stripe"]').click();
      await at(page, 'key-field').fill('good');
      await click(page, 'key-save');
      await click(page, 'connect-done');
      await see(page, 'toast-choice');
    } },
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
  Diagnostics: [
    { name: 'diagnostics', title: 'The report before it is copied', act: async (page) => { await report(page); await see(page, 'diagnostics-text'); } },
    { name: 'diagnostics-copied', title: 'It was copied', act: async (page) => { await report(page); await click(page, 'diagnostics-copy'); await page.locator('[data-test="diagnostics-told"]:not(:empty)').waitFor(); } },
    { name: 'diagnostics-not-copied', title: 'The clipboard cannot be used', act: async (page) => { await tell(page, `fakeHost.copyDiagnostics = () => Promise.reject(new Error(''))`); await report(page); await click(page, 'diagnostics-copy'); await see(page, 'diagnostics-problem'); } },
    { name: 'diagnostics-making', title: 'It is being made', act: async (page) => { await tell(page, 'fakeHost.makeDiagnostics = () => new Promise(() => {})'); await report(page); } },
    { name: 'diagnostics-failed', title: 'It cannot be made', act: async (page) => { await tell(page, `fakeHost.noReport = { code: 'internal', message: '' }`); await report(page); await see(page, 'diagnostics-failed'); } },
    { name: 'diagnostics-small', title: 'The same in the smallest window', size: { width: 720, height: 480 }, act: async (page) => { await report(page); await see(page, 'diagnostics-text'); } },
    { name: 'program-log', title: 'The program’s log', act: async (page) => { await log(page); await see(page, 'program-log-line'); } },
    { name: 'program-log-full', title: 'As much as is kept, more being recorded', fake: 'full-log', act: async (page) => { await log(page); await click(page, 'program-log-more'); } },
    { name: 'program-log-filtered', title: 'Warnings and errors', act: async (page) => { await log(page); await at(page, 'program-log-least').selectOption('warning'); await page.locator('[data-test="program-log-line"][data-level="info"]').first().waitFor({ state: 'detached' }); } },
    { name: 'program-log-empty', title: 'Nothing was logged', act: async (page) => { await tell(page, 'fakeHost.programLines = []'); await log(page); await see(page, 'program-log-empty'); } },
    { name: 'program-log-none', title: 'Nothing fits', act: async (page) => { await log(page); await at(page, 'program-log-search').fill('nowhere'); await see(page, 'program-log-empty'); } },
    { name: 'program-log-failed', title: 'It cannot be read', act: async (page) => { await tell(page, `fakeHost.programLines = { code: 'internal', message: '' }`); await log(page); await see(page, 'program-log-failed'); } },
    { name: 'program-log-small', title: 'The smallest window', size: { width: 720, height: 480 }, act: async (page) => { await log(page); await see(page, 'program-log-line'); } },
    { name: 'program-log-zoom', title: 'Twice as large', zoom: 2, act: async (page) => { await log(page); await see(page, 'program-log-line'); } },
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
    { name: 'rotation-drill-secret', title: 'A rehearsal with a client secret', act: async (page) => { await rehearseSecret(page, 'fresh'); await see(page, 'rotation-confirm_revoked'); } },
    { name: 'rotation-drill-untold', title: 'A service that does not tell', act: async (page) => { await rehearseSecret(page, 'untold'); await see(page, 'drill-result'); } },
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
    { name: 'key-finding', title: 'A key of another service', act: async (page) => { await pick(page, 'stripe'); await at(page, 'key-field').fill('ghp_000000000000000000000000000000000000'); await see(page, 'key-switch'); } },
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
    { name: 'kubeconfig-certificate', title: 'A certificate of a cluster', act: async (page) => { await dropCertificate(page); } },
    { name: 'lending-nothing', title: 'Lent to nobody', act: async (page) => { await dropCertificate(page); await click(page, 'file-save'); await click(page, 'connect-open'); await click(page, 'tab-credentials'); await see(page, 'lending-none'); } },
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
    { name: 'settings-dark', title: 'Dark by choice, whatever the system is', act: (page) => settings(page, 'appearance-dark') },
    { name: 'settings-connections', title: 'Refreshing and verification', act: (page) => settings(page, 'margin-own', 'settings-go-connections') },
    { name: 'settings-small', title: 'In the smallest window', size: { width: 720, height: 480 }, act: (page) => settings(page, 'settings-go-connections') },
    { name: 'settings-zoom', title: 'Twice as large', zoom: 2, act: (page) => settings(page, 'settings-go-connections') },
    { name: 'settings-about', title: 'At their end', size: { width: 1280, height: 900 }, act: (page) => settings(page, 'settings-go-about') },
    { name: 'settings-closed', title: 'Of a closed vault', fake: 'passphrase', act: (page) => click(page, 'nav-settings') },
    { name: 'settings-storage', title: 'Where secrets are kept, tried again', act: async (page) => { await settings(page, 'storage-run'); await click(page, 'storage-details'); await at(page, 'storage-test').scrollIntoViewIfNeeded(); } },
    { name: 'settings-start', title: 'Start at login', act: async (page) => { await settings(page); await at(page, 'autostart').scrollIntoViewIfNeeded(); } },
    { name: 'settings-start-refused', title: 'It could not be entered', act: async (page) => {
      await settings(page);
      await tell(page, `fakeHost.setAutostart = () => { throw new Error('read-only') }`);
      await click(page, 'autostart-switch');
      await at(page, 'autostart-problem').scrollIntoViewIfNeeded();
    } },
    { name: 'settings-start-sandboxed', title: 'It cannot be had in a sandbox', act: async (page) => { await tell(page, `fakeHost.settings.autostart = { autostart: 'not_offered', why: 'sandboxed' }`); await settings(page); await at(page, 'autostart').scrollIntoViewIfNeeded(); } },
    { name: 'settings-second-ways', title: 'More than one way into the vault', fake: 'second-ways', act: (page) => settings(page) },
    { name: 'recovery-code', title: 'The code that is shown once', act: (page) => settings(page, 'recovery-code-make', 'recovery-code-show') },
    { name: 'recovery-code-back', title: 'The code that is typed back', act: (page) => settings(page, 'recovery-code-make', 'recovery-code-show', 'recovery-code-written') },
    { name: 'passphrase-new', title: 'A new passphrase', act: (page) => settings(page, 'passphrase-set') },
    { name: 'master-key', title: 'A new master key', act: (page) => settings(page, 'master-key-change') },
  ],
  'Empty, loading, in trouble, offline': [
    { name: 'list-loading', title: 'The list is being read', fake: 'reading', act: (page) => see(page, 'list-loading') },
    { name: 'list-failed', title: 'The list cannot be read', fake: 'unreadable', act: (page) => see(page, 'list-failure') },
    { name: 'list-outdated', title: 'It cannot be read again', act: async (page) => { await fails(page, 'integrations', 'vault_damaged', 'The vault could not be read. Check the disk that it lies on, then try again.'); await tell(page, `fakeHost.emit({ event: 'vault_changed' })`); await see(page, 'list-failure'); } },
    { name: 'list-offline', title: 'No network', fake: 'offline', act: goOffline },
    { name: 'list-offline-small', title: 'The same in the smallest window', fake: 'offline', size: { width: 720, height: 480 }, act: goOffline },
    { name: 'bulk-offline', title: 'None of many was reached', fake: 'labels', act: async (page) => { await tell(page, `fakeHost.verifyIntegration = () => Promise.resolve({ outcome: 'could_not_reach', reason: 'The network does not answer.' })`); await click(page, 'select-all'); await click(page, 'bulk-verify'); await see(page, 'toast'); } },
    { name: 'page-fresh', title: 'Connected a moment ago', fake: 'fresh', act: (page) => open(page, 'i-github') },
    { name: 'page-loading', title: 'A page is being read', act: async (page) => { await never(page, 'integration'); await page.locator('[data-id="i-github"] [data-test="integration-open"]').click(); await see(page, 'page-loading'); } },
    { name: 'page-failed', title: 'A page cannot be read', act: async (page) => { await fails(page, 'integration', 'vault_damaged', 'The vault could not be read. Check the disk that it lies on, then try again.'); await page.locator('[data-id="i-github"] [data-test="integration-open"]').click(); await see(page, 'page-failure'); } },
    { name: 'page-outdated', title: 'It cannot be read again', act: async (page) => { await open(page, 'i-github'); await fails(page, 'integration', 'vault_damaged', 'The vault could not be read. Check the disk that it lies on, then try again.'); await tell(page, `fakeHost.emit({ event: 'integration_changed', id: 'i-github' })`); await see(page, 'page-failure'); } },
    { name: 'page-gone', title: 'Removed while its page is open', act: async (page) => { await open(page, 'i-github'); await tell(page, `fakeHost.disconnectIntegration('i-github', false)`); await see(page, 'page-gone'); } },
    { name: 'page-offline', title: 'No network', fake: 'offline', act: async (page) => { await open(page, 'i-github'); await see(page, 'attention'); await goOffline(page); } },
    { name: 'credentials-none', title: 'No credentials yet', fake: 'fresh', act: (page) => open(page, 'i-github', 'credentials') },
    { name: 'credentials-damaged', title: 'Credentials that cannot be read', fake: 'record', act: async (page) => { await open(page, 'i-github', 'credentials'); } },
    { name: 'page-activity-none', title: 'Nothing happened to it', fake: 'fresh', act: (page) => open(page, 'i-github', 'activity') },
    { name: 'page-activity-loading', title: 'Its activity is being read', act: async (page) => { await never(page, 'activity'); await open(page, 'i-github', 'activity'); await see(page, 'activity-reading'); } },
    { name: 'page-activity-failed', title: 'Its activity cannot be read', fake: 'log-fails', act: async (page) => { await open(page, 'i-github', 'activity'); await see(page, 'activity-failed'); } },
    { name: 'labels-none', title: 'No labels yet', act: async (page) => { await open(page, 'i-github'); await click(page, 'label-picker-open'); await see(page, 'label-field'); } },
    { name: 'labels-refused', title: 'A label that is there already', fake: 'labels', act: async (page) => { await open(page, 'i-salesforce'); await click(page, 'label-picker-open'); await at(page, 'label-field').fill('EU'); await page.keyboard.press('Enter'); await see(page, 'label-refusal'); } },
    { name: 'health-offline', title: 'No network', fake: 'offline', act: async (page) => { await health(page); await goOffline(page); } },
    { name: 'activity-loading', title: 'The activity is being read', act: async (page) => { await never(page, 'activity'); await click(page, 'nav-activity'); await see(page, 'activity-reading'); } },
    { name: 'activity-offline', title: 'No network', fake: 'offline', act: async (page) => { await click(page, 'nav-activity'); await see(page, 'activity-entry'); await goOffline(page); } },
    { name: 'settings-loading', title: 'The settings are being read', act: async (page) => { await never(page, 'networkSettings'); await never(page, 'preferences'); await click(page, 'nav-settings'); await see(page, 'network'); await at(page, 'network').scrollIntoViewIfNeeded(); } },
    { name: 'settings-failed', title: 'They cannot be read', act: async (page) => { await fails(page, 'networkSettings', 'vault_damaged', 'The vault could not be read. Check the disk that it lies on, then try again.'); await click(page, 'nav-settings'); await at(page, 'network-failure').scrollIntoViewIfNeeded(); } },
    { name: 'settings-offline', title: 'A test of the network that reaches nobody', fake: 'offline', act: async (page) => { await settings(page); await tell(page, `fakeHost.chooseProxy({ choice: 'own', address: 'refuses.example:8080', user: '', password: null })`); await click(page, 'network-test'); await see(page, 'test-results'); await goOffline(page); await at(page, 'network-test').scrollIntoViewIfNeeded(); } },
    { name: 'recovery-code-wrong', title: 'The code was mistyped', act: async (page) => { await settings(page, 'recovery-code-make', 'recovery-code-show', 'recovery-code-written'); await at(page, 'recovery-code').fill('AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGGG-HHHH'); await click(page, 'recovery-code-submit'); await page.locator('[data-test="recovery-code-dialog"] [role=alert]').first().waitFor(); } },
    { name: 'passphrase-differs', title: 'Typed differently', act: async (page) => { await settings(page, 'passphrase-set'); await at(page, 'passphrase').fill('correct horse battery'); await at(page, 'passphrase-again').fill('correct horse'); await at(page, 'passphrase-again').blur(); } },
    { name: 'passphrase-saving', title: 'A passphrase is being set', busy: true, act: async (page) => { await never(page, 'setPassphrase'); await settings(page, 'passphrase-set'); for (const field of ['passphrase', 'passphrase-again']) await at(page, field).fill('correct horse battery'); await click(page, 'passphrase-submit'); } },
    { name: 'master-key-changing', title: 'The key is being changed', fake: 'second-ways', busy: true, act: async (page) => { await never(page, 'rotateMasterKey'); await changeMasterKey(page); } },
    { name: 'master-key-failed', title: 'The key was not changed', fake: 'second-ways', act: async (page) => { await tell(page, 'fakeHost.settings.keyringRefuses = true'); await changeMasterKey(page); await see(page, 'master-key-failure'); } },
    { name: 'connectors-loading', title: 'The connectors are being read', act: async (page) => { await never(page, 'connectors'); await click(page, 'add'); await see(page, 'connect-dialog'); } },
    { name: 'connectors-failed', title: 'They cannot be read', act: async (page) => { await fails(page, 'connectors', 'internal'); await click(page, 'add'); await see(page, 'connect-failure'); } },
    { name: 'key-typed', title: 'A key is typed', act: (page) => typeKey(page, 'rk_live_0123456789abcdef') },
    { name: 'key-saving', title: 'It is saved, and the service asked', busy: true, act: async (page) => { await never(page, 'addApiKey'); await typeKey(page, 'rk_live_0123456789abcdef'); await click(page, 'key-save'); } },
    { name: 'key-not-saved', title: 'It could not be saved', act: async (page) => { await fails(page, 'addApiKey', 'disk_full'); await typeKey(page, 'rk_live_0123456789abcdef'); await click(page, 'key-save'); await see(page, 'connect-failure'); } },
    { name: 'verdict-refused', title: 'The service refuses it', act: (page) => saveKey(page, 'bad') },
    { name: 'verdict-offline', title: 'The service was not reached', act: async (page) => { await saveKey(page, 'offline'); await goOffline(page); } },
    { name: 'verdict-again', title: 'It is asked again', busy: true, act: async (page) => { await saveKey(page, 'offline'); await never(page, 'verifyIntegration'); await click(page, 'verdict-retry'); } },
    { name: 'file-empty', title: 'No file yet', act: (page) => pick(page, 'bigquery') },
    { name: 'file-saving', title: 'The file is being saved', busy: true, act: async (page) => { await never(page, 'addServiceAccount'); await chooseKeyFile(page); await click(page, 'file-save'); } },
    { name: 'file-refused', title: 'Not a key file', act: async (page) => { await fails(page, 'chooseKeyFiles', 'file_not_usable', 'This is not a credentials file. Choose the one that the service let you download.'); await pick(page, 'bigquery'); await click(page, 'file-choose'); await page.locator('[role=alert]:not(:empty)').first().waitFor(); } },
    { name: 'registration-saving', title: 'An app registration is being saved', busy: true, act: async (page) => { await never(page, 'saveRegistration'); await pick(page, 'generic-oauth'); await at(page, 'field-issuer').fill('https://login.example.com'); await at(page, 'client-id').fill('desktop'); await click(page, 'registration-save'); } },
    { name: 'registration-typed', title: 'An app registration', act: async (page) => { await pick(page, 'generic-oauth'); await at(page, 'field-issuer').fill('https://login.example.com'); await at(page, 'client-id').fill('desktop'); } },
    { name: 'registration-failed', title: 'A field that does not fit', act: async (page) => { await tell(page, `fakeHost.saveRegistration = () => Promise.reject(samples.refused('field_not_usable', 'This is no address. Write it like https://login.example.com.', 'issuer'))`); await lookUp(page); await page.locator('[role=alert]:not(:empty)').first().waitFor(); } },
    { name: 'discovery', title: 'What a service says of itself', act: async (page) => { await lookUp(page); await see(page, 'discovery'); } },
    { name: 'discovery-looking', title: 'It is asked', act: async (page) => { await never(page, 'discover'); await lookUp(page); await see(page, 'discovery-looking'); } },
    { name: 'discovery-failed', title: 'It says something else', act: async (page) => { await fails(page, 'discover', 'request_refused', 'login.example.com answered with a web page instead of its description. Check the address.'); await lookUp(page); await see(page, 'discovery-failed'); } },
    { name: 'discovery-offline', title: 'It is not reached', act: async (page) => { await fails(page, 'discover', 'service_unreachable'); await lookUp(page); await see(page, 'discovery-failed'); await goOffline(page); } },
    { name: 'exchanging', title: 'The browser came back', act: async (page) => { await signIn(page, `{ progress: 'exchanging' }`); await page.locator('[data-progress=exchanging]').waitFor(); } },
    { name: 'signed-in', title: 'Signed in', act: async (page) => { await signIn(page, ''); await see(page, 'authorization-completed'); } },
    { name: 'sign-in-offline', title: 'The service was not reached', fake: 'offline', act: async (page) => { await signIn(page, `{ progress: 'failed', failure: { code: 'service_unreachable', message: '', action: 'retry', field: null, connector: null } }`); await page.locator('[data-cause=no_network]').waitFor(); await goOffline(page); } },
    { name: 'reconnect', title: 'Reconnect', act: async (page) => { await reconnect(page); await see(page, 'authorization-link'); } },
    { name: 'reconnect-loading', title: 'The browser is being opened', act: async (page) => { await never(page, 'beginAuthorization'); await reconnect(page); await see(page, 'connect-dialog'); } },
    { name: 'reconnect-failed', title: 'It cannot begin', act: async (page) => { await fails(page, 'beginAuthorization', 'port_not_opened'); await reconnect(page); await see(page, 'connect-failure'); } },
    { name: 'reconnect-offline', title: 'The service was not reached', act: async (page) => { await fails(page, 'beginAuthorization', 'service_unreachable'); await reconnect(page); await see(page, 'connect-failure'); await goOffline(page); } },
    { name: 'replace-key', title: 'Another key for a refused one', act: async (page) => { await open(page, 'i-openai'); await click(page, 'page-action'); await see(page, 'key-field'); } },
    { name: 'rotation-saving', title: 'The new key is being saved', busy: true, act: async (page) => { await never(page, 'beginKeyRotation'); await rotate(page); await at(page, 'key-field').fill('fresh'); await click(page, 'rotation-save'); } },
    { name: 'rotation-refused', title: 'The new key is refused', act: async (page) => { await rotate(page); await at(page, 'key-field').fill('bad'); await click(page, 'rotation-save'); await see(page, 'rotation-retry'); } },
    { name: 'rotation-different', title: 'It belongs to somebody else', act: async (page) => { await rotate(page); await at(page, 'key-field').fill('other'); await click(page, 'rotation-save'); await see(page, 'rotation-switch_despite_difference'); } },
    { name: 'rotation-offline', title: 'The service was not reached', act: async (page) => { await rotate(page); await at(page, 'key-field').fill('offline'); await click(page, 'rotation-save'); await see(page, 'rotation-retry'); await goOffline(page); } },
    { name: 'rotation-lent', title: 'Tools have the old key still', act: async (page) => { await rotate(page); await at(page, 'key-field').fill('fresh'); await click(page, 'rotation-save'); await see(page, 'rotation-revoke'); await tell(page, `fakeHost.waitForLent('i-stripe')`); await see(page, 'remaining'); } },
    { name: 'disconnecting', title: 'It is being revoked', busy: true, act: async (page) => { await never(page, 'disconnectIntegration'); await askToDisconnect(page); await click(page, 'disconnect-revoke'); } },
    { name: 'disconnect-failed', title: 'It could not be removed', act: async (page) => { await fails(page, 'disconnectIntegration', 'vault_not_writable'); await askToDisconnect(page); await click(page, 'disconnect-remove'); await see(page, 'disconnect-failure'); } },
    { name: 'revocation-trying', title: 'It is tried now', busy: true, act: async (page) => { await tell(page, 'fakeHost.settings.serviceDown = true'); await askToDisconnect(page); await click(page, 'disconnect-revoke'); await click(page, 'nav-activity'); await never(page, 'retryRevocation'); await click(page, 'revocation-retry'); } },
    { name: 'revocation-given-up', title: 'Given up', act: async (page) => { await tell(page, 'fakeHost.settings.serviceDown = true'); await askToDisconnect(page); await click(page, 'disconnect-revoke'); await tell(page, `fakeHost.unrevoked = fakeHost.unrevoked.map((one) => ({ ...one, tries: 12, next_try_at: null }))`); await click(page, 'nav-activity'); await page.locator('[data-state=given_up]').waitFor(); } },
    { name: 'export-looking', title: 'What may go is looked up', act: async (page) => { await never(page, 'exportCandidates'); await settings(page, 'export-open'); await see(page, 'export-step'); } },
    { name: 'export-none', title: 'Nothing of it can go', act: async (page) => { await tell(page, `for (const row of fakeHost.rows) row.integration.rotating = true`); await exportAll(page); } },
    { name: 'export-lost', title: 'It cannot be looked up', act: async (page) => { await fails(page, 'exportCandidates', 'not_found'); await settings(page, 'export-open'); await see(page, 'export-failure'); } },
    { name: 'export-failed', title: 'It could not be written', act: async (page) => { await fails(page, 'exportIntegrations', 'file_not_written'); await exportAll(page); for (const field of ['export-passphrase', 'export-passphrase-again']) await at(page, field).fill('correct horse battery'); await click(page, 'export-save'); await see(page, 'export-failure'); } },
    { name: 'restore-opening', title: 'It is being opened', busy: true, act: async (page) => { await never(page, 'openExport'); await dropExport(page); await unseal(page, 'right'); } },
    { name: 'restore-nothing', title: 'All of it is here already', act: async (page) => { await dropExport(page); await tell(page, `{ const real = fakeHost.openExport; fakeHost.openExport = (request) => real(request).then((opened) => ({ ...opened, integrations: opened.integrations.slice(3) })); }`); await unseal(page, 'right'); await see(page, 'arrival'); } },
    { name: 'restoring', title: 'One after the other', act: async (page) => { await never(page, 'restoreIntegration'); await dropExport(page); await unseal(page, 'right'); await click(page, 'restore-go'); await see(page, 'restore-progress'); } },
    { name: 'import-failed', title: 'It could not look', act: async (page) => { await fails(page, 'scanForImport', 'internal'); await click(page, 'import-open'); await click(page, 'import-scan'); await see(page, 'import-failure'); } },
    { name: 'import-offline', title: 'No service was reached', act: async (page) => { await tell(page, `fakeHost.found.forEach(({ items }) => items.forEach((item) => { item.hint = 'offline'; }))`); await look(page); await click(page, 'import-start'); await see(page, 'import-copies'); await goOffline(page); } },
    { name: 'first-run-offline', title: 'The first start without a network', fake: 'empty', act: goOffline },
    { name: 'practice-failed', title: 'The practice service does not start', act: async (page) => { await fails(page, 'startPractice', 'port_not_opened'); await pick(page, 'practice'); await click(page, 'method-api_key'); await see(page, 'connect-failure'); } },
    { name: 'toast', title: 'Something was done', act: async (page) => { await open(page, 'i-github'); await click(page, 'menu'); await click(page, 'menu-pause'); await see(page, 'toast'); } },
    { name: 'toast-undo', title: 'Something that can be taken back', act: async (page) => { await askToDisconnect(page); await click(page, 'disconnect-remove'); await see(page, 'toast-undo'); } },
    { name: 'toast-failed', title: 'Something that failed', act: async (page) => { await fails(page, 'pauseIntegration', 'vault_not_writable'); await open(page, 'i-github'); await click(page, 'menu'); await click(page, 'menu-pause'); await see(page, 'toast'); } },
    { name: 'unlock-wrong', title: 'Another password', act: async (page) => { await tell(page, `fakeHost.emitShell({ event: 'files_held', files: [samples.lockedArchive] })`); await at(page, 'file-password').fill('wrong'); await click(page, 'unlock-submit'); await page.locator('[role=alert]:not(:empty)').first().waitFor(); } },
    { name: 'unlocking', title: 'It is being opened', busy: true, act: async (page) => { await never(page, 'unlockKeyFile'); await tell(page, `fakeHost.emitShell({ event: 'files_held', files: [samples.lockedArchive] })`); await at(page, 'file-password').fill('practice'); await click(page, 'unlock-submit'); } },
    { name: 'vault-passphrase-wrong', title: 'Another passphrase', fake: 'passphrase', act: async (page) => { await at(page, 'passphrase').fill('wrong'); await click(page, 'passphrase-submit'); await page.locator('[role=alert]:not(:empty)').first().waitFor(); } },
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
