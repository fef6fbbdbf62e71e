// What an integration of an export is, how it stands to what is here, and how restoring it ended: a line for each.
import type { ArrivalView, RestoreOutcome } from '../../api/host';
import { carriesText } from '../../state/carries';
import type { Tone } from '../../state/status';

/** Whether it is restored unless its user says otherwise. */
export const isWanted = ({ presence }: ArrivalView): boolean => presence.presence === 'new' || presence.presence === 'moved_away';

export const isUsable = ({ presence }: ArrivalView): boolean => presence.presence !== 'unusable';

/** Whether its sign-in is here already, so that only a second one with a sign-in of its own can be added. */
export const isHere = ({ presence }: ArrivalView): boolean => presence.presence === 'here' && !presence.other;

export function standingText(arrival: ArrivalView, takesSignIns: boolean): string {
  const { carries, presence } = arrival;
  const brings = carries === 'sign_in' && (!takesSignIns || isHere(arrival)) ? carriesText.settings : carriesText[carries];
  switch (presence.presence) {
    case 'new':
      return brings;
    case 'here':
      return presence.other ? `${brings}. Another one of its account is here: ${presence.name}` : `Here already as ${presence.name}; choose it to add a second one`;
    case 'moved_away':
      return takesSignIns ? `Moved away from here; its sign-in is taken back to ${presence.name}` : `Here already as ${presence.name}`;
    case 'unusable':
      return presence.reason;
  }
}

export function outcomeText(outcome: RestoreOutcome): { tone: Tone; text: string } {
  switch (outcome.outcome) {
    case 'switched_on':
      return { tone: 'good', text: 'Verified and switched on' };
    case 'off':
      return { tone: 'need', text: `Stored, and not switched on. ${outcome.reason}` };
    case 'sign_in_again':
      return { tone: 'soon', text: 'Stored. Sign in once to use it' };
  }
}
