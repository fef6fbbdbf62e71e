// The table of keys: what a press means, how keys are written, and that the sheet shows all of them.
import { waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { ariaKeysOf, capsOf, hintOf, isPressed, Keys, shortcuts, type Shortcut } from '../src/state/shortcut';
import { openPage, openWindow, rowOf, screen } from './window';

const find = (name: string) => screen.findByTestId(name);

function pressOf(key: string, init: KeyboardEventInit = {}, on: HTMLElement = document.body): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, ...init });
  Object.defineProperty(event, 'target', { value: on });
  return event;
}
const press = (key: string, init: KeyboardEventInit = {}, on?: HTMLElement, mac = false) => new Keys(mac).press(pressOf(key, init, on));

describe('a key that works everywhere', () => {
  test('is what it says', () => {
    expect(['/', 'n', '?', 'F2', 'Delete', 'Escape', 'v', 'r', 'c', 'p', 'l'].map((key) => press(key))).toEqual(['search', 'add', 'sheet', 'rename', 'disconnect', 'leave', 'verify', 'refresh', 'reconnect', 'pause', 'label']);
    expect(['k', 'f', 'n', 'v', 'z', '2', '3'].map((key) => press(key, { ctrlKey: true }))).toEqual(['palette', 'search', 'add', 'paste', 'undo', 'health', 'activity']);
  });

  test('is held with Cmd on macOS and with Ctrl elsewhere, and no other way', () => {
    expect(press('k', { metaKey: true }, undefined, true)).toBe('palette');
    expect(press('k', { ctrlKey: true }, undefined, true)).toBeNull();
    expect(press('k', { metaKey: true })).toBeNull();
    for (const held of [{ altKey: true, ctrlKey: true }, { ctrlKey: true, shiftKey: true }]) expect(press('k', held)).toBeNull();
    expect([press('p', { ctrlKey: true }), press('V', { shiftKey: true })]).toEqual([null, null]);
  });

  test('never takes a letter away from somebody who types', () => {
    const field = document.createElement('input');
    expect(['/', '?', 'n', 'v', 'Delete', 'F2', 'g'].map((key) => press(key, {}, field))).toEqual(Array(7).fill(null));
    for (const ofField of ['z', 'v']) expect(press(ofField, { ctrlKey: true }, field)).toBeNull();
    expect(press('a', { ctrlKey: true }, field)).toBeNull();
    expect(press('k', { ctrlKey: true }, field)).toBe('palette');
    const keys = new Keys(false);
    expect([keys.press(pressOf('g', {}, field)), keys.press(pressOf('s', {}, field))]).toEqual([null, null]);
    const composing = pressOf('n');
    Object.defineProperty(composing, 'isComposing', { value: true });
    expect(new Keys(false).press(composing)).toBeNull();
  });

  test('may be two, one after the other, if not too late', () => {
    const keys = new Keys(false);
    const after = (key: string, ms: number) => {
      const event = pressOf(key);
      Object.defineProperty(event, 'timeStamp', { value: ms });
      return keys.press(event);
    };
    expect([after('g', 0), after('s', 900)]).toEqual([null, 'settings']);
    expect([after('g', 2_000), after('s', 4_000)]).toEqual([null, null]);
    expect([after('g', 5_000), after('v', 5_100)], 'a wrong second key does nothing').toEqual([null, null]);
    expect(after('v', 5_200)).toBe('verify');
  });

  test('stands once: no press means two things where both could be meant', () => {
    const all = (Object.keys(shortcuts) as Shortcut[]).filter((name) => shortcuts[name].scope !== 'list').flatMap((name) => shortcuts[name].keys);
    expect(new Set(all).size).toBe(all.length);
    const singles = new Set(all.filter((way) => !way.includes(' ')));
    expect(all.filter((way) => way.includes(' ') && singles.has(way.split(' ')[0]!))).toEqual([]);
  });

  test('may be turned off where it is a letter or a sign by itself', () => {
    const off = (key: string, init: KeyboardEventInit = {}) => new Keys(false).press(pressOf(key, init), false);
    expect(['n', '/', '?', 'v', 'g'].map((key) => off(key))).toEqual(Array(5).fill(null));
    const keys = new Keys(false);
    expect([keys.press(pressOf('g'), false), keys.press(pressOf('s'), false)]).toEqual([null, null]);
    expect([off('k', { ctrlKey: true }), off('f', { ctrlKey: true }), off('F2'), off('Escape')]).toEqual(['palette', 'search', 'rename', 'leave']);
    expect(capsOf('search', { mac: false, letters: false })).toEqual([['Ctrl', 'F']]);
    expect(capsOf('verify', { letters: false })).toEqual([]);
  });

  test('is written as it stands on the keyboard', () => {
    expect(capsOf('palette', { mac: false })).toEqual([['Ctrl', 'K']]);
    expect(capsOf('extend', { mac: true })[0]).toEqual(['⇧', '↑']);
    expect([hintOf('palette', true), hintOf('palette', false), hintOf('settings', true)]).toEqual(['⌘K', 'Ctrl K', 'G S']);
    expect([ariaKeysOf('add', true), ariaKeysOf('add', false), ariaKeysOf('settings', false)]).toEqual(['n Meta+N', 'n Control+N', 'Control+4']);
    expect(isPressed(pressOf(' ', { shiftKey: true }), 'extend', false)).toBe(true);
  });
});

