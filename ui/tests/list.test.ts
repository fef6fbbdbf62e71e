import { describe, expect, test } from 'vitest';
import { workingDay } from '../src/api/fake/seed';
import { filterChoices, filtered } from '../src/features/list/filter';
import { moved, windowOf } from '../src/features/list/window';
import { shortcutOf } from '../src/views/shortcut';

const rows = workingDay().map(({ integration }) => integration);
const names = (shown: typeof rows) => shown.map(({ name }) => name);

describe('the filters', () => {
  test('show what needs the user, also when only the app registration is refused', () => {
    expect(names(filtered(rows, 'needs', ''))).toEqual(['OpenAI', 'Salesforce', 'Slack']);
  });

  test('show what is troubled without needing the user', () => {
    expect(names(filtered(rows, 'troubled', ''))).toEqual(['Databricks', 'Stripe']);
  });

  test('are left out when they would show nothing, unless one is chosen', () => {
    const keys = rows.filter(({ method, status }) => method === 'api_key' && status.status === 'paused');
    expect(filterChoices(keys, 'all').map(({ filter }) => filter)).toEqual(['all', 'api_key']);
    expect(filterChoices(keys, 'needs').map(({ filter }) => filter)).toContain('needs');
  });
});

describe('the search', () => {
  test.each([
    ['sales', ['Salesforce']],
    ['OCTOCAT', ['GitHub']],
    ['northwind oauth', ['Salesforce', 'Slack']],
    ['nothing of that kind', []],
  ])('for "%s" finds %j', (search, found) => {
    expect(names(filtered(rows, 'all', search))).toEqual(found);
  });
});

describe('a long list', () => {
  test('draws a screenful whatever its length', () => {
    const { first, last, before, after, rowHeight } = windowOf(10_000, 53 * 5_000, 600);
    expect(last - first).toBeLessThan(40);
    expect(before + after + (last - first) * rowHeight).toBe(10_000 * rowHeight);
  });

  test('never draws past its end', () => {
    expect(windowOf(3, 99_999, 600)).toMatchObject({ first: 0, last: 3, before: 0, after: 0 });
    expect(windowOf(0, 0, 600)).toMatchObject({ first: 0, last: 0 });
  });

  test.each([
    ['ArrowDown', 0, 1],
    ['ArrowDown', 7, 7],
    ['ArrowUp', 0, 0],
    ['End', 0, 7],
    ['Home', 5, 0],
    ['PageDown', 3, 7],
  ])('%s leads from %d to %d', (key, from, to) => {
    expect(moved(key, from, 8)).toBe(to);
  });

  test('leaves other keys alone', () => {
    expect(moved('a', 0, 8)).toBeNull();
  });
});

describe('a key that works everywhere', () => {
  const press = (key: string, on: HTMLElement = document.body, init: KeyboardEventInit = {}) => {
    const event = new KeyboardEvent('keydown', { key, ...init });
    Object.defineProperty(event, 'target', { value: on });
    return shortcutOf(event);
  };

  test('is what it says', () => {
    expect([press('/'), press('n'), press('F2'), press('Delete'), press('Escape')]).toEqual(['search', 'add', 'rename', 'disconnect', 'leave']);
    expect([press('k', document.body, { ctrlKey: true }), press('n', document.body, { metaKey: true })]).toEqual(['search', 'add']);
  });

  test('never takes a letter away from somebody who types', () => {
    const field = document.createElement('input');
    expect([press('/', field), press('n', field), press('Delete', field), press('z', field, { ctrlKey: true })]).toEqual([null, null, null, null]);
    expect(press('k', field, { ctrlKey: true })).toBe('search');
  });
});
