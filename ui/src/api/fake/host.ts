// A host that plays every flow in memory, so that the UI runs in a plain browser and in tests: the commands of the contract over
// the model beside it.
import { HostFailure, type Account, type AccountAnswer, type ActivityFilter, type ActivityQuery, type AuthorizationProgress, type AuthorizationTarget, type AuthorizationView, type CredentialSummary, type DiscoveryView, type ExportFormat, type Failure, type HeldFileView, type Host, type HostView, type IntegrationId, type IntegrationView, type KeyFileView, type ProtectionView, type StatusView, type Verdict } from '../host';
import { intact, pageOf } from './activity';
import { badgeOf, catalogue, discoveryOf } from './catalogue';
import { connectorOf } from './copied-key';
import { FakeImport } from './import';
import { fail, kept, unlocked, verdictOf } from './model';
import { generation } from './seed';
import { healthOf, refreshesOf } from './health';
import { arrivalsOf, candidateOf, restoredRow } from './export';
import { findingOf, reachOf, sampleAuthority } from './network';
import { checkedPreferences, spokenBy } from './preferences';
import { plainCode, sampleCodes, waysOut } from './protection';
import { sampleCode } from './device';
import * as rotation from './rotation';

const DAY = 24 * 60 * 60_000;

const sampleEmail = 'etl@analytics-prod.example';

/** The public id in a pasted key of two parts. */
const idIn = (text: string): string | null => /\bAKIA[A-Z0-9]{16}\b/.exec(text)?.[0] ?? null;

export const sampleFile: KeyFileView = {
  id: 'held-file',
  file: {
    name: 'analytics-prod-9b07.json',
    shape: 'Google service account (JSON)',
    facts: [
      { kind: 'account', value: sampleEmail },
      { kind: 'project', value: 'analytics-prod' },
      { kind: 'key_id', value: '9b07c2d41e' },
      { kind: 'algorithm', value: 'RSA 2048' },
    ],
    certificate: null,
  },
  uses: [
    { connector: badgeOf('bigquery'), method: 'service_account' },
    { connector: badgeOf('practice'), method: 'service_account' },
  ],
  keys: [],
  fields: {},
};

/** A certificate with its key, as it is once its password ("practice") was entered. */
export const sampleArchive: KeyFileView = {
  id: 'held-archive',
  file: {
    name: 'reports.p12',
    shape: 'PKCS#12 archive',
    facts: [
      { kind: 'subject', value: 'reports.example' },
      { kind: 'algorithm', value: 'RSA 4096' },
      { kind: 'fingerprint', value: 'SHA256:0wBPSfO4h9ibVj1dXqg0kKtPv1tP5VYyJkC6T2mJQpA=' },
    ],
    certificate: { begins: Date.now() - 355 * DAY, ends: Date.now() + 10 * DAY, validity: 'ends_soon' },
  },
  uses: [{ connector: badgeOf('bigquery'), method: 'service_account' }],
  keys: [],
  fields: {},
};

/** What a service lets one download for an OAuth client. */
export const clientFile: KeyFileView = {
  id: 'held-client',
  file: { name: 'client.json', shape: 'Google OAuth client (JSON)', facts: [{ kind: 'client_id', value: '1234-abc.apps.example' }], certificate: null },
  uses: [{ connector: badgeOf('github'), method: 'oauth' }],
  keys: [],
  fields: {},
};

/** What the AWS console lets one download. */
export const accessKeyFile: KeyFileView = {
  id: 'held-access-key',
  file: { name: 'storm_accessKeys.csv', shape: 'AWS access key (CSV)', facts: [{ kind: 'access_key_id', value: 'AKIAIOSFODNN7EXAMPLE' }], certificate: null },
  uses: [{ connector: badgeOf('aws'), method: 'api_key' }],
  keys: [],
  fields: {},
};

/** The file of AWS's command line, with two profiles. */
export const profilesFile: KeyFileView = {
  id: 'held-profiles',
  file: { name: 'credentials', shape: 'AWS credentials file', facts: [{ kind: 'profile', value: 'default, reports' }], certificate: null },
  uses: [{ connector: badgeOf('aws'), method: 'api_key' }],
  keys: [
    { key_id: 'AKIAIOSFODNN7EXAMPLE', profile: 'default' },
    { key_id: 'AKIAI44QH8DHBEXAMPLE', profile: 'reports' },
  ],
  fields: {},
};

