//! Authorizing in the browser, for a new integration or for one that is there already (Reconnect).
//!
//! INVARIANT: until the new grant is stored and tried, what worked before is untouched; an integration keeps its id; another
//! account than before is never taken without the user's word. A browser that never comes back, a Deny, or a Cancel leave
//! nothing behind.

use std::sync::Arc;
use std::time::Duration;

use storm_domain::port::{
    AuthorizationRequest, ClientIdentity, GrantCommit, ListenRequest, NewIntegration, PendingRedirect, Redirect,
    TokenGrant, TokenRequest,
};
use storm_domain::{
    Account, Action, ActivityKind, AttemptId, Credential, Delivery, ErrorCode, Event, Failure, GenerationNumber,
    Integration, IntegrationId, Method, OAuthGrant, OAuthService, RefreshFailure, RefreshIntent, Timestamp, TokenEvent,
    TokenState, Verdict, VerdictRecord,
};
use storm_secret::{CodeVerifier, CsrfState, DisplaySafeUrl};
use tokio::sync::watch;

use crate::catalogue::badge;
use crate::engine::{Engine, lock};
use crate::error::ToFailure as _;
use crate::refresh::{LEASE_TERM, successor_of};
use crate::view::{AuthorizationProgress, AuthorizationTarget, AuthorizationView, BeginAuthorizationRequest};

/// How long the loopback port stays open for the browser.
const BROWSER_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// One try, from opening the port to its end. Kept a while afterwards so that the dialog can show how it ended.
pub(crate) struct Attempt {
    view: AuthorizationView,
    url: DisplaySafeUrl,
    plan: Plan,
    stop: watch::Sender<bool>,
    /// A stored grant of another account, waiting for the user's word.
    undecided: Option<Undecided>,
}

impl Attempt {
    /// Stops waiting; the port is closed at once.
    pub(crate) fn cancel(&self) {
        self.stop.send_replace(true);
    }

    fn is_open(&self) -> bool {
        matches!(self.view.progress, AuthorizationProgress::Waiting { .. } | AuthorizationProgress::Exchanging)
    }
}

/// What is authorized, with everything resolved.
#[derive(Clone)]
struct Plan {
    integration: Integration,
    is_new: bool,
    service: OAuthService,
    client: ClientIdentity,
}

#[derive(Clone)]
struct Undecided {
    staged: GenerationNumber,
    grant_expires_at: Option<Timestamp>,
    refreshable: bool,
    scopes: Option<Vec<String>>,
    account: Account,
    verdict: Verdict,
}

impl Engine {
    /// Opens the loopback port and the browser, and waits in the background.
    ///
    /// # Errors
    /// When a field or the registration cannot be used, the endpoints are not found, or the port cannot be opened.
    pub async fn begin_authorization(
        self: &Arc<Self>,
        request: BeginAuthorizationRequest,
    ) -> Result<AuthorizationView, Failure> {
        let plan = self.plan(request.target).await?;
        let listen = ListenRequest { service: plan.service.clone(), timeout: BROWSER_TIMEOUT };
        self.replace_open_attempts(&plan);
        let pending = self.parts.provider.listen(&listen).await.map_err(|error| error.to_failure())?;
        let asked = AuthorizationRequest {
            service: plan.service.clone(),
            client: plan.client.clone(),
            redirect_uri: pending.redirect_uri(),
            scopes: plan.integration.requested_scopes.clone(),
            login_hint: plan.integration.account.as_ref().map(|account| account.label.clone()),
        };
        let authorization = self.parts.provider.make_authorization_url(&asked).map_err(|error| error.to_failure())?;
        let id = AttemptId(self.parts.entropy.make_uuid());
        let view = AuthorizationView {
            id,
            connector: badge(self.connector(&plan.integration.connector_id)?),
            scopes: plan.integration.requested_scopes.clone(),
            // EXPOSE: the link is shown to the user with a Copy button; its `state` is of use to this computer only.
            url: authorization.url.expose().to_string(),
            redirect_uri: pending.redirect_uri().to_string(),
            expires_at: self.now().after(BROWSER_TIMEOUT),
            progress: AuthorizationProgress::Waiting { browser_opened: true },
        };
        let (stop, stopped) = watch::channel(false);
        self.keep_attempt(Attempt {
            view: view.clone(),
            url: authorization.url.clone(),
            plan: plan.clone(),
            stop,
            undecided: None,
        });
        let engine = Arc::clone(self);
        tokio::spawn(async move { engine.open_browser_for(id, &authorization.url).await });
        let engine = Arc::clone(self);
        let wait =
            Wait { pending, csrf_state: authorization.csrf_state, code_verifier: authorization.code_verifier, stopped };
        tokio::spawn(async move { engine.carry_out(id, plan, wait).await });
        Ok(view)
    }

