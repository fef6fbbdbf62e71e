//! What the user does in the system browser, and what the browser saw.

use std::path::Path;

use serde_json::Value;

use crate::desktop::record;
use crate::patience::{Look, eventually};
use crate::{Desktop, Outcome, PATIENCE, StepError};

/// What the user does at the consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Signs in and approves.
    Approve,
    /// Signs in and denies.
    Deny,
    /// Closes the browser.
    Leave,
}

/// The handler of web addresses on the private desktop: Chromium, led by a script.
#[derive(Debug, Clone)]
pub struct Browser {
    desktop: Desktop,
}

impl Browser {
    /// The desktop's browser.
    #[must_use]
    pub fn of(desktop: &Desktop) -> Self {
        Self { desktop: desktop.clone() }
    }

    /// What it does from now on.
    ///
    /// # Errors
    /// When it cannot be told.
    pub fn behave(&self, manner: Manner) -> Outcome {
        let word = match manner {
            Manner::Approve => "approve",
            Manner::Deny => "deny",
            Manner::Leave => "leave",
        };
        Ok(std::fs::write(self.desktop.file("browser-manner"), word)?)
    }

    /// Who signs in from now on at the practice service; None = whom its page suggests.
    ///
    /// # Errors
    /// When it cannot be told.
    pub fn sign_in_as(&self, account: Option<&str>) -> Outcome {
        Ok(std::fs::write(self.desktop.file("browser-account"), account.unwrap_or_default())?)
    }

    /// Keeps pictures of the consent page and of the last page in a folder.
    ///
    /// # Errors
    /// When it cannot be told.
    pub fn keep_pictures(&self, folder: &Path) -> Outcome {
        Ok(std::fs::write(self.desktop.file("browser-pictures"), folder.to_string_lossy().as_bytes())?)
    }

    /// How many pages it was asked to open so far.
    ///
    /// # Errors
    /// When its record cannot be read.
    pub fn visits(&self) -> Outcome<usize> {
        Ok(self.lines("opened")?.len())
    }

    /// Waits until the visit after the first `before` ones has ended, and gives how: `ended`, `at`, `text`.
    ///
    /// # Errors
    /// When it does not end, or could not do what it should.
    pub async fn await_visit(&self, before: usize) -> Outcome<Value> {
        let look = async || {
            let ended = self.lines("ended")?;
            Ok(match ended.get(before) {
                Some(visit) => Look::Found(visit.clone()),
                None => Look::NotYet(format!("{} pages opened, {} visits ended", self.visits()?, ended.len())),
            })
        };
        let visit = eventually("the browser to finish", PATIENCE, look).await?;
        if visit["ended"] == "failed" {
            return Err(StepError::Wrong(format!("the browser could not go on: {}", visit["why"])));
        }
        Ok(visit)
    }

    fn lines(&self, key: &str) -> Outcome<Vec<Value>> {
        let lines = record(&self.desktop.file("browser.jsonl"))?;
        Ok(lines.into_iter().filter(|line| line.get(key).is_some()).collect())
    }
}
