// A host that plays every flow in memory, so that the UI runs in a plain browser and in tests: the commands of the contract over
// the model beside it. Each class beneath holds what belongs together; here is what remains.
import { HostFailure, type DiscoveryView, type ErrorCode, type Host, type HostCommands, type IntegrationId } from '../host';
import { FakeAuthorizing } from './authorizing';
import { catalogue, discoveryOf } from './catalogue';
import { arrivalsOf, candidateOf, restoredRow } from './export';
import { fail } from './model';
import { findingOf, reachOf, sampleAuthority } from './network';
import { storageTestOf } from './onboarding';
import { checkedPreferences, spokenBy } from './preferences';
import { sampleExport } from './samples';

export * from './samples';

const DAY = 24 * 60 * 60_000;

export class FakeHost extends FakeAuthorizing implements Host {
  /** From now on the command is never answered. */
  never(command: keyof HostCommands): void {
    Object.assign(this, { [command]: () => new Promise(() => {}) });
  }

  /** From now on the command fails. */
  fails(command: keyof HostCommands, code: ErrorCode, message = ''): void {
    Object.assign(this, { [command]: () => Promise.reject(fail(code, message)) });
  }

  testStorage = async () => {
    await this.called('testStorage');
    return storageTestOf(this.settings.storage, this.protection);
  };

  autostart = async () => this.settings.autostart;

  setAutostart = async (on: boolean) => {
    await this.called('setAutostart');
    return (this.settings.autostart = { autostart: on ? 'on' : 'off' });
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
}
