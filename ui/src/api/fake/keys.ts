// Keys and key files as the fake host takes them, how they are rotated, and what is still to be revoked.
import type { CredentialSummary, Host, IntegrationId, Verdict } from '../host';
import { connectorOf } from './copied-key';
import { FakeIntegrations } from './integrations';
import { fail, verdictOf } from './model';
import { sampleArchive, sampleEmail, sampleFile } from './samples';
import * as rotation from './rotation';
import { generation } from './seed';

/** The public id in a pasted key of two parts. */
const idIn = (text: string): string | null => /\bAKIA[A-Z0-9]{16}\b/.exec(text)?.[0] ?? null;

export class FakeKeys extends FakeIntegrations {
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

  beginSecretRotation: Host['beginSecretRotation'] = async (id, { secret }, drill) => {
    await this.called('beginSecretRotation');
    if (!this.find(id).registration?.has_secret) throw rotation.refusedStep();
    const summary = (hint: string): CredentialSummary => ({ kind: 'client_secret', hint });
    this.change(id, (detail) => ({ ...detail, rotation: rotation.begun(generation(1, 'active', summary('GOCS…old1')), generation(2, 'staged', summary('GOCS…new2')), 'by_page', drill ? 'drill' : 'guided') }));
    const verdict: Verdict = secret.includes('untold') ? { outcome: 'could_not_reach', reason: rotation.UNTOLD } : verdictOf(secret, 'octocat');
    return this.turn(id, (view) => rotation.tried(view, verdict, { comparison: 'same' }));
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
