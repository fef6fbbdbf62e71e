//! Why the vault is closed: the one place that gives each reason its screen, its words and its way out.

use storm_domain::{Action, ErrorCode, Failure, VaultError};
use storm_engine::failure_of_vault;
use storm_engine::view::VaultView;
use storm_store::{LockedBecause, OpenError, PASSPHRASE_LEAST_CHARACTERS};

/// A reason. All but the first are faults of the installation, or the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closed {
    NotOpened(OpenError),
    CatalogueDamaged,
    NoSecureConnections,
    HostEnded,
}

impl From<OpenError> for Closed {
    fn from(error: OpenError) -> Self {
        Self::NotOpened(error)
    }
}

impl Closed {
    /// The screen; `backend` is the keyring's name.
    pub(crate) fn view(self, backend: &str) -> VaultView {
        match self {
            Self::NotOpened(OpenError::KeyringLocked(because)) => VaultView::KeyringLocked {
                backend: backend.to_owned(),
                prompt_open: because == LockedBecause::TimedOut,
            },
            Self::NotOpened(OpenError::NoKeyring | OpenError::KeyringForgetful) => VaultView::NoKeyring,
            Self::NotOpened(
                OpenError::PassphraseNeeded | OpenError::PassphraseWrong | OpenError::PassphraseTooShort,
            ) => VaultView::PassphraseNeeded,
            Self::NotOpened(
                OpenError::KeyMissing
                | OpenError::WrongKey
                | OpenError::Ambiguous
                | OpenError::Garbage
                | OpenError::KeyringUnreachable,
            ) => VaultView::KeyMissing { backend: backend.to_owned(), failure: self.failure(backend) },
            _ => VaultView::Failed { failure: self.failure(backend) },
        }
    }

    /// What happened and what to do.
    pub(crate) fn failure(self, backend: &str) -> Failure {
        let (code, message, action) = self.words(backend);
        Failure::new(code, message, action)
    }

    /// The same for somebody who wanted to use the vault.
    pub(crate) fn locked(self, backend: &str) -> Failure {
        let (_, message, _) = self.words(backend);
        Failure::new(ErrorCode::VaultLocked, message, Some(Action::Unlock))
    }

    /// Whether asking again may open it without anybody typing anything here.
    pub(crate) fn is_worth_a_retry(self) -> bool {
        match self {
            Self::NotOpened(error) => !matches!(
                error,
                OpenError::PassphraseNeeded
                    | OpenError::PassphraseWrong
                    | OpenError::NoKeyring
                    | OpenError::NewerSchema
            ),
            Self::CatalogueDamaged | Self::NoSecureConnections | Self::HostEnded => false,
        }
    }

    fn words(self, backend: &str) -> (ErrorCode, String, Option<Action>) {
        let locked = |message: String, action| (ErrorCode::VaultLocked, message, Some(action));
        match self {
            Self::NotOpened(error) => words_of(error, backend),
            Self::CatalogueDamaged => (
                ErrorCode::Internal,
                "The list of connectors in this build is damaged. Install Storm Connect again.".to_owned(),
                None,
            ),
            Self::NoSecureConnections => (
                ErrorCode::Internal,
                "Secure connections could not be set up: the system's certificates cannot be read. Check them, then start \
                 Storm Connect again."
                    .to_owned(),
                None,
            ),
            Self::HostEnded => locked("Storm Connect is closing. Start it again.".to_owned(), Action::Retry),
        }
    }
}

