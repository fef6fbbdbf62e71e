//! Notifications: one for all integrations that need their user, with the buttons Reconnect (or Show) and Later, and one for each
//! key that is to be replaced, with a Rotate button; taken back once the cause is gone. Nothing is announced that worked.

mod incident;
mod reason;
mod reminder;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Local};
use storm_agent::Host;
use storm_domain::{IntegrationId, NotificationPreferences, Reminder, Timestamp};
use storm_engine::view::{IntegrationView, StatusView};
use tauri::{AppHandle, Manager as _, Wry};
use tauri_plugin_notification::{Action, ActionPerformed, ActionType, NotificationBuilder, NotificationExt as _};
use tokio::sync::Notify;

use crate::attention::Need;
use crate::language::{Language, Speech};
pub(crate) use crate::notification::incident::Pace;
use crate::notification::incident::{Change, How, Incidents, quiet_until};
use crate::notification::reminder::Reminders;
use crate::shell::guarded;
use crate::shell_event::ShellEvent;
use crate::{application, window};

/// Under which name a notification carries what a click on it asks the page to do.
const REQUEST: &str = "request";
const RECONNECT: &str = "reconnect";
const SHOW: &str = "show";
const LATER: &str = "later";
const ROTATE: &str = "rotate";
const QUIT: &str = "quit";
/// Names that one notification holds; the others are counted.
const MOST_NAMES: usize = 3;

/// Keeps the notifications on the screen in step with the needs.
pub(crate) struct Notifier {
    app: AppHandle,
    /// What the buttons are called in.
    language: Language,
    incidents: Incidents<Local>,
    reminders: Reminders,
    /// Whether the user pressed Later since the last look.
    put_off: Arc<AtomicBool>,
    /// Those that were put on the screen, each with what tells that it was closed.
    open: BTreeMap<i32, Arc<Notify>>,
}

impl Notifier {
    /// Notifications shown before a listener exists have no buttons, so the listener comes first. `changed` is called when one of
    /// them was pressed that wants another look.
    pub(crate) fn start(app: &AppHandle, pace: Pace, changed: impl Fn() + Send + Sync + 'static) -> Self {
        let clicked = app.clone();
        let put_off = Arc::new(AtomicBool::new(false));
        let pressed_later = Arc::clone(&put_off);
        let follow = move |performed: &ActionPerformed| {
            if performed.action_id() == LATER {
                pressed_later.store(true, Ordering::Relaxed);
                changed();
            } else {
                follow_click(&clicked, performed);
            }
        };
        let language = app.state::<Speech>().language();
        let ready = app.notification().on_action(follow).and_then(|()| name_buttons(app, language));
        if let Err(error) = ready {
            tracing::warn!(%error, "notifications have no buttons");
        }
        Self {
            app: app.clone(),
            language,
            incidents: Incidents::new(pace),
            reminders: Reminders::default(),
            put_off,
            open: BTreeMap::new(),
        }
    }

    /// Says what is to be said of the needs; `asked` are those that a tool asked for in vain since the last look. Returns for how
    /// long it need not be called again if nothing changes.
    pub(crate) fn follow(
        &mut self,
        needs: Vec<Need>,
        asked: &[IntegrationId],
        preferences: &NotificationPreferences,
    ) -> Option<Duration> {
        self.speak();
        let now = now();
        let put_off = if self.put_off.swap(false, Ordering::Relaxed) { self.incidents.put_off(&now) } else { None };
        for change in put_off.into_iter().chain(self.incidents.follow(needs, asked, preferences, &now)) {
            match change {
                Change::Show { id, needs, how } => self.show(id, &needs, how, asked),
                Change::Withdraw { id } => self.withdraw(id),
            }
        }
        let next = self.incidents.look_at(preferences, &now);
        next.map(|next| (next - now).to_std().unwrap_or_default())
    }

    /// Calls the buttons by their names in the language that is spoken now. What is on the screen stays as it is.
    fn speak(&mut self) {
        let language = self.app.state::<Speech>().language();
        if language == self.language {
            return;
        }
        self.language = language;
        if let Err(error) = name_buttons(&self.app, language) {
            tracing::warn!(%error, "the buttons of notifications keep their names");
        }
    }

