//! What a person does with keyboard and mouse: real events of the display, to whatever has the focus there. Each action is counted:
//! keys pressed together, a word typed, a click, a drop, a button of a notification.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::Deserialize;

use crate::patience::{Look, eventually};
use crate::program::run;
use crate::step::service_account::drop_on_window;
use crate::{Journey, Notification, Outcome, PATIENCE, StepError, Window, ensure};

/// Stops of the Tab key until somebody would give up.
const MOST_STOPS: u32 = 60;

/// Somebody's hands.
#[derive(Debug, Default)]
pub struct Hands {
    actions: AtomicU32,
}

/// What has the focus.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Focus {
    /// Its `data-test` name, or its tag.
    pub name: String,
    /// What tells it from others of its name: its place in the page, and the beginning of its text.
    pub mark: String,
    /// Whether it is the ground of the page, which is nothing.
    pub is_lost: bool,
    /// Whether it shows that it has the focus.
    pub shows: bool,
}

impl Hands {
    /// How many actions it were so far.
    #[must_use]
    pub fn actions(&self) -> u32 {
        self.actions.load(Ordering::Relaxed)
    }

    fn count(&self) {
        self.actions.fetch_add(1, Ordering::Relaxed);
    }

    /// Presses keys together, by their names in X: `ctrl+v`, `Return`.
    ///
    /// # Errors
    /// When the display does not take them.
    pub async fn press(&self, keys: &str) -> Outcome {
        self.count();
        run("xdotool", &["key", keys]).await.map(drop)
    }

    /// Types a text.
    ///
    /// # Errors
    /// When the display does not take it.
    pub async fn write(&self, text: &str) -> Outcome {
        self.count();
        run("xdotool", &["type", "--delay", "20", text]).await.map(drop)
    }

    /// Clicks in the middle of an element.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn click(&self, window: &Window, css: &str) -> Outcome {
        self.count();
        window.await_painted().await?;
        let (x, y) = window.position_of(css).await?;
        run("xdotool", &["mousemove", "--sync", &x.to_string(), &y.to_string(), "click", "1"]).await.map(drop)
    }

    /// Drags a file over an element and lets go.
    ///
    /// # Errors
    /// When nobody takes it.
    pub async fn drop_file(&self, journey: &Journey, over: &str, file: &Path) -> Outcome {
        self.count();
        drop_on_window(journey, over, file).await
    }

    /// Presses a button of a notification.
    ///
    /// # Errors
    /// When there is no such button.
    pub async fn press_notification(&self, journey: &Journey, notification: &Notification, label: &str) -> Outcome {
        self.count();
        journey.notifications.press(notification, label).await
    }

    /// Presses keys, and waits until the element of this name has the focus, and shows it.
    ///
    /// # Errors
    /// When it does not.
    pub async fn press_to(&self, window: &Window, keys: &str, name: &str) -> Outcome {
        self.press(keys).await?;
        window.await_focus(name).await.map(drop)
    }

    /// Goes with Tab, or the keys that are given instead, from stop to stop until the element of this name has the focus. At each stop
    /// the focus has to show.
    ///
    /// # Errors
    /// When it is not reached, or the focus is lost or does not show on the way.
    pub async fn walk_to(&self, window: &Window, keys: &str, name: &str) -> Outcome {
        let mut passed = Vec::new();
        for _ in 0..MOST_STOPS {
            let before = window.focus().await?;
            self.press(keys).await?;
            let stop = window.await_focus_other_than(&before).await?;
            if stop.name == name {
                return Ok(());
            }
            passed.push(stop.name);
        }
        Err(StepError::InVain { what: format!("{name} by {keys}"), seen: passed.join(", ") })
    }
}

