// What is shown while something is read, when it cannot be read, when it is gone, and without a network.
import { render, waitFor } from '@testing-library/svelte';
import { afterEach, expect, test, vi } from 'vitest';
import { fakeHost } from '../src/api/fake/scenario';
import Window from '../src/views/Window.svelte';
import { openPage, openWindow, rowOf, screen } from './window';

const find = (name: string) => screen.findByTestId(name);
const gone = (name: string) => waitFor(() => expect(screen.queryByTestId(name)).toBeNull());

afterEach(() => vi.restoreAllMocks());

test('a list that cannot be read says why, and is read again', async () => {
  const host = fakeHost('unreadable', true);
  render(Window, { props: { host } });
  expect((await find('list-failure')).textContent).toContain('Check the disk');
  expect(screen.queryByTestId('list-loading')).toBeNull();
  host.integrations = async () => host.rows.map(({ integration }) => integration);
  screen.getByTestId('list-retry').click();
  await find('integration-list');
  await gone('list-failure');
});

test('a list that cannot be read again stays, and says that it may be old', async () => {
  const { host } = await openWindow();
  host.fails('integrations', 'vault_damaged', 'The disk does not answer.');
  host.emit({ event: 'vault_changed' });
  expect((await find('list-failure')).textContent).toContain('may be out of date');
  expect(rowOf('i-github')).toBeTruthy();
  expect(screen.queryByTestId('toast'), 'it is said once').toBeNull();
});

test('a page that cannot be read leads back or tries again', async () => {
  const { host, user } = await openWindow();
  const { integration } = host;
  host.fails('integration', 'vault_damaged', 'The disk does not answer.');
  await user.click(rowOf('i-github').querySelector<HTMLElement>('[data-test=integration-open]')!);
  await find('page-failure');
  await find('page-leave');
  host.integration = integration;
  await user.click(await find('page-retry'));
  await find('page-name');
  await gone('page-failure');
});

test('a page that cannot be read again stays, and says that it may be old', async () => {
  const opened = await openWindow();
  await openPage(opened, 'i-github');
  opened.host.fails('integration', 'vault_damaged', 'The disk does not answer.');
  opened.host.emit({ event: 'integration_changed', id: 'i-github' });
  expect((await find('page-failure')).textContent).toContain('may be out of date');
  expect(screen.getByTestId('page-name').textContent).toContain('GitHub');
});

test('a page whose integration is removed meanwhile shows nothing of it any more', async () => {
  const opened = await openWindow();
  await openPage(opened, 'i-github');
  await opened.host.disconnectIntegration('i-github', false);
  await find('page-gone');
  expect(screen.queryByTestId('page-name')).toBeNull();
  await opened.user.click(await find('page-activity'));
  await find('view-activity');
});

test('without a network every view says so, until it is back', async () => {
  const online = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
  const { user } = await openWindow();
  await find('offline');
  await user.click(await find('nav-activity'));
  await find('view-activity');
  expect(screen.getByTestId('offline').textContent).toContain('stays usable');
  online.mockReturnValue(true);
  globalThis.dispatchEvent(new Event('online'));
  await gone('offline');
});

test('network settings that cannot be read say why, and are read again', async () => {
  const { host, user } = await openWindow();
  const { networkSettings } = host;
  host.fails('networkSettings', 'vault_damaged', 'The disk does not answer.');
  await user.click(await find('nav-settings'));
  expect((await find('network-failure')).textContent).toContain('does not answer');
  host.networkSettings = networkSettings;
  await user.click(await find('network-retry'));
  await find('proxy-system');
});
