// Health as the core would tell it of the rows, with ends that the rows themselves do not show.
import type { ForecastKind, ForecastView, HealthView, IntegrationDetailView, RefreshView } from '../host';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MOST = { needs: 50, refreshes: 5, forecast: 200 };

type Given = Pick<ForecastView, 'kind' | 'certainty'> & { days: number; others?: number };

/** What is known of some of the working day. */
const known: Record<string, Given[]> = {
  'i-bigquery': [{ kind: 'key_ends', certainty: 'known', days: 12 }],
  'i-slack': [{ kind: 'sign_in_unused', certainty: 'presumed', days: 25 }],
  'i-github': [{ kind: 'client_secret_ends', certainty: 'known', days: 52 }],
  'i-stripe': [{ kind: 'key_gets_old', certainty: 'by_policy', days: 29 }],
};

const needsUser = ({ integration: { status } }: IntegrationDetailView) =>
  status.status === 'needs_you' || status.status === 'not_connected' || (status.status === 'retrying' && status.trouble.trouble === 'registration');

function ahead(row: IntegrationDetailView, now: number): ForecastView[] {
  const { id, name, connector, method, status } = row.integration;
  const entry = (kind: ForecastKind, at: number, certainty: ForecastView['certainty'], others = 0): ForecastView => ({ key: `${id}-${kind}`, id, name, connector, method, others, at, kind, certainty });
  if (status.status === 'needs_you') return [entry('needs_you', status.since, 'known')];
  const { replacement, registration } = row;
  return [
    ...(known[id] ?? []).map(({ kind, certainty, days, others }) => entry(kind, now + days * DAY, certainty, others)),
    ...(replacement?.ends_at ? [entry('key_ends', replacement.ends_at, 'known')] : []),
    ...(replacement?.after_days ? [entry('key_gets_old', replacement.saved_at + replacement.after_days * DAY, 'by_policy')] : []),
    ...(registration?.secret_ends_at ? [entry('client_secret_ends', registration.secret_ends_at, 'known', registration.used_by - 1)] : []),
  ];
}

export function healthOf(rows: IntegrationDetailView[]): HealthView {
  const now = Date.now();
  const views = rows.map((row) => row.integration);
  const inState = (...words: string[]) => views.filter(({ status }) => words.includes(status.status)).length;
  const needs = rows.filter(needsUser).map((row) => row.integration);
  const forecast = rows.flatMap((row) => ahead(row, now)).filter(({ at }) => at <= now + 90 * DAY).sort((one, other) => one.at - other.at);
  const due = views.flatMap(({ id, name, connector, next_refresh_at: at }) => (at === null ? [] : [{ id, name, connector, at }]));
  const warm = views.find(({ id }) => id === 'i-github');
  return {
    at: now,
    counts: {
      all: rows.length,
      needs: needs.length,
      soon: inState('limited', 'replace_soon', 'retrying', 'unverified') - needs.filter(({ status }) => status.status === 'retrying').length,
      connected: inState('connected', 'scopes_missing'),
      paused: inState('paused'),
    },
    needs: needs.slice(0, MOST.needs),
    refreshes: due.sort((one, other) => one.at - other.at).slice(0, MOST.refreshes),
    forecast: forecast.slice(0, MOST.forecast),
    more: Math.max(0, forecast.length - MOST.forecast),
    lapse: warm ? { id: warm.id, name: warm.name, at: now + 182 * DAY } : null,
  };
}

/** Two days of refreshes; the last ones tell of the state the row is in. */
export function refreshesOf({ integration: { status, last_refreshed_at, method } }: IntegrationDetailView): RefreshView[] {
  if (method === 'api_key' || last_refreshed_at === null) return [];
  const good = Array.from({ length: 34 }, (_, index): RefreshView => {
    const at = last_refreshed_at - (33 - index) * 48 * MINUTE;
    if (index === 12) return { at, took_ms: null, outcome: { outcome: 'postponed', trouble: { trouble: 'service', kind: 'timeout' } } };
    return { at, took_ms: 280 + ((index * 137) % 400) + (index % 11 === 3 ? 3_200 : 0), outcome: index === 13 ? { outcome: 'recovered' } : { outcome: 'refreshed' } };
  });
  if (status.status === 'needs_you') return [...good, { at: status.since, took_ms: null, outcome: { outcome: 'refused' } }];
  if (status.status === 'retrying') return [...good, { at: Date.now() - 12 * MINUTE, took_ms: null, outcome: { outcome: 'postponed', trouble: status.trouble } }];
  return good;
}
