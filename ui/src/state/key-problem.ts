// What keeps the keyring from giving or taking the vault's key, as a title for each problem: a new one in the contract breaks the
// build here. What happened and what to do is the core's own sentence.
import type { KeyProblem } from '../api/host';
import { t } from '../language/language.svelte';

export const keyProblemTitle = (problem: KeyProblem, keyring: string): string =>
  problem === 'no_bus' || problem === 'no_service' ? t(`key-problem-${problem}`) : t(`key-problem-${problem}`, { keyring });

/** A cause that the keyring cannot know of, where it is a likely one. */
export const keyProblemHint = (problem: KeyProblem): string => (problem === 'no_entry' || problem === 'wrong_key' ? t('key-problem-moved') : '');
