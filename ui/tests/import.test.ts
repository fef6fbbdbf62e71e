// Import on the fake host: asked first, shown, chosen, imported a few at a time, told, and what still lies in plain text.
import { waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { HostFailure } from '../src/api/host';
import { openWindow, screen, type Opened } from './window';

const find = (name: string) => screen.findByTestId(name);
const text = async (name: string) => ((await find(name)).textContent ?? '').replace(/\s+/g, ' ').trim();
const gone = (name: string) => waitFor(() => expect(screen.queryByTestId(name)).toBeNull());
const itemOf = (key: string) => {
  const found = screen.getAllByTestId('import-item').find(({ dataset }) => dataset.key === key);
  if (!found) throw new Error(`no item ${key}`);
  return found;
};
const within = (key: string, name: string) => itemOf(key).querySelector<HTMLElement>(`[data-test="${name}"]`)!;
const isChosen = (key: string) => within(key, 'import-choose').getAttribute('aria-checked') === 'true';
const results = () => screen.getAllByTestId('import-result').map(({ dataset }) => [dataset.key, dataset.outcome]);

async function look({ user }: Opened): Promise<void> {
  await user.click(await find('import-open'));
  await user.click(await find('import-scan'));
  await find('import-preview');
}

describe('import', () => {
  test('opens nothing before it was asked for, and says where it would look', async () => {
    const opened = await openWindow();
    await opened.user.click(await find('import-open'));
    await opened.user.click(await find('import-places'));
    expect(await text('import-place-list')).toContain('~/.aws/credentials');
    expect(opened.host.calls).not.toContain('scanForImport');
    await opened.user.click(await find('import-well-known'));
    expect((await find('import-scan')).hasAttribute('disabled')).toBe(true);
    await opened.user.click(await find('import-choose-folder'));
    expect(await text('import-source')).toContain('~/shop');
    expect((await find('import-scan')).hasAttribute('disabled')).toBe(false);
    await opened.user.click(await find('import-source-leave-out'));
    expect(screen.queryByTestId('import-source')).toBeNull();
    await opened.user.click(await find('import-cancel'));
    await gone('import-dialog');
    expect(opened.host.calls).not.toContain('scanForImport');
  });

  test('chooses beforehand only what is plainly a key, is new, and stands there first', async () => {
    await look(await openWindow());
    const chosen = screen.getAllByTestId('import-item').map(({ dataset }) => [dataset.key, isChosen(dataset.key ?? '')]);
    expect(chosen).toEqual([
      ['GITHUB_TOKEN', true],
      ['STRIPE_SECRET_KEY', true],
      ['ACME_API_KEY', false],
      ['[reports]', true],
      ['ada at github.com', false],
      ['bot at github.com', false],
    ]);
    expect(within('ada at github.com', 'import-choose').hasAttribute('disabled')).toBe(true);
    expect(itemOf('ada at github.com').textContent).toContain('The same key as GITHUB_TOKEN in ~/shop/.env');
    expect(itemOf('bot at github.com').textContent).toContain('Connected already as “Deploy bot”');
    expect(await text('import-start')).toBe('Import 3');
  });

  test('tells what became of each, and where the same keys still lie', async () => {
    const opened = await openWindow();
    await look(opened);
    await opened.user.click(await find('import-start'));
    await find('import-results');
    expect(results()).toEqual([['GITHUB_TOKEN', 'works'], ['STRIPE_SECRET_KEY', 'refused'], ['[reports]', 'works']]);
    expect(await text('import-results')).toContain('2 of 3 work.');
    const copies = screen.getAllByTestId('import-copy');
    expect(copies.map(({ dataset }) => dataset.path)).toEqual(['~/shop/.env', '~/.aws/credentials']);
    expect(copies[0]!.textContent).toContain('Line 3: GITHUB_TOKEN');
    // A file with other content is for its user to change.
    expect(copies[0]!.querySelector('[data-test=import-move]')).toBeNull();
    await opened.user.click(copies[0]!.querySelector<HTMLElement>('[data-test=import-show]')!);
    expect(opened.host.opened).toEqual(['folder of ~/shop/.env']);
    await opened.user.click(await find('import-move'));
    expect(await text('import-moved')).toContain('Moved to the bin');
    await opened.user.click(copies[0]!.querySelector<HTMLElement>('[data-test=import-rotate]')!);
    await gone('import-dialog');
    await find('rotation');
    expect(opened.host.calls).toContain('discardImport');
  });

  test('asks for what only its user can say, and keeps it when the core does not take it', async () => {
    const opened = await openWindow();
    await look(opened);
    for (const key of ['GITHUB_TOKEN', 'STRIPE_SECRET_KEY', '[reports]', 'ACME_API_KEY']) await opened.user.click(within(key, 'import-choose'));
    expect(await text('import-lacking')).toContain('needs a field');
    expect((await find('import-start')).hasAttribute('disabled')).toBe(true);
    await opened.user.type(within('ACME_API_KEY', 'field-verify_url'), 'not an address');
    await opened.user.click(await find('import-start'));
    await find('import-results');
    expect(results()).toEqual([['ACME_API_KEY', 'failed']]);
    await opened.user.click(await find('import-back'));
    expect(isChosen('ACME_API_KEY')).toBe(true);
    expect(itemOf('ACME_API_KEY').textContent).toContain('This is no address');
    await opened.user.clear(within('ACME_API_KEY', 'field-verify_url'));
    await opened.user.type(within('ACME_API_KEY', 'field-verify_url'), 'https://api.acme.example/v1/me');
    await opened.user.click(await find('import-start'));
    await find('import-results');
    expect(results()).toEqual([['ACME_API_KEY', 'works']]);
  });

  test('another service can be chosen, with its own fields', async () => {
    const opened = await openWindow();
    await look(opened);
    await opened.user.click(within('ACME_API_KEY', 'import-change'));
    await opened.user.click(within('ACME_API_KEY', 'import-service'));
    const choices = await screen.findAllByTestId('import-service-choice');
    expect(choices.map(({ dataset }) => dataset.value)).not.toContain('aws');
    await opened.user.click(choices.find(({ dataset }) => dataset.value === 'zendesk')!);
    await waitFor(() => expect(itemOf('ACME_API_KEY').dataset.connector).toBe('zendesk'));
    expect(within('ACME_API_KEY', 'field-subdomain')).not.toBeNull();
    expect(within('ACME_API_KEY', 'field-verify_url')).toBeNull();
  });

  test('never asks more than four services at once, and stops between two', async () => {
    const opened = await openWindow();
    const { host } = opened;
    const first = host.found[0]!;
    const items = Array.from({ length: 9 }, (_, item) => ({ ...first.items[0]!, item, key: `KEY_${item}` }));
    host.found = [{ ...first, items, left: [] }];
    let running = 0;
    let most = 0;
    const goOn: (() => void)[] = [];
    host.importItem = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => goOn.push(resolve));
      running -= 1;
      return { became: 'already_there', name: 'GitHub', integration_id: 'i-github' };
    };
    await look(opened);
    await opened.user.click(await find('import-start'));
    await waitFor(() => expect(goOn).toHaveLength(4));
    await opened.user.click(await find('import-stop'));
    goOn.forEach((resolve) => resolve());
    await find('import-results');
    expect(most).toBe(4);
    expect(results().filter(([, outcome]) => outcome === 'left')).toHaveLength(5);
  });

  test('a search can be stopped, and one that fails says so', async () => {
    const opened = await openWindow();
    let goOn = () => {};
    opened.host.scanHeld = new Promise((resolve) => (goOn = resolve));
    await opened.user.click(await find('import-open'));
    await opened.user.click(await find('import-scan'));
    expect(await text('import-scanning')).toContain('1,250 files and folders');
    await opened.user.click(await find('import-stop'));
    goOn();
    await find('import-ask');
    opened.host.scanForImport = async () => {
      throw new HostFailure({ code: 'vault_locked', message: '', action: null, field: null, connector: null });
    };
    await opened.user.click(await find('import-scan'));
    expect(await text('import-failure')).toContain('The vault is locked');
  });

  test('is there at the first start and in the palette, and the keyboard alone will do', async () => {
    const opened = await openWindow({ rows: [] });
    await find('import-open');
    await opened.user.keyboard('{Control>}k{/Control}bitwarden{Enter}');
    await find('import-dialog');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('import-scan')));
    await opened.user.keyboard('{Enter}');
    await find('import-preview');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('import-start')));
    await opened.user.keyboard('{Enter}');
    await find('import-results');
    await opened.user.keyboard('{Escape}');
    await gone('import-dialog');
  });
});
