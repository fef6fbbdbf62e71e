// The rotation machine of the fake host: the same order and the same refusals as the core's.
import type { AccountComparison, GenerationInfo, RevokeMode, RotationMode, RotationStep, RotationView, Verdict } from '../host';
import { HostFailure } from '../host';

/** What a service says of a client secret that only a refresh would try, as the core words it. */
export const UNTOLD =
  'The service takes no position on a client secret before a token is refreshed. The next refresh tries the new one, and goes on with the old one if it is refused.';

export const refusedStep = (): HostFailure =>
  new HostFailure({ code: 'rotation_not_possible', message: '', action: null, field: null, connector: null });

export function begun(old: GenerationInfo, next: GenerationInfo, revokeMode: RevokeMode, mode: RotationMode = 'guided', minted = false): RotationView {
  return {
    step: { step: 'staged', verdict: null },
    old,
    new: next,
    mode,
    is_minted: minted,
    found: null,
    begun_at: Date.now(),
    verified_at: null,
    switched_at: null,
    lent_until: null,
    revoke_failure: null,
    deactivated_at: null,
    revoked_at: null,
    proved_at: null,
    can_undo: true,
    revoke_mode: revokeMode,
  };
}

const at = (rotation: RotationView, step: RotationStep, times: Partial<RotationView> = {}): RotationView => ({
  ...rotation,
  ...times,
  step,
  can_undo: ['minting', 'staged', 'verified', 'switched', 'deactivating'].includes(step.step),
});

/** The new credential was tried; the same account is switched to at once. */
export function tried(rotation: RotationView, verdict: Verdict, comparison: AccountComparison): RotationView {
  if (verdict.outcome === 'could_not_reach' && verdict.reason === UNTOLD && rotation.mode === 'drill') return at(rotation, { step: 'untold' });
  if (verdict.outcome === 'refused' || verdict.outcome === 'could_not_reach') return at(rotation, { step: 'staged', verdict });
  const verified = at(
    rotation,
    { step: 'verified', comparison, missing: verdict.outcome === 'works_without' ? verdict.missing : null },
    { verified_at: Date.now() },
  );
  const found = { comparison, missing: verdict.outcome === 'works_without' ? verdict.missing : null };
  if (rotation.mode === 'drill' && rotation.revoke_mode === 'by_page') return at({ ...verified, found }, { step: 'discarding', ordered: false, tries: 0 });
  if (rotation.mode === 'drill') {
    const now = Date.now();
    return at({ ...verified, found }, { step: 'rehearsed' }, { revoked_at: now, proved_at: rotation.revoke_mode === 'by_api' ? now : null });
  }
  if (comparison.comparison !== 'same') return { ...verified, found };
  const next = switched({ ...verified, found }, false);
  return rotation.mode === 'automatic' ? at(next, { step: 'deactivating', ordered: true, refused: true, tries: 0 }, { deactivated_at: Date.now() }) : next;
}

export function switched(rotation: RotationView, despiteDifference: boolean): RotationView {
  if (rotation.step.step !== 'verified') throw refusedStep();
  if (rotation.step.comparison.comparison === 'different' && !despiteDifference) throw refusedStep();
  return at(rotation, { step: 'switched' }, { switched_at: Date.now() });
}

export function revoking(rotation: RotationView): RotationView {
  if (!['switched', 'deactivating', 'revoking'].includes(rotation.step.step)) throw refusedStep();
  if (rotation.revoke_mode === 'at_its_end') return at(rotation, { step: 'done' }, { revoked_at: Date.now() });
  const ordered = rotation.revoke_mode === 'by_api';
  return at(rotation, { step: 'revoking', ordered, tries: 0 }, ordered ? { revoked_at: Date.now() } : {});
}

export function confirmed(rotation: RotationView): RotationView {
  if (rotation.step.step !== 'revoking' && rotation.step.step !== 'discarding') throw refusedStep();
  return at(rotation, { step: rotation.step.step, ordered: true, tries: 0 }, { revoked_at: Date.now() });
}

/** What is being ended was tried once more: the old credential, or a drill's new one. */
export function oldTried(rotation: RotationView, refused: boolean): RotationView {
  if (rotation.step.step !== 'revoking' && rotation.step.step !== 'discarding') throw refusedStep();
  if (!refused) return at(rotation, { ...rotation.step, tries: rotation.step.tries + 1 });
  return at(rotation, { step: rotation.step.step === 'revoking' ? 'done' : 'rehearsed' }, { proved_at: Date.now() });
}

export function undone(rotation: RotationView): RotationView {
  if (rotation.step.step === 'discarding') return at(rotation, { step: 'rehearsed' });
  if (!rotation.can_undo) throw refusedStep();
  if (rotation.mode === 'drill') return at(rotation, { step: 'discarding', ordered: false, tries: 0 });
  return at(rotation, { step: 'undone' });
}
