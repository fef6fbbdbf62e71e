//! Notifications: one for each integration that comes to need its user, with a Reconnect button, and one for each key that is
//! to be replaced, with a Rotate button; taken back once the cause is gone. Nothing is announced that worked.

mod incident;
mod reason;
mod reminder;

use std::time::Duration;

use storm_agent::Host;
use storm_domain::{Reminder, Timestamp};
use storm_engine::view::{IntegrationView, StatusView};
use tauri::AppHandle;
use tauri_plugin_notification::{Action, ActionPerformed, ActionType, NotificationExt as _};

use crate::attention::Need;
use crate::notification::incident::{Change, Incidents};
use crate::notification::reminder::Reminders;
use crate::shell::guarded;
use crate::shell_event::ShellEvent;
use crate::{application, window};

/// Under which name a notification carries what a click on it asks the page to do.
const REQUEST: &str = "request";
const RECONNECT: &str = "reconnect";
const ROTATE: &str = "rotate";
const QUIT: &str = "quit";

/// Keeps the notifications on the screen in step with the needs.
pub(crate) struct Notifier {
    app: AppHandle,
    incidents: Incidents,
    reminders: Reminders,
}

impl Notifier {
    /// Notifications shown before a listener exists have no buttons, so the listener comes first.
    pub(crate) fn start(app: &AppHandle) -> Self {
        let clicked = app.clone();
        let buttons = [(RECONNECT, "Reconnect"), (ROTATE, "Rotate"), (QUIT, "Quit")]
            .map(|(id, title)| ActionType::builder(id).actions(vec![Action::builder(id, title).build()]).build());
        let notification = app.notification();
        let ready = notification
            .on_action(move |performed| follow_click(&clicked, performed))
            .and_then(|()| notification.register_action_types(buttons.into()));
        if let Err(error) = ready {
            tracing::warn!(%error, "notifications have no buttons");
        }
        Self { app: app.clone(), incidents: Incidents::default(), reminders: Reminders::default() }
    }

    pub(crate) fn follow(&mut self, needs: Vec<Need>) {
        for change in self.incidents.follow(needs) {
            match change {
                Change::Show { id, need } => self.show(id, &need),
                Change::Withdraw { id } => self.withdraw(id),
            }
        }
    }

    /// Reminds of keys that are to be replaced, each as often as the core wants it.
    pub(crate) async fn remind(&mut self, host: &Host, integrations: &[IntegrationView]) {
        for over in self.reminders.take_over(integrations) {
            self.withdraw(over);
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
        let date = reminder.ends_at.and_then(reminder::shown_moment);
        let (title, text) = reminder::words(integration, reminder, date);
        let builder = self.app.notification().builder().id(id).title(title).body(text).action_type_id(ROTATE);
        let shown = builder.extra(REQUEST, ShellEvent::ShowCredentials { id: integration.id }).silent().show();
        warn_if_not_shown(shown);
    }

    fn show(&self, id: i32, need: &Need) {
        let shown = self
            .app
            .notification()
            .builder()
            .id(id)
            .title(format!("{} needs you", need.name))
            .body(reason::sentence(&need.reason))
            .action_type_id(RECONNECT)
            .extra(REQUEST, need.request())
            .show();
        warn_if_not_shown(shown);
    }

    /// On a thread of its own: the desktop may be slow to answer.
    fn withdraw(&self, id: i32) {
        let app = self.app.clone();
        tauri::async_runtime::spawn_blocking(move || warn_if_left(app.notification().remove_active(vec![id])));
    }
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
    let told = app
        .notification()
        .builder()
        .title("Storm Connect keeps running")
        .body("This desktop shows no tray icons, so the window was minimized.")
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
