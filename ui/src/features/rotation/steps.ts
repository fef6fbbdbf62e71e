// A rotation as the five lines that a person reads: which are done, which one is now, what it says and what can be done there.
// Pure; every step of the machine has its row in the test's table.
import type { CredentialSummary, RotationView, Timestamp, Verdict } from '../../api/host';
import { joined, t } from '../../language/language.svelte';
import { ofCore } from '../../state/failure';
import { limitText, verdictText } from '../../state/verdict';

export type LineState = 'done' | 'now' | 'later';

/** What the button of a line does. */
export type LineAction = 'retry' | 'switch' | 'switch_despite_difference' | 'revoke' | 'confirm_revoked' | 'open_page' | 'let_be';

export interface Line {
  title: string;
  text: string;
  state: LineState;
  at: Timestamp | null;
  /** First the main one. */
  actions: { action: LineAction; label: string }[];
  /** Something is under way by itself. */
  working: boolean;
  /** When a wait is over that is under way. */
  waitsUntil: Timestamp | null;
}

/** What may be shown of a credential, short. */
export function credentialHint(summary: CredentialSummary): string {
  switch (summary.kind) {
    case 'damaged':
      return t('hint-damaged');
    case 'api_key':
      return summary.id ?? summary.hint;
    case 'client_secret':
      return summary.hint;
    case 'service_account_key':
      return summary.key_id ?? t('hint-private-key');
    case 'oauth_grant':
      return summary.refreshable ? t('hint-tokens') : t('hint-access-token');
  }
}

/** What is rotated, in a sentence. */
const nounOf = ({ old }: RotationView): 'secret' | 'key' => (old.summary.kind === 'client_secret' ? 'secret' : 'key');

/** Whether the new one is only tried, or not wanted any more: nothing is switched to then. */
export const isDiscarded = ({ mode, step }: RotationView): boolean => mode === 'drill' || step.step === 'discarding';

/** Whether there is an end that the service would tell. */
const isProvable = ({ step, revoke_mode: mode }: RotationView): boolean => mode !== 'at_its_end' && step.step !== 'untold';

/** The line that is now; five when nothing is left to do. */
function present({ step }: RotationView): number {
  switch (step.step) {
    case 'minting':
      return 0;
    case 'staged':
      return 1;
    case 'verified':
      return 2;
    case 'discarding':
      return step.ordered ? 3 : 2;
    case 'switched':
    case 'deactivating':
      return 3;
    case 'revoking':
      return step.ordered ? 4 : 3;
    default:
      return 5;
  }
}

export function rotationLines(rotation: RotationView, service: string): Line[] {
  const now = present(rotation);
  const made: [Timestamp | null, Words] = [rotation.begun_at, madeLine(rotation, service)];
  const tried: [Timestamp | null, Words] = [rotation.verified_at, verifyLine(rotation, service)];
  const proved: [Timestamp | null, Words] = [rotation.proved_at, isDiscarded(rotation) ? discardedLine(rotation, service) : proveLine(rotation, service)];
  const lines: [Timestamp | null, Words][] = isDiscarded(rotation)
    ? [made, tried, [rotation.revoked_at, discardLine(rotation, service)], ...(isProvable(rotation) ? [proved] : [])]
    : [made, tried, [rotation.switched_at, switchLine(rotation, service)], [rotation.revoked_at, revokeLine(rotation, service)], ...(isProvable(rotation) ? [proved] : [])];
  return lines.map(([at, words], index) => ({
    state: index < now ? 'done' : index === now ? 'now' : 'later',
    at: index < now ? at : null,
    actions: [],
    working: false,
    waitsUntil: null,
    ...words,
  }));
}

