// The integration page and what can be done there.
import { waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import type { HostFailure } from '../src/api/host';
import { fail } from '../src/api/fake/model';
import { openPage, openWindow, rowOf, screen } from './window';

const find = (name: string) => screen.findByTestId(name);

describe('reconnecting', () => {
  test('from the row opens the browser at once, and keeps the integration', async () => {
    const { host, user } = await openWindow();
    await user.click(rowOf('i-salesforce').querySelector<HTMLElement>('[data-test=row-action]')!);
    await find('authorization-link');
    host.finishAuthorization();
    expect((await find('authorization-completed')).textContent).toContain('Connected as ops@northwind.example');
    await user.click(await find('connect-done'));
    await waitFor(() => expect(rowOf('i-salesforce').dataset.status).toBe('connected'));
    expect(host.rows).toHaveLength(8);
  });

  test('from a notification goes to the page and opens the browser', async () => {
    const { host } = await openWindow();
    host.emitShell({ event: 'show_integration', id: 'i-salesforce', reconnect: true });
    await find('authorization-link');
    expect(await find('view-integration')).toHaveProperty('dataset.id', 'i-salesforce');
  });

  test('from the tray shows the page only, when nobody asked to reconnect', async () => {
    const { host } = await openWindow();
    host.emitShell({ event: 'show_integration', id: 'i-github', reconnect: false });
    await find('page-name');
    expect(host.calls).toEqual([]);
  });

  test('as another account asks first, and keeping the old one changes nothing', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-salesforce');
    await opened.user.click(await find('page-action'));
    await find('authorization-link');
    opened.host.finishAuthorization({ progress: 'different_account', expected: { id: '1', label: 'ops@northwind.example' }, got: { id: '2', label: 'eve@northwind.example' } });
    expect((await find('different-account')).textContent).toContain('Nothing was changed yet');
    await opened.user.click(await find('account-refuse'));
    await find('authorization-cancelled');
    expect(opened.host.calls.at(-1)).toBe('refuseDifferentAccount');
  });
});

describe('the banner', () => {
  test('says what happened, and can be put off until there is other news', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-salesforce');
    expect((await find('attention')).textContent).toMatch(/Salesforce ended this connection.*Nothing you set up is lost/s);
    await opened.user.click(await find('attention-later'));
    expect(screen.queryByTestId('attention')).toBeNull();
    expect((await find('page-action')).textContent).toContain('Reconnect');
    opened.host.rows = opened.host.rows.map((row) => (row.integration.id === 'i-salesforce' ? { ...row, integration: { ...row.integration, status: { status: 'needs_you', reason: { reason: 'access_token_ended' }, since: 5 } } } : row));
    opened.host.emit({ event: 'integration_changed', id: 'i-salesforce' });
    await find('attention');
  });

  test('about the app registration leads to its form', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-slack');
    await opened.user.click(await find('page-action'));
    await opened.user.type(await find('client-secret'), 'n3w');
    await opened.user.click(await find('registration-save'));
    await waitFor(() => expect(screen.queryByTestId('attention')).toBeNull());
    expect((await find('registration')).textContent).toContain('kept encrypted');
  });
});

describe('the header', () => {
  test('verifies now and tells the verdict', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-github');
    await opened.user.click(await find('page-action'));
    expect((await find('toast')).textContent).toContain('GitHub: Works as octocat');
  });

  test('renames with F2 and Enter, and Escape leaves the name', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-github');
    await opened.user.keyboard('{F2}');
    await opened.user.keyboard('Work{Enter}');
    await waitFor(() => expect(screen.getByTestId('page-name').textContent).toBe('Work'));
    await opened.user.keyboard('{F2}');
    await opened.user.keyboard('Other{Escape}');
    expect((await find('page-name')).textContent).toBe('Work');
    expect(opened.host.calls.filter((call) => call === 'renameIntegration')).toHaveLength(1);
  });

  test('pauses and resumes from its menu', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-github');
    await opened.user.click(await find('menu'));
    await opened.user.click(await find('menu-pause'));
    await waitFor(() => expect(screen.getByTestId('page-action').textContent).toContain('Resume'));
    await waitFor(() => expect(document.body.style.pointerEvents).not.toBe('none'));
    await opened.user.click(await find('page-action'));
    await waitFor(() => expect(screen.getByTestId('page-action').textContent).toContain('Verify now'));
  });
});

describe('disconnecting', () => {
  test('removes here, and Undo brings it back', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-github');
    await opened.user.keyboard('{Delete}');
    await opened.user.click(await find('disconnect-remove'));
    await waitFor(() => expect(screen.getAllByTestId('integration')).toHaveLength(7));
    await opened.user.click(await find('toast-undo'));
    await waitFor(() => expect(screen.getAllByTestId('integration')).toHaveLength(8));
  });

  test('at the service as well is offered where it can be done, and has no undo', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-github');
    await opened.user.keyboard('{Delete}');
    await opened.user.click(await find('disconnect-revoke'));
    expect((await find('toast')).textContent).toContain('revoked and removed');
    expect(screen.queryByTestId('toast-undo')).toBeNull();
  });

  test('is not offered at a service that cannot do it', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-twilio');
    await opened.user.keyboard('{Delete}');
    expect((await find('disconnect-dialog')).textContent).toContain('It stays valid at Twilio');
    expect(screen.queryByTestId('disconnect-revoke')).toBeNull();
  });

  test('is left with Escape, and the page stays', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-github');
    await opened.user.keyboard('{Delete}');
    await find('disconnect-dialog');
    await opened.user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByTestId('disconnect-dialog')).toBeNull());
    expect(screen.getByTestId('view-integration')).toBeTruthy();
  });
});

test('lending is switched on with its sentence beside it', async () => {
  const opened = await openWindow();
  await openPage(opened, 'i-stripe', 'credentials');
  const lend = screen.getByRole('switch', { name: 'Lend to other tools' });
  await opened.user.click(lend);
  await waitFor(() => expect(lend.getAttribute('aria-checked')).toBe('true'));
  expect(opened.host.rows.find((row) => row.integration.id === 'i-stripe')?.integration.lending_allowed).toBe(true);
});

test('lending shows what is saved, not what was clicked', async () => {
  const opened = await openWindow();
  await openPage(opened, 'i-stripe', 'credentials');
  const lend = screen.getByRole('switch', { name: 'Lend to other tools' });
  let refuse: (reason: HostFailure) => void = () => {};
  opened.host.setLending = () => new Promise((_, reject) => (refuse = reject));
  await opened.user.click(lend);
  expect([lend.getAttribute('aria-checked'), lend.getAttribute('aria-busy')]).toEqual(['false', 'true']);
  refuse(fail('disk_full', 'The disk is full, so nothing was changed.'));
  expect((await find('toast')).textContent).toContain('The disk is full');
  expect([lend.getAttribute('aria-checked'), lend.getAttribute('aria-busy')]).toEqual(['false', null]);
});

test('the overview shows granted and missing scopes', async () => {
  const opened = await openWindow();
  await openPage(opened, 'i-salesforce');
  expect((await find('missing-scopes')).textContent).toBe('1 missing: web');
  expect((await find('card-connection')).textContent).toContain('api, refresh_token');
});

test('the page of an integration that is gone says so and leads back', async () => {
  const { host, user } = await openWindow();
  host.emitShell({ event: 'show_integration', id: 'i-gone', reconnect: false });
  await user.click(await find('page-back'));
  await find('integration-list');
});
