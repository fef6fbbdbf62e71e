//! The process that draws the page. It can end apart from the program: killed for memory, or crashed.
//!
//! INVARIANT: the program goes on, and the page comes back. One that ends again and again is loaded anew after growing pauses,
//! so that it costs next to nothing; it is never given up, since the reason may pass.

use std::time::Duration;

/// Before the page is loaded for the first time, the second and so on; the last one from then on.
const PAUSES: [Duration; 5] =
    [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(30), Duration::from_secs(60)];

/// An end this long ago has nothing to do with one now.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(10 * 60);

/// Loads the page anew whenever its process ends.
#[cfg(target_os = "linux")]
pub(crate) fn bring_back(view: &webkit2gtk::WebView) {
    use gtk::glib::{self, prelude::ObjectExt as _};
    use webkit2gtk::WebViewExt as _;
    let ends = std::cell::RefCell::new(Ends::default());
    view.connect_web_process_terminated(move |view, reason| {
        let now = Duration::from_micros(u64::try_from(glib::monotonic_time()).unwrap_or_default());
        let pause = ends.borrow_mut().pause_after_another(now);
        tracing::warn!(?reason, ?pause, "the page's process ended; the page is loaded again");
        let view = view.downgrade();
        glib::timeout_add_local_once(pause, move || {
            if let Some(view) = view.upgrade() {
                view.reload();
            }
        });
    });
}

/// When the process ended lately, on a clock that only goes forward.
#[derive(Debug, Default)]
struct Ends(Vec<Duration>);

impl Ends {
    /// Notes that it ended now, and gives how long to wait before it is started again.
    fn pause_after_another(&mut self, now: Duration) -> Duration {
        self.0.retain(|&at| now.saturating_sub(at) < FORGOTTEN_AFTER);
        let pause = PAUSES[self.0.len().min(PAUSES.len() - 1)];
        self.0.push(now);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f114_the_page_comes_back_at_once_and_one_that_keeps_ending_ever_later() {
        let mut ends = Ends::default();
        let mut now = Duration::from_secs(7_000);
        let pauses: Vec<u64> = (0..7)
            .map(|_| {
                let pause = ends.pause_after_another(now);
                now += pause;
                pause.as_secs()
            })
            .collect();
        assert_eq!(pauses, [0, 1, 5, 30, 60, 60, 60]);
    }

    #[test]
    fn f114_an_end_long_after_the_last_one_is_the_first_again() {
        let mut ends = Ends::default();
        ends.pause_after_another(Duration::from_secs(1));
        ends.pause_after_another(Duration::from_secs(2));
        assert_eq!(ends.pause_after_another(Duration::from_secs(2) + FORGOTTEN_AFTER), Duration::ZERO);
    }
}
