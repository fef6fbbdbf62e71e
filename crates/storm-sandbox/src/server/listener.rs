//! Accepting connections on the loopback address, plain or with TLS, a bounded number at a time.
//!
//! Further callers wait in the kernel's backlog. Ending is orderly: no new connection, a moment for answers in flight,
//! then everything is dropped.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::Service;
use super::answer::answer;
use super::guard::Guard;
use super::wire::{Knife, Wire};

/// How many connections are served at once.
const MOST_CONNECTIONS: usize = 256;
/// Headers that have not come by then end the connection.
const HEADER_DEADLINE: Duration = Duration::from_secs(60);
/// Time for answers in flight when the service stops.
const FAREWELL: Duration = Duration::from_secs(1);
/// A pause after a failed accept, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A bound port.
pub(crate) struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
}

impl Listener {
    /// Binds 127.0.0.1; port 0 takes a free one.
    pub(crate) async fn bind(port: u16) -> io::Result<Self> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address, tls: None })
    }

    /// Speaks TLS.
    pub(crate) fn with_tls(self, tls: TlsAcceptor) -> Self {
        Self { tls: Some(tls), ..self }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until told to stop, or until the other end of `stop` is gone.
    pub(crate) async fn serve(self, service: Arc<Service>, mut stop: watch::Receiver<bool>) {
        let permits = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        let mut connections = JoinSet::new();
        let connection_stop = stop.clone();
        loop {
            let accepting = async {
                let permit = Arc::clone(&permits).acquire_owned().await;
                (permit, self.socket.accept().await)
            };
            tokio::select! {
                (permit, accepted) = accepting => match accepted {
                    Ok((stream, _)) => {
                        let (service, tls) = (Arc::clone(&service), self.tls.clone());
                        let (guard, stop) = (Guard::on_port(self.address.port()), connection_stop.clone());
                        connections.spawn(async move {
                            serve_connection(service, guard, stream, tls, stop).await;
                            drop(permit);
                        });
                    }
                    Err(error) => {
                        tracing::warn!(%error, "could not accept a connection");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
                Some(_) = connections.join_next() => {}
                () = told_to_stop(&mut stop) => break,
            }
        }
        drop(self.socket);
        let farewell = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(FAREWELL, farewell).await.is_err() {
            connections.shutdown().await;
        }
    }
}

/// Ends when the service stops, or its handle is gone.
async fn told_to_stop(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        tracing::debug!("the handle of the practice service is gone");
    }
}

async fn serve_connection(
    service: Arc<Service>,
    guard: Guard,
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    stop: watch::Receiver<bool>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "could not switch off Nagle's algorithm");
    }
    let knife = Knife::sheathed();
    let wire = Wire::new(stream, knife.clone());
    match tls {
        None => serve_http(service, guard, knife, wire, stop).await,
        Some(tls) => match tls.accept(wire).await {
            Ok(stream) => serve_http(service, guard, knife, stream, stop).await,
            Err(error) => tracing::debug!(%error, "a TLS handshake failed"),
        },
    }
}

async fn serve_http(
    service: Arc<Service>,
    guard: Guard,
    knife: Knife,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    mut stop: watch::Receiver<bool>,
) {
    let handler = service_fn(move |request| answer(Arc::clone(&service), guard.clone(), knife.clone(), request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_DEADLINE)
        .auto_date_header(false)
        .writev(false)
        .serve_connection(TokioIo::new(stream), handler);
    let mut connection = std::pin::pin!(connection);
    let mut stopping = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended early");
                }
                return;
            }
            () = told_to_stop(&mut stop), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}