    /// Where an authorization stands.
    ///
    /// # Errors
    /// When it is not known any more.
    pub fn authorization(&self, id: AttemptId) -> Result<AuthorizationView, Failure> {
        lock(&self.attempts).get(&id).map(|attempt| attempt.view.clone()).ok_or_else(over)
    }

    /// The link of an authorization, for the clipboard.
    ///
    /// # Errors
    /// When it is not known any more.
    pub fn authorization_link(&self, id: AttemptId) -> Result<DisplaySafeUrl, Failure> {
        lock(&self.attempts).get(&id).map(|attempt| attempt.url.clone()).ok_or_else(over)
    }

    /// Opens the same page again.
    ///
    /// # Errors
    /// When the authorization is over, or no browser opens.
    pub async fn reopen_browser(&self, id: AttemptId) -> Result<(), Failure> {
        let url = lock(&self.attempts).get(&id).filter(|attempt| attempt.is_open()).map(|attempt| attempt.url.clone());
        self.parts.browser.open(&url.ok_or_else(over)?).await.map_err(|error| error.to_failure())
    }

    /// Stops waiting and closes the port.
    ///
    /// # Errors
    /// When it is not known any more.
    pub fn cancel_authorization(&self, id: AttemptId) -> Result<(), Failure> {
        lock(&self.attempts).get(&id).map(Attempt::cancel).ok_or_else(over)
    }

    /// Decides about a reconnect that signed in as another account.
    ///
    /// # Errors
    /// When nothing waits for a decision, or the vault cannot be written.
    pub async fn accept_different_account(&self, id: AttemptId, accept: bool) -> Result<AuthorizationView, Failure> {
        let waiting = lock(&self.attempts)
            .get_mut(&id)
            .and_then(|attempt| attempt.undecided.take().map(|undecided| (attempt.plan.clone(), undecided)));
        let (plan, undecided) = waiting.ok_or_else(over)?;
        let integration_id = plan.integration.id;
        let progress = if accept {
            self.take_over(&plan, &undecided).await?;
            AuthorizationProgress::Completed {
                integration_id,
                account: Some(undecided.account.clone()),
                verdict: undecided.verdict.clone(),
            }
        } else {
            let retired = self.vault().retire_generation(integration_id, undecided.staged, self.now()).await;
            retired.map_err(|error| error.to_failure())?;
            AuthorizationProgress::Cancelled
        };
        self.progress(id, progress);
        self.authorization(id)
    }

    async fn plan(&self, target: AuthorizationTarget) -> Result<Plan, Failure> {
        match target {
            AuthorizationTarget::Reconnect { integration_id } => {
                let integration = self.live(integration_id).await?;
                if integration.method != Method::OAuth {
                    return Err(Failure::new(
                        ErrorCode::NotSupported,
                        "This integration does not sign in by browser. Replace its key instead.",
                        Some(Action::ReplaceCredential),
                    ));
                }
                let (service, client) = self.oauth_party(&integration).await?;
                Ok(Plan { integration, is_new: false, service, client })
            }
            AuthorizationTarget::New { connector_id, name, fields, registration_id, scopes } => {
                let connector = self.connector(&connector_id)?;
                let fields = self.checked_fields(connector, Method::OAuth, &fields).await?;
                let scopes = connector.scopes_to_request(Method::OAuth, &scopes);
                let service = connector.oauth_service(&fields).map_err(|error| error.to_failure())?;
                let client = self.client_of(&self.registration(registration_id).await?).await?;
                let integration = self
                    .new_integration(&connector_id, name, Method::OAuth, fields, Some(registration_id), scopes)
                    .await?;
                Ok(Plan { integration, is_new: true, service, client })
            }
        }
    }

