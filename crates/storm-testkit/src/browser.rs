//! A browser that opens nothing and remembers everything.

use std::sync::Mutex;

use async_trait::async_trait;
use storm_domain::port::{Browser, BrowserError};
use storm_secret::DisplaySafeUrl;
use tokio::sync::mpsc;
use url::Url;

/// Records the pages it was asked to open.
#[derive(Debug)]
pub struct FakeBrowser {
    opened: mpsc::UnboundedSender<Url>,
    pages: tokio::sync::Mutex<mpsc::UnboundedReceiver<Url>>,
    refusal: Mutex<Option<BrowserError>>,
}

impl Default for FakeBrowser {
    fn default() -> Self {
        let (opened, pages) = mpsc::unbounded_channel();
        Self { opened, pages: tokio::sync::Mutex::new(pages), refusal: Mutex::new(None) }
    }
}

impl FakeBrowser {
    /// Waits for the next page that is opened. Each page is given once.
    pub async fn next(&self) -> Url {
        self.pages.lock().await.recv().await.expect("the browser holds the sender itself")
    }

    /// Every call fails like this, until `None`.
    pub fn fail_always(&self, error: Option<BrowserError>) {
        *self.refusal.lock().unwrap() = error;
    }
}

#[async_trait]
impl Browser for FakeBrowser {
    async fn open(&self, url: &DisplaySafeUrl) -> Result<(), BrowserError> {
        if let Some(error) = *self.refusal.lock().unwrap() {
            return Err(error);
        }
        // EXPOSE: the test plays the user who follows the link.
        self.opened.send(url.expose().clone()).expect("the browser holds the receiver itself");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_page_can_be_awaited_before_or_after_it_is_opened() {
        let browser = FakeBrowser::default();
        let page = Url::parse("https://example.com/authorize?state=1").unwrap();
        let link = DisplaySafeUrl::new(page.clone());
        browser.open(&link).await.unwrap();
        assert_eq!(browser.next().await, page);
        let (awaited, opened) = tokio::join!(browser.next(), browser.open(&link));
        opened.unwrap();
        assert_eq!(awaited, page);
    }
}