function madeLine(rotation: RotationView, service: string): Words {
  const { step, is_minted: minted } = rotation;
  const noun = nounOf(rotation);
  if (step.step === 'minting') {
    const actions: Line['actions'] = [{ action: 'retry', label: t('common-try-again') }];
    return step.failure === null
      ? { title: t('step-have-made', { service }), text: t('step-asking'), working: true, actions }
      : { title: t('step-made-unknown-title', { service }), text: joined(ofCore(step.failure), t('step-made-unknown')), actions };
  }
  const title = minted ? t('step-made-by', { noun, service }) : t('step-saved', { noun });
  return { title, text: savedText(rotation) };
}

/** The end of a new key that is not to be used. */
function discardLine(rotation: RotationView, service: string): Words {
  const { step, revoke_mode: mode, revoke_failure: failure, new: fresh } = rotation;
  const noun = nounOf(rotation);
  const title = t('step-delete-new', { noun });
  const hint = fresh ? credentialHint(fresh.summary) : t('hint-new-key');
  if (mode === 'at_its_end') return { title: t('step-erase-new'), text: t('step-works-to-its-end', { service }), working: step.step === 'discarding' };
  if (step.step === 'discarding' && !step.ordered) {
    const leave: Line['actions'][number] = { action: 'let_be', label: t('step-leave', { service }) };
    if (mode === 'by_page') {
      return { title, text: t('step-delete-by-page', { hint, service }), actions: [{ action: 'confirm_revoked', label: t('step-i-deleted') }, { action: 'open_page', label: t('step-open-page-again') }, leave] };
    }
    return failure === null
      ? { title, text: t('step-asking-delete', { service, hint }), working: true, actions: [{ action: 'retry', label: t('common-try-again') }] }
      : { title: t('step-not-deleted', { service }), text: joined(ofCore(failure), t('step-old-in-use', { noun })), actions: [{ action: 'retry', label: t('common-try-again') }, leave] };
  }
  if (step.step === 'untold') return { title: t('step-new-unused', { noun }), text: t('step-deleted-here', { service }) };
  if (step.step === 'rehearsed' && rotation.revoked_at === null) return { title: t('step-new-left', { noun }), text: t('step-deleted-here', { service }) };
  if (step.step === 'discarding' || step.step === 'rehearsed') return { title: t('step-new-deleted', { noun }), text: t('step-old-in-use', { noun }) };
  return { title, text: t('step-old-stays', { noun }) };
}

function discardedLine(rotation: RotationView, service: string): Words {
  const { step } = rotation;
  const noun = nounOf(rotation);
  if (step.step === 'rehearsed') {
    return rotation.proved_at === null
      ? { title: t('step-new-unproved', { noun }), text: t('step-not-told-whether', { service }) }
      : { title: t('step-new-dead', { noun }), text: t('step-refuses-it', { service }) };
  }
  const title = t('step-prove-new', { noun });
  if (step.step === 'discarding' && step.ordered) {
    const tries = step.tries === 0 ? '' : t('step-still-accepted', { n: step.tries, service });
    return { title, text: joined(t('step-until-refused', { service }), tries), working: true, actions: [{ action: 'retry', label: t('common-try-now') }, { action: 'let_be', label: t('step-do-not-wait') }] };
  }
  return { title, text: t('step-tried-once-more', { service }) };
}

/** What a drill found, in a sentence or two. */
export function drillResult(rotation: RotationView, service: string): string {
  const { found, step } = rotation;
  const noun = nounOf(rotation);
  if (step.step === 'untold') return joined(t('drill-untold', { service }), t('drill-untold-means', { service }));
  if (!found) return t('drill-failed', { noun });
  if (noun === 'secret') return joined(t('drill-worked-secret'), t('drill-would-go-through'));
  const less = found.missing ? t('drill-less', { limit: limitText(found.missing) }) : t('drill-same-rights');
  switch (found.comparison.comparison) {
    case 'same':
      return joined(t('drill-worked-same'), less, t('drill-would-go-through'));
    case 'unknown':
      return joined(t('drill-worked-unknown'), less, t('drill-would-ask'));
    case 'different':
      return joined(t('drill-worked-different', { new: found.comparison.new, old: found.comparison.old }), less, t('drill-would-ask'));
  }
}

