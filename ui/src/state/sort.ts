// The order of the list. Pure. What has no such time comes last; between equals the name decides.
import type { IntegrationId, IntegrationView, ListSort } from '../api/host';
import { language, t } from '../language/language.svelte';
import { lastSeenAt, needsUser } from './status';

type Compare = (one: string, other: string) => number;

const byText = (text: (row: IntegrationView) => string) => (one: IntegrationView, other: IntegrationView, compare: Compare) => compare(text(one), text(other));
const byNumber = (number: (row: IntegrationView) => number) => (one: IntegrationView, other: IntegrationView) => number(one) - number(other);
const latestFirst = (at: number | null) => (at === null ? Number.MAX_VALUE : -at);

/** Passing troubles keep their place, or rows would jump while nobody does anything. */
function need({ status }: IntegrationView): number {
  if (needsUser(status)) return 0;
  return ['replace_soon', 'limited', 'scopes_missing'].includes(status.status) ? 1 : 2;
}

const orders: Record<ListSort, (one: IntegrationView, other: IntegrationView, compare: Compare) => number> = {
  needs_me: byNumber(need),
  name: () => 0,
  // Accounts of one service stand together, and are told apart by them.
  connector: (one, other, compare) => byText(({ connector }) => connector.name)(one, other, compare) || byText(({ account }) => account?.label ?? '')(one, other, compare),
  last_used: byNumber((row) => latestFirst(lastSeenAt(row))),
  next_refresh: byNumber(({ next_refresh_at }) => next_refresh_at ?? Number.MAX_VALUE),
  created: byNumber(({ created_at }) => -created_at),
};

export const sorts = Object.keys(orders) as ListSort[];
export const sortTitle = (sort: ListSort): string => t(`sort-${sort}`);

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
    // As the language has its letters.
    const { compare } = language().collator;
    const byName = (one: IntegrationView, other: IntegrationView) => compare(one.name, other.name) || (one.id < other.id ? -1 : 1);
    const kept = before.filter((row) => row !== undefined);
    const sorted = kept.concat(added).sort((one, other) => order(one, other, compare) || byName(one, other));
    this.#places = new Map(sorted.map(({ id }, place) => [id, place]));
    return sorted;
  }
}
