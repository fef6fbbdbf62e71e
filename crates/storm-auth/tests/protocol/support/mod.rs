//! What the tests share: a service's description, a provider, and servers that write exact bytes.

pub mod attempt;
pub mod keys;
pub mod proxy;
mod raw_server;
mod untrusted_tls;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use storm_auth::{Deadlines, HttpProvider, OsEntropy, SystemClock};
use storm_domain::port::{ClientIdentity, Clock as _};
use storm_domain::{
    AuthorizationGrant, BodyFormat, ClientAuth, OAuthService, RawTokenAnswer, RedirectHost, Timestamp, TokenLifetimes,
};
use storm_secret::{ClientSecret, SecretBytes};
use url::Url;

pub use raw_server::{RawServer, Reply, json};
pub use untrusted_tls::untrusted_tls_server;

/// Names a scene after each case and statement that it holds.
macro_rules! holds {
    ($scene:ident: $(fn $name:ident;)+) => {
        $(
            #[tokio::test]
            async fn $name() {
                $scene().await;
            }
        )+
    };
}
pub(crate) use holds;

pub fn provider() -> HttpProvider {
    HttpProvider::new(Arc::new(SystemClock), Arc::new(OsEntropy)).unwrap()
}

/// A provider that gives up soon, for servers that never answer.
pub fn impatient_provider() -> HttpProvider {
    let soon = Duration::from_millis(400);
    let deadlines = Deadlines { connect: Duration::from_secs(5), token: soon, other: soon };
    HttpProvider::with_deadlines(Arc::new(SystemClock), Arc::new(OsEntropy), deadlines).unwrap()
}

/// One provider for all that is only read, which needs no runtime.
pub fn reader() -> &'static HttpProvider {
    static READER: LazyLock<HttpProvider> = LazyLock::new(provider);
    &READER
}

pub fn now() -> Timestamp {
    SystemClock.now()
}

/// A plain service whose endpoints lie under `base`.
pub fn service(base: &Url) -> OAuthService {
    let token_url = base.join("/token").unwrap();
    OAuthService {
        issuer: None,
        issuer_in_redirect: false,
        grant: AuthorizationGrant::AuthorizationCode,
        authorize_url: base.join("/authorize").unwrap(),
        authorize_params: Vec::new(),
        reconnect_params: Vec::new(),
        token_url: token_url.clone(),
        refresh_url: token_url,
        pushed_authorization_url: None,
        pushed_authorization_required: false,
        device_authorization_url: None,
        userinfo_url: None,
        id_tokens: None,
        token_params: Vec::new(),
        token_headers: Vec::new(),
        token_client_auth: ClientAuth::Body,
        refresh_client_auth: ClientAuth::Body,
        dpop: false,
        body_format: BodyFormat::Form,
        scope_separator: ' ',
        scope_parameter: "scope".to_owned(),
        pkce: true,
        answer_path: None,
        grant_refused_codes: Vec::new(),
        redirect_host: RedirectHost::IpLiteral,
        redirect_path: None,
        redirect_ports: Vec::new(),
        lifetimes: TokenLifetimes::default(),
        revoke: None,
    }
}

pub fn example_service() -> OAuthService {
    service(&Url::parse("https://service.example/").unwrap())
}

pub fn public_client() -> ClientIdentity {
    ClientIdentity { client_id: "desktop".to_owned(), client_secret: None }
}

pub fn confidential_client() -> ClientIdentity {
    ClientIdentity { client_id: "app:1".to_owned(), client_secret: Some(ClientSecret::new("s&cret +")) }
}

/// An answer as if it had come over the network.
pub fn answer(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> RawTokenAnswer {
    RawTokenAnswer {
        status,
        content_type: (!content_type.is_empty()).then(|| content_type.to_owned()),
        retry_after: None,
        server_time: None,
        received_at: Timestamp(1_700_000_000_000),
        body: SecretBytes::new(body),
        dpop_key: None,
    }
}

pub fn json_answer(body: &str) -> RawTokenAnswer {
    answer(200, "application/json", body)
}
