// The health view: counts that lead to their rows, what needs the user now, and the forecast.
import { waitFor, within } from '@testing-library/svelte';
import { describe, expect, test, vi } from 'vitest';
import type { ForecastView } from '../src/api/host';
import { badgeOf } from '../src/api/fake/catalogue';
import { integrationOf, workingDay } from '../src/api/fake/seed';
import { hasDates, marks, ticks } from '../src/features/health/forecast';
import { Health } from '../src/state/health.svelte';
import { openWindow, screen } from './window';

const DAY = 24 * 60 * 60_000;
const NOW = new Date(2026, 10, 27, 9).getTime();
const find = (name: string) => screen.findByTestId(name);

async function openHealth(settings?: Parameters<typeof openWindow>[0]) {
  const opened = await openWindow(settings);
  await opened.user.click(await find('nav-health'));
  await find('view-health');
  return opened;
}

const entry = (kind: ForecastView['kind'], days: number, rest: Partial<ForecastView> = {}): ForecastView => ({
  key: kind,
  id: 'i-1',
  name: 'Billing',
  connector: badgeOf('stripe'),
  method: 'api_key',
  others: 0,
  at: NOW + days * DAY,
  kind,
  certainty: 'known',
  ...rest,
});

describe('the words of the forecast', () => {
  const words = (...entries: ForecastView[]) => marks(entries, 90, NOW).map((mark) => [mark.words, mark.tone]);

  test('say what, when, and how certain', () => {
    expect(
      words(
        entry('needs_you', -1),
        entry('key_ends', -3),
        entry('key_ends', 7, { method: 'service_account' }),
        entry('sign_in_ends', 20, { certainty: 'presumed' }),
        entry('sign_in_unused', 20, { certainty: 'presumed' }),
        entry('access_ends', 1),
        entry('client_secret_ends', 20, { others: 2 }),
        entry('key_gets_old', 20, { certainty: 'by_policy' }),
        entry('key_gets_old', -1, { certainty: 'by_policy' }),
      ),
    ).toEqual([
      ['needs you now', 'need'],
      ['key ended 24 Nov', 'need'],
      ['key file ends 4 Dec', 'soon'],
      ['sign-in ends about 17 Dec', 'soon'],
      ['sign-in ends unused about 17 Dec', 'soon'],
      ['access ends 28 Nov', 'soon'],
      ['client secret ends 17 Dec, for 3 integrations', 'soon'],
      ['your reminder 17 Dec', 'idle'],
      ['replace the key, as you wished', 'soon'],
    ]);
  });

  test('stand where their day is, and never beyond the line', () => {
    const [past, middle, last, ...beyond] = marks([entry('key_ends', -9), entry('key_ends', 15), entry('key_ends', 30), entry('key_ends', 31)], 30, NOW);
    expect([past?.place, middle?.place, last?.place, beyond.length]).toEqual([0, 0.5, 1, 0]);
    expect([middle?.wordsFirst, last?.wordsFirst]).toEqual([false, true]);
  });

  test('have a scale by weeks', () => {
    expect(ticks(30, NOW).map(({ label }) => label)).toEqual(['today', '4 Dec', '11 Dec', '18 Dec', '25 Dec']);
    expect(ticks(90, NOW).map(({ place }) => Math.round(place * 90))).toEqual([0, 21, 42, 63, 84]);
  });

  test('go into a calendar only where there is a day to come', () => {
    expect(hasDates([entry('needs_you', 3), entry('key_ends', -1)], NOW)).toBe(false);
    expect(hasDates([entry('key_gets_old', 1)], NOW)).toBe(true);
  });
});

