// What came of trying where secrets are kept, in words and tones.
import type { KeyProblem, ProtectionView, StorageCheckView, StorageOutcome, StorageRemark } from '../../api/host';
import { t } from '../../language/language.svelte';
import { withCore } from '../../state/failure';
import { keyProblemTitle } from '../../state/key-problem';
import type { Tone } from '../../state/status';

type Failed = StorageCheckView & { outcome: Extract<StorageOutcome, { outcome: 'failed' }> };

export const toneOf: Record<StorageOutcome['outcome'], Tone> = { passed: 'good', remarked: 'soon', failed: 'need', not_tried: 'idle' };

/** The first that does not hold; the others follow from it, or are in the details. */
export const firstFailed = (checks: StorageCheckView[]): Failed | undefined =>
  checks.find((one): one is Failed => one.outcome.outcome === 'failed');

export const remarksOf = (checks: StorageCheckView[]): string[] =>
  checks.flatMap(({ outcome }) => (outcome.outcome === 'remarked' ? [remark(outcome.remark)] : []));

const remark = (of: StorageRemark): string =>
  of.remark === 'network_folder' ? t('storage-remark-network_folder', { system: of.file_system }) : t('storage-remark-little_space', { free: of.free_mib });

export const isOfKeyring = ({ check }: StorageCheckView): boolean => check === 'keyring' || check === 'keyring_round_trip';

/** What is wrong, and what to do. */
export function failedText(failed: Failed, keyring: string): { title: string; text: string } {
  const { problem, failure } = failed.outcome;
  const said = withCore(t(isOfKeyring(failed) ? 'storage-way-keyring' : 'storage-way-vault'), failure.message);
  return { title: titleOf(failed, problem, keyring), text: said };
}

function titleOf(failed: Failed, problem: KeyProblem | null, keyring: string): string {
  if (problem) return keyProblemTitle(problem, keyring);
  return isOfKeyring(failed) ? t('storage-failed-keyring', { keyring }) : t('storage-failed-vault');
}

/** Where the key is, without when that was tried. */
export function keptWhere(protection: ProtectionView | null): 'keyring' | 'passphrase' | 'elsewhere' {
  if (protection?.keyring && !protection.keyring_lost) return 'keyring';
  return protection?.passphrase ? 'passphrase' : 'elsewhere';
}
