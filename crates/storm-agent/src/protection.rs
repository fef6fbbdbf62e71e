//! How the key of an open vault is kept: shown, and changed by the user.
//!
//! INVARIANT: a recovery code is switched on only after it was typed back; it crosses to the window once, when it is made.

use std::sync::{Arc, PoisonError};

use storm_domain::port::Vault as _;
use storm_domain::{Action, ActivityKind, ErrorCode, Failure, ProtectionChange};
use storm_engine::failure_of_vault;
use storm_engine::view::{HostView, ProtectionView};
use storm_secret::{Passphrase, RecoveryCode};
use storm_store::{
    OpenError, OpenedBy, PASSPHRASE_LEAST_CHARACTERS, PassphraseCost, ProtectionError, RecoveryCodeError, RecoveryKey,
};

use crate::closed::Closed;
use crate::host::{Host, Standing};
use crate::keyring_words::words_of_keyring;
use crate::open_vault::OpenVault;

impl OpenVault {
    pub(crate) fn protection_view(&self, backend: &str) -> ProtectionView {
        let protection = *self.protection.lock().unwrap_or_else(PoisonError::into_inner);
        ProtectionView {
            backend: backend.to_owned(),
            keyring: protection.keyring,
            keyring_lost: protection.keyring
                && self.vault.opened_by() != OpenedBy::Keyring
                && !self.is_back_in_keyring(),
            passphrase: protection.passphrase,
            recovery_code: protection.recovery_code,
        }
    }
}

impl Host {
    /// Makes a recovery code and shows it, this once. It opens nothing before it was typed back.
    ///
    /// # Errors
    /// While the vault is closed.
    pub async fn reveal_new_recovery_code(&self) -> Result<String, Failure> {
        let vault = self.open_vault()?;
        let recovery = RecoveryKey::make().map_err(|_| failure_of(ProtectionError::Resources, ""))?;
        // EXPOSE: the user asked for it, to write it down.
        let code = recovery.code().expose().to_owned();
        *vault.shown_code.lock().unwrap_or_else(PoisonError::into_inner) = Some(recovery);
        self.log_protection(ProtectionChange::RecoveryCodeShown).await?;
        Ok(code)
    }

    /// Switches on the recovery code that was shown last, when it is typed back.
    ///
    /// # Errors
    /// When it is mistyped or another one; then the old one, if there is one, still opens the vault.
    pub async fn confirm_recovery_code(&self, code: impl Into<RecoveryCode>) -> Result<HostView, Failure> {
        let vault = self.open_vault()?;
        let typed = RecoveryKey::of_code(&code.into()).map_err(failure_of_code)?;
        let shown = || vault.shown_code.lock().unwrap_or_else(PoisonError::into_inner);
        if !shown().as_ref().is_some_and(|shown| shown.is_same(&typed)) {
            return Err(refused_code(
                "This is not the recovery code that was just shown. Type that one, or make another one.",
            ));
        }
        self.change(ProtectionChange::RecoveryCodeSet, vault.vault.put_recovery_code(&typed)).await?;
        shown().take();
        Ok(self.view())
    }

