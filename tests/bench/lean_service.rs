//! The least service that rotates refresh tokens and takes assertions, so that what is measured is the client: the practice service keeps a
//! journal and hashes what it hands out, and is the slower half of a storm.
//!
//! INVARIANT: a refresh token works once. A client that loses one, or sends one twice, is refused from then on.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use storm_tests::{Outcome, StepError};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// How a form begins that brings an assertion (RFC 7523 §2.1).
const ASSERTION_GRANT: &[u8] = b"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&";
const ACCESS_TOKEN_BYTES: usize = 1024;
/// What an access token lives, in seconds.
pub const LIFETIME_S: u64 = 3600;

/// A running service, on a thread of its own; ends with this value.
pub struct LeanService {
    base_url: String,
    issuer: String,
    state: Arc<State>,
    _ended: oneshot::Sender<()>,
}

struct State {
    issuer: String,
    /// Which refresh token of each grant is the current one.
    current: Mutex<Vec<u64>>,
    refreshed: AtomicU64,
    exchanged: AtomicU64,
    /// The kernel's id of its thread.
    thread: AtomicI32,
}

impl LeanService {
    /// Starts one that knows so many grants.
    ///
    /// # Errors
    /// When there is no port or thread to be had.
    pub fn start(grants: usize) -> Outcome<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let issuer = format!("http://localhost:{}", address.port());
        let state = Arc::new(State {
            issuer: issuer.clone(),
            current: Mutex::new(vec![0; grants]),
            refreshed: AtomicU64::default(),
            exchanged: AtomicU64::default(),
            thread: AtomicI32::default(),
        });
        let (ended, end) = oneshot::channel::<()>();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let serving = Arc::clone(&state);
        std::thread::Builder::new().name("lean-service".to_owned()).spawn(move || {
            serving.thread.store(rustix::thread::gettid().as_raw_pid(), Ordering::Release);
            runtime.block_on(async {
                tokio::select! {
                    served = serve(listener, serving) => eprintln!("the lean service ended: {served:?}"),
                    _ = end => {}
                }
            });
        })?;
        Ok(Self { base_url: format!("http://{address}"), issuer, state, _ended: ended })
    }

    /// Its address, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.base_url.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or_default()
    }

    /// The same address by name: oidc-agent takes plain http from "localhost" only.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The first refresh token of a grant.
    pub fn refresh_token(grant: usize) -> String {
        refresh_token(grant, 0)
    }

    /// How many refreshes it answered with tokens.
    pub fn refreshed(&self) -> u64 {
        self.state.refreshed.load(Ordering::Acquire)
    }

    /// What its thread took of the processor until now.
    ///
    /// # Errors
    /// When the kernel does not tell.
    pub fn spent(&self) -> Outcome<Duration> {
        let thread = self.state.thread.load(Ordering::Acquire);
        let told = std::fs::read_to_string(format!("/proc/self/task/{thread}/schedstat"))?;
        let nanoseconds = told.split_whitespace().next().and_then(|first| first.parse().ok());
        nanoseconds.map(Duration::from_nanos).ok_or_else(|| StepError::Wrong(format!("schedstat says {told:?}")))
    }

    /// How many assertions it answered with a token, whatever they said.
    pub fn exchanged(&self) -> u64 {
        self.state.exchanged.load(Ordering::Acquire)
    }
}

async fn serve(listener: std::net::TcpListener, state: Arc<State>) -> std::io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let state = Arc::clone(&state);
                async move { Ok::<_, Infallible>(answer(&state, request).await) }
            });
            // A client that hangs up is no news.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(state: &State, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (status, body) = match request.uri().path() {
        "/oauth/token" => match request.into_body().collect().await {
            Ok(body) => state.token(&body.to_bytes()),
            Err(_) => (StatusCode::BAD_REQUEST, json!({ "error": "invalid_request" })),
        },
        "/.well-known/openid-configuration" => (StatusCode::OK, state.metadata()),
        _ => (StatusCode::NOT_FOUND, json!({})),
    };
    let mut response = Response::new(Full::from(body.to_string()));
    *response.status_mut() = status;
    let json = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, json);
    response
}

impl State {
    fn token(&self, form: &[u8]) -> (StatusCode, Value) {
        if form.starts_with(ASSERTION_GRANT) { self.exchange() } else { self.refresh(form) }
    }

    fn exchange(&self) -> (StatusCode, Value) {
        let number = self.exchanged.fetch_add(1, Ordering::AcqRel);
        let access_token = format!("at.{number}.{}", "a".repeat(ACCESS_TOKEN_BYTES));
        (StatusCode::OK, json!({ "access_token": access_token, "token_type": "Bearer", "expires_in": LIFETIME_S }))
    }

    fn refresh(&self, form: &[u8]) -> (StatusCode, Value) {
        let refused = (StatusCode::BAD_REQUEST, json!({ "error": "invalid_grant" }));
        let Some((grant, generation)) = grant_of(form) else { return refused };
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        match current.get_mut(grant) {
            Some(current) if *current == generation => *current += 1,
            _ => return refused,
        }
        drop(current);
        self.refreshed.fetch_add(1, Ordering::AcqRel);
        let answer = json!({
            "access_token": format!("at.{grant}.{generation}.{}", "a".repeat(ACCESS_TOKEN_BYTES)),
            "refresh_token": refresh_token(grant, generation + 1),
            "token_type": "Bearer",
            "expires_in": LIFETIME_S,
        });
        (StatusCode::OK, answer)
    }

    fn metadata(&self) -> Value {
        let issuer = &self.issuer;
        json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/oauth/authorize"),
            "token_endpoint": format!("{issuer}/oauth/token"),
            "scopes_supported": ["openid", "offline_access", "read"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "response_types_supported": ["code"],
        })
    }
}

/// Characters that no form encodes, so that they are found again as they are.
fn refresh_token(grant: usize, generation: u64) -> String {
    format!("rt.{grant}.{generation}.{}", "r".repeat(32))
}

fn grant_of(form: &[u8]) -> Option<(usize, u64)> {
    let form = std::str::from_utf8(form).ok()?;
    let token = form.split('&').find_map(|pair| pair.strip_prefix("refresh_token=rt."))?;
    let mut parts = token.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}
