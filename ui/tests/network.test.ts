// How the network is reached: chosen in the settings, said in place when it cannot be, and tested host by host.
import { waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { openWindow, screen, type Opened } from './window';

const find = (name: string) => screen.findByTestId(name);
const field = async (name: string) => (await find(name)) as HTMLInputElement;

async function settings(): Promise<Opened> {
  const opened = await openWindow();
  await opened.user.click(await find('nav-settings'));
  await find('proxy-system');
  return opened;
}

describe('the proxy', () => {
  test('is the system’s until it is chosen, and a choice without fields counts at once', async () => {
    const { user, host } = await settings();
    expect((await field('proxy-system')).checked).toBe(true);
    await user.click(await find('proxy-direct'));
    await waitFor(() => expect(screen.getByTestId('network').dataset['proxy']).toBe('direct'));
    expect(host.calls).toEqual(['chooseProxy']);
  });

  test('of one’s own is saved with its password, which the page forgets', async () => {
    const { user } = await settings();
    await user.click(await find('proxy-own'));
    await user.type(await find('proxy-address'), 'proxy.example:8080');
    await user.type(await find('proxy-user'), 'ada');
    await user.type(await find('proxy-password'), 's3cret{Enter}');
    await waitFor(() => expect(screen.getByTestId('network').dataset['proxy']).toBe('own'));
    expect((await field('proxy-password')).value).toBe('');
    expect(document.body.innerHTML).not.toContain('s3cret');
    expect((await find('network')).textContent).toContain('One is kept');
    await user.type(await find('proxy-address'), '0');
    expect((await find('network')).textContent).not.toContain('One is kept');
  });

  test('with an address that cannot be one says so at the field', async () => {
    const { user } = await settings();
    await user.click(await find('proxy-own'));
    await user.type(await find('proxy-address'), 'two words{Enter}');
    expect(await screen.findByText(/address cannot be read/)).toBeTruthy();
    expect((await find('proxy-address')).getAttribute('aria-invalid')).toBe('true');
    expect((await find('network')).dataset['proxy']).toBe('system');
  });
});

describe('a certificate authority', () => {
  test('is shown by its subject and its end, and can be removed', async () => {
    const { user } = await settings();
    await user.click(await find('authority-choose'));
    expect((await find('authority')).textContent).toMatch(/Northwind Inspection Root.*ends/s);
    await user.click(await find('authority-remove'));
    await waitFor(() => expect(screen.queryByTestId('authority')).toBeNull());
  });

  test('whose file is none says what it is', async () => {
    const { user, host } = await settings();
    host.settings.clipboard = '';
    await user.click(await find('authority-choose'));
    expect((await find('authority-failure')).textContent).toContain('holds no certificate');
  });
});

describe('the test', () => {
  test('says for each host what was passed and what was not', async () => {
    const { user, host } = await settings();
    await user.click(await find('network-test'));
    await waitFor(() => expect(screen.getAllByTestId('test-host')).toHaveLength(8));
    expect(screen.queryByTestId('test-finding')).toBeNull();
    await user.click(await find('proxy-own'));
    await user.type(await find('proxy-address'), 'refuses.example:8080{Enter}');
    await waitFor(() => expect(screen.getByTestId('network').dataset['proxy']).toBe('own'));
    await user.selectOptions(await find('test-subject'), 'i-github');
    await user.click(await find('network-test'));
    await waitFor(() => expect(screen.getAllByTestId('test-host')).toHaveLength(1));
    expect((await find('check-proxy')).dataset['outcome']).toBe('failed');
    expect((await find('check-clock')).dataset['outcome']).toBe('not_reached');
    expect((await find('test-finding')).textContent).toContain('wants a user name and password');
    expect(host.calls.at(-1)).toBe('testNetwork');
  });
});
