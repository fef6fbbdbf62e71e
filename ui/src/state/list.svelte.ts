// How the list is looked at: search, filter, order, what is selected, and where the focus is. It outlives the view, so that whoever
// comes back from a page finds the list as it was left.
import type { IntegrationId, IntegrationView, ListSort } from '../api/host';
import { choicesOf, everything, Finder, prepareSearch, type Filter, type StateFilter } from './filter';
import type { Integrations } from './integrations.svelte';
import type { ListTop } from './list-top';
import type { Preferred } from './preferences.svelte';
import { Sorter } from './sort';

/** A screenful, and some more for a tall one. */
const TOP = 40;
/** As many rows as are read at once in no time. */
const FEW = 500;

export class List {
  search = $state('');
  filter = $state.raw<Filter>(everything);
  /** The row that has the focus, or had it last. */
  current = $state<IntegrationId | null>(null);
  /** Whether the focus is in the list. */
  isFocused = $state(false);
  /** A label for those selected is being chosen. */
  labelling = $state(false);
  #selected = $state.raw<ReadonlySet<IntegrationId>>(new Set());
  /** From where Shift selects. */
  #anchor: IntegrationId | null = null;
  readonly #sorter = new Sorter();
  readonly #finder = new Finder();
  readonly #all: () => IntegrationView[];
  readonly #ordered = $derived.by(() => this.#sorter.ordered(this.#all(), this.sort));

  /** The rows that are shown, in their order. */
  readonly rows = $derived.by(() => this.#finder.found(this.#ordered, this.filter, this.search));
  /** Those selected. What is not shown is not selected: nobody pauses what they do not see. */
  readonly selected = $derived.by(() => (this.#selected.size === 0 ? [] : this.rows.filter(({ id }) => this.#selected.has(id))));
  /** What there is to filter by, once all rows are there: half a count would be a wrong one. */
  readonly choices = $derived.by(() => choicesOf(this.integrations.whole ? this.#all() : [], this.filter));

  constructor(
    private readonly preferences: Preferred,
    private readonly integrations: Integrations,
    private readonly top: ListTop,
  ) {
    this.#all = () => integrations.rows;
  }

  get sort(): ListSort {
    return this.preferences.sort;
  }

  /** Somebody is about to search. */
  prepare(): Promise<void> {
    return prepareSearch(this.#ordered);
  }

  /** Has the rows on top remembered, whatever is looked for, so that the next start shows them before all the others are there. */
  async noteTop(): Promise<void> {
    if (!this.integrations.whole) return;
    await this.top.note(this.#ordered.length > FEW ? this.#ordered.slice(0, TOP).map(({ id }) => id) : []);
  }

  /** Chooses one kind of filter and leaves the others. */
  choose(part: Partial<Filter>): void {
    this.filter = { ...this.filter, ...part };
  }

  /** Only rows in this state, whatever was looked for before. */
  showOnly(state: StateFilter): void {
    this.showAll();
    this.choose({ state });
  }

  showAll(): void {
    this.filter = everything;
    this.search = '';
  }

  /** The row under this one, or above the last: where the focus goes on when this one is removed. */
  nextTo(id: IntegrationId): IntegrationId | null {
    const at = this.rows.findIndex((row) => row.id === id);
    return (this.rows[at + 1] ?? this.rows[at - 1])?.id ?? null;
  }

  isSelected(id: IntegrationId): boolean {
    return this.#selected.has(id);
  }

  toggle(id: IntegrationId): void {
    const selected = new Set(this.#selected);
    if (!selected.delete(id)) selected.add(id);
    this.#selected = selected;
    this.#anchor = id;
  }

  /** Selects everything from the row that was selected last up to this one. */
  extendTo(id: IntegrationId): void {
    const places = [this.#anchor ?? this.current, id].map((one) => this.rows.findIndex((row) => row.id === one));
    const [from, to] = [Math.min(...places), Math.max(...places)];
    if (from < 0) return this.toggle(id);
    this.#anchor ??= this.current;
    this.#selected = new Set([...this.#selected, ...this.rows.slice(from, to + 1).map((row) => row.id)]);
  }

  selectAll(): void {
    this.#selected = new Set(this.rows.map(({ id }) => id));
  }

  /** Selects these and no others. */
  select(ids: IntegrationId[]): void {
    this.#selected = new Set(ids);
    this.#anchor = ids.at(-1) ?? null;
  }
}
