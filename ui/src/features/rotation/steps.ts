// A rotation as the five lines that a person reads: which are done, which one is now, what it says and what can be done there.
// Pure; every step of the machine has its row in the test's table.
import type { CredentialSummary, RotationView, Timestamp, Verdict } from '../../api/host';
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
      return 'damaged';
    case 'api_key':
      return summary.id ?? summary.hint;
    case 'client_secret':
      return summary.hint;
    case 'service_account_key':
      return summary.key_id ?? 'a private key';
    case 'oauth_grant':
      return summary.refreshable ? 'tokens that renew' : 'an access token';
  }
}

/** What is rotated, in a sentence. */
const nounOf = ({ old }: RotationView): string => (old.summary.kind === 'client_secret' ? 'secret' : 'key');

/** Whether the new one is only tried, or not wanted any more: nothing is switched to then. */
export const isDiscarded = ({ mode, step }: RotationView): boolean => mode === 'drill' || step.step === 'discarding' || step.step === 'rehearsed';

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
  const lines: [Timestamp | null, Words][] = isDiscarded(rotation)
    ? [made, tried, [rotation.revoked_at, discardLine(rotation, service)], [rotation.proved_at, discardedLine(rotation, service)]]
    : [made, tried, [rotation.switched_at, switchLine(rotation, service)], [rotation.revoked_at, revokeLine(rotation, service)], [rotation.proved_at, proveLine(rotation, service)]];
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
    const actions: Line['actions'] = [{ action: 'retry', label: 'Try again' }];
    return step.failure === null
      ? { title: `Have ${service} make a new key`, text: 'Asking for it…', working: true, actions }
      : { title: `It is not known whether ${service} made a new key`, text: `${step.failure} The next try deletes it there first, if it did.`, actions };
  }
  const title = minted ? `New ${noun} made by ${service}, saved beside the old one` : `New ${noun} saved beside the old one`;
  return { title, text: savedText(rotation) };
}

/** The end of a new key that is not to be used. */
function discardLine(rotation: RotationView, service: string): Words {
  const { step, revoke_mode: mode, revoke_failure: failure, new: fresh } = rotation;
  const title = 'Delete the new key';
  const hint = fresh ? credentialHint(fresh.summary) : 'the new key';
  if (step.step === 'discarding' && !step.ordered) {
    const leave: Line['actions'][number] = { action: 'let_be', label: `Leave it at ${service}` };
    if (mode === 'by_page') {
      return { title, text: `Delete ${hint} on the page of ${service}, then say so here.`, actions: [{ action: 'confirm_revoked', label: 'I deleted it' }, { action: 'open_page', label: 'Open the page again' }, leave] };
    }
    return failure === null
      ? { title, text: `Asking ${service} to delete ${hint}…`, working: true, actions: [{ action: 'retry', label: 'Try again' }] }
      : { title: `${service} did not delete the new key`, text: `${failure} The old key is in use, as before.`, actions: [{ action: 'retry', label: 'Try again' }, leave] };
  }
  if (step.step === 'discarding' || step.step === 'rehearsed') return { title: 'New key deleted', text: 'The old key is in use, as before.' };
  return { title, text: 'The old key stays in use throughout.' };
}

function discardedLine(rotation: RotationView, service: string): Words {
  const { step } = rotation;
  if (step.step === 'rehearsed') {
    return rotation.proved_at === null
      ? { title: 'New key left as it is', text: 'You chose not to wait for its end.' }
      : { title: 'New key proved dead', text: `${service} refuses it.` };
  }
  const title = 'Prove that the new key is dead';
  if (step.step === 'discarding' && step.ordered) {
    const tries = step.tries === 0 ? '' : ` ${service} still accepted it ${step.tries === 1 ? 'once' : `${step.tries} times`}.`;
    return { title, text: `It is tried until ${service} refuses it.${tries}`, working: true, actions: [{ action: 'retry', label: 'Try now' }, { action: 'let_be', label: 'Do not wait' }] };
  }
  return { title, text: `It is tried once more, and ${service} must refuse it.` };
}

