//! A vault that was put back from a copy: its refresh tokens may have been rotated since, and many services end a grant whose
//! old token comes once more. Nothing is sent with one before the user says so.
//!
//! INVARIANT: while refreshing is held back, no OAuth grant is sent to a token endpoint but in a new authorization. What is
//! still valid is handed out; keys and key files, which do not change by use, go on.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use storm_domain::{Action, ErrorCode, Failure, Method, VaultError};

use crate::engine::Engine;

impl Engine {
    /// Holds back every refresh of an OAuth grant. To be called before [`Engine::recover`].
    pub fn hold_back(&self) {
        self.held_back.store(true, Ordering::Release);
    }

    /// The user knows that the vault is an older one: what is due is refreshed again.
    ///
    /// # Errors
    /// When the vault cannot be read; refreshing is no longer held back then either.
    pub async fn go_on(self: &Arc<Self>) -> Result<(), VaultError> {
        self.held_back.store(false, Ordering::Release);
        self.note_open_intents().await?;
        for row in self.vault().integrations().await? {
            self.schedule_next(&row);
        }
        Ok(())
    }

    /// Whether refreshing this method is held back.
    pub(crate) fn is_held_back(&self, method: Method) -> bool {
        method == Method::OAuth && self.held_back.load(Ordering::Acquire)
    }

    /// Why a token is not to be had while refreshing is held back.
    pub(crate) fn unless_held_back(&self, method: Method) -> Result<(), Failure> {
        if !self.is_held_back(method) {
            return Ok(());
        }
        Err(Failure::new(
            ErrorCode::VaultRestored,
            "The vault was put back from a copy, so nothing is refreshed yet: newer tokens may be somewhere else. Look at the \
             notice in Storm Connect and choose “Go on”, or run storm agent --go-on.",
            Some(Action::Unlock),
        ))
    }
}
