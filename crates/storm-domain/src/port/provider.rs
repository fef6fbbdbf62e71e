//! The service on the other side of the network.
//!
//! Sending and reading are apart: [`Provider::send_token_request`] gives the answer as it came, the caller makes it durable,
//! and only then [`Provider::read_token_answer`] looks into it.

use std::time::Duration;

use async_trait::async_trait;
use storm_secret::{
    AccessToken, AuthorizationCode, ClientSecret, CodeVerifier, CsrfState, DeviceCode, DisplaySafeUrl, IdToken, Nonce,
    PrivateKey, RefreshToken,
};
use thiserror::Error;
use url::Url;

use super::{ListenError, ListenRequest, PendingRedirect};
use crate::{
    Account, ApiKeyCredential, ClientMetadata, Credential, DeviceAuthorization, DevicePoll, Discovered, DiscoveryError,
    IdTokenError, KeyAnswer, KeyEndRequest, KeyRequest, OAuthService, RawTokenAnswer, RefreshFailure, RegisteredClient,
    RegistrationOffer, RevokeRequest, SendFailure, ServiceAccountKey, ServiceAccountService, SessionKey,
    SessionRequest, Timestamp, TokenAnswerReading, Verdict, VerifyRequest,
};

/// An OAuth client as it presents itself.
#[derive(Debug, Clone)]
pub struct ClientIdentity {
    /// Public identifier.
    pub client_id: String,
    /// What a confidential client proves itself with: a password, or a private key in PEM, for mutual TLS with its certificate
    /// chain.
    pub client_secret: Option<ClientSecret>,
}

/// A client secret that looks like a key and is none that can be used. The text is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ClientKeyError {
    /// Neither an RSA key of 2,048 bits or more nor an EC key on P-256, or damaged.
    #[error("this key cannot be used for signing. Use an RSA key of at least 2048 bits or an EC key on P-256, in PEM")]
    NotUsable,
    /// It is protected by a passphrase.
    #[error("this key is protected by a passphrase. Take the protection off first; the vault protects it instead")]
    Encrypted,
    /// No private key between the PEM's lines.
    #[error("there is no private key in this text. Copy the part that begins with “-----BEGIN PRIVATE KEY-----” too")]
    NoKey,
    /// Its certificate does not fit it, or cannot be read.
    #[error("the certificate does not belong to this key, or cannot be read. Copy both again")]
    Certificate,
}

/// What an authorization asks for.
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    /// The service.
    pub service: OAuthService,
    /// As whom.
    pub client: ClientIdentity,
    /// Where the answer goes.
    pub redirect_uri: Url,
    /// Scopes asked for.
    pub scopes: Vec<String>,
    /// The account to sign in as, for a reconnect.
    pub login_hint: Option<String>,
}

/// The page to open, and what to keep until the redirect.
#[derive(Debug)]
pub struct AuthorizationUrl {
    /// Opened in the browser, shown with a Copy button.
    pub url: DisplaySafeUrl,
    /// Compared with the redirect's `state`.
    pub csrf_state: CsrfState,
    /// Sent with the code (RFC 7636 §4.5).
    pub code_verifier: CodeVerifier,
    /// What the ID token must repeat, when `openid` is asked for (OpenID Connect Core §3.1.2.1).
    pub nonce: Option<Nonce>,
    /// Whether the page may be opened once only, since its request was handed in beforehand (RFC 9126 §4).
    pub is_one_time: bool,
}

/// An authorization that must not be opened in a browser, or cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AuthorizationUrlError {
    /// Not https (http only on loopback), or with a user name or password in it.
    #[error("{field} is not a web address that may be opened")]
    Address {
        /// Such as `authorize_url`.
        field: &'static str,
    },
    /// A control character where a name, an id or a scope should be.
    #[error("{field} holds a control character")]
    ControlCharacter {
        /// Such as `client_id`.
        field: &'static str,
    },
    /// Longer than browsers and the system's opener take.
    #[error("the authorization page's address is too long")]
    TooLong,
    /// The service wants the request beforehand (RFC 9126), and did not take it.
    #[error("the service did not take the authorization request")]
    NotPushed(RefreshFailure),
}

