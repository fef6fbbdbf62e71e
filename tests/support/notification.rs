//! Notifications as the desktop receives them.

use serde::Deserialize;
use serde_json::Value;

use crate::desktop::record;
use crate::patience::{Look, eventually};
use crate::program::run;
use crate::{Desktop, Outcome, PATIENCE};

/// A notification on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Notification {
    /// The desktop's number for it.
    pub id: u32,
    /// Its title.
    pub summary: String,
    /// Its text.
    pub body: String,
    /// Keys and labels of its buttons, in turn.
    pub actions: Vec<String>,
}

/// What the desktop was asked to show.
#[derive(Debug, Clone)]
pub struct Notifications {
    desktop: Desktop,
}

impl Notifications {
    /// Those of this desktop.
    #[must_use]
    pub fn of(desktop: &Desktop) -> Self {
        Self { desktop: desktop.clone() }
    }

    fn record(&self) -> Outcome<Vec<Value>> {
        record(&self.desktop.file("notifications.jsonl"))
    }

    /// All that were ever shown, oldest first.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn shown(&self) -> Outcome<Vec<Notification>> {
        let lines = self.record()?;
        let shown = lines.into_iter().filter_map(|mut line| line.get_mut("shown").map(Value::take));
        shown.map(|shown| Ok(serde_json::from_value(shown)?)).collect()
    }

    /// Waits for one that comes after the first `before` and is wanted.
    ///
    /// # Errors
    /// When none comes in time.
    pub async fn await_shown(&self, before: usize, wanted: impl Fn(&Notification) -> bool) -> Outcome<Notification> {
        eventually("a notification", PATIENCE, async || {
            let shown = self.shown()?;
            Ok(match shown.iter().skip(before).find(|notification| wanted(notification)) {
                Some(notification) => Look::Found(notification.clone()),
                None => Look::NotYet(format!("{shown:?}")),
            })
        })
        .await
    }

    /// Waits until a notification is taken back by the program.
    ///
    /// # Errors
    /// When it is not in time.
    pub async fn await_withdrawn(&self, id: u32) -> Outcome {
        eventually("a notification to be withdrawn", PATIENCE, async || {
            let record = self.record()?;
            let withdrawn = record.iter().any(|line| line["withdrawn"] == id);
            Ok(if withdrawn { Look::Found(()) } else { Look::NotYet(format!("{id} is still shown: {record:?}")) })
        })
        .await
    }

    /// Presses the button with this label.
    ///
    /// # Errors
    /// When there is no such button.
    pub async fn press(&self, notification: &Notification, label: &str) -> Outcome {
        const DESKTOP: [&str; 4] = ["-d", "org.freedesktop.Notifications", "-o", "/org/freedesktop/Notifications"];
        let key = notification.actions.chunks(2).find(|pair| pair.get(1).is_some_and(|shown| shown == label));
        let Some(key) = key.and_then(|pair| pair.first()) else {
            return Err(crate::StepError::Wrong(format!("no button {label}: {notification:?}")));
        };
        let id = notification.id.to_string();
        let invoke = ["-m", "storm.test.Notifications.Invoke", &id, key];
        let arguments: Vec<&str> = ["call", "--session"].into_iter().chain(DESKTOP).chain(invoke).collect();
        run("gdbus", &arguments).await.map(drop)
    }
}
