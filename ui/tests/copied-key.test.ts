// The short ways through the window: a copied key by one press, a sign-in together with its service, and the focus that stays.
import { waitFor } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { workingDay } from '../src/api/fake/seed';
import { goesRound, keepsFocus } from '../src/components/focus';
import { openPage, openWindow, rowOf, screen } from './window';

const find = (name: string) => screen.findByTestId(name);
const focusedIs = (name: string) => waitFor(() => expect(document.activeElement).toHaveProperty('dataset.test', name));
const paste = '{Control>}v{/Control}';

test('a copied key whose service is known takes one press and Enter, and is stored no sooner', async () => {
  const { host, user } = await openWindow();
  await user.keyboard(paste);
  await find('key-held');
  expect((await find('connect-dialog')).textContent).toContain('Connect Stripe');
  await focusedIs('key-save');
  expect(host.calls).not.toContain('addApiKey');
  await user.keyboard('{Enter}');
  expect((await find('verdict')).textContent).toContain('Works as');
});

test('a copied key that nobody knows asks for its service, and is taken along', async () => {
  const { user } = await openWindow({ rows: workingDay(), clipboard: 'internal-0123456789' });
  await user.keyboard(paste);
  expect((await find('connect-dialog')).textContent).toContain('Which service is the copied key for?');
  await focusedIs('connector-search');
  await user.keyboard('stripe');
  await waitFor(() => expect(screen.getAllByTestId('connector')).toHaveLength(1));
  await user.keyboard('{Enter}');
  await find('key-held');
  await focusedIs('key-save');
});

test('a field that is still empty has the focus, not the button', async () => {
  const { user } = await openWindow({ rows: workingDay(), clipboard: 'internal-0123456789' });
  await user.keyboard(paste);
  await find('connector-search');
  await user.keyboard('zendesk');
  await waitFor(() => expect(screen.getAllByTestId('connector')).toHaveLength(1));
  await user.keyboard('{Enter}');
  await find('key-held');
  await focusedIs('field-subdomain');
});

test('an empty clipboard is said, and a field takes what is pasted into it', async () => {
  const { host, user } = await openWindow({ rows: workingDay(), clipboard: '' });
  await user.keyboard(paste);
  await find('toast');
  expect(screen.queryByTestId('connect-dialog')).toBeNull();
  const asked = host.calls.filter((call) => call === 'connectorOfCopiedKey').length;
  await user.click(await find('search'));
  await user.keyboard(paste);
  expect(host.calls.filter((call) => call === 'connectorOfCopiedKey')).toHaveLength(asked);
});

test('a sign-in is begun together with its service, by a click on it or by Ctrl and Enter', async () => {
  for (const begin of ['click', 'keys']) {
    const { user } = await openWindow();
    await user.keyboard('n');
    const practice = (await screen.findAllByTestId('connector')).find(({ dataset }) => dataset.id === 'practice')!;
    if (begin === 'click') {
      await user.click(practice.querySelector('[data-test=way-oauth]')!);
    } else {
      await user.keyboard('practice');
      await waitFor(() => expect(screen.getAllByTestId('connector')).toHaveLength(1));
      await find('connector-at-once');
      await user.keyboard('{Control>}{Enter}{/Control}');
    }
    expect((await find('authorization')).dataset.progress).toBe('waiting');
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByTestId('connect-dialog')).toBeNull());
    document.body.replaceChildren();
  }
});

test('a way that needs something filled in is shown instead', async () => {
  const { user } = await openWindow();
  await user.keyboard('n');
  const github = (await screen.findAllByTestId('connector')).find(({ dataset }) => dataset.id === 'github')!;
  await user.click(github.querySelector('[data-test=way-oauth]')!);
  await find('registration-save');
});

test('what takes its time keeps the focus', async () => {
  const opened = await openWindow();
  await openPage(opened, 'i-stripe');
  const button = await find('page-action');
  button.focus();
  await opened.user.keyboard('{Enter}');
  await find('toast');
  expect(document.activeElement).toBe(button);
});

test('what goes hands its focus to the part around it, and to nothing behind a dialog', async () => {
  document.body.innerHTML = '<main tabindex="-1"><section><form><button id="save">Save</button></form><button id="on">On</button></section></main>';
  const stop = keepsFocus();
  const section = document.querySelector('section')!;
  document.getElementById('save')!.focus();
  document.querySelector('form')!.remove();
  await waitFor(() => expect(document.activeElement).toBe(section));
  document.getElementById('on')!.focus();
  section.remove();
  await waitFor(() => expect(document.activeElement).toBe(document.querySelector('main')));
  const main = document.querySelector('main')!;
  main.innerHTML = '<button>Open</button>';
  main.querySelector('button')!.focus();
  document.body.insertAdjacentHTML('beforeend', '<div role="dialog"></div>');
  main.replaceChildren();
  await waitFor(() => expect(document.activeElement?.getAttribute('role')).toBe('dialog'));
  stop();
});

test('past the last stop comes the first', async () => {
  document.body.innerHTML = '<button id="one">1</button><button tabindex="-1">no stop</button><button id="two">2</button><button disabled>no stop</button>';
  const press = (shiftKey: boolean) => {
    const event = new KeyboardEvent('keydown', { key: shiftKey ? 'Unidentified' : 'Tab', code: 'Tab', shiftKey, cancelable: true });
    goesRound(event);
    return [event.defaultPrevented, document.activeElement?.id];
  };
  document.getElementById('two')!.focus();
  expect(press(false)).toEqual([true, 'one']);
  expect(press(false), 'from the first on the browser goes by itself').toEqual([false, 'one']);
  expect(press(true)).toEqual([true, 'two']);
});

test('a dialog without a field has the focus itself, and gives it back', async () => {
  const { user } = await openWindow();
  await user.click(await find('nav-health'));
  const before = document.activeElement;
  await user.keyboard('?');
  const sheet = await find('shortcuts');
  await waitFor(() => expect(document.activeElement).toBe(sheet));
  await user.keyboard('{Escape}');
  await waitFor(() => expect(document.activeElement).toBe(before));
});

test('a row that is removed hands the focus to the one under it, from the list and from its page', async () => {
  const opened = await openWindow();
  const rows = () => screen.getAllByTestId('integration').map(({ dataset }) => dataset.id);
  const [first, second, third] = rows();
  rowOf(first!).querySelector<HTMLElement>('[data-test=integration-open]')!.focus();
  await opened.user.keyboard('{Delete}');
  await focusedIs('disconnect-remove');
  await opened.user.keyboard('{Enter}');
  await waitFor(() => expect(rows()).not.toContain(first));
  await waitFor(() => expect(document.activeElement?.closest<HTMLElement>('[data-id]')?.dataset.id).toBe(second));
  await openPage(opened, second!);
  await opened.user.keyboard('{Delete}');
  await focusedIs('disconnect-remove');
  await opened.user.keyboard('{Enter}');
  await waitFor(() => expect(document.activeElement?.closest<HTMLElement>('[data-id]')?.dataset.id).toBe(third));
});
