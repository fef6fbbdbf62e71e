//! The last few things that were made of a secret text and take long to make, by the text's digest: a replaced secret never
//! meets what was made of the old one.

use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

const MOST_KEPT: usize = 64;

/// The last used, the latest at the end.
pub(crate) struct Kept<T>(Mutex<Vec<(Fingerprint, Arc<T>)>>);

type Fingerprint = [u8; 32];

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Kept<T> {
    /// What was made of `text`, or is made now. Making it is outside of the lock; what two make at once is kept once too often.
    pub(crate) fn get<E>(&self, text: &str, make: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        let fingerprint = Sha256::digest(text.as_bytes()).into();
        if let Some(known) = self.recall(&fingerprint) {
            return Ok(known);
        }
        let made = Arc::new(make()?);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.remove(0);
        }
        kept.push((fingerprint, Arc::clone(&made)));
        Ok(made)
    }

    fn recall(&self, fingerprint: &Fingerprint) -> Option<Arc<T>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|(known, _)| known == fingerprint)?;
        let used = kept.remove(place);
        let known = Arc::clone(&used.1);
        kept.push(used);
        Some(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_made_once_and_the_longest_unused_is_forgotten() {
        let kept = Kept::default();
        let made = |text: &str| *kept.get(text, || Ok::<_, ()>(text.len())).unwrap();
        let is_known = |text: &str| kept.get(text, || Err(())).is_ok();
        assert_eq!(made("first"), 5);
        for number in 1..MOST_KEPT {
            made(&format!("{number}"));
        }
        assert!(is_known("first"), "and is now the latest");
        made("one more");
        assert!(is_known("first") && !is_known("1"));
    }
}
