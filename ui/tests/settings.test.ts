// The settings as a page: its groups, the way to each part, and what is chosen for the whole program.
import { fireEvent, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeHost } from '../src/api/fake/host';
import { fail } from '../src/api/fake/model';
import { workingDay } from '../src/api/fake/seed';
import { commandsOf } from '../src/features/palette/command';
import { App } from '../src/state/app.svelte';
import { isAppearance } from '../src/views/appearance';
import { openWindow, screen, type Opened } from './window';

const find = (name: string) => screen.findByTestId(name);
const radio = (name: string) => screen.getByTestId(name) as HTMLInputElement;
const theme = () => document.documentElement.dataset.theme;

async function settings(): Promise<Opened> {
  const opened = await openWindow();
  await opened.user.click(await find('nav-settings'));
  await find('appearance-dark');
  return opened;
}

afterEach(() => void delete document.documentElement.dataset.theme);

describe('the settings', () => {
  const seen: Element[] = [];
  beforeEach(() => {
    seen.length = 0;
    vi.spyOn(Element.prototype, 'scrollIntoView').mockImplementation(function (this: Element) {
      seen.push(this);
    });
  });
  afterEach(() => vi.restoreAllMocks());

  test('lead to each of their groups, which take the focus', async () => {
    const { user } = await settings();
    const headings = within(screen.getByTestId('view-settings')).getAllByRole('heading', { level: 2 });
    const ways = screen.getAllByTestId(/^settings-go-/);
    expect(ways.map(({ textContent }) => textContent)).toEqual(headings.map(({ textContent }) => textContent));
    for (const [place, way] of ways.entries()) {
      await user.click(way);
      expect(document.activeElement).toBe(headings[place]);
      await waitFor(() => expect(seen.at(-1)).toBe(headings[place]!.parentElement));
    }
  });

  test('can be gone to part by part from the palette', async () => {
    await settings();
    const app = new App(new FakeHost({ rows: workingDay() }));
    const commands = commandsOf(app, []).filter(({ id }) => id.startsWith('settings:'));
    const reached = commands.map(({ run }) => (run(), app.route.place.view === 'settings' ? app.route.place.part : null));
    const there = [...screen.getByTestId('view-settings').querySelectorAll<HTMLElement>('[data-part]')].map(({ dataset }) => dataset.part);
    expect(new Set(reached)).toEqual(new Set(there));
    expect(commands.map(({ title }) => title)).toContain('Settings: appearance');
  });

  test('show the part that the palette is asked for, and once more', async () => {
    const { user } = await openWindow();
    for (const _ of [1, 2]) {
      seen.length = 0;
      await user.keyboard('{Control>}k{/Control}');
      await user.type(await find('palette-field'), 'quiet h');
      await user.keyboard('{Enter}');
      await waitFor(() => expect((seen.at(-1) as HTMLElement | undefined)?.dataset.part).toBe('notifications'));
    }
  });

  test('of a closed vault say what it is, and nothing that lies in it', async () => {
    const { user } = await openWindow({ vault: { vault: 'passphrase_needed' } });
    await user.click(await find('nav-settings'));
    await find('data-folder');
    expect(screen.getAllByTestId(/^settings-go-/).map(({ dataset }) => dataset.test)).toEqual(['settings-go-vault', 'settings-go-about']);
    expect([screen.queryByTestId('appearance'), screen.queryByTestId('notifications')]).toEqual([null, null]);
  });
});

