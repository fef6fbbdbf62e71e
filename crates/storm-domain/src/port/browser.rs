//! The system browser.

use async_trait::async_trait;
use storm_secret::DisplaySafeUrl;
use thiserror::Error;

/// No browser could be opened. The link is shown with a Copy button in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BrowserError {
    /// Not https, and not http on loopback.
    #[error("only web addresses are opened")]
    NotAWebAddress,
    /// No handler is registered, or it failed.
    #[error("no browser could be opened")]
    NotOpened,
}

/// Opens pages in the user's own browser, never in a web view of ours (RFC 8252 §8.12).
#[async_trait]
pub trait Browser: Send + Sync {
    /// Opens the page.
    async fn open(&self, url: &DisplaySafeUrl) -> Result<(), BrowserError>;
}
