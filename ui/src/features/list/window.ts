// Which rows of a long list are drawn, where, and where the arrow keys lead. Pure.

/** Height of a row in CSS pixels; the row's style says the same. */
export const ROW_HEIGHT = 53;
/** Rows drawn beyond each edge, so that a quick scroll never shows a gap. */
const MARGIN_ROWS = 10;
/** Before the first layout. */
const ASSUMED_HEIGHT = 800;
/** Browsers draw nothing higher than 2²⁵ pixels (WebKit, Chromium) or about 17.9 million (Firefox). Half of that is plenty. */
const MOST_PIXELS = 8_000_000;

export interface RowWindow {
  first: number;
  last: number;
  /** Pixels of all rows together, no more than a browser can draw. */
  pixels: number;
  /** Where a row stands in them. */
  topOf: (index: number) => number;
}

/** How many pixels of rows go by for each one that is scrolled: more than 1 only in a list higher than can be drawn. */
function pace(count: number, height: number): number {
  const whole = count * ROW_HEIGHT;
  return whole <= MOST_PIXELS ? 1 : (whole - height) / (MOST_PIXELS - height);
}

export function windowOf(count: number, scrolled: number, height: number): RowWindow {
  const seen = height || ASSUMED_HEIGHT;
  const shown = Math.ceil(seen / ROW_HEIGHT);
  const pixels = Math.min(count * ROW_HEIGHT, MOST_PIXELS);
  const passed = Math.min(scrolled * pace(count, seen), Math.max(0, count * ROW_HEIGHT - seen));
  const top = Math.floor(passed / ROW_HEIGHT);
  const ahead = passed - Math.min(scrolled, Math.max(0, pixels - seen));
  return {
    first: Math.max(0, top - MARGIN_ROWS),
    last: Math.min(count, top + shown + 1 + MARGIN_ROWS),
    pixels,
    // A row that only waits far away stays within.
    topOf: (index) => Math.min(Math.max(index * ROW_HEIGHT - ahead, 0), Math.max(0, pixels - ROW_HEIGHT)),
  };
}

/** How far to scroll so that a row is seen, as little as it takes. */
export function scrollTo(index: number, count: number, scrolled: number, height: number): number {
  const speed = pace(count, height || ASSUMED_HEIGHT);
  const [top, passed] = [index * ROW_HEIGHT, scrolled * speed];
  if (top < passed) return top / speed;
  if (height > 0 && top + ROW_HEIGHT > passed + height) return (top + ROW_HEIGHT - height) / speed;
  return scrolled;
}

/** The row a key leads to; null when the key moves nothing. */
export function moved(key: string, from: number, count: number): number | null {
  const to = { ArrowDown: from + 1, ArrowUp: from - 1, Home: 0, End: count - 1, PageDown: from + 10, PageUp: from - 10 }[key];
  return to === undefined ? null : Math.min(Math.max(to, 0), count - 1);
}
