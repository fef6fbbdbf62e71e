//! The one HTTP client.
//!
//! INVARIANT: no redirect is followed, nothing goes over plain http except to the loopback, every answer is bounded in size
//! and time, and a failure says whether the service can have seen the request. The error of the library is dropped on
//! purpose, because it holds the URL.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Client, ClientBuilder, Identity, Method, RequestBuilder, Response, redirect};
use storm_domain::port::Clock;
use storm_domain::{Delivery, HttpMethod, RawTokenAnswer, SendFailure, ServiceAccountKey, TransientKind};
use storm_secret::SecretBytes;
use tokio_rustls::rustls::{self, AlertDescription};
use url::{Host, Url};
use zeroize::Zeroizing;

use crate::header;
use crate::kept::Kept;
use crate::network::Way;

/// As the program presents itself.
pub(crate) const PROGRAM: &str = concat!("storm-connect/", env!("CARGO_PKG_VERSION"));

/// The most of an answer that is read.
pub(crate) const LARGEST_ANSWER: usize = 1024 * 1024;

/// A connection that idled longer may be closed by the service at the very moment of a request (some close after 5 s), or may
/// have died while the computer slept; a refresh token sent into it would be in doubt.
const LONGEST_IDLE: Duration = Duration::from_secs(2);

/// How long requests may take.
#[derive(Debug, Clone, Copy)]
pub struct Deadlines {
    /// Name lookup, TCP and TLS together.
    pub connect: Duration,
    /// A whole token request.
    pub token: Duration,
    /// A whole verification, revocation or discovery.
    pub other: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), token: Duration::from_secs(60), other: Duration::from_secs(10) }
    }
}

/// The HTTP client could not be set up: the system offers no certificate store or no TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("secure connections cannot be set up on this computer")]
pub struct HttpClientError;

