// The rotation machine of the fake host: the same order and the same refusals as the core's.
import type { AccountComparison, GenerationInfo, RevokeMode, RotationStep, RotationView, Verdict } from '../host';
import { HostFailure } from '../host';

export const refusedStep = (): HostFailure =>
  new HostFailure({ code: 'rotation_not_possible', message: '', action: null, field: null, connector: null });

export function begun(old: GenerationInfo, next: GenerationInfo, revokeMode: RevokeMode): RotationView {
  return {
    step: { step: 'staged', verdict: null },
    old,
    new: next,
    begun_at: Date.now(),
    verified_at: null,
    switched_at: null,
    lent_until: null,
    revoke_failure: null,
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
  can_undo: ['staged', 'verified', 'switched'].includes(step.step),
});

/** The new credential was tried; the same account is switched to at once. */
export function tried(rotation: RotationView, verdict: Verdict, comparison: AccountComparison): RotationView {
  if (verdict.outcome === 'refused' || verdict.outcome === 'could_not_reach') return at(rotation, { step: 'staged', verdict });
  const verified = at(
    rotation,
    { step: 'verified', comparison, missing: verdict.outcome === 'works_without' ? verdict.missing : null },
    { verified_at: Date.now() },
  );
  return comparison.comparison === 'same' ? switched(verified, false) : verified;
}

export function switched(rotation: RotationView, despiteDifference: boolean): RotationView {
  if (rotation.step.step !== 'verified') throw refusedStep();
  if (rotation.step.comparison.comparison === 'different' && !despiteDifference) throw refusedStep();
  return at(rotation, { step: 'switched' }, { switched_at: Date.now() });
}

export function revoking(rotation: RotationView): RotationView {
  if (rotation.step.step !== 'switched' && rotation.step.step !== 'revoking') throw refusedStep();
  const ordered = rotation.revoke_mode === 'by_api';
  return at(rotation, { step: 'revoking', ordered, tries: 0 }, ordered ? { revoked_at: Date.now() } : {});
}

export function confirmed(rotation: RotationView): RotationView {
  if (rotation.step.step !== 'revoking') throw refusedStep();
  return at(rotation, { step: 'revoking', ordered: true, tries: 0 }, { revoked_at: Date.now() });
}

/** The old credential was tried once more. */
export function oldTried(rotation: RotationView, refused: boolean): RotationView {
  if (rotation.step.step !== 'revoking') throw refusedStep();
  if (!refused) return at(rotation, { ...rotation.step, tries: rotation.step.tries + 1 });
  return at(rotation, { step: 'done' }, { proved_at: Date.now() });
}

export function undone(rotation: RotationView): RotationView {
  if (!rotation.can_undo) throw refusedStep();
  return at(rotation, { step: 'undone' });
}
