//! Who needs the user: worked out anew after every change in the core, and shown by tray and notifications.
//!
//! The core publishes into a queue and never waits. The page is told of each change in its order; for tray and
//! notifications a burst of changes costs one look.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use storm_agent::Host;
use storm_domain::port::EventSink;
use storm_domain::{Event, IntegrationId, Method, Preferences, ReconnectReason, Timestamp};
use storm_engine::view::{IntegrationView, OutstandingView, StatusView, VaultView};
use tauri::{AppHandle, Manager as _};
use tauri_specta::Event as _;
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use crate::appearance::Look;
use crate::language::Speech;
use crate::notification::{Notifier, Pace};
use crate::shell::{Shell, guarded};
use crate::shell_event::{CoreEvent, ShellEvent};
use crate::tray::{Tray, TrayView};
use crate::window;

/// How late a reminder may come that nothing but time brings.
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);

/// Between two looks, however much changes: each goes through all integrations, and the first must not hold the list up at the start.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

/// Where the core puts its events.
pub(crate) struct EventQueue(pub(crate) UnboundedSender<Event>);

impl EventSink for EventQueue {
    fn publish(&self, event: Event) {
        // Closed only while the program ends, when nobody looks any more.
        let _ = self.0.send(event);
    }
}

/// An integration that only its user can help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) id: IntegrationId,
    pub(crate) name: String,
    pub(crate) method: Method,
    pub(crate) reason: ReconnectReason,
    pub(crate) since: Timestamp,
}

impl Need {
    /// The needs among integrations, in their order.
    pub(crate) fn among(integrations: &[IntegrationView]) -> Vec<Self> {
        let need = |integration: &IntegrationView| match &integration.status {
            StatusView::NeedsYou { reason, since } => Some(Self {
                id: integration.id,
                name: integration.name.clone(),
                method: integration.method,
                reason: reason.clone(),
                since: *since,
            }),
            _ => None,
        };
        integrations.iter().filter_map(need).collect()
    }

    /// What the page is asked to do. The page begins the authorization, so that it is begun once; a key or a key file has
    /// to be replaced by hand, so its integration is only shown.
    pub(crate) fn request(&self) -> ShellEvent {
        ShellEvent::ShowIntegration { id: self.id, reconnect: self.method == Method::OAuth }
    }
}

/// What the core said since tray and notifications looked last.
#[derive(Default)]
struct News {
    changed: Notify,
    /// Integrations that a tool asked for in vain.
    asked: Mutex<Vec<IntegrationId>>,
}

impl News {
    fn asked_in_vain(&self, id: IntegrationId) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(id);
    }

    fn take_asked(&self) -> Vec<IntegrationId> {
        std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Follows the core until the program ends. `hidden` = the window was opened out of sight.
pub(crate) async fn follow(
    app: AppHandle,
    host: Arc<Host>,
    mut events: UnboundedReceiver<Event>,
    pace: Pace,
    hidden: bool,
) {
    let news = Arc::new(News::default());
    tauri::async_runtime::spawn(show_needs(app.clone(), host, Arc::clone(&news), pace, hidden));
    while let Some(event) = events.recv().await {
        if let Event::AskedInVain { id } = event {
            news.asked_in_vain(id);
        }
        let may_need_somebody = !matches!(event, Event::ActivityAdded | Event::LogChecked);
        if let Err(error) = CoreEvent(event).emit_to(&app, window::MAIN) {
            tracing::warn!(%error, "the page could not be told of a change");
        }
        // Each hand-out is in the log; none of them is worth a look at all integrations.
        if may_need_somebody {
            news.changed.notify_one();
        }
    }
}

/// Apart from the page, which must not wait for a slow tray.
async fn show_needs(app: AppHandle, host: Arc<Host>, news: Arc<News>, pace: Pace, hidden: bool) {
    let tray = Tray::start(&app).await;
    if hidden {
        tauri::async_runtime::spawn(window::await_way_back(app.clone()));
    }
    let pressed = Arc::clone(&news);
    let mut notifier = Notifier::start(&app, pace, move || pressed.changed.notify_one());
    let mut looks = tokio::time::interval(SHORTEST_PAUSE);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let vault = host.view().vault;
        let outstanding = outstanding(&host, &vault).await;
        let preferred = if outstanding.is_some() { preferences(&host).await } else { None };
        let speech = app.state::<Speech>();
        if let Some(preferred) = &preferred {
            speech.follow(&app, preferred.language);
            app.state::<Look>().follow(&app, preferred.appearance);
        }
        tray.show(TrayView::of(speech.language(), &vault, outstanding.as_ref())).await;
        let mut next = None;
        if let Some(OutstandingView { rows, connector_ids, .. }) = outstanding {
            // Where they cannot be read, too much is said rather than too little.
            let preferences = preferred.unwrap_or_default().notifications;
            next = notifier.follow(Need::among(&rows), &news.take_asked(), &preferences);
            notifier.remind(&host, &rows, &preferences).await;
            app.state::<Shell>().practice.serve(&connector_ids).await;
        }
        // A key comes to its end, and a need grows old, without an event of the core.
        let pause = next.unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE);
        let _ = tokio::time::timeout(pause, news.changed.notified()).await;
    }
}

/// None where they cannot be read.
async fn preferences(host: &Host) -> Option<Preferences> {
    let read = match host.engine() {
        Ok(engine) => guarded(engine.preferences()).await,
        Err(failure) => Err(failure),
    };
    read.inspect_err(|failure| tracing::warn!(code = ?failure.code, "the preferences could not be read")).ok()
}

/// None while the vault is not open, or when it cannot be read: nothing is known then, which is not "no integrations".
async fn outstanding(host: &Host, vault: &VaultView) -> Option<OutstandingView> {
    if !matches!(vault, VaultView::Unlocked { .. }) {
        return None;
    }
    match host.engine() {
        Ok(engine) => guarded(engine.outstanding()).await,
        Err(failure) => Err(failure),
    }
    .inspect_err(|failure| tracing::warn!(code = ?failure.code, "the integrations could not be read"))
    .ok()
}