    /// One open attempt for each integration, and one for each connector that is being set up.
    fn replace_open_attempts(&self, plan: &Plan) {
        for attempt in lock(&self.attempts).values().filter(|attempt| attempt.is_open()) {
            let other = &attempt.plan;
            let same = if plan.is_new {
                other.is_new && other.integration.connector_id == plan.integration.connector_id
            } else {
                other.integration.id == plan.integration.id
            };
            if same {
                attempt.cancel();
            }
        }
    }

    fn keep_attempt(&self, attempt: Attempt) {
        const MOST_KEPT: usize = 64;
        let mut attempts = lock(&self.attempts);
        if attempts.len() >= MOST_KEPT {
            let oldest = attempts
                .values()
                .filter(|old| !old.is_open())
                .min_by_key(|old| old.view.expires_at)
                .map(|old| old.view.id);
            oldest.map(|id| attempts.remove(&id));
        }
        attempts.insert(attempt.view.id, attempt);
    }

    async fn open_browser_for(&self, id: AttemptId, url: &DisplaySafeUrl) {
        if let Err(error) = self.parts.browser.open(url).await {
            tracing::warn!(%error, "no browser was opened for an authorization");
            let waiting =
                self.authorization(id).is_ok_and(|view| matches!(view.progress, AuthorizationProgress::Waiting { .. }));
            if waiting {
                self.progress(id, AuthorizationProgress::Waiting { browser_opened: false });
            }
        }
    }

    fn progress(&self, id: AttemptId, progress: AuthorizationProgress) {
        if let Some(attempt) = lock(&self.attempts).get_mut(&id) {
            attempt.view.progress = progress;
        }
        self.parts.events.publish(Event::AuthorizationChanged { id });
    }

    async fn carry_out(self: Arc<Self>, id: AttemptId, plan: Plan, wait: Wait) {
        let progress = match self.redirect(&plan, wait).await {
            Ended::Cancelled => AuthorizationProgress::Cancelled,
            Ended::Failed(failure) => {
                self.log_unless_new(&plan, &failure).await;
                AuthorizationProgress::Failed { failure }
            }
            Ended::Came(redirect, code_verifier, redirect_uri) => {
                self.progress(id, AuthorizationProgress::Exchanging);
                match self.complete_authorization(&plan, redirect, code_verifier, redirect_uri).await {
                    Ok(Outcome::Connected { account, verdict }) => {
                        AuthorizationProgress::Completed { integration_id: plan.integration.id, account, verdict }
                    }
                    Ok(Outcome::Different(expected, undecided)) => {
                        let got = undecided.account.clone();
                        if let Some(attempt) = lock(&self.attempts).get_mut(&id) {
                            attempt.undecided = Some(undecided);
                        }
                        AuthorizationProgress::DifferentAccount { expected, got }
                    }
                    Err(failure) => {
                        self.log_unless_new(&plan, &failure).await;
                        AuthorizationProgress::Failed { failure }
                    }
                }
            }
        };
        self.progress(id, progress);
    }

    async fn redirect(&self, plan: &Plan, wait: Wait) -> Ended {
        let Wait { pending, csrf_state, code_verifier, mut stopped } = wait;
        let redirect_uri = pending.redirect_uri();
        tokio::select! {
            came = pending.wait(csrf_state, plan.service.issuer.clone()) => match came {
                Ok(redirect) => Ended::Came(redirect, code_verifier, redirect_uri),
                Err(error) => Ended::Failed(error.to_failure()),
            },
            _ = stopped.wait_for(|stop| *stop) => Ended::Cancelled,
        }
    }

