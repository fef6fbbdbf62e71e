// The vault of the fake host: opening it, and the ways its key is kept.
import type { HostView, ProtectionView } from '../host';
import { FakeDiagnostics } from './diagnostics';
import { fail, kept, unlocked } from './model';
import { plainCode, sampleCodes, waysOut } from './protection';

export class FakeVault extends FakeDiagnostics {
  // The vault.

  private view = (): HostView => {
    const isOpen = this.vault.vault === 'unlocked';
    return {
      version: '0.1.0',
      vault: this.vault,
      ways_out: waysOut(this.vault, this.protection),
      protection: isOpen ? this.protection : null,
      data_folder: '~/.local/share/storm-connect',
      notices: this.settings.notices,
      backup: this.settings.backup,
    };
  };

  private keep(change: Partial<ProtectionView>): HostView {
    this.protection = { ...this.protection, ...change };
    this.vault = { vault: 'unlocked', protection: this.protection.keyring ? this.protection.backend : 'passphrase' };
    return this.view();
  }

  host = async () => this.view();

  retryVault = async () => {
    await this.called('retryVault');
    this.vault = unlocked;
    return this.view();
  };

  createPassphraseVault = async ({ passphrase }: { passphrase: string }) => {
    await this.called('createPassphraseVault');
    if (passphrase.length < 12) throw fail('passphrase_refused', 'Use at least twelve characters.');
    return this.keep({ ...kept, keyring: false, passphrase: true });
  };

  unlockWithPassphrase = async ({ passphrase }: { passphrase: string }) => {
    await this.called('unlockWithPassphrase');
    if (passphrase === 'wrong') throw fail('passphrase_refused');
    return this.keep({ keyring_lost: this.protection.keyring });
  };

  unlockWithRecoveryCode = async ({ code }: { code: string }) => {
    await this.called('unlockWithRecoveryCode');
    const { length } = plainCode(code);
    if (length !== 32) throw fail('recovery_code_refused', `A recovery code has 32 characters, and this has ${length}. Type all eight groups of four.`);
    if (plainCode(code).startsWith('0')) throw fail('recovery_code_refused', 'This is the recovery code of another vault, or one that was replaced.');
    return this.keep({ keyring_lost: this.protection.keyring });
  };

  // How the key is kept.

  revealNewRecoveryCode = async () => {
    await this.called('revealNewRecoveryCode');
    this.shownCode = sampleCodes[this.next++ % sampleCodes.length] ?? '';
    return this.shownCode;
  };

  confirmRecoveryCode = async ({ code }: { code: string }) => {
    await this.called('confirmRecoveryCode');
    if (this.shownCode === null || plainCode(code) !== plainCode(this.shownCode)) throw fail('recovery_code_refused', 'A character is mistyped. Compare each group with your copy.');
    this.shownCode = null;
    return this.keep({ recovery_code: true });
  };

  discardRecoveryCode = async () => {
    await this.called('discardRecoveryCode');
    this.shownCode = null;
    return null;
  };

  removeRecoveryCode = async () => {
    await this.called('removeRecoveryCode');
    return this.keep({ recovery_code: false });
  };

  setPassphrase = async () => {
    await this.called('setPassphrase');
    return this.keep({ passphrase: true });
  };

  removePassphrase = async () => {
    await this.called('removePassphrase');
    return this.keep({ passphrase: false });
  };

  putKeyIntoKeyring = async () => {
    await this.called('putKeyIntoKeyring');
    if (this.settings.keyringRefuses) throw fail('keyring_refused', 'GNOME Keyring is locked, and its prompt was dismissed. Try again, and unlock it when it asks.');
    return this.keep({ keyring: true, keyring_lost: false });
  };

  takeKeyFromKeyring = async () => {
    await this.called('takeKeyFromKeyring');
    if (this.settings.keyringRefuses) throw fail('keyring_refused', 'GNOME Keyring does not answer. End it or log in anew, then try again.');
    return this.keep({ keyring: false });
  };

  rotateMasterKey = async (request: { passphrase: string } | null) => {
    this.calls.push('rotateMasterKey');
    if (this.protection.passphrase && (request === null || request.passphrase === 'wrong')) {
      throw fail('passphrase_refused', 'This is not the passphrase of the vault, and the key was not changed. Try another one.');
    }
    // As the core does: closed for everybody, then open again.
    this.vault = { vault: 'opening' };
    this.emit({ event: 'vault_changed' });
    await new Promise((resolve) => setTimeout(resolve, this.settings.pace ?? 0));
    const view = this.keep(this.settings.keyringRefuses ? {} : { recovery_code: false, keyring_lost: false });
    this.emit({ event: 'vault_changed' });
    if (this.settings.keyringRefuses) {
      throw fail('keyring_refused', 'GNOME Keyring is locked, and its prompt was dismissed. Try again, and unlock it when it asks. The key was not changed, and the vault opens as before.');
    }
    return view;
  };

  restoreBackup = async () => {
    await this.called('restoreBackup');
    this.vault = unlocked;
    this.settings.backup = null;
    this.settings.notices = [{ notice: 'restored', since: Date.now() }];
    return this.view();
  };

  acknowledgeRestore = async () => {
    await this.called('acknowledgeRestore');
    this.settings.notices = this.settings.notices.filter(({ notice }) => notice !== 'restored');
    return this.view();
  };

  startPractice = async () => {
    await this.called('startPractice');
    return 'http://127.0.0.1:4781';
  };
}