    /// Forgets a recovery code that was shown and not typed back.
    pub fn discard_recovery_code(&self) {
        if let Standing::Open(vault) = &*self.standing.borrow() {
            vault.shown_code.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
    }

    /// No recovery code opens the vault any more.
    ///
    /// # Errors
    /// When the vault cannot be written.
    pub async fn remove_recovery_code(&self) -> Result<HostView, Failure> {
        let vault = self.open_vault()?;
        self.change(ProtectionChange::RecoveryCodeRemoved, vault.vault.remove_recovery_code()).await
    }

    /// Lets a passphrase open the vault too, instead of the one before.
    ///
    /// # Errors
    /// When it is too short, or the vault cannot be written.
    pub async fn set_passphrase(&self, passphrase: impl Into<Passphrase>) -> Result<HostView, Failure> {
        let vault = self.open_vault()?;
        let put = vault.vault.put_passphrase(passphrase.into(), PassphraseCost::STANDARD);
        self.change(ProtectionChange::PassphraseSet, put).await
    }

    /// No passphrase opens the vault any more.
    ///
    /// # Errors
    /// When it is the last way in, or the vault cannot be written.
    pub async fn remove_passphrase(&self) -> Result<HostView, Failure> {
        let vault = self.open_vault()?;
        self.change(ProtectionChange::PassphraseRemoved, vault.vault.remove_passphrase()).await
    }

    /// Puts the key into the keyring, or back into it, and reads it back.
    ///
    /// # Errors
    /// When the keyring does not take or keep it, or the vault cannot be written.
    pub async fn put_key_into_keyring(&self) -> Result<HostView, Failure> {
        let vault = self.open_vault()?;
        let put = vault.vault.put_key_into_keyring(self.keyring.as_ref());
        self.change(ProtectionChange::PutIntoKeyring, put).await?;
        vault.is_in_keyring_again();
        Ok(self.view())
    }

    /// Takes the key out of the keyring; from then on the passphrase opens the vault.
    ///
    /// # Errors
    /// When there is no passphrase, the keyring refuses, or the vault cannot be written.
    pub async fn take_key_from_keyring(&self) -> Result<HostView, Failure> {
        let vault = self.open_vault()?;
        let taken = vault.vault.take_key_from_keyring(self.keyring.as_ref());
        self.change(ProtectionChange::TakenFromKeyring, taken).await
    }

    pub(crate) fn open_vault(&self) -> Result<Arc<OpenVault>, Failure> {
        match &*self.standing.borrow() {
            Standing::Open(vault) => Ok(Arc::clone(vault)),
            _ => Err(Closed::from(OpenError::NoSuchWay).locked(&self.keyring.backend())),
        }
    }

    /// Carries out a change, looks at what came of it, and logs it.
    async fn change(
        &self,
        change: ProtectionChange,
        work: impl Future<Output = Result<(), ProtectionError>>,
    ) -> Result<HostView, Failure> {
        let vault = self.open_vault()?;
        let changed = work.await;
        let protection = vault.vault.protection().await.map_err(failure_of_vault)?;
        *vault.protection.lock().unwrap_or_else(PoisonError::into_inner) = protection;
        self.stand(Standing::Open(vault));
        changed.map_err(|error| failure_of(error, &self.keyring.backend()))?;
        self.log_protection(change).await?;
        Ok(self.view())
    }

    pub(crate) async fn log_protection(&self, change: ProtectionChange) -> Result<(), Failure> {
        let vault = self.open_vault()?;
        let what = ActivityKind::ProtectionChanged { change };
        vault.vault.append_activity(None, "", &what, self.clock.now()).await.map_err(failure_of_vault)?;
        self.events.publish(storm_domain::Event::ActivityAdded);
        Ok(())
    }
}

fn failure_of(error: ProtectionError, backend: &str) -> Failure {
    let (code, message) = match error {
        ProtectionError::Vault(error) => return failure_of_vault(error),
        ProtectionError::Keyring(error) => {
            (ErrorCode::KeyringRefused, words_of_keyring(error, backend, "The vault stays open, and opens as before."))
        }
        ProtectionError::KeyringForgetful => (
            ErrorCode::KeyringRefused,
            format!("{backend} did not keep the key it was given. Use a passphrase, or another keyring."),
        ),
        ProtectionError::LastWay => {
            (ErrorCode::ChangedMeanwhile, "This is the last way into the vault. Add another one first.".to_owned())
        }
        ProtectionError::PassphraseTooShort => (
            ErrorCode::PassphraseRefused,
            format!("The passphrase is too short. Choose one of at least {PASSPHRASE_LEAST_CHARACTERS} characters."),
        ),
        _ => (
            ErrorCode::Internal,
            "The system has too little memory or randomness. Close other programs, then try again.".to_owned(),
        ),
    };
    Failure::new(code, message, Some(Action::Retry))
}

fn refused_code(message: impl Into<String>) -> Failure {
    Failure::new(ErrorCode::RecoveryCodeRefused, message, Some(Action::Retry))
}

/// What is wrong with a code that was typed, before anything is opened with it.
pub(crate) fn failure_of_code(error: RecoveryCodeError) -> Failure {
    refused_code(match error {
        RecoveryCodeError::Length { found } => {
            format!("A recovery code has 32 characters, and this has {found}. Type all eight groups of four.")
        }
        RecoveryCodeError::Character { group } => {
            format!("Group {group} has a character that no recovery code has. Compare it with your copy.")
        }
        _ => "A character is mistyped. Compare each group with your copy.".to_owned(),
    })
}
