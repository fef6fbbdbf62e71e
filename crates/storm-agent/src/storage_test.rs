//! Whether secrets can be kept, tried here and now, each thing by itself, and told in the words of the vault's other troubles.
//!
//! INVARIANT: it ends in time, whatever keyring and disk do. What is cut off for that goes on behind and takes away what it wrote;
//! until it has, the keyring is not tried again, so that no test takes another one's entry for its own.

use std::sync::Arc;
use std::time::Duration;

use storm_domain::port::KeyringError;
use storm_domain::{Action, ErrorCode, Failure, VaultError};
use storm_engine::failure_of_vault;
use storm_engine::view::{KeyProblem, StorageCheck, StorageCheckView, StorageOutcome, StorageRemark, StorageTestView};
use storm_store::{KeyringFault, OpenError, Protection};

use crate::closed::problem_of;
use crate::host::Host;
use crate::keyring_words::words_of_keyring;
use crate::open_vault::OpenVault;

/// For each thing that is tried. A keyring that hangs is told from a prompt that waits after ten seconds, by its client.
const PATIENCE: Duration = Duration::from_secs(12);

/// Five copies of a large vault and the answers of many refreshes; with less, the next thing that fills the disk is near.
const LITTLE_SPACE: u64 = 256 << 20;

impl Host {
    /// Tries whether secrets can be kept: keyring, vault and folder, each with something that is no secret and is gone
    /// afterwards. A second test waits for the end of the first.
    ///
    /// # Errors
    /// When the vault is not open. What does not hold is told in the view.
    pub async fn test_storage(&self) -> Result<StorageTestView, Failure> {
        let open = self.opened_vault()?;
        let _alone = open.testing.lock().await;
        let protection = open.vault.protection().await.map_err(failure_of_vault)?;
        let mut checks = Vec::new();
        let mut tried = |check, outcome| checks.push(StorageCheckView { check, outcome });
        if protection.keyring {
            let (answers, keeps) = self.try_keyring(&open, protection).await;
            tried(StorageCheck::Keyring, answers);
            tried(StorageCheck::KeyringRoundTrip, keeps);
        }
        if protection.passphrase {
            // It is not asked for: that it opens the key is known since it was set.
            tried(StorageCheck::Passphrase, StorageOutcome::Passed);
        }
        tried(StorageCheck::VaultRoundTrip, self.try_vault(&open).await);
        tried(StorageCheck::Folder, folder_outcome(&open));
        tried(StorageCheck::Space, open.vault.folder().free_space().map_or(StorageOutcome::Passed, space_outcome));
        Ok(StorageTestView { tested_at: self.clock.now(), checks })
    }

    async fn try_keyring(&self, open: &OpenVault, protection: Protection) -> (StorageOutcome, StorageOutcome) {
        let failed = |fault| failed(fault, &self.keyring.backend(), protection);
        let (vault, keyring, entropy) = (Arc::clone(&open.vault), Arc::clone(&self.keyring), Arc::clone(&self.entropy));
        let turn = Arc::clone(&open.keyring_turn).lock_owned();
        let asked = within_patience(async move {
            let turn = turn.await;
            let answered = vault.ask_keyring(keyring.as_ref()).await;
            answered.map(|()| (turn, vault, keyring))
        });
        let (turn, vault, keyring) = match asked.await.unwrap_or(Err(KeyringError::TimedOut)) {
            Ok(answered) => answered,
            Err(error) => return (failed(error.into()), StorageOutcome::NotTried),
        };
        let tried = within_patience(async move {
            let tried = vault.try_keyring(keyring.as_ref(), entropy.as_ref()).await;
            drop(turn);
            tried
        });
        let tried = tried.await.unwrap_or(Err(KeyringError::TimedOut.into()));
        (StorageOutcome::Passed, tried.map_or_else(failed, |()| StorageOutcome::Passed))
    }

    async fn try_vault(&self, open: &OpenVault) -> StorageOutcome {
        let (vault, entropy) = (Arc::clone(&open.vault), Arc::clone(&self.entropy));
        let tried = within_patience(async move { vault.try_storage(entropy.as_ref()).await });
        let failure = match tried.await {
            Some(Ok(())) => return StorageOutcome::Passed,
            Some(Err(error)) => failure_of_vault(error),
            None => failure_of_disk(format!(
                "The disk did not answer within {} seconds. Check it, then test again.",
                PATIENCE.as_secs()
            )),
        };
        StorageOutcome::Failed { problem: None, failure }
    }
}

/// What came of the work; `None` = nothing in time. The work is not dropped then: it goes on to its end, behind.
async fn within_patience<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Option<T> {
    match tokio::time::timeout(PATIENCE, tokio::spawn(work)).await {
        Ok(Ok(outcome)) => Some(outcome),
        _ => None,
    }
}

