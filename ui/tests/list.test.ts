import { describe, expect, test } from 'vitest';
import { labelled } from '../src/api/fake/list';
import { crowd, integrationOf, workingDay } from '../src/api/fake/seed';
import type { ListSort } from '../src/api/host';
import { moved, ROW_HEIGHT, scrollTo, windowOf } from '../src/features/list/window';
import { choicesOf, everything, Finder, prepareSearch, searchTextOf, type Filter } from '../src/state/filter';
import { Sorter } from '../src/state/sort';

const rows = workingDay().map(({ integration }) => integration);
const withLabels = labelled().map(({ integration }) => integration);
const names = (shown: typeof rows) => shown.map(({ name }) => name);
const filtered = (among: typeof rows, filter: Filter, search: string) => new Finder().found(among, filter, search);
const only = (part: Partial<Filter>) => ({ ...everything, ...part });

describe('the filters', () => {
  test('show what needs the user, also when only the app registration is refused', () => {
    expect(names(filtered(rows, only({ state: 'needs' }), ''))).toEqual(['OpenAI', 'Salesforce', 'Slack']);
  });

  test('show what is troubled without needing the user', () => {
    expect(names(filtered(rows, only({ state: 'troubled' }), ''))).toEqual(['Databricks', 'Stripe']);
  });

  test('show what is to be replaced soon', () => {
    const soon = integrationOf({ id: 'i', connectorId: 'stripe', method: 'api_key', account: null, status: { status: 'replace_soon', saved_at: 0, ends_at: 1 } }).integration;
    expect(names(filtered([...rows, soon], only({ state: 'expiring' }), ''))).toEqual([soon.name]);
  });

  test('are taken together, with the search', () => {
    expect(names(filtered(withLabels, only({ method: 'oauth', label: 'PRODUCTION' }), ''))).toEqual(['GitHub', 'Salesforce']);
    expect(names(filtered(withLabels, only({ method: 'oauth', label: 'production', state: 'needs' }), ''))).toEqual(['Salesforce']);
    expect(names(filtered(withLabels, only({ connector: 'github' }), 'mona'))).toEqual(['GitHub (monalisa)']);
    expect(filtered(withLabels, only({ connector: 'github', label: 'sales' }), '')).toEqual([]);
  });

  test('offer what would show something, with how many, and what is chosen', () => {
    const choices = choicesOf(withLabels, everything);
    expect(choices.states.map(({ value, count }) => [value, count])).toEqual([['needs', 3], ['troubled', 2], ['paused', 1]]);
    expect(choices.connectors.find(({ value }) => value === 'github')).toEqual({ value: 'github', title: 'GitHub', count: 2 });
    expect(choices.labels.map(({ title, count }) => `${title} ${count}`)).toEqual(['EU 1', 'finance 1', 'Northwind 1', 'production 3', 'reports 1', 'sales 1', 'test 2']);
    expect(choicesOf(withLabels, only({ state: 'expiring', label: 'gone' })).states.map(({ value }) => value)).toContain('expiring');
    expect(choicesOf(withLabels, only({ label: 'gone' })).labels.find(({ value }) => value === 'gone')).toMatchObject({ count: 0 });
  });
});

describe('the search', () => {
  test.each([
    ['sales', ['Salesforce']],
    ['OCTOCAT', ['GitHub']],
    ['northwind oauth', ['Salesforce', 'Slack']],
    ['nothing of that kind', []],
  ])('for "%s" finds %j', (search, found) => {
    expect(names(filtered(rows, everything, search))).toEqual(found);
  });

  test('looks into labels, also after they changed', () => {
    const row = integrationOf({ id: 'i', connectorId: 'stripe', method: 'api_key', account: null, labels: ['old'] }).integration;
    expect(searchTextOf(row)).toContain('old');
    expect(filtered([{ ...row, labels: ['fresh'] }], everything, 'fresh')).toHaveLength(1);
    expect(filtered([{ ...row, labels: ['fresh'] }], everything, 'old')).toHaveLength(0);
  });
});

describe('a search letter by letter', () => {
  const typed = 'northwind oauth';
  const letters = [...typed].map((_, at) => typed.slice(0, at + 1));

  test.each<[string, string[]]>([
    ['written', letters],
    ['taken back', [...letters].reverse()],
    ['written over', ['sal', 'sl', 'slack', '', 'git', 'north', 'wind north', 'NORTHWIND', 'nor thwind']],
  ])('finds what each search alone finds when %s', (_, searches) => {
    const finder = new Finder();
    for (const search of searches) expect([search, names(finder.found(rows, everything, search))]).toEqual([search, names(filtered(rows, everything, search))]);
  });

  test('sees rows that changed, other filters and none, in between', () => {
    const finder = new Finder();
    expect(names(finder.found(rows, everything, 's'))).toContain('Slack');
    const renamed = rows.map((row) => (row.name === 'Slack' ? { ...row, name: 'Team talk', connector: { ...row.connector, name: 'Talk' } } : row));
    expect(names(finder.found(renamed, everything, 'sl'))).toEqual([]);
    expect(names(finder.found(renamed, everything, 'team'))).toEqual(['Team talk']);
    expect(names(finder.found(renamed, only({ state: 'needs' }), 'team'))).toEqual(['Team talk']);
    expect(names(finder.found(renamed, only({ method: 'api_key' }), 'team t'))).toEqual([]);
    expect(finder.found(renamed, everything, '')).toEqual(renamed);
    expect(names(finder.found(renamed, everything, 'o'))).toEqual(names(filtered(renamed, everything, 'o')));
  });

  test('reads each row once, before the first letter if it may', async () => {
    let read = 0;
    const many = crowd(3_000).map(({ integration }) => ({ ...integration, get account() { read += 1; return integration.account; } }));
    await prepareSearch(many);
    const once = read;
    expect(once).toBeGreaterThan(0);
    const finder = new Finder();
    for (const search of ['s', 'se', 'ser', '', 'te']) finder.found(many, everything, search);
    expect(read).toBe(once);
  });
});

