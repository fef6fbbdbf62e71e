// The age of a key, and when its user is reminded to replace it.
import { waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { dayOf, startOfDay } from '../src/state/day';
import { openPage, openWindow, rowOf, screen } from './window';

const find = (name: string) => screen.findByTestId(name);
const DAY = 24 * 60 * 60_000;
const KEY = 'i-stripe';

async function openKey() {
  const opened = await openWindow();
  await openPage(opened, KEY);
  await opened.user.click(await find('tab-credentials'));
  await find('replacement');
  return opened;
}

describe('a key', () => {
  test('shows its age, and who was lent it last', async () => {
    await openKey();
    expect((await find('replacement-saved')).textContent).toMatch(/\d/);
    expect((await find('replacement-used')).textContent).toContain('to git');
    expect(screen.queryByTestId('replacement-due')).toBeNull();
  });

  test('that is older than wanted is to be replaced, which the list and the button say', async () => {
    const { user } = await openKey();
    expect(await find('replacement-save')).toHaveProperty('disabled', true);
    await user.selectOptions(await find('replacement-after'), '30 days after it was saved');
    await user.click(await find('replacement-save'));
    expect((await find('replacement-due')).textContent).toBe('due now');
    expect((await find('page-action')).textContent).toContain('Rotate key');
    await user.click(await find('tab-overview'));
    expect((await find('status-detail')).textContent).toContain('as old as you wanted it to get');
    await user.keyboard('{Escape}');
    await waitFor(() => expect(rowOf(KEY).dataset.status).toBe('replace_soon'));
  });

  test('takes a day as its end, and says what is none', async () => {
    const { host, user } = await openKey();
    await user.type(await find('replacement-ends'), 'soon');
    await user.click(await find('replacement-save'));
    expect((await screen.findByRole('alert')).textContent).toContain('year-month-day');
    expect(host.calls).not.toContain('setReplacement');
    await user.clear(await find('replacement-ends'));
    await user.type(await find('replacement-ends'), dayOf(Date.now() + 5 * DAY));
    await user.click(await find('replacement-save'));
    expect((await find('replacement-due')).textContent).toBe('due now');
    await user.click(await find('tab-overview'));
    expect((await find('status-detail')).textContent).toMatch(/It ends in \d days/);
  });
});

test('the end that was typed for one key is not kept for the next', async () => {
  const { host, user } = await openKey();
  await user.type(await find('replacement-ends'), dayOf(Date.now() + 90 * DAY));
  await user.click(await find('replacement-save'));
  await find('replacement-due');
  await host.replaceApiKey(KEY, { from: 'typed', value: 'good', key_id: null });
  await waitFor(() => expect(screen.getByTestId('replacement-ends')).toHaveProperty('value', ''));
  expect(await find('replacement-save')).toHaveProperty('disabled', true);
});

test('a day is what its text says, in this time zone', () => {
  for (const text of ['2027-03-31', '2028-02-29', '2026-12-01']) expect(dayOf(startOfDay(text) ?? 0)).toBe(text);
  for (const none of ['', '2027-02-29', '2027-13-01', '31.3.2027', '2027-3', 'x']) expect(startOfDay(none)).toBeUndefined();
  expect([dayOf(null), startOfDay('2027-3-1')]).toEqual(['', startOfDay('2027-03-01')]);
});
