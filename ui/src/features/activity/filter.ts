// What the log can be narrowed to, in the words of a person.
import type { ActivityFilter, ActivityTopic, IntegrationId } from '../../api/host';

export const topicText: Record<ActivityTopic, string> = {
  sign_in: 'Sign-ins',
  refresh: 'Refreshes',
  verification: 'Verifications',
  rotation: 'Rotations',
  lending: 'Lent to tools',
  removal: 'Removals',
  trouble: 'Trouble',
  settings: 'Settings',
};
export const topics = Object.keys(topicText) as ActivityTopic[];

export type Period = 'all' | 'today' | 'week' | 'month';

export const periodText: Record<Period, string> = { all: 'All time', today: 'Today', week: 'Last 7 days', month: 'Last 30 days' };
export const periods = Object.keys(periodText) as Period[];

const daysBack: Record<Period, number | null> = { all: null, today: 0, week: 6, month: 29 };

/** What was chosen; the search is as it is typed. */
export interface Chosen {
  integration: IntegrationId | null;
  topic: ActivityTopic | null;
  period: Period;
  search: string;
}

export const nothingChosen: Chosen = { integration: null, topic: null, period: 'all', search: '' };

export const isNarrowed = ({ integration, topic, period, search }: Chosen): boolean =>
  integration !== null || topic !== null || period !== 'all' || search.trim() !== '';

/** Today counts as the first day of a period, from its midnight on. */
export function filterOf({ integration, topic, period, search }: Chosen, of: IntegrationId | null, now: number): ActivityFilter {
  const back = daysBack[period];
  const midnight = new Date(now);
  midnight.setHours(0, 0, 0, 0);
  if (back !== null) midnight.setDate(midnight.getDate() - back);
  return { integration_id: of ?? integration, topic, since: back === null ? null : midnight.getTime(), text: search.trim() };
}