    /// Reminds of keys that are to be replaced, each as often as the core wants it.
    pub(crate) async fn remind(
        &mut self,
        host: &Host,
        integrations: &[IntegrationView],
        preferences: &NotificationPreferences,
    ) {
        for over in self.reminders.take_over(integrations) {
            self.withdraw(over);
        }
        // What is not said now was not said, and comes when it may.
        if !preferences.replace_soon || quiet_until(preferences, &now()).is_some() {
            return;
        }
        for integration in integrations {
            let StatusView::ReplaceSoon { saved_at, .. } = integration.status else { continue };
            let Ok(engine) = host.engine() else { return };
            match guarded(engine.remind_once(integration.id)).await {
                Ok(Some(reminder)) => self.show_reminder(integration, saved_at, &reminder),
                Ok(None) => {}
                Err(failure) => tracing::warn!(code = ?failure.code, "a reminder could not be noted"),
            }
        }
    }

    fn show_reminder(&mut self, integration: &IntegrationView, saved_at: Timestamp, reminder: &Reminder) {
        let (id, before) = self.reminders.begin(integration.id, saved_at);
        if let Some(before) = before {
            self.withdraw(before);
        }
        let date = reminder.ends_at.and_then(|at| reminder::shown_moment(self.language, at));
        let (title, text) = reminder::words(self.language, integration, reminder, date);
        let builder = self.app.notification().builder().id(id).title(title).body(text).action_type_id(ROTATE);
        let builder = builder.extra(REQUEST, ShellEvent::ShowCredentials { id: integration.id }).silent();
        self.put_on_screen(id, builder);
    }

    fn show(&mut self, id: i32, needs: &[Need], how: How, asked: &[IntegrationId]) {
        let (title, text) = words(self.language, needs, asked);
        let builder = self.app.notification().builder().id(id).title(title).body(text);
        let builder = match needs {
            [only] => builder.action_type_id(RECONNECT).extra(REQUEST, only.request()),
            _ => builder.action_type_id(SHOW),
        };
        self.put_on_screen(id, if how == How::Silently { builder.silent() } else { builder });
    }

    fn put_on_screen(&mut self, id: i32, builder: NotificationBuilder<Wry>) {
        let closed = Arc::new(Notify::new());
        self.open.insert(id, Arc::clone(&closed));
        #[cfg(target_os = "linux")]
        let builder = builder.on_close(move || closed.notify_one());
        warn_if_not_shown(builder.show());
    }

    /// Behind: the desktop may be slow to answer. It shows a notification behind, too, and does not withdraw what is not there yet;
    /// so it is asked until it says that the notification is closed, by whomever.
    fn withdraw(&mut self, id: i32) {
        const PAUSE: Duration = Duration::from_millis(100);
        const TRIES: usize = if cfg!(target_os = "linux") { 50 } else { 1 };
        let Some(closed) = self.open.remove(&id) else { return };
        let app = self.app.clone();
        tauri::async_runtime::spawn(async move {
            for _ in 0..TRIES {
                let app = app.clone();
                let remove = move || warn_if_left(app.notification().remove_active(vec![id]));
                let _ = tauri::async_runtime::spawn_blocking(remove).await;
                if tokio::time::timeout(PAUSE, closed.notified()).await.is_ok() {
                    return;
                }
            }
        });
    }
}

/// By the clock on the user's wall, as quiet hours and mornings are meant.
fn now() -> DateTime<Local> {
    Local::now()
}

/// What can be pressed in a notification of each kind.
fn name_buttons(app: &AppHandle, language: Language) -> tauri_plugin_notification::Result<()> {
    let later = (LATER, "notification-later");
    let kinds = [
        (RECONNECT, vec![(RECONNECT, "notification-reconnect"), later]),
        (SHOW, vec![(SHOW, "notification-show"), later]),
        (ROTATE, vec![(ROTATE, "notification-rotate")]),
        (QUIT, vec![(QUIT, "tray-quit")]),
    ];
    let kinds = kinds.map(|(kind, buttons)| {
        let buttons = buttons.into_iter().map(|(id, name)| Action::builder(id, language.say(name)).build()).collect();
        ActionType::builder(kind).actions(buttons).build()
    });
    app.notification().register_action_types(kinds.into())
}

