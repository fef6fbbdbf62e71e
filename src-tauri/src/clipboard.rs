//! The system clipboard, used from Rust only: the page has no permission for it.
//!
//! One connection stays open for the program's life: on X11 the text on the clipboard belongs to the connection that wrote it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use storm_domain::{Action, ErrorCode, Failure};
use storm_secret::{ApiKey, DisplaySafeUrl};

/// How long a key stays on the clipboard after it was taken from it.
const EMPTIED_AFTER: Duration = Duration::from_secs(30);

/// The clipboard; opened at its first use.
#[derive(Default)]
pub(crate) struct Clipboard(Mutex<Option<arboard::Clipboard>>);

impl Clipboard {
    /// The text on it, as a key.
    pub(crate) async fn key(self: &Arc<Self>) -> Result<ApiKey, Failure> {
        self.run(|clipboard| clipboard.get_text().map(ApiKey::new)).await
    }

    /// Puts a link on it.
    pub(crate) async fn put_link(self: &Arc<Self>, link: DisplaySafeUrl) -> Result<(), Failure> {
        // EXPOSE: the user asked for the whole link, to open it in another browser.
        self.run(move |clipboard| clipboard.set_text(link.expose().as_str())).await
    }

    /// Puts a text on it that everybody may read, and leaves it there.
    pub(crate) async fn put_text(self: &Arc<Self>, text: String) -> Result<(), Failure> {
        self.run(move |clipboard| clipboard.set_text(text)).await
    }

    /// Empties it in half a minute, unless something else is on it by then: a key that was taken from it is of no more use there,
    /// and every program can read it.
    pub(crate) fn empty_later(self: &Arc<Self>, key: ApiKey) {
        let clipboard = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(EMPTIED_AFTER).await;
            let emptied = clipboard.run(move |clipboard| {
                // EXPOSE: compared with what is on the clipboard, which everybody can read.
                if clipboard.get_text()? == key.expose() { clipboard.clear() } else { Ok(()) }
            });
            if emptied.await.is_err() {
                tracing::info!("the clipboard could not be looked at again; what is on it stays");
            }
        });
    }

    /// Works on a thread of its own: another program may be slow to hand its text over.
    async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&mut arboard::Clipboard) -> Result<T, arboard::Error> + Send + 'static,
    ) -> Result<T, Failure> {
        let clipboard = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let mut open = clipboard.0.lock().unwrap_or_else(PoisonError::into_inner);
            let opened = match open.take() {
                Some(opened) => opened,
                None => arboard::Clipboard::new()?,
            };
            work(open.insert(opened))
        })
        .await
        .map_err(|_| unreadable())?
        .map_err(|error| match error {
            arboard::Error::ContentNotAvailable => Failure::new(
                ErrorCode::ClipboardEmpty,
                "There is no text on the clipboard. Copy the key at the service, then try again.",
                Some(Action::Retry),
            ),
            _ => unreadable(),
        })
    }
}

fn unreadable() -> Failure {
    Failure::new(
        ErrorCode::ClipboardEmpty,
        "The clipboard cannot be used at the moment. Try again, or use the keyboard to copy and paste.",
        Some(Action::Retry),
    )
}
