//! The real provider and the event sink behind traps, and a person in a browser who approves everything.

use std::sync::Arc;

use async_trait::async_trait;
use storm_domain::port::{
    AuthorizationRequest, AuthorizationUrl, AuthorizationUrlError, Browser, BrowserError, ClientIdentity,
    ClientKeyError, EventSink, IdTokenCheck, ListenError, ListenRequest, PendingRedirect, Provider, TokenRequest,
};
use storm_domain::{
    Account, ApiKeyCredential, ClientMetadata, Credential, DeviceAuthorization, DevicePoll, Discovered, DiscoveryError,
    Event, IdTokenError, KeyAnswer, KeyEndRequest, KeyRequest, OAuthService, RawTokenAnswer, RefreshFailure,
    RegisteredClient, RegistrationOffer, RevokeRequest, SendFailure, ServiceAccountKey, ServiceAccountService,
    SessionKey, SessionRequest, Timestamp, TokenAnswerReading, Verdict, VerifyRequest,
};
use storm_secret::{AccessToken, ClientSecret, DisplaySafeUrl, IdToken, PrivateKey};
use storm_tests::{Outcome, StepError};
use url::Url;

use super::trap::Traps;

pub struct TrappedProvider {
    pub inner: Arc<dyn Provider>,
    pub traps: Arc<Traps>,
}

#[async_trait]
impl Provider for TrappedProvider {
    async fn discover(&self, issuer: &Url, service: OAuthService) -> Result<Discovered, DiscoveryError> {
        self.inner.discover(issuer, service).await
    }
    async fn register_client(
        &self,
        offer: &RegistrationOffer,
        client: &ClientMetadata,
    ) -> Result<RegisteredClient, RefreshFailure> {
        self.inner.register_client(offer, client).await
    }
    async fn listen(&self, request: &ListenRequest) -> Result<Box<dyn PendingRedirect>, ListenError> {
        self.inner.listen(request).await
    }
    async fn make_authorization_url(
        &self,
        request: &AuthorizationRequest,
    ) -> Result<AuthorizationUrl, AuthorizationUrlError> {
        self.inner.make_authorization_url(request).await
    }
    fn check_client_secret(&self, secret: &ClientSecret) -> Result<(), ClientKeyError> {
        self.inner.check_client_secret(secret)
    }
    fn make_dpop_key(&self) -> Option<PrivateKey> {
        self.inner.make_dpop_key()
    }
    async fn begin_device_authorization(
        &self,
        service: &OAuthService,
        client: &ClientIdentity,
        scopes: &[String],
    ) -> Result<DeviceAuthorization, RefreshFailure> {
        self.inner.begin_device_authorization(service, client, scopes).await
    }
    async fn send_token_request(&self, request: TokenRequest<'_>) -> Result<RawTokenAnswer, SendFailure> {
        self.traps.pass("send_token_request", false);
        let answer = self.inner.send_token_request(request).await;
        self.traps.pass("send_token_request", true);
        answer
    }
    fn read_token_answer(&self, service: &OAuthService, answer: &RawTokenAnswer) -> TokenAnswerReading {
        self.traps.pass("read_token_answer", false);
        let reading = self.inner.read_token_answer(service, answer);
        self.traps.pass("read_token_answer", true);
        reading
    }
    async fn check_id_token(&self, check: IdTokenCheck<'_>) -> Result<(), IdTokenError> {
        self.inner.check_id_token(check).await
    }
    fn subject_of(&self, id_token: &IdToken) -> Option<String> {
        self.inner.subject_of(id_token)
    }
    fn read_device_answer(&self, service: &OAuthService, answer: &RawTokenAnswer) -> DevicePoll {
        self.inner.read_device_answer(service, answer)
    }
    fn account_in(&self, id_token: &IdToken) -> Option<Account> {
        self.inner.account_in(id_token)
    }
    async fn exchange_assertion(
        &self,
        service: &ServiceAccountService,
        key: &ServiceAccountKey,
        now: Timestamp,
    ) -> Result<(AccessToken, Option<std::time::Duration>), RefreshFailure> {
        self.traps.pass("exchange_assertion", false);
        let exchanged = self.inner.exchange_assertion(service, key, now).await;
        self.traps.pass("exchange_assertion", true);
        exchanged
    }
    async fn verify(
        &self,
        request: &VerifyRequest,
        credential: &Credential,
        access_token: Option<&AccessToken>,
    ) -> Verdict {
        self.traps.pass("verify", false);
        let verdict = self.inner.verify(request, credential, access_token).await;
        self.traps.pass("verify", true);
        verdict
    }
    async fn make_session(
        &self,
        request: &SessionRequest,
        key: &ApiKeyCredential,
    ) -> Result<SessionKey, RefreshFailure> {
        self.inner.make_session(request, key).await
    }
    async fn revoke(
        &self,
        request: &RevokeRequest,
        target: &Credential,
        client: Option<&ClientIdentity>,
        using: Option<&AccessToken>,
    ) -> Result<(), RefreshFailure> {
        self.traps.pass("revoke", false);
        let revoked = self.inner.revoke(request, target, client, using).await;
        self.traps.pass("revoke", true);
        revoked
    }
    async fn manage_keys(
        &self,
        request: &KeyRequest,
        using: &Credential,
        access_token: Option<&AccessToken>,
    ) -> Result<KeyAnswer, RefreshFailure> {
        self.traps.pass("manage_keys", false);
        let answer = self.inner.manage_keys(request, using, access_token).await;
        self.traps.pass("manage_keys", true);
        answer
    }
    async fn key_end(&self, request: &KeyEndRequest, key: &ApiKeyCredential) -> Option<Timestamp> {
        self.traps.pass("key_end", false);
        let end = self.inner.key_end(request, key).await;
        self.traps.pass("key_end", true);
        end
    }
}

pub struct TrappedEvents(pub Arc<Traps>);

impl EventSink for TrappedEvents {
    fn publish(&self, _: Event) {
        self.0.look("publish", false);
        self.0.ring();
    }
}

/// Signs in as whoever the order names and approves.
pub struct Person(pub tokio::sync::watch::Receiver<String>);

#[async_trait]
impl Browser for Person {
    async fn open(&self, url: &DisplaySafeUrl) -> Result<(), BrowserError> {
        // EXPOSE: the person follows the link.
        let (page, account) = (url.expose().clone(), self.0.borrow().clone());
        approve(page, &account).await.map_err(|_| BrowserError::NotOpened)
    }
}

async fn approve(page: Url, account: &str) -> Outcome {
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build()?;
    let base = page.origin().ascii_serialization();
    let sign_in = http.get(page).send().await?.text().await?;
    let form = [("attempt", attempt_of(&sign_in)?), ("account", account), ("password", "practice")];
    let consent = http.post(format!("{base}/oauth/sign-in")).form(&form).send().await?.text().await?;
    let form = [("attempt", attempt_of(&consent)?), ("decision", "approve")];
    http.post(format!("{base}/oauth/consent")).form(&form).send().await?;
    Ok(())
}

fn attempt_of(page: &str) -> Outcome<&str> {
    let attempt = page.split_once("name=\"attempt\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
    attempt.map(|(attempt, _)| attempt).ok_or_else(|| StepError::Wrong("the page has no form".to_owned()))
}
