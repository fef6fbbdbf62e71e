//! The network between the program and the services, at the provider port. Answers are read by the real reader.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use storm_auth::{HttpProvider, OsEntropy};
use storm_domain::port::{
    AuthorizationRequest, AuthorizationUrl, AuthorizationUrlError, ClientIdentity, ClientKeyError, Clock as _,
    ExpectedRedirect, IdTokenCheck, ListenError, ListenRequest, PasteError, PendingRedirect, Provider, Redirect,
    RedirectDesk, TokenGrant, TokenRequest,
};
use storm_domain::{
    Account, ApiKeyCredential, ClientMetadata, Credential, Delivery, DeviceAuthorization, DevicePoll, Discovered,
    DiscoveryError, IdTokenError, KeyAnswer, KeyEndRequest, KeyRequest, OAuthService, RawTokenAnswer, RefreshFailure,
    RegisteredClient, RegistrationOffer, RevokeRequest, SendFailure, ServiceAccountKey, ServiceAccountService,
    SessionKey, SessionRequest, Timestamp, TokenAnswerReading, TransientKind, Verdict, VerifyRequest,
};
use storm_secret::{
    AccessToken, AuthorizationCode, ClientSecret, CodeVerifier, CsrfState, DisplaySafeUrl, IdToken, PastedRedirect,
    PrivateKey, SecretBytes,
};
use url::Url;

use crate::clock::SimulatedClock;
use crate::dice::Dice;
use crate::ledger::{Ledger, count};
use crate::service::{Issued, Shared, parts};
use crate::world::{FIRST_PORT, host_of};

pub struct Network {
    clock: Arc<SimulatedClock>,
    dice: Arc<Dice>,
    ledger: Arc<Ledger>,
    services: Shared,
    reader: HttpProvider,
}

impl Network {
    pub fn new(clock: Arc<SimulatedClock>, dice: Arc<Dice>, ledger: Arc<Ledger>, services: Shared) -> Self {
        let reader = HttpProvider::new(Arc::clone(&clock) as _, Arc::new(OsEntropy)).unwrap();
        Self { clock, dice, ledger, services, reader }
    }

    fn failed<T>(delivery: Delivery, kind: TransientKind) -> Result<T, SendFailure> {
        Err(SendFailure { delivery, kind })
    }

    fn answer(&self, status: u16, body: String) -> RawTokenAnswer {
        RawTokenAnswer {
            status,
            content_type: Some("application/json".to_owned()),
            retry_after: None,
            server_time: Some(self.clock.true_now()),
            received_at: self.clock.now(),
            body: SecretBytes::new(body.into_bytes()),
            dpop_key: None,
        }
    }