/** A kubeconfig with a token. */
export const clusterFile: KeyFileView = {
  id: 'held-cluster',
  file: { name: 'config', shape: 'Kubernetes configuration with a token', facts: [{ kind: 'user', value: 'reports' }], certificate: null },
  uses: [{ connector: badgeOf('kubernetes'), method: 'api_key' }],
  keys: [],
  fields: { server: 'https://10.0.0.7:6443' },
};

/** The same before that. */
export const lockedArchive: HeldFileView = { held: 'locked', id: 'locked-archive', name: 'reports.p12', shape: 'PKCS#12 archive' };

/** A sealed export, whose passphrase is anything but "wrong". */
export const sampleExport: Extract<HeldFileView, { held: 'export' }> = {
  held: 'export',
  id: 'sealed-export',
  file: { name: 'integrations.storm-connect', made_at: Date.now() - 2 * 60 * 60_000, ends_at: Date.now() + 7 * DAY },
};

/** Something else. */
export const refusedFile: Extract<HeldFileView, { held: 'refused' }> = {
  held: 'refused',
  name: 'notes.txt',
  failure: { code: 'file_not_usable', message: 'This is not a credentials file. Choose the one that the service let you download.', action: null, field: null, connector: null },
};

export class FakeHost extends FakeImport implements Host {
  // The vault.

  private view = (): HostView => {
    const isOpen = this.vault.vault === 'unlocked';
    return {
      version: '0.1.0',
      vault: this.vault,
      ways_out: waysOut(this.vault, this.protection),
      protection: isOpen ? this.protection : null,
      data_folder: '~/.local/share/storm-connect',
      notices: this.settings.notices,
      backup: this.settings.backup,
    };
  };

  private keep(change: Partial<ProtectionView>): HostView {
    this.protection = { ...this.protection, ...change };
    this.vault = { vault: 'unlocked', protection: this.protection.keyring ? this.protection.backend : 'passphrase' };
    return this.view();
  }

  host = async () => this.view();

  retryVault = async () => {
    await this.called('retryVault');
    this.vault = unlocked;
    return this.view();
  };

  createPassphraseVault = async ({ passphrase }: { passphrase: string }) => {
    await this.called('createPassphraseVault');
    if (passphrase.length < 12) throw fail('passphrase_refused', 'Use at least twelve characters.');
    return this.keep({ ...kept, keyring: false, passphrase: true });
  };

  unlockWithPassphrase = async ({ passphrase }: { passphrase: string }) => {
    await this.called('unlockWithPassphrase');
    if (passphrase === 'wrong') throw fail('passphrase_refused');
    return this.keep({ keyring_lost: this.protection.keyring });
  };

  unlockWithRecoveryCode = async ({ code }: { code: string }) => {
    await this.called('unlockWithRecoveryCode');
    const { length } = plainCode(code);
    if (length !== 32) throw fail('recovery_code_refused', `A recovery code has 32 characters, and this has ${length}. Type all eight groups of four.`);
    if (plainCode(code).startsWith('0')) throw fail('recovery_code_refused', 'This is the recovery code of another vault, or one that was replaced.');
    return this.keep({ keyring_lost: this.protection.keyring });
  };

  // How the key is kept.

  revealNewRecoveryCode = async () => {
    await this.called('revealNewRecoveryCode');
    this.shownCode = sampleCodes[this.next++ % sampleCodes.length] ?? '';
    return this.shownCode;
  };

  confirmRecoveryCode = async ({ code }: { code: string }) => {
    await this.called('confirmRecoveryCode');
    if (this.shownCode === null || plainCode(code) !== plainCode(this.shownCode)) throw fail('recovery_code_refused', 'A character is mistyped. Compare each group with your copy.');
    this.shownCode = null;
    return this.keep({ recovery_code: true });
  };

  discardRecoveryCode = async () => {
    await this.called('discardRecoveryCode');
    this.shownCode = null;
    return null;
  };

