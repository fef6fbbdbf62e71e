// The integration page and what can be done there.
import { waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import type { HostFailure } from '../src/api/host';
import { fail } from '../src/api/fake/model';
import { integrationOf, twoAccounts, workingDay } from '../src/api/fake/seed';
import { scopeLines } from '../src/features/integration/scope';
import { openPage, openWindow, rowOf, screen, type Opened } from './window';

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

  describe('as another account asks first', () => {
    async function asAnother(): Promise<Opened> {
      const opened = await openWindow({ rows: workingDay(), signsInAs: 'eve@northwind.example' });
      await openPage(opened, 'i-salesforce');
      await opened.user.click(await find('page-action'));
      await find('authorization-link');
      opened.host.finishAuthorization();
      const asked = await find('different-account');
      expect(asked.textContent).toContain('Salesforce belongs to ops@northwind.example, and eve@northwind.example signed in. Nothing was changed yet.');
      return opened;
    }
    const accountOf = ({ host }: Opened, id: string) => host.rows.find((row) => row.integration.id === id)?.integration.account?.label;

    test('and Cancel gives the new grant back and changes nothing', async () => {
      const opened = await asAnother();
      await opened.user.click(await find('account-cancel'));
      expect((await find('account-declined')).textContent).toContain('The access of eve@northwind.example was ended at the service.');
      expect([opened.host.rows.length, accountOf(opened, 'i-salesforce')]).toEqual([8, 'ops@northwind.example']);
      await opened.user.click(await find('connect-done'));
      expect(screen.queryByTestId('undecided')).toBeNull();
    });

    test('and Keep both, which is what Enter does, adds an integration beside the old one', async () => {
      const opened = await asAnother();
      await opened.user.keyboard('{Enter}');
      expect((await find('account-kept-both')).textContent).toContain('“Salesforce (eve@northwind.example)” was added');
      expect([opened.host.rows.length, accountOf(opened, 'i-salesforce')]).toEqual([9, 'ops@northwind.example']);
      await opened.user.click(await find('connect-open'));
      await waitFor(() => expect(screen.getByTestId('page-name').textContent).toBe('Salesforce (eve@northwind.example)'));
    });

    test('and Replace makes it the other account’s', async () => {
      const opened = await asAnother();
      await opened.user.click(await find('account-replace'));
      expect((await find('authorization-completed')).textContent).toContain('Connected as eve@northwind.example');
      expect([opened.host.rows.length, accountOf(opened, 'i-salesforce')]).toEqual([8, 'eve@northwind.example']);
    });

    test('and a dialog that is closed leaves the question on the page', async () => {
      const opened = await asAnother();
      await opened.user.keyboard('{Escape}');
      expect((await find('undecided')).textContent).toContain('Another account signed in');
      expect(opened.host.calls).not.toContain('cancelAuthorization');
      await opened.user.click(await find('undecided-keep-both'));
      expect((await find('toast')).textContent).toContain('“Salesforce (eve@northwind.example)” was added');
      await waitFor(() => expect(screen.queryByTestId('undecided')).toBeNull());
      expect(opened.host.rows).toHaveLength(9);
    });

    test('also when the service does not say who signed in', async () => {
      const opened = await openWindow();
      await openPage(opened, 'i-salesforce');
      await opened.user.click(await find('page-action'));
      await find('authorization-link');
      opened.host.finishAuthorization({ progress: 'different_account', expected: { id: '1', label: 'ops@northwind.example' }, got: null });
      expect((await find('different-account')).textContent).toContain('did not say who signed in');
      expect(document.body.textContent).not.toMatch(/null|undefined/);
    });
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

test('lending of a key that signs says how AWS tools ask for it', async () => {
  const aws = integrationOf({ id: 'i-aws', connectorId: 'aws', method: 'api_key', account: null, name: 'Cloud' });
  const opened = await openWindow({ rows: [{ ...aws, takes_file: true, lends: 'session_key' }] });
  await openPage(opened, 'i-aws', 'credentials');
  expect((await find('lending')).textContent).toContain('a key made of this one that ends within an hour');
  expect(screen.queryByTestId('lending-line')).toBeNull();
  await opened.user.click(await find('lending-switch'));
  expect((await find('lending-line')).textContent).toBe('credential_process = storm token "Cloud" --format aws');
});

test('what is proved by a certificate is lent to nobody, and the page says why', async () => {
  const cluster = integrationOf({ id: 'i-cluster', connectorId: 'kubernetes', method: 'service_account', account: 'kubernetes-admin', name: 'Cluster' });
  const opened = await openWindow({ rows: [{ ...cluster, lends: 'nothing' }] });
  await openPage(opened, 'i-cluster', 'credentials');
  expect((await find('lending-none')).textContent).toContain('whose private key stays in Storm Connect');
  expect(screen.queryByTestId('lending-switch')).toBeNull();
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

describe('scopes', () => {
  const linesOf = () => screen.getAllByTestId('scope-line').map(({ dataset }) => [dataset.scope, dataset.granted]);

  test('stand side by side, and what is missing is no error', async () => {
    const opened = await openWindow({ rows: twoAccounts() });
    expect(rowOf('i-github-2').textContent).toContain('1 scope missing');
    await openPage(opened, 'i-github-2');
    await find('card-scopes');
    expect(linesOf()).toEqual([['repo', 'true'], ['read:user', 'true'], ['workflow', 'false']]);
    expect((await find('missing-scopes')).textContent).toBe('It works, without one scope that was asked for.');
    expect(screen.queryByTestId('attention')).toBeNull();
  });

  test('that are missing are asked for by one click', async () => {
    const opened = await openWindow({ rows: twoAccounts() });
    await openPage(opened, 'i-github-2');
    await opened.user.click(await find('scopes-ask-missing'));
    await find('authorization-link');
    opened.host.finishAuthorization();
    await find('authorization-completed');
    await opened.user.click(await find('connect-done'));
    await waitFor(() => expect(linesOf()).toEqual([['repo', 'true'], ['read:user', 'true'], ['workflow', 'true']]));
  });

  test('more of them are asked for besides those there are', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-github');
    await opened.user.click(await find('scopes-more'));
    await opened.user.type(await find('scope-field'), 'gist');
    await opened.user.click(await find('scopes-authorize'));
    expect((await find('authorization')).textContent).toContain('repo, read:user, gist');
    expect(linesOf(), 'nothing counts before it is granted').toEqual([['repo', 'true'], ['read:user', 'true']]);
    opened.host.finishAuthorization();
    await opened.user.click(await find('connect-done'));
    await waitFor(() => expect(linesOf()).toHaveLength(3));
  });

  test('that were granted besides are shown as not asked for', () => {
    const detail = { ...twoAccounts()[0]!, requested_scopes: ['email'], granted_scopes: ['https://s.example/email'], missing_scopes: [] };
    expect(scopeLines(detail)).toEqual([
      { scope: 'email', requested: true, granted: true },
      { scope: 'https://s.example/email', requested: false, granted: true },
    ]);
  });
});

test('the page of an integration that is gone says so and leads back', async () => {
  const { host, user } = await openWindow();
  host.emitShell({ event: 'show_integration', id: 'i-gone', reconnect: false });
  await user.click(await find('page-back'));
  await find('integration-list');
});