/// The client, and the limits it works in.
pub(crate) struct Http {
    secure: Client,
    plain: Client,
    /// For those that show a certificate (RFC 8705, or a key from a file); connections are made with one certificate only.
    identified: Kept<Client>,
    pub(crate) way: Way,
    pub(crate) deadlines: Deadlines,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Http {
    /// A client that goes `way`.
    pub(crate) fn new(clock: Arc<dyn Clock>, deadlines: Deadlines, way: Way) -> Result<Self, HttpClientError> {
        let secure = build(secure_builder(deadlines, &way)?)?;
        Ok(Self { secure, plain: build(plain_builder(deadlines))?, identified: Kept::default(), way, deadlines, clock })
    }

    /// A request that [`Self::send`] takes.
    pub(crate) fn request(&self, method: HttpMethod, url: Url) -> RequestBuilder {
        self.request_of(&self.client_for(&url), method, url)
    }

    /// The client whose rules fit a URL.
    pub(crate) fn client_for(&self, url: &Url) -> Client {
        if url.scheme() == "http" { &self.plain } else { &self.secure }.clone()
    }

    /// A client of the same rules that connects to `host` at these addresses only; None = it cannot be set up.
    pub(crate) fn client_pinned_to(&self, url: &Url, host: &str, addresses: &[SocketAddr]) -> Option<Client> {
        let builder = if url.scheme() == "http" {
            plain_builder(self.deadlines)
        } else {
            secure_builder(self.deadlines, &self.way).ok()?
        };
        builder.resolve_to_addrs(host, addresses).build().ok()
    }

    /// A request through a given client.
    pub(crate) fn request_of(&self, client: &Client, method: HttpMethod, url: Url) -> RequestBuilder {
        client.request(method_of(method), url)
    }

    /// A request that [`Self::send`] takes, over a connection whose handshake shows the certificate of `identity`, which was made
    /// of `secret`.
    pub(crate) fn request_as(
        &self,
        secret: &str,
        identity: &Identity,
        method: HttpMethod,
        url: Url,
    ) -> Result<RequestBuilder, HttpClientError> {
        if url.scheme() == "http" {
            return Ok(self.request(method, url));
        }
        let client = self.identified.get(secret, || self.identified_client(identity))?;
        Ok(client.request(method_of(method), url))
    }

    /// A request that [`Self::send_shown`] takes, over a connection whose handshake shows the certificate of a key from a file. Where
    /// the file names authorities, they alone are trusted to sign the service.
    pub(crate) fn request_showing(
        &self,
        key: &ServiceAccountKey,
        method: HttpMethod,
        url: Url,
    ) -> Result<RequestBuilder, HttpClientError> {
        let pem = key.with_certificates();
        // EXPOSE: read for the handshake, and digested to find the connections that were made with it.
        let pem = pem.expose();
        let client = self.identified.get(&Zeroizing::new([pem, &key.authorities].concat()), || {
            let builder = match &*key.authorities {
                "" => secure_builder(self.deadlines, &self.way)?,
                authorities => self.way.client_trusting(builder(self.deadlines), authorities)?,
            };
            build(builder.identity(Identity::from_pem(pem.as_bytes()).map_err(|_| HttpClientError)?))
        })?;
        Ok(client.request(method_of(method), url))
    }

    /// Whether a certificate can be shown: it can be read, and the key is its own.
    pub(crate) fn accepts(&self, identity: &Identity) -> bool {
        self.identified_client(identity).is_ok()
    }

    fn identified_client(&self, identity: &Identity) -> Result<Client, HttpClientError> {
        build(secure_builder(self.deadlines, &self.way)?.identity(identity.clone()))
    }

    /// Sends, and reads an answer of at most `limit` bytes within `deadline`.
    pub(crate) async fn send(
        &self,
        request: RequestBuilder,
        deadline: Duration,
        limit: usize,
    ) -> Result<RawTokenAnswer, SendFailure> {
        self.send_for_answer(request, deadline, limit).await.map(|answer| answer.raw)
    }

    /// The same, with the headers of the answer.
    pub(crate) async fn send_for_answer(
        &self,
        request: RequestBuilder,
        deadline: Duration,
        limit: usize,
    ) -> Result<Answer, SendFailure> {
        self.send_shown(request, deadline, limit).await.map_err(|unanswered| match unanswered {
            Unanswered::Failed(failure) | Unanswered::CertificateRefused(failure) => failure,
        })
    }

    /// The same for a request that shows a certificate, which the service may refuse in the handshake.
    pub(crate) async fn send_shown(
        &self,
        request: RequestBuilder,
        deadline: Duration,
        limit: usize,
    ) -> Result<Answer, Unanswered> {
        let (client, request) = request.timeout(deadline).build_split();
        let request = request.map_err(|error| Unanswered::Failed(classify(&error)))?;
        if !is_trusted_address(request.url()) {
            return Err(Unanswered::Failed(SendFailure { delivery: Delivery::NotSent, kind: TransientKind::Tls }));
        }
        let mut response = client.execute(request).await.map_err(|error| {
            let of = if refuses_certificate(&error) { Unanswered::CertificateRefused } else { Unanswered::Failed };
            of(classify(&error))
        })?;
        let body = read_body(&mut response, limit).await.map_err(Unanswered::Failed)?;
        let received_at = self.clock.now();
        tracing::debug!(host = response.url().host_str(), status = response.status().as_u16(), "answered");
        let headers = response.headers();
        let raw = RawTokenAnswer {
            status: response.status().as_u16(),
            content_type: headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned),
            retry_after: header::retry_after(headers, received_at),
            server_time: header::server_time(headers),
            received_at,
            body,
            dpop_key: None,
        };
        Ok(Answer { raw, headers: std::mem::take(response.headers_mut()) })
    }
}

fn build(builder: ClientBuilder) -> Result<Client, HttpClientError> {
    builder.build().map_err(|_| HttpClientError)
}

fn method_of(method: HttpMethod) -> Method {
    match method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Delete => Method::DELETE,
    }
}

/// Why no answer came.
pub(crate) enum Unanswered {
    /// The service does not take the certificate that was shown.
    CertificateRefused(SendFailure),
    /// Anything else.
    Failed(SendFailure),
}

/// An answer, and the headers it came with.
pub(crate) struct Answer {
    pub(crate) raw: RawTokenAnswer,
    pub(crate) headers: HeaderMap,
}

fn builder(deadlines: Deadlines) -> ClientBuilder {
    Client::builder()
        .user_agent(PROGRAM)
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(deadlines.connect)
        .pool_idle_timeout(LONGEST_IDLE)
}