fn words_of(error: OpenError, backend: &str) -> (ErrorCode, String, Option<Action>) {
    let locked = |message: String, action| (ErrorCode::VaultLocked, message, Some(action));
    let of_vault = |error| {
        let Failure { code, message, action, .. } = failure_of_vault(error);
        (code, message, action)
    };
    match error {
        OpenError::KeyringLocked(LockedBecause::PromptDismissed) => locked(
            format!("{backend} is locked, and its prompt was dismissed. Try again, and unlock it when it asks."),
            Action::Retry,
        ),
        OpenError::KeyringLocked(LockedBecause::TimedOut) => locked(
            format!("{backend} is locked and waits for its password. Answer its prompt, then try again."),
            Action::Retry,
        ),
        OpenError::NoKeyring => locked(
            "There is no keyring on this system. Choose a passphrase to protect the vault.".to_owned(),
            Action::Unlock,
        ),
        OpenError::KeyringForgetful => locked(
            format!("{backend} did not keep the key it was given. Choose a passphrase to protect the vault instead."),
            Action::Unlock,
        ),
        OpenError::KeyringUnreachable => locked(
            format!("The key of this vault lies in {backend}, which is not running. Start it, then try again."),
            Action::Retry,
        ),
        OpenError::KeyringFailed => locked(
            format!("{backend} reported an error. Try again; if that does not help, log in anew."),
            Action::Retry,
        ),
        OpenError::KeyMissing => locked(
            format!(
                "{backend} does not hold the key of this vault any more. Bring back the keyring it was made with, then try \
                 again. Nothing was deleted, and no new key was made."
            ),
            Action::Retry,
        ),
        OpenError::WrongKey => locked(
            format!(
                "The key in {backend} belongs to another vault. Bring back the keyring or the data folder that belong \
                 together, then try again."
            ),
            Action::Retry,
        ),
        OpenError::Ambiguous => locked(
            format!("{backend} holds several keys for this vault. Remove those that are too many, then try again."),
            Action::Retry,
        ),
        OpenError::Garbage => locked(
            format!(
                "Something else overwrote this vault's key in {backend}. Bring back the keyring from a backup, then try again."
            ),
            Action::Retry,
        ),
        OpenError::PassphraseNeeded => locked(
            "The vault is protected by a passphrase. Enter it in Storm Connect, or with storm agent --passphrase-stdin."
                .to_owned(),
            Action::Unlock,
        ),
        OpenError::PassphraseWrong => (
            ErrorCode::PassphraseRefused,
            "This is not the passphrase of the vault. Try another one.".to_owned(),
            Some(Action::Retry),
        ),
        OpenError::PassphraseTooShort => (
            ErrorCode::PassphraseRefused,
            format!("The passphrase is too short. Choose one of at least {PASSPHRASE_LEAST_CHARACTERS} characters."),
            Some(Action::Retry),
        ),
        OpenError::Exists => (
            ErrorCode::ChangedMeanwhile,
            "There is a vault in the data folder already. Open that one.".to_owned(),
            Some(Action::Retry),
        ),
        OpenError::NewerSchema => of_vault(VaultError::NewerSchema),
        OpenError::DatabaseDamaged => of_vault(VaultError::DatabaseDamaged),
        OpenError::DiskFull => of_vault(VaultError::DiskFull),
        OpenError::NotWritable => of_vault(VaultError::NotWritable),
        OpenError::Disk => of_vault(VaultError::Disk),
        OpenError::Resources => (
            ErrorCode::Internal,
            "The system has too little memory to open the vault. Close other programs, then try again.".to_owned(),
            Some(Action::Retry),
        ),
        OpenError::Busy => locked(
            "Another Storm Connect has this vault open. Close that one, then try again.".to_owned(),
            Action::Retry,
        ),
        _ => (
            ErrorCode::Internal,
            "The vault could not be opened. Try again; the log says more.".to_owned(),
            Some(Action::Retry),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(view: &VaultView) -> &'static str {
        match view {
            VaultView::Opening => "opening",
            VaultView::Unlocked { .. } => "unlocked",
            VaultView::KeyringLocked { .. } => "keyring locked",
            VaultView::NoKeyring => "no keyring",
            VaultView::PassphraseNeeded => "passphrase",
            VaultView::KeyMissing { .. } => "key missing",
            VaultView::Failed { .. } => "failed",
        }
    }

    #[test]
    fn every_reason_has_its_screen_its_code_and_a_pair_of_sentences() {
        let table = [
            (OpenError::KeyringLocked(LockedBecause::PromptDismissed), "keyring locked", ErrorCode::VaultLocked),
            (OpenError::KeyringLocked(LockedBecause::TimedOut), "keyring locked", ErrorCode::VaultLocked),
            (OpenError::NoKeyring, "no keyring", ErrorCode::VaultLocked),
            (OpenError::KeyringForgetful, "no keyring", ErrorCode::VaultLocked),
            (OpenError::KeyringUnreachable, "key missing", ErrorCode::VaultLocked),
            (OpenError::KeyringFailed, "failed", ErrorCode::VaultLocked),
            (OpenError::KeyMissing, "key missing", ErrorCode::VaultLocked),
            (OpenError::WrongKey, "key missing", ErrorCode::VaultLocked),
            (OpenError::Ambiguous, "key missing", ErrorCode::VaultLocked),
            (OpenError::Garbage, "key missing", ErrorCode::VaultLocked),
            (OpenError::PassphraseNeeded, "passphrase", ErrorCode::VaultLocked),
            (OpenError::PassphraseWrong, "passphrase", ErrorCode::PassphraseRefused),
            (OpenError::PassphraseTooShort, "passphrase", ErrorCode::PassphraseRefused),
            (OpenError::Exists, "failed", ErrorCode::ChangedMeanwhile),
            (OpenError::NewerSchema, "failed", ErrorCode::VaultNewer),
            (OpenError::DatabaseDamaged, "failed", ErrorCode::VaultDamaged),
            (OpenError::DiskFull, "failed", ErrorCode::DiskFull),
            (OpenError::NotWritable, "failed", ErrorCode::VaultNotWritable),
            (OpenError::Disk, "failed", ErrorCode::VaultNotWritable),
            (OpenError::Resources, "failed", ErrorCode::Internal),
            (OpenError::Busy, "failed", ErrorCode::VaultLocked),
        ];
        let mut seen = Vec::new();
        for (error, expected, code) in table {
            let closed = Closed::NotOpened(error);
            let failure = closed.failure("KWallet");
            assert_eq!((screen(&closed.view("KWallet")), failure.code), (expected, code), "{error:?}");
            assert_eq!(closed.locked("KWallet").code, ErrorCode::VaultLocked);
            let sentences = failure.message.matches(['.', ';']).count();
            assert!(sentences >= 2 && failure.message.ends_with('.'), "what happened and what to do: {failure}");
            assert!(!seen.contains(&failure.message), "the same words twice: {failure}");
            seen.push(failure.message);
        }
    }

    #[test]
    fn only_what_may_open_by_itself_is_tried_again() {
        assert!(Closed::NotOpened(OpenError::KeyringUnreachable).is_worth_a_retry());
        assert!(Closed::NotOpened(OpenError::Busy).is_worth_a_retry());
        assert!(!Closed::NotOpened(OpenError::PassphraseNeeded).is_worth_a_retry());
        assert!(!Closed::HostEnded.is_worth_a_retry());
    }
}