/** What a drill found, in a sentence or two. */
export function drillResult(rotation: RotationView): string {
  const { found } = rotation;
  if (!found) return 'The new key did not work, so a rotation with it would have ended here. The old one was in use throughout.';
  const less = found.missing ? ` It may do less: ${limitText(found.missing)}` : ' It may do the same.';
  switch (found.comparison.comparison) {
    case 'same':
      return `The new key worked, as the same account.${less} A rotation would go through.`;
    case 'unknown':
      return `The new key worked; whose it is, the service does not say.${less} A rotation would ask you before it switches.`;
    case 'different':
      return `The new key worked, but belongs to ${found.comparison.new}, and the old one to ${found.comparison.old}.${less} A rotation would ask you before it switches.`;
  }
}

function savedText(rotation: RotationView): string {
  const { step, new: fresh } = rotation;
  if (!fresh) return stillOld(rotation);
  const hint = credentialHint(fresh.summary);
  return step.step === 'staged' || step.step === 'verified' ? `${hint}. ${stillOld(rotation)}` : hint;
}

const stillOld = (rotation: RotationView): string =>
  nounOf(rotation) === 'secret' ? 'The old secret is still the one in use.' : 'Your tools still use the old key.';

type Words = Partial<Line> & Pick<Line, 'title' | 'text'>;

function verifyLine(rotation: RotationView, service: string): Words {
  const { step } = rotation;
  const noun = nounOf(rotation);
  if (step.step === 'staged') {
    if (!step.verdict) return { title: `Try the new ${noun}`, text: `Asking ${service} whether it works…`, working: true, actions: [{ action: 'retry', label: 'Try again' }] };
    const { title, text } = noun === 'secret' ? secretVerdict(step.verdict, service) : verdictText(step.verdict, service, 'api_key');
    return { title, text: `${text} ${stillOld(rotation)}`, actions: [{ action: 'retry', label: 'Try again' }] };
  }
  if (step.step === 'verified' && noun === 'key') {
    const less = step.missing ? ` ${limitText(step.missing)}` : '';
    switch (step.comparison.comparison) {
      case 'same':
        return { title: 'New key works, as the same account', text: less.trim() };
      case 'unknown':
        return { title: 'New key works', text: `${service} does not say whose it is.${less}` };
      case 'different':
        return { title: 'New key works, as another account', text: `The old key belongs to ${step.comparison.old}, the new one to ${step.comparison.new}.${less}` };
    }
  }
  return { title: `New ${noun} works`, text: `${service} accepted it.` };
}

/** Not every service says so at once; the core's words tell what happens then. */
function secretVerdict(verdict: Verdict, service: string): { title: string; text: string } {
  switch (verdict.outcome) {
    case 'refused':
      return { title: `${service} refused the secret`, text: `It answered: ${verdict.reason}.` };
    case 'could_not_reach':
      return { title: 'It is not known yet whether the new secret works', text: verdict.reason };
    default:
      return { title: 'New secret works', text: `${service} accepted it.` };
  }
}

function switchLine(rotation: RotationView, service: string): Words {
  const { step } = rotation;
  if (nounOf(rotation) === 'secret') {
    const title = step.step === 'staged' || step.step === 'verified' ? 'Switch to the new secret' : 'Switched';
    const text = 'Every integration of this app registration uses the new secret from then on.';
    return { title, text, actions: step.step === 'verified' ? [{ action: 'switch', label: 'Switch' }] : [] };
  }
  if (step.step !== 'verified') {
    return { title: step.step === 'staged' ? 'Switch to the new key' : 'Switched', text: 'Your tools get the new key from now on.' };
  }
  switch (step.comparison.comparison) {
    case 'same':
      return { title: 'Switch to the new key', text: 'Your tools get the new key from then on.', actions: [{ action: 'switch', label: 'Switch' }] };
    case 'unknown':
      return { title: 'Switch to the new key', text: `Check at ${service} that it belongs to the right account.`, actions: [{ action: 'switch', label: 'Switch' }] };
    case 'different':
      return {
        title: 'Switch to another account?',
        text: `Your tools would see the data of ${step.comparison.new}. Undo if that is not what you want.`,
        actions: [{ action: 'switch_despite_difference', label: 'Switch anyway' }],
      };
  }
}