  removeRecoveryCode = async () => {
    await this.called('removeRecoveryCode');
    return this.keep({ recovery_code: false });
  };

  setPassphrase = async () => {
    await this.called('setPassphrase');
    return this.keep({ passphrase: true });
  };

  removePassphrase = async () => {
    await this.called('removePassphrase');
    return this.keep({ passphrase: false });
  };

  putKeyIntoKeyring = async () => {
    await this.called('putKeyIntoKeyring');
    if (this.settings.keyringRefuses) throw fail('keyring_refused', 'GNOME Keyring is locked, and its prompt was dismissed. Try again, and unlock it when it asks.');
    return this.keep({ keyring: true, keyring_lost: false });
  };

  takeKeyFromKeyring = async () => {
    await this.called('takeKeyFromKeyring');
    if (this.settings.keyringRefuses) throw fail('keyring_refused', 'GNOME Keyring does not answer. End it or log in anew, then try again.');
    return this.keep({ keyring: false });
  };

  rotateMasterKey = async (request: { passphrase: string } | null) => {
    this.calls.push('rotateMasterKey');
    if (this.protection.passphrase && (request === null || request.passphrase === 'wrong')) {
      throw fail('passphrase_refused', 'This is not the passphrase of the vault, and the key was not changed. Try another one.');
    }
    // As the core does: closed for everybody, then open again.
    this.vault = { vault: 'opening' };
    this.emit({ event: 'vault_changed' });
    await new Promise((resolve) => setTimeout(resolve, this.settings.pace ?? 0));
    const view = this.keep(this.settings.keyringRefuses ? {} : { recovery_code: false, keyring_lost: false });
    this.emit({ event: 'vault_changed' });
    if (this.settings.keyringRefuses) {
      throw fail('keyring_refused', 'GNOME Keyring is locked, and its prompt was dismissed. Try again, and unlock it when it asks. The key was not changed, and the vault opens as before.');
    }
    return view;
  };

  restoreBackup = async () => {
    await this.called('restoreBackup');
    this.vault = unlocked;
    this.settings.backup = null;
    this.settings.notices = [{ notice: 'restored', since: Date.now() }];
    return this.view();
  };

  acknowledgeRestore = async () => {
    await this.called('acknowledgeRestore');
    this.settings.notices = this.settings.notices.filter(({ notice }) => notice !== 'restored');
    return this.view();
  };

  startPractice = async () => {
    await this.called('startPractice');
    return 'http://127.0.0.1:4781';
  };

  // Why something failed, and the network.

  examine: Host['examine'] = async (subject) => {
    this.examined.push(subject.subject);
    const row = subject.subject === 'integration' ? (this.rows.find((one) => one.integration.id === subject.id) ?? null) : null;
    return this.settings.finding ?? findingOf(subject, row);
  };

  networkSettings = async () => this.network;

  preferences = async () => this.preferred;

  setPreferences: Host['setPreferences'] = async (preferences) => {
    await this.called('setPreferences');
    const before = spokenBy(this.preferred);
    this.preferred = checkedPreferences(preferences);
    const language = spokenBy(this.preferred);
    if (language !== before) this.emitShell({ event: 'language_spoken', language });
    return this.preferred;
  };

  chooseProxy: Host['chooseProxy'] = async (request) => {
    await this.called('chooseProxy');
    if (request.choice === 'own' && request.address.includes(' ')) throw fail('field_not_usable', 'The proxy’s address cannot be read. Write it like http://proxy.example.com:8080.', { field: 'proxy_address' });
    const own = request.choice === 'own' ? { choice: request.choice, address: request.address, user: request.user || null, has_password: request.password !== null } : { choice: request.choice };
    return (this.network = { ...this.network, proxy: own });
  };

  chooseAuthorityFile = async () => {
    await this.called('chooseAuthorityFile');
    if (this.settings.clipboard === '') throw fail('file_not_usable', 'This file holds no certificate. Choose the PEM file (.pem, .crt) of the authority that your network uses.');
    return (this.network = { ...this.network, authorities: [sampleAuthority] });
  };

  removeAuthorities = async () => {
    await this.called('removeAuthorities');
    return (this.network = { ...this.network, authorities: [] });
  };

