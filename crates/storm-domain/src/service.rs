//! What a connector says about a service, resolved for one integration: templates filled, nothing left to look up.
//!
//! The catalogue makes these; the protocol clients follow them. No secret is in here.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::RefreshPolicy;

/// How the client proves itself at the token endpoint (RFC 6749 §2.3). A client whose secret is a private key signs an assertion
/// where this says `Body` or `Basic`, since a key is never sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// `client_id` (and `client_secret`, if there is one) in the body.
    #[default]
    Body,
    /// HTTP Basic.
    Basic,
    /// A signed assertion (RFC 7523 §2.2), for a client whose secret is a private key.
    PrivateKeyJwt,
    /// A certificate in the TLS handshake, and `client_id` in the body (RFC 8705 §2), for a client whose secret is a private
    /// key with its certificate chain.
    TlsCertificate,
}

/// What a service gives access tokens for (RFC 6749 §1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorizationGrant {
    /// A person approves in the browser (§4.1).
    #[default]
    AuthorizationCode,
    /// The client asks in its own name; nobody approves and nothing is refreshed (§4.4).
    ClientCredentials,
}

/// How a token request's body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyFormat {
    /// `application/x-www-form-urlencoded`, as the RFC says.
    #[default]
    Form,
    /// JSON, as some services insist.
    Json,
}

/// An OAuth 2.0 service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthService {
    /// RFC 9207 / OpenID issuer, compared with `iss` in the redirect when set.
    pub issuer: Option<String>,
    /// Whether the service promises `iss` in every redirect (RFC 9207 §3), so that one without it is refused.
    pub issuer_in_redirect: bool,
    /// What access tokens are given for.
    pub grant: AuthorizationGrant,
    /// Authorization endpoint; the token endpoint where the grant needs none.
    pub authorize_url: Url,
    /// Extra parameters of the authorization request.
    pub authorize_params: Vec<(String, String)>,
    /// Those of a Reconnect besides; one of the same name takes the other's place.
    pub reconnect_params: Vec<(String, String)>,
    /// Token endpoint for the code.
    pub token_url: Url,
    /// Token endpoint for refreshes; most often the same.
    pub refresh_url: Url,
    /// Where an authorization request is handed in beforehand (RFC 9126 §2).
    pub pushed_authorization_url: Option<Url>,
    /// Whether the service takes no authorization request that was not (RFC 9126 §5).
    pub pushed_authorization_required: bool,
    /// Device authorization endpoint (RFC 8628 §3.1), where the service has one.
    pub device_authorization_url: Option<Url>,
    /// OpenID Connect userinfo endpoint (Core §5.3), from the catalogue or from discovery.
    pub userinfo_url: Option<Url>,
    /// What its ID tokens are held to; None = it is not known to be an OpenID provider, and none of its ID tokens is read.
    pub id_tokens: Option<IdTokenRules>,
    /// Extra parameters of every token request.
    pub token_params: Vec<(String, String)>,
    /// Extra headers of every token request.
    pub token_headers: Vec<(String, String)>,
    /// Client authentication for the code exchange.
    pub token_client_auth: ClientAuth,
    /// Client authentication for refreshes.
    pub refresh_client_auth: ClientAuth,
    /// Whether tokens are bound to a key of ours (RFC 9449).
    pub dpop: bool,
    /// How the body is written.
    pub body_format: BodyFormat,
    /// Between scopes: a space, or a comma at some services.
    pub scope_separator: char,
    /// Name of the authorization request's scope parameter: `scope`, or `user_scope` for a user token of Slack.
    pub scope_parameter: String,
    /// Whether PKCE is sent (always, unless the service breaks on it).
    pub pkce: bool,
    /// Where in the answer the tokens lie (`authed_user` at Slack); empty = top level.
    pub answer_path: Option<String>,
    /// Error codes that mean `invalid_grant` here.
    pub grant_refused_codes: Vec<String>,
    /// Host to name in the redirect URI: `127.0.0.1`, or `localhost` where the service demands it.
    pub redirect_host: RedirectHost,
    /// Fixed redirect path where the service compares it exactly; None = a fresh one for each attempt.
    pub redirect_path: Option<String>,
    /// Fixed ports to try where the service refuses any port; empty = any.
    pub redirect_ports: Vec<u16>,
    /// What is known of lifetimes.
    pub lifetimes: TokenLifetimes,
    /// Where tokens are revoked, if anywhere.
    pub revoke: Option<RevokeRequest>,
}