function revokeLine(rotation: RotationView, service: string): Words {
  const { step, revoke_mode: mode, revoke_failure: failure, old: replaced } = rotation;
  const noun = nounOf(rotation);
  const old = noun === 'secret' ? `the old secret (${credentialHint(replaced.summary)})` : credentialHint(replaced.summary);
  const title = `Turn off the old ${noun}`;
  const byApi = mode === 'by_api';
  const failed: Words = {
    title: `${service} did not turn off the old ${noun}`,
    text: `${failure} Until then ${old} still works there.`,
    actions: [{ action: 'retry', label: 'Try again' }, { action: 'confirm_revoked', label: 'I turned it off myself' }],
  };
  if (step.step === 'deactivating') {
    if (!step.ordered) {
      return failure === null
        ? { title: `Switch off the old ${noun}`, text: `Asking ${service} to refuse ${old}, once whoever was lent it has used it. It is deleted later; until then, Undo brings it back.`, working: true }
        : failed;
    }
    const told = step.refused ? `${service} refuses ${old} now.` : `${service} does not refuse ${old} yet.`;
    return { title: `Old ${noun} switched off`, text: `${told} It is deleted for good in a moment; until then, Undo brings it back.`, working: true, actions: [{ action: 'revoke', label: 'Delete it now' }] };
  }
  if (step.step === 'revoking' && !step.ordered && failure !== null) {
    return failed;
  }
  if (step.step === 'revoking' && !step.ordered && rotation.lent_until !== null) {
    const then = byApi ? `Then ${service} is asked to turn it off.` : `Then the page of ${service} opens, where you turn it off.`;
    return {
      title: 'Waiting for tools that may still use the old key',
      text: `Whoever was lent ${old} until the switch has a moment to finish. ${then}`,
      waitsUntil: rotation.lent_until,
    };
  }
  if (step.step === 'revoking' && !step.ordered) {
    return byApi
      ? { title, text: `Asking ${service} to turn off ${old}…`, working: true, actions: [{ action: 'retry', label: 'Try again' }] }
      : { title, text: `Delete ${old} on the page of ${service}, then say so here.`, actions: [{ action: 'confirm_revoked', label: 'I turned it off' }, { action: 'open_page', label: 'Open the page again' }] };
  }
  if (step.step === 'switched') {
    return {
      title,
      text: `${byApi ? `Storm Connect turns off ${old} at ${service}.` : `${service} lets only you delete ${old}; its page opens.`} Until you do this, Undo brings it back.`,
      actions: [{ action: 'revoke', label: byApi ? title : `Open ${service}’s page` }],
    };
  }
  if (step.step === 'staged' || step.step === 'verified') return { title, text: 'Until then, Undo brings it back.' };
  return { title: `Old ${noun} turned off`, text: byApi ? `${service} confirmed it.` : 'You turned it off.' };
}

function proveLine(rotation: RotationView, service: string): Words {
  const { step } = rotation;
  const noun = nounOf(rotation);
  if (step.step === 'done' && rotation.proved_at === null) {
    return { title: `Old ${noun} gone`, text: `${service} does not say whether it refuses it; your word stands.` };
  }
  if (step.step === 'proved_dead' || step.step === 'done') return { title: `Old ${noun} proved dead`, text: `${service} refuses it.` };
  const title = `Prove that the old ${noun} is dead`;
  if (step.step === 'revoking' && step.ordered) {
    const tries = step.tries === 0 ? '' : ` ${service} still accepted it ${step.tries === 1 ? 'once' : `${step.tries} times`}.`;
    return { title, text: `It is tried until ${service} refuses it.${tries}`, working: true, actions: [{ action: 'retry', label: 'Try now' }] };
  }
  return { title, text: `It is tried once more, and ${service} must refuse it.` };
}