  testNetwork: Host['testNetwork'] = async (id) => {
    await this.called('testNetwork');
    return reachOf(this.rows.filter((row) => id === null || row.integration.id === id), this.network.proxy);
  };

  // Connectors.

  connectors = async (search: string) => {
    const wanted = search.trim().toLowerCase();
    return catalogue.filter(({ badge, category, description }) => [badge.name, category, description].join(' ').toLowerCase().includes(wanted));
  };

  /** What the next look-up finds; a failure when it is one. */
  discovery: DiscoveryView | HostFailure | null = null;

  discover = async (_connectorId: string, fields: Record<string, string>) => {
    await this.called('discover');
    if (this.discovery instanceof HostFailure) throw this.discovery;
    return this.discovery ?? discoveryOf(fields['issuer'] ?? '');
  };

  openConnectorPage = async (connectorId: string, page: string) => {
    await this.called('openConnectorPage');
    this.opened.push(`${connectorId}/${page}`);
    return null;
  };

  openIntegrationPage = async (id: IntegrationId, page: string) => {
    await this.called('openIntegrationPage');
    this.opened.push(`${id}/${page}`);
    return null;
  };

  // Integrations.

  integrations = async () => this.rows.map((row) => row.integration).sort((one, other) => one.name.localeCompare(other.name));

  integration = async (id: IntegrationId) => this.find(id);

  renameIntegration = async (id: IntegrationId, name: string) => {
    await this.called('renameIntegration');
    this.change(id, (row) => ({ ...row, integration: { ...row.integration, name } }));
    return null;
  };

  pauseIntegration = async (id: IntegrationId, paused: boolean) => {
    await this.called('pauseIntegration');
    this.status(id, paused ? { status: 'paused', since: Date.now(), hold: null } : { status: 'connected' });
    return null;
  };

  setLending = async (id: IntegrationId, allowed: boolean) => {
    await this.called('setLending');
    this.change(id, (row) => ({ ...row, integration: { ...row.integration, lending_allowed: allowed } }));
    return null;
  };

  setReplacement: Host['setReplacement'] = async (id, { after_days, ends_at }) => {
    await this.called('setReplacement');
    this.change(id, (row) => {
      const saved_at = row.replacement?.saved_at ?? Date.now();
      const dates = [after_days === null ? [] : [saved_at + after_days * DAY], ends_at === null ? [] : [ends_at - 14 * DAY]].flat();
      const due_at = dates.length > 0 ? Math.min(...dates) : null;
      const status: StatusView = due_at !== null && due_at <= Date.now() ? { status: 'replace_soon', saved_at, ends_at } : { status: 'connected' };
      return { ...row, integration: { ...row.integration, status }, replacement: { saved_at, after_days, ends_at, due_at, last_use: row.replacement?.last_use ?? null } };
    });
    return null;
  };

  verifyIntegration: Host['verifyIntegration'] = async (id) => {
    await this.called('verifyIntegration');
    const { integration } = this.find(id);
    const verdict: Verdict = { outcome: 'works', account: integration.account };
    this.change(id, (row) => ({ ...row, integration: { ...row.integration, last_verdict: { verdict, at: Date.now() } } }));
    return verdict;
  };

  refreshIntegration = async (id: IntegrationId) => {
    await this.called('refreshIntegration');
    this.change(id, (row) => ({ ...row, integration: { ...row.integration, last_refreshed_at: Date.now(), next_refresh_at: Date.now() + 48 * 60_000 } }));
    return null;
  };

  disconnectIntegration = async (id: IntegrationId, revoke: boolean) => {
    await this.called(revoke ? 'disconnectIntegration:revoke' : 'disconnectIntegration');
    this.bin.set(id, this.find(id));
    this.rows = this.rows.filter((row) => row.integration.id !== id);
    this.emit({ event: 'integration_changed', id });
    if (revoke && this.settings.serviceDown) return { undo_until: null, revocation: { revocation: 'pending' as const, reason: this.leaveToRevoke(id) } };
    return revoke
      ? { undo_until: null, revocation: { revocation: 'revoked' as const } }
      : { undo_until: Date.now() + 10_000, revocation: { revocation: 'not_asked' as const } };
  };

