// What a keystroke in the search costs, and a change of one row: `npx vitest bench`. A frame has 16 ms.
import { bench, describe } from 'vitest';
import { crowd } from '../src/api/fake/seed';
import { matches, rowText } from '../src/features/palette/find';
import { choicesOf, everything, Finder } from '../src/state/filter';
import { Sorter } from '../src/state/sort';

const scattered = (id: string) => (Number(id.slice(2)) * 7_919) % 10_007;

describe.each([10_000, 100_000])('with %d integrations', (count) => {
  // Not in the order of their names, as they come from the core.
  const rows = crowd(count).map(({ integration }) => integration).sort((one, other) => scattered(one.id) - scattered(other.id));
  const sorter = new Sorter();
  const finder = new Finder();
  let present = sorter.ordered(rows, 'needs_me');
  const texts = rows.map(rowText);
  let turn = 0;

  bench('a letter more in the search', () => void finder.found(present, everything, 'service 07'.slice(0, 1 + (turn++ % 10))));
  bench('one row changed', () => {
    const place = turn++ % present.length;
    present = sorter.ordered(present.map((row, index) => (index === place ? { ...row, name: `Renamed ${turn}` } : row)), 'needs_me');
    finder.found(present, everything, '');
    choicesOf(present, everything);
  });
  bench('another order', () => void new Sorter().ordered(rows, 'name'));
  bench('a letter more in the palette', () => void matches(texts, 'service 07'.slice(0, 1 + (turn++ % 10))));
});
