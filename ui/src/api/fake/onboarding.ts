// What the fake host finds when it tries where secrets are kept, and whether it would start at login. How it goes follows from the
// settings of the situation.
import type { AutostartView, KeyProblem, ProtectionView, StorageCheckView, StorageRemark, StorageTestView } from '../host';
import { fail } from './model';

/** What a test finds. */
export type FakeStorage = { trouble: 'none' } | { trouble: 'keyring'; problem: KeyProblem } | { trouble: 'forgetful' } | { trouble: 'disk' } | { trouble: 'remarks' };

export const soundStorage: FakeStorage = { trouble: 'none' };

export const switchedOff: AutostartView = { autostart: 'off' };

const said: Partial<Record<KeyProblem, string>> = {
  prompt_dismissed: 'GNOME Keyring is locked, and its prompt was dismissed. Try again, and unlock it when it asks.',
  prompt_open: 'GNOME Keyring is locked and waits for its password. Answer its prompt, then try again.',
};
const LAST = 'Until then, the next start may not open the vault.';

const passed: StorageCheckView['outcome'] = { outcome: 'passed' };
const remarked = (remark: StorageRemark): StorageCheckView['outcome'] => ({ outcome: 'remarked', remark });
const failed = (message: string, problem: KeyProblem | null): StorageCheckView['outcome'] => ({
  outcome: 'failed',
  problem,
  failure: fail(problem ? 'keyring_refused' : 'disk_full', message, { action: 'retry' }).failure,
});

function ofKeyring(storage: FakeStorage, { backend }: ProtectionView): StorageCheckView[] {
  if (storage.trouble === 'keyring') {
    const message = `${said[storage.problem] ?? `${backend} reported an error. Try again; if that does not help, log in anew.`} ${LAST}`;
    return [
      { check: 'keyring', outcome: failed(message, storage.problem) },
      { check: 'keyring_round_trip', outcome: { outcome: 'not_tried' } },
    ];
  }
  const forgets = failed(`${backend} did not keep what it was given. Set a passphrase, or use another keyring. ${LAST}`, 'forgetful');
  return [
    { check: 'keyring', outcome: passed },
    { check: 'keyring_round_trip', outcome: storage.trouble === 'forgetful' ? forgets : passed },
  ];
}

export function storageTestOf(storage: FakeStorage, protection: ProtectionView): StorageTestView {
  const full = failed('The disk is full, so nothing was changed. Free some space and try again.', null);
  const hasRemarks = storage.trouble === 'remarks';
  return {
    tested_at: Date.now(),
    checks: [
      ...(protection.keyring ? ofKeyring(storage, protection) : []),
      ...(protection.passphrase ? [{ check: 'passphrase' as const, outcome: passed }] : []),
      { check: 'vault_round_trip', outcome: storage.trouble === 'disk' ? full : passed },
      { check: 'folder', outcome: hasRemarks ? remarked({ remark: 'network_folder', file_system: 'NFS' }) : passed },
      { check: 'space', outcome: hasRemarks ? remarked({ remark: 'little_space', free_mib: 120 }) : passed },
    ],
  };
}
