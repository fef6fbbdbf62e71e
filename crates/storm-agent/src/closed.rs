//! Why the vault is closed: the one place that gives each reason its screen, its words and its way out.

use storm_domain::port::KeyringError;
use storm_domain::{Action, ErrorCode, Failure, VaultError};
use storm_engine::failure_of_vault;
use storm_engine::view::{KeyProblem, VaultView, WayOut};
use storm_store::{OpenError, PASSPHRASE_LEAST_CHARACTERS, Protection};

use crate::keyring_words::{KEY_IS_SAFE, words_of_keyring};

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
        let Self::NotOpened(error) = self else { return VaultView::Failed { failure: self.failure(backend) } };
        match (error, problem_of(error)) {
            (_, Some(problem @ (KeyProblem::PromptDismissed | KeyProblem::PromptOpen))) => {
                VaultView::KeyringLocked { backend: backend.to_owned(), prompt_open: problem == KeyProblem::PromptOpen }
            }
            (OpenError::NoKeyring(_) | OpenError::KeyringForgetful, Some(problem)) => {
                VaultView::NoKeyring { problem, failure: self.failure(backend) }
            }
            (_, Some(problem)) => {
                VaultView::KeyMissing { backend: backend.to_owned(), problem, failure: self.failure(backend) }
            }
            (
                OpenError::PassphraseNeeded
                | OpenError::PassphraseWrong
                | OpenError::PassphraseTooShort
                | OpenError::RecoveryCodeWrong,
                None,
            ) => VaultView::PassphraseNeeded,
            _ => VaultView::Failed { failure: self.failure(backend) },
        }
    }

    /// What opens it, best first, given how the key is kept.
    pub(crate) fn ways_out(self, protection: Option<Protection>) -> Vec<WayOut> {
        let Self::NotOpened(error) = self else { return Vec::new() };
        let is_new = matches!(error, OpenError::NoKeyring(_) | OpenError::KeyringForgetful);
        let is_kept = |kept: fn(&Protection) -> bool| protection.as_ref().is_some_and(kept);
        let possible = [
            (WayOut::CreatePassphrase, is_new),
            (WayOut::Retry, error != OpenError::PassphraseNeeded),
            (WayOut::Passphrase, !is_new && is_kept(|kept| kept.passphrase)),
            (WayOut::RecoveryCode, !is_new && is_kept(|kept| kept.recovery_code)),
        ];
        possible.into_iter().filter(|(_, is_possible)| *is_possible).map(|(way, _)| way).collect()
    }

    /// Whether the keyring may appear by itself, without a prompt that somebody would have to answer.
    pub(crate) fn may_pass_by_itself(self) -> bool {
        use KeyringError::{NoBus, NoService, Unresponsive};
        matches!(self, Self::NotOpened(OpenError::Keyring(NoBus | NoService | Unresponsive)))
    }

    /// Whether the last good copy of the database is a way out.
    pub(crate) fn needs_backup(self) -> bool {
        matches!(self, Self::NotOpened(OpenError::DatabaseDamaged | OpenError::DatabaseMissing))
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
                    | OpenError::NoKeyring(_)
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
        OpenError::Keyring(error) => locked(words_of_keyring(error, backend, KEY_IS_SAFE), Action::Retry),
        OpenError::NoKeyring(error) => locked(
            words_of_keyring(error, backend, "Or choose a passphrase to protect the vault instead."),
            Action::Unlock,
        ),
        OpenError::KeyringForgetful => locked(
            format!("{backend} did not keep the key it was given. Choose a passphrase to protect the vault instead."),
            Action::Unlock,
        ),
        OpenError::WrongKey => locked(
            format!(
                "The key in {backend} belongs to another vault. Bring back the keyring or the data folder that belong \
                 together, then try again. {KEY_IS_SAFE}"
            ),
            Action::Retry,
        ),
        OpenError::NoSuchWay => locked("The vault does not open in this way. Choose another one.".to_owned(), Action::Retry),
        OpenError::RecoveryCodeWrong => (
            ErrorCode::RecoveryCodeRefused,
            "This is the recovery code of another vault, or one that was replaced. Look for the newest one.".to_owned(),
            Some(Action::Retry),
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
        OpenError::DatabaseDamaged => (
            ErrorCode::VaultDamaged,
            "The vault's database is damaged, so it is left as it is. Put the last good copy back; what it replaces is kept."
                .to_owned(),
            Some(Action::Retry),
        ),
        OpenError::DatabaseMissing => (
            ErrorCode::VaultDamaged,
            "The vault's database is not in its folder any more. Bring it back, or put the last good copy in its place."
                .to_owned(),
            Some(Action::Retry),
        ),
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

/// What is wrong with the keyring; `None` = it is not the keyring.
pub(crate) fn problem_of(error: OpenError) -> Option<KeyProblem> {
    match error {
        OpenError::Keyring(error) | OpenError::NoKeyring(error) => Some(match error {
            KeyringError::NoEntry => KeyProblem::NoEntry,
            KeyringError::PromptDismissed => KeyProblem::PromptDismissed,
            KeyringError::TimedOut => KeyProblem::PromptOpen,
            KeyringError::NoBus => KeyProblem::NoBus,
            KeyringError::NoService => KeyProblem::NoService,
            KeyringError::NoCollection => KeyProblem::NoCollection,
            KeyringError::Refused => KeyProblem::Refused,
            KeyringError::Unresponsive => KeyProblem::Unresponsive,
            KeyringError::Vanished => KeyProblem::Vanished,
            KeyringError::AccessDenied => KeyProblem::AccessDenied,
            KeyringError::NoSession => KeyProblem::NoSession,
            KeyringError::TooLong => KeyProblem::TooLong,
            KeyringError::Ambiguous => KeyProblem::Ambiguous,
            KeyringError::Garbage => KeyProblem::Garbage,
            _ => KeyProblem::Failed,
        }),
        OpenError::KeyringForgetful => Some(KeyProblem::Forgetful),
        OpenError::WrongKey => Some(KeyProblem::WrongKey),
        _ => None,
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
            VaultView::NoKeyring { .. } => "no keyring",
            VaultView::PassphraseNeeded => "passphrase",
            VaultView::KeyMissing { .. } => "key missing",
            VaultView::Failed { .. } => "failed",
        }
    }

    /// Every error of a keyring.
    const KEYRING: [KeyringError; 15] = [
        KeyringError::NoEntry,
        KeyringError::PromptDismissed,
        KeyringError::TimedOut,
        KeyringError::NoBus,
        KeyringError::NoService,
        KeyringError::NoCollection,
        KeyringError::Refused,
        KeyringError::Unresponsive,
        KeyringError::Vanished,
        KeyringError::AccessDenied,
        KeyringError::NoSession,
        KeyringError::TooLong,
        KeyringError::Failed,
        KeyringError::Ambiguous,
        KeyringError::Garbage,
    ];

    #[test]
    fn every_reason_has_its_screen_its_code_and_a_pair_of_sentences() {
        let rest = [
            (OpenError::KeyringForgetful, "no keyring", ErrorCode::VaultLocked),
            (OpenError::WrongKey, "key missing", ErrorCode::VaultLocked),
            (OpenError::NoSuchWay, "failed", ErrorCode::VaultLocked),
            (OpenError::RecoveryCodeWrong, "passphrase", ErrorCode::RecoveryCodeRefused),
            (OpenError::PassphraseNeeded, "passphrase", ErrorCode::VaultLocked),
            (OpenError::PassphraseWrong, "passphrase", ErrorCode::PassphraseRefused),
            (OpenError::PassphraseTooShort, "passphrase", ErrorCode::PassphraseRefused),
            (OpenError::Exists, "failed", ErrorCode::ChangedMeanwhile),
            (OpenError::NewerSchema, "failed", ErrorCode::VaultNewer),
            (OpenError::DatabaseDamaged, "failed", ErrorCode::VaultDamaged),
            (OpenError::DatabaseMissing, "failed", ErrorCode::VaultDamaged),
            (OpenError::DiskFull, "failed", ErrorCode::DiskFull),
            (OpenError::NotWritable, "failed", ErrorCode::VaultNotWritable),
            (OpenError::Disk, "failed", ErrorCode::VaultNotWritable),
            (OpenError::Resources, "failed", ErrorCode::Internal),
            (OpenError::Busy, "failed", ErrorCode::VaultLocked),
        ];
        let of_keyring = |open: fn(KeyringError) -> OpenError, screen: &'static str| {
            KEYRING.map(move |error| {
                let is_locked = matches!(error, KeyringError::PromptDismissed | KeyringError::TimedOut);
                (open(error), if is_locked { "keyring locked" } else { screen }, ErrorCode::VaultLocked)
            })
        };
        let table = of_keyring(OpenError::Keyring, "key missing")
            .into_iter()
            .chain(of_keyring(OpenError::NoKeyring, "no keyring"))
            .chain(rest);
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
        assert!(Closed::NotOpened(OpenError::Keyring(KeyringError::NoBus)).is_worth_a_retry());
        assert!(Closed::NotOpened(OpenError::Busy).is_worth_a_retry());
        assert!(!Closed::NotOpened(OpenError::PassphraseNeeded).is_worth_a_retry());
        assert!(!Closed::HostEnded.is_worth_a_retry());
    }

    #[test]
    fn every_trouble_with_a_keyring_has_a_way_out_and_second_ways_are_offered_where_there_are_any() {
        let both = Some(Protection { keyring: true, passphrase: true, recovery_code: true });
        for error in KEYRING {
            let closed = Closed::NotOpened(OpenError::Keyring(error));
            assert_eq!(closed.ways_out(None), [WayOut::Retry], "{error:?}");
            let all = [WayOut::Retry, WayOut::Passphrase, WayOut::RecoveryCode];
            assert_eq!(closed.ways_out(both), all, "{error:?}");
            let new = Closed::NotOpened(OpenError::NoKeyring(error));
            assert_eq!(new.ways_out(None), [WayOut::CreatePassphrase, WayOut::Retry], "{error:?}");
        }
        let needed = Closed::NotOpened(OpenError::PassphraseNeeded);
        assert_eq!(needed.ways_out(both), [WayOut::Passphrase, WayOut::RecoveryCode]);
        assert_eq!(Closed::HostEnded.ways_out(both), []);
    }
}
