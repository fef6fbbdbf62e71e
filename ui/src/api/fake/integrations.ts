// The integrations of the fake host: what is done to one, what happened to them, and their health.
import { HostFailure, type ActivityFilter, type ActivityQuery, type ExportFormat, type Failure, type Host, type IntegrationId, type StatusView, type Verdict } from '../host';
import { intact, pageOf } from './activity';
import { healthOf, refreshesOf } from './health';
import { fail } from './model';
import { FakeVault } from './vault';

const DAY = 24 * 60 * 60_000;

export class FakeIntegrations extends FakeVault {
  // Integrations.

  integrations = async () => this.rows.map((row) => row.integration).sort((one, other) => one.name.localeCompare(other.name));

  integrationRow = async (id: IntegrationId) => this.find(id).integration;

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
}
