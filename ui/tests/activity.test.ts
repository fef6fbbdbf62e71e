// The activity log: filters, pages, what happens meanwhile, files of it, and whether somebody changed it.
import { waitFor } from '@testing-library/svelte';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ActivityKind } from '../src/api/host';
import type { FakeSettings } from '../src/api/fake/model';
import { longHistory, workingDay } from '../src/api/fake/seed';
import { filterOf, isNarrowed, nothingChosen } from '../src/features/activity/filter';
import { sentence } from '../src/features/activity/sentence';
import { openPage, openWindow, screen, type Opened } from './window';

const find = (name: string) => screen.findByTestId(name);
const entries = () => screen.queryAllByTestId('activity-entry');
const kinds = () => entries().map(({ dataset }) => dataset.kind);

async function openActivity(settings: Partial<FakeSettings> = { rows: workingDay() }): Promise<Opened> {
  const opened = await openWindow(settings);
  await opened.user.click(await find('nav-activity'));
  await waitFor(() => expect(screen.getByTestId('activity').dataset.reading).not.toBe('reading'));
  return opened;
}

const long = (): Partial<FakeSettings> => ({ rows: workingDay(), log: longHistory(workingDay(), 120) });

describe('the filters', () => {
  test('show one kind of thing, in the words of a person', async () => {
    const { user } = await openActivity();
    await user.click(await find('activity-topic-trouble'));
    await waitFor(() => expect(kinds()).toEqual(['refresh_postponed', 'reconnect_needed']));
    expect((await find('activity-topic-trouble')).getAttribute('aria-pressed')).toBe('true');
    await user.click(await find('activity-topic-all'));
    await waitFor(() => expect(entries().length).toBeGreaterThan(5));
  });

  test('show one integration', async () => {
    const { user } = await openActivity();
    await user.selectOptions(await find('activity-integration'), 'i-twilio');
    await waitFor(() => expect(kinds()).toEqual(['paused']));
  });

  test('find words, and say when nothing fits, with the way back', async () => {
    const { user } = await openActivity();
    await user.type(await find('activity-search'), 'nowhere');
    await user.click(await find('activity-clear'));
    expect(await find('activity-search')).toHaveProperty('value', '');
    await user.type(await find('activity-search'), 'salesforce');
    await waitFor(() => expect(kinds()).toEqual(['reconnect_needed']));
  });

  test('are not lost to Escape, which empties the search first', async () => {
    const { user } = await openActivity();
    await user.type(await find('activity-search'), 'salesforce{Escape}');
    expect(await find('activity-search')).toHaveProperty('value', '');
    await find('view-activity');
  });

  test('are three on the page of an integration', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-github', 'activity');
    await find('activity-period');
    expect(screen.queryByTestId('activity-integration')).toBeNull();
    await waitFor(() => expect(entries().length).toBe(4));
  });

  test('count days from their midnight', () => {
    const now = new Date(2026, 2, 10, 14, 30).getTime();
    const since = (period: 'today' | 'week' | 'month' | 'all') => filterOf({ ...nothingChosen, period }, null, now).since;
    expect(since('today')).toBe(new Date(2026, 2, 10).getTime());
    expect(since('week')).toBe(new Date(2026, 2, 4).getTime());
    expect(since('month')).toBe(new Date(2026, 1, 9).getTime());
    expect(since('all')).toBeNull();
  });

  test('of a page stay with its integration', () => {
    expect(filterOf({ ...nothingChosen, search: '  a b ' }, 'i-1', 0)).toEqual({ integration_id: 'i-1', topic: null, since: null, text: 'a b' });
    expect(isNarrowed({ ...nothingChosen, search: '  ' })).toBe(false);
  });
});

describe('a long log', () => {
  test('comes page by page until its end', async () => {
    const { user } = await openActivity(long());
    expect(entries()).toHaveLength(50);
    await user.click(await find('activity-older'));
    await waitFor(() => expect(entries()).toHaveLength(100));
    await user.click(await find('activity-older'));
    await find('activity-end');
    const sequences = entries().map(({ dataset }) => Number(dataset.sequence));
    expect(sequences).toEqual(Array.from({ length: 120 }, (_, index) => 120 - index));
  });

  test('grows on top without being read again', async () => {
    const { host, user } = await openActivity(long());
    await user.click(await find('activity-older'));
    await waitFor(() => expect(entries()).toHaveLength(100));
    const asked: (number | null)[] = [];
    const answer = host.activity;
    host.activity = async (query) => (asked.push(query.after), answer(query));
    host.happen('i-github', { kind: 'paused' });
    await waitFor(() => expect(kinds()[0]).toBe('paused'));
    expect(entries()).toHaveLength(101);
    expect(asked.every((after) => after === 120)).toBe(true);
  });

  test('keeps what is being read where it is', async () => {
    const { host } = await openActivity(long());
    const scroller = await find('view-activity');
    scroller.style.overflowY = 'auto';
    // Nothing is laid out here: each row counts as 30 pixels.
    Object.defineProperty(scroller, 'scrollHeight', { get: () => 1_000 + 30 * (entries().length - 50) });
    scroller.scrollTop = 300;
    host.happen('i-github', { kind: 'paused' });
    await waitFor(() => expect(entries()).toHaveLength(51));
    await waitFor(() => expect(scroller.scrollTop).toBe(330));
  });

  test('does not show what happens meanwhile when it does not fit', async () => {
    const { host, user } = await openActivity();
    await user.click(await find('activity-topic-trouble'));
    await waitFor(() => expect(entries()).toHaveLength(2));
    host.happen('i-github', { kind: 'refreshed' });
    host.happen('i-github', { kind: 'odd_answer', what: 'no token type' });
    await waitFor(() => expect(kinds()).toEqual(['odd_answer', 'refresh_postponed', 'reconnect_needed']));
  });
});

