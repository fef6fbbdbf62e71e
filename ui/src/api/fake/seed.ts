// Integrations in every state, for the fake host.
import type {
  ActivityEntry,
  CredentialSummary,
  GenerationInfo,
  IntegrationDetailView,
  IntegrationView,
  Method,
  StatusView,
} from '../host';
import { badgeOf, catalogue } from './catalogue';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const summaryOf = (method: Method, hint = 'rk_live_…3fQ2'): CredentialSummary => {
  switch (method) {
    case 'api_key':
      return { kind: 'api_key', id: null, hint };
    case 'oauth':
      return { kind: 'oauth_grant', refreshable: true, expires_at: Date.now() + 41 * MINUTE };
    case 'service_account':
      return { kind: 'service_account_key', key_id: hint, client_email: 'etl@analytics-prod.example', project_id: 'analytics-prod', ends_at: null };
  }
};

export const generation = (number: number, phase: GenerationInfo['phase'], summary: CredentialSummary): GenerationInfo => ({
  number,
  phase,
  summary,
  created_at: Date.now() - (phase === 'staged' ? 0 : 40 * 24 * HOUR),
  changed_at: Date.now(),
});

interface Given {
  id: string;
  connectorId: string;
  method: Method;
  account: string | null;
  status?: StatusView;
  name?: string;
  fields?: [string, string][];
  scopes?: string[];
  missing?: string[];
  labels?: string[];
}

/** A stored integration with everything its page shows. */
export function integrationOf({ id, connectorId, method, account, status = { status: 'connected' }, name, fields = [], scopes = [], missing = [], labels = [] }: Given): IntegrationDetailView {
  const now = Date.now();
  const connector = badgeOf(connectorId);
  const renews = method !== 'api_key';
  const refused = status.status === 'needs_you';
  const row: IntegrationView = {
    id,
    name: name ?? connector.name,
    labels,
    connector,
    method,
    account: account ? { id: account, label: account } : null,
    status,
    last_verdict: { verdict: { outcome: 'works', account: null }, at: now - (refused ? 5 * HOUR : 2 * MINUTE) },
    last_refreshed_at: renews ? now - (refused ? 6 * HOUR : 8 * MINUTE) : null,
    next_refresh_at: renews && !refused ? now + 39 * MINUTE : null,
    access_expires_at: renews ? now + 41 * MINUTE : null,
    refreshing: false,
    rotating: false,
    lending_allowed: false,
    created_at: now - 90 * 24 * HOUR,
  };
  return {
    integration: row,
    fields,
    host: `api.${connectorId}.example`,
    requested_scopes: scopes,
    granted_scopes: scopes.filter((scope) => !missing.includes(scope)),
    missing_scopes: missing,
    undecided: null,
    registration:
      method === 'oauth'
        ? { id: `registration-${id}`, connector_id: connectorId, client_id: '3MVG9…northwind', has_secret: true, secret_ends_at: null, fields: Object.fromEntries(fields), used_by: 1, names: [row.name] }
        : null,
    key_id: null,
    takes_file: method === 'service_account',
    lends: method === 'api_key' ? 'key' : connectorId === 'kubernetes' ? 'nothing' : 'access_token',
    generations: [generation(1, 'active', summaryOf(method, method === 'service_account' ? '4f1c…a9' : undefined))],
    replacement: method === 'oauth' ? null : { saved_at: now - 90 * 24 * HOUR, after_days: null, ends_at: null, due_at: null, last_use: { at: now - 2 * HOUR, consumer: 'git' } },
    rotation: null,
    borrowers: method === 'oauth' ? [] : [{ at: now - 2 * HOUR, consumer: 'git' }],
    can: {
      verify: true,
      refresh: renews,
      rotate: true,
      mint: connectorId === 'bigquery' || connectorId === 'practice',
      reconnect: method === 'oauth',
      revoke: connectorId !== 'twilio',
      pages: catalogue.find((one) => one.badge.id === connectorId)?.methods.find((one) => one.method === method)?.pages ?? [],
    },
  };
}