fn failed(fault: KeyringFault, backend: &str, protection: Protection) -> StorageOutcome {
    let last = if protection.passphrase {
        "Your passphrase opens the vault meanwhile."
    } else {
        "Until then, the next start may not open the vault."
    };
    let (problem, message) = match fault {
        KeyringFault::Keyring(error) => {
            // Of an entry that the test made itself, these say nothing about the vault's key.
            let error = match error {
                KeyringError::NoEntry | KeyringError::Ambiguous | KeyringError::Garbage => KeyringError::Failed,
                error => error,
            };
            (problem_of(OpenError::Keyring(error)), words_of_keyring(error, backend, last))
        }
        KeyringFault::Clinging => {
            (None, format!("{backend} kept what it was told to remove. End it or log in anew, then test again. {last}"))
        }
        _ => (
            Some(KeyProblem::Forgetful),
            format!("{backend} did not keep what it was given. Set a passphrase, or use another keyring. {last}"),
        ),
    };
    StorageOutcome::Failed { problem, failure: Failure::new(ErrorCode::KeyringRefused, message, Some(Action::Retry)) }
}

fn folder_outcome(open: &OpenVault) -> StorageOutcome {
    if let Some(file_system) = open.vault.folder().network_file_system() {
        return StorageOutcome::Remarked { remark: StorageRemark::NetworkFolder { file_system } };
    }
    let failure = match open.vault.keeps_others_out() {
        Ok(true) => return StorageOutcome::Passed,
        Ok(false) => failure_of_disk(
            "The disk under the data folder lets two programs hold one lock, so both could change the vault at once. \
             Move the folder to another disk of this computer."
                .to_owned(),
        ),
        Err(error) => {
            tracing::warn!(reason = %error.kind(), "the vault lock could not be tried");
            failure_of_vault(VaultError::NotWritable)
        }
    };
    StorageOutcome::Failed { problem: None, failure }
}

fn space_outcome(free: u64) -> StorageOutcome {
    if free >= LITTLE_SPACE {
        return StorageOutcome::Passed;
    }
    let free_mib = u32::try_from(free >> 20).unwrap_or(u32::MAX);
    StorageOutcome::Remarked { remark: StorageRemark::LittleSpace { free_mib } }
}

fn failure_of_disk(message: String) -> Failure {
    Failure::new(ErrorCode::VaultNotWritable, message, Some(Action::Retry))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WITH_KEYRING: Protection = Protection { keyring: true, passphrase: false, recovery_code: false };

    fn words(fault: KeyringFault, protection: Protection) -> (Option<KeyProblem>, String) {
        match failed(fault, "KWallet", protection) {
            StorageOutcome::Failed { problem, failure } => (problem, failure.message),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_fault_of_a_keyring_says_what_happened_what_to_do_and_what_it_means() {
        let with_passphrase = Protection { passphrase: true, ..WITH_KEYRING };
        let of_keyring = [
            KeyringError::PromptDismissed,
            KeyringError::TimedOut,
            KeyringError::NoBus,
            KeyringError::NoService,
            KeyringError::Unresponsive,
            KeyringError::Vanished,
            KeyringError::Failed,
        ];
        let faults = of_keyring.map(KeyringFault::Keyring).into_iter();
        let mut seen = Vec::new();
        for fault in faults.chain([KeyringFault::Forgetful, KeyringFault::Clinging]) {
            let (_, message) = words(fault, WITH_KEYRING);
            assert!(
                message.matches(['.', ';']).count() >= 3 && message.ends_with("may not open the vault."),
                "{message}"
            );
            assert!(words(fault, with_passphrase).1.ends_with("Your passphrase opens the vault meanwhile."));
            assert!(!seen.contains(&message), "the same words twice: {message}");
            seen.push(message);
        }
    }

    #[test]
    fn what_is_wrong_with_the_tests_own_entry_is_not_said_of_the_vaults_key() {
        for error in [KeyringError::NoEntry, KeyringError::Ambiguous, KeyringError::Garbage] {
            let (problem, message) = words(error.into(), WITH_KEYRING);
            assert_eq!(problem, Some(KeyProblem::Failed), "{error:?}");
            assert!(!message.contains("this vault"), "{message}");
        }
    }

    #[test]
    fn a_disk_that_is_nearly_full_is_remarked_before_it_is_full() {
        assert_eq!(space_outcome(LITTLE_SPACE), StorageOutcome::Passed);
        let remark = StorageRemark::LittleSpace { free_mib: 12 };
        assert_eq!(space_outcome((12 << 20) + 1_000), StorageOutcome::Remarked { remark });
    }
}
