import { describe, expect, test } from 'vitest';
import type { AuthorizationProgress, AuthorizationView } from '../src/api/host';
import { badgeOf, catalogue } from '../src/api/fake/catalogue';
import { afterConnector, before, firstOf, isWaiting, takesFile, withAttempt, type Step, type Subject } from '../src/features/connect/step';

const connectorOf = (id: string) => catalogue.find((one) => one.badge.id === id)!;
const subjectOf = (id: string, method: string): Subject => {
  const connector = connectorOf(id);
  return { connector, method: connector.methods.find((one) => one.method === method)!, existing: null };
};
const attempt = (progress: AuthorizationProgress, id = 'attempt-1'): AuthorizationView => ({
  id,
  connector: badgeOf('github'),
  scopes: [],
  url: '',
  redirect_uri: '',
  is_one_time: false,
  offers_code: true,
  expires_at: 0,
  disturbed: false,
  progress,
});
const waiting = (progress: AuthorizationProgress): Step => ({ step: 'waiting', attempt: attempt(progress), of: 'i-1' });

describe('choosing a connector', () => {
  test('with one method goes straight to it', () => {
    expect(afterConnector(connectorOf('stripe'), null)).toMatchObject({ method: { method: 'api_key' } });
  });

  test('with several methods asks which', () => {
    expect(afterConnector(connectorOf('practice'), null)).toMatchObject({ step: 'choose_method' });
  });

  test('through one of the doors takes the method of that door', () => {
    expect(afterConnector(connectorOf('practice'), 'service_account')).toMatchObject({ method: { method: 'service_account' } });
  });

  test('that lacks the method of the door asks among those it has', () => {
    expect(afterConnector(connectorOf('github'), 'service_account')).toMatchObject({ step: 'choose_method' });
  });
});

describe('the first screen of a method', () => {
  test.each([
    ['stripe', 'api_key', 'enter_key'],
    ['bigquery', 'service_account', 'enter_file'],
    ['github', 'oauth', 'register_app'],
    ['slack', 'oauth', 'authorize'],
  ])('of %s by %s is %s', (id, method, step) => {
    expect(firstOf(subjectOf(id, method), []).step).toBe(step);
  });
});

describe('going back', () => {
  test('leads to the method when there was a choice, otherwise to the connector', () => {
    expect(before({ step: 'enter_key', subject: subjectOf('practice', 'api_key') })?.step).toBe('choose_method');
    expect(before({ step: 'enter_key', subject: subjectOf('stripe', 'api_key') })?.step).toBe('choose_connector');
  });

  test('is not offered while replacing, or once something was saved', () => {
    const subject = { ...subjectOf('stripe', 'api_key'), existing: { id: 'i-1', name: 'Stripe' } };
    expect(before({ step: 'enter_key', subject })).toBeNull();
    expect(before({ step: 'verdict', subject, saved: { integration_id: 'i-1', verdict: { outcome: 'works', account: null } } })).toBeNull();
    expect(before(waiting({ progress: 'exchanging' }))).toBeNull();
  });
});

describe('an authorization', () => {
  test.each<[AuthorizationProgress, boolean]>([
    [{ progress: 'waiting', browser_opened: true }, true],
    [{ progress: 'entering_code', user_code: 'WDJB-MJHT', verification_uri: 'https://a.example', qr: null }, true],
    [{ progress: 'exchanging' }, true],
    [{ progress: 'different_account', expected: { id: '1', label: 'a' }, got: { id: '2', label: 'b' } }, false],
    [{ progress: 'cancelled' }, false],
    [{ progress: 'completed', integration_id: 'i-1', account: null, verdict: { outcome: 'works', account: null } }, false],
  ])('in %j has to be cancelled when the dialog closes: %s', (progress, cancel) => {
    expect(isWaiting(waiting(progress))).toBe(cancel);
  });

  test('takes news of its own attempt only', () => {
    const step = waiting({ progress: 'waiting', browser_opened: true });
    expect(withAttempt(step, attempt({ progress: 'exchanging' }, 'attempt-0'))).toBe(step);
    expect(withAttempt(step, attempt({ progress: 'exchanging' }))).toMatchObject({ attempt: { progress: { progress: 'exchanging' } } });
  });
});

test('a released file never takes away what was typed', () => {
  expect(takesFile({ step: 'choose_connector', method: null, file: null })).toBe(true);
  expect(takesFile({ step: 'enter_file', subject: subjectOf('bigquery', 'service_account') })).toBe(true);
  expect(takesFile({ step: 'enter_key', subject: subjectOf('stripe', 'api_key') })).toBe(false);
  expect(takesFile({ step: 'enter_key', subject: subjectOf('aws', 'api_key') })).toBe(true);
  expect(takesFile(waiting({ progress: 'exchanging' }))).toBe(false);
});
