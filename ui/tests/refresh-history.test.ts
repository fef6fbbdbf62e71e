// The strip of refreshes on a page, and its words.
import { waitFor, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import type { RefreshView } from '../src/api/host';
import { dayOf } from '../src/state/day';
import { bars, summary, tookText } from '../src/features/integration/refresh-history';
import { openPage, openWindow, screen } from './window';

const NOW = new Date(2026, 10, 27, 9).getTime();
const HOUR = 60 * 60_000;
const find = (name: string) => screen.findByTestId(name);

const refreshed = (hours: number, took_ms: number | null): RefreshView => ({ at: NOW - hours * HOUR, took_ms, outcome: { outcome: 'refreshed' } });
const history: RefreshView[] = [
  refreshed(5, 50),
  refreshed(4, 400),
  { at: NOW - 3 * HOUR, took_ms: null, outcome: { outcome: 'postponed', trouble: { trouble: 'service', kind: 'timeout' } } },
  refreshed(2, 60_000),
  { at: NOW - HOUR, took_ms: null, outcome: { outcome: 'refused' } },
];

describe('the strip', () => {
  test('grows with the time and tells outcomes apart by their tone', () => {
    const drawn = bars(history, NOW);
    expect(drawn.map(({ tone }) => tone)).toEqual(['good', 'good', 'soon', 'good', 'need']);
    expect(drawn[0]!.height).toBeLessThan(drawn[1]!.height);
    expect(drawn[3]!.height).toBe(1);
    expect(bars([refreshed(1, null)], NOW)[0]!.height).toBeGreaterThan(0.35);
    expect(drawn.map(({ words }) => words)).toEqual(['04:00: Refreshed in 0.1 s', '05:00: Refreshed in 0.4 s', '06:00: Put off', '07:00: Refreshed in 60 s', '08:00: Ended']);
  });

  test('is summed up in a line', () => {
    expect(summary(history, NOW)).toBe('3 refreshes since 04:00 · 2 did not work · usually 0.4 s');
    expect(summary([refreshed(1, null)], NOW)).toBe('1 refresh since 08:00');
    expect(summary([], NOW)).toBe('');
    expect([null, 3, 949, 951, 9_949, 12_345].map(tookText)).toEqual(['', '0.1 s', '0.9 s', '1.0 s', '9.9 s', '12 s']);
  });
});

describe('on a page', () => {
  test('each refresh stands in a table too, latest first', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-salesforce');
    expect((await find('refresh-summary')).textContent).toContain('33 refreshes since');
    await opened.user.click(await find('refresh-table-open'));
    const rows = within(await find('refresh-table')).getAllByRole('row').slice(1);
    expect(rows).toHaveLength(35);
    expect(rows[0]!.textContent).toMatch(/Ended.*Only you could help/s);
    expect(rows[1]!.textContent).toMatch(/Refreshed.*\d s/s);
  });

  test('a key has none, and another refresh is read at once', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-stripe');
    await find('card-token');
    expect(screen.queryByTestId('refresh-history')).toBeNull();
    await opened.user.keyboard('{Escape}');
    await openPage(opened, 'i-github');
    const before = (await find('refresh-summary')).textContent;
    await opened.user.click(await find('refresh-now'));
    await waitFor(() => expect(screen.getByTestId('refresh-summary').textContent).not.toBe(before));
  });
});

test('the end of a client secret is kept with its app registration', async () => {
  const { host, user, ...rest } = await openWindow();
  await openPage({ host, user, ...rest }, 'i-github', 'credentials');
  await user.click(await find('registration-edit'));
  await user.type(await find('client-secret-ends'), 'soon');
  await user.click(await find('registration-save'));
  expect((await screen.findByRole('alert')).textContent).toContain('year-month-day');
  await user.clear(await find('client-secret-ends'));
  await user.type(await find('client-secret-ends'), dayOf(Date.now() + 20 * 24 * HOUR));
  await user.click(await find('registration-save'));
  await waitFor(() => expect(screen.getByTestId('secret-ends').textContent).toMatch(/in (19|20) days/));
  await user.click(await find('nav-health'));
  await waitFor(() => expect(screen.getAllByTestId('forecast-entry').map(({ dataset }) => dataset.kind)).toContain('client_secret_ends'));
});
