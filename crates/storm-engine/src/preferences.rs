//! What the user prefers of the program as a whole.

use storm_domain::{Action, ErrorCode, Event, Failure, Preferences, QuietHours};

use crate::engine::Engine;
use crate::error::ToFailure as _;

impl Engine {
    /// What is preferred; the defaults until something else was chosen.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn preferences(&self) -> Result<Preferences, Failure> {
        Ok(self.vault().preferences().await.map_err(|error| error.to_failure())?.unwrap_or_default())
    }

    /// Keeps what is preferred from now on.
    ///
    /// # Errors
    /// When a time makes no sense, or the vault cannot be written.
    pub async fn set_preferences(&self, preferences: Preferences) -> Result<Preferences, Failure> {
        if preferences.notifications.quiet.is_some_and(|quiet| !quiet.is_usable()) {
            let message =
                format!("Quiet hours lie between two different minutes of a day (0 to {}).", QuietHours::DAY - 1);
            return Err(Failure {
                field: Some("quiet".to_owned()),
                ..Failure::new(ErrorCode::FieldNotUsable, message, Some(Action::EditField))
            });
        }
        self.vault().put_preferences(&preferences).await.map_err(|error| error.to_failure())?;
        self.parts.events.publish(Event::PreferencesChanged);
        Ok(preferences)
    }
}
