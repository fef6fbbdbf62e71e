// The order of the list. Pure. What has no such time comes last; between equals the name decides.
import type { IntegrationView, ListSort } from '../api/host';
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

/** Puts rows in order, again and again. Those that did not change keep their order, and the others are put in among them: comparing names as a language does is dear. */
export class Sorter {
  #sorted: IntegrationView[] = [];
  #known: ReadonlySet<IntegrationView> = new Set();
  #by: { sort: ListSort; collator: Intl.Collator } | null = null;

  ordered(rows: IntegrationView[], sort: ListSort): IntegrationView[] {
    // As the language has its letters.
    const { collator } = language();
    const byName = (one: IntegrationView, other: IntegrationView) => collator.compare(one.name, other.name) || (one.id < other.id ? -1 : 1);
    const compare = (one: IntegrationView, other: IntegrationView) => orders[sort](one, other, collator.compare) || byName(one, other);
    const goesOn = this.#by?.sort === sort && this.#by.collator === collator;
    const present = new Set(rows);
    const kept = goesOn ? this.#sorted.filter((row) => present.has(row)) : [];
    const others = goesOn ? rows.filter((row) => !this.#known.has(row)) : [...rows];
    this.#sorted = merged(kept, others.sort(compare), compare);
    this.#known = present;
    this.#by = { sort, collator };
    return this.#sorted;
  }
}

/** Two in order become one in order: a few are put in by halving, many in one pass. */
function merged<Row>(many: Row[], few: Row[], compare: (one: Row, other: Row) => number): Row[] {
  if (few.length === 0) return many;
  const halving = few.length * Math.log2(many.length + 1) < many.length;
  const all: Row[] = [];
  let from = 0;
  for (const row of few) {
    const until = halving ? placeOf(row, many, from, compare) : passed(row, many, from, compare);
    while (from < until) all.push(many[from++]!);
    all.push(row);
  }
  while (from < many.length) all.push(many[from++]!);
  return all;
}

/** Where a row belongs among those in order, found by halving. */
function placeOf<Row>(row: Row, rows: Row[], from: number, compare: (one: Row, other: Row) => number): number {
  let [low, high] = [from, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(rows[middle]!, row) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The same, found one by one. */
function passed<Row>(row: Row, rows: Row[], from: number, compare: (one: Row, other: Row) => number): number {
  let at = from;
  while (at < rows.length && compare(rows[at]!, row) < 0) at += 1;
  return at;
}
