import { describe, expect, test } from 'vitest';
import type { IntegrationView, ReconnectReason, StatusView } from '../src/api/host';
import { integrationOf } from '../src/api/fake/seed';
import { primaryAction, primaryLabel } from '../src/state/primary';
import { reasonText } from '../src/state/reason';
import { isTroubled, lastSign, needsUser, statusText } from '../src/state/status';
import { verdictText } from '../src/state/verdict';

const NOW = Date.now();
const noWords = { code: '', description: '' };
const needsYou = (reason: ReconnectReason): StatusView => ({ status: 'needs_you', reason, since: NOW });

const rowOf = (status: StatusView, method: IntegrationView['method'] = 'oauth') =>
  integrationOf({ id: 'i', connectorId: 'salesforce', method, account: 'ops@northwind.example', status }).integration;

describe('a status', () => {
  const table: [StatusView, string, string, string][] = [
    [{ status: 'connected' }, 'good', 'Connected', 'verify'],
    [{ status: 'limited', missing: 'list charges' }, 'soon', 'Limited', 'verify'],
    [{ status: 'scopes_missing', missing: ['read', 'write'] }, 'soon', '2 scopes missing', 'verify'],
    [needsYou({ reason: 'access_token_ended' }), 'need', 'Needs you', 'reconnect'],
    [needsYou({ reason: 'key_refused', words: noWords }), 'need', 'Needs you', 'replace'],
    [{ status: 'retrying', trouble: { trouble: 'service', kind: 'dns' }, until: NOW }, 'soon', 'Retrying', 'verify'],
    [{ status: 'retrying', trouble: { trouble: 'registration', words: noWords }, until: NOW }, 'need', 'App refused', 'edit_registration'],
    [{ status: 'unverified', reason: 'No answer.' }, 'soon', 'Not verified', 'verify'],
    [{ status: 'paused', since: NOW, hold: null }, 'idle', 'Paused', 'resume'],
    [{ status: 'paused', since: NOW, hold: 'moved_away' }, 'idle', 'Moved away', 'verify'],
    [{ status: 'paused', since: NOW, hold: 'unproved' }, 'soon', 'Not switched on', 'verify'],
    [{ status: 'connecting' }, 'idle', 'Connecting', 'verify'],
    [{ status: 'not_connected' }, 'idle', 'Not connected', 'reconnect'],
  ];

  test.each(table)('%j is %s, says "%s" and offers %s', (status, tone, word, action) => {
    expect(statusText(status, NOW)).toMatchObject({ tone, word });
    expect(primaryAction(rowOf(status))).toBe(action);
    expect(needsUser(status) && isTroubled(status)).toBe(false);
  });

  test('of a pasted key or a key file offers to replace it, never to reconnect', () => {
    const refused = needsYou({ reason: 'key_refused', words: noWords });
    expect(primaryLabel(primaryAction(rowOf(refused, 'api_key')), 'api_key')).toBe('Replace key');
    expect(primaryLabel(primaryAction(rowOf({ status: 'not_connected' }, 'service_account')), 'service_account')).toBe('Replace key file');
  });
});

describe('the reason to reconnect', () => {
  const reasons: ReconnectReason[] = [
    { reason: 'grant_refused', words: { code: 'invalid_grant', description: 'expired access/refresh token' } },
    { reason: 'interaction_required', words: noWords },
    { reason: 'refresh_interrupted', at: NOW, by: 'sleep' },
    { reason: 'access_token_ended' },
    { reason: 'key_refused', words: noWords },
  ];

  test.each(reasons)('$reason says what happened, that nothing is lost, and what to do', (reason) => {
    const { title, text } = reasonText(reason, rowOf({ status: 'connected' }), NOW, NOW);
    expect(title).not.toBe('');
    expect(text).toContain('Nothing you set up is lost');
    expect(text).toMatch(/sign in again as ops@northwind.example|replace it here/);
  });

  test('keeps the service’s own words apart from ours', () => {
    const { words, text } = reasonText(reasons[0]!, rowOf({ status: 'connected' }), NOW, NOW);
    expect(words).toBe('invalid_grant: expired access/refresh token');
    expect(text).not.toContain('invalid_grant');
  });
});

describe('the last sign of life', () => {
  const row = rowOf({ status: 'connected' });

  test('is the newer of refresh and verification', () => {
    const verdict = { verdict: { outcome: 'works' as const, account: null }, at: NOW - 60_000 };
    expect(lastSign({ ...row, last_verdict: verdict, last_refreshed_at: NOW - 120_000 }, NOW).text).toBe('verified 1 min ago');
    expect(lastSign({ ...row, last_verdict: verdict, last_refreshed_at: NOW }, NOW).text).toBe('refreshed just now');
  });

  test('is never a refusal', () => {
    const refused = { verdict: { outcome: 'refused' as const, reason: '' }, at: NOW };
    expect(lastSign({ ...row, last_verdict: refused, last_refreshed_at: null }, NOW)).toEqual({ text: 'not verified yet', at: null });
  });
});

describe('a verdict', () => {
  test('has four outcomes, and only one of them means that the credential is dead', () => {
    const tones = [
      verdictText({ outcome: 'works', account: { id: '1', label: 'octocat' } }, 'GitHub', 'api_key'),
      verdictText({ outcome: 'works_without', account: null, missing: 'list charges' }, 'Stripe', 'api_key'),
      verdictText({ outcome: 'could_not_reach', reason: 'No answer.' }, 'Stripe', 'api_key'),
      verdictText({ outcome: 'refused', reason: 'It answered 401.' }, 'Stripe', 'api_key'),
    ].map(({ tone }) => tone);
    expect(tones).toEqual(['good', 'soon', 'soon', 'need']);
  });

  test('says what is not allowed in the sentence that came, or makes one', () => {
    const text = (missing: string) => verdictText({ outcome: 'works_without', account: null, missing }, 'Stripe', 'api_key').text;
    expect(text('The key may not read the account.')).toMatch(/^The key may not read the account\. /);
    expect(text('list charges')).toMatch(/^The service does not allow: list charges\. /);
  });

  test('names the account it works as', () => {
    expect(verdictText({ outcome: 'works', account: { id: '1', label: 'octocat' } }, 'GitHub', 'api_key').title).toBe('Works as octocat');
  });
});
