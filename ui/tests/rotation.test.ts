// Rotating from the Credentials tab, on the fake host.
import { waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { certificateFile, profilesFile, sampleFile } from '../src/api/fake/host';
import { integrationOf } from '../src/api/fake/seed';
import { openPage, openWindow, screen, type Opened } from './window';

const find = (name: string) => screen.findByTestId(name);
const stands = (step: string) => waitFor(() => expect(screen.getByTestId('rotation').dataset.step).toBe(step));

async function begin(opened: Opened, id: string, key: string): Promise<void> {
  await openPage(opened, id, 'credentials');
  await opened.user.click(await find('rotation-start'));
  await opened.user.type(await find('key-field'), key);
  await opened.user.click(await find('rotation-save'));
}

const phases = () => screen.getAllByTestId('generation').map(({ dataset }) => dataset.phase);

describe('rotating a key', () => {
  test('goes by API from the new key to the proof, with the old one valid until the end', async () => {
    const opened = await openWindow();
    await begin(opened, 'i-stripe', 'fresh');
    await stands('switched');
    expect(phases()).toEqual(['active', 'superseded']);
    await opened.user.click(await find('rotation-revoke'));
    await stands('revoking');
    expect(screen.queryByTestId('rotation-undo')).toBeNull();
    opened.host.tryOldKey('i-stripe', false);
    expect(await screen.findByText(/still accepted it once/)).toBeTruthy();
    opened.host.tryOldKey('i-stripe', true);
    await stands('done');
    expect(phases()).toEqual(['active', 'retired']);
  });

  test('is undone before the old key is turned off', async () => {
    const opened = await openWindow();
    await begin(opened, 'i-stripe', 'fresh');
    await opened.user.click(await find('rotation-undo'));
    await stands('none');
    expect(phases()).toEqual(['active']);
  });

  test('waits for the user where only the service’s page can turn the old key off', async () => {
    const opened = await openWindow();
    await begin(opened, 'i-twilio', 'fresh');
    await opened.user.click(await find('rotation-revoke'));
    expect(opened.host.opened).toEqual(['i-twilio/keys']);
    await opened.user.click(await find('rotation-confirm_revoked'));
    await waitFor(() => expect(screen.getByTestId('rotation-line-5').dataset.state).toBe('now'));
  });

  test('to another account asks first', async () => {
    const opened = await openWindow();
    await begin(opened, 'i-stripe', 'other');
    await stands('verified');
    expect((await find('rotation-line-2')).textContent).toContain('the new one to staging@northwind.example');
    expect(phases()).toEqual(['staged', 'active']);
    await opened.user.click(await find('rotation-switch_despite_difference'));
    await stands('switched');
  });

  test('stays with the old key when the new one is refused, and can be tried again', async () => {
    const opened = await openWindow();
    await begin(opened, 'i-stripe', 'bad');
    await stands('staged');
    expect((await find('rotation-line-2')).textContent).toContain('Your tools still use the old key');
    await opened.user.click(await find('rotation-retry'));
    await stands('switched');
  });

  test('keeps nothing of the key in the window', async () => {
    const opened = await openWindow();
    await begin(opened, 'i-stripe', 'canary');
    await stands('switched');
    expect(document.body.innerHTML).not.toContain('canary');
  });
});

describe('a service that makes keys', () => {
  test('is asked with one click, and the old key can be had back until it is deleted', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-bigquery', 'credentials');
    await opened.user.click(await find('rotation-start'));
    expect((await find('rotation-borrowers')).textContent).toContain('git');
    await opened.user.click(await find('rotation-mint'));
    await stands('deactivating');
    expect(phases()).toEqual(['active', 'superseded']);
    expect(await find('rotation-undo')).toBeTruthy();
    await opened.user.click(await find('rotation-revoke'));
    await stands('revoking');
    opened.host.tryOldKey('i-bigquery', true);
    await stands('done');
  });

  test('serves a rehearsal, after which nothing is different', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-bigquery', 'credentials');
    await opened.user.click(await find('drill-start'));
    await opened.user.click(await find('rotation-mint'));
    await stands('rehearsed');
    expect((await find('drill-result')).textContent).toContain('A rotation would go through.');
    expect(phases()).toEqual(['retired', 'active']);
  });
});

