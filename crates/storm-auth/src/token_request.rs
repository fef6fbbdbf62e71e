//! Token requests: the code exchange (RFC 6749 §4.1.3, RFC 7636 §4.5) and the refresh (§6).
//!
//! INVARIANT: a request goes to exactly the configured endpoint, once. Nothing here looks into the answer; the caller makes
//! it durable first.

use hyper::body::Bytes;
use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde::Serializer as _;
use storm_domain::port::{ClientIdentity, TokenGrant, TokenRequest};
use storm_domain::{BodyFormat, ClientAuth, HttpMethod, RawTokenAnswer, SendFailure};
use url::Url;
use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::http::{Http, LARGEST_ANSWER};
use crate::placement::basic;

pub(crate) async fn send_token_request(http: &Http, request: TokenRequest<'_>) -> Result<RawTokenAnswer, SendFailure> {
    let TokenRequest { service, client, grant } = request;
    let mut parameters = Parameters::default();
    let (url, client_auth) = match &grant {
        TokenGrant::AuthorizationCode { code, code_verifier, redirect_uri } => {
            parameters.add("grant_type", "authorization_code");
            // EXPOSE: the code is what this request exchanges.
            parameters.add("code", code.expose());
            parameters.add("redirect_uri", redirect_uri.as_str());
            if service.pkce {
                // EXPOSE: the verifier proves that the code is ours.
                parameters.add("code_verifier", code_verifier.expose());
            }
            (&service.token_url, service.token_client_auth)
        }
        TokenGrant::RefreshToken(refresh_token) => {
            parameters.add("grant_type", "refresh_token");
            // EXPOSE: the refresh token is what this request presents.
            parameters.add("refresh_token", refresh_token.expose());
            (&service.refresh_url, service.refresh_client_auth)
        }
    };
    for (name, value) in &service.token_params {
        parameters.add(name, value);
    }
    let mut request = post(http, url, client, client_auth, service.body_format, parameters);
    for (name, value) in &service.token_headers {
        request = request.header(name, value);
    }
    http.send(request, http.deadlines.token, LARGEST_ANSWER).await
}

/// The parameters of a request body, borrowed until they are written.
#[derive(Default)]
pub(crate) struct Parameters<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Parameters<'a> {
    pub(crate) fn add(&mut self, name: &'a str, value: &'a str) {
        self.0.push((name, value));
    }

    /// Sets the body, in a buffer that is wiped once it was sent.
    pub(crate) fn fill(&self, request: RequestBuilder, format: BodyFormat) -> RequestBuilder {
        let (content_type, body) = match format {
            BodyFormat::Form => ("application/x-www-form-urlencoded", self.form()),
            BodyFormat::Json => ("application/json", self.json()),
        };
        request.header(CONTENT_TYPE, content_type).body(Bytes::from_owner(body))
    }

    fn form(&self) -> Zeroizing<Vec<u8>> {
        let mut text = Zeroizing::new(String::with_capacity(self.longest()));
        form_urlencoded::Serializer::new(&mut *text).extend_pairs(&self.0).finish();
        Zeroizing::new(std::mem::take(&mut *text).into_bytes())
    }

    fn json(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.longest()));
        let written = serde_json::Serializer::new(&mut *bytes).collect_map(self.0.iter().copied());
        debug_assert!(written.is_ok(), "texts always fit into JSON");
        bytes
    }

    /// Each byte takes at most six in either form, so the buffer never moves.
    fn longest(&self) -> usize {
        self.0.iter().map(|(name, value)| 6 * (name.len() + value.len()) + 6).sum::<usize>() + 2
    }
}

/// A POST with client authentication (RFC 6749 §2.3.1) that asks for JSON.
pub(crate) fn post<'a>(
    http: &Http,
    url: &Url,
    client: &'a ClientIdentity,
    client_auth: ClientAuth,
    format: BodyFormat,
    mut parameters: Parameters<'a>,
) -> RequestBuilder {
    let mut request = http.request(HttpMethod::Post, url.clone()).header(ACCEPT, "application/json");
    match (&client.client_secret, client_auth) {
        (Some(secret), ClientAuth::Basic) => {
            // EXPOSE: the client authenticates with it.
            let secret = Zeroizing::new(form_encoded(secret.expose()));
            if let Some(value) = basic(&form_encoded(&client.client_id), &secret) {
                request = request.header(AUTHORIZATION, value);
            }
        }
        (secret, _) => {
            parameters.add("client_id", &client.client_id);
            if let Some(secret) = secret {
                // EXPOSE: the client authenticates with it.
                parameters.add("client_secret", secret.expose());
            }
        }
    }
    parameters.fill(request, format)
}

fn form_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
