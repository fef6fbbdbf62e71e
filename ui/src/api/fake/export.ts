// What the fake host exports, and what is in the export that it restores from.
import type { ArrivalView, Carries, ExportCandidateView, IntegrationDetailView, RestoreOutcome, StatusView } from '../host';
import { badgeOf } from './catalogue';
import { integrationOf } from './seed';

const carries = ({ integration: { method, status } }: IntegrationDetailView): Carries => {
  if (method !== 'oauth') return method === 'api_key' ? 'key' : 'key_file';
  return ['needs_you', 'not_connected', 'connecting'].includes(status.status) || (status.status === 'paused' && status.hold === 'moved_away') ? 'settings' : 'sign_in';
};

export const candidateOf = (row: IntegrationDetailView): ExportCandidateView => ({
  id: row.integration.id,
  name: row.integration.name,
  connector: row.integration.connector,
  carries: carries(row),
  obstacle: row.integration.rotating ? 'It is being rotated. Finish or undo that first.' : null,
  move_obstacle: row.undecided ? 'A new sign-in waits to be used. Finish that first.' : null,
});

/** One of each kind. */
export const arrivalsOf = (): ArrivalView[] => [
  { id: 'x-stripe', name: 'Stripe billing', connector: badgeOf('stripe'), method: 'api_key', account: { id: 'acct', label: 'acct_1N…northwind' }, carries: 'key', presence: { presence: 'new' } },
  { id: 'x-slack', name: 'Slack alerts', connector: badgeOf('slack'), method: 'oauth', account: { id: 'ada', label: 'ada@northwind.example' }, carries: 'sign_in', presence: { presence: 'new' } },
  { id: 'x-bigquery', name: 'Warehouse', connector: badgeOf('bigquery'), method: 'service_account', account: { id: 'etl', label: 'etl@analytics-prod.example' }, carries: 'key_file', presence: { presence: 'new' } },
  { id: 'x-zendesk', name: 'Zendesk', connector: badgeOf('zendesk'), method: 'api_key', account: null, carries: 'key', presence: { presence: 'here', name: 'Zendesk', other: false } },
  { id: 'x-later', name: 'Northwind ERP', connector: { id: 'erp', name: 'erp', monogram: '?', colour: '#667085' }, method: 'api_key', account: null, carries: 'key', presence: { presence: 'unusable', reason: 'This version of Storm Connect does not know the service “erp”. Update it, and restore this one then.' } },
];

/** An integration as it is after it was restored: a sign-in that does not come needs one, and the warehouse's service is down. */
export function restoredRow(arrival: ArrivalView, signIn: boolean): { row: IntegrationDetailView; outcome: RestoreOutcome } {
  const now = Date.now();
  const again = arrival.carries === 'sign_in' && !signIn;
  const down = arrival.id === 'x-bigquery';
  const status: StatusView = again
    ? { status: 'needs_you', reason: { reason: 'sign_in_left_behind' }, since: now }
    : down
      ? { status: 'paused', since: now, hold: 'unproved' }
      : { status: 'connected' };
  const row = integrationOf({ id: arrival.id, connectorId: arrival.connector.id, method: arrival.method, account: arrival.account?.label ?? null, name: arrival.name, status });
  const outcome: RestoreOutcome = again
    ? { outcome: 'sign_in_again' }
    : down
      ? { outcome: 'off', reason: 'The service did not answer within ten seconds.' }
      : { outcome: 'switched_on', verdict: { outcome: 'works', account: arrival.account } };
  return { row, outcome };
}
