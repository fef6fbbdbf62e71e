// The list with ten thousand rows: what is drawn, where the focus is, and what a change costs.
import { cleanup, fireEvent, render, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, test, vi } from 'vitest';
import { FakeHost } from '../src/api/fake/host';
import { crowd } from '../src/api/fake/seed';
import Window from '../src/views/Window.svelte';
import { openWindow, rowOf, screen, type Opened } from './window';

const COUNT = 10_000;
const find = (name: string) => screen.findByTestId(name);
const box = () => screen.getByTestId('integration-list').parentElement!;
const drawn = () => screen.getAllByTestId('integration');
const nameOf = (id: string) => rowOf(id).querySelector<HTMLElement>('[data-test=integration-open]')!;
const held = () => document.activeElement?.closest<HTMLElement>('[data-test=integration]')?.dataset.id;

const open = (): Promise<Opened> => openWindow({ rows: crowd(COUNT) });

async function scroll(to: number): Promise<void> {
  box().scrollTop = to;
  await fireEvent.scroll(box());
}

describe('ten thousand integrations', () => {
  test('are a grid that says how many there are, and draws a screenful', async () => {
    await open();
    const grid = await find('integration-list');
    expect([grid.getAttribute('role'), grid.getAttribute('aria-rowcount'), grid.getAttribute('aria-multiselectable')]).toEqual(['grid', String(COUNT + 1), 'true']);
    expect(drawn().length).toBeLessThan(50);
    expect(rowOf('i-0').getAttribute('aria-rowindex')).toBe('2');
    await scroll(53 * 7_000);
    expect(drawn().length).toBeLessThan(50);
    expect(rowOf('i-7000').getAttribute('aria-rowindex')).toBe('7002');
    expect([...rowOf('i-7000').children].map((cell) => cell.getAttribute('role'))).toEqual(Array(5).fill('gridcell'));
  });

  test('have one stop for Tab, which follows the arrow keys to either end', async () => {
    const { user } = await open();
    const stops = () => drawn().filter((row) => row.querySelector('[data-cell=open][tabindex="0"]')).map(({ dataset }) => dataset.id);
    expect(stops()).toEqual(['i-0']);
    nameOf('i-0').focus();
    await user.keyboard('{End}');
    await waitFor(() => expect(held()).toBe(`i-${COUNT - 1}`));
    await user.keyboard('{ArrowUp}{ArrowUp}');
    await waitFor(() => expect(held()).toBe(`i-${COUNT - 3}`));
    expect(stops()).toEqual([`i-${COUNT - 3}`]);
    expect(document.activeElement?.closest('[role=row]')?.getAttribute('aria-rowindex')).toBe(String(COUNT - 3 + 2));
    await user.keyboard('{Home}');
    await waitFor(() => expect(held()).toBe('i-0'));
  });

  test('keep the focus on its row while the list is scrolled away and back', async () => {
    const { user } = await open();
    nameOf('i-3').focus();
    const element = document.activeElement;
    await scroll(53 * 9_000);
    expect(rowOf('i-9000')).toBeTruthy();
    expect(document.activeElement, 'the very element').toBe(element);
    expect(drawn().length).toBeLessThan(50);
    await scroll(0);
    expect(document.activeElement).toBe(element);
    await scroll(53 * 9_000);
    await user.keyboard('{ArrowDown}');
    await waitFor(() => expect(held(), 'from where the focus is').toBe('i-4'));
    expect(box().scrollTop).toBe(53 * 4);
  });

  test('fetch one row when one changes, and draw only that anew', async () => {
    const { host } = await open();
    const all = vi.spyOn(host, 'integrations');
    const one = vi.spyOn(host, 'integrationRow');
    const [changed, other] = [rowOf('i-5'), rowOf('i-6')];
    await host.renameIntegration('i-5', 'Service 00005 renamed');
    await waitFor(() => expect(nameOf('i-5').textContent).toBe('Service 00005 renamed'));
    expect([all.mock.calls.length, one.mock.calls.length]).toEqual([0, 1]);
    expect([rowOf('i-5') === changed, rowOf('i-6') === other]).toEqual([true, true]);
  });

  test('fetch one row when one is added or removed', async () => {
    const { host } = await open();
    const all = vi.spyOn(host, 'integrations');
    const count = () => screen.getByTestId('integration-list').getAttribute('aria-rowcount');
    await host.disconnectIntegration('i-5', false);
    await waitFor(() => expect(count()).toBe(String(COUNT)));
    await host.undoDisconnect('i-5');
    await waitFor(() => expect(count()).toBe(String(COUNT + 1)));
    expect(rowOf('i-5').getAttribute('aria-rowindex'), 'where it was').toBe('7');
    expect(all).not.toHaveBeenCalled();
  });

  test('keep what changed while all are being read', async () => {
    const { host } = await open();
    let answer = () => {};
    const held = new Promise<void>((resolve) => (answer = resolve));
    const before = await host.integrations();
    const reading = vi.fn(async () => held.then(() => before));
    host.integrations = reading;
    host.emit({ event: 'vault_changed' });
    await waitFor(() => expect(reading).toHaveBeenCalled());
    await host.renameIntegration('i-5', 'Service 00005 renamed');
    await host.disconnectIntegration('i-6', false);
    await waitFor(() => expect(nameOf('i-5').textContent).toBe('Service 00005 renamed'));
    const read = vi.spyOn(host, 'integrationRow');
    answer();
    await held;
    await new Promise((resolve) => setTimeout(resolve));
    expect(nameOf('i-5').textContent).toBe('Service 00005 renamed');
    expect(drawn().map(({ dataset }) => dataset.id)).not.toContain('i-6');
    expect(read).not.toHaveBeenCalled();
  });

  test('are all read again at a change after they could not be', async () => {
    const host = new FakeHost({ rows: crowd(COUNT) });
    const all = host.integrations;
    host.integrations = async () => {
      throw { code: 'vault_busy', message: 'Busy.', action: null };
    };
    render(Window, { props: { host } });
    await find('list-failure');
    host.integrations = all;
    await host.renameIntegration('i-5', 'Service 00005 renamed');
    await waitFor(() => expect(nameOf('i-5').textContent).toBe('Service 00005 renamed'));
    expect(screen.getByTestId('integration-list').getAttribute('aria-rowcount')).toBe(String(COUNT + 1));
    expect(screen.queryByTestId('list-failure')).toBeNull();
  });

  test('show a burst of changes together, and none is lost', async () => {
    const { host } = await open();
    const all = vi.spyOn(host, 'integrations');
    const seen = new Set<string | null>();
    const observer = new MutationObserver(() => seen.add(screen.queryByTestId('filter-paused')?.textContent ?? null));
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    await Promise.all(Array.from({ length: 40 }, (_, index) => host.pauseIntegration(`i-${index * 3}`, true)));
    await waitFor(() => expect(screen.getByTestId('filter-paused').textContent).toContain('40'));
    observer.disconnect();
    expect(seen.size, 'drawn far less often than something changed').toBeLessThan(20);
    expect(all).not.toHaveBeenCalled();
  });

  test('show what stood on top the last time while all the others are on their way', async () => {
    const host = new FakeHost({ rows: crowd(COUNT) });
    host.preferred = { ...host.preferred, sort: 'name' };
    host.top = ['i-7', 'i-3', 'gone'];
    let answer = () => {};
    const held = new Promise<void>((resolve) => (answer = resolve));
    const all = host.integrations;
    const reading = vi.fn(async () => held.then(all));
    host.integrations = reading;
    const top = host.topIntegrations;
    host.topIntegrations = async () => {
      await new Promise((resolve) => setTimeout(resolve));
      expect(reading, 'nothing else keeps the core busy until the top is there').not.toHaveBeenCalled();
      return top();
    };
    render(Window, { props: { host } });
    await find('list-reading');
    expect(drawn().map(({ dataset }) => dataset.id)).toEqual(['i-3', 'i-7']);
    expect(screen.getByTestId('nav-integrations').textContent).not.toMatch(/\d/);
    expect(screen.getByTestId('filter-all').textContent).not.toMatch(/\d/);
    await userEvent.type(screen.getByTestId('search'), '00009');
    expect(screen.queryByTestId('list-none'), 'nobody knows yet').toBeNull();
    answer();
    await waitFor(() => expect(drawn().map(({ dataset }) => dataset.id)).toEqual(['i-9']));
    expect(screen.queryByTestId('list-reading')).toBeNull();
    await userEvent.clear(screen.getByTestId('search'));
    await waitFor(() => expect(screen.getByTestId('filter-all').textContent).toContain('10,000'));
    expect(drawn()[0]?.dataset.id).toBe('i-0');
  });

  test('have their top remembered for the next start, and few need none', async () => {
    const { host } = await open();
    await waitFor(() => expect(host.top.slice(0, 3)).toEqual(['i-0', 'i-1', 'i-2']));
    expect(host.top.length).toBeGreaterThan(drawn().length);
    cleanup();
    const remembered = vi.spyOn(FakeHost.prototype as unknown as { called: (name: string) => Promise<void> }, 'called');
    const few = new FakeHost({ rows: crowd(100) });
    render(Window, { props: { host: few } });
    await find('integration-list');
    await Promise.resolve();
    expect(few.top).toEqual([]);
    expect(remembered.mock.calls.flat()).not.toContain('noteTop');
  });

  test('keep the focus where it is when its row moves, and give it to the neighbour when it goes', async () => {
    const { host, user } = await open();
    nameOf('i-2').focus();
    host.rows = host.rows.map((row) => (row.integration.id === 'i-2' ? { ...row, integration: { ...row.integration, status: { status: 'not_connected' as const } } } : row));
    host.emit({ event: 'integration_changed', id: 'i-2' });
    await waitFor(() => expect(rowOf('i-2').getAttribute('aria-rowindex'), 'what needs its user is first').toBe('2'));
    await waitFor(() => expect(held()).toBe('i-2'));
    await host.disconnectIntegration('i-2', false);
    await waitFor(() => expect(drawn().some(({ dataset }) => dataset.id === 'i-2')).toBe(false));
    await waitFor(() => expect(held()).toBe('i-0'));
    await user.keyboard('{ArrowDown}');
    await waitFor(() => expect(held()).toBe('i-1'));
  });

  test('are found by a search that keeps the focus in its field, and the list as it was left is there after a page', async () => {
    const { user } = await open();
    await user.type(await find('search'), 'service 0777');
    await waitFor(() => expect(screen.getByTestId('integration-list').getAttribute('aria-rowcount')).toBe('12'));
    expect(document.activeElement).toBe(screen.getByTestId('search'));
    await user.click(nameOf('i-7775'));
    await find('page-name');
    await user.keyboard('{Escape}');
    await waitFor(() => expect(held()).toBe('i-7775'));
    expect((await find('search') as HTMLInputElement).value).toBe('service 0777');
  });

  test('stand as they were left after the page of one far down', async () => {
    vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(530);
    const { user } = await open();
    await scroll(53 * 700);
    await user.click(nameOf('i-705'));
    await find('page-name');
    await user.keyboard('{Escape}');
    await waitFor(() => expect(held()).toBe('i-705'));
    expect(box().scrollTop).toBe(53 * 696);
  });

  test('have the focus on the neighbour of one that was parted from on its page', async () => {
    const { user } = await open();
    await user.click(nameOf('i-5'));
    await find('page-name');
    await user.keyboard('{Delete}');
    await find('disconnect-dialog');
    await user.keyboard('{Enter}');
    await waitFor(() => expect(screen.queryByTestId('disconnect-dialog')).toBeNull());
    await waitFor(() => expect(held()).toBe('i-6'));
  });
});