fn secure_builder(deadlines: Deadlines, way: &Way) -> Result<ClientBuilder, HttpClientError> {
    way.client(builder(deadlines))
}

/// Only this computer is asked over plain http, so no proxy and no certificate has a part in it.
fn plain_builder(deadlines: Deadlines) -> ClientBuilder {
    builder(deadlines).no_proxy().tls_certs_only([])
}

async fn read_body(response: &mut Response, limit: usize) -> Result<SecretBytes, SendFailure> {
    let too_large = SendFailure { delivery: Delivery::Ambiguous, kind: TransientKind::TooLarge };
    let announced = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(too_large);
    }
    // Room for all of it at once, so that growing leaves no copies of a token behind.
    let mut body = Zeroizing::new(Vec::with_capacity(announced.max(16 * 1024)));
    while let Some(chunk) = response.chunk().await.map_err(|error| interrupted(&error))? {
        if body.len() + chunk.len() > limit {
            return Err(too_large);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(SecretBytes::new(std::mem::take(&mut *body)))
}

fn classify(error: &reqwest::Error) -> SendFailure {
    let not_sent = |kind| SendFailure { delivery: Delivery::NotSent, kind };
    if error.is_dns() {
        not_sent(TransientKind::Dns)
    } else if error.is_connect() || error.is_builder() {
        not_sent(kind_of(error))
    } else {
        interrupted(error)
    }
}

fn interrupted(error: &reqwest::Error) -> SendFailure {
    SendFailure { delivery: Delivery::Ambiguous, kind: kind_of(error) }
}

fn kind_of(error: &reqwest::Error) -> TransientKind {
    if error.is_timeout() {
        TransientKind::Timeout
    } else if is_tls(error) {
        TransientKind::Tls
    } else {
        TransientKind::Connection
    }
}

/// rustls reports everything it does not accept as invalid data, which the layers above wrap into errors of their own.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    let is_invalid = |error: &io::Error| {
        error.kind() == io::ErrorKind::InvalidData || error.get_ref().is_some_and(|inner| is_tls(inner))
    };
    error.downcast_ref().is_some_and(is_invalid) || error.source().is_some_and(is_tls)
}

/// Whether the service said in the handshake that it does not take the certificate that was shown (RFC 8446 §6.2).
fn refuses_certificate(error: &(dyn Error + 'static)) -> bool {
    let is_alert = |error: &rustls::Error| {
        matches!(
            error,
            rustls::Error::AlertReceived(
                AlertDescription::BadCertificate
                    | AlertDescription::UnsupportedCertificate
                    | AlertDescription::CertificateRevoked
                    | AlertDescription::CertificateExpired
                    | AlertDescription::CertificateUnknown
                    | AlertDescription::UnknownCA
                    | AlertDescription::DecryptError // its signature is not of the authority that it names
                    | AlertDescription::AccessDenied
                    | AlertDescription::CertificateRequired
            )
        )
    };
    let holds = |error: &io::Error| error.get_ref().is_some_and(|inner| refuses_certificate(inner));
    error.downcast_ref().is_some_and(is_alert)
        || error.downcast_ref().is_some_and(holds)
        || error.source().is_some_and(refuses_certificate)
}

/// Whether a secret may be sent there, or a browser: https, or http on the loopback, and no user information.
pub(crate) fn is_trusted_address(url: &Url) -> bool {
    let scheme_fits = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url));
    scheme_fits && url.host().is_some() && url.username().is_empty() && url.password().is_none()
}

/// Whether it is this computer.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// What went wrong, in a sentence for a person.
pub(crate) fn plain_words(kind: TransientKind) -> &'static str {
    match kind {
        TransientKind::Dns => "The host's name was not found. Check the network and the address.",
        TransientKind::Connection => "The connection was refused or broke.",
        TransientKind::Tls => "The service's certificate was not accepted.",
        TransientKind::Timeout => "The service did not answer in time.",
        TransientKind::TooLarge => "The service's answer was too large.",
        TransientKind::Redirected => "The service redirected elsewhere.",
        TransientKind::ServiceBusy => "The service is busy or in trouble.",
        _ => "The service's answer could not be used.",
    }
}
