// The log of the fake host: filtered and cut into pages as the core does it, by the same topics.
import type { ActivityEntry, ActivityKind, ActivityPage, ActivityQuery, ActivityTopic, LogCheckView } from '../host';

/** Fewer than the core has, so that a test sees a second page soon. */
export const PAGE = 50;

const topics: Record<ActivityKind['kind'], ActivityTopic[]> = {
  added: ['sign_in'],
  connected: ['sign_in'],
  authorization_failed: ['sign_in', 'trouble'],
  reconnect_needed: ['sign_in', 'trouble'],
  refreshed: ['refresh'],
  refresh_recovered: ['refresh'],
  refresh_postponed: ['refresh', 'trouble'],
  verified: ['verification'],
  exported: ['settings'],
  export_withdrawn: ['settings'],
  imported: ['settings'],
  switched_on: ['verification'],
  taken_back: ['sign_in'],
  renamed: ['settings'],
  paused: ['settings'],
  resumed: ['settings'],
  protection_changed: ['settings'],
  network_changed: ['settings'],
  lending_switched: ['lending', 'settings'],
  lent: ['lending'],
  rotated: ['rotation'],
  secret_rotated: ['rotation'],
  revoked: ['removal'],
  revocation_forgotten: ['removal'],
  disconnected: ['removal'],
  restored: ['removal'],
  revoke_failed: ['removal', 'trouble'],
  revocation_given_up: ['removal', 'trouble'],
  odd_answer: ['trouble'],
  unreadable: ['trouble'],
};

export function pageOf(log: ActivityEntry[], { filter, before, after }: ActivityQuery): ActivityPage {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const inRange = log.filter(({ sequence }) => (before === null || sequence < before) && (after === null || sequence > after));
  const fits = inRange.filter((entry) => {
    const text = `${entry.integration_name} ${JSON.stringify(entry.what)}`.toLowerCase();
    return (
      (filter.integration_id === null || entry.integration_id === filter.integration_id) &&
      (filter.topic === null || topics[entry.what.kind].includes(filter.topic)) &&
      (filter.since === null || entry.at >= filter.since) &&
      words.every((word) => text.includes(word))
    );
  });
  const entries = fits.slice(0, PAGE);
  return { entries, older: fits.length > PAGE ? (entries.at(-1)?.sequence ?? null) : null, newest: inRange[0]?.sequence ?? null };
}

export const intact = (log: ActivityEntry[]): LogCheckView => ({ check: 'intact', entries: log.length, checked_at: Date.now() });
