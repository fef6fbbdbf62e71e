//! The log: lines on stderr, for a person who looks for a fault.
//!
//! INVARIANT: other crates are heard from `warn` up only. Below that some write down what they send, secrets included.

use std::io::IsTerminal as _;
use std::panic::PanicHookInfo;

use tracing::{Level, Metadata};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

/// Begins to log what passes the filter.
pub(crate) fn begin(filter: &str) {
    let stderr = std::io::stderr();
    let lines = fmt::layer().with_ansi(stderr.is_terminal()).with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines).with(EnvFilter::new(filter)).with(filter_fn(may_be_written)).init();
    std::panic::set_hook(Box::new(log_panic));
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
    use std::sync::{Arc, Mutex};

    use tracing::subscriber::with_default;
    use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

    use super::*;

    #[derive(Clone, Default)]
    struct Targets(Arc<Mutex<Vec<String>>>);

    impl<S: tracing::Subscriber> Layer<S> for Targets {
        fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
            self.0.lock().unwrap().push(format!("{} {}", event.metadata().level(), event.metadata().target()));
        }
    }

    #[test]
    fn other_crates_are_heard_from_warn_up_whatever_the_filter_says() {
        let heard = Targets::default();
        let subscriber = tracing_subscriber::registry()
            .with(heard.clone())
            .with(EnvFilter::new("trace"))
            .with(filter_fn(may_be_written));
        with_default(subscriber, || {
            tracing::trace!(target: "storm_engine", "ours");
            tracing::info!(target: "zbus::connection", "a message with a secret in it");
            tracing::warn!(target: "zbus::connection", "the connection is gone");
        });
        assert_eq!(*heard.0.lock().unwrap(), ["TRACE storm_engine", "WARN zbus::connection"]);
    }
}