describe('the appearance', () => {
  test('is the system’s until it is chosen, and then counts at once', async () => {
    const { user, host } = await settings();
    expect([theme(), radio('appearance-system').checked]).toEqual([undefined, true]);
    await user.click(await find('appearance-dark'));
    expect(theme()).toBe('dark');
    await waitFor(() => expect(host.preferred.appearance).toBe('dark'));
    await user.click(await find('appearance-light'));
    expect(theme()).toBe('light');
    await user.click(await find('appearance-system'));
    expect(theme()).toBeUndefined();
    await waitFor(() => expect(host.preferred.appearance).toBe('system'));
  });

  test('is as the host opened the page until the vault tells', async () => {
    document.documentElement.dataset.theme = 'light';
    const host = new FakeHost({ rows: workingDay() });
    host.preferred = { ...host.preferred, appearance: 'dark' };
    const { render } = await import('@testing-library/svelte');
    const { default: Window } = await import('../src/views/Window.svelte');
    render(Window, { props: { host } });
    expect(theme()).toBe('light');
    await waitFor(() => expect(theme()).toBe('dark'));
  });

  test('goes back when it is refused, and says why', async () => {
    const { user, host } = await settings();
    host.setPreferences = async () => Promise.reject(fail('disk_full'));
    await user.click(await find('appearance-dark'));
    expect((await find('appearance-problem')).textContent).toContain('Free some space');
    expect([theme(), radio('appearance-system').checked, radio('appearance-dark').checked]).toEqual([undefined, true, false]);
  });

  test('that no host would say is none', () => {
    expect(['system', 'light', 'dark', 'dim', '', null].map(isAppearance)).toEqual([true, true, true, false, false, false]);
  });
});

describe('refreshing', () => {
  const wished = ({ host }: Opened) => host.preferred.refresh;

  test('comes as early as is wished, by one’s own margin too, and the list is asked anew', async () => {
    const opened = await settings();
    const { user, host } = opened;
    expect(radio('margin-standard').checked).toBe(true);
    expect(screen.queryByTestId('margin-minutes')).toBeNull();
    let loads = 0;
    const { integrations } = host;
    host.integrations = async () => (loads++, integrations());
    await user.click(await find('margin-early'));
    await waitFor(() => expect(wished(opened)).toEqual({ margin: { margin: 'early' }, keep_warm: true }));
    await waitFor(() => expect(loads).toBe(1));
    await user.click(await find('margin-own'));
    const field = (await find('margin-minutes')) as HTMLInputElement;
    expect([field.value, field.min, field.max]).toEqual(['30', '1', '120']);
    await fireEvent.change(field, { target: { value: '45' } });
    await waitFor(() => expect(wished(opened).margin).toEqual({ margin: 'own', minutes: 45 }));
    await user.click(await find('margin-standard'));
    await waitFor(() => expect(screen.queryByTestId('margin-minutes')).toBeNull());
  });

  test('refuses minutes that are none, in place', async () => {
    const opened = await settings();
    await opened.user.click(await find('margin-own'));
    for (const value of ['0', '121', '1.5', '']) {
      await fireEvent.change(await find('margin-minutes'), { target: { value } });
      expect((await find('refreshing-problem')).textContent, value).toContain('from 1 to 120');
      expect(wished(opened).margin).toEqual({ margin: 'own', minutes: 30 });
    }
    await fireEvent.change(await find('margin-minutes'), { target: { value: '2' } });
    await waitFor(() => expect(screen.queryByTestId('refreshing-problem')).toBeNull());
  });

  test('keeps unused sign-ins alive unless that is switched off', async () => {
    const opened = await settings();
    const state = () => screen.getByTestId('keep-warm').getAttribute('aria-checked');
    expect(state()).toBe('true');
    await opened.user.click(await find('keep-warm'));
    await waitFor(() => expect([state(), wished(opened).keep_warm]).toEqual(['false', false]));
  });
});

describe('the schedule of verifications', () => {
  test('is daily until another one is chosen, and goes back when that is refused', async () => {
    const { user, host } = await settings();
    expect(radio('verification-daily').checked).toBe(true);
    await user.click(await find('verification-weekly'));
    await waitFor(() => expect(host.preferred.verification).toBe('weekly'));
    host.setPreferences = async () => Promise.reject(fail('disk_full'));
    await user.click(await find('verification-off'));
    await find('verification-problem');
    expect([radio('verification-weekly').checked, radio('verification-off').checked]).toEqual([true, false]);
  });
});
