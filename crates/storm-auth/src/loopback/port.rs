//! The listening sockets and the connections they take.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use storm_domain::RedirectHost;
use storm_domain::port::{Clock, ListenError};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use super::desk::Desk;
use super::host_name;

/// A browser opens three or four.
const MOST_CONNECTIONS: usize = 32;
const HEADER_DEADLINE: Duration = Duration::from_secs(5);
const LARGEST_HEAD: usize = 32 * 1024;
const MOST_HEADERS: usize = 100;
/// Until a file descriptor is free again.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(50);
/// Both families must give the same free port; the second may be taken by chance.
const MOST_TRIES_FOR_BOTH: usize = 16;

pub(super) struct Port {
    listener: TcpListener,
    /// `localhost` may mean either family.
    other_family: Option<TcpListener>,
    number: u16,
    connections: JoinSet<()>,
    by_age: VecDeque<AbortHandle>,
}

impl Port {
    /// Opens the first of `numbers` that is free, or any when there are none; and how its host is written.
    pub(super) async fn open(host: RedirectHost, numbers: &[u16]) -> Result<(Self, &'static str), ListenError> {
        let mut last_taken = None;
        for number in if numbers.is_empty() { &[0] } else { numbers } {
            match bind(host, *number).await {
                Ok((listener, other_family)) => {
                    let address = listener.local_addr().map_err(|_| ListenError::Refused)?;
                    let port = Self {
                        listener,
                        other_family,
                        number: address.port(),
                        connections: JoinSet::new(),
                        by_age: VecDeque::new(),
                    };
                    return Ok((port, host_name(host, address.is_ipv4())));
                }
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => last_taken = Some(*number),
                Err(error) => tracing::debug!(kind = ?error.kind(), number, "loopback port not opened"),
            }
        }
        Err(last_taken.map_or(ListenError::Refused, |port| ListenError::PortTaken { port }))
    }

    pub(super) fn number(&self) -> u16 {
        self.number
    }

    /// Takes connections until dropped.
    pub(super) async fn serve(&mut self, desk: &Arc<Desk>, clock: &dyn Clock) {
        loop {
            match self.accept().await {
                Ok(stream) => self.take(stream, Arc::clone(desk)),
                Err(_) => clock.sleep(PAUSE_AFTER_ERROR).await,
            }
        }
    }

    /// Serves on for `linger`, closes the port, and lets what is being answered finish.
    pub(super) async fn finish(mut self, desk: &Arc<Desk>, clock: &dyn Clock, linger: Duration) {
        tokio::select! {
            biased;
            () = clock.sleep(linger) => {}
            () = self.serve(desk, clock) => {}
        }
        let Self { listener, other_family, mut connections, .. } = self;
        drop((listener, other_family));
        tokio::select! {
            () = async { while connections.join_next().await.is_some() {} } => {}
            () = clock.sleep(HEADER_DEADLINE) => {}
        }
    }

    async fn accept(&self) -> io::Result<TcpStream> {
        let Some(other_family) = &self.other_family else {
            return self.listener.accept().await.map(|(stream, _)| stream);
        };
        tokio::select! {
            accepted = self.listener.accept() => accepted,
            accepted = other_family.accept() => accepted,
        }
        .map(|(stream, _)| stream)
    }

    fn take(&mut self, stream: TcpStream, desk: Arc<Desk>) {
        while self.connections.try_join_next().is_some() {}
        self.by_age.retain(|connection| !connection.is_finished());
        if self.by_age.len() >= MOST_CONNECTIONS
            && let Some(oldest) = self.by_age.pop_front()
        {
            oldest.abort();
        }
        let connection = self.connections.spawn(async move {
            let service = service_fn(|request| {
                let page = desk.answer(&request);
                async move { Ok::<_, Infallible>(page) }
            });
            let served = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_DEADLINE)
                .max_buf_size(LARGEST_HEAD)
                .max_headers(MOST_HEADERS)
                .keep_alive(false)
                .serve_connection(TokioIo::new(stream), service);
            // What a broken connection wanted to say is of no interest.
            drop(served.await);
        });
        self.by_age.push_back(connection);
    }
}

async fn bind(host: RedirectHost, number: u16) -> io::Result<(TcpListener, Option<TcpListener>)> {
    let ipv4 = |number| TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, number)));
    let ipv6 = |number| TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, number)));
    for _ in 0..MOST_TRIES_FOR_BOTH {
        let first = match ipv4(number).await {
            Ok(first) => first,
            // This computer has only the other family.
            Err(error) if is_missing_family(&error) => return Ok((ipv6(number).await?, None)),
            Err(error) => return Err(error),
        };
        if host == RedirectHost::IpLiteral {
            return Ok((first, None));
        }
        match ipv6(first.local_addr()?.port()).await {
            Ok(second) => return Ok((first, Some(second))),
            Err(error) if is_missing_family(&error) => return Ok((first, None)),
            Err(error) if number == 0 && error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AddrInUse.into())
}

fn is_missing_family(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AddrNotAvailable | io::ErrorKind::Unsupported)
}
