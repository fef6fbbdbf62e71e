//! The window as a screen reader has it: the tree that the page gives to AT-SPI, and what it says by itself.

use std::collections::BTreeMap;

use serde::Deserialize;
use tokio::process::Command;

use crate::patience::{Look, eventually};
use crate::program::{Program, desktop_script, run};
use crate::{Outcome, PATIENCE, StepError};

/// An element of the page.
#[derive(Debug, Clone, Deserialize)]
pub struct Node {
    /// Its role, by ARIA's name where it has one.
    pub role: String,
    /// What it is called.
    pub name: String,
    /// What is said of it besides.
    pub description: String,
    /// Such as `focusable`, `checked`.
    pub states: Vec<String>,
    /// Such as `rowcount`.
    pub attributes: BTreeMap<String, String>,
    /// What is in it.
    pub children: Vec<Node>,
}

/// Something that a live region said.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Heard {
    /// `polite` or `assertive`.
    pub manner: String,
    /// The region's name, if it has one.
    pub region: String,
    /// What came into it.
    pub text: String,
}

impl Node {
    /// It and everything in it, from the beginning to the end of the page.
    #[must_use]
    pub fn all(&self) -> Vec<&Self> {
        let mut all = vec![self];
        for child in &self.children {
            all.extend(child.all());
        }
        all
    }

    /// Whether it is in this state.
    #[must_use]
    pub fn is(&self, state: &str) -> bool {
        self.states.iter().any(|one| one == state)
    }

    /// All of a role, those to be scrolled to, too.
    #[must_use]
    pub fn of_role(&self, role: &str) -> Vec<&Self> {
        self.all().into_iter().filter(|one| one.role == role).collect()
    }

    /// All texts in it, one after the other.
    #[must_use]
    pub fn text(&self) -> String {
        let words: Vec<&str> =
            self.all().into_iter().map(|one| one.name.as_str()).filter(|name| !name.is_empty()).collect();
        words.join(" ")
    }
}

/// A screen reader; it says nothing aloud.
pub struct ScreenReader {
    listening: Program,
}

impl ScreenReader {
    /// Switches assistive technology on for this desktop. A program that runs already knows nothing of it.
    ///
    /// # Errors
    /// When the desktop has none.
    pub async fn switch_on() -> Outcome {
        run("/usr/bin/python3", &[&script(), "on"]).await.map(drop)
    }

    /// Listens to the live regions from now on.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn listen() -> Outcome<Self> {
        let mut command = Command::new("/usr/bin/python3");
        command.args([&script(), "listen"]);
        let mut listening = Program::start(command)?;
        listening.line("READY", |line| (line == "READY").then_some(())).await?;
        Ok(Self { listening })
    }

    /// Everything that is said until a text is heard that contains `last`, with it.
    ///
    /// # Errors
    /// When it is not.
    pub async fn heard_until(&mut self, last: &str) -> Outcome<Vec<Heard>> {
        let mut all = Vec::new();
        loop {
            let heard: Heard =
                self.listening.line("something to be said", |line| serde_json::from_str(line).ok()).await?;
            let is_last = heard.text.contains(last);
            all.push(heard);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// The page as it is now.
    ///
    /// # Errors
    /// When the program gives none.
    pub async fn read() -> Outcome<Node> {
        let read = run("/usr/bin/python3", &[&script(), "read"]).await?;
        serde_json::from_str::<Option<Node>>(&read)?
            .ok_or_else(|| StepError::Wrong("the program gives its page to no screen reader".to_owned()))
    }

    /// The page, once it holds what is looked for.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn read_with(what: &str, wanted: impl Fn(&Node) -> bool) -> Outcome<Node> {
        eventually(&format!("{what} in the tree"), PATIENCE, async || {
            let page = Self::read().await?;
            Ok(if wanted(&page) { Look::Found(page) } else { Look::NotYet(page.text().chars().take(600).collect()) })
        })
        .await
    }
}

fn script() -> String {
    desktop_script("screen_reader.py").to_string_lossy().into_owned()
}