test('a pasted key is rehearsed with, where the service makes none', async () => {
  const opened = await openWindow();
  await openPage(opened, 'i-stripe', 'credentials');
  await opened.user.click(await find('drill-start'));
  expect(screen.queryByTestId('rotation-mint')).toBeNull();
  await opened.user.type(await find('key-field'), 'other');
  await opened.user.click(await find('rotation-save'));
  await stands('rehearsed');
  expect((await find('drill-result')).textContent).toContain('staging@northwind.example');
});

describe('rotating a client secret', () => {
  async function beginSecret(opened: Opened, id: string, secret: string): Promise<void> {
    await openPage(opened, id, 'credentials');
    await opened.user.click(await find('rotation-start'));
    await opened.user.type(await find('new-secret'), secret);
    await opened.user.click(await find('rotation-save'));
  }

  test('goes by the service’s page with the user’s word, and leaves the sign-in as it is', async () => {
    const opened = await openWindow();
    await beginSecret(opened, 'i-github', 'fresh');
    await stands('switched');
    expect(phases()).toEqual(['active']);
    await opened.user.click(await find('rotation-revoke'));
    expect(opened.host.opened).toEqual(['i-github/apps']);
    await opened.user.click(await find('rotation-confirm_revoked'));
    opened.host.tryOldKey('i-github', true);
    await stands('done');
    expect((await find('rotation-line-5')).textContent).toContain('Old secret proved dead');
  });

  test('says who else switches with it', async () => {
    const opened = await openWindow();
    opened.host.shareRegistration('i-github', 'Nightly sync');
    await openPage(opened, 'i-github', 'credentials');
    expect((await find('rotation-shared')).textContent).toBe('Nightly sync uses the same app registration, and switches together with this one.');
  });

  test('stays with the old secret when the new one is refused, and can be undone', async () => {
    const opened = await openWindow();
    await beginSecret(opened, 'i-github', 'bad');
    await stands('staged');
    expect((await find('rotation-line-2')).textContent).toContain('The old secret is still the one in use.');
    await opened.user.click(await find('rotation-undo'));
    await stands('none');
  });

  async function rehearse(opened: Opened, secret: string): Promise<void> {
    await openPage(opened, 'i-github', 'credentials');
    await opened.user.click(await find('drill-start'));
    await opened.user.type(await find('new-secret'), secret);
    await opened.user.click(await find('rotation-save'));
  }

  test('is rehearsed: the new one is tried, deleted at the service by the user and proved dead, and none is switched', async () => {
    const opened = await openWindow();
    await rehearse(opened, 'fresh');
    await stands('discarding');
    expect(screen.queryByTestId('rotation-switch')).toBeNull();
    expect((await find('rotation-line-3')).textContent).toContain('Delete the new secret');
    await opened.user.click(await find('rotation-open_page'));
    expect(opened.host.opened).toEqual(['i-github/apps']);
    await opened.user.click(await find('rotation-confirm_revoked'));
    opened.host.tryOldKey('i-github', true);
    await stands('rehearsed');
    expect((await find('drill-result')).textContent).toContain('The new secret was accepted, without touching your sign-in. A rotation would go through.');
    expect((await find('rotation-line-4')).textContent).toContain('New secret proved dead');
    expect(screen.queryByTestId('rotation-line-5')).toBeNull();
    expect(await find('rotation-start')).toBeTruthy();
  });

  test('is rehearsed at a service that does not tell, which says so and uses nothing', async () => {
    const opened = await openWindow();
    await rehearse(opened, 'untold');
    await stands('untold');
    expect((await find('drill-result')).textContent).toContain('does not tell whether a client secret works');
    expect((await find('drill-result')).textContent).toContain('the next refresh');
    expect(screen.queryByTestId('rotation-undo')).toBeNull();
    await opened.user.click(await find('drill-start'));
    expect(await find('new-secret')).toBeTruthy();
  });

  test('that is refused in a rehearsal is given up, and may be left at the service', async () => {
    const opened = await openWindow();
    await rehearse(opened, 'bad');
    await stands('staged');
    await opened.user.click(await find('rotation-undo'));
    await stands('discarding');
    await opened.user.click(await find('rotation-let_be'));
    await stands('rehearsed');
    expect((await find('drill-result')).textContent).toContain('was not accepted');
    expect((await find('rotation-line-3')).textContent).toContain('New secret left as it is');
  });

  test('keeps nothing of the secret in the window', async () => {
    const opened = await openWindow();
    await beginSecret(opened, 'i-github', 'canary');
    await stands('switched');
    expect(document.body.innerHTML).not.toContain('canary');
    expect([...document.querySelectorAll('input')].map((input) => input.value)).not.toContain('canary');
  });
});