  undoDisconnect = async (id: IntegrationId) => {
    await this.called('undoDisconnect');
    const row = this.bin.get(id);
    if (!row) throw fail('not_found');
    this.bin.delete(id);
    this.rows = [...this.rows, row];
    this.emit({ event: 'integration_changed', id });
    return null;
  };

  activity = async (query: ActivityQuery) => {
    if (this.settings.logFails) throw fail('vault_not_writable', 'The disk reported an error. Check the disk before you go on.');
    return pageOf(this.log, query);
  };

  logCheck = async () => this.settings.logCheck ?? intact(this.log);

  checkLog = async () => {
    await this.called('checkLog');
    return this.logCheck();
  };

  exportActivity = async ({ ...filter }: ActivityFilter, format: ExportFormat) => {
    await this.called('exportActivity');
    const { entries } = pageOf(this.log, { filter, before: null, after: null });
    return { name: `storm-connect-activity.${format === 'csv' ? 'csv' : 'jsonl'}`, entries: entries.length };
  };

  // Health.

  /** Why health cannot be read; null = it can. */
  healthFailure: HostFailure | null = null;
  failHealth(code: Failure['code'], message: string): void {
    this.healthFailure = fail(code, message);
  }

  /** Whether it is not answered yet. */
  healthPending = false;

  health: Host['health'] = async () => {
    this.calls.push('health');
    if (this.healthPending) await new Promise(() => {});
    if (this.healthFailure) throw this.healthFailure;
    return healthOf(this.rows);
  };

  refreshes: Host['refreshes'] = async (id) => refreshesOf(this.find(id));

  exportForecast: Host['exportForecast'] = async () => {
    await this.called('exportForecast');
    return { name: 'storm-connect.ics', entries: healthOf(this.rows).forecast.filter(({ kind }) => kind !== 'needs_you').length };
  };

  // Exports.

  exportCandidates: Host['exportCandidates'] = async (ids) => ids.map((id) => candidateOf(this.find(id)));

  exportIntegrations: Host['exportIntegrations'] = async ({ ids, sign_ins, days, passphrase }) => {
    await this.called('exportIntegrations');
    if (passphrase.length < 12) throw fail('passphrase_refused', 'Use at least 12 characters. A few words are easier to remember.');
    if (this.settings.chosen?.length === 0) return null;
    const moved = sign_ins === 'move' ? ids.filter((id) => candidateOf(this.find(id)).carries === 'sign_in') : [];
    moved.forEach((id) => this.status(id, { status: 'paused', since: Date.now(), hold: 'moved_away' }));
    return { file: 'integrations.storm-connect', integrations: ids.length, moved: moved.length, ends_at: Date.now() + days * DAY };
  };

  takeBack: Host['takeBack'] = async (id) => {
    await this.called('takeBack');
    this.status(id, { status: 'connected' });
    return null;
  };

  chooseExportFile: Host['chooseExportFile'] = async () => {
    await this.called('chooseExportFile');
    return this.settings.chosen ?? [sampleExport];
  };

  openExport: Host['openExport'] = async ({ id, passphrase }) => {
    await this.called('openExport');
    if (passphrase === 'wrong') throw fail('file_password_refused', 'This is not the passphrase of the export. Enter the one that was chosen when it was made.');
    return { id: `opened-${id}`, made_at: sampleExport.file.made_at, ends_at: sampleExport.file.ends_at, integrations: arrivalsOf() };
  };

  restoreIntegration: Host['restoreIntegration'] = async (request) => {
    await this.called(`restoreIntegration:${request.sign_in}:${request.as_second}`);
    const arrival = arrivalsOf().find(({ id }) => id === request.id);
    if (!arrival) throw fail('not_found');
    const { row, outcome } = restoredRow(arrival, request.sign_in);
    if (arrival.presence.presence === 'moved_away' && request.sign_in) this.status(arrival.id, { status: 'connected' });
    else this.rows = [...this.rows, row];
    this.emit({ event: 'integration_changed', id: row.integration.id });
    return { integration_id: row.integration.id, name: row.integration.name, outcome };
  };

  // API keys.

  connectorOfCopiedKey = async () => {
    await this.called('connectorOfCopiedKey');
    if (this.settings.clipboard === '') throw fail('clipboard_empty');
    return connectorOf(this.settings.clipboard);
  };