impl OAuthService {
    /// The service as a Reconnect asks it.
    #[must_use]
    pub fn for_reconnect(mut self) -> Self {
        let own = std::mem::take(&mut self.reconnect_params);
        self.authorize_params.retain(|(name, _)| !own.iter().any(|(replaced, _)| replaced == name));
        self.authorize_params.extend(own);
        self
    }
}

/// What the ID tokens of an OpenID provider are held to (OpenID Connect Core §3.1.3.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdTokenRules {
    /// Their `iss`, compared to the letter.
    pub issuer: String,
    /// Where the provider's public keys are (`jwks_uri`).
    pub jwks_url: Url,
    /// Signature algorithms that the provider uses, as it names them; empty = RS256.
    pub algorithms: Vec<String>,
}

/// How the loopback is named in a redirect URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedirectHost {
    /// `127.0.0.1` (RFC 8252 §7.3).
    #[default]
    IpLiteral,
    /// `localhost`, where the service demands the name.
    Localhost,
}

/// What is known of a service's token lifetimes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TokenLifetimes {
    /// Lifetime of an access token when the answer does not say.
    pub access_default: Option<Duration>,
    /// A refresh token dies when unused for so long.
    pub refresh_idle: Option<Duration>,
    /// A refresh token dies after so long in any case.
    pub refresh_absolute: Option<Duration>,
    /// When to refresh.
    pub refresh_policy: RefreshPolicy,
}

/// How a private key from a file becomes an access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAccountService {
    /// Hosts a key file may name as its `token_uri`.
    pub token_hosts: Vec<String>,
    /// Scopes asked for.
    pub scopes: Vec<String>,
    /// What is signed.
    pub assertion: AssertionRules,
    /// What is done with it.
    pub exchange: KeyExchange,
    /// What is known of lifetimes.
    pub lifetimes: TokenLifetimes,
}

/// What an assertion says (RFC 7523 §3), and how it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssertionRules {
    /// `iss`; None = the account that the key file names.
    pub issuer: Option<String>,
    /// `sub`; None = left out, where the assertion is a grant: on nobody else's behalf.
    pub subject: Option<String>,
    /// `aud`; None = the token endpoint it is sent to (RFC 7523 §3), and left out where it is sent as a bearer token.
    pub audience: Option<String>,
    /// `kid` where the key itself has none.
    pub key_id: Option<String>,
    /// Whether an RSA key signs by RSASSA-PSS (PS256, RFC 7518 §3.5) and not by PKCS #1 v1.5 (RS256).
    pub is_pss: bool,
    /// How long it is valid; at most one hour.
    pub lifetime: Duration,
}

impl Default for AssertionRules {
    /// As Google wants it.
    fn default() -> Self {
        let lifetime = Duration::from_secs(60 * 60);
        Self { issuer: None, subject: None, audience: None, key_id: None, is_pss: false, lifetime }
    }
}

/// What an assertion is exchanged for, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyExchange {
    /// It is the grant (RFC 7523 §2.1).
    Grant {
        /// The token endpoint; None = the one that the key file names.
        token_url: Option<Url>,
    },
    /// It authenticates a client that acts in its own name (RFC 7523 §2.2, RFC 6749 §4.4).
    Client {
        /// The token endpoint.
        token_url: Url,
        /// As whom.
        client_id: String,
    },
    /// It stands in `Authorization: Bearer` of a request that answers with a token, as an app of GitHub does.
    Bearer {
        /// What is asked, by POST.
        token_url: Url,
    },
    /// It is the access token itself.
    Itself,
}

/// HTTP methods the catalogue uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum HttpMethod {
    /// GET.
    #[default]
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// DELETE.
    Delete,
}

