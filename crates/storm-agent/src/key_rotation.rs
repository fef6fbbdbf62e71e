//! Another master key, on the user's word.
//!
//! INVARIANT: the vault is closed only when everything the user could have mistyped is checked, and opened again however the
//! change ends. Meanwhile it is "being opened" for everybody who asks.

use std::sync::Arc;

use storm_domain::{Action, ErrorCode, Failure};
use storm_engine::failure_of_vault;
use storm_engine::view::HostView;
use storm_secret::Passphrase;
use storm_store::{KeyRotationError, PassphraseCost};

use crate::closed::Closed;
use crate::host::{Host, Standing};
use crate::keyring_words::words_of_keyring;

impl Host {
    /// Makes a new master key, seals everything under it and takes the old one away. A recovery code does not open the vault
    /// any more afterwards; a passphrase does, and has to be given.
    ///
    /// # Errors
    /// Why the key was not changed; the vault opens as before.
    pub async fn rotate_master_key(&self, passphrase: Option<Passphrase>) -> Result<HostView, Failure> {
        let _door = self.door.lock().await;
        let open = self.open_vault()?;
        let backend = self.keyring.backend();
        let failure = |error| failure_of(error, &backend);
        if !open.engine.unsaved().is_empty() {
            return Err(failure(KeyRotationError::UnsettledAnswer));
        }
        let rotation = tokio::select! {
            biased;
            () = self.until_ending() => return Err(Closed::HostEnded.failure(&backend)),
            prepared = open.vault.prepare_key_rotation(passphrase, PassphraseCost::STANDARD) => prepared.map_err(failure)?,
        };
        self.stand(Standing::Opening);
        open.close().await;
        let mut outcome = Ok(());
        let (keyring, clock) = (Arc::clone(&self.keyring), Arc::clone(&self.clock));
        let turning = async {
            let (vault, turned) = rotation.run(keyring.as_ref(), clock.as_ref()).await?;
            outcome = turned;
            Ok(vault)
        };
        let opened = self.opened(turning).await;
        let closed = opened.as_ref().err().map(|closed| closed.failure(&backend));
        self.stand_opened(opened).await;
        outcome.map_err(failure)?;
        closed.map_or_else(|| Ok(self.view()), Err)
    }
}

fn failure_of(error: KeyRotationError, backend: &str) -> Failure {
    let (code, message) = match error {
        KeyRotationError::Vault(error) => return failure_of_vault(error),
        KeyRotationError::Keyring(error) => (
            ErrorCode::KeyringRefused,
            words_of_keyring(error, backend, "The key was not changed, and the vault opens as before."),
        ),
        KeyRotationError::KeyringForgetful => (
            ErrorCode::KeyringRefused,
            format!("{backend} did not keep the new key, so the old one stays. Use a passphrase, or another keyring."),
        ),
        KeyRotationError::PassphraseNeeded => (
            ErrorCode::PassphraseRefused,
            "The vault has a passphrase, which is to open the new key, too. Enter it, then try again.".to_owned(),
        ),
        KeyRotationError::PassphraseWrong => (
            ErrorCode::PassphraseRefused,
            "This is not the passphrase of the vault, and the key was not changed. Try another one.".to_owned(),
        ),
        KeyRotationError::UnsettledAnswer => (
            ErrorCode::ChangedMeanwhile,
            "A service sent a new token that is not saved in the vault yet, so the key was not changed. Refresh that \
             integration, then try again."
                .to_owned(),
        ),
        KeyRotationError::ChangedMeanwhile => (
            ErrorCode::ChangedMeanwhile,
            "The passphrase was changed meanwhile, and the key was not. Try again.".to_owned(),
        ),
        _ => (
            ErrorCode::Internal,
            "The system has too little memory or randomness. Close other programs, then try again.".to_owned(),
        ),
    };
    Failure::new(code, message, Some(Action::Retry))
}