  holdKeyFromClipboard = async () => {
    await this.called('holdKeyFromClipboard');
    if (this.settings.clipboard === '') throw fail('clipboard_empty');
    const id = `held-${this.next++}`;
    this.held.set(id, this.settings.clipboard);
    return { id, hint: `rk_live_${'•'.repeat(14)}3fQ2`, key_id: idIn(this.settings.clipboard), remarks: ['Stripe restricted key, live mode'] };
  };

  revealHeldKey = async (id: string) => {
    await this.called('revealHeldKey');
    return this.secret({ from: 'held', id, key_id: null });
  };

  checkTypedKey = async ({ connector_id, key }: { connector_id: string; key: string }) => {
    if (key.startsWith('ghp_') && connector_id !== 'github') {
      throw fail('key_not_usable', 'This looks like a key of GitHub, so it was not sent anywhere.', { connector: 'github' });
    }
    const key_id = idIn(key);
    if (key_id !== null) return { key_id, remarks: ['Both parts were taken out of what was pasted.'] };
    if (key.includes(' ')) throw fail('key_not_usable', 'A key has no spaces. Copy it again, without the text around it.');
    return { key_id, remarks: key.includes('test') ? ['This looks like a test key'] : [] };
  };

  addApiKey: Host['addApiKey'] = async ({ connector_id, name, fields, key }) => {
    await this.called('addApiKey');
    const whole = Object.entries(fields).find(([name, value]) => name !== 'server' && value.includes('/'));
    if (whole) {
      throw fail('field_not_usable', 'Enter only the first part of the address, such as northwind.', { field: whole[0] });
    }
    return this.add(connector_id, 'api_key', name, verdictOf(this.secret(key), 'Northwind GmbH'));
  };

  replaceApiKey: Host['replaceApiKey'] = async (id, key) => {
    await this.called('replaceApiKey');
    return this.replace(id, verdictOf(this.secret(key), 'Northwind GmbH'));
  };

  // Authorizing.

  registrations = async (connectorId: string) => this.saved.filter((one) => one.connector_id === connectorId);

  saveRegistration: Host['saveRegistration'] = async ({ id, connector_id, client_id, client_secret, file, secret_ends_at, fields }) => {
    await this.called('saveRegistration');
    const kept = this.saved.find((one) => one.id === id) ?? this.rows.find((row) => row.registration?.id === id)?.registration;
    const view = { id: id ?? `registration-${this.next++}`, connector_id, client_id, has_secret: client_secret !== null || file !== null || (kept?.has_secret ?? false), secret_ends_at, fields, used_by: kept?.used_by ?? 0, names: kept?.names ?? [] };
    if (!kept) this.saved.push(view);
    for (const row of this.rows.filter((one) => one.registration?.id === view.id)) {
      this.change(row.integration.id, (detail) => ({ ...detail, registration: view, integration: { ...detail.integration, status: { status: 'connected' } } }));
    }
    return view;
  };

  /** Why the service registers no app; null = it does. */
  registrationRefused: HostFailure | null = null;

  registerClient: Host['registerClient'] = async ({ connector_id, fields }) => {
    await this.called('registerClient');
    if (this.registrationRefused) throw this.registrationRefused;
    const view = { id: `registration-${this.next++}`, connector_id, client_id: 'registered-itself', has_secret: false, secret_ends_at: null, fields, used_by: 0, names: [] };
    this.saved.push(view);
    return view;
  };

  beginAuthorization: Host['beginAuthorization'] = async ({ target }) => {
    await this.called('beginAuthorization');
    return this.attemptFor(target, (connectorId) => ({
      url: `https://${connectorId}.example/authorize?client_id=storm&state=8fJk2`,
      redirect_uri: 'http://127.0.0.1:49152/storm',
      expires_at: Date.now() + 5 * 60_000,
      progress: { progress: 'waiting', browser_opened: !this.settings.noBrowser },
    }));
  };

