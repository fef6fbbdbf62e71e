// The order of the list. Pure. What has no such time comes last; between equals the name decides.
import type { IntegrationId, IntegrationView, ListSort } from '../api/host';
import { lastSeenAt, needsUser } from './status';

export const sortTitles: Record<ListSort, string> = {
  needs_me: 'Needs me first',
  name: 'Name',
  connector: 'Service',
  last_used: 'Last verified or refreshed',
  next_refresh: 'Next refresh',
  created: 'Newest first',
};

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
const byName = (one: IntegrationView, other: IntegrationView) => collator.compare(one.name, other.name) || (one.id < other.id ? -1 : 1);
const byText = (text: (row: IntegrationView) => string) => (one: IntegrationView, other: IntegrationView) => collator.compare(text(one), text(other));
const byNumber = (number: (row: IntegrationView) => number) => (one: IntegrationView, other: IntegrationView) => number(one) - number(other);
const latestFirst = (at: number | null) => (at === null ? Number.MAX_VALUE : -at);

/** Passing troubles keep their place, or rows would jump while nobody does anything. */
function need({ status }: IntegrationView): number {
  if (needsUser(status)) return 0;
  return ['replace_soon', 'limited', 'scopes_missing'].includes(status.status) ? 1 : 2;
}

const orders: Record<ListSort, (one: IntegrationView, other: IntegrationView) => number> = {
  needs_me: byNumber(need),
  name: () => 0,
  // Accounts of one service stand together, and are told apart by them.
  connector: (one, other) => byText(({ connector }) => connector.name)(one, other) || byText(({ account }) => account?.label ?? '')(one, other),
  last_used: byNumber((row) => latestFirst(lastSeenAt(row))),
  next_refresh: byNumber(({ next_refresh_at }) => next_refresh_at ?? Number.MAX_VALUE),
  created: byNumber(({ created_at }) => -created_at),
};

/** Puts rows in order, again and again. It begins with the order of the time before, so that one changed row costs one pass and not a whole sort. */
export class Sorter {
  #places = new Map<IntegrationId, number>();

  ordered(rows: IntegrationView[], sort: ListSort): IntegrationView[] {
    const last = this.#places.size;
    const before = new Array<IntegrationView | undefined>(last);
    const added: IntegrationView[] = [];
    for (const row of rows) {
      const place = this.#places.get(row.id);
      if (place === undefined || place >= last) added.push(row);
      else before[place] = row;
    }
    const order = orders[sort];
    const kept = before.filter((row) => row !== undefined);
    const sorted = kept.concat(added).sort((one, other) => order(one, other) || byName(one, other));
    this.#places = new Map(sorted.map(({ id }, place) => [id, place]));
    return sorted;
  }
}