describe('the health view', () => {
  test('leads from each count to its rows', async () => {
    const { user } = await openHealth();
    for (const [figure, ids] of [
      ['needs', ['i-openai', 'i-salesforce', 'i-slack']],
      ['troubled', ['i-databricks', 'i-stripe']],
      ['connected', ['i-bigquery', 'i-github']],
      ['paused', ['i-twilio']],
    ] as const) {
      const button = await find(`figure-${figure}`);
      expect(button.textContent).toContain(String(ids.length));
      await user.click(button);
      await find('integration-list');
      expect(screen.getAllByTestId('integration').map(({ dataset }) => dataset.id).sort()).toEqual(ids);
      await user.click(await find('nav-health'));
    }
    // The filter stays in sight until it is let go.
    await user.click(await find('nav-integrations'));
    await user.click(await find('filter-all'));
    await waitFor(() => expect(screen.getAllByTestId('integration')).toHaveLength(8));
  });

  test('names those that need the user, each with its one button', async () => {
    const { user } = await openHealth();
    const needs = await screen.findAllByTestId('need');
    expect(needs.map(({ dataset }) => dataset.id)).toEqual(['i-openai', 'i-salesforce', 'i-slack']);
    const salesforce = needs[1]!;
    expect(salesforce.textContent).toContain('ended this connection');
    await user.click(within(salesforce).getByTestId('need-action'));
    await find('authorization-link');
  });

  test('shows what will need the user, in 30 and in 90 days, and leads there', async () => {
    const { user } = await openHealth();
    await screen.findAllByTestId('forecast-entry');
    const kinds = () => screen.getAllByTestId('forecast-entry').map(({ dataset }) => dataset.kind);
    expect(kinds()).toEqual(['needs_you', 'needs_you', 'key_ends', 'sign_in_unused', 'key_gets_old']);
    await user.click(await find('span-90'));
    expect(kinds()).toHaveLength(6);
    const secret = screen.getByRole('button', { name: /GitHub\s*client secret ends/ });
    await user.click(secret);
    expect((await find('tab-credentials')).getAttribute('data-state')).toBe('active');
  });

  test('says that nothing is to come, and has nothing to export then', async () => {
    await openHealth({ rows: [integrationOf({ id: 'i-1', connectorId: 'github', method: 'oauth', account: 'octocat' })] });
    expect((await find('forecast-none')).textContent).toContain('Nothing will need you in the next 30 days');
    expect((await find('needs-none')).textContent).toContain('Nothing needs you');
    expect(await find('forecast-export')).toHaveProperty('disabled', true);
  });

  test('begins with a way to connect something where there is nothing', async () => {
    const { user } = await openHealth({});
    await user.click(await find('health-add'));
    await find('connector-search');
  });

  test('says why it cannot be read, and tries again', async () => {
    const { host, user } = await openWindow();
    host.failHealth('vault_not_writable', 'The disk does not answer.');
    await user.click(await find('nav-health'));
    expect((await find('health-failure')).textContent).toContain('The disk does not answer.');
    host.healthFailure = null;
    await user.click(await find('health-retry'));
    await find('figure-needs');
    expect(screen.queryByTestId('health-failure')).toBeNull();
  });

  test('saves the dates where the user chooses, and says where', async () => {
    const { host, user } = await openHealth();
    await user.click(await find('forecast-export'));
    expect((await find('toast')).textContent).toContain('storm-connect.ics');
    expect(host.calls).toContain('exportForecast');
  });

  test('follows the core: a burst of changes costs one reading', async () => {
    const { host } = await openHealth({ rows: workingDay() });
    await screen.findAllByTestId('need');
    const read = () => host.calls.filter((call) => call === 'health').length;
    const before = read();
    host.rows = host.rows.filter(({ integration }) => integration.id !== 'i-openai');
    for (let index = 0; index < 50; index += 1) host.emit({ event: 'integration_changed', id: 'i-openai' });
    await waitFor(() => expect(screen.getAllByTestId('need')).toHaveLength(2));
    expect(read()).toBe(before + 1);
  });
});

test('health is not read twice at the same time, and not again once nobody looks', async () => {
  let asked = 0;
  const answers: (() => void)[] = [];
  const health = new Health({
    health: () => {
      asked += 1;
      return new Promise((_, fail) => answers.push(() => fail(new Error('gone'))));
    },
  });
  const reading = health.read();
  void health.read();
  void health.read();
  expect(asked).toBe(1);
  answers.shift()?.();
  await waitFor(() => expect(asked).toBe(2));
  answers.shift()?.();
  await reading;
  expect([asked, health.failure?.code]).toEqual([2, 'internal']);
  vi.useFakeTimers();
  health.heard({ event: 'integration_changed', id: 'i-1' });
  health.leave();
  vi.advanceTimersByTime(60_000);
  vi.useRealTimers();
  expect(asked).toBe(2);
});