  beginDeviceAuthorization: Host['beginDeviceAuthorization'] = async ({ target }) => {
    await this.called('beginDeviceAuthorization');
    if (this.settings.noCodes) throw fail('request_refused', 'The service gave no code (device_flow_disabled). Authorize in the browser instead.');
    return this.attemptFor(target, () => ({
      url: sampleCode.address,
      redirect_uri: null,
      expires_at: Date.now() + 15 * 60_000,
      progress: { progress: 'entering_code', user_code: sampleCode.code, verification_uri: sampleCode.verification_uri, qr: sampleCode.qr },
    }));
  };

  private attemptFor(target: AuthorizationTarget, way: (connectorId: string) => Pick<AuthorizationView, 'url' | 'redirect_uri' | 'expires_at' | 'progress'>): AuthorizationView {
    const connectorId = target.target === 'new' ? target.connector_id : this.find(target.integration_id).integration.connector.id;
    const scopes = target.target === 'new' ? target.scopes : [...this.find(target.integration_id).requested_scopes, ...target.more_scopes];
    const view: AuthorizationView = {
      id: `attempt-${this.next++}`,
      connector: badgeOf(connectorId),
      scopes,
      is_one_time: this.settings.oneTimeLinks,
      offers_code: true,
      disturbed: false,
      ...way(connectorId),
    };
    this.replaceAttempt();
    this.attempt = { view, target };
    this.later(() => this.attempt?.view === view && ['waiting', 'entering_code'].includes(view.progress.progress) && this.finishAuthorization());
    return { ...view };
  }

  authorization: Host['authorization'] = async (id) => {
    const view = [this.attempt?.view, this.replaced].find((one) => one?.id === id);
    if (!view) throw fail('not_found');
    return { ...view };
  };

  reopenBrowser = async () => {
    await this.called('reopenBrowser');
    return null;
  };

  copyAuthorizationLink = async () => {
    await this.called('copyAuthorizationLink');
    return null;
  };

  pasteRedirect: Host['pasteRedirect'] = async ({ address }) => {
    await this.called('pasteRedirect');
    if (!this.attempt) throw fail('not_found');
    if (!address.includes('code=')) {
      throw fail('field_not_usable', 'The answer is missing from this address. Copy all of it, with everything after the “?”.', { field: 'pasted_redirect' });
    }
    this.finishAuthorization();
    return null;
  };

  cancelAuthorization = async () => {
    await this.called('cancelAuthorization');
    this.finishAuthorization({ progress: 'cancelled' });
    return null;
  };

  decideAccount: Host['decideAccount'] = async (id, answer) => {
    await this.called(`decideAccount:${answer}`);
    const row = this.rows.find((one) => one.undecided?.attempt === id);
    if (!row?.undecided) throw fail('not_found');
    const { integration, undecided } = row;
    const decided = this.decided(integration, undecided.got, answer);
    this.change(integration.id, (detail) => ({ ...detail, undecided: null }));
    if (this.attempt?.view.id === id) this.attempt.view.progress = decided;
    return decided;
  };

  private decided({ id, name, connector, account: old }: IntegrationView, account: Account | null, answer: AccountAnswer): AuthorizationProgress {
    const verdict: Verdict = { outcome: 'works', account };
    switch (answer) {
      case 'replace':
        this.judge(id, verdict);
        this.change(id, (detail) => ({ ...detail, integration: { ...detail.integration, account } }));
        return { progress: 'completed', integration_id: id, account, verdict };
      case 'keep_both': {
        const beside = account ? `${name.replace(` (${old?.label})`, '')} (${account.label})` : `${name} 2`;
        return { progress: 'kept_both', integration_id: this.add(connector.id, 'oauth', beside, verdict).integration_id, name: beside, kept: name };
      }
      case 'cancel':
        return { progress: 'declined', account, revocation: { revocation: 'revoked' } };
    }
  }

  // Key files.

  private readonly binned = new Set<string>();

  chooseKeyFiles: Host['chooseKeyFiles'] = async () => {
    await this.called('chooseKeyFiles');
    const chosen = this.settings.chosen ?? [{ held: 'known', file: sampleFile }];
    chosen.forEach((one) => one.held === 'known' && this.held.set(one.file.id, one.file.id));
    return chosen;
  };

  storedOriginal: Host['storedOriginal'] = async (file) => {
    await this.called('storedOriginal');
    return this.binned.has(file) ? null : { files: ['~/Downloads/analytics-prod-9b07.json'] };
  };

