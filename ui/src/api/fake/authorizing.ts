// How the fake host signs in: the browser, a code for another device, and another account than expected.
import { HostFailure, type Account, type AccountAnswer, type AuthorizationProgress, type AuthorizationTarget, type AuthorizationView, type Host, type IntegrationView, type Verdict } from '../host';
import { badgeOf } from './catalogue';
import { sampleCode } from './device';
import { FakeKeys } from './keys';
import { fail } from './model';

export class FakeAuthorizing extends FakeKeys {
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
}
