// Ways into the vault, as the fake host plays them: which there are in a state, and what a recovery code looks like. A code that
// begins with 0 is another vault's.
import type { ProtectionView, VaultView, WayOut } from '../host';

export const sampleCodes = ['7KQ2-M9XD-4TRB-H6WN-0Z3F-V8CJ-PYG1-5AES', '208H-44RM-2MB1-E60S-38DH-R78Y-3Z47-B6JV'];

/** A code as it is compared: without dashes and spaces, in capitals. */
export const plainCode = (code: string): string => code.replaceAll(/[\s-]/g, '').toUpperCase();

/** What opens a vault in this state, best first, as the core answers. */
export function waysOut({ vault }: VaultView, { passphrase, recovery_code }: ProtectionView): WayOut[] {
  const second: WayOut[] = [...(passphrase ? (['passphrase'] as const) : []), ...(recovery_code ? (['recovery_code'] as const) : [])];
  switch (vault) {
    case 'opening':
    case 'unlocked':
      return [];
    case 'no_keyring':
      return ['create_passphrase', 'retry'];
    case 'passphrase_needed':
      return ['passphrase', ...(recovery_code ? (['recovery_code'] as const) : [])];
    case 'keyring_locked':
    case 'key_missing':
    case 'failed':
      return ['retry', ...second];
  }
}