  moveOriginalToBin: Host['moveOriginalToBin'] = async (file) => {
    await this.called('moveOriginalToBin');
    const { bin } = this.settings;
    if (bin.outcome === 'moved') this.binned.add(file);
    return bin;
  };

  unlockKeyFile: Host['unlockKeyFile'] = async ({ password }) => {
    await this.called('unlockKeyFile');
    if (password !== 'practice') throw fail('file_password_refused', 'The password does not open the file.');
    this.held.set(sampleArchive.id, sampleArchive.id);
    return sampleArchive;
  };

  addServiceAccount: Host['addServiceAccount'] = async ({ connector_id, name, file }) => {
    await this.called('addServiceAccount');
    return this.add(connector_id, 'service_account', name, verdictOf(this.secret({ from: 'held', id: file, key_id: null }), sampleEmail));
  };

  replaceKeyFile: Host['replaceKeyFile'] = async (id, file) => {
    await this.called('replaceKeyFile');
    return this.replace(id, verdictOf(this.secret({ from: 'held', id: file, key_id: null }), sampleEmail));
  };

  // Revoking later.

  pendingRevocations = async () => this.unrevoked;

  retryRevocation = async (id: string) => {
    await this.called('retryRevocation');
    if (this.settings.serviceDown) throw fail('service_unreachable');
    this.unrevoked = this.unrevoked.filter((one) => one.id !== id);
    return null;
  };

  forgetRevocation = async (id: string) => {
    await this.called('forgetRevocation');
    this.unrevoked = this.unrevoked.filter((one) => one.id !== id);
    return null;
  };

  openRevocationPage = async (id: string, page: string) => {
    await this.called('openRevocationPage');
    this.opened.push(`${id}/${page}`);
    return null;
  };

  // Rotating.

  mintKey: Host['mintKey'] = async (id, drill) => this.beginRotation(id, 'made by the service', drill, true);

  beginKeyRotation: Host['beginKeyRotation'] = async (id, key, drill) => this.beginRotation(id, this.secret(key), drill);

  beginKeyFileRotation: Host['beginKeyFileRotation'] = async (id, file, drill) => this.beginRotation(id, this.secret({ from: 'held', id: file, key_id: null }), drill);

  beginSecretRotation: Host['beginSecretRotation'] = async (id, { secret }) => {
    await this.called('beginSecretRotation');
    if (!this.find(id).registration?.has_secret) throw rotation.refusedStep();
    const summary = (hint: string): CredentialSummary => ({ kind: 'client_secret', hint });
    this.change(id, (detail) => ({ ...detail, rotation: rotation.begun(generation(1, 'active', summary('GOCS…old1')), generation(2, 'staged', summary('GOCS…new2')), 'by_page') }));
    return this.turn(id, (view) => rotation.tried(view, verdictOf(secret, 'octocat'), { comparison: 'same' }));
  };

  retryRotation = async (id: IntegrationId) => {
    await this.called('retryRotation');
    return this.turn(id, (view) =>
      view.step.step === 'staged' ? rotation.tried(view, verdictOf('', 'octocat'), { comparison: 'same' }) : rotation.oldTried(view, true),
    );
  };

  switchRotation = async (id: IntegrationId, despiteDifference: boolean) => {
    await this.called('switchRotation');
    return this.turn(id, (view) => rotation.switched(view, despiteDifference));
  };

  revokeOldKey = async (id: IntegrationId) => {
    await this.called('revokeOldKey');
    const row = this.turn(id, rotation.revoking);
    if (row.rotation?.revoke_mode === 'by_page') this.opened.push(`${id}/${row.integration.method === 'oauth' ? 'apps' : 'keys'}`);
    else this.later(() => this.tryOldKey(id, true));
    return row;
  };

  confirmOldKeyRevoked = async (id: IntegrationId) => {
    await this.called('confirmOldKeyRevoked');
    this.later(() => this.tryOldKey(id, true));
    return this.turn(id, rotation.confirmed);
  };

  undoRotation = async (id: IntegrationId) => {
    await this.called('undoRotation');
    return this.turn(id, rotation.undone);
  };
}
