//! The listening sockets and the connections they take.

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
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;

use super::desk::Desk;
use super::holder::holder_of;
use super::room::Room;
use super::{LINGER, host_name};

/// So many are listened to at once; a browser opens three or four.
const MOST_SPEAKING: usize = 16;
/// So many may be there without having said anything. More than are taken between two looks at who began to speak (the runtime
/// looks at least once in 61 steps, and an arrival takes two), so that a browser in a crowd is heard before its turn to go.
const MOST_SILENT: usize = 64;
/// So many may wait to be taken. A crowd that comes faster makes the system drop a browser's first packet, which is sent again
/// a whole second later.
const MOST_WAITING: u32 = 4096;
/// For our own knock at the door, which takes microseconds.
const KNOCK_DEADLINE: Duration = Duration::from_secs(2);
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
    silent: Arc<Room>,
    speaking: Arc<Room>,
}

impl Port {
    /// Opens the first of `numbers` that is free, or any when there are none, and sees that it answers; and how its host is
    /// written.
    pub(super) async fn open(
        host: RedirectHost,
        numbers: &[u16],
        clock: &dyn Clock,
    ) -> Result<(Self, &'static str), ListenError> {
        let mut trouble = ListenError::Refused;
        for number in if numbers.is_empty() { &[0] } else { numbers } {
            match bind(host, *number) {
                Ok((listener, other_family)) => {
                    let address = listener.local_addr().map_err(|_| ListenError::Refused)?;
                    let port = Self {
                        listener,
                        other_family,
                        number: address.port(),
                        connections: JoinSet::new(),
                        silent: Room::of(MOST_SILENT),
                        speaking: Room::of(MOST_SPEAKING),
                    };
                    if port.answers(clock).await {
                        return Ok((port, host_name(host, address.is_ipv4())));
                    }
                    trouble = ListenError::Blocked { port: address.port() };
                }
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    trouble = ListenError::PortTaken { port: *number, holder: holder_of(*number).await };
                }
                Err(error) => tracing::debug!(kind = ?error.kind(), number, "loopback port not opened"),
            }
        }
        Err(trouble)
    }

    /// Whether a connection arrives: where a firewall filters the loopback too, a port can be opened and never reached.
    async fn answers(&self, clock: &dyn Clock) -> bool {
        let knock = async {
            knock_at(&self.listener).await?;
            match &self.other_family {
                Some(other_family) => knock_at(other_family).await,
                None => Ok(()),
            }
        };
        tokio::select! {
            biased;
            knocked = knock => knocked.is_ok(),
            () = clock.sleep(KNOCK_DEADLINE) => false,
        }
    }

    pub(super) fn number(&self) -> u16 {
        self.number
    }

    /// Takes connections until dropped.
    pub(super) async fn serve(&mut self, desk: &Arc<Desk>, clock: &dyn Clock) {
        loop {
            match self.accept().await {
                Ok(stream) => {
                    self.take(stream, Arc::clone(desk));
                    // Whoever came before has its turn first.
                    tokio::task::yield_now().await;
                }
                Err(_) => clock.sleep(PAUSE_AFTER_ERROR).await,
            }
        }
    }

    /// Serves on for `linger`, closes the port, and lets what is being answered finish.
    pub(super) async fn finish(mut self, desk: &Arc<Desk>, clock: Arc<dyn Clock>, linger: Duration) {
        tokio::select! {
            biased;
            () = clock.sleep(linger) => {}
            () = self.serve(desk, &*clock) => {}
        }
        self.close(clock).await;
    }

    /// Serves on until a browser was told that its sign-in was replaced, for `rest` at most.
    pub(super) async fn turn_away(mut self, desk: &Arc<Desk>, clock: Arc<dyn Clock>, rest: Duration) {
        tokio::select! {
            biased;
            () = clock.sleep(rest) => return,
            () = desk.told_replaced() => {}
            () = self.serve(desk, &*clock) => {}
        }
        self.finish(desk, clock, LINGER).await;
    }

    /// Closes the port at once, when it is called and not when it is awaited; then lets what is being answered finish.
    pub(super) fn close(self, clock: Arc<dyn Clock>) -> impl Future<Output = ()> + Send {
        let Self { listener, other_family, mut connections, .. } = self;
        drop((listener, other_family));
        async move {
            tokio::select! {
                () = async { while connections.join_next().await.is_some() {} } => {}
                () = clock.sleep(HEADER_DEADLINE) => {}
            }
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
        let seat = self.silent.enter();
        let speaking = Arc::clone(&self.speaking);
        self.connections.spawn(async move {
            let spoke = tokio::select! {
                biased;
                spoke = tokio::time::timeout(HEADER_DEADLINE, stream.readable()) => matches!(spoke, Ok(Ok(()))),
                () = seat.lost() => false,
            };
            if !spoke {
                return;
            }
            // INVARIANT: between the seat and the first look at the request nothing is awaited, so a whole request is answered
            // however many others come.
            let speaking_seat = speaking.enter();
            drop(seat);
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
            tokio::select! {
                biased;
                // What a broken connection wanted to say is of no interest.
                served = served => drop(served),
                () = speaking_seat.lost() => {}
            }
        });
    }
}

fn open(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A fixed port may be opened again while its last connections are not forgotten yet. Here that shares it with nobody who
    // listens; on Windows it would.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(MOST_WAITING)
}

async fn knock_at(listener: &TcpListener) -> io::Result<()> {
    let knocking = TcpStream::connect(listener.local_addr()?).await?;
    let own = knocking.local_addr()?;
    while listener.accept().await?.1 != own {}
    Ok(())
}

fn bind(host: RedirectHost, number: u16) -> io::Result<(TcpListener, Option<TcpListener>)> {
    let ipv4 = |number| open(SocketAddr::from((Ipv4Addr::LOCALHOST, number)));
    let ipv6 = |number| open(SocketAddr::from((Ipv6Addr::LOCALHOST, number)));
    for _ in 0..MOST_TRIES_FOR_BOTH {
        let first = match ipv4(number) {
            Ok(first) => first,
            // This computer has only the other family.
            Err(error) if is_missing_family(&error) => return Ok((ipv6(number)?, None)),
            Err(error) => return Err(error),
        };
        if host == RedirectHost::IpLiteral {
            return Ok((first, None));
        }
        match ipv6(first.local_addr()?.port()) {
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
