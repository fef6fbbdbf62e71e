// Selecting rows, and doing one thing to all of them.
import { waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { labelled } from '../src/api/fake/list';
import { crowd, integrationOf } from '../src/api/fake/seed';
import type { IntegrationId, Verdict } from '../src/api/host';
import { openWindow, rowOf, screen, type Opened } from './window';

const find = (name: string) => screen.findByTestId(name);
const box = (id: string) => rowOf(id).querySelector<HTMLElement>('[data-test=row-select]')!;
const nameOf = (id: string) => rowOf(id).querySelector<HTMLElement>('[data-test=integration-open]')!;
const selected = () => screen.getAllByTestId('integration').filter((row) => row.getAttribute('aria-selected') === 'true').map(({ dataset }) => dataset.id);
const all = () => screen.getAllByTestId('integration').map(({ dataset }) => dataset.id!);

describe('rows are selected', () => {
  test('by a click on their box, with Shift up to there, with Ctrl anywhere', async () => {
    const { user } = await openWindow();
    const order = all();
    await user.click(box(order[1]!));
    await user.keyboard('{Shift>}');
    await user.click(box(order[4]!));
    await user.keyboard('{/Shift}');
    expect(selected()).toEqual(order.slice(1, 5));
    expect(box(order[2]!).getAttribute('aria-checked')).toBe('true');
    await user.keyboard('{Control>}');
    await user.click(nameOf(order[2]!));
    await user.keyboard('{/Control}');
    expect(selected()).toEqual([order[1], order[3], order[4]]);
    expect(screen.getByTestId('selected-count').textContent).toBe('3 selected');
    expect(screen.getByTestId('select-all').getAttribute('aria-checked')).toBe('mixed');
    await user.click(nameOf(order[0]!));
    expect(await find('view-integration'), 'a plain click still opens').toBeTruthy();
  });

  test('by the keyboard: Space, Shift with the arrows, Ctrl+A; Esc lets them go and stays in the list', async () => {
    const { user } = await openWindow();
    const order = all();
    nameOf(order[0]!).focus();
    await user.keyboard(' ');
    expect(selected()).toEqual([order[0]]);
    await user.keyboard('{Shift>}{ArrowDown}{ArrowDown}{/Shift}');
    await waitFor(() => expect(selected()).toEqual(order.slice(0, 3)));
    await waitFor(() => expect(document.activeElement).toBe(nameOf(order[2]!)));
    await user.keyboard(' ');
    expect(selected()).toEqual(order.slice(0, 2));
    await user.keyboard('{Control>}a{/Control}');
    expect(selected()).toEqual(order);
    expect(screen.getByTestId('select-all').getAttribute('aria-checked')).toBe('true');
    await user.keyboard('{Escape}');
    expect(selected()).toEqual([]);
    expect(document.activeElement).toBe(nameOf(order[2]!));
    await user.keyboard('{ArrowLeft} ');
    expect(selected(), 'the box is a cell of its own').toEqual([order[2]]);
    await user.keyboard('{ArrowRight}{Enter}');
    await find('view-integration');
  });

  test('only as long as they are shown: nobody pauses what they do not see', async () => {
    const { user, host } = await openWindow();
    await user.click(screen.getByTestId('select-all'));
    await user.click(screen.getByTestId('filter-needs'));
    expect(screen.getByTestId('selected-count').textContent).toBe('3 selected');
    await user.click(screen.getByTestId('bulk-pause'));
    await waitFor(() => expect(host.calls.filter((name) => name === 'pauseIntegration')).toHaveLength(3));
  });
});

describe('what is done to many', () => {
  async function selecting(...ids: IntegrationId[]): Promise<Opened> {
    const opened = await openWindow({ rows: labelled() });
    for (const id of ids) await opened.user.click(box(id));
    return opened;
  }

  test('is told once: how many, which not, and those stay selected', async () => {
    const opened = await selecting('i-github', 'i-openai', 'i-databricks', 'i-stripe', 'i-twilio');
    const said: Record<string, Verdict> = {
      'i-openai': { outcome: 'refused', reason: 'It answered 401.' },
      'i-databricks': { outcome: 'could_not_reach', reason: 'No answer.' },
      'i-stripe': { outcome: 'works_without', account: null, missing: 'list charges' },
    };
    const real = opened.host.verifyIntegration;
    opened.host.verifyIntegration = async (id) => said[id] ?? real(id);
    await opened.user.click(screen.getByTestId('bulk-verify'));
    const toast = await find('toast');
    expect(toast.textContent).toContain('1 verified, 1 limited, 1 paused, so not asked, 1 refused, 1 not reached');
    expect(toast.textContent).toContain('Refused: OpenAI. Not reached: Databricks.');
    expect(screen.getAllByTestId('toast')).toHaveLength(1);
    expect(new Set(selected())).toEqual(new Set(['i-openai', 'i-databricks']));
  });

  test('pauses and resumes by the keyboard as well', async () => {
    const opened = await selecting('i-github', 'i-twilio');
    nameOf('i-github').focus();
    await opened.user.keyboard('p');
    await waitFor(() => expect(rowOf('i-github').dataset.status).toBe('paused'));
    expect((await find('toast')).textContent).toContain('1 paused, 1 paused before');
    await opened.user.click(screen.getByTestId('filter-paused'));
    await opened.user.click(screen.getByTestId('select-all'));
    await opened.user.click(screen.getByTestId('bulk-resume'));
    await waitFor(() => expect(opened.host.rows.filter(({ integration }) => integration.status.status === 'paused')).toEqual([]));
    await waitFor(() => expect(screen.getAllByTestId('toast').at(-1)!.textContent).toContain('2 resumed'));
  });

  test('adds a label, once where it is there already; a failure is named with its reason', async () => {
    const opened = await selecting('i-github', 'i-slack', 'i-openai');
    const real = opened.host.setLabels;
    const { fail } = await import('../src/api/fake/model');
    opened.host.setLabels = async (id, labels) => {
      if (id === 'i-openai') throw fail('disk_full');
      return real(id, labels);
    };
    nameOf('i-slack').focus();
    await opened.user.keyboard('l');
    await find('label-field');
    await opened.user.keyboard('Production{Enter}');
    const toast = await find('toast');
    expect(toast.textContent).toContain('1 labelled, 1 had it before, 1 failed');
    expect(toast.textContent).toContain('Failed: OpenAI. Nothing was changed. Free some space, then try again.');
    expect(opened.host.rows.find(({ integration }) => integration.id === 'i-slack')!.integration.labels).toEqual(['Production']);
    expect(selected()).toEqual(['i-openai']);
  });

  test('asks few services at once, each one by one, and can be stopped', async () => {
    const one = (id: number, connectorId: string) => integrationOf({ id: `i-${id}`, connectorId, method: 'api_key', account: null, name: `Service ${id}` });
    const connectors = ['github', 'stripe', 'openai', 'databricks', 'twilio', 'zendesk'];
    const rows = Array.from({ length: 30 }, (_, index) => one(index, connectors[index % connectors.length]!));
    const { host, user } = await openWindow({ rows });
    const open = new Map<IntegrationId, () => void>();
    let most = 0;
    let crowdedService = false;
    host.verifyIntegration = (id) =>
      new Promise((resolve) => {
        const busy = [...open.keys()].map((other) => rows.find((row) => row.integration.id === other)!.integration.connector.id);
        crowdedService ||= busy.includes(rows.find((row) => row.integration.id === id)!.integration.connector.id);
        open.set(id, () => (open.delete(id), resolve({ outcome: 'works', account: null })));
        most = Math.max(most, open.size);
      });
    await user.click(screen.getByTestId('select-all'));
    await user.click(screen.getByTestId('bulk-verify'));
    await find('bulk-progress');
    expect(screen.getByTestId('select-all')).toHaveProperty('disabled', true);
    for (let answered = 0; answered < 12; answered += 1) {
      await waitFor(() => expect(open.size).toBeGreaterThan(0));
      open.values().next().value!();
    }
    await waitFor(() => expect(screen.getByTestId('bulk-progress').textContent).toMatch(/Verifying 13 of 30/));
    await user.click(screen.getByTestId('bulk-stop'));
    await waitFor(() => expect(screen.getByTestId('bulk-progress').textContent).toContain('Stopping'));
    while (open.size > 0) open.values().next().value!();
    expect((await find('toast')).textContent).toContain('16 verified, 14 left out');
    expect([most, crowdedService]).toEqual([4, false]);
    expect(screen.getByTestId('selected-count').textContent).toBe('14 selected');
  });

  test('of two thousand fetches each that changed and never the whole list', async () => {
    const { host, user } = await openWindow({ rows: crowd(2_000) });
    let lists = 0;
    const real = host.integrations;
    host.integrations = async () => ((lists += 1), real());
    await user.click(screen.getByTestId('select-all'));
    await user.click(screen.getByTestId('bulk-pause'));
    expect((await screen.findByTestId('toast', {}, { timeout: 20_000 })).textContent).toContain('2,000 paused');
    await waitFor(() => expect(rowOf('i-0').dataset.status).toBe('paused'));
    expect(lists).toBe(0);
  });
});
