//! What the user prefers of the program as a whole. Each choice counts at once: what it changes in the schedule is planned anew.

use storm_domain::{
    Action, ErrorCode, Event, Failure, Preferences, QuietHours, RefreshMargin, RefreshPreferences, VaultError,
    VerificationSchedule,
};

use crate::engine::{Engine, lock};
use crate::error::ToFailure as _;

/// What of the preferences decides when something is done. Kept in memory, since it is asked for each row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Timing {
    pub(crate) refresh: RefreshPreferences,
    pub(crate) verification: VerificationSchedule,
}

impl Timing {
    fn of(preferences: &Preferences) -> Self {
        Self { refresh: preferences.refresh, verification: preferences.verification }
    }
}

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
            return Err(not_usable("quiet", message));
        }
        if !preferences.refresh.margin.is_usable() {
            let (least, most) = RefreshMargin::OWN_MINUTES.into_inner();
            return Err(not_usable(
                "minutes",
                format!("A token is refreshed {least} to {most} minutes before its end."),
            ));
        }
        self.vault().put_preferences(&preferences).await.map_err(|error| error.to_failure())?;
        if self.time_by(&preferences)
            && let Err(error) = self.schedule_all().await
        {
            tracing::warn!(%error, "the vault could not be read; the schedule stays as it was until the next start");
        }
        self.parts.events.publish(Event::PreferencesChanged);
        Ok(preferences)
    }

    /// Takes over what was preferred when the vault was closed.
    pub(crate) async fn recall_preferences(&self) -> Result<(), VaultError> {
        match self.vault().preferences().await {
            Ok(preferences) => {
                self.time_by(&preferences.unwrap_or_default());
                Ok(())
            }
            // One record is no reason to refresh nothing at all.
            Err(VaultError::Damaged) => {
                tracing::warn!("the preferences are damaged; the schedule is as it would be without any");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    pub(crate) fn timing(&self) -> Timing {
        *lock(&self.timing)
    }

    /// Whether it is another one than before.
    fn time_by(&self, preferences: &Preferences) -> bool {
        let timing = Timing::of(preferences);
        std::mem::replace(&mut *lock(&self.timing), timing) != timing
    }
}

fn not_usable(field: &str, message: String) -> Failure {
    Failure {
        field: Some(field.to_owned()),
        ..Failure::new(ErrorCode::FieldNotUsable, message, Some(Action::EditField))
    }
}
