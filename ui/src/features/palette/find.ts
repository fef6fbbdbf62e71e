// Finds commands and integrations by a few letters of them, in any order: "rec sla" is Reconnect Slack.
//
// The comparing is µFuzzy's: 4 KB without dependencies, MIT, kept up since 2022; ten thousand names take it a few milliseconds, where
// scorers that look at each letter of each name take a hundred; and its matches follow words rather than stray letters.
import uFuzzy from '@leeoniya/ufuzzy';
import type { IntegrationView } from '../../api/host';
import { actionsFor, actionTitle, rowActions, type RowAction } from '../../state/row-action';

/** Letters of any script; a few may be left out within a word. */
const fuzzy = new uFuzzy({
  unicode: true,
  interSplit: "[^\\p{L}\\d']+",
  intraSplit: '\\p{Ll}\\p{Lu}',
  intraBound: '\\p{L}\\d|\\d\\p{L}|\\p{Ll}\\p{Lu}',
  intraChars: "[\\p{L}\\d']",
  intraContr: "'\\p{L}{1,2}\\b",
  intraIns: 3,
  compare: (one, other) => one.length - other.length, // of equal matches the shorter name is meant
});

/** Words may come in another order, up to this many. */
const WORDS_IN_ANY_ORDER = 3;

/** Where in `texts` the query is found, best first. */
export function matches(texts: string[], query: string): number[] {
  const [found, info, order] = fuzzy.search(texts, query, WORDS_IN_ANY_ORDER);
  if (!found) return [];
  return info && order ? order.map((place) => info.idx[place] ?? 0) : found;
}

export const rowText = (row: IntegrationView): string => [row.name, row.name.includes(row.connector.name) ? '' : row.connector.name, row.account?.label ?? '', ...row.labels].join(' ');

export interface Deed {
  action: RowAction;
  row: IntegrationView;
}

/** The same, for what is done to an integration: one of the words is what to do, the others say to whom. */
export function deeds(rows: IntegrationView[], texts: string[], query: string, most: number): Deed[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return words.flatMap((word, place) => {
    const meant = word.length < 2 ? [] : (Object.keys(rowActions) as RowAction[]).filter((action) => actionTitle(action).toLowerCase().startsWith(word));
    const rest = words.filter((_, other) => other !== place).join(' ');
    if (meant.length === 0 || rest === '') return [];
    const whom = matches(texts, rest).flatMap((index) => rows[index] ?? []);
    return meant.flatMap((action) => whom.filter((row) => actionsFor(row).includes(action)).slice(0, most).map((row) => ({ action, row })));
  });
}

/** Whether each word of the query begins a word of the text. */
export function isPlain(text: string, query: string): boolean {
  const begins = text.toLowerCase().split(/[^\p{L}\d]+/u);
  return query.toLowerCase().split(/\s+/).filter(Boolean).every((word) => begins.some((one) => one.startsWith(word)));
}
