import { describe, expect, test } from 'vitest';
import type { RevokeMode, RotationStep, RotationView } from '../src/api/host';
import { generation, summaryOf } from '../src/api/fake/seed';
import { drillResult, rotationLines, type LineAction } from '../src/features/rotation/steps';

const rotation = (step: RotationStep, revoke: RevokeMode = 'by_api'): RotationView => ({
  step,
  old: generation(1, 'active', summaryOf('api_key', 'ghp_…old1')),
  new: generation(2, 'staged', summaryOf('api_key', 'ghp_…new2')),
  mode: step.step === 'rehearsed' || step.step === 'untold' ? 'drill' : 'guided',
  is_minted: false,
  found: null,
  begun_at: 1,
  verified_at: 2,
  switched_at: 3,
  lent_until: null,
  revoke_failure: null,
  deactivated_at: null,
  revoked_at: 4,
  proved_at: 5,
  can_undo: true,
  revoke_mode: revoke,
});

const verified = (comparison: Extract<RotationStep, { step: 'verified' }>['comparison']): RotationStep => ({ step: 'verified', comparison, missing: null });

describe('the five lines of a rotation', () => {
  // D = done, N = now, L = later; the actions are those of the line that is now.
  const table: [RotationStep, RevokeMode, string, LineAction[]][] = [
    [{ step: 'minting', known: ['AKIA1'], failure: null }, 'by_api', 'NLLLL', ['retry']],
    [{ step: 'minting', known: ['AKIA1'], failure: 'No answer.' }, 'by_api', 'NLLLL', ['retry']],
    [{ step: 'staged', verdict: null }, 'by_api', 'DNLLL', ['retry']],
    [{ step: 'staged', verdict: { outcome: 'refused', reason: 'It answered 401.' } }, 'by_api', 'DNLLL', ['retry']],
    [verified({ comparison: 'same' }), 'by_api', 'DDNLL', ['switch']],
    [verified({ comparison: 'unknown' }), 'by_api', 'DDNLL', ['switch']],
    [verified({ comparison: 'different', old: 'ada', new: 'eve' }), 'by_api', 'DDNLL', ['switch_despite_difference']],
    [{ step: 'switched' }, 'by_api', 'DDDNL', ['revoke']],
    [{ step: 'switched' }, 'by_page', 'DDDNL', ['revoke']],
    [{ step: 'deactivating', ordered: false, refused: false, tries: 0 }, 'by_api', 'DDDNL', []],
    [{ step: 'deactivating', ordered: true, refused: true, tries: 0 }, 'by_api', 'DDDNL', ['revoke']],
    [{ step: 'revoking', ordered: false, tries: 0 }, 'by_api', 'DDDNL', ['retry']],
    [{ step: 'revoking', ordered: false, tries: 0 }, 'by_page', 'DDDNL', ['confirm_revoked', 'open_page']],
    [{ step: 'revoking', ordered: true, tries: 2 }, 'by_page', 'DDDDN', ['retry']],
    [{ step: 'proved_dead' }, 'by_api', 'DDDDD', []],
    [{ step: 'done' }, 'by_api', 'DDDDD', []],
    [{ step: 'discarding', ordered: false, tries: 0 }, 'by_api', 'DDNL', ['retry']],
    [{ step: 'discarding', ordered: false, tries: 0 }, 'by_page', 'DDNL', ['confirm_revoked', 'open_page', 'let_be']],
    [{ step: 'discarding', ordered: true, tries: 1 }, 'by_api', 'DDDN', ['retry', 'let_be']],
    [{ step: 'rehearsed' }, 'by_api', 'DDDD', []],
    [{ step: 'untold' }, 'by_page', 'DDD', []],
    [{ step: 'switched' }, 'at_its_end', 'DDDN', ['revoke']],
    [{ step: 'revoking', ordered: true, tries: 0 }, 'at_its_end', 'DDDD', []],
    [{ step: 'done' }, 'at_its_end', 'DDDD', []],
    [{ step: 'discarding', ordered: false, tries: 0 }, 'at_its_end', 'DDN', []],
    [{ step: 'rehearsed' }, 'at_its_end', 'DDD', []],
  ];

  test.each(table)('at %j (%s) stand at %s and offer %j', (step, mode, states, actions) => {
    const lines = rotationLines(rotation(step, mode), 'GitHub');
    expect(lines.map(({ state }) => state[0]?.toUpperCase()).join('')).toBe(states);
    expect(lines.find(({ state }) => state === 'now')?.actions.map(({ action }) => action) ?? []).toEqual(actions);
    expect(lines.filter(({ state, at }) => (state === 'done') !== (at !== null))).toEqual([]);
  });

  test('name both accounts before switching to another one', () => {
    const lines = rotationLines(rotation(verified({ comparison: 'different', old: 'ada', new: 'eve' })), 'GitHub');
    expect(lines[1]?.text).toContain('The old key belongs to ada, the new one to eve.');
    expect(lines[2]?.text).toContain('Undo');
  });

  test('say what the new key may not do', () => {
    const step: RotationStep = { step: 'verified', comparison: { comparison: 'same' }, missing: 'list charges' };
    expect(rotationLines(rotation(step), 'GitHub')[1]?.text).toBe('The service does not allow: list charges.');
  });

  test('say who is waited for before the old key is turned off, and what comes then', () => {
    const waiting = (mode: RevokeMode) => rotationLines({ ...rotation({ step: 'revoking', ordered: false, tries: 0 }, mode), lent_until: 8_000 }, 'GitHub')[3];
    for (const [mode, then] of [['by_api', 'Then GitHub is asked to turn it off.'], ['by_page', 'Then the page of GitHub opens']] as const) {
      const line = waiting(mode);
      expect(line).toMatchObject({ title: 'Waiting for tools that may still use the old key', state: 'now', waitsUntil: 8_000, actions: [] });
      expect(line?.text).toContain('Whoever was lent ghp_…old1 until the switch');
      expect(line?.text).toContain(then);
    }
    expect(rotationLines(rotation({ step: 'revoking', ordered: false, tries: 0 }), 'GitHub').map(({ waitsUntil }) => waitsUntil)).toEqual([null, null, null, null, null]);
  });

  test('say why the old key could not be turned off, and do not claim that it is', () => {
    const failed = { ...rotation({ step: 'revoking', ordered: false, tries: 0 }), revoke_failure: 'The service is busy.' };
    const line = rotationLines(failed, 'GitHub')[3];
    expect(line?.title).toBe('GitHub did not turn off the old key');
    expect(line?.text).toBe('The service is busy. Until then ghp_…old1 still works there.');
    expect(line?.working).toBe(false);
    expect(line?.actions.map(({ action }) => action), 'whoever deleted it at the service can say so').toEqual(['retry', 'confirm_revoked']);
  });

  test('speak of a secret where a client secret is rotated, and claim no proof that nobody gave', () => {
    const summary = { kind: 'client_secret', hint: 'GOCS…1234' } as const;
    const ofKeys = ['minting', 'deactivating'];
    const steps = table.map(([step]) => step).filter(({ step }) => !ofKeys.includes(step));
    for (const step of steps) {
      const given = rotation(step, 'by_page');
      const lines = rotationLines({ ...given, old: { ...given.old, summary }, new: { ...given.old, summary } }, 'GitHub');
      expect(lines.map(({ title, text }) => `${title} ${text}`).join(' ')).not.toMatch(/\bkey\b/i);
    }
    const done = rotation({ step: 'done' }, 'by_page');
    const unproved = rotationLines({ ...done, old: { ...done.old, summary }, proved_at: null }, 'GitHub')[4];
    expect(unproved?.title).toBe('Old secret gone');
    expect(unproved?.text).toContain('your word stands');
  });

  test('tell what a drill found', () => {
    const done = rotation({ step: 'rehearsed' });
    expect(drillResult(done, 'GitHub')).toContain('did not work');
    expect(drillResult({ ...done, found: { comparison: { comparison: 'same' }, missing: null } }, 'GitHub')).toContain('A rotation would go through.');
    const other = { comparison: 'different', old: 'ada', new: 'eve' } as const;
    expect(drillResult({ ...done, found: { comparison: other, missing: 'list charges' } }, 'GitHub')).toMatch(/eve.*ada.*list charges/);
  });

  test('tell what a drill of a client secret found, and what it means when the service does not tell', () => {
    const summary = { kind: 'client_secret', hint: 'GOCS…1234' } as const;
    const secret = (step: RotationStep): RotationView => ({ ...rotation(step, 'by_page'), mode: 'drill', old: generation(1, 'active', summary) });
    const rehearsed = secret({ step: 'rehearsed' });
    expect(drillResult(rehearsed, 'GitHub')).toBe('The new secret was not accepted, so a rotation with it would have ended here. The old one was in use throughout.');
    expect(rotationLines(rehearsed, 'GitHub')[1]).toMatchObject({ title: 'New secret given up', state: 'done' });
    expect(drillResult({ ...rehearsed, found: { comparison: { comparison: 'same' }, missing: null } }, 'GitHub')).toMatch(/^The new secret was accepted.*would go through\.$/);
    const untold = { ...secret({ step: 'untold' }), verified_at: null, revoked_at: null, proved_at: null };
    expect(drillResult(untold, 'GitHub')).toMatch(/GitHub does not tell.*not used.*erased here.*next refresh.*delete it at GitHub/);
    const titles = rotationLines(untold, 'GitHub').map(({ title }) => title);
    expect(titles.slice(1)).toEqual(['GitHub does not tell whether it works', 'New secret not used']);
  });

  test('claim no deletion of a new key that its user left at the service', () => {
    const left = { ...rotation({ step: 'rehearsed' }), revoked_at: null, proved_at: null };
    expect(rotationLines(left, 'GitHub')[2]).toMatchObject({ title: 'New key left as it is', text: 'It is erased here. At GitHub it works until you delete it there.' });
    expect(rotationLines(left, 'GitHub')[3]?.title).toBe('New key not proved dead');
  });

  test('promise no end of a certificate, which nobody can take back', () => {
    const lines = rotationLines({ ...rotation({ step: 'switched' }, 'at_its_end'), proved_at: null }, 'Kubernetes');
    expect(lines.at(-1)).toMatchObject({ title: 'Erase the old one here', state: 'now' });
    expect(lines.at(-1)?.text).toContain('it works there until it ends');
    expect(lines.map(({ title, text }) => `${title} ${text}`).join(' ')).not.toMatch(/refuse|proved dead|its page opens/);
  });

  test('count how often the old key was still accepted', () => {
    const text = (tries: number) => rotationLines(rotation({ step: 'revoking', ordered: true, tries }), 'GitHub')[4]?.text;
    expect(text(0)).not.toContain('accepted');
    expect(text(1)).toContain('still accepted it once');
    expect(text(3)).toContain('still accepted it 3 times');
  });
});