test('a certificate is rotated to the next one, and the old one is erased here since nobody can end it', async () => {
  const cluster = integrationOf({ id: 'i-cluster', connectorId: 'kubernetes', method: 'service_account', account: 'octocat', name: 'Cluster' });
  const opened = await openWindow({ rows: [cluster] });
  await openPage(opened, 'i-cluster', 'credentials');
  expect((await find('rotation')).textContent).toContain('At Kubernetes that works until it ends');
  await opened.user.click(await find('rotation-start'));
  opened.host.emitShell({ event: 'files_held', files: [{ held: 'known', file: certificateFile }] });
  await find('file-certificate');
  await opened.user.click(await find('rotation-save'));
  await stands('switched');
  expect(screen.queryByTestId('rotation-line-5')).toBeNull();
  await opened.user.click(await find('rotation-revoke'));
  await stands('done');
  expect((await find('rotation-line-4')).textContent).toContain('it works there until it ends');
  expect(opened.host.opened).toEqual([]);
});

test('a dropped file brings the new key of a rotation, where a key may come in one', async () => {
  const aws = integrationOf({ id: 'i-aws', connectorId: 'aws', method: 'api_key', account: null, name: 'Cloud' });
  const opened = await openWindow({ rows: [{ ...aws, takes_file: true, key_id: { title: 'Access key ID', example: 'AKIAIOSFODNN7EXAMPLE' } }] });
  await openPage(opened, 'i-aws', 'credentials');
  await opened.user.click(await find('rotation-start'));
  await find('file-offer');
  opened.host.emitShell({ event: 'files_held', files: [{ held: 'known', file: profilesFile }] });
  expect(await find('rotation-save')).toHaveProperty('disabled', true);
  expect(screen.queryByTestId('connect-dialog')).toBeNull();
  await opened.user.click(await find('file-key-AKIAI44QH8DHBEXAMPLE'));
  await opened.user.click(await find('rotation-save'));
  await stands('switched');
  expect(opened.host.lastKey).toMatchObject({ from: 'file', key_id: 'AKIAI44QH8DHBEXAMPLE' });
});

test('a file released while a rotation awaits one goes to the rotation', async () => {
  const opened = await openWindow();
  await openPage(opened, 'i-bigquery', 'credentials');
  await opened.user.click(await find('rotation-start'));
  opened.host.emitShell({ event: 'files_hovering', files: [{ preview: 'known', file: sampleFile.file }] });
  expect((await find('drop-overlay')).textContent).toContain('Release to rotate to it');
  opened.host.emitShell({ event: 'files_held', files: [{ held: 'known', file: sampleFile }] });
  await find('file-facts');
  expect(screen.queryByTestId('connect-dialog')).toBeNull();
  await opened.user.click(await find('rotation-save'));
  await stands('switched');
});
