// Labels: on the page, in the row, in the filter.
import { waitFor, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { labelled } from '../src/api/fake/list';
import { openPage, openWindow, rowOf, screen } from './window';

const find = (name: string) => screen.findByTestId(name);
const labels = () => screen.getAllByTestId('label').map(({ dataset }) => dataset.label);

describe('on the page', () => {
  test('a label is added by the keyboard, is offered on the next one, and shows in the row', async () => {
    const opened = await openWindow();
    await openPage(opened, 'i-stripe');
    await opened.user.keyboard('l');
    await find('label-field');
    await opened.user.keyboard(' finance {Enter}');
    await waitFor(() => expect(labels()).toEqual(['finance']));
    await waitFor(() => expect(screen.queryByTestId('label-field')).toBeNull());
    await opened.user.click(await find('page-back'));
    await waitFor(() => expect(within(rowOf('i-stripe')).getByTestId('label').textContent?.trim()).toBe('finance'));
    await openPage(opened, 'i-openai');
    await opened.user.click(await find('label-picker-open'));
    await opened.user.click(await find('label-offer'));
    await waitFor(() => expect(labels()).toEqual(['finance']));
    expect(opened.host.rows.find(({ integration }) => integration.id === 'i-openai')!.integration.labels).toEqual(['finance']);
  });

  test('a refused one says why, and stays in its field', async () => {
    const opened = await openWindow({ rows: labelled() });
    await openPage(opened, 'i-github');
    await opened.user.click(await find('label-picker-open'));
    await opened.user.type(await find('label-field'), 'PRODUCTION{Enter}');
    expect((await find('label-refusal')).textContent).toContain('is there already');
    expect((screen.getByTestId('label-field') as HTMLInputElement).value).toBe('PRODUCTION');
    expect(screen.getByTestId('label-field').getAttribute('aria-invalid')).toBe('true');
    await opened.user.keyboard('{Escape}');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('label-picker-open')));
    expect(labels()).toEqual(['production']);
    expect(screen.queryAllByTestId('toast')).toEqual([]);
  });

  test('one is taken off', async () => {
    const opened = await openWindow({ rows: labelled() });
    await openPage(opened, 'i-bigquery');
    await opened.user.click(screen.getByRole('button', { name: 'Remove label reports' }));
    await waitFor(() => expect(labels()).toEqual(['production']));
  });
});

describe('in the list', () => {
  test('rows show two, and how many more', async () => {
    await openWindow({ rows: labelled() });
    const row = rowOf('i-salesforce');
    expect(within(row).getAllByTestId('label').map(({ dataset }) => dataset.label)).toEqual(['production', 'sales']);
    expect(row.textContent).toContain('+2');
  });

  test('filters are combined, each is let go by itself, and all at once', async () => {
    const { user } = await openWindow({ rows: labelled() });
    const shown = () => screen.queryAllByTestId('integration').map(({ dataset }) => dataset.id);
    const choose = async (test: string, value: string) => {
      await user.click(await find(test));
      await user.click((await screen.findAllByTestId(`${test}-choice`)).find(({ dataset }) => dataset.value === value)!);
      // A menu that closes holds the pointer for a moment.
      await waitFor(() => expect(document.body.style.pointerEvents).not.toBe('none'));
    };
    await choose('filter-label', 'production');
    expect(shown()).toEqual(['i-salesforce', 'i-bigquery', 'i-github']);
    await choose('filter-method', 'oauth');
    expect(shown()).toEqual(['i-salesforce', 'i-github']);
    await user.click(screen.getByTestId('filter-needs'));
    expect(shown()).toEqual(['i-salesforce']);
    await choose('filter-connector', 'github');
    expect(shown()).toEqual([]);
    await user.click(screen.getByTestId('filter-needs'));
    expect(shown()).toEqual(['i-github']);
    await user.click(screen.getByTestId('filter-connector-clear'));
    await user.click(screen.getByTestId('filter-label-clear'));
    expect(shown()).toHaveLength(4);
    expect(screen.getByTestId('filter-method').textContent).toContain('OAuth');
    await user.type(screen.getByTestId('search'), 'monalisa');
    expect(shown()).toEqual(['i-github-2']);
    await user.type(screen.getByTestId('search'), ' nothing');
    await user.click(await find('filter-clear'));
    expect(shown()).toHaveLength(9);
  });

  test('the order is chosen, and remembered by the host', async () => {
    const { user, host } = await openWindow({ rows: labelled() });
    await user.click(await find('sort'));
    await user.click((await screen.findAllByTestId('sort-choice')).find(({ dataset }) => dataset.value === 'connector')!);
    await waitFor(() => expect(host.preferred.sort).toBe('connector'));
    expect(screen.getAllByTestId('integration').map(({ dataset }) => dataset.id).slice(0, 4)).toEqual(['i-bigquery', 'i-databricks', 'i-github-2', 'i-github']);
  });

  test('is shown in the order that was remembered', async () => {
    const { FakeHost } = await import('../src/api/fake/host');
    const host = new FakeHost({ rows: labelled() });
    host.preferred = { ...host.preferred, sort: 'name' };
    const { render } = await import('@testing-library/svelte');
    const { default: Window } = await import('../src/views/Window.svelte');
    render(Window, { props: { host } });
    await find('integration-list');
    expect(screen.getByTestId('sort').dataset.value).toBe('name');
    expect(screen.getAllByTestId('integration')[0]!.dataset.id).toBe('i-bigquery');
  });
});
