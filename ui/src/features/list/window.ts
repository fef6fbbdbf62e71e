// Which rows of a long list are drawn, and where the arrow keys lead. Pure.

/** Height of a row in CSS pixels; the row's style says the same. */
const ROW_HEIGHT = 53;
/** Rows drawn beyond each edge, so that a quick scroll never shows a gap. */
const MARGIN_ROWS = 10;
/** Before the first layout. */
const ASSUMED_HEIGHT = 800;

export interface RowWindow {
  first: number;
  last: number;
  /** Pixels that stand for the rows before and after. */
  before: number;
  after: number;
  rowHeight: number;
}

export function windowOf(count: number, scrolled: number, height: number): RowWindow {
  const shown = Math.ceil((height || ASSUMED_HEIGHT) / ROW_HEIGHT);
  const top = Math.min(Math.floor(scrolled / ROW_HEIGHT), Math.max(0, count - shown));
  const first = Math.max(0, top - MARGIN_ROWS);
  const last = Math.min(count, top + shown + MARGIN_ROWS);
  return { first, last, before: first * ROW_HEIGHT, after: (count - last) * ROW_HEIGHT, rowHeight: ROW_HEIGHT };
}

/** The row a key leads to; null when the key moves nothing. */
export function moved(key: string, from: number, count: number): number | null {
  const to = { ArrowDown: from + 1, ArrowUp: from - 1, Home: 0, End: count - 1, PageDown: from + 10, PageUp: from - 10 }[key];
  return to === undefined ? null : Math.min(Math.max(to, 0), count - 1);
}