    /// Exchanges the code, stores the grant, tries it, and makes it the one in use.
    async fn complete_authorization(
        &self,
        plan: &Plan,
        redirect: Redirect,
        code_verifier: CodeVerifier,
        redirect_uri: url::Url,
    ) -> Result<Outcome, Failure> {
        let id = plan.integration.id;
        if plan.is_new {
            let new = NewIntegration { integration: plan.integration.clone(), credential: None };
            self.vault().add_integration(new).await.map_err(|error| error.to_failure())?;
        }
        let flight = self.flights.take_off(id).await;
        let exchanged = self.exchange_code(plan, redirect, code_verifier, redirect_uri).await;
        drop(flight);
        let (staged, grant) = match exchanged {
            Ok(stored) => stored,
            Err(failure) => {
                self.forget_if_new(plan).await;
                return Err(failure);
            }
        };
        let verdict = self.verdict_on(&plan.integration, &Credential::OAuthGrant(grant.clone())).await?;
        let connected = Undecided {
            staged,
            grant_expires_at: grant.expires_at,
            refreshable: grant.refresh_token.is_some(),
            scopes: grant.scopes.clone(),
            account: verdict.account().cloned().unwrap_or(Account { id: String::new(), label: String::new() }),
            verdict: verdict.clone(),
        };
        if let (Some(expected), Some(got)) = (&plan.integration.account, verdict.account())
            && expected.id != got.id
        {
            return Ok(Outcome::Different(expected.clone(), connected));
        }
        self.take_over(plan, &connected).await?;
        Ok(Outcome::Connected { account: verdict.account().cloned(), verdict })
    }

    /// Steps 3 to 6 of a refresh, for a code: prepare, send, land, store beside whatever is in use.
    async fn exchange_code(
        &self,
        plan: &Plan,
        redirect: Redirect,
        code_verifier: CodeVerifier,
        redirect_uri: url::Url,
    ) -> Result<(GenerationNumber, OAuthGrant), Failure> {
        let id = plan.integration.id;
        let now = self.now();
        let lease = self
            .vault()
            .acquire_lease(id, &self.parts.owner, now, now.after(LEASE_TERM))
            .await
            .map_err(|error| error.to_failure())?;
        let intent =
            RefreshIntent { integration_id: id, fencing: lease.fencing, generation: None, at: now, retries: 0 };
        self.vault().prepare_refresh(&lease, &intent).await.map_err(|error| error.to_failure())?;
        let grant = TokenGrant::AuthorizationCode { code: redirect.code, code_verifier, redirect_uri };
        let request = TokenRequest { service: &plan.service, client: &plan.client, grant };
        let answer = match self.parts.provider.send_token_request(request).await {
            Ok(answer) => answer,
            Err(failure) => {
                self.clear_intent(&lease).await; // a code is used once, so there is nothing to try again with
                let failure =
                    RefreshFailure::Transient { delivery: Delivery::Ambiguous, kind: failure.kind, retry_after: None };
                return Err(sign_in_failure(failure));
            }
        };
        if let Err(error) = self.vault().land(&lease, None, &answer).await {
            tracing::error!(%error, integration = %id, "an answer could not be landed; it is stored at once");
        }
        let reading = self.parts.provider.read_token_answer(&plan.service, &answer);
        self.log_oddities(&plan.integration, &reading).await;
        if let (Err(failure), None) = (&reading.access, &reading.refresh_token) {
            self.clear_intent(&lease).await;
            self.clear_landing(&lease).await;
            return Err(sign_in_failure(failure.clone()));
        }
        let grant = successor_of(&empty_grant(now), reading, &plan.service, &answer);
        let stored = if plan.is_new {
            let commit = GrantCommit { lease: &lease, expected: None, grant: &grant, at: self.now() };
            self.vault().commit_grant(commit).await
        } else {
            self.vault().stage_generation(id, &Credential::OAuthGrant(grant.clone()), self.now()).await
        };
        let number = stored.map_err(|error| error.to_failure())?;
        self.clear_intent(&lease).await;
        self.clear_landing(&lease).await;
        self.give_back(&lease).await;
        Ok((number, grant))
    }

    /// Makes the new grant the one in use, and writes what it says about the account.
    async fn take_over(&self, plan: &Plan, connected: &Undecided) -> Result<(), Failure> {
        let id = plan.integration.id;
        let now = self.now();
        if !plan.is_new {
            let active = self.vault().active_generation(id).await.map_err(|error| error.to_failure())?;
            self.vault()
                .switch_generation(id, active.map(|generation| generation.number), connected.staged, now)
                .await
                .map_err(|error| error.to_failure())?;
        }
        lock(&self.unfinished).remove(&id);
        let event =
            TokenEvent::CredentialSaved { expires_at: connected.grant_expires_at, refreshable: connected.refreshable };
        let account = connected.verdict.account().cloned();
        let row = self
            .change(id, |row| {
                row.state = row.state.clone().step(event.clone(), now);
                row.last_refreshed_at = Some(now);
                row.last_verdict = Some(VerdictRecord { verdict: connected.verdict.clone(), at: now });
                if account.is_some() {
                    row.account.clone_from(&account);
                }
                row.granted_scopes = connected.scopes.clone().unwrap_or_else(|| row.requested_scopes.clone());
            })
            .await
            .map_err(|error| error.to_failure())?;
        self.log(&row, ActivityKind::Connected { account: account.map(|account| account.label) }).await;
        Ok(())
    }