impl HttpMethod {
    /// As it stands in a request.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// Where a credential stands in a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "in", rename_all = "snake_case")]
pub enum KeyPlacement {
    /// `Authorization: Bearer KEY` (RFC 6750 §2.1).
    Bearer,
    /// A header of its own, with an optional prefix before the key.
    Header {
        /// The header's name.
        name: String,
        /// Such as `Token `.
        #[serde(default)]
        prefix: String,
    },
    /// A query parameter.
    Query {
        /// The parameter's name.
        name: String,
    },
    /// HTTP Basic with the key as user name and an empty password.
    BasicUser,
    /// HTTP Basic with this user name and the key as password.
    BasicPassword {
        /// The user name, already filled.
        username: String,
    },
    /// HTTP Basic with the key's own id as user name and the key as password.
    BasicKeyId,
    /// Nowhere: its certificate is shown in the handshake of the connection (RFC 8446 §4.3.2), and the key never leaves.
    TlsCertificate,
    /// Nowhere: the key signs the request, and its id is named (AWS Signature Version 4).
    AwsSigV4 {
        /// The service signed for, such as `sts`.
        service: String,
        /// The region signed for, such as `eu-central-1`.
        region: String,
    },
}

/// How a verification's answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerFormat {
    /// JSON, read by pointers (RFC 6901).
    #[default]
    Json,
    /// XML. A pointer such as `/Error/Code` names the first element whose path ends so.
    Xml,
}

/// JSON pointers (RFC 6901) into a verification's answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IdentityPaths {
    /// The account's stable id.
    pub id: Option<String>,
    /// What a person recognises.
    pub label: Option<String>,
}

/// The cheap authenticated request that proves a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyRequest {
    /// Method.
    pub method: HttpMethod,
    /// Where.
    pub url: Url,
    /// Where the credential stands.
    pub placement: KeyPlacement,
    /// Extra headers.
    pub headers: Vec<(String, String)>,
    /// The body, if any; JSON unless a header says otherwise.
    pub body: Option<String>,
    /// How the answer is written; the pointers below are into it.
    pub answer: AnswerFormat,
    /// A JSON pointer that must hold `true` for success (Slack's `/ok`).
    pub ok_pointer: Option<String>,
    /// A JSON pointer to an error code in a 200 answer (Slack's `/error`).
    pub error_pointer: Option<String>,
    /// Error codes or statuses of "known, but may not do this": by default status 403.
    pub limited_codes: Vec<String>,
    /// The only error codes that refuse the credential; all others are the service's trouble. Empty = any code refuses.
    pub refused_codes: Vec<String>,
    /// What a 403 means in this connector's words.
    pub limited_means: Option<String>,
    /// Where the account stands in the answer.
    pub identity: IdentityPaths,
    /// Whether it is the OpenID userinfo endpoint, whose `sub` must be that of the ID token (Core §5.3.2).
    pub is_userinfo: bool,
}

/// The request that tells when a key ends, resolved: a GET, with the key where it stands in others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEndRequest {
    /// Where.
    pub url: Url,
    /// Where the key stands.
    pub placement: KeyPlacement,
    /// Extra headers.
    pub headers: Vec<(String, String)>,
    /// What of the answer tells it.
    pub place: KeyEndPlace,
}

/// What tells the end of a key: Unix seconds, RFC 3339, a day, or a day and time as GitHub writes them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyEndPlace {
    /// The header of this name.
    Header(String),
    /// What stands at this JSON pointer (RFC 6901).
    Body(String),
}

/// What a revocation is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokeTarget {
    /// RFC 7009: the token in the body, client authentication as at the token endpoint.
    TokenInBody,
    /// The credential authenticates its own end (a `DELETE …/self`).
    OwnCredential,
    /// The *new* credential authenticates, the old one is named in the URL by its key id.
    ByKeyId,
    /// GitHub's bulk revocation: `{"credentials": [KEY]}` without authentication.
    CredentialsArray,
}

/// How a credential is ended at the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokeRequest {
    /// Method.
    pub method: HttpMethod,
    /// Where; `{key_id}` already filled for [`RevokeTarget::ByKeyId`].
    pub url: Url,
    /// What it is given.
    pub target: RevokeTarget,
    /// Where a credential that authenticates the request stands.
    pub placement: KeyPlacement,
    /// Client authentication, for [`RevokeTarget::TokenInBody`].
    pub client_auth: ClientAuth,
    /// How the body is written, for [`RevokeTarget::TokenInBody`].
    pub body_format: BodyFormat,
}
