//! What is shared by all connections of one attempt: what is waited for, and whether it came.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, Response};
use storm_domain::port::{PasteError, Redirect, RedirectDesk, RedirectError};
use storm_secret::PastedRedirect;
use tokio::sync::{Notify, oneshot};

use super::page::Page;
use super::redirect::{Arrival, Expected, Stray};

type Outcome = Result<Redirect, RedirectError>;

/// So many strays are a browser's habits; more is somebody trying.
const STRAYS_WORTH_A_WARNING: u32 = 10;

pub(super) struct Desk {
    expected: Expected,
    progress: Mutex<Progress>,
    strays: AtomicU32,
    disturbed: Notify,
    told_replaced: Notify,
}

enum Progress {
    Waiting(oneshot::Sender<Outcome>),
    /// The page every later delivery with the right state gets.
    Over(Page),
}

impl Desk {
    pub(super) fn open(expected: Expected) -> (Self, oneshot::Receiver<Outcome>) {
        let (sender, receiver) = oneshot::channel();
        let progress = Mutex::new(Progress::Waiting(sender));
        (
            Self {
                expected,
                progress,
                strays: AtomicU32::new(0),
                disturbed: Notify::new(),
                told_replaced: Notify::new(),
            },
            receiver,
        )
    }

    /// Nobody waits any more.
    pub(super) fn close(&self) {
        let mut progress = self.progress();
        if let Progress::Waiting(_) = *progress {
            *progress = Progress::Over(Page::NoLongerActive);
        }
    }

    /// Ends once there were too many strays with a wrong state to be a browser's habit.
    pub(super) async fn disturbed(&self) {
        self.disturbed.notified().await;
    }

    /// Ends once a browser was told that its sign-in was replaced.
    pub(super) async fn told_replaced(&self) {
        self.told_replaced.notified().await;
    }

    pub(super) fn answer<B>(&self, request: &Request<B>) -> Response<Full<Bytes>> {
        match self.expected.judge(request) {
            Arrival::Genuine(outcome) => {
                let page = match self.hand_over(outcome) {
                    HandedOver::Taken(page) | HandedOver::Late(page) => page,
                };
                if page == Page::Replaced {
                    self.told_replaced.notify_one();
                }
                page.response()
            }
            Arrival::Stray(stray) => {
                if stray == Stray::State && self.strays.fetch_add(1, Ordering::Relaxed) + 1 == STRAYS_WORTH_A_WARNING {
                    tracing::warn!("many redirects with a wrong state: another program may be guessing");
                    self.disturbed.notify_one();
                }
                Page::stray(stray)
            }
        }
    }

    /// Hands the first outcome over; all later ones are dropped.
    fn hand_over(&self, outcome: Outcome) -> HandedOver {
        let mut progress = self.progress();
        if let Progress::Over(page) = *progress {
            return HandedOver::Late(page);
        }
        let page = match &outcome {
            Ok(_) => Page::Done,
            Err(RedirectError::Denied) => Page::Denied,
            Err(RedirectError::Replaced) => Page::Replaced,
            Err(_) => Page::Failed,
        };
        let Progress::Waiting(sender) = std::mem::replace(&mut *progress, Progress::Over(page)) else {
            return HandedOver::Late(page);
        };
        if sender.send(outcome).is_err() {
            *progress = Progress::Over(Page::NoLongerActive);
            return HandedOver::Late(Page::NoLongerActive);
        }
        HandedOver::Taken(page)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What became of an outcome, and the page that its browser gets.
enum HandedOver {
    Taken(Page),
    /// Another one was first.
    Late(Page),
}

impl RedirectDesk for Desk {
    fn paste(&self, address: &PastedRedirect) -> Result<(), PasteError> {
        let outcome = self.expected.read_pasted(address)?;
        match self.hand_over(outcome) {
            HandedOver::Taken(_) => Ok(()),
            HandedOver::Late(_) => Err(PasteError::Over),
        }
    }

    fn replace(&self) {
        // A wait that is over already needs no replacing.
        let _ = self.hand_over(Err(RedirectError::Replaced));
    }
}
