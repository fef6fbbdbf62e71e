//! The log of this run: lines on stderr, and the newest of them in memory, for a person who looks for a fault.
//!
//! INVARIANT: other crates are heard from `warn` up only, however much is recorded. Below that some write down what they send,
//! secrets included.

mod ring;
mod view;

use std::io::IsTerminal as _;
use std::panic::PanicHookInfo;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use storm_domain::{Action, ErrorCode, Failure};
use tauri::AppHandle;
use tauri_specta::Event as _;
use tokio::sync::Notify;
use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, reload};

use crate::shell_event::ShellEvent;
use crate::window;
use ring::Ring;
pub use view::{ProgramLogFilter, ProgramLogPage, ProgramLogQuery};

/// What is recorded when more is wanted, unless that much is recorded anyway.
const MORE: &str = "debug";
/// The page is told of new lines this often at most.
const BATCH: Duration = Duration::from_millis(200);

/// What was logged since the program started, as far as it is kept, and how much is.
pub(crate) struct ProgramLog {
    ring: Arc<Ring>,
    filter: String,
    changes: reload::Handle<EnvFilter, Registry>,
    records_more: AtomicBool,
    /// Whether the page wants to be told of new lines.
    follows: AtomicBool,
    grown: Arc<Notify>,
}

/// Begins to log what passes the filter.
pub(crate) fn begin(filter: &str) -> Arc<ProgramLog> {
    let (log, layers) = ProgramLog::new(filter);
    let stderr = std::io::stderr();
    let lines = fmt::layer().with_ansi(stderr.is_terminal()).with_writer(std::io::stderr);
    tracing_subscriber::registry().with(layers).with(lines).init();
    std::panic::set_hook(Box::new(log_panic));
    Arc::new(log)
}

impl ProgramLog {
    /// With the layers that choose what is logged and keep it.
    fn new(filter: &str) -> (Self, impl Layer<Registry> + Send + Sync + use<>) {
        let (chosen, changes) = reload::Layer::new(EnvFilter::new(filter));
        let grown = Arc::new(Notify::new());
        let ring = Arc::new(Ring::telling(Arc::clone(&grown)));
        let layers = chosen.and_then(filter_fn(may_be_written)).and_then(Keeping(Arc::clone(&ring)));
        let log = Self {
            ring,
            filter: filter.to_owned(),
            changes,
            records_more: AtomicBool::default(),
            follows: AtomicBool::default(),
            grown,
        };
        (log, layers)
    }

    /// A portion of what is kept.
    pub(crate) fn page(&self, query: &ProgramLogQuery) -> ProgramLogPage {
        let records_more = self.records_more.load(Ordering::Relaxed);
        view::page_of(&self.ring.lines(), query, records_more)
    }

    /// The kept lines from one to another that the filter shows, as plain text, and how many there are.
    pub(crate) fn text(&self, filter: &ProgramLogFilter, first: u32, last: u32) -> (String, u32) {
        view::text_of(&self.ring.lines(), filter, first..=last)
    }

    /// Records more, or as much as at the start, until the program ends.
    pub(crate) fn record_more(&self, more: bool) -> Result<(), Failure> {
        let filter = EnvFilter::new(&self.filter);
        let is_more_already = filter.max_level_hint().is_none_or(|hint| hint >= LevelFilter::DEBUG);
        let filter = if more && !is_more_already { EnvFilter::new(MORE) } else { filter };
        self.changes.reload(filter).map_err(|_| {
            Failure::new(
                ErrorCode::Internal,
                "How much is recorded could not be changed. Try again.",
                Some(Action::Retry),
            )
        })?;
        self.records_more.store(more, Ordering::Relaxed);
        Ok(())
    }

    /// Has the page told of new lines, or not any more.
    pub(crate) fn follow(&self, follows: bool) {
        self.follows.store(follows, Ordering::Relaxed);
    }