describe('the sheet', () => {
  test('behind “?” shows every key there is, and Esc gives the focus back', async () => {
    const { user } = await openWindow();
    const row = rowOf('i-github').querySelector<HTMLElement>('[data-test=integration-open]')!;
    row.focus();
    await user.keyboard('?');
    const sheet = await find('shortcuts');
    const lines = screen.getAllByTestId('shortcut');
    expect(new Set(lines.map(({ dataset }) => dataset.shortcut))).toEqual(new Set(Object.keys(shortcuts)));
    expect(sheet.textContent).toContain('Run a command or find an integration');
    expect(lines.find(({ dataset }) => dataset.shortcut === 'palette')!.querySelectorAll('kbd')).toHaveLength(2);
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByTestId('shortcuts')).toBeNull());
    await waitFor(() => expect(document.activeElement).toBe(row));
  });

  test('opens from the settings as well, and turns letters off, for now and later', async () => {
    const { host, user } = await openWindow();
    await user.click(await find('nav-settings'));
    await user.click(await find('shortcuts-open'));
    await user.click(await find('letter-keys'));
    await waitFor(() => expect(host.preferred.letter_keys).toBe(false));
    expect(screen.getAllByTestId('shortcut').find(({ dataset }) => dataset.shortcut === 'verify')!.querySelector('kbd')).toBeNull();
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByTestId('shortcuts')).toBeNull());
    await user.keyboard('gi?n');
    expect([screen.queryByTestId('shortcuts'), screen.queryByTestId('connect-dialog')]).toEqual([null, null]);
    expect(screen.getByTestId('view-settings')).toBeTruthy();
    await user.keyboard('{Control>}1{/Control}');
    expect((await find('view-integrations')).querySelector('.search kbd')?.textContent).toBe('Ctrl');
  });
});

describe('on the page', () => {
  test('letters do what the menu does, and the menu says so', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-github');
    await opened.user.keyboard('r');
    await waitFor(() => expect(opened.host.calls).toContain('refreshIntegration'));
    await opened.user.keyboard('p');
    await waitFor(() => expect(opened.host.calls).toContain('pauseIntegration'));
    await waitFor(() => expect(screen.getByTestId('view-integration').dataset.status).toBe('paused'));
    await opened.user.keyboard('r');
    expect(opened.host.calls.filter((name) => name === 'refreshIntegration'), 'a paused one is not refreshed').toHaveLength(1);
    await opened.user.click(await find('menu'));
    expect((await find('menu-rename')).querySelector('kbd')?.textContent).toBe('F2');
    expect((await find('menu-disconnect')).querySelector('kbd')?.textContent).toBe('Del');
  });

  test('F2 and “l” edit it, also from its row in the list', async () => {
    const { user, host } = await openWindow();
    rowOf('i-github').querySelector<HTMLElement>('[data-test=integration-open]')!.focus();
    await user.keyboard('{F2}');
    await find('rename-field');
    await user.keyboard('Work{Enter}');
    await waitFor(() => expect(host.rows.find(({ integration }) => integration.id === 'i-github')!.integration.name).toBe('Work'));
    await user.keyboard('l');
    await find('label-field');
    await user.keyboard('production{Enter}');
    await waitFor(() => expect(screen.getByTestId('label').dataset.label).toBe('production'));
  });
});

test('views are gone to by two letters or by Ctrl and a number', async () => {
  const { user } = await openWindow();
  await user.keyboard('gs');
  await find('view-settings');
  await user.keyboard('{Control>}3{/Control}');
  await find('view-activity');
  await user.keyboard('gh');
  await find('view-health');
  await user.keyboard('gi');
  await find('view-integrations');
});
