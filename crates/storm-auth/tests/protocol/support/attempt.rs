//! One wait at the loopback, and strangers and browsers that come to it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use storm_domain::port::{
    ExpectedRedirect, ListenRequest, PendingRedirect, Provider as _, Redirect, RedirectDesk, RedirectError,
};
use storm_secret::CsrfState;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use url::Url;

use super::{example_service, provider};

pub const STATE: &str = "the-right-state";
pub const ISSUER: &str = "https://service.example";

pub type Outcome = Result<Redirect, RedirectError>;

pub fn request() -> ListenRequest {
    ListenRequest { service: example_service(), timeout: Duration::from_secs(60) }
}

pub struct Attempt {
    pub uri: Url,
    pub desk: Arc<dyn RedirectDesk>,
    pub waiting: JoinHandle<Outcome>,
}

impl Attempt {
    pub async fn begin() -> Self {
        Self::of(request()).await
    }

    pub async fn of(request: ListenRequest) -> Self {
        let pending = provider().listen(&request).await.unwrap();
        let uri = pending.redirect_uri();
        let ExpectedRedirect { desk, outcome, .. } = expect(pending);
        Self { uri, desk, waiting: tokio::spawn(outcome) }
    }

    pub fn address(&self) -> SocketAddr {
        self.uri.socket_addrs(|| None).unwrap()[0]
    }

    /// Sends exact bytes and reads until the end; empty when the connection was cut.
    pub async fn send(&self, bytes: &[u8]) -> String {
        exchange(self.address(), bytes).await
    }

    pub fn head(&self, method: &str, target: &str) -> String {
        format!("{method} {target} HTTP/1.1\r\nHost: {}\r\n", self.address())
    }

    pub async fn get(&self, query: &str) -> String {
        self.send(format!("{}\r\n", self.head("GET", &format!("{}?{query}", self.uri.path()))).as_bytes()).await
    }

    pub async fn outcome(self) -> Outcome {
        self.waiting.await.unwrap()
    }

    /// The real redirect still gets through.
    pub async fn finishes(self) {
        let page = self.get(&format!("code=c1&state={STATE}")).await;
        assert!(page.starts_with("HTTP/1.1 200 OK"), "{page}");
        assert_eq!(self.outcome().await.unwrap().code.expose(), "c1");
    }
}

pub fn expect(pending: Box<dyn PendingRedirect>) -> ExpectedRedirect {
    pending.expect(CsrfState::new(STATE), Some(ISSUER.to_owned()))
}

pub async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A server that refuses early may close before all was taken.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

pub fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

/// Waits until nobody listens there any more.
pub async fn closes(address: SocketAddr) {
    let closed = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), closed).await.unwrap();
}