/** Eight services as on a working day. */
export function workingDay(): IntegrationDetailView[] {
  const now = Date.now();
  const refusedGrant: StatusView = {
    status: 'needs_you',
    reason: { reason: 'grant_refused', words: { code: 'invalid_grant', description: 'expired access/refresh token' } },
    since: now - 5 * HOUR,
  };
  return [
    integrationOf({ id: 'i-bigquery', connectorId: 'bigquery', method: 'service_account', account: 'etl@analytics-prod.example', scopes: ['bigquery.readonly'] }),
    integrationOf({ id: 'i-databricks', connectorId: 'databricks', method: 'api_key', account: 'svc-warehouse', status: { status: 'retrying', trouble: { trouble: 'service', kind: 'service_busy' }, until: now + 4 * MINUTE } }),
    integrationOf({ id: 'i-github', connectorId: 'github', method: 'oauth', account: 'octocat', scopes: ['repo', 'read:user'] }),
    integrationOf({
      id: 'i-openai',
      connectorId: 'openai',
      method: 'api_key',
      account: 'org-northwind',
      status: { status: 'needs_you', reason: { reason: 'key_refused', words: { code: '401', description: 'Incorrect API key provided' } }, since: now - 30 * MINUTE },
    }),
    integrationOf({ id: 'i-salesforce', connectorId: 'salesforce', method: 'oauth', account: 'ops@northwind.example', status: refusedGrant, fields: [['My Domain', 'northwind']], scopes: ['api', 'refresh_token', 'web'], missing: ['web'] }),
    integrationOf({ id: 'i-slack', connectorId: 'slack', method: 'oauth', account: 'Northwind', status: { status: 'retrying', trouble: { trouble: 'registration', words: { code: 'invalid_client', description: '' } }, until: now + 20 * MINUTE } }),
    integrationOf({ id: 'i-stripe', connectorId: 'stripe', method: 'api_key', account: 'acct_1Q…', status: { status: 'limited', missing: 'list charges' } }),
    integrationOf({ id: 'i-twilio', connectorId: 'twilio', method: 'api_key', account: 'AC7f…19', status: { status: 'paused', since: now - 26 * HOUR, hold: null } }),
  ];
}

/** Two accounts of one service, one of which lacks a scope, and a sign-in that nobody decided about. */
export function twoAccounts(): IntegrationDetailView[] {
  const scopes = ['repo', 'read:user', 'workflow'];
  const ours = integrationOf({ id: 'i-github', connectorId: 'github', method: 'oauth', account: 'octocat', scopes });
  const [expected, got] = [{ id: '1', label: 'octocat' }, { id: '2', label: 'hubot' }];
  return [
    { ...ours, undecided: { attempt: 'attempt-0', expected, got } },
    integrationOf({ id: 'i-github-2', connectorId: 'github', method: 'oauth', account: 'monalisa', name: 'GitHub (monalisa)', scopes, missing: ['workflow'], status: { status: 'scopes_missing', missing: ['workflow'] } }),
  ];
}

/** Many rows, to see that a long list stays quick. */
export const crowd = (count: number): IntegrationDetailView[] =>
  Array.from({ length: count }, (_, index) =>
    integrationOf({ id: `i-${index}`, connectorId: catalogue[index % catalogue.length]!.badge.id, method: 'api_key', account: `team-${index}`, name: `Service ${String(index).padStart(5, '0')}` }),
  );

export function history(rows: IntegrationDetailView[]): ActivityEntry[] {
  const now = Date.now();
  const entries: ActivityEntry[] = [];
  const happened = (id: string, before: number, what: ActivityEntry['what']) => {
    const name = rows.find((row) => row.integration.id === id)?.integration.name;
    if (name) entries.push({ sequence: entries.length + 1, at: now - before, integration_id: id, integration_name: name, what });
  };
  happened('i-github', 50 * HOUR, { kind: 'added' });
  happened('i-github', 50 * HOUR, { kind: 'connected', account: 'octocat' });
  happened('i-twilio', 26 * HOUR, { kind: 'paused' });
  happened('i-salesforce', 5 * HOUR, { kind: 'reconnect_needed', reason: { reason: 'grant_refused', words: { code: 'invalid_grant', description: '' } } });
  happened('i-databricks', 12 * MINUTE, { kind: 'refresh_postponed', trouble: { trouble: 'service', kind: 'service_busy' }, until: now + 4 * MINUTE });
  happened('i-github', 8 * MINUTE, { kind: 'refreshed' });
  happened('i-github', 2 * MINUTE, { kind: 'verified', verdict: { outcome: 'works', account: { id: '1', label: 'octocat' } } });
  return entries.reverse();
}

/** A log of many pages: a busy month, oldest first in its numbers. */
export function longHistory(rows: IntegrationDetailView[], count: number): ActivityEntry[] {
  const now = Date.now();
  const kinds: ActivityEntry['what'][] = [{ kind: 'refreshed' }, { kind: 'refreshed' }, { kind: 'lent', consumer: 'git' }, { kind: 'verified', verdict: { outcome: 'works', account: null } }, { kind: 'lent', consumer: 'dbt' }];
  return Array.from({ length: count }, (_, index) => {
    const { id, name } = rows[index % rows.length]!.integration;
    return { sequence: count - index, at: now - index * 47 * MINUTE, integration_id: id, integration_name: name, what: kinds[index % kinds.length]! };
  });
}