    /// Tells the page that there are new lines while it follows, until the program ends.
    pub(crate) async fn tell(self: Arc<Self>, app: AppHandle) {
        loop {
            self.grown.notified().await;
            if self.follows.load(Ordering::Relaxed) && ShellEvent::ProgramLogGrew.emit_to(&app, window::MAIN).is_err() {
                // A line about it would be told, too.
                self.follow(false);
            }
            tokio::time::sleep(BATCH).await;
        }
    }
}

/// Keeps each line that is logged.
struct Keeping(Arc<Ring>);

impl<S: Subscriber> Layer<S> for Keeping {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        self.0.keep(event);
    }
}

fn may_be_written(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("storm_") || *metadata.level() <= Level::WARN
}

/// Where, but not what: a panic's message may quote the data it tripped over.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, "a part of the program failed");
}

#[cfg(test)]
mod tests {
    use storm_secret::{AccessToken, ApiKey, DisplaySafeUrl, Passphrase, RefreshToken};
    use tracing::subscriber::with_default;

    use super::*;

    fn logged(filter: &str, work: impl FnOnce(&ProgramLog)) -> Vec<String> {
        let (log, layers) = ProgramLog::new(filter);
        with_default(tracing_subscriber::registry().with(layers), || work(&log));
        log.ring.lines().iter().map(|line| format!("{} {} {}", line.level.word(), line.part, line.text)).collect()
    }

    #[test]
    fn other_crates_are_heard_from_warn_up_whatever_the_filter_says() {
        let lines = logged("trace", |_| {
            tracing::trace!(target: "storm_engine", "ours");
            tracing::info!(target: "zbus::connection", "a message with a secret in it");
            tracing::warn!(target: "zbus::connection", "the connection is gone");
        });
        assert_eq!(lines, ["TRACE storm_engine ours", "WARN zbus::connection the connection is gone"]);
    }

    #[test]
    fn more_is_recorded_from_one_line_to_the_next_and_of_other_crates_as_little_as_before() {
        let lines = logged("info", |log| {
            let say = |number: u32| {
                tracing::debug!(target: "storm_engine", number, "detail");
                tracing::debug!(target: "reqwest", number, "a secret");
                tracing::info!(target: "storm_engine", number, "ours");
            };
            say(1);
            log.record_more(true).unwrap();
            say(2);
            log.record_more(false).unwrap();
            say(3);
        });
        assert_eq!(
            lines,
            [
                "INFO storm_engine ours number=1",
                "DEBUG storm_engine detail number=2",
                "INFO storm_engine ours number=2",
                "INFO storm_engine ours number=3",
            ]
        );
    }

    #[test]
    fn who_records_all_there_is_does_not_get_less_of_it_by_wanting_more() {
        let lines = logged("storm_engine=trace", |log| {
            log.record_more(true).unwrap();
            tracing::trace!(target: "storm_engine", "everything");
        });
        assert_eq!(lines, ["TRACE storm_engine everything"]);
    }

    #[test]
    fn a_secret_that_is_logged_by_mistake_is_not_in_it() {
        let key = ApiKey::new("canary-7Qm2xW9vFs-key");
        let token = AccessToken::new("canary-7Qm2xW9vFs-token");
        let refresh = RefreshToken::new("canary-7Qm2xW9vFs-refresh");
        let passphrase = Passphrase::new("canary-7Qm2xW9vFs-passphrase");
        let url: url::Url = "https://ada:canary-7Qm2xW9vFs@service.example/?code=canary-7Qm2xW9vFs".parse().unwrap();
        let url = DisplaySafeUrl::new(url);
        let lines = logged("trace", |_| {
            tracing::error!(target: "storm_engine", ?key, ?token, ?refresh, ?passphrase, ?url, %url, "planted");
            tracing::warn!(target: "storm_engine", "in the words: {key:?} {url}");
        });
        assert_eq!(lines.len(), 2);
        assert!(lines[0].contains("ApiKey(redacted)"), "{lines:?}");
        assert!(lines.iter().all(|line| !line.contains("canary")), "{lines:?}");
    }
}
