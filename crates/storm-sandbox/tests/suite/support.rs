//! A small HTTP client and the steps that many tests share.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{HeaderMap, LOCATION};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use storm_sandbox::{Options, Sandbox, Settings};
use tokio::net::TcpStream;
use url::Url;

pub const VERIFIER: &str = "a-verifier-that-is-long-enough-for-rfc-7636-and-never-random";
pub const REDIRECT_URI: &str = "http://127.0.0.1:49152/cb/an-attempt";
pub const PATIENCE: Duration = Duration::from_secs(10);

pub async fn start() -> Sandbox {
    start_with(Settings::default()).await
}

pub async fn start_with(settings: Settings) -> Sandbox {
    Sandbox::start(Options { settings, ..Options::default() }).await.unwrap()
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub fn location(&self) -> Url {
        Url::parse(self.headers.get(LOCATION).expect("a redirect").to_str().unwrap()).unwrap()
    }
}

/// One request on a connection of its own.
pub async fn send(
    base: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Result<Answer, hyper::Error> {
    let host = base.strip_prefix("http://").unwrap();
    let stream = TcpStream::connect(host).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let mut request = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        request = request.header("host", host);
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = sender.send_request(request.body(Full::new(body.into())).unwrap()).await?;
    let (parts, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    drop(sender);
    connection.abort();
    Ok(Answer { status: parts.status, headers: parts.headers, body })
}

pub async fn get(sandbox: &Sandbox, path: &str) -> Answer {
    send(sandbox.base_url(), "GET", path, &[], "").await.unwrap()
}

pub async fn bearer(sandbox: &Sandbox, method: &str, path: &str, token: &str) -> Answer {
    let authorization = format!("Bearer {token}");
    send(sandbox.base_url(), method, path, &[("authorization", &authorization)], "").await.unwrap()
}

pub async fn post_json(sandbox: &Sandbox, path: &str, body: Value) -> Answer {
    let headers = [("content-type", "application/json")];
    send(sandbox.base_url(), "POST", path, &headers, body.to_string()).await.unwrap()
}

pub async fn post_form(sandbox: &Sandbox, path: &str, fields: &[(&str, &str)]) -> Answer {
    try_post_form(sandbox.base_url(), path, fields).await.unwrap()
}

pub async fn try_post_form(base: &str, path: &str, fields: &[(&str, &str)]) -> Result<Answer, hyper::Error> {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    send(base, "POST", path, &headers, encode(fields)).await
}

pub fn encode(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

pub fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

/// The path of an authorization request; later fields replace earlier ones of the same name, empty ones remove them.
pub fn authorize_path(changes: &[(&str, &str)]) -> String {
    let challenge = challenge();
    let mut fields = vec![
        ("response_type", "code"),
        ("client_id", "practice-desktop"),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "read reports"),
        ("state", "a state & more"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
    }
    format!("/oauth/authorize?{}", encode(&fields))
}

/// What stands between two marks in a page.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let start = text.find(before).unwrap_or_else(|| panic!("no {before} in {text}")) + before.len();
    let length = text[start..].find(after).unwrap();
    &text[start..start + length]
}

/// Goes through sign-in and consent with form posts; answers the redirect to the client.
pub async fn decide(sandbox: &Sandbox, authorize: &str, account: &str, decision: &str) -> Url {
    let page = get(sandbox, authorize).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let page = page.text();
    let attempt = between(&page, "name=\"attempt\" value=\"", "\"");
    let fields = [("attempt", attempt), ("account", account), ("password", "anything")];
    let page = post_form(sandbox, "/oauth/sign-in", &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let answer = post_form(sandbox, "/oauth/consent", &[("attempt", attempt), ("decision", decision)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.location()
}

pub fn parameter(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// A code, approved by ada.
pub async fn approved_code(sandbox: &Sandbox) -> String {
    parameter(&decide(sandbox, &authorize_path(&[]), "ada@practice.example", "approve").await, "code")
}

pub async fn redeem(sandbox: &Sandbox, code: &str, verifier: &str) -> Answer {
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", "practice-desktop"),
        ("code", code),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", verifier),
    ];
    post_form(sandbox, "/oauth/token", &fields).await
}

pub async fn refresh(sandbox: &Sandbox, token: &str) -> Answer {
    try_refresh(sandbox, token).await.unwrap()
}

pub async fn try_refresh(sandbox: &Sandbox, token: &str) -> Result<Answer, hyper::Error> {
    let fields = [("grant_type", "refresh_token"), ("client_id", "practice-desktop"), ("refresh_token", token)];
    try_post_form(sandbox.base_url(), "/oauth/token", &fields).await
}

pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// A grant made through the control handle: its access and refresh token.
pub async fn granted(sandbox: &Sandbox) -> (String, String) {
    let answer = sandbox.control().create_grant(Default::default()).await.unwrap();
    (text(&answer, "access_token").to_owned(), text(&answer, "refresh_token").to_owned())
}
