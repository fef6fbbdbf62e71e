//! Opening pages in the user's own browser.
//!
//! INVARIANT: only an https address, or http on the loopback, ever reaches the system's opener: a handler for another scheme
//! could run a program.

use std::time::Duration;

use async_trait::async_trait;
use storm_domain::port::{Browser, BrowserError};
use storm_secret::DisplaySafeUrl;

use crate::http::is_trusted_address;

/// So long it is watched whether a launcher fails; one that takes longer has a browser to start. Finding out that there is none
/// takes a script of the desktop about a second on a busy machine.
const LAUNCH_WATCHED: Duration = Duration::from_secs(3);

/// The system's default browser.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemBrowser;

#[async_trait]
impl Browser for SystemBrowser {
    async fn open(&self, url: &DisplaySafeUrl) -> Result<(), BrowserError> {
        // EXPOSE: the browser needs the whole address; the opener passes it on without a shell.
        let url = url.expose();
        if !is_trusted_address(url) {
            return Err(BrowserError::NotAWebAddress);
        }
        let address = url.to_string();
        tokio::task::spawn_blocking(move || open::that_detached_with_timeout(address, LAUNCH_WATCHED))
            .await
            .map_err(|_| BrowserError::NotOpened)?
            .map_err(|_| BrowserError::NotOpened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    #[tokio::test]
    async fn o02_only_web_addresses_reach_the_opener() {
        for address in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "smb://host/share",
            "ms-msdt:/id",
            "http://example.com/",
            "https://user@example.com/",
            "https://:password@example.com/",
            "http://127.0.0.1.example.com/",
            "http://x/$(calc)",
            "vscode://file/etc/passwd",
        ] {
            let url = DisplaySafeUrl::new(Url::parse(address).unwrap());
            assert_eq!(SystemBrowser.open(&url).await, Err(BrowserError::NotAWebAddress), "{address}");
        }
    }
}