impl Window {
    /// Gives the window the keyboard, as a window manager does that just showed it.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn take_keyboard(&self) -> Outcome {
        run("xdotool", &["search", "--onlyvisible", "--name", "^Storm Connect$", "windowfocus", "--sync"]).await?;
        eventually("the page to have the keyboard", PATIENCE, async || {
            let has = self.execute("return document.hasFocus()").await? == true;
            Ok(if has { Look::Found(()) } else { Look::NotYet("it has not".to_owned()) })
        })
        .await
    }

    /// What has the focus now.
    ///
    /// # Errors
    /// When the page cannot be asked.
    pub async fn focus(&self) -> Outcome<Focus> {
        // A ring is an outline or a shadow that stands out on every side; a field's is around its box. Where the focus is told by
        // `aria-activedescendant`, the option has it, and the caret stays in the field.
        const FOCUS: &str = "const at = document.activeElement; \
            const ring = (style) => style && ((style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) \
                || /(^| )0px 0px 0px [1-9]/.test(style.boxShadow)); \
            const option = document.getElementById(at?.getAttribute('aria-activedescendant') ?? ''); \
            const around = [at?.parentElement].filter((one) => one?.matches(':has(> input, > select, > textarea)')); \
            const rings = [at, option, ...around].filter(Boolean).some((one) => ring(getComputedStyle(one))) || (at && ring(getComputedStyle(at, '::after'))); \
            return { name: at?.dataset.test ?? at?.tagName.toLowerCase() ?? '', \
                mark: [...document.querySelectorAll('*')].indexOf(at) + ' ' + (at?.textContent ?? '').trim().slice(0, 40), \
                is_lost: !at || at === document.body || at === document.documentElement, shows: Boolean(rings) };";
        Ok(serde_json::from_value(self.execute(FOCUS).await?)?)
    }

    /// Waits until the element of this name has the focus, and shows it.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn await_focus(&self, name: &str) -> Outcome<Focus> {
        self.await_focus_where(name, |focus| focus.name == name).await
    }

    /// Waits until something that is wanted has the focus, and shows it.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn await_focus_where(&self, what: &str, wanted: impl Fn(&Focus) -> bool) -> Outcome<Focus> {
        eventually(&format!("the focus on {what}"), PATIENCE, async || {
            let focus = self.focus().await?;
            Ok(if focus.shows && wanted(&focus) { Look::Found(focus) } else { Look::NotYet(format!("{focus:?}")) })
        })
        .await
    }

    /// Waits until the element of this name has the focus. With the mouse it need not show.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn await_focus_of(&self, name: &str) -> Outcome {
        eventually(&format!("the focus on {name}"), PATIENCE, async || {
            let focus = self.focus().await?;
            Ok(if focus.name == name { Look::Found(()) } else { Look::NotYet(format!("{focus:?}")) })
        })
        .await
    }

    /// Waits until something else has the focus, which must not be lost and has to show.
    ///
    /// # Errors
    /// When it stays where it is, is lost, or does not show.
    pub async fn await_focus_other_than(&self, before: &Focus) -> Outcome<Focus> {
        let focus = eventually("the focus to move", PATIENCE, async || {
            let focus = self.focus().await?;
            Ok(if focus == *before { Look::NotYet(format!("{focus:?}")) } else { Look::Found(focus) })
        })
        .await?;
        ensure(!focus.is_lost && focus.shows, || {
            format!("after {before:?} the focus is lost or does not show: {focus:?}")
        })?;
        Ok(focus)
    }

    /// Waits until a dialog of this name is gone, and something behind it has the focus again.
    ///
    /// # Errors
    /// When it stays, or the focus is lost.
    pub async fn await_given_back(&self, dialog: &str) -> Outcome<Focus> {
        const OPEN: &str = "return document.querySelectorAll('[role=dialog]').length";
        self.await_gone(dialog).await?;
        eventually(&format!("{dialog} to be closed"), PATIENCE, async || {
            let open = self.execute(OPEN).await?;
            Ok(if open == 0 { Look::Found(()) } else { Look::NotYet(format!("{open} are open")) })
        })
        .await?;
        self.await_focus_where(&format!("what is behind {dialog}"), |focus| !focus.is_lost).await
    }
}