describe('the order', () => {
  const HOUR = 3_600_000;
  const at = (name: string, seen: number | null, next: number | null, created: number) => ({
    ...integrationOf({ id: name, connectorId: 'stripe', method: 'api_key', account: name, name }).integration,
    last_verdict: null,
    last_refreshed_at: seen,
    next_refresh_at: next,
    created_at: created,
  });
  const timed = [at('b10', 3 * HOUR, null, 1), at('b9', null, 5, 3), at('a', 9 * HOUR, 7, 2)];

  test.each<[ListSort, string[]]>([
    ['name', ['a', 'b9', 'b10']],
    ['last_used', ['a', 'b10', 'b9']],
    ['next_refresh', ['b9', 'a', 'b10']],
    ['created', ['b9', 'a', 'b10']],
  ])('by %s is %j', (sort, order) => {
    expect(names(new Sorter().ordered(timed, sort))).toEqual(order);
  });

  test('puts first what needs its user, then what soon may; passing troubles keep their place', () => {
    expect(names(new Sorter().ordered(rows, 'needs_me'))).toEqual(['OpenAI', 'Salesforce', 'Slack', 'Stripe', 'BigQuery', 'Databricks', 'GitHub', 'Twilio']);
  });

  test('by service keeps accounts of one service together', () => {
    const accounts = new Sorter().ordered(withLabels, 'connector').filter(({ connector }) => connector.id === 'github').map(({ account }) => account?.label);
    expect(accounts).toEqual(['monalisa', 'octocat']);
    const places = names(new Sorter().ordered(withLabels, 'connector'));
    expect(places.indexOf('GitHub') - places.indexOf('GitHub (monalisa)')).toBe(1);
  });

  test('is the same whether it is made anew or from the one before', () => {
    const sorter = new Sorter();
    const many = crowd(300).map(({ integration }) => integration);
    sorter.ordered(many, 'name');
    const changed = many.filter((_, index) => index % 7 !== 0).map((row, index) => (index % 11 === 0 ? { ...row, name: `Another ${index}` } : row));
    const added = [...changed, ...rows];
    for (const sort of ['created', 'needs_me', 'name'] as const) {
      expect(names(sorter.ordered(added, sort))).toEqual(names(new Sorter().ordered(added, sort)));
    }
  });

  test.each([1, 7, 150, 299])('is the same after %d of many changed, and a few cost a few comparisons', (changes) => {
    let read = 0;
    const counted = (row: (typeof rows)[0], name: string) => Object.defineProperty({ ...row }, 'name', { enumerable: true, get: () => ((read += 1), name) });
    const many = crowd(300).map(({ integration }) => counted(integration, integration.name));
    const sorter = new Sorter();
    sorter.ordered(many, 'name');
    const changed = many.map((row, index) => ((index * 17) % 300 < changes ? counted(row, `Service ${(index * 31) % 977}`) : row));
    read = 0;
    const order = sorter.ordered(changed, 'name');
    const compared = read / 2;
    expect(names(order)).toEqual(names(new Sorter().ordered(changed, 'name')));
    expect(compared).toBeLessThanOrEqual(Math.min(changes * 20, 3_000));
  });
});

describe('a long list', () => {
  test('draws a screenful whatever its length', () => {
    const { first, last, pixels, topOf } = windowOf(10_000, ROW_HEIGHT * 5_000, 600);
    expect(last - first).toBeLessThan(40);
    expect([first, last]).toEqual([4_990, 5_000 + 12 + 1 + 10]);
    expect([topOf(5_000), pixels]).toEqual([ROW_HEIGHT * 5_000, ROW_HEIGHT * 10_000]);
  });

  test('never draws past its end', () => {
    expect(windowOf(3, 99_999, 600)).toMatchObject({ first: 0, last: 3, pixels: 3 * ROW_HEIGHT });
    expect(windowOf(0, 0, 600)).toMatchObject({ first: 0, last: 0, pixels: 0 });
  });

  test.each([100_000, 1_000_000])('of %d rows is no higher than a browser draws, and each row is reached', (count) => {
    const height = 600;
    const { pixels } = windowOf(count, 0, height);
    expect(pixels).toBeLessThan(2 ** 24);
    const end = windowOf(count, pixels - height, height);
    expect(end.last).toBe(count);
    expect(end.topOf(count - 1) + ROW_HEIGHT).toBeCloseTo(pixels, 3);
    for (const index of [0, 1, Math.floor(count / 3), count - 2, count - 1]) {
      for (const from of [0, pixels / 2, pixels - height]) {
        const scrolled = scrollTo(index, count, from, height);
        const { first, last, topOf } = windowOf(count, scrolled, height);
        expect(index >= first && index < last).toBe(true);
        // Wholly in sight, to a thousandth of a pixel.
        expect(topOf(index) - scrolled).toBeGreaterThan(-0.001);
        expect(topOf(index) + ROW_HEIGHT - scrolled).toBeLessThan(height + 0.001);
      }
    }
  });

  test('scrolls as little as it takes', () => {
    expect(scrollTo(3, 100, 0, 600)).toBe(0);
    expect(scrollTo(20, 100, 0, 600)).toBe(21 * ROW_HEIGHT - 600);
    expect(scrollTo(2, 100, 1_000, 600)).toBe(2 * ROW_HEIGHT);
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
