//! How often a person may try a password of one file: five times, then after a pause. Who holds the file can guess without us; this
//! keeps a stuck key or a wrong file from being tried for ever.

use std::time::Duration;

use storm_domain::Timestamp;

const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_secs(30);

/// The wrong passwords so far, of one file.
#[derive(Debug, Clone, Default)]
pub struct PasswordTries {
    wrong: u32,
    paused_until: Option<Timestamp>,
}

impl PasswordTries {
    /// How long until the next try; None = now.
    #[must_use]
    pub fn pause_left(&self, now: Timestamp) -> Option<Duration> {
        self.paused_until.map(|until| until.since(now).min(PAUSE)).filter(|left| !left.is_zero())
    }

    /// Notes a wrong password; every fifth begins a pause.
    pub fn note_wrong(&mut self, now: Timestamp) {
        self.wrong += 1;
        self.paused_until = self.wrong.is_multiple_of(TRIES).then(|| now.after(PAUSE));
    }

    /// How many tries are left before a pause.
    #[must_use]
    pub fn left(&self) -> u32 {
        TRIES - self.wrong % TRIES
    }
}
