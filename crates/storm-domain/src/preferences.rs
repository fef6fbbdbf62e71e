//! What the user prefers of the program as a whole. None of it is a secret.
//!
//! INVARIANT: what an older version kept can be read; what it does not say is as it would be had nobody chosen.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::RefreshMargin;

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default)]
pub struct Preferences {
    /// What the desktop is told.
    pub notifications: NotificationPreferences,
    /// What the program speaks.
    pub language: LanguageChoice,
    /// Whether it is light or dark.
    pub appearance: Appearance,
    /// When tokens are renewed.
    pub refresh: RefreshPreferences,
    /// How often credentials are verified without anybody asking.
    pub verification: VerificationSchedule,
    /// In which order the list is shown.
    pub sort: ListSort,
    /// Whether letters alone are keys. Who speaks to the computer, or hits keys by mistake, must be able to turn them off (WCAG 2.2,
    /// 2.1.4).
    pub letter_keys: bool,
    /// Whether the user was asked if the program is to start at login: once, whatever the answer was. Whether it does is the
    /// system's to know.
    pub asked_start_at_login: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            notifications: NotificationPreferences::default(),
            language: LanguageChoice::default(),
            appearance: Appearance::default(),
            refresh: RefreshPreferences::default(),
            verification: VerificationSchedule::default(),
            sort: ListSort::default(),
            letter_keys: true,
            asked_start_at_login: false,
        }
    }
}

/// The language of window, tray and notifications, by its tag (BCP 47).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
pub enum LanguageChoice {
    /// Whatever the system speaks.
    #[default]
    #[serde(rename = "system")]
    System,
    /// English.
    #[serde(rename = "en")]
    English,
    /// German.
    #[serde(rename = "de")]
    German,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    Chinese,
}

/// Whether the program is light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Appearance {
    /// As the system is.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// When tokens are renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RefreshPreferences {
    /// How long before its end an access token is, unless its service demands another time.
    pub margin: RefreshMargin,
    /// Whether a sign-in that its service would end for want of use is refreshed long before, at each start and while the program runs.
    pub keep_warm: bool,
}

impl Default for RefreshPreferences {
    fn default() -> Self {
        Self { margin: RefreshMargin::default(), keep_warm: true }
    }
}

/// How often credentials are verified without anybody asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum VerificationSchedule {
    /// Never.
    Off,
    /// Every day.
    #[default]
    Daily,
    /// Every week.
    Weekly,
}

impl VerificationSchedule {
    /// How long after one verification the next one comes, where the connector names no time of its own; None = never.
    #[must_use]
    pub fn interval(self) -> Option<Duration> {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        match self {
            Self::Off => None,
            Self::Daily => Some(DAY),
            Self::Weekly => Some(7 * DAY),
        }
    }
}

/// The order of the list. What has no such time comes last, and names decide between equals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ListSort {
    /// What needs its user first, then what soon may.
    #[default]
    NeedsMe,
    /// By name.
    Name,
    /// By service, and there by account.
    Connector,
    /// The last sign of life first.
    LastUsed,
    /// The next refresh first.
    NextRefresh,
    /// The newest first.
    Created,
}

/// What the desktop is told, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct NotificationPreferences {
    /// When an integration needs its user.
    pub needs_you: bool,
    /// When a key or key file is to be replaced.
    pub replace_soon: bool,
    /// When nothing is shown, whatever happens; None = at no time.
    pub quiet: Option<QuietHours>,
}

impl Default for NotificationPreferences {
    fn default() -> Self {
        Self { needs_you: true, replace_soon: true, quiet: None }
    }
}

/// A part of each day, by the clock on the wall; over midnight where it ends before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct QuietHours {
    /// First minute of the day, from 0.
    pub from: u16,
    /// First minute after it.
    pub until: u16,
}

impl QuietHours {
    /// Minutes of a day.
    pub const DAY: u16 = 24 * 60;

    /// Whether both are minutes of a day, and something lies between them.
    #[must_use]
    pub fn is_usable(self) -> bool {
        self.from < Self::DAY && self.until < Self::DAY && self.from != self.until
    }

    /// How many minutes are left of them at a minute of the day; None = it is none of them.
    #[must_use]
    pub fn left(self, minute: u16) -> Option<u16> {
        let length = (self.until + Self::DAY - self.from) % Self::DAY;
        let gone = (minute + Self::DAY - self.from) % Self::DAY;
        (gone < length).then(|| length - gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_of_an_older_version_are_read_and_say_nothing_of_what_is_new() {
        let older = r#"{"notifications":{"needs_you":false,"replace_soon":true,"quiet":null}}"#;
        let read: Preferences = serde_json::from_str(older).unwrap();
        let notifications = NotificationPreferences { needs_you: false, ..NotificationPreferences::default() };
        assert_eq!(read, Preferences { notifications, ..Preferences::default() });
        assert!(read.letter_keys, "letters are keys until they are turned off");
        assert!(!read.asked_start_at_login);
    }

    #[test]
    fn quiet_hours_may_go_over_midnight_and_end_when_they_say() {
        let night = QuietHours { from: 22 * 60, until: 7 * 60 };
        for (minute, left) in [
            (21 * 60 + 59, None),
            (22 * 60, Some(9 * 60)),
            (23 * 60 + 59, Some(7 * 60 + 1)),
            (0, Some(7 * 60)),
            (6 * 60 + 59, Some(1)),
            (7 * 60, None),
            (12 * 60, None),
        ] {
            assert_eq!(night.left(minute), left, "{minute}");
        }
        let noon = QuietHours { from: 12 * 60, until: 13 * 60 };
        assert_eq!((noon.left(12 * 60 + 30), noon.left(13 * 60), noon.left(0)), (Some(30), None, None));
    }

    #[test]
    fn hours_that_are_none_are_not_usable() {
        let hours = |from, until| QuietHours { from, until }.is_usable();
        assert!(hours(0, 1) && hours(23 * 60 + 59, 0));
        assert!(!hours(5, 5) && !hours(24 * 60, 0) && !hours(0, 24 * 60));
    }
}
