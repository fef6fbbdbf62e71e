// What is shown of a cause: in the failed step of the dialog, on the page of an integration, and the button that helps.
import { waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import type { Cause, FindingView } from '../src/api/host';
import { workingDay } from '../src/api/fake/seed';
import { messagesOf } from '../language/write-messages.mjs';
import { findingText } from '../src/state/finding';
import { openPage, openWindow, rowOf, screen } from './window';

/** Each has a title, or it would not build. */
const causes = [...(messagesOf('en')['finding.ftl'] ?? new Map()).keys()].flatMap((id) => /^finding-(.*)-title$/.exec(id)?.[1] ?? []) as Cause['cause'][];

const find = (name: string) => screen.findByTestId(name);

const NOW = Date.parse('2026-11-26T15:00:00');
const words = { code: 'invalid_grant', description: 'ended' };
const filled = { host: 'api.example', proxy: 'proxy.example:8080', status: 403, issuer: null, ended: NOW - 86_400_000, begins: NOW + 86_400_000, seconds: 600, ahead: true, at: NOW - 60_000, by: 'network', until: NOW + 60_000, words };
const finding = (cause: Cause, rest: Partial<FindingView> = {}): FindingView => ({ cause, what: 'It is so.', cure: 'Do this.', action: 'retry', ...rest });

describe('a cause', () => {
  test.each(causes)('%s has a title of its own, without holes', (cause) => {
    const { title, text, button } = findingText(finding({ ...filled, cause } as unknown as Cause), NOW);
    expect(title).toMatch(/^\S.{5,90}$/);
    expect(title).not.toMatch(/undefined|null|NaN/);
    expect(text).toBe('It is so. Do this.');
    expect(button).toBe('Try again');
  });

  test('no two have the same title', () => {
    const titles = causes.map((cause) => findingText(finding({ ...filled, cause } as unknown as Cause), NOW).title);
    expect(new Set(titles).size).toBe(causes.length);
  });

  test('says when an interrupted refresh is tried again, and the service’s own words', () => {
    expect(findingText(finding({ cause: 'refresh_retried', at: NOW - 3_600_000, by: 'sleep', until: NOW + 120_000 }), NOW).title).toBe('The refresh at 14:00 broke off; tried again in 2 min');
    expect(findingText(finding({ cause: 'known_of_service', words }), NOW).words).toBe('invalid_grant: ended');
  });
});

describe('on the page', () => {
  test('a service that is not reached says why, and leads to the network settings', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-databricks');
    await waitFor(() => expect(screen.getByTestId('attention').dataset['cause']).toBe('authority_unknown'));
    expect((await find('attention')).textContent).toMatch(/not trusted.*Northwind Inspection Root.*add its authority/s);
    await opened.user.click(await find('finding-action'));
    await find('network');
  });

  test('a refused grant keeps its title, and the cause its sentences', async () => {
    const known = finding({ cause: 'known_of_service', words }, { what: 'Seven days after the authorization it ended.', cure: 'Publish the app.', action: 'reconnect' });
    const opened = await openWindow({ rows: workingDay(), finding: known });
    await openPage(opened, 'i-salesforce');
    await waitFor(() => expect(screen.getByTestId('attention').textContent).toMatch(/Salesforce ended this connection.*Seven days.*Publish the app.*invalid_grant/s));
    await opened.user.click(await find('page-action'));
    await find('authorization-link');
  });

  test('a connected integration is not looked into', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-github');
    await find('page-name');
    expect(opened.host.examined).toEqual([]);
  });

  test('another state of things is looked into anew', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-databricks');
    await waitFor(() => expect(opened.host.examined).toEqual(['integration']));
    opened.host.rows = opened.host.rows.map((row) => (row.integration.id === 'i-databricks' ? { ...row, integration: { ...row.integration, status: { status: 'connected' } } } : row));
    opened.host.emit({ event: 'integration_changed', id: 'i-databricks' });
    await waitFor(() => expect(screen.queryByTestId('attention')).toBeNull());
    expect(opened.host.examined).toEqual(['integration']);
  });
});

describe('in the dialog', () => {
  test('a key whose service is not reached is saved, and says why it was not tried', async () => {
    const opened = await openWindow();
    await opened.user.click(await find('add'));
    await opened.user.click((await screen.findAllByTestId('connector')).find(({ dataset }) => dataset['id'] === 'stripe')!);
    await opened.user.type(await find('key-field'), 'offline{Enter}');
    expect((await find('finding')).textContent).toContain('is not trusted');
    await opened.user.click(await find('finding-action'));
    await find('network');
    expect(screen.queryByTestId('connect-dialog')).toBeNull();
  });

  test('a failed authorization shows the cause and the button that helps', async () => {
    const refused = finding({ cause: 'registration_refused', words: { code: 'invalid_client', description: '' } }, { what: 'The client secret is wrong.', cure: 'Compare it.', action: 'edit_registration' });
    const opened = await openWindow({ rows: workingDay(), finding: refused });
    await opened.user.click(rowOf('i-salesforce').querySelector<HTMLElement>('[data-test=row-action]')!);
    await find('authorization-link');
    opened.host.finishAuthorization({ progress: 'failed', failure: { code: 'authorization_refused', message: 'It did not work.', action: 'retry', field: null, connector: null } });
    await waitFor(() => expect(screen.getByTestId('authorization-failed').textContent).toMatch(/registration is refused.*client secret is wrong.*invalid_client/s));
    await opened.user.click(await find('registration-mend'));
    await find('client-secret');
  });
});