test('a log that cannot be read says so, and is tried again', async () => {
  const { host, user } = await openActivity({ rows: workingDay(), logFails: true });
  expect((await find('activity-failed')).textContent).toMatch(/The log could not be read.*Check the disk/s);
  host.settings.logFails = false;
  await user.click(await find('activity-retry'));
  await waitFor(() => expect(entries().length).toBeGreaterThan(5));
  expect(screen.queryByTestId('activity-failed')).toBeNull();
});

test('an empty log says what will be in it', async () => {
  const { user } = await openWindow({});
  await user.click(await find('nav-activity'));
  expect((await find('activity-empty')).textContent).toContain('No key or token ever is.');
});

describe('a file of the log', () => {
  test('holds what the filter shows, and is named once it is saved', async () => {
    const { host, user } = await openActivity();
    const asked: unknown[] = [];
    const answer = host.exportActivity;
    host.exportActivity = async (filter, format) => (asked.push([filter.topic, format]), answer(filter, format));
    await user.click(await find('activity-topic-trouble'));
    await waitFor(() => expect(entries()).toHaveLength(2));
    await user.click(await find('activity-save-csv'));
    expect((await find('toast')).textContent).toMatch(/storm-connect-activity\.csv was saved.*2 entries/s);
    expect(asked).toEqual([['trouble', 'csv']]);
  });

  test('that was given up is not spoken of', async () => {
    const { host, user } = await openActivity();
    host.exportActivity = () => Promise.resolve(null as never);
    await user.click(await find('activity-save-json'));
    await waitFor(() => expect(screen.getByTestId('activity-save-json')).toHaveProperty('disabled', false));
    expect(screen.queryByTestId('toast')).toBeNull();
  });
});

describe('the check of the log', () => {
  test('says how many entries are intact, and is made again on wish', async () => {
    const { host, user } = await openActivity(long());
    expect((await find('log-check')).textContent).toMatch(/Intact:\s*120 entries, checked just now/);
    host.settings.logCheck = { check: 'broken', sequence: 1234, checked_at: Date.now() };
    await user.click(await find('log-check-again'));
    expect((await find('log-broken')).textContent).toMatch(/Entry 1,234 does not follow.*do not rely on the log from there on/s);
    expect(host.calls).toContain('checkLog');
  });

  test('that ends after the view was opened is shown at once', async () => {
    const { host } = await openActivity({ rows: workingDay(), logCheck: { check: 'checking' } });
    expect((await find('log-check')).dataset.check).toBe('checking');
    host.settings.logCheck = null;
    host.emit({ event: 'log_checked' });
    await waitFor(() => expect(screen.getByTestId('log-check').dataset.check).toBe('intact'));
  });

  test('that finds a broken place is said above every view, until it is put off', async () => {
    const settings: Partial<FakeSettings> = { rows: workingDay(), notices: [{ notice: 'log_broken', sequence: 3 }], logCheck: { check: 'broken', sequence: 3, checked_at: Date.now() } };
    const { user } = await openWindow(settings);
    expect((await find('notice-log-broken')).textContent).toContain('From entry 3 on');
    await user.click(await find('notice-log-show'));
    await find('log-broken');
    expect(screen.queryByTestId('notice-log-broken')).toBeNull();
    await user.click(await find('nav-integrations'));
    await user.click(await find('notice-log-understood'));
    expect(screen.queryByTestId('vault-notices')).toBeNull();
    await user.click(await find('nav-activity'));
    await find('log-broken');
  });
});

test('the sentences are those of the core', () => {
  const golden = join(import.meta.dirname, '../../crates/storm-engine/tests/activity-sentences.json');
  const said = JSON.parse(readFileSync(golden, 'utf8')) as { what: ActivityKind; text: string }[];
  expect(said.length).toBeGreaterThan(70);
  for (const { what, text } of said) expect(sentence(what).text).toBe(text);
});
