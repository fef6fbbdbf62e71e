// The setup dialog through the eyes and the keyboard of a user, on the fake host.
import { cleanup, waitFor, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { accessKeyFile, certificateFile, clientFile, clusterFile, lockedArchive, profilesFile, sampleFile } from '../src/api/fake/host';
import { discoveryOf } from '../src/api/fake/catalogue';
import { fail } from '../src/api/fake/model';
import { openWindow, rowOf, screen, type Opened } from './window';

const find = (name: string) => screen.findByTestId(name);
const gone = (name: string) => waitFor(() => expect(screen.queryByTestId(name)).toBeNull());

/** Opens the dialog and picks a connector, by keyboard only. */
async function pick({ user }: Opened, search: string): Promise<void> {
  await user.keyboard('n');
  await waitFor(() => expect(document.activeElement).toHaveProperty('dataset.test', 'connector-search'));
  await user.keyboard(search);
  await waitFor(() => expect(screen.getAllByTestId('connector')).toHaveLength(1));
  await user.keyboard('{Enter}');
}

async function saveKey(opened: Opened, key: string): Promise<void> {
  await pick(opened, 'stripe');
  await waitFor(() => expect(document.activeElement).toHaveProperty('dataset.test', 'key-field'));
  await opened.user.keyboard(`${key}{Enter}`);
}

describe('an API key', () => {
  test('is connected with the keyboard alone, from the list to the verdict and back', async () => {
    const opened = await openWindow();
    await saveKey(opened, 'sk_live_good');
    expect((await find('verdict')).textContent).toContain('Works as Northwind GmbH');
    await waitFor(() => expect(document.activeElement).toHaveProperty('dataset.test', 'connect-done'));
    await opened.user.keyboard('{Enter}');
    await gone('connect-dialog');
    await waitFor(() => expect(screen.getAllByTestId('integration')).toHaveLength(9));
  });

  test('leaves the window the moment it is saved', async () => {
    const opened = await openWindow();
    await pick(opened, 'stripe');
    const field = (await find('key-field')) as HTMLInputElement;
    await opened.user.type(field, 'sk_live_canary');
    await opened.user.click(await find('key-save'));
    expect(field.value).toBe('');
    await find('verdict');
    const inputs = [...document.querySelectorAll('input')].map(({ value }) => value);
    expect(document.body.innerHTML + inputs.join()).not.toContain('canary');
  });

  const AWS_ID = 'AKIAIOSFODNN7EXAMPLE';
  const AWS_SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  const fieldsOfKey = async () => [await find('key-id'), await find('key-field')] as [HTMLInputElement, HTMLInputElement];

  test('in two parts may be pasted whole into either field, and no secret stays in the plain one', async () => {
    for (const into of [0, 1]) {
      const opened = await openWindow();
      await pick(opened, 'aws');
      const fields = await fieldsOfKey();
      await opened.user.click(fields[into]!);
      await opened.user.paste(`${AWS_ID},${AWS_SECRET}`);
      await waitFor(() => expect(fields[0].value).toBe(AWS_ID));
      expect(fields[1].value).toContain(AWS_SECRET);
      await opened.user.click(await find('key-save'));
      expect((await find('verdict')).textContent).toContain('Works as');
      cleanup();
    }
  });

  test('in two parts waits for both', async () => {
    const opened = await openWindow();
    await pick(opened, 'aws');
    const [id, secret] = await fieldsOfKey();
    await opened.user.type(secret, AWS_SECRET);
    expect(await find('key-save')).toHaveProperty('disabled', true);
    await opened.user.type(id, AWS_ID);
    await waitFor(async () => expect(await find('key-save')).toHaveProperty('disabled', false));
  });

  test('is masked until it is revealed', async () => {
    const opened = await openWindow();
    await pick(opened, 'stripe');
    const field = (await find('key-field')) as HTMLInputElement;
    expect(field.type).toBe('password');
    await opened.user.type(field, 'sk_live_good');
    await opened.user.click(screen.getByRole('button', { name: 'Reveal the key' }));
    expect(field.type).toBe('text');
  });

  test('read from the clipboard shows a hint, and the rest only on the user’s gesture', async () => {
    const opened = await openWindow();
    await pick(opened, 'stripe');
    await opened.user.click(await find('key-paste'));
    const held = (await find('key-held')) as HTMLInputElement;
    expect(held.value).toMatch(/^rk_live_•+3fQ2$/);
    expect(opened.host.calls).not.toContain('revealHeldKey');
    await opened.user.click(screen.getByRole('button', { name: 'Reveal the key' }));
    await waitFor(() => expect(held.value).toBe('rk_live_0123456789abcdef3fQ2'));
    await opened.user.click(await find('key-save'));
    expect((await find('verdict')).textContent).toContain('Works as');
  });

  test('gets remarks while it is typed, and a reason when it cannot be used', async () => {
    const opened = await openWindow();
    await pick(opened, 'stripe');
    const field = await find('key-field');
    await opened.user.type(field, 'sk_test_1');
    expect((await find('key-remark')).textContent).toContain('looks like a test key');
    await opened.user.type(field, ' and more');
    expect((await find('key-problem')).textContent).toContain('no spaces');
    expect(await find('key-save')).toHaveProperty('disabled', true);
  });

  test('of another service leads to that service and is taken along', async () => {
    const opened = await openWindow();
    await pick(opened, 'stripe');
    await opened.user.type(await find('key-field'), 'ghp_123');
    await opened.user.click(await find('key-switch'));
    await waitFor(() => expect(screen.getByRole('dialog').textContent).toContain('Connect GitHub'));
    expect(await find('key-field')).toHaveProperty('value', 'ghp_123');
    expect(screen.queryByTestId('key-problem')).toBeNull();
  });

  test('that is refused can be replaced, and keeps its integration', async () => {
    const opened = await openWindow();
    await saveKey(opened, 'bad');
    expect((await find('verdict')).textContent).toContain('Stripe refused the key');
    await opened.user.keyboard('{Enter}');
    await opened.user.type(await find('key-field'), 'good{Enter}');
    await waitFor(() => expect(screen.getByTestId('verdict').textContent).toContain('Works as'));
    expect(opened.host.calls.filter((call) => call === 'addApiKey' || call === 'replaceApiKey')).toEqual(['addApiKey', 'replaceApiKey']);
    expect(opened.host.rows).toHaveLength(9);
  });

  test('that reaches nobody is saved, and verified again on request', async () => {
    const opened = await openWindow();
    await saveKey(opened, 'offline');
    expect((await find('verdict')).textContent).toContain('could not be reached');
    await opened.user.click(await find('verdict-retry'));
    await waitFor(() => expect(screen.getByTestId('verdict').textContent).toContain('Works'));
  });

  test('says at the field which value does not fit, and asks for the key again', async () => {
    const opened = await openWindow();
    await pick(opened, 'zendesk');
    await opened.user.type(await find('field-subdomain'), 'https://northwind');
    await opened.user.type(await find('field-email'), 'ops@northwind.example');
    await opened.user.type(await find('key-field'), 'key{Enter}');
    expect(await screen.findByText('Enter only the first part of the address, such as northwind.')).toBeTruthy();
    expect(screen.queryByTestId('connect-failure'), 'it is said once').toBeNull();
    expect(await find('field-subdomain')).toHaveProperty('ariaInvalid', 'true');
  });
});

describe('OAuth', () => {
  async function authorize(opened: Opened): Promise<void> {
    await pick(opened, 'github');
    await opened.user.click(await find('method-oauth'));
    await opened.user.type(await find('client-id'), 'Iv1.abc');
    await opened.user.click(await find('registration-save'));
    await opened.user.type(await find('scope-field'), 'gist{Enter}');
    await opened.user.click(await find('authorize'));
    await find('authorization-link');
  }

  test('goes from the app registration through the browser to "Connected as"', async () => {
    const opened = await openWindow();
    await authorize(opened);
    expect((await find('authorization')).textContent).toContain('repo, read:user, gist');
    expect((await find('time-left')).textContent).toMatch(/^[45]:\d\d left\.$/);
    opened.host.finishAuthorization();
    expect((await find('authorization-completed')).textContent).toContain('Connected as octocat');
  });

  test('shows the link with Copy and Open again', async () => {
    const opened = await openWindow();
    await authorize(opened);
    expect((await find('authorization-link')).textContent).toContain('https://github.example/authorize');
    await opened.user.click(await find('link-copy'));
    await opened.user.click(await find('browser-reopen'));
    expect(opened.host.calls.slice(-2)).toEqual(['copyAuthorizationLink', 'reopenBrowser']);
  });

  test('goes on with a pasted address, which leaves the window the moment it is used', async () => {
    const opened = await openWindow();
    await authorize(opened);
    expect(screen.queryByTestId('paste-field')).toBeNull();
    await opened.user.click(await find('paste-open'));
    const field = (await find('paste-field')) as HTMLInputElement;
    await waitFor(() => expect(document.activeElement).toBe(field));
    await opened.user.paste('http://127.0.0.1:49152/storm');
    await opened.user.click(await find('paste-take'));
    expect(await screen.findByText(/The answer is missing from this address/)).toBeTruthy();
    expect(field.value).toBe('');
    await opened.user.click(field);
    await opened.user.paste('http://127.0.0.1:49152/storm?code=one-time&state=8fJk2');
    await opened.user.keyboard('{Enter}');
    await find('authorization-completed');
    expect(document.body.textContent).not.toContain('one-time');
  });

  test('is cancelled at the host when the dialog closes', async () => {
    const opened = await openWindow();
    await authorize(opened);
    await opened.user.keyboard('{Escape}');
    await gone('connect-dialog');
    expect(opened.host.calls.at(-1)).toBe('cancelAuthorization');
  });

  test('is cancelled as well when a notification leads elsewhere', async () => {
    const opened = await openWindow();
    await authorize(opened);
    opened.host.emitShell({ event: 'show_integration', id: 'i-github', reconnect: false });
    await gone('connect-dialog');
    expect(opened.host.calls.at(-1)).toBe('cancelAuthorization');
  });

  test('lets no file take its place', async () => {
    const opened = await openWindow();
    await authorize(opened);
    opened.host.emitShell({ event: 'files_hovering', files: [{ preview: 'known', file: sampleFile.file }] });
    expect((await find('drop-overlay')).textContent).toContain('Finish the open dialog first');
    opened.host.emitShell({ event: 'files_held', files: [{ held: 'known', file: sampleFile }] });
    await find('toast');
    await find('authorization-link');
  });

  test('begins again where the link works once only', async () => {
    const opened = await openWindow();
    opened.host.settings.oneTimeLinks = true;
    await authorize(opened);
    expect(screen.queryByTestId('link-copy')).toBeNull();
    await opened.user.click(await find('browser-reopen'));
    await waitFor(() => expect(opened.host.calls.filter((call) => call === 'beginAuthorization')).toHaveLength(2));
    expect(opened.host.calls).not.toContain('reopenBrowser');
  });

  test('goes on by a code on another device, for the same target', async () => {
    const opened = await openWindow();
    await authorize(opened);
    await opened.user.click(await find('use-code'));
    expect((await find('user-code')).textContent).toBe('WDJB-MJHT');
    expect((await find('verification-uri')).textContent).toBe('https://github.example/device');
    expect(screen.getByRole('img', { name: 'QR code of https://github.example/device' })).toBeTruthy();
    expect((await find('time-left')).textContent).toMatch(/^1[45]:\d\d left$/);
    opened.host.finishAuthorization();
    expect((await find('authorization-completed')).textContent).toContain('Connected as octocat');
  });

  test('shows the code though the end of the replaced sign-in is told late', async () => {
    const opened = await openWindow();
    const answer = opened.host.authorization;
    const asked: string[] = [];
    let tell = () => {};
    const told = new Promise<void>((resolve) => (tell = resolve));
    opened.host.authorization = async (id) => {
      const view = await answer(id);
      asked.push(`${id} ${view.progress.progress}`);
      if (view.progress.progress === 'waiting') await told;
      return view;
    };
    await authorize(opened);
    const [first = ''] = asked;
    expect(first).toContain('waiting');
    await opened.user.click(await find('use-code'));
    await find('user-code');
    tell();
    await told;
    expect((await find('user-code')).textContent).toBe('WDJB-MJHT');
    expect(asked).not.toContain(first.replace('waiting', 'failed'));
  });

  test('comes back from the code to the browser here', async () => {
    const opened = await openWindow();
    await authorize(opened);
    await opened.user.click(await find('use-code'));
    await opened.user.click(await find('use-browser'));
    await find('authorization-link');
    expect(opened.host.calls.filter((call) => call.startsWith('begin'))).toEqual(['beginAuthorization', 'beginDeviceAuthorization', 'beginAuthorization']);
  });

  test('asks for a new code after one expired', async () => {
    const opened = await openWindow();
    await authorize(opened);
    await opened.user.click(await find('use-code'));
    await find('user-code');
    opened.host.finishAuthorization({ progress: 'failed', failure: { code: 'code_expired', message: '', action: 'retry', field: null, connector: null } });
    expect((await find('authorization-failed')).textContent).toContain('The code expired');
    await opened.user.click(await find('authorize-again'));
    await find('user-code');
    expect(opened.host.calls.filter((call) => call === 'beginDeviceAuthorization')).toHaveLength(2);
  });

  test('goes on waiting for the browser when the service gives no code', async () => {
    const opened = await openWindow();
    opened.host.settings.noCodes = true;
    await authorize(opened);
    await opened.user.click(await find('use-code'));
    expect((await screen.findByText(/The service gave no code/)).textContent).toContain('Authorize in the browser instead');
    await find('authorization-link');
    opened.host.finishAuthorization();
    await find('authorization-completed');
  });

  test('that is left at the code is cancelled', async () => {
    const opened = await openWindow();
    await authorize(opened);
    await opened.user.click(await find('use-code'));
    await find('user-code');
    await opened.user.click(await find('connect-cancel'));
    await gone('connect-dialog');
    await waitFor(() => expect(opened.host.calls).toContain('cancelAuthorization'));
  });

  test('that was declined can be authorized again', async () => {
    const opened = await openWindow();
    await authorize(opened);
    opened.host.finishAuthorization({ progress: 'failed', failure: { code: 'authorization_denied', message: '', action: null, field: null, connector: null } });
    expect((await find('authorization-failed')).textContent).toContain('declined in the browser');
    await opened.user.click(await find('authorize-again'));
    await find('authorization-link');
  });

  test('whose app registration is refused leads back to it, with the client id kept', async () => {
    const opened = await openWindow();
    await authorize(opened);
    opened.host.finishAuthorization({ progress: 'failed', failure: { code: 'registration_refused', message: '', action: null, field: null, connector: null } });
    await opened.user.click(await find('registration-mend'));
    expect(await find('client-id')).toHaveProperty('value', 'Iv1.abc');
  });

  test('skips the app registration where the service needs none, and still takes an own one', async () => {
    const opened = await openWindow();
    await pick(opened, 'slack');
    await find('authorize');
    await opened.user.click(await find('registration-own'));
    await find('redirect-uri');
  });
});

describe('an access key in a file', () => {
  test('goes straight to its service, and takes the place of the fields', async () => {
    const { host, user } = await openWindow();
    host.emitShell({ event: 'files_held', files: [{ held: 'known', file: accessKeyFile }] });
    expect((await find('file-facts')).textContent).toContain('AKIAIOSFODNN7EXAMPLE');
    expect(screen.queryByTestId('key-field')).toBeNull();
    expect(screen.queryByTestId('key-id')).toBeNull();
    await user.click(await find('key-save'));
    await find('verdict');
  });

  test('is one of several only once it was chosen', async () => {
    const { host, user } = await openWindow();
    host.emitShell({ event: 'files_held', files: [{ held: 'known', file: profilesFile }] });
    expect((await find('file-keys')).textContent).toMatch(/default.*AKIAIOSFODNN7EXAMPLE.*reports.*AKIAI44QH8DHBEXAMPLE/s);
    expect(await find('key-save')).toHaveProperty('disabled', true);
    await user.click(await find('file-key-AKIAI44QH8DHBEXAMPLE'));
    await user.click(await find('key-save'));
    await find('verdict');
    expect(host.lastKey).toMatchObject({ from: 'file', key_id: 'AKIAI44QH8DHBEXAMPLE' });
  });

  test('is offered beside the fields, and a file for another service is refused there', async () => {
    const opened = await openWindow();
    await pick(opened, 'aws');
    expect((await find('file-offer')).textContent).toContain('drop the downloaded file');
    opened.host.emitShell({ event: 'files_held', files: [{ held: 'known', file: sampleFile }] });
    expect((await find('file-problem')).textContent).toContain('AWS takes another kind of file');
    await find('key-field');
    opened.host.emitShell({ event: 'files_held', files: [{ held: 'known', file: accessKeyFile }] });
    await find('file-facts');
    await opened.user.click(await find('connect-back'));
    await opened.user.keyboard('stripe');
    await waitFor(() => expect(screen.getAllByTestId('connector')).toHaveLength(1));
    await opened.user.keyboard('{Enter}');
    await find('key-field');
    expect(screen.queryByTestId('file-facts')).toBeNull();
  });
});

describe('a token in a kubeconfig', () => {
  test('brings the address of its cluster along, also to a dialog that is open', async () => {
    const { host, user } = await openWindow();
    host.emitShell({ event: 'files_held', files: [{ held: 'known', file: clusterFile }] });
    expect(await find('field-server')).toHaveProperty('value', 'https://10.0.0.7:6443');
    await user.clear(await find('field-server'));
    await user.type(await find('field-server'), 'https://10.0.0.8:6443');
    host.emitShell({ event: 'files_held', files: [{ held: 'known', file: { ...clusterFile, fields: {} } }] });
    expect(await find('field-server'), 'what the file does not say stays').toHaveProperty('value', 'https://10.0.0.8:6443');
    await user.click(await find('key-save'));
    await find('verdict');
  });
});

test('a certificate in a kubeconfig brings its cluster along, and says how far its authority is trusted and when it ends', async () => {
  const { host, user } = await openWindow();
  host.emitShell({ event: 'files_held', files: [{ held: 'known', file: certificateFile }] });
  expect(await find('field-server')).toHaveProperty('value', 'https://10.0.0.7:6443');
  expect((await find('file-subject')).textContent).toContain('kubernetes-admin');
  expect((await find('file-authority')).textContent).toContain('kubernetes, trusted for this integration only');
  expect((await find('file-certificate')).textContent).toContain('Valid until');
  await user.click(await find('file-save'));
  await find('verdict');
});

describe('a service account', () => {
  test('is set up from a chosen file, showing what it is and no secret', async () => {
    const opened = await openWindow();
    await pick(opened, 'bigquery');
    await opened.user.click(await find('file-choose'));
    expect((await find('file-facts')).textContent).toMatch(/Google service account \(JSON\).*etl@analytics-prod.example.*analytics-prod.*9b07c2d41e/s);
    await opened.user.click(await find('file-save'));
    expect((await find('verdict')).textContent).toContain('Works as etl@analytics-prod.example');
  });

  test('dropped anywhere opens the dialog with the services it fits', async () => {
    const { host, user } = await openWindow();
    host.emitShell({ event: 'files_hovering', files: [{ preview: 'known', file: sampleFile.file }] });
    expect((await find('drop-overlay')).textContent).toContain('Release to add it as an integration');
    host.emitShell({ event: 'files_held', files: [{ held: 'known', file: sampleFile }] });
    await gone('drop-overlay');
    await waitFor(() => expect(screen.getAllByTestId('connector').map(({ dataset }) => dataset.id)).toEqual(['bigquery', 'practice']));
    await user.keyboard('{Enter}');
    await find('file-facts');
  });

  test('dropped for one service only goes straight to its step', async () => {
    const { host } = await openWindow();
    host.emitShell({ event: 'files_held', files: [{ held: 'known', file: { ...sampleFile, uses: sampleFile.uses.slice(0, 1) } }] });
    await find('file-facts');
    expect((await find('connect-dialog')).textContent).toContain('Connect BigQuery');
  });

  test('under a password asks for it, and goes on once it is right', async () => {
    const { host, user } = await openWindow();
    host.emitShell({ event: 'files_hovering', files: [{ preview: 'locked', name: 'reports.p12', shape: 'PKCS#12 archive' }] });
    expect((await find('drop-overlay')).textContent).toContain('under a password');
    host.emitShell({ event: 'files_held', files: [lockedArchive] });
    await user.type(await find('file-password'), 'wrong{Enter}');
    expect((await screen.findByText(/does not open the file/)).textContent).toBeTruthy();
    expect(await find('file-password')).toHaveProperty('value', '');
    await user.type(await find('file-password'), 'practice{Enter}');
    await gone('unlock-dialog');
    expect((await find('file-certificate')).textContent).toMatch(/Ends in 10 days/);
    expect((await find('file-fingerprint')).textContent).toContain('SHA256:');
  });

  test('of a client fills its app registration', async () => {
    const { host, user } = await openWindow();
    host.emitShell({ event: 'files_held', files: [{ held: 'known', file: clientFile }] });
    expect(await find('client-id')).toHaveProperty('value', '1234-abc.apps.example');
    expect((await find('client-secret-file')).textContent).toContain('client.json');
    await user.click(await find('registration-save'));
    await find('authorize');
    expect(host.calls).toContain('saveRegistration');
  });

  test('under a password that nobody knows is put away', async () => {
    const { host, user } = await openWindow();
    host.emitShell({ event: 'files_held', files: [lockedArchive] });
    await user.click(await find('unlock-cancel'));
    await gone('unlock-dialog');
    expect(screen.queryByTestId('connect-dialog')).toBeNull();
  });

  test('that cannot be used says why before it is released', async () => {
    const { host } = await openWindow();
    const failure = { code: 'file_not_usable' as const, message: 'holiday.jpg is a picture.', action: null, field: null, connector: null };
    host.emitShell({ event: 'files_hovering', files: [{ preview: 'refused', name: 'holiday.jpg', failure }] });
    expect((await find('drop-overlay')).textContent).toContain('holiday.jpg is a picture.');
    host.emitShell({ event: 'files_held', files: [{ held: 'refused', name: 'holiday.jpg', failure }] });
    expect((await find('toast')).textContent).toContain('holiday.jpg is a picture.');
  });
});

describe('the first run', () => {
  test('rehearses with the practice service', async () => {
    const { host, user } = await openWindow({});
    await user.click(await find('practice'));
    await find('method-service_account');
    expect((await find('connect-dialog')).textContent).toContain('Connect Practice');
    await user.click(await find('method-api_key'));
    expect(await find('field-base_url')).toHaveProperty('value', 'http://127.0.0.1:4781');
    expect(host.calls).toEqual(['testStorage', 'startPractice']);
  });

  test.each([
    ['api_key', 'stripe'],
    ['oauth', 'salesforce'],
    ['service_account', 'bigquery'],
  ])('has a door for %s that shows only fitting services', async (method, among) => {
    const { user } = await openWindow({});
    await user.click(await find(`door-${method}`));
    const shown = await screen.findAllByTestId('connector');
    expect(shown.map(({ dataset }) => dataset.id)).toContain(among);
    for (const one of shown) expect(within(one).getByText({ api_key: 'API key', oauth: 'OAuth 2.0', service_account: 'Service account' }[method]!)).toBeTruthy();
  });
});

test('the row of a new integration opens with Enter', async () => {
  const opened = await openWindow();
  await opened.user.click(rowOf('i-github').querySelector<HTMLElement>('[data-test=integration-open]')!);
  await find('view-integration');
  await opened.user.keyboard('{Escape}');
  await waitFor(() => expect(document.activeElement?.textContent).toBe('GitHub'));
});

describe('a service that is looked up', () => {
  /** Enters issuer and client id, up to the step with the Authorize button. */
  async function enter(opened: Opened): Promise<void> {
    await pick(opened, 'any service with oauth');
    await opened.user.type(await find('field-issuer'), 'https://login.example.com');
    await opened.user.type(await find('client-id'), 'desktop');
    await opened.user.click(await find('registration-save'));
  }

  test('shows what it says of itself before anything is authorized', async () => {
    const opened = await openWindow();
    await enter(opened);
    const shown = (await find('discovery')).textContent;
    expect(shown).toMatch(/https:\/\/login\.example\.com.*Tokens.*login\.example\.com.*offline_access.*renewed without you.*Device code/s);
    expect(screen.queryByTestId('discovery-elsewhere')).toBeNull();
    expect(opened.host.calls).not.toContain('beginAuthorization');
    await opened.user.click(await find('authorize'));
    await find('authorization-link');
  });

  test('is warned about where addresses lie on another host', async () => {
    const opened = await openWindow();
    const found = discoveryOf('https://login.example.com');
    const endpoints = found.endpoints.map((endpoint) => (endpoint.purpose === 'token' ? { ...endpoint, host: 'tokens.example.net', is_elsewhere: true } : endpoint));
    opened.host.discovery = { ...found, endpoints, refresh: null, scopes: Array.from({ length: 40 }, (_, index) => `scope-${index}`) };
    await enter(opened);
    expect((await find('discovery')).textContent).toMatch(/tokens\.example\.net\s*another host/);
    expect((await find('discovery-elsewhere')).textContent).toContain('Go on only if they belong to the same service');
    expect((await find('discovery-refresh')).textContent).toContain('does not say');
    await opened.user.click(await find('discovery-all-scopes'));
    expect((await find('discovery-scopes')).textContent).toContain('scope-39');
  });

  test('may register the app itself, so that no client id is typed', async () => {
    const opened = await openWindow();
    await pick(opened, 'any service with oauth');
    expect(await find('registration-automatic')).toHaveProperty('disabled', true);
    await opened.user.type(await find('field-issuer'), 'https://login.example.com');
    await opened.user.click(await find('registration-automatic'));
    expect((await find('registration-used')).textContent).toContain('registered-itself');
    await find('discovery');
    await opened.user.click(await find('authorize'));
    await find('authorization-link');
    expect(opened.host.calls).not.toContain('saveRegistration');
  });

  test('asks for no address when it has an issuer, and for what few need on demand', async () => {
    const opened = await openWindow();
    await pick(opened, 'any service with oauth');
    await find('field-token_url');
    expect(screen.queryByTestId('field-client_auth')).toBeNull();
    await opened.user.click(await find('more-settings'));
    await find('field-client_auth');
    await opened.user.type(await find('field-issuer'), 'https://login.example.com');
    expect(screen.queryByTestId('field-token_url')).toBeNull();
  });

  test('that registers no app leaves the step as it was', async () => {
    const opened = await openWindow();
    opened.host.registrationRefused = fail('not_supported', 'This service does not let apps register themselves.');
    await pick(opened, 'any service with oauth');
    await opened.user.type(await find('field-issuer'), 'https://login.example.com');
    await opened.user.click(await find('registration-automatic'));
    expect((await find('connect-failure')).textContent).toContain('does not let apps register themselves');
    expect(await find('field-issuer')).toHaveProperty('value', 'https://login.example.com');
    await opened.user.type(await find('client-id'), 'desktop');
    await opened.user.click(await find('registration-save'));
    await find('discovery');
  });

  test('cannot be authorized while its description is refused, and is looked up again', async () => {
    const opened = await openWindow();
    opened.host.discovery = fail('field_not_usable', 'This address describes another service than the one entered.');
    await enter(opened);
    expect((await find('discovery-failed')).textContent).toContain('describes another service');
    expect(await find('authorize')).toHaveProperty('disabled', true);
    opened.host.discovery = null;
    await opened.user.click(await find('discovery-again'));
    await find('discovery');
    expect(await find('authorize')).toHaveProperty('disabled', false);
  });
});