    async fn refresh(&self, index: usize, turn: u32, number: u64) -> Result<RawTokenAnswer, SendFailure> {
        let slow = self.happens(5_000);
        let way = || if slow { self.dice.time(5_000, 25_000) } else { self.dice.time(5, 400) };
        self.services.lock().unwrap().grant(index, turn).departs(number, self.clock.true_now(), &self.ledger);
        let mut flight = Flight { network: self, index, turn, number, stage: Stage::Leaving };
        tokio::time::sleep(way()).await;
        let is_down = self.services.lock().unwrap().network_is_down_until > self.clock.true_now();
        if is_down || self.happens(2_000) {
            return Self::failed(Delivery::NotSent, TransientKind::Dns);
        }
        let sleeps = self.clock.sleeps();
        flight.stage = Stage::Sent;
        if self.happens(1_000) {
            flight.stage = Stage::Leaving; // reset before it came there
            return Self::failed(Delivery::Ambiguous, TransientKind::Connection);
        }
        if let Some(trouble) = self.trouble(index) {
            flight.stage = Stage::Leaving;
            tokio::time::sleep(way()).await;
            return Ok(trouble);
        }
        let now = self.clock.true_now();
        let issued = self.services.lock().unwrap().grant(index, turn).refresh(number, now, &self.ledger);
        flight.stage = Stage::Answered;
        tokio::time::sleep(way()).await;
        let has_slept = self.clock.sleeps() > sleeps;
        if has_slept {
            count(&self.ledger.sleeps_in_flight);
        }
        let cut_off = has_slept && self.dice.happens(700_000);
        if cut_off || self.happens(300) {
            self.lose(index, turn);
            flight.stage = Stage::Leaving;
            if !cut_off && self.dice.happens(300_000) {
                tokio::time::sleep(Duration::from_secs(55)).await;
                return Self::failed(Delivery::Ambiguous, TransientKind::Timeout);
            }
            return Self::failed(Delivery::Ambiguous, TransientKind::Connection);
        }
        let mut services = self.services.lock().unwrap();
        let grant = services.grant(index, turn);
        flight.stage = Stage::Over;
        grant.arrives();
        match issued {
            Some(issued) => {
                grant.is_delivered(self.clock.monotonic(), self.clock.wrong_by());
                Ok(self.answer(200, self.written(&issued)))
            }
            None => Ok(self.answer(400, r#"{"error":"invalid_grant"}"#.to_owned())),
        }
    }

    /// What a busy service or somebody in between answers.
    fn trouble(&self, index: usize) -> Option<RawTokenAnswer> {
        let busy = self.services.lock().unwrap().busy_until[host_of(index)] > self.clock.true_now();
        if busy {
            count(&self.ledger.busy_answers);
            let pause = self.dice.time(1_000, 120_000);
            return Some(RawTokenAnswer { retry_after: Some(pause), ..self.answer(503, String::new()) });
        }
        if !self.happens(3_000) {
            return None;
        }
        match self.dice.below(3) {
            0 => Some(self.answer(502, "<html><h1>Bad gateway</h1></html>".to_owned())),
            1 => Some(self.answer(200, "<html>sign in to the network</html>".to_owned())),
            _ => Some(self.answer(429, r#"{"error":"slow_down"}"#.to_owned())),
        }
    }

    /// As services write it, oddly at times.
    fn written(&self, issued: &Issued) -> String {
        let mut fields = vec![format!(r#""access_token":"{}""#, issued.access_token)];
        if let Some(token) = &issued.refresh_token {
            fields.push(format!(r#""refresh_token":"{token}""#));
        }
        if let Some(lifetime) = issued.lifetime {
            let seconds = lifetime.as_secs();
            let written = if self.dice.happens(20_000) { format!(r#""{seconds}""#) } else { seconds.to_string() };
            fields.push(format!(r#""expires_in":{written}"#));
        }
        if !self.dice.happens(20_000) {
            fields.push(r#""token_type":"Bearer""#.to_owned());
        }
        format!("{{{}}}", fields.join(","))
    }

    fn lose(&self, index: usize, turn: u32) {
        if self.services.lock().unwrap().grant(index, turn).answer_was_lost() {
            count(&self.ledger.lost_answers);
        }
    }

    /// Whether something goes wrong that goes wrong `times` in a million.
    fn happens(&self, times: u64) -> bool {
        self.dice.happens(times) && !self.services.lock().unwrap().is_calm
    }
}

#[derive(PartialEq)]
enum Stage {
    /// Nothing comes of it, or nothing more.
    Leaving,
    /// It will reach the service.
    Sent,
    /// Its answer is on the way back.
    Answered,
    /// It came back.
    Over,
}

/// A request on its way; when the program ends, whatever is on the way goes on without it.
struct Flight<'a> {
    network: &'a Network,
    index: usize,
    turn: u32,
    number: u64,
    stage: Stage,
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        if self.stage == Stage::Over {
            return;
        }
        let now = self.network.clock.true_now();
        {
            let mut services = self.network.services.lock().unwrap();
            let grant = services.grant(self.index, self.turn);
            if self.stage == Stage::Sent {
                grant.refresh(self.number, now, &self.network.ledger);
            }
            grant.arrives();
        }
        if self.stage != Stage::Leaving {
            self.network.lose(self.index, self.turn);
        }
    }
}

#[async_trait]
impl Provider for Network {
    async fn discover(&self, _issuer: &Url, _service: OAuthService) -> Result<Discovered, DiscoveryError> {
        unreachable!("the practice connector names its endpoints")
    }

    async fn register_client(
        &self,
        _offer: &RegistrationOffer,
        _client: &ClientMetadata,
    ) -> Result<RegisteredClient, RefreshFailure> {
        unreachable!("the practice connector has its client")
    }

    async fn listen(&self, request: &ListenRequest) -> Result<Box<dyn PendingRedirect>, ListenError> {
        let index = request.service.token_url.port().map_or(0, |port| usize::from(port - FIRST_PORT));
        Ok(Box::new(Browser { index, answers_after: self.dice.time(3_000, 90_000) }))
    }

    async fn make_authorization_url(
        &self,
        request: &AuthorizationRequest,
    ) -> Result<AuthorizationUrl, AuthorizationUrlError> {
        Ok(AuthorizationUrl {
            url: DisplaySafeUrl::new(request.service.authorize_url.clone()),
            csrf_state: CsrfState::new("state"),
            code_verifier: CodeVerifier::new("verifier"),
            nonce: None,
            is_one_time: false,
        })
    }

    fn check_client_secret(&self, secret: &ClientSecret) -> Result<(), ClientKeyError> {
        self.reader.check_client_secret(secret)
    }

    fn make_dpop_key(&self) -> Option<PrivateKey> {
        self.reader.make_dpop_key()
    }

    async fn begin_device_authorization(
        &self,
        _service: &OAuthService,
        _client: &ClientIdentity,
        _scopes: &[String],
    ) -> Result<DeviceAuthorization, RefreshFailure> {
        unreachable!("everybody signs in in the browser here")
    }

    async fn send_token_request(&self, request: TokenRequest<'_>) -> Result<RawTokenAnswer, SendFailure> {
        match request.grant {
            TokenGrant::RefreshToken(token) => {
                // EXPOSE: the simulated service reads it.
                let (index, turn, number) = parts(token.expose(), "rt").unwrap();
                self.refresh(index, turn, number).await
            }
            TokenGrant::AuthorizationCode { code, .. } => {
                // EXPOSE: the simulated service reads it.
                let index: usize = code.expose().parse().unwrap();
                tokio::time::sleep(self.dice.time(5, 400)).await;
                let mut services = self.services.lock().unwrap();
                let grant = services.authorize(index, &self.dice);
                let issued = grant.issue(self.clock.true_now());
                grant.is_delivered(self.clock.monotonic(), self.clock.wrong_by());
                Ok(self.answer(200, self.written(&issued)))
            }
            TokenGrant::DeviceCode(_) => unreachable!("everybody signs in in the browser here"),
            _ => unreachable!("the practice connector asks for nothing else"),
        }
    }

    fn read_token_answer(&self, service: &OAuthService, answer: &RawTokenAnswer) -> TokenAnswerReading {
        self.reader.read_token_answer(service, answer)
    }

    async fn check_id_token(&self, _check: IdTokenCheck<'_>) -> Result<(), IdTokenError> {
        unreachable!("the simulated services send no ID tokens")
    }

    fn subject_of(&self, _id_token: &IdToken) -> Option<String> {
        None
    }

    fn read_device_answer(&self, _service: &OAuthService, _answer: &RawTokenAnswer) -> DevicePoll {
        unreachable!("everybody signs in in the browser here")
    }
    fn account_in(&self, id_token: &IdToken) -> Option<Account> {
        self.reader.account_in(id_token)
    }

    async fn exchange_assertion(
        &self,
        _service: &ServiceAccountService,
        _key: &ServiceAccountKey,
        _now: Timestamp,
    ) -> Result<(AccessToken, Option<Duration>), RefreshFailure> {
        unreachable!("there are no service accounts here")
    }

    async fn verify(
        &self,
        _request: &VerifyRequest,
        credential: &Credential,
        _access_token: Option<&AccessToken>,
    ) -> Verdict {
        tokio::time::sleep(self.dice.time(5, 400)).await;
        let Credential::OAuthGrant(grant) = credential else { unreachable!("there are only grants here") };
        // EXPOSE: the simulated service reads it.
        let token = grant.access_token.as_ref().and_then(|token| parts(token.expose(), "at")).unwrap();
        let id = format!("account-{}", token.0);
        Verdict::Works { account: Some(Account { label: id.clone(), id }) }
    }

    async fn key_end(&self, _request: &KeyEndRequest, _key: &ApiKeyCredential) -> Option<Timestamp> {
        unreachable!("there are no keys here")
    }

    async fn make_session(
        &self,
        _request: &SessionRequest,
        _key: &ApiKeyCredential,
    ) -> Result<SessionKey, RefreshFailure> {
        unreachable!("there are no keys here")
    }

    async fn revoke(
        &self,
        _request: &RevokeRequest,
        _target: &Credential,
        _client: Option<&ClientIdentity>,
        _using: Option<&AccessToken>,
    ) -> Result<(), RefreshFailure> {
        unreachable!("nobody disconnects here")
    }

    async fn manage_keys(
        &self,
        _request: &KeyRequest,
        _using: &Credential,
        _access_token: Option<&AccessToken>,
    ) -> Result<KeyAnswer, RefreshFailure> {
        unreachable!("nobody rotates here")
    }
}

/// A person who approves after a while.
struct Browser {
    index: usize,
    answers_after: Duration,
}

impl PendingRedirect for Browser {
    fn redirect_uri(&self) -> Url {
        Url::parse("http://127.0.0.1:1/").unwrap()
    }

    fn expect(self: Box<Self>, _state: CsrfState, _issuer: Option<String>) -> ExpectedRedirect {
        let outcome = async move {
            tokio::time::sleep(self.answers_after).await;
            Ok(Redirect { code: AuthorizationCode::new(self.index.to_string()) })
        };
        ExpectedRedirect {
            desk: Arc::new(NoDesk),
            disturbed: Box::pin(std::future::pending()),
            outcome: Box::pin(outcome),
        }
    }
}

/// Nobody pastes here, and nobody asks twice.
struct NoDesk;

impl RedirectDesk for NoDesk {
    fn paste(&self, _address: &PastedRedirect) -> Result<(), PasteError> {
        unreachable!("nobody pastes here")
    }

    fn replace(&self) {}
}