function savedText(rotation: RotationView): string {
  const { step, new: fresh } = rotation;
  if (!fresh) return stillOld(rotation);
  const hint = credentialHint(fresh.summary);
  return step.step === 'staged' || step.step === 'verified' ? joined(t('step-hint', { hint }), stillOld(rotation)) : hint;
}

const stillOld = (rotation: RotationView): string =>
  nounOf(rotation) === 'secret' ? t('step-secret-still-used') : t('step-key-still-used');

type Words = Partial<Line> & Pick<Line, 'title' | 'text'>;

function verifyLine(rotation: RotationView, service: string): Words {
  const { step } = rotation;
  const noun = nounOf(rotation);
  if (step.step === 'staged') {
    if (!step.verdict) return { title: t('step-try', { noun }), text: t('step-asking-works', { service }), working: true, actions: [{ action: 'retry', label: t('common-try-again') }] };
    const { title, text } = noun === 'secret' ? secretVerdict(step.verdict, service) : verdictText(step.verdict, service, 'api_key');
    return { title, text: joined(text, stillOld(rotation)), actions: [{ action: 'retry', label: t('common-try-again') }] };
  }
  if (step.step === 'verified' && noun === 'key') {
    const less = step.missing ? limitText(step.missing) : '';
    switch (step.comparison.comparison) {
      case 'same':
        return { title: t('step-works-same'), text: less };
      case 'unknown':
        return { title: t('step-works', { noun }), text: joined(t('step-whose-unknown', { service }), less) };
      case 'different':
        return { title: t('step-works-other'), text: joined(t('step-belong', { old: step.comparison.old, new: step.comparison.new }), less) };
    }
  }
  if (step.step === 'untold') return { title: t('step-not-told', { service }), text: t('step-only-refresh-tells') };
  if ((step.step === 'discarding' || step.step === 'rehearsed') && rotation.found === null) return { title: t('step-given-up', { noun }), text: t('step-not-accepted', { service }) };
  return { title: t('step-works', { noun }), text: t('step-accepted', { service }) };
}

/** Not every service says so at once; the core's words tell what happens then. */
function secretVerdict(verdict: Verdict, service: string): { title: string; text: string } {
  switch (verdict.outcome) {
    case 'refused':
      return { title: t('step-secret-refused', { service }), text: t('step-answered', { reason: ofCore(verdict.reason) }) };
    case 'could_not_reach':
      return { title: t('step-secret-unknown'), text: ofCore(verdict.reason) };
    default:
      return { title: t('step-works', { noun: 'secret' }), text: t('step-accepted', { service }) };
  }
}

function switchLine(rotation: RotationView, service: string): Words {
  const { step } = rotation;
  if (nounOf(rotation) === 'secret') {
    const title = step.step === 'staged' || step.step === 'verified' ? t('step-switch-to', { noun: 'secret' }) : t('step-switched');
    const text = t('step-every-integration');
    return { title, text, actions: step.step === 'verified' ? [{ action: 'switch', label: t('step-switch') }] : [] };
  }
  if (step.step !== 'verified') {
    return { title: step.step === 'staged' ? t('step-switch-to', { noun: 'key' }) : t('step-switched'), text: t('step-tools-now') };
  }
  switch (step.comparison.comparison) {
    case 'same':
      return { title: t('step-switch-to', { noun: 'key' }), text: t('step-tools-then'), actions: [{ action: 'switch', label: t('step-switch') }] };
    case 'unknown':
      return { title: t('step-switch-to', { noun: 'key' }), text: t('step-check-account', { service }), actions: [{ action: 'switch', label: t('step-switch') }] };
    case 'different':
      return {
        title: t('step-switch-other'),
        text: t('step-would-see', { account: step.comparison.new }),
        actions: [{ action: 'switch_despite_difference', label: t('step-switch-anyway') }],
      };
  }
}

