// What the desktop is told: each choice counts at once, and hours that are none are said in place.
import { fireEvent, waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { openWindow, screen, type Opened } from './window';

const find = (name: string) => screen.findByTestId(name);
const checked = (name: string) => screen.getByTestId(name).getAttribute('aria-checked');
const field = async (name: string) => (await find(name)) as HTMLInputElement;

async function settings(): Promise<Opened> {
  const opened = await openWindow();
  await opened.user.click(await find('nav-settings'));
  await find('notify-needs');
  return opened;
}

describe('notifications', () => {
  test('are on until they are switched off, and then stay off', async () => {
    const { user, host } = await settings();
    expect([checked('notify-needs'), checked('notify-replace'), checked('quiet-hours')]).toEqual(['true', 'true', 'false']);
    await user.click(await find('notify-replace'));
    await waitFor(() => expect(checked('notify-replace')).toBe('false'));
    expect((await host.preferences()).notifications).toEqual({ needs_you: true, replace_soon: false, quiet: null });
    await user.click(await find('nav-integrations'));
    await user.click(await find('nav-settings'));
    await find('notify-needs');
    expect(checked('notify-replace')).toBe('false');
  });

  test('keep quiet at night once that is wanted, and at other hours when they are set', async () => {
    const { user, host } = await settings();
    expect(screen.queryByTestId('quiet-from')).toBeNull();
    await user.click(await find('quiet-hours'));
    expect((await field('quiet-from')).value).toBe('22:00');
    await fireEvent.change(await find('quiet-until'), { target: { value: '08:30' } });
    await waitFor(async () => expect((await host.preferences()).notifications.quiet).toEqual({ from: 22 * 60, until: 8 * 60 + 30 }));
    await user.click(await find('quiet-hours'));
    await waitFor(() => expect(screen.queryByTestId('quiet-from')).toBeNull());
    expect((await host.preferences()).notifications.quiet).toBeNull();
  });

  test('take both ends of the hours when they are changed in one go', async () => {
    const { user, host } = await settings();
    await user.click(await find('quiet-hours'));
    const [from, until] = [await field('quiet-from'), await field('quiet-until')];
    void fireEvent.change(from, { target: { value: '21:15' } });
    void fireEvent.change(until, { target: { value: '06:45' } });
    await waitFor(async () => expect((await host.preferences()).notifications.quiet).toEqual({ from: 21 * 60 + 15, until: 6 * 60 + 45 }));
    await waitFor(() => expect(screen.getByTestId('quiet-hours').getAttribute('aria-busy')).toBeNull());
  });

  test('with hours that are none say so and leave them as they were', async () => {
    const { user, host } = await settings();
    await user.click(await find('quiet-hours'));
    await fireEvent.change(await find('quiet-until'), { target: { value: '22:00' } });
    expect((await find('notifications-problem')).textContent).toContain('two different minutes');
    expect((await host.preferences()).notifications.quiet?.until).toBe(7 * 60);
  });
});