/// What a token request presents.
#[derive(Debug)]
pub enum TokenGrant<'a> {
    /// RFC 6749 §4.1.3.
    AuthorizationCode {
        /// Used once.
        code: AuthorizationCode,
        /// The one its challenge was made of.
        code_verifier: CodeVerifier,
        /// The same as in the authorization request.
        redirect_uri: Url,
    },
    /// RFC 6749 §6.
    RefreshToken(&'a RefreshToken),
    /// RFC 8628 §3.4: presented again and again until the user has decided.
    DeviceCode(&'a DeviceCode),
    /// RFC 6749 §4.4: the client itself.
    ClientCredentials {
        /// Scopes asked for; none = the service's own.
        scopes: &'a [String],
    },
    /// RFC 8693 §2.1: another token for the one at hand.
    TokenExchange(TokenExchange<'a>),
}

/// What a token is exchanged for (RFC 8693 §2.1).
#[derive(Debug)]
pub struct TokenExchange<'a> {
    /// On whose behalf.
    pub subject_token: &'a AccessToken,
    /// What it is, such as [`TokenExchange::ACCESS_TOKEN`].
    pub subject_token_type: &'a str,
    /// Where the new token is to be used, by the service's name for it.
    pub audience: Option<&'a str>,
    /// Where the new token is to be used, by address (RFC 8707).
    pub resource: Option<&'a Url>,
    /// Scopes asked for; none = the service's own.
    pub scopes: &'a [String],
    /// What is asked for; None = what the service gives.
    pub requested_token_type: Option<&'a str>,
}

impl TokenExchange<'_> {
    /// The type of an OAuth access token (RFC 8693 §3).
    pub const ACCESS_TOKEN: &'static str = "urn:ietf:params:oauth:token-type:access_token";
}

/// A request to an OAuth token endpoint.
#[derive(Debug)]
pub struct TokenRequest<'a> {
    /// The service.
    pub service: &'a OAuthService,
    /// As whom.
    pub client: &'a ClientIdentity,
    /// With what.
    pub grant: TokenGrant<'a>,
    /// The key that the answer's tokens are to be bound to (RFC 9449); None = to none.
    pub dpop_key: Option<&'a PrivateKey>,
}

/// An ID token, and what it must agree with.
#[derive(Debug)]
pub struct IdTokenCheck<'a> {
    /// What came.
    pub id_token: &'a IdToken,
    /// Who sent it.
    pub service: &'a OAuthService,
    /// For whom it must be.
    pub client: &'a ClientIdentity,
    /// What it came with, for `at_hash`.
    pub access_token: Option<&'a AccessToken>,
    /// When it came, by the service's own clock if it said so: this computer's may be wrong.
    pub at: Timestamp,
    /// What it must follow from.
    pub of: IdTokenOf<'a>,
    /// Whether keys that are not known yet may be fetched.
    pub keys: KeySource,
}

/// What an ID token must follow from.
#[derive(Debug, Clone, Copy)]
pub enum IdTokenOf<'a> {
    /// A sign-in: it must repeat the nonce; None = the one that was sent is not known any more.
    SignIn(Option<&'a Nonce>),
    /// A refresh: it must be of the same issuer and account as the earlier one (Core §12.2).
    Refresh(Option<&'a IdToken>),
}

/// Where the keys of a service may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySource {
    /// Fetched when they are not known or do not fit.
    Network,
    /// Only those that are known already, where nothing may wait for the network.
    Memory,
}

