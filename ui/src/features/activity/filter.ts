// What the log can be narrowed to, in the words of a person.
import type { ActivityFilter, ActivityTopic, IntegrationId } from '../../api/host';
import { t } from '../../language/language.svelte';

/** All there are, in the order in which they are offered: one that is missing does not compile. */
const offered: Record<ActivityTopic, true> = { sign_in: true, refresh: true, verification: true, rotation: true, lending: true, removal: true, trouble: true, settings: true };
export const topics = Object.keys(offered) as ActivityTopic[];
export const topicText = (topic: ActivityTopic): string => t(`activity-topic-${topic}`);

export type Period = 'all' | 'today' | 'week' | 'month';

const daysBack: Record<Period, number | null> = { all: null, today: 0, week: 6, month: 29 };
export const periods = Object.keys(daysBack) as Period[];
export const periodText = (period: Period): string => t(`activity-period-${period}`);

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
