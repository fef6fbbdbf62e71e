//! The attacker: another program of this computer that knows the port and the path, and not the `state`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use storm_tests::Outcome;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use url::Url;

use super::{End, Login, wrong};
use crate::chance::Chance;

const IDLE_SOCKETS: usize = 500;
/// Requests that are under way at once.
const HANDS: usize = 16;
/// An answer that does not come is not waited for; the socket stays open meanwhile.
const PATIENCE: Duration = Duration::from_millis(250);

/// An attack under way.
pub struct Attack {
    shared: Arc<Shared>,
    hands: JoinSet<()>,
    idle: Vec<TcpStream>,
}

/// What an attack came to.
pub struct Attacked {
    /// Requests that reached the listener.
    requests: usize,
    idle: usize,
    /// How many were answered with a page that is the browser's.
    pub pages: usize,
}

struct Shared {
    address: SocketAddr,
    path: String,
    wanted: usize,
    begun: AtomicUsize,
    sent: AtomicUsize,
    under_way: watch::Sender<bool>,
    pages: AtomicUsize,
    stop: AtomicBool,
}

impl Attack {
    /// Opens the idle sockets and lets the requests begin.
    pub async fn begin(redirect_uri: &str, requests: usize) -> Outcome<Self> {
        let uri = Url::parse(redirect_uri).map_err(wrong)?;
        let address = uri.socket_addrs(|| None)?.pop().ok_or_else(|| wrong("a redirect URI without an address"))?;
        let mut idle = Vec::with_capacity(IDLE_SOCKETS);
        for number in 0..IDLE_SOCKETS {
            let mut socket = TcpStream::connect(address).await?;
            if number % 2 == 0 {
                // Slow loris: the next header never comes. The listener may have hung up on it already.
                let _ = socket.write_all(format!("GET {} HTTP/1.1\r\nX-Slow: ", uri.path()).as_bytes()).await;
            }
            idle.push(socket);
        }
        let shared = Arc::new(Shared {
            address,
            path: uri.path().to_owned(),
            wanted: requests,
            begun: AtomicUsize::new(0),
            sent: AtomicUsize::new(0),
            under_way: watch::Sender::new(false),
            pages: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
        });
        let mut hands = JoinSet::new();
        for _ in 0..HANDS {
            hands.spawn(Arc::clone(&shared).work());
        }
        Ok(Self { shared, hands, idle })
    }

    /// Comes back when nine in ten of the requests were sent, or nobody listens any more; the others go on.
    pub async fn is_under_way(&self) {
        // The sender lives as long as this value.
        let _ = self.shared.under_way.subscribe().wait_for(|under_way| *under_way).await;
    }

    /// Lets go of everything.
    pub async fn end(mut self) -> Attacked {
        self.shared.stop.store(true, Ordering::Relaxed);
        while self.hands.join_next().await.is_some() {}
        let requests = self.shared.sent.load(Ordering::Relaxed) + self.idle.len() / 2;
        Attacked { requests, idle: self.idle.len(), pages: self.shared.pages.load(Ordering::Relaxed) }
    }
}

impl Attacked {
    pub fn login(&self, end: End, answered_in: Duration) -> Login {
        Login { end, requests: self.requests, idle: self.idle, answered_in }
    }
}

impl Shared {
    async fn work(self: Arc<Self>) {
        loop {
            let number = self.begun.fetch_add(1, Ordering::Relaxed);
            if number >= self.wanted || self.stop.load(Ordering::Relaxed) {
                return;
            }
            // After the browser came, the port closes.
            let Ok(socket) = TcpStream::connect(self.address).await else {
                self.under_way.send_replace(true);
                return;
            };
            if let Ok(Some(answer)) = tokio::time::timeout(PATIENCE, self.exchange(socket, number)).await
                && answer.starts_with(b"HTTP/1.1 2")
            {
                self.pages.fetch_add(1, Ordering::Relaxed);
            }
            let sent = self.sent.fetch_add(1, Ordering::Relaxed) + 1;
            if sent >= self.wanted - self.wanted / 10 {
                self.under_way.send_replace(true);
            }
        }
    }

    /// The answer, when there is one. A listener that has heard enough hangs up in the middle.
    async fn exchange(&self, mut socket: TcpStream, number: usize) -> Option<Vec<u8>> {
        let mut answer = Vec::new();
        let written = socket.write_all(&self.request(number)).await;
        let read = socket.read_to_end(&mut answer).await;
        (written.is_ok() || read.is_ok()).then_some(answer)
    }

    fn request(&self, number: usize) -> Vec<u8> {
        let Self { address, path, .. } = self;
        let mut chance = Chance(number as u64);
        let mut guess = || format!("{:016x}{:016x}", chance.below(u64::MAX), chance.below(u64::MAX));
        let get = |target: String| format!("GET {target} HTTP/1.1\r\nHost: {address}\r\n\r\n");
        let (state, code) = (guess(), guess());
        match number % 20 {
            0 => get(format!("{path}?code={code}&state={state}")),
            1 => get(format!("{path}?error=access_denied")),
            2 => get(format!("{path}?error=access_denied&error_description=%3Cscript%3E&state={state}")),
            3 => get(format!("{path}?code={code}")),
            4 => get(format!("{path}/../{code}?code={code}&state={state}")),
            5 => get(format!("/callback/{code}?code={code}&state={state}")),
            6 => format!("GET {path}?code={code}&state={state} HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
            7 => format!("HEAD {path}?code={code}&state={state} HTTP/1.1\r\nHost: {address}\r\n\r\n"),
            8 => format!(
                "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                 Content-Length: 37\r\n\r\ncode={code}"
            ),
            9 if number % 400 == 9 => format!("GET {path}?x={} HTTP/1.1\r\n\r\n", "a".repeat(1_048_576)),
            10 if number % 100 == 10 => {
                format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{}\r\n", "X-H: v\r\n".repeat(10_000))
            }
            11 => format!("GET {path}?code={code}&state={state} HTTP/1.1\nHost: {address}\n\n"),
            12 => return vec![0; 512],
            13 => format!("GET {path}?code={code}\0&state={state} HTTP/1.1\r\nHost: {address}\r\nX: \0\r\n\r\n"),
            14 => get(format!("{path}?code={code}&state={state}&state={state}")),
            15 => get(format!("{path}?state=&code={code}&iss=https%3A%2F%2Fevil.example")),
            16 => format!("CONNECT {address} HTTP/1.1\r\nHost: {address}\r\n\r\n"),
            17 => format!("GET {path}?code={code}&state={state}\r\n\r\n"),
            18 => get("/favicon.ico".to_owned()),
            19 => String::new(),
            _ => get(format!("{path}?code={code}&state={state}&error=server_error")),
        }
        .into_bytes()
    }
}
