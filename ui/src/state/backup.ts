// The last good copy of a damaged vault, in a sentence.
import type { BackupView } from '../api/host';
import { clockTime } from './time';

/** From when it is, what it holds, and that nothing is overwritten. */
export function backupSentence({ made_at, integrations }: BackupView, now: number): string {
  const held = integrations === 1 ? '1 integration' : `${integrations} integrations`;
  return `The last good copy is from ${clockTime(made_at, now)}, with ${held}. What it replaces is kept beside it.`;
}
