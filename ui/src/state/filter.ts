// Which rows are shown: a state, a method, a service and a label, each or none, and a search over what a person would type. Pure.
import type { IntegrationView, Method } from '../api/host';
import { language, t } from '../language/language.svelte';
import { isTroubled, isWell, methodText, needsUser } from './status';

export type StateFilter = 'needs' | 'troubled' | 'expiring' | 'connected' | 'paused';

export interface Filter {
  state: StateFilter | null;
  method: Method | null;
  /** The id of a connector. */
  connector: string | null;
  label: string | null;
}

export const everything: Filter = { state: null, method: null, connector: null, label: null };

/** Something to choose, with how many rows have it. */
export interface Choice<Value> {
  value: Value;
  title: string;
  count: number;
}

/** What there is to choose, each kind in its order. */
export interface Choices {
  all: number;
  states: Choice<StateFilter>[];
  methods: Choice<Method>[];
  connectors: Choice<string>[];
  labels: Choice<string>[];
}

const isIn: Record<StateFilter, (row: IntegrationView) => boolean> = {
  needs: (row) => needsUser(row.status),
  troubled: (row) => isTroubled(row.status),
  expiring: (row) => row.status.status === 'replace_soon',
  connected: (row) => isWell(row.status),
  paused: (row) => row.status.status === 'paused',
};

export const stateFilters = Object.keys(isIn) as StateFilter[];
export const stateTitle = (state: StateFilter): string => t(`filter-${state}`);
const methods: Method[] = ['api_key', 'oauth', 'service_account'];

const fold = (text: string) => text.toLowerCase();

/** What there is to choose among all rows. What would show nothing is left out, unless it is chosen. */
export function choicesOf(rows: IntegrationView[], chosen: Filter): Choices {
  const { collator } = language();
  const connectors = new Map<string, Choice<string>>();
  const labels = new Map<string, Choice<string>>();
  const byMethod = new Map<Method, number>();
  const states = new Map<StateFilter, number>();
  const count = (counts: Map<string, Choice<string>>, key: string, value: string, title: string) => {
    const known = counts.get(key);
    if (known) known.count += 1;
    else counts.set(key, { value, title, count: 1 });
  };
  for (const row of rows) {
    for (const state of stateFilters) if (isIn[state](row)) states.set(state, (states.get(state) ?? 0) + 1);
    byMethod.set(row.method, (byMethod.get(row.method) ?? 0) + 1);
    count(connectors, row.connector.id, row.connector.id, row.connector.name);
    for (const label of row.labels) count(labels, fold(label), label, label);
  }
  if (chosen.label !== null && !labels.has(fold(chosen.label))) labels.set(fold(chosen.label), { value: chosen.label, title: chosen.label, count: 0 });
  const sorted = (choices: Map<string, Choice<string>>) => [...choices.values()].sort((one, other) => collator.compare(one.title, other.title));
  const counted = <Value extends string>(values: Value[], title: (value: Value) => string, counts: Map<Value, number>, kept: Value | null): Choice<Value>[] =>
    values.map((value) => ({ value, title: title(value), count: counts.get(value) ?? 0 })).filter(({ value, count }) => count > 0 || value === kept);
  return {
    all: rows.length,
    // Nobody looks for what works, unless a count led there.
    states: counted(stateFilters, stateTitle, states, chosen.state).filter(({ value }) => value !== 'connected' || value === chosen.state),
    methods: counted(methods, (method) => t(`filter-method-${method}`), byMethod, chosen.method),
    connectors: sorted(connectors),
    labels: sorted(labels),
  };
}

/** What a row is found by, in a language. Kept, since a row is a new object whenever it changes. */
let searched = { spoken: '', texts: new WeakMap<IntegrationView, string>() };

export function searchTextOf(row: IntegrationView): string {
  const spoken = language().tag;
  if (searched.spoken !== spoken) searched = { spoken, texts: new WeakMap() };
  let text = searched.texts.get(row);
  if (text === undefined) {
    text = fold(`${row.name} ${row.connector.name} ${row.account?.label ?? ''} ${methodText(row.method)} ${row.labels.join(' ')}`);
    searched.texts.set(row, text);
  }
  return text;
}

const isOpen = (filter: Filter) => Object.values(filter).every((one) => one === null);

/** Rows that fit each chosen filter. */
function fitting(rows: IntegrationView[], { state, method, connector, label }: Filter): IntegrationView[] {
  const wantedLabel = label === null ? null : fold(label);
  return rows.filter(
    (row) =>
      (state === null || isIn[state](row)) &&
      (method === null || row.method === method) &&
      (connector === null || row.connector.id === connector) &&
      (wantedLabel === null || row.labels.some((one) => fold(one) === wantedLabel)),
  );
}

function holdsAll(text: string, words: string[]): boolean {
  for (const word of words) if (!text.includes(word)) return false;
  return true;
}

/** Rows and what each is found by, side by side; null until somebody searches. */
interface Among {
  rows: IntegrationView[];
  texts: string[] | null;
}

/** What was looked for the last time, and found. */
interface Search extends Among {
  all: IntegrationView[];
  filter: Filter;
  spoken: string;
  text: string;
  words: string[];
}

/** Looks for rows that fit each chosen filter and hold every word of the search, again and again. One letter more is looked for only where the letters before it were found. */
export class Finder {
  #all: Among = { rows: [], texts: null };
  #last: Search | null = null;

  found(all: IntegrationView[], filter: Filter, search: string): IntegrationView[] {
    const spoken = language().tag;
    const text = fold(search);
    const words = text.split(/\s+/).filter(Boolean);
    if (this.#all.rows !== all || this.#last?.spoken !== spoken) this.#all = { rows: all, texts: null };
    const last = this.#last;
    const goesOn = last !== null && last.all === all && last.filter === filter && last.spoken === spoken && text.startsWith(last.text);
    const among = goesOn && last.rows !== all ? last : isOpen(filter) ? this.#all : { rows: fitting(all, filter), texts: null };
    const fresh = goesOn ? words.filter((word) => !last.words.includes(word)) : words;
    const found: Among = fresh.length === 0 ? among : holding(among, fresh);
    this.#last = { all, filter, spoken, text, words, rows: found.rows, texts: found.texts };
    return found.rows;
  }
}

/** Reads what rows are found by before the first letter asks for it, a part at a time, so that nothing waits for it. */
export async function prepareSearch(rows: IntegrationView[]): Promise<void> {
  const AT_ONCE = 1_000;
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    rows.slice(from, from + AT_ONCE).forEach(searchTextOf);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

function holding(among: Among, words: string[]): Among {
  const texts = (among.texts ??= among.rows.map(searchTextOf));
  const found = { rows: [] as IntegrationView[], texts: [] as string[] };
  for (let at = 0; at < texts.length; at += 1) {
    if (!holdsAll(texts[at]!, words)) continue;
    found.rows.push(among.rows[at]!);
    found.texts.push(texts[at]!);
  }
  return found;
}
