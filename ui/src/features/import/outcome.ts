// What became of one of the things that were imported, in words. Pure.
import { t } from '../../language/language.svelte';
import { failureText } from '../../state/failure';
import type { Tone } from '../../state/status';
import { verdictText } from '../../state/verdict';
import type { ImportRow } from './row.svelte';

export interface OutcomeText {
  tone: Tone;
  outcome: 'works' | 'limited' | 'refused' | 'unreached' | 'there' | 'failed' | 'left';
  title: string;
  text: string;
}

const outcomes = { works: 'works', works_without: 'limited', refused: 'refused', could_not_reach: 'unreached' } as const;

export function outcomeText({ result, item, connector }: ImportRow): OutcomeText {
  switch (result.is) {
    case 'done': {
      const { view } = result;
      if (view.became === 'already_there') return { tone: 'idle', outcome: 'there', title: view.name, text: t('import-there') };
      const { verdict } = view.saved;
      const { tone, title, text } = verdictText(verdict, connector?.badge.name ?? item.connector.name, item.method);
      return { tone, outcome: outcomes[verdict.outcome], title: view.name, text: t('import-verdict', { title, text }) };
    }
    case 'failed':
      return { tone: 'need', outcome: 'failed', title: item.key, text: failureText(result.failure).text };
    default:
      return { tone: 'idle', outcome: 'left', title: item.key, text: t('import-left') };
  }
}