function revokeLine(rotation: RotationView, service: string): Words {
  const { step, revoke_mode: mode, revoke_failure: failure, old: replaced } = rotation;
  const noun = nounOf(rotation);
  const old = noun === 'secret' ? t('hint-old-secret', { hint: credentialHint(replaced.summary) }) : credentialHint(replaced.summary);
  const title = t('step-turn-off', { noun });
  const byApi = mode === 'by_api';
  if (mode === 'at_its_end') {
    const actions: Line['actions'] = step.step === 'switched' ? [{ action: 'revoke', label: t('step-erase-here') }] : [];
    return { title: t('step-erase-old'), text: t('step-works-to-its-end', { service }), working: step.step === 'revoking', actions };
  }
  const failed: Words = {
    title: t('step-not-turned-off', { service, noun }),
    text: joined(ofCore(failure ?? ''), t('step-until-then-works', { old })),
    actions: [{ action: 'retry', label: t('common-try-again') }, { action: 'confirm_revoked', label: t('step-i-turned-off-myself') }],
  };
  if (step.step === 'deactivating') {
    if (!step.ordered) {
      return failure === null
        ? { title: t('step-switch-off', { noun }), text: t('step-asking-refuse', { service, old }), working: true }
        : failed;
    }
    const told = t(step.refused ? 'step-refuses-now' : 'step-not-yet-refuses', { service, old });
    return { title: t('step-switched-off', { noun }), text: joined(told, t('step-deleted-in-a-moment')), working: true, actions: [{ action: 'revoke', label: t('step-delete-now') }] };
  }
  if (step.step === 'revoking' && !step.ordered && failure !== null) {
    return failed;
  }
  if (step.step === 'revoking' && !step.ordered && rotation.lent_until !== null) {
    const then = t(byApi ? 'step-then-asked' : 'step-then-page', { service });
    return {
      title: t('step-waiting-title'),
      text: joined(t('step-waiting', { old }), then),
      waitsUntil: rotation.lent_until,
    };
  }
  if (step.step === 'revoking' && !step.ordered) {
    return byApi
      ? { title, text: t('step-asking-turn-off', { service, old }), working: true, actions: [{ action: 'retry', label: t('common-try-again') }] }
      : { title, text: t('step-delete-by-page', { hint: old, service }), actions: [{ action: 'confirm_revoked', label: t('step-i-turned-off') }, { action: 'open_page', label: t('step-open-page-again') }] };
  }
  if (step.step === 'switched') {
    return {
      title,
      text: t(byApi ? 'step-by-api' : 'step-by-page', { old, service }),
      actions: [{ action: 'revoke', label: byApi ? title : t('step-open-page', { service }) }],
    };
  }
  if (step.step === 'staged' || step.step === 'verified') return { title, text: t('step-undo-until') };
  return { title: t('step-turned-off', { noun }), text: byApi ? t('step-confirmed', { service }) : t('step-you-turned-off') };
}

function proveLine(rotation: RotationView, service: string): Words {
  const { step } = rotation;
  const noun = nounOf(rotation);
  if (step.step === 'done' && rotation.proved_at === null) {
    return { title: t('step-gone', { noun }), text: t('step-your-word', { service }) };
  }
  if (step.step === 'proved_dead' || step.step === 'done') return { title: t('step-dead', { noun }), text: t('step-refuses-it', { service }) };
  const title = t('step-prove', { noun });
  if (step.step === 'revoking' && step.ordered) {
    const tries = step.tries === 0 ? '' : t('step-still-accepted', { n: step.tries, service });
    return { title, text: joined(t('step-until-refused', { service }), tries), working: true, actions: [{ action: 'retry', label: t('common-try-now') }] };
  }
  return { title, text: t('step-tried-once-more', { service }) };
}
