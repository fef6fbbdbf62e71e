// Which rows are shown: one filter at a time and a search over what a person would type.
import type { IntegrationView, Method } from '../../api/host';
import type { ListFilter } from '../../state/route.svelte';
import { isTroubled, isWell, methodText, needsUser } from '../../state/status';

export type Filter = 'all' | ListFilter | Method;

export interface FilterChoice {
  filter: Filter;
  label: string;
  count: number;
}

const fits: Record<Filter, (row: IntegrationView) => boolean> = {
  all: () => true,
  needs: (row) => needsUser(row.status),
  troubled: (row) => isTroubled(row.status),
  connected: (row) => isWell(row.status),
  paused: (row) => row.status.status === 'paused',
  api_key: (row) => row.method === 'api_key',
  oauth: (row) => row.method === 'oauth',
  service_account: (row) => row.method === 'service_account',
};

const labels: Record<Filter, string> = {
  all: 'All',
  needs: 'Needs me',
  troubled: 'Soon',
  connected: 'Connected',
  paused: 'Paused',
  api_key: 'API keys',
  oauth: 'OAuth',
  service_account: 'Service accounts',
};

/** Shown only once another view led there. */
const byWay: Filter[] = ['connected', 'paused'];

/** The filters that would show something, in their order; "All" always. */
export function filterChoices(rows: IntegrationView[], chosen: Filter): FilterChoice[] {
  return (Object.keys(fits) as Filter[])
    .map((filter) => ({ filter, label: labels[filter], count: rows.filter(fits[filter]).length }))
    .filter(({ filter, count }) => (count > 0 && !byWay.includes(filter)) || filter === 'all' || filter === chosen);
}

/** Rows that fit the filter and hold every word of the search. */
export function filtered(rows: IntegrationView[], filter: Filter, search: string): IntegrationView[] {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    if (!fits[filter](row)) return false;
    const text = `${row.name} ${row.connector.name} ${row.account?.label ?? ''} ${methodText[row.method]}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
