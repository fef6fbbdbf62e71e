//! The port as a whole; each flow is in its own file.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use storm_domain::port::{
    AuthorizationRequest, AuthorizationUrl, AuthorizationUrlError, ClientIdentity, ClientKeyError, Clock, Entropy,
    IdTokenCheck, Knock, ListenError, ListenRequest, Network, PendingRedirect, Probe, Provider, TokenRequest,
};
use storm_domain::{
    Account, ApiKeyCredential, Authority, AuthorityFileError, ClientMetadata, Credential, DeviceAuthorization,
    DevicePoll, Discovered, DiscoveryError, IdTokenError, KeyAnswer, KeyEndRequest, KeyRequest, NetworkSettings,
    NetworkSettingsError, OAuthService, RawTokenAnswer, RefreshFailure, RegisteredClient, RegistrationOffer,
    RevokeRequest, SendFailure, ServiceAccountKey, ServiceAccountService, SessionKey, SessionRequest, Timestamp,
    TokenAnswerReading, Verdict, VerifyRequest,
};
use storm_secret::{AccessToken, ClientSecret, IdToken, PrivateKey};
use url::Url;

use crate::http::{Deadlines, Http, HttpClientError};
use crate::id_token::KeySets;
use crate::network::Way;
use crate::sender::Sender;
use crate::token_answer::AnswerShape;
use crate::{
    assertion, authorization, claims, client_authentication, device, discovery, dpop, id_token, key_end, key_request,
    loopback, network, pushed, registration, revoke, session, token_answer, token_request, verify,
};

/// Speaks to services over HTTP. One for the whole program: it keeps connections, parsed signing keys and the
/// published keys of services.
pub struct HttpProvider {
    /// LOCK: held only to take or put the sender; who took one keeps it to the end of its request.
    sender: RwLock<Arc<Sender>>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    deadlines: Deadlines,
    /// Trusted whatever the settings say, in DER.
    authorities: Vec<Vec<u8>>,
    key_sets: KeySets,
}

impl HttpProvider {
    /// A provider with the usual deadlines: connect 10 s, token requests 60 s, all else 10 s.
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<Self, HttpClientError> {
        Self::with_deadlines(clock, entropy, Deadlines::default())
    }

    /// A provider with other deadlines.
    pub fn with_deadlines(
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        deadlines: Deadlines,
    ) -> Result<Self, HttpClientError> {
        Self::trusting(clock, entropy, deadlines, &[])
    }

    /// A provider that trusts certificate authorities beside the system's, given in DER.
    pub fn trusting(
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        deadlines: Deadlines,
        authorities: &[Vec<u8>],
    ) -> Result<Self, HttpClientError> {
        let way = Way::new(&NetworkSettings::default(), authorities);
        Ok(Self {
            sender: RwLock::new(Arc::new(Sender::new(
                Http::new(Arc::clone(&clock), deadlines, way)?,
                Arc::clone(&entropy),
            ))),
            clock,
            entropy,
            deadlines,
            authorities: authorities.to_vec(),
            key_sets: KeySets::default(),
        })
    }

