//! Waiting for something that has no event to await, with an end to it.

use std::time::Duration;

use crate::{Outcome, StepError};

/// How long a window, a browser or a desktop may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// What one look gives: the awaited thing, or what was there instead.
pub enum Look<T> {
    /// It is there.
    Found(T),
    /// It is not there yet; this is.
    NotYet(String),
}

/// Looks again and again until something is found.
///
/// # Errors
/// [`StepError::InVain`] after `patience`, with what was seen last; at once what `look` itself fails with.
pub async fn eventually<T>(
    what: &str,
    patience: Duration,
    mut look: impl AsyncFnMut() -> Outcome<Look<T>>,
) -> Outcome<T> {
    let mut seen = String::from("nothing");
    let search = async {
        loop {
            match look().await? {
                Look::Found(found) => return Ok(found),
                Look::NotYet(instead) => seen = instead,
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    match tokio::time::timeout(patience, search).await {
        Ok(found) => found,
        Err(_) => Err(StepError::InVain { what: what.to_owned(), seen }),
    }
}