/// Title and text.
fn words(language: Language, needs: &[Need], asked: &[IntegrationId]) -> (String, String) {
    if let [need] = needs {
        let text = language.say(reason::message(&need.reason));
        let text = match asked.contains(&need.id) {
            true => language.say_of("notification-asked-in-vain", [("text", text.into())]),
            false => text,
        };
        return (language.say_of("notification-needs-you", [("name", need.name.as_str().into())]), text);
    }
    let names: Vec<String> = needs.iter().take(MOST_NAMES).map(|need| without_markup(&need.name)).collect();
    let more = needs.len().saturating_sub(MOST_NAMES);
    let (first, last) = match names.as_slice() {
        [first @ .., last] if more == 0 => (first, last.as_str()),
        names => (names, ""),
    };
    let first = first.join(&language.say("notification-separator"));
    let gaps = [("names", first.into()), ("last", last.into()), ("more", more.into())];
    (language.say_of("tray-need-you", [("n", needs.len().into())]), language.say_of("notification-names", gaps))
}

/// A name may be what a service calls its account, and some desktops read markup in a text.
fn without_markup(name: &str) -> String {
    name.replace('<', "‹").replace('>', "›")
}

/// Takes all notifications back: without the program, their buttons would do nothing. A desktop that does not answer keeps
/// them.
pub(crate) async fn withdraw_all(app: &AppHandle) {
    const PATIENCE: Duration = Duration::from_secs(1);
    let app = app.clone();
    let withdrawing =
        tauri::async_runtime::spawn_blocking(move || warn_if_left(app.notification().remove_all_active()));
    if tokio::time::timeout(PATIENCE, withdrawing).await.is_err() {
        tracing::warn!("the desktop did not take the notifications back in time");
    }
}

fn warn_if_left(withdrawn: tauri_plugin_notification::Result<()>) {
    if let Err(error) = withdrawn {
        tracing::warn!(%error, "a notification could not be taken back");
    }
}

/// Says that a window which went to the task bar keeps working. Its button is the only Quit where there is no tray.
pub(crate) fn tell_minimized(app: &AppHandle) {
    let language = app.state::<Speech>().language();
    let told = app
        .notification()
        .builder()
        .title(language.say("notification-minimized-title"))
        .body(language.say("notification-minimized"))
        .action_type_id(QUIT)
        .show();
    warn_if_not_shown(told);
}

fn warn_if_not_shown(shown: tauri_plugin_notification::Result<()>) {
    if let Err(error) = shown {
        tracing::warn!(%error, "a notification could not be shown");
    }
}

/// A click on the notification itself does what its button does.
fn follow_click(app: &AppHandle, performed: &ActionPerformed) {
    if performed.action_id() == QUIT {
        return application::quit(app);
    }
    let request = performed
        .notification()
        .and_then(|notification| notification.extra().get(REQUEST))
        .and_then(|request| serde_json::from_value::<ShellEvent>(request.clone()).ok());
    match request {
        Some(event) => window::tell(app, &event),
        None => window::show(app),
    }
}

#[cfg(test)]
mod tests {
    use storm_domain::{Method, ReconnectReason};
    use uuid::Uuid;

    use super::*;

    fn need(name: &str) -> Need {
        Need {
            id: IntegrationId(Uuid::from_u128(1)),
            name: name.to_owned(),
            method: Method::OAuth,
            reason: ReconnectReason::AccessTokenEnded,
            since: Timestamp(1),
        }
    }

    #[test]
    fn one_need_says_why_and_several_say_whose_they_are() {
        let said =
            |names: &[&str]| words(Language::English, &names.iter().map(|name| need(name)).collect::<Vec<_>>(), &[]);
        let (title, text) = said(&["Slack"]);
        assert_eq!(title, "Slack needs you");
        assert!(text.starts_with("The access ended"), "{text}");
        assert_eq!(
            said(&["A", "B"]),
            ("2 integrations need you".to_owned(), "A and B. Everything else goes on.".to_owned())
        );
        assert!(said(&["<a href=\"//x\">A</a>", "B"]).1.starts_with("‹a href=\"//x\"›A‹/a› and B. "), "no markup");
        assert!(said(&["A", "B", "C"]).1.starts_with("A, B and C. "));
        assert!(said(&["A", "B", "C", "D"]).1.starts_with("A, B, C and one more. "));
        assert!(said(&["A", "B", "C", "D", "E"]).1.starts_with("A, B, C and 2 more. "));
        let asked = words(Language::English, &[need("Slack")], &[need("Slack").id]);
        assert!(asked.1.ends_with(" A tool asked for it in vain."), "{}", asked.1);
        let (title, text) = words(Language::Chinese, &[need("A"), need("B"), need("C")], &[]);
        assert_eq!((title.as_str(), text.as_str()), ("3 个集成需要处理", "A、B和 C。其余一切照常。"));
    }
}
