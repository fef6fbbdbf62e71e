//! Going to a service's front door, one step after the other, so that each has its own answer: name, connection, proxy, TLS, HTTP.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::header::{HOST, LOCATION, PROXY_AUTHORIZATION, USER_AGENT};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use storm_domain::port::{Knock, Obstacle, Probe, Reached};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::ServerName;
use url::{Host, Url};

use super::certificate::Witness;
use super::way::{Between, Way};
use crate::header;
use crate::http::{Http, PROGRAM};

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}
type Stream = Box<dyn Wire>;

/// Goes to the front door of `url`'s host.
pub(crate) async fn probe(http: &Http, url: &Url) -> Probe {
    let between = if url.scheme() == "https" { http.way.between(url) } else { None };
    let proxy = between.as_ref().map(Between::shown);
    let outcome = reach(&http.way, url, between, http.deadlines.connect)
        .await
        .map(|answer| Reached { server_time: header::server_time(answer.headers()), at: http.clock.now() });
    Probe { proxy, outcome }
}

/// The same over plain http. It says who stands in between, and proves nothing.
pub(crate) async fn knock(http: &Http, url: &Url) -> Option<Knock> {
    if url.scheme() != "https" {
        return None;
    }
    let plain = Url::parse(&format!("http://{}/", url.host_str()?)).ok()?;
    let deadline = http.deadlines.connect;
    let answer = match http.way.between(&plain) {
        Some(proxy) => {
            let stream = to_proxy(&http.way, &proxy, deadline).await.ok()?;
            let mut request = front_door(&plain, plain.as_str())?;
            authorize(&mut request, &proxy);
            within(deadline, exchange(stream, request)).await.ok()?
        }
        None => {
            let stream = connect(plain.host_str()?, 80, deadline).await.ok()?;
            within(deadline, exchange(stream, front_door(&plain, "/")?)).await.ok()?
        }
    };
    let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    Some(Knock {
        status: answer.status().as_u16(),
        location: location.and_then(|location| plain.join(location).ok()),
        server_time: header::server_time(answer.headers()),
        at: http.clock.now(),
    })
}

/// Whether the name of a host is found.
pub(crate) async fn finds(http: &Http, host: &str) -> bool {
    let found = tokio::time::timeout(http.deadlines.connect, lookup_host((host, 443))).await;
    found.is_ok_and(|found| found.is_ok_and(|mut addresses| addresses.next().is_some()))
}

async fn reach(
    way: &Way,
    url: &Url,
    between: Option<Between>,
    deadline: Duration,
) -> Result<Response<hyper::body::Incoming>, Obstacle> {
    let (host, port) = address(url).ok_or(Obstacle::NameNotFound)?;
    let stream = match &between {
        Some(proxy) => {
            let stream = to_proxy(way, proxy, deadline).await?;
            within(deadline, tunnel(stream, proxy, &host, port)).await?
        }
        None => connect(&host, port, deadline).await?,
    };
    let stream = if url.scheme() == "https" {
        within(deadline, secure(way, stream, url.host_str().unwrap_or_default())).await?
    } else {
        stream
    };
    let request = front_door(url, "/").ok_or(Obstacle::NoAnswer)?;
    within(deadline, exchange(stream, request)).await
}

/// A host without the brackets of an IPv6 address, and its port.
fn address(url: &Url) -> Option<(String, u16)> {
    let host = match url.host()? {
        Host::Ipv6(address) => address.to_string(),
        host => host.to_string(),
    };
    Some((host, url.port_or_known_default()?))
}

async fn within<T>(deadline: Duration, step: impl Future<Output = Result<T, Obstacle>>) -> Result<T, Obstacle> {
    tokio::time::timeout(deadline, step).await.unwrap_or(Err(Obstacle::Silent))
}

async fn connect(host: &str, port: u16, deadline: Duration) -> Result<Stream, Obstacle> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    within(deadline, async {
        let addresses = lookup_host((host, port)).await.map_err(|_| Obstacle::NameNotFound)?;
        let mut failed = Obstacle::NameNotFound;
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(Box::new(stream) as Stream),
                Err(error) => failed = obstacle_of(error.kind()),
            }
        }
        Err(failed)
    })
    .await
}

fn obstacle_of(kind: ErrorKind) -> Obstacle {
    match kind {
        ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown | ErrorKind::AddrNotAvailable => Obstacle::NoRoute,
        ErrorKind::TimedOut | ErrorKind::HostUnreachable => Obstacle::Silent,
        _ => Obstacle::Refused,
    }
}

async fn to_proxy(way: &Way, proxy: &Between, deadline: Duration) -> Result<Stream, Obstacle> {
    let stream = connect(&proxy.host, proxy.port, deadline).await.map_err(|obstacle| match obstacle {
        Obstacle::NoRoute => Obstacle::NoRoute,
        _ => Obstacle::ProxyNotReached,
    })?;
    if !proxy.is_secure {
        return Ok(stream);
    }
    let secured = within(deadline, secure(way, stream, &proxy.host)).await;
    secured.map_err(|_| Obstacle::ProxyNotReached)
}

/// `CONNECT` (RFC 9110 §9.3.6).
async fn tunnel(stream: Stream, proxy: &Between, host: &str, port: u16) -> Result<Stream, Obstacle> {
    let authority = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
    let built = Request::builder().method(Method::CONNECT).uri(&authority).header(HOST, &authority);
    let mut request = built.header(USER_AGENT, PROGRAM).body(Empty::new()).map_err(|_| Obstacle::NameNotFound)?;
    authorize(&mut request, proxy);
    let answer = exchange(stream, request).await.map_err(|_| Obstacle::ProxyNotReached)?;
    if !answer.status().is_success() {
        return Err(Obstacle::ProxyRefused { status: answer.status().as_u16() });
    }
    let through = hyper::upgrade::on(answer).await.map_err(|_| Obstacle::ProxyNotReached)?;
    Ok(Box::new(TokioIo::new(through)))
}

async fn secure(way: &Way, stream: Stream, host: &str) -> Result<Stream, Obstacle> {
    let name = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(name).map_err(|_| Obstacle::NoSecureConnection)?;
    let witness = Arc::new(Witness::new(way.verifier().ok_or(Obstacle::NoSecureConnection)?));
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| Obstacle::NoSecureConnection)?
        // "Dangerous" for a verifier of one's own: this one only writes down what the platform's says.
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&witness) as _)
        .with_no_client_auth();
    match TlsConnector::from(Arc::new(config)).connect(name, stream).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(_) => Err(witness.fault().map_or(Obstacle::NoSecureConnection, Obstacle::Certificate)),
    }
}

/// An empty request that asks for nothing but headers.
fn front_door(url: &Url, target: &str) -> Option<Request<Empty<Bytes>>> {
    let host = url.host_str()?;
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let request = Request::builder().method(Method::HEAD).uri(target);
    request.header(HOST, host).header(USER_AGENT, PROGRAM).body(Empty::new()).ok()
}

fn authorize(request: &mut Request<Empty<Bytes>>, proxy: &Between) {
    if let Some(authorization) = &proxy.authorization {
        request.headers_mut().insert(PROXY_AUTHORIZATION, authorization.clone());
    }
}

async fn exchange(stream: Stream, request: Request<Empty<Bytes>>) -> Result<Response<hyper::body::Incoming>, Obstacle> {
    let shaken = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = shaken.map_err(|_| Obstacle::NoAnswer)?;
    // Ends with the answer, or with the tunnel that becomes of it.
    tokio::spawn(connection.with_upgrades());
    sender.send_request(request).await.map_err(|_| Obstacle::NoAnswer)
}
