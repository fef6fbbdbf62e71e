// What an integration of an export is, how it stands to what is here, and how restoring it ended: a line for each.
import type { ArrivalView, RestoreOutcome } from '../../api/host';
import { joined, t } from '../../language/language.svelte';
import { carriesText } from '../../state/carries';
import { ofCore } from '../../state/failure';
import type { Tone } from '../../state/status';

/** Whether it is restored unless its user says otherwise. */
export const isWanted = ({ presence }: ArrivalView): boolean => presence.presence === 'new' || presence.presence === 'moved_away';

export const isUsable = ({ presence }: ArrivalView): boolean => presence.presence !== 'unusable';

/** Whether its sign-in is here already, so that only a second one with a sign-in of its own can be added. */
export const isHere = ({ presence }: ArrivalView): boolean => presence.presence === 'here' && !presence.other;

export function standingText(arrival: ArrivalView, takesSignIns: boolean): string {
  const { carries, presence } = arrival;
  const brings = carries === 'sign_in' && (!takesSignIns || isHere(arrival)) ? carriesText('settings') : carriesText(carries);
  switch (presence.presence) {
    case 'new':
      return brings;
    case 'here':
      return presence.other ? t('arrival-another', { brings, name: presence.name }) : t('arrival-here', { name: presence.name });
    case 'moved_away':
      return t(takesSignIns ? 'arrival-taken-back' : 'arrival-here-as', { name: presence.name });
    case 'unusable':
      return ofCore(presence.reason);
  }
}

export function outcomeText(outcome: RestoreOutcome): { tone: Tone; text: string } {
  switch (outcome.outcome) {
    case 'switched_on':
      return { tone: 'good', text: t('arrival-on') };
    case 'off':
      return { tone: 'need', text: joined(t('arrival-off'), ofCore(outcome.reason)) };
    case 'sign_in_again':
      return { tone: 'soon', text: t('arrival-sign-in') };
  }
}
