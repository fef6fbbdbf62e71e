//! Token requests: the code exchange (RFC 6749 §4.1.3, RFC 7636 §4.5), client credentials (§4.4), the refresh (§6), the device
//! code (RFC 8628 §3.4), and the exchange of one token for another (RFC 8693 §2.1).
//!
//! INVARIANT: a request goes to exactly the configured endpoint, once; twice only where the service said that it did not look at
//! the first for want of its nonce, see `dpop`. Nothing here looks into the answer; the caller makes it durable first.

use hyper::body::Bytes;
use reqwest::RequestBuilder;
use reqwest::header::CONTENT_TYPE;
use serde::Serializer as _;
use storm_domain::port::{TokenExchange, TokenGrant, TokenRequest};
use storm_domain::{BodyFormat, HttpMethod, OAuthService, RawTokenAnswer, SendFailure};
use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::client_authentication::{Asking, post};
use crate::dpop::{self, Proved};
use crate::http::LARGEST_ANSWER;
use crate::sender::Sender;

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

pub(crate) async fn send_token_request(
    sender: &Sender,
    request: TokenRequest<'_>,
) -> Result<RawTokenAnswer, SendFailure> {
    let TokenRequest { service, client, grant, dpop_key } = request;
    let (url, client_auth) = match &grant {
        TokenGrant::RefreshToken(_) => (&service.refresh_url, service.refresh_client_auth),
        _ => (&service.token_url, service.token_client_auth),
    };
    let scope = scope_of(&grant, service);
    let parameters = parameters(&grant, service, &scope);
    let audience = service.issuer.as_deref().unwrap_or(url.as_str());
    let asking = Asking { client, client_auth, audience };
    let prepare = || {
        let request = post(sender, url, &asking, service.body_format, parameters.clone())?;
        Ok(service.token_headers.iter().fold(request, |request, (name, value)| request.header(name, value)))
    };
    let deadline = sender.http.deadlines.token;
    let Some(key) = dpop_key else { return sender.http.send(prepare()?, deadline, LARGEST_ANSWER).await };
    let proved = Proved { key, method: HttpMethod::Post, url, access_token: None, deadline };
    let answer = dpop::send(sender, &proved, prepare).await?;
    Ok(RawTokenAnswer { dpop_key: Some(key.clone()), ..answer })
}

/// The scopes asked for in a token request, as one text; empty = they are not mentioned.
fn scope_of(grant: &TokenGrant<'_>, service: &OAuthService) -> String {
    match grant {
        TokenGrant::ClientCredentials { scopes } | TokenGrant::TokenExchange(TokenExchange { scopes, .. }) => {
            scopes.join(&service.scope_separator.to_string())
        }
        _ => String::new(),
    }
}

fn parameters<'a>(grant: &'a TokenGrant<'_>, service: &'a OAuthService, scope: &'a str) -> Parameters<'a> {
    let mut parameters = Parameters::default();
    match grant {
        TokenGrant::AuthorizationCode { code, code_verifier, redirect_uri } => {
            parameters.add("grant_type", "authorization_code");
            // EXPOSE: the code is what this request exchanges.
            parameters.add("code", code.expose());
            parameters.add("redirect_uri", redirect_uri.as_str());
            if service.pkce {
                // EXPOSE: the verifier proves that the code is ours.
                parameters.add("code_verifier", code_verifier.expose());
            }
        }
        TokenGrant::RefreshToken(refresh_token) => {
            parameters.add("grant_type", "refresh_token");
            // EXPOSE: the refresh token is what this request presents.
            parameters.add("refresh_token", refresh_token.expose());
        }
        TokenGrant::DeviceCode(device_code) => {
            parameters.add("grant_type", DEVICE_CODE);
            // EXPOSE: the device code is what this request presents.
            parameters.add("device_code", device_code.expose());
        }
        TokenGrant::ClientCredentials { .. } => parameters.add("grant_type", "client_credentials"),
        TokenGrant::TokenExchange(exchange) => {
            parameters.add("grant_type", TOKEN_EXCHANGE);
            // EXPOSE: the token is what this request exchanges.
            parameters.add("subject_token", exchange.subject_token.expose());
            parameters.add("subject_token_type", exchange.subject_token_type);
            let optional = [
                ("audience", exchange.audience),
                ("resource", exchange.resource.map(url::Url::as_str)),
                ("requested_token_type", exchange.requested_token_type),
            ];
            optional
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)))
                .for_each(|(n, v)| parameters.add(n, v));
        }
    }
    if !scope.is_empty() {
        parameters.add(&service.scope_parameter, scope);
    }
    for (name, value) in &service.token_params {
        parameters.add(name, value);
    }
    parameters
}

/// The parameters of a request body, borrowed until they are written.
#[derive(Clone, Default)]
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
