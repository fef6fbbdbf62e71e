//! The system clipboard, used from Rust only: the page has no permission for it.
//!
//! One connection stays open for the program's life: on X11 the text on the clipboard belongs to the connection that wrote it.

use std::sync::{Arc, Mutex, PoisonError};

use storm_domain::{Action, ErrorCode, Failure};
use storm_secret::{ApiKey, DisplaySafeUrl};

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