    fn sender(&self) -> Arc<Sender> {
        Arc::clone(&self.sender.read().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Network for HttpProvider {
    async fn probe(&self, url: &Url) -> Probe {
        network::probe(&self.sender().http, url).await
    }

    async fn knock(&self, url: &Url) -> Option<Knock> {
        network::knock(&self.sender().http, url).await
    }

    async fn finds(&self, host: &str) -> bool {
        network::finds(&self.sender().http, host).await
    }

    fn follow(&self, settings: &NetworkSettings) -> Result<(), NetworkSettingsError> {
        let way = Way::new(settings, &self.authorities);
        let http = Http::new(Arc::clone(&self.clock), self.deadlines, way).map_err(|_| NetworkSettingsError)?;
        let sender = Sender::new(http, Arc::clone(&self.entropy));
        *self.sender.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(sender);
        Ok(())
    }

    fn read_authorities(&self, file: &[u8], now: Timestamp) -> Result<Vec<Authority>, AuthorityFileError> {
        network::read_authorities(file, now)
    }
}

#[async_trait]
impl Provider for HttpProvider {
    async fn discover(&self, issuer: &Url, service: OAuthService) -> Result<Discovered, DiscoveryError> {
        discovery::discover(&self.sender().http, issuer, service).await
    }

    async fn register_client(
        &self,
        offer: &RegistrationOffer,
        client: &ClientMetadata,
    ) -> Result<RegisteredClient, RefreshFailure> {
        registration::register_client(&self.sender(), offer, client).await
    }

    async fn listen(&self, request: &ListenRequest) -> Result<Box<dyn PendingRedirect>, ListenError> {
        Ok(Box::new(loopback::listen(request, Arc::clone(&self.clock), &*self.entropy).await?))
    }

    async fn make_authorization_url(
        &self,
        request: &AuthorizationRequest,
    ) -> Result<AuthorizationUrl, AuthorizationUrlError> {
        let made = authorization::make_authorization_url(request, &*self.entropy)?;
        if request.service.pushed_authorization_required {
            pushed::push(&self.sender(), request, made).await
        } else {
            Ok(made)
        }
    }

    fn check_client_secret(&self, secret: &ClientSecret) -> Result<(), ClientKeyError> {
        client_authentication::check_client_secret(&self.sender(), secret)
    }

    fn make_dpop_key(&self) -> Option<PrivateKey> {
        dpop::make_key()
    }

    async fn begin_device_authorization(
        &self,
        service: &OAuthService,
        client: &ClientIdentity,
        scopes: &[String],
    ) -> Result<DeviceAuthorization, RefreshFailure> {
        device::begin_device_authorization(&self.sender(), service, client, scopes).await
    }

    async fn send_token_request(&self, request: TokenRequest<'_>) -> Result<RawTokenAnswer, SendFailure> {
        token_request::send_token_request(&self.sender(), request).await
    }

    fn read_token_answer(&self, service: &OAuthService, answer: &RawTokenAnswer) -> TokenAnswerReading {
        token_answer::read_token_answer(AnswerShape::of(service), answer)
    }

    fn read_device_answer(&self, service: &OAuthService, answer: &RawTokenAnswer) -> DevicePoll {
        device::read_device_answer(AnswerShape::of(service), answer)
    }

    async fn check_id_token(&self, check: IdTokenCheck<'_>) -> Result<(), IdTokenError> {
        id_token::check_id_token(&self.sender().http, &self.key_sets, check).await
    }

    fn subject_of(&self, id_token: &IdToken) -> Option<String> {
        id_token::subject_of(id_token)
    }

    fn account_in(&self, id_token: &IdToken) -> Option<Account> {
        claims::account_in(id_token)
    }

    async fn exchange_assertion(
        &self,
        service: &ServiceAccountService,
        key: &ServiceAccountKey,
        now: Timestamp,
    ) -> Result<(AccessToken, Option<Duration>), RefreshFailure> {
        assertion::exchange_assertion(&self.sender(), service, key, now).await
    }

    async fn verify(
        &self,
        request: &VerifyRequest,
        credential: &Credential,
        access_token: Option<&AccessToken>,
    ) -> Verdict {
        verify::verify(&self.sender(), request, credential, access_token).await
    }

    async fn key_end(&self, request: &KeyEndRequest, key: &ApiKeyCredential) -> Option<Timestamp> {
        key_end::key_end(&self.sender().http, request, key).await
    }

    async fn make_session(
        &self,
        request: &SessionRequest,
        key: &ApiKeyCredential,
    ) -> Result<SessionKey, RefreshFailure> {
        session::make_session(&self.sender(), request, key).await
    }

    async fn revoke(
        &self,
        request: &RevokeRequest,
        target: &Credential,
        client: Option<&ClientIdentity>,
        using: Option<&AccessToken>,
    ) -> Result<(), RefreshFailure> {
        revoke::revoke(&self.sender(), request, target, client, using).await
    }

    async fn manage_keys(
        &self,
        request: &KeyRequest,
        using: &Credential,
        access_token: Option<&AccessToken>,
    ) -> Result<KeyAnswer, RefreshFailure> {
        key_request::manage_keys(&self.sender().http, request, using, access_token).await
    }
}