/// The protocol clients.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Finds a service's endpoints from its issuer (RFC 8414, OpenID Connect Discovery) and completes `service` with them.
    /// At most 256 KiB, 32 levels and 10 s; only the host of `issuer` may lie inside a network.
    async fn discover(&self, issuer: &Url, service: OAuthService) -> Result<Discovered, DiscoveryError>;
    /// Registers this program as a client (RFC 7591 §3). No redirects, 10 s, body ≤ 64 KiB. What it sends holds no secret.
    async fn register_client(
        &self,
        offer: &RegistrationOffer,
        client: &ClientMetadata,
    ) -> Result<RegisteredClient, RefreshFailure>;
    /// Opens the loopback port.
    async fn listen(&self, request: &ListenRequest) -> Result<Box<dyn PendingRedirect>, ListenError>;
    /// Makes the authorization URL with fresh `state` and PKCE S256; hands the request in beforehand where the service requires
    /// it (RFC 9126), and never goes without then.
    async fn make_authorization_url(
        &self,
        request: &AuthorizationRequest,
    ) -> Result<AuthorizationUrl, AuthorizationUrlError>;
    /// Asks for a code that the user types on another device (RFC 8628 §3.1).
    async fn begin_device_authorization(
        &self,
        service: &OAuthService,
        client: &ClientIdentity,
        scopes: &[String],
    ) -> Result<DeviceAuthorization, RefreshFailure>;
    /// Whether a client can prove itself with this: any password, and a key that can sign.
    ///
    /// # Errors
    /// Says why a key cannot be used.
    fn check_client_secret(&self, secret: &ClientSecret) -> Result<(), ClientKeyError>;
    /// Makes a key to bind a grant to (RFC 9449), ES256. None = this computer could not make one.
    fn make_dpop_key(&self) -> Option<PrivateKey>;
    /// Sends a token request. No redirects, connect 10 s, total 60 s, body ≤ 1 MiB. Sent twice only when the service refused to
    /// look at the first without its nonce (RFC 9449 §8).
    async fn send_token_request(&self, request: TokenRequest<'_>) -> Result<RawTokenAnswer, SendFailure>;
    /// Reads an answer tolerantly; never fails, never panics.
    fn read_token_answer(&self, service: &OAuthService, answer: &RawTokenAnswer) -> TokenAnswerReading;
    /// Checks an ID token (OpenID Connect Core §3.1.3.7, §12.2). A service without [`crate::IdTokenRules`] has none to check.
    async fn check_id_token(&self, check: IdTokenCheck<'_>) -> Result<(), IdTokenError>;
    /// The `sub` of an ID token that was checked before.
    fn subject_of(&self, id_token: &IdToken) -> Option<String>;
    /// Reads the answer to a device code: tokens, or that the user has not decided yet; never fails, never panics.
    fn read_device_answer(&self, service: &OAuthService, answer: &RawTokenAnswer) -> DevicePoll;
    /// The account that an ID token names, for a service that names it nowhere else.
    fn account_in(&self, id_token: &IdToken) -> Option<Account>;
    /// Exchanges a signed assertion for an access token (RFC 7523 §2.1).
    async fn exchange_assertion(
        &self,
        service: &ServiceAccountService,
        key: &ServiceAccountKey,
        now: Timestamp,
    ) -> Result<(AccessToken, Option<Duration>), RefreshFailure>;
    /// Verifies a credential. For OAuth and service accounts `access_token` is what is sent; for an API key it is `None`.
    async fn verify(
        &self,
        request: &VerifyRequest,
        credential: &Credential,
        access_token: Option<&AccessToken>,
    ) -> Verdict;
    /// When a key ends; None = the service did not tell. 10 s, body ≤ 1 MiB.
    async fn key_end(&self, request: &KeyEndRequest, key: &ApiKeyCredential) -> Option<Timestamp>;
    /// Has a short-lived key made of a lasting one. No redirects, 10 s, body ≤ 1 MiB; sent a second time only where the signature
    /// was refused and the service's clock shows why.
    ///
    /// # Errors
    /// [`RefreshFailure::GrantRefused`] refuses the lasting key, [`RefreshFailure::RequestRefused`] this request alone.
    async fn make_session(
        &self,
        request: &SessionRequest,
        key: &ApiKeyCredential,
    ) -> Result<SessionKey, RefreshFailure>;
    /// Revokes `target` at the service; `using` authenticates where the request needs a credential.
    async fn revoke(
        &self,
        request: &RevokeRequest,
        target: &Credential,
        client: Option<&ClientIdentity>,
        using: Option<&AccessToken>,
    ) -> Result<(), RefreshFailure>;
    /// Asks about keys: which there are, for another one, or for the end of one; `using` authenticates, by its `access_token`
    /// where it is a key file. No redirects, 10 s, sent once.
    async fn manage_keys(
        &self,
        request: &KeyRequest,
        using: &Credential,
        access_token: Option<&AccessToken>,
    ) -> Result<KeyAnswer, RefreshFailure>;
}
