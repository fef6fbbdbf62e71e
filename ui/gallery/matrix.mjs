// Each view and dialog in each of its states: the scenes that show it, or why there is no such state. A new view gets its row.
export const STATES = /** @type {const} */ (['normal', 'empty', 'loading', 'error', 'offline']);

/** @typedef {typeof STATES[number]} State */
/** @typedef {string[] | { never: string }} Cell */

const never = (/** @type {string} */ why) => ({ never: why });
const AT_ONCE = never('It is there at once.');
const IN_MEMORY = never('It works on what is in memory, which does not fail.');
const HERE = never('It stays on this computer.');
const NOTHING_TO_LACK = never('There is nothing that it could lack.');

/** @type {Record<string, Record<State, Cell>>} */
export const views = {
  'First run': { normal: ['first-run', 'first-run-details'], empty: never('It is what an empty list shows.'), loading: ['first-run-testing'], error: ['practice-failed', 'first-run-locked', 'first-run-forgetful', 'first-run-disk'], offline: ['first-run-offline'] },
  'Integrations': { normal: ['list', 'list-labels'], empty: ['list-empty'], loading: ['list-loading'], error: ['list-failed', 'list-outdated'], offline: ['list-offline'] },
  'Search, filters, order': { normal: ['list-filtered', 'list-services', 'list-sorts'], empty: ['list-none'], loading: AT_ONCE, error: IN_MEMORY, offline: HERE },
  'Many at once': { normal: ['list-selected', 'list-label'], empty: never('Nothing is selected: it is not there.'), loading: ['list-verifying'], error: ['list-bulk-told'], offline: ['bulk-offline'] },
  'Notices above it': { normal: ['list-notices', 'list-restored'], empty: never('It is not there.'), loading: AT_ONCE, error: ['list-keyring-lost', 'activity-broken-notice'], offline: ['list-offline'] },
  'Page: overview': { normal: ['page', 'page-refreshes'], empty: ['page-fresh'], loading: ['page-loading'], error: ['page-failed', 'page-outdated', 'page-gone', 'page-needs', 'page-damaged'], offline: ['page-offline'] },
  'Page: credentials': { normal: ['page-credentials', 'page-secret-end'], empty: ['credentials-none'], loading: never('It comes with the page.'), error: ['credentials-damaged'], offline: HERE },
  'Page: activity': { normal: ['page-activity'], empty: ['page-activity-none'], loading: ['page-activity-loading'], error: ['page-activity-failed'], offline: HERE },
  'Menu and labels of a page': { normal: ['page-menu', 'page-labels'], empty: ['labels-none'], loading: AT_ONCE, error: ['labels-refused'], offline: HERE },
  'Health': { normal: ['health', 'health-90'], empty: ['health-nothing', 'health-quiet'], loading: ['health-loading'], error: ['health-failed'], offline: ['health-offline'] },
  'Activity': { normal: ['activity', 'activity-filtered'], empty: ['activity-empty', 'activity-none'], loading: ['activity-loading', 'activity-checking'], error: ['activity-failed', 'activity-broken'], offline: ['activity-offline'] },
  'Still to be revoked': { normal: ['revocations'], empty: never('It is not there.'), loading: ['revocation-trying'], error: ['revocation-given-up'], offline: never('It looks as when the service is busy.') },
  'Settings': { normal: ['settings', 'back-up'], empty: NOTHING_TO_LACK, loading: ['settings-loading'], error: ['settings-failed'], offline: ['settings-offline'] },
  'Start at login': { normal: ['settings-start', 'start-at-login-asked'], empty: NOTHING_TO_LACK, loading: AT_ONCE, error: ['settings-start-refused', 'settings-start-sandboxed'], offline: HERE },
  'Diagnostics': { normal: ['diagnostics', 'diagnostics-copied'], empty: NOTHING_TO_LACK, loading: ['diagnostics-making'], error: ['diagnostics-failed', 'diagnostics-not-copied'], offline: HERE },
  "The program's log": { normal: ['program-log', 'program-log-filtered'], empty: ['program-log-empty', 'program-log-none'], loading: AT_ONCE, error: ['program-log-failed'], offline: HERE },
  'Connect: service': { normal: ['connectors'], empty: ['connectors-none'], loading: ['connectors-loading'], error: ['connectors-failed'], offline: HERE },
  'Connect: method': { normal: ['methods'], empty: never('A service has at least one.'), loading: AT_ONCE, error: IN_MEMORY, offline: HERE },
  'Connect: key': { normal: ['key-typed', 'key-copied'], empty: ['key'], loading: ['key-saving'], error: ['key-finding', 'key-not-saved'], offline: ['verdict-offline'] },
  'Connect: key file': { normal: ['file', 'keys-in-file'], empty: ['file-empty'], loading: ['file-saving'], error: ['file-refused'], offline: ['verdict-offline'] },
  'Connect: app registration': { normal: ['registration-typed'], empty: ['registration'], loading: ['registration-saving'], error: ['registration-failed'], offline: HERE },
  'Connect: what a service says': { normal: ['discovery'], empty: never('A service that says nothing is an error.'), loading: ['discovery-looking'], error: ['discovery-failed'], offline: ['discovery-offline'] },
  'Connect: sign in': { normal: ['waiting', 'device-code', 'signed-in'], empty: ['authorize'], loading: ['exchanging'], error: ['denied'], offline: ['sign-in-offline'] },
  'Connect: verdict': { normal: ['verdict'], empty: NOTHING_TO_LACK, loading: ['verdict-again'], error: ['verdict-refused', 'verdict-limited'], offline: ['verdict-offline'] },
  'Reconnect': { normal: ['reconnect', 'other-account'], empty: NOTHING_TO_LACK, loading: ['reconnect-loading'], error: ['reconnect-failed'], offline: ['reconnect-offline'] },
  'Replace a key': { normal: ['replace-key'], empty: ['replace-key'], loading: ['key-saving'], error: ['verdict-refused'], offline: ['verdict-offline'] },
  'Rotation': { normal: ['rotation-revoke', 'rotation-lent', 'rotation-minted', 'rotation-drill'], empty: ['rotation-form', 'rotation-mint'], loading: ['rotation-saving'], error: ['rotation-refused', 'rotation-different'], offline: ['rotation-offline'] },
  'Disconnect': { normal: ['disconnect'], empty: NOTHING_TO_LACK, loading: ['disconnecting'], error: ['disconnect-failed'], offline: ['revocations'] },
  'Export': { normal: ['export', 'export-move', 'export-written'], empty: ['export-none'], loading: ['export-looking'], error: ['export-lost', 'export-failed'], offline: HERE },
  'Moved away': { normal: ['moved-away', 'moved-back'], empty: NOTHING_TO_LACK, loading: AT_ONCE, error: ['toast-failed'], offline: HERE },
  'Restore': { normal: ['restore', 'restore-content', 'restore-done'], empty: ['restore-nothing'], loading: ['restore-opening', 'restoring'], error: ['restore-wrong'], offline: ['restore-unproved'] },
  'Import': { normal: ['import-ask', 'import-preview', 'import-results'], empty: ['import-none'], loading: ['import-scanning', 'import-running'], error: ['import-failed'], offline: ['import-offline'] },
  'Palette': { normal: ['palette', 'palette-found'], empty: ['palette-none'], loading: AT_ONCE, error: IN_MEMORY, offline: HERE },
  'Shortcuts': { normal: ['shortcuts'], empty: NOTHING_TO_LACK, loading: AT_ONCE, error: IN_MEMORY, offline: HERE },
  'Vault that is not open': { normal: ['vault-passphrase', 'vault-locked', 'vault-dismissed'], empty: ['vault-no-keyring'], loading: ['vault-opening'], error: ['vault-passphrase-wrong', 'vault-key-missing', 'vault-key-only', 'vault-busy', 'vault-damaged', 'vault-newer'], offline: HERE },
  'A passphrase': { normal: ['passphrase-new'], empty: ['passphrase-new'], loading: ['passphrase-saving'], error: ['passphrase-differs'], offline: HERE },
  'A recovery code': { normal: ['recovery-code', 'recovery-code-back'], empty: NOTHING_TO_LACK, loading: AT_ONCE, error: ['recovery-code-wrong'], offline: HERE },
  'Another master key': { normal: ['master-key'], empty: NOTHING_TO_LACK, loading: ['master-key-changing'], error: ['master-key-failed'], offline: HERE },
  'Files over the window': { normal: ['drop', 'drop-several', 'restore-over'], empty: never('It is not there.'), loading: AT_ONCE, error: ['drop-refused'], offline: HERE },
  'Several files': { normal: ['files-in-turn', 'files-summary'], empty: NOTHING_TO_LACK, loading: ['file-saving'], error: ['file-refused'], offline: ['verdict-offline'] },
  'A file under a password': { normal: ['drop-password'], empty: ['drop-password'], loading: ['unlocking'], error: ['unlock-wrong'], offline: HERE },
  'Toasts': { normal: ['toast', 'toast-undo'], empty: never('It is not there.'), loading: AT_ONCE, error: ['toast-failed'], offline: ['bulk-offline'] },
};

/** What the table lacks: states of which nothing is said, and scenes that are not there. @returns {string[]} */
export function missing(/** @type {string[]} */ scenes) {
  return Object.entries(views).flatMap(([view, states]) =>
    STATES.flatMap((state) => {
      const cell = states[state];
      if (!cell || (Array.isArray(cell) && cell.length === 0)) return [`${view}: no scene shows it ${state}`];
      return Array.isArray(cell) ? cell.filter((name) => !scenes.includes(name)).map((name) => `${view}: there is no scene ${name}`) : [];
    }),
  );
}
