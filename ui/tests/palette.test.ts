// The command palette, by the keyboard alone.
import { waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { labelled } from '../src/api/fake/list';
import { crowd, workingDay } from '../src/api/fake/seed';
import { deeds, isPlain, matches, rowText } from '../src/features/palette/find';
import { openWindow, rowOf, screen, type Opened } from './window';

const find = (name: string) => screen.findByTestId(name);
const options = () => screen.queryAllByTestId('palette-option');
const titles = () => options().map((option) => option.querySelector('.title')!.textContent);
const active = () => options().find((option) => option.getAttribute('aria-selected') === 'true');

async function palette(typed = '', opened?: Opened): Promise<Opened> {
  const window = opened ?? (await openWindow({ rows: labelled() }));
  await window.user.keyboard('{Control>}k{/Control}');
  await find('palette-field');
  await waitFor(() => expect(options().some(({ dataset }) => dataset.command === 'connect:github')).toBe(true));
  if (typed) await window.user.keyboard(typed);
  return window;
}

describe('what is found', () => {
  const rows = workingDay().map(({ integration }) => integration);
  const texts = rows.map(rowText);
  const named = (query: string) => matches(texts, query).map((index) => rows[index]!.name);

  test.each([
    ['git', ['GitHub']],
    ['sforce', ['Salesforce']],
    ['slsforce', ['Salesforce']],
    ['octocat', ['GitHub']],
    ['northwind sales', ['Salesforce']],
    ['zzz', []],
  ])('for "%s" is %j', (query, found) => {
    expect(named(query)).toEqual(found);
  });

  test('in any script', () => {
    expect(matches(['支付宝 生产', 'Größe', 'Ярмарка'], 'ярм')).toEqual([2]);
    expect(matches(['支付宝 生产', 'Größe'], '支付')).toEqual([0]);
  });

  test.each([
    ['reconnect slack', 'reconnect Slack'],
    ['slack recon', 'reconnect Slack'],
    ['ver git', 'verify GitHub'],
    ['resume twi', 'resume Twilio'],
  ])('and done: "%s" is %s', (query, deed) => {
    const [first] = deeds(rows, texts, query, 3);
    expect(`${first?.action} ${first?.row.name}`).toBe(deed);
  });

  test('and done only where it makes sense', () => {
    expect(deeds(rows, texts, 'refresh stripe', 3)).toEqual([]);
    expect(deeds(rows, texts, 'verify twilio', 3)).toEqual([]);
  });

  test('word by word comes before letters in between', () => {
    expect([isPlain('Connect GitHub', 'git con'), isPlain('Go to Settings', 'tting')]).toEqual([true, false]);
  });
});

describe('the palette', () => {
  test('opens an integration by a few letters and Enter', async () => {
    await palette('salesf{Enter}');
    await waitFor(() => expect(screen.getByTestId('view-integration').dataset.id).toBe('i-salesforce'));
    expect(screen.queryByTestId('palette')).toBeNull();
  });

  test('tells accounts of one service apart', async () => {
    await palette('git');
    const open = options().filter(({ dataset }) => dataset.command?.startsWith('open:'));
    expect(open.map(({ textContent }) => textContent)).toEqual([expect.stringContaining('octocat'), expect.stringContaining('monalisa')]);
  });

  test('reconnects', async () => {
    await palette('recon salesf');
    expect(titles()[0]).toBe('Reconnect: Salesforce');
    await (await import('@testing-library/user-event')).default.setup({ delay: null }).keyboard('{Enter}');
    await find('authorization-link');
  });

  test('connects a service', async () => {
    const { user } = await palette('connect zend');
    expect(titles()[0]).toBe('Connect Zendesk');
    await user.keyboard('{Enter}');
    await find('field-subdomain');
  });

  test('goes to a part of the settings, filters, sorts', async () => {
    const opened = await palette('proxy{Enter}');
    await find('network');
    await palette('only needs{Enter}', opened);
    await waitFor(() => expect(screen.getByTestId('filter-needs').getAttribute('aria-pressed')).toBe('true'));
    await palette('sort newest{Enter}', opened);
    await waitFor(() => expect(opened.host.preferred.sort).toBe('created'));
  });

  test('is a combobox whose active option is in its list, wraps around, and is told how many there are', async () => {
    const { user } = await palette('git');
    const field = screen.getByRole('combobox');
    expect(document.activeElement).toBe(field);
    expect(field.getAttribute('aria-expanded')).toBe('true');
    const list = document.getElementById(field.getAttribute('aria-controls')!)!;
    const pointed = () => document.getElementById(field.getAttribute('aria-activedescendant')!);
    expect(list.getAttribute('role')).toBe('listbox');
    expect([list.contains(pointed()), pointed() === options()[0], active() === options()[0]]).toEqual([true, true, true]);
    await user.keyboard('{ArrowDown}');
    expect(pointed()).toBe(options()[1]);
    await user.keyboard('{ArrowUp}{ArrowUp}');
    expect(pointed()).toBe(options().at(-1));
    await user.keyboard('{ArrowDown}');
    expect(pointed()).toBe(options()[0]);
    expect(screen.getByText(`${options().length} results`)).toBeTruthy();
    await user.keyboard('qqqq');
    await find('palette-none');
    expect([field.getAttribute('aria-activedescendant'), field.getAttribute('aria-expanded')]).toEqual([null, 'false']);
    await user.keyboard('{Enter}');
    expect(screen.getByTestId('palette'), 'nothing is run').toBeTruthy();
  });

  test('closes with Esc and gives the focus back, to a row of the list too', async () => {
    const opened = await openWindow({ rows: labelled() });
    const name = rowOf('i-slack').querySelector<HTMLElement>('[data-test=integration-open]')!;
    name.focus();
    await palette('', opened);
    expect(titles()[0], 'the row that had the focus is meant first').toBe('Verify now: Slack');
    await opened.user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByTestId('palette')).toBeNull());
    await waitFor(() => expect(document.activeElement).toBe(name));
  });

  test('shows first what was run lately', async () => {
    const opened = await palette('activ{Enter}');
    await find('view-activity');
    await palette('stripe{Enter}', opened);
    await waitFor(() => expect(screen.getByTestId('view-integration').dataset.id).toBe('i-stripe'));
    await palette('', opened);
    expect(options().slice(0, 2).map(({ dataset }) => dataset.command)).toEqual(['open:i-stripe', 'go:activity']);
    await opened.host.disconnectIntegration('i-stripe', false);
    await waitFor(() => expect(options()[0]!.dataset.command, 'what is gone is not offered').toBe('go:activity'));
  });

  test('copies a name', async () => {
    const opened = await palette('copy slack{Enter}');
    expect((await find('toast')).textContent).toContain('The name was copied');
    expect(await navigator.clipboard.readText()).toBe('Slack');
    expect(opened.host.calls).toEqual([]);
  });

  test('draws fifty of ten thousand', async () => {
    await palette('service', await openWindow({ rows: crowd(10_000) }));
    await waitFor(() => expect(options().length).toBe(50));
  });
});
