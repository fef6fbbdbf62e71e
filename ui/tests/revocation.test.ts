// Removed integrations whose service has not confirmed the end.
import { waitFor } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { workingDay } from '../src/api/fake/seed';
import { openPage, openWindow, screen, type Opened } from './window';

const find = (name: string) => screen.findByTestId(name);

/** GitHub is removed while it is down, and the view of what happened is open. */
async function leftBehind(): Promise<Opened> {
  const opened = await openWindow({ rows: workingDay(), serviceDown: true });
  await openPage(opened, 'i-github');
  await opened.user.keyboard('{Delete}');
  await opened.user.click(await find('disconnect-revoke'));
  expect((await find('toast')).textContent).toContain('GitHub was removed, and is still to be revoked');
  await waitFor(() => expect(screen.getAllByTestId('integration')).toHaveLength(7));
  await opened.user.click(await find('nav-activity'));
  expect((await find('revocation')).textContent).toMatch(/GitHub.*octocat.*Retrying.*busy.*Next try/s);
  return opened;
}

test('what could not be revoked is listed, and gone once the service confirms it', async () => {
  const { host, user } = await leftBehind();
  await user.click(await find('revocation-retry'));
  await waitFor(() => expect(screen.getAllByTestId('toast').at(-1)?.textContent).toContain('could not be reached'));
  expect(screen.getAllByTestId('revocation')).toHaveLength(1);
  host.settings.serviceDown = false;
  await user.click(await find('revocation-retry'));
  await waitFor(() => expect(screen.queryByTestId('revocations')).toBeNull());
});

test('what was given up says so, and offers the page and to let it be', async () => {
  const { host, user } = await leftBehind();
  host.unrevoked = host.unrevoked.map((one) => ({ ...one, next_try_at: null }));
  host.emit({ event: 'revocations_changed' });
  await waitFor(() => expect(screen.getByTestId('revocation').dataset.state).toBe('given_up'));
  await user.click(await find('revocation-page'));
  expect(host.opened.at(-1)).toBe('revocation-1/apps');
  await user.click(await find('revocation-forget'));
  await waitFor(() => expect(screen.queryByTestId('revocations')).toBeNull());
});
