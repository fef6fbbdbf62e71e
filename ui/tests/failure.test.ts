import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ErrorCode, Failure } from '../src/api/host';
import { errorCodes, failureText } from '../src/state/failure';

const failure = (code: ErrorCode, rest: Partial<Failure> = {}): Failure => ({ code, message: '', action: null, field: null, connector: null, ...rest });

describe('the table of failures', () => {
  test('has an entry for every code of the contract, and no other', () => {
    const bindings = readFileSync(join(import.meta.dirname, '../src/bindings.ts'), 'utf8');
    const union = /export type ErrorCode =([^;]+);/.exec(bindings)?.[1] ?? '';
    const inContract = [...union.matchAll(/^"([a-z_]+)"/gm)].map(([, code]) => code);
    expect(inContract.length).toBeGreaterThan(20);
    expect([...errorCodes].sort()).toEqual(inContract.sort());
  });

  test.each(errorCodes)('says for %s what happened and what to do, without blame', (code) => {
    const { title, text } = failureText(failure(code));
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(text).toMatch(/\.$/);
    expect(`${title} ${text}`).not.toMatch(/simply|invalid|illegal|you failed|oops|!/i);
  });

  test('lets the core’s own sentence and action win', () => {
    const shown = failureText(failure('request_refused', { message: 'The scope admin is not allowed.', action: 'edit_field' }));
    expect(shown).toMatchObject({ text: 'The scope admin is not allowed.', action: 'edit_field', button: 'Edit' });
  });

  test('treats a code of a newer core as a fault of the program', () => {
    expect(failureText(failure('from_the_future' as ErrorCode)).title).toBe(failureText(failure('internal')).title);
  });
});