    /// Finishes a reconnect whose grant was stored when the program ended: same account, or it stays beside the old one.
    pub(crate) async fn adopt_stored_grant(
        &self,
        integration: &Integration,
        staged: GenerationNumber,
    ) -> Result<(), Failure> {
        let (service, client) = self.oauth_party(integration).await?;
        let generation = self.vault().generation(integration.id, staged).await.map_err(|error| error.to_failure())?;
        let Credential::OAuthGrant(grant) = &generation.credential else { return Ok(()) };
        let verdict = self.verdict_on(integration, &generation.credential).await?;
        let is_new = !matches!(integration.state, TokenState::NeedsReconnect { .. } | TokenState::Active { .. });
        let same = match (&integration.account, verdict.account()) {
            (Some(expected), Some(got)) => expected.id == got.id,
            (Some(_), None) => false,
            (None, _) => true,
        };
        if !same {
            return self
                .vault()
                .retire_generation(integration.id, staged, self.now())
                .await
                .map_err(|error| error.to_failure());
        }
        let connected = Undecided {
            staged,
            grant_expires_at: grant.expires_at,
            refreshable: grant.refresh_token.is_some(),
            scopes: grant.scopes.clone(),
            account: verdict.account().cloned().unwrap_or(Account { id: String::new(), label: String::new() }),
            verdict,
        };
        self.take_over(&Plan { integration: integration.clone(), is_new, service, client }, &connected).await
    }

    async fn forget_if_new(&self, plan: &Plan) {
        if plan.is_new
            && let Err(error) = self.vault().erase_integration(plan.integration.id).await
        {
            tracing::warn!(%error, "a half-made integration stays until the next start");
        }
        self.parts.events.publish(Event::IntegrationChanged { id: plan.integration.id });
    }

    async fn log_unless_new(&self, plan: &Plan, failure: &Failure) {
        if !plan.is_new {
            self.log(&plan.integration, ActivityKind::AuthorizationFailed { reason: failure.message.clone() }).await;
        }
    }
}

struct Wait {
    pending: Box<dyn PendingRedirect>,
    csrf_state: CsrfState,
    code_verifier: CodeVerifier,
    stopped: watch::Receiver<bool>,
}

enum Ended {
    Came(Redirect, CodeVerifier, url::Url),
    Failed(Failure),
    Cancelled,
}

enum Outcome {
    Connected { account: Option<Account>, verdict: Verdict },
    Different(Account, Undecided),
}

pub(crate) fn empty_grant(now: Timestamp) -> OAuthGrant {
    OAuthGrant {
        refresh_token: None,
        access_token: None,
        expires_at: None,
        token_type: None,
        scopes: None,
        id_token: None,
        obtained_at: now,
    }
}

/// A failed code exchange is not tried again by itself, and no grant was lost by it.
fn sign_in_failure(failure: RefreshFailure) -> Failure {
    let failure = failure.to_failure();
    match failure.code {
        ErrorCode::ServiceUnreachable => Failure {
            message: "You approved, but the service's answer did not arrive or could not be used. Authorize once more."
                .to_owned(),
            action: Some(Action::Retry),
            ..failure
        },
        ErrorCode::CredentialRefused => {
            Failure { code: ErrorCode::AuthorizationRefused, action: Some(Action::Retry), ..failure }
        }
        _ => failure,
    }
}

fn over() -> Failure {
    Failure::new(ErrorCode::NotFound, "This sign-in is over. Begin a new one.", Some(Action::Retry))
}

/// Which integration an attempt belongs to, for the tray and the page.
impl Engine {
    /// The open attempt of an integration, if there is one.
    #[must_use]
    pub fn open_authorization_of(&self, id: IntegrationId) -> Option<AuthorizationView> {
        lock(&self.attempts)
            .values()
            .find(|attempt| attempt.is_open() && attempt.plan.integration.id == id)
            .map(|attempt| attempt.view.clone())
    }
}
