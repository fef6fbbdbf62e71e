// The last good copy of a damaged vault, in a sentence.
import type { BackupView } from '../api/host';
import { t } from '../language/language.svelte';
import { clockTime } from './time';

/** From when it is, what it holds, and that nothing is overwritten. */
export const backupSentence = ({ made_at, integrations }: BackupView, now: number): string =>
  t('backup-sentence', { when: clockTime(made_at, now), n: integrations });
