//! Authorizing in the browser or on another device, for a new integration or for one that is there already (Reconnect).
//!
//! INVARIANT: until the new grant is stored and tried, what worked before is untouched; an integration keeps its id; another
//! account than before is never taken without the user's word. A browser that never comes back, a Deny, or a Cancel leave
//! nothing behind.

mod account;
mod complete;
mod device;
mod paste;

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use storm_domain::port::{
    AuthorizationRequest, ClientIdentity, ExpectedRedirect, KeySource, ListenRequest, Redirect, RedirectDesk,
    RedirectError,
};
use storm_domain::{
    Action, ActivityKind, AttemptId, AuthorizationGrant, ErrorCode, Event, Failure, Integration, Method, OAuthService,
};
use storm_secret::{CodeVerifier, DisplaySafeUrl, Nonce};
use tokio::sync::watch;

pub(crate) use account::Question;
use complete::Outcome;
pub(crate) use complete::empty_grant;

use crate::catalogue::badge;
use crate::doctor::Complaint;
use crate::engine::{Engine, lock};
use crate::error::ToFailure as _;
use crate::id_token::Asked;
use crate::naming::is_chosen;
use crate::scope::union;
use crate::view::{AuthorizationProgress, AuthorizationTarget, AuthorizationView, BeginAuthorizationRequest};

/// How long the loopback port stays open for the browser.
const BROWSER_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// One try, from opening the port to its end. Kept a while afterwards so that the dialog can show how it ended.
pub(crate) struct Attempt {
    view: AuthorizationView,
    url: DisplaySafeUrl,
    plan: Plan,
    /// Who judges the redirect, if there is to be one.
    desk: Option<Arc<dyn RedirectDesk>>,
    stop: watch::Sender<bool>,
}

impl Attempt {
    /// Stops waiting; the port is closed at once.
    pub(crate) fn cancel(&self) {
        self.stop.send_replace(true);
    }

    fn is_for_the_same(&self, plan: &Plan) -> bool {
        let own = &self.plan;
        if plan.is_new {
            own.is_new && own.integration.connector_id == plan.integration.connector_id
        } else {
            own.integration.id == plan.integration.id
        }
    }

    /// Of which integration it was, whether that is only just being made, and what went wrong.
    pub(crate) fn examined(&self) -> (Integration, bool, Complaint) {
        let complaint = lock(&self.plan.complaint).clone().unwrap_or(Complaint::Explained);
        (self.plan.integration.clone(), self.plan.is_new, complaint)
    }

    fn is_open(&self) -> bool {
        matches!(
            self.view.progress,
            AuthorizationProgress::Waiting { .. }
                | AuthorizationProgress::EnteringCode { .. }
                | AuthorizationProgress::Exchanging
        )
    }
}

/// What is authorized, with everything resolved.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) integration: Integration,
    pub(crate) is_new: bool,
    /// Whether the user chose its name.
    pub(crate) is_named: bool,
    /// Scopes asked for; the integration's requested ones once the grant is in use.
    pub(crate) scopes: Vec<String>,
    pub(crate) service: OAuthService,
    pub(crate) client: ClientIdentity,
    pub(crate) complaint: Noted,
}

/// What went wrong in an attempt, for whoever looks into it.
pub(crate) type Noted = Arc<Mutex<Option<Complaint>>>;

impl Plan {
    fn asked(&self) -> Asked<'_> {
        Asked { service: &self.service, client: &self.client, keys: KeySource::Network }
    }

    pub(crate) fn note(&self, complaint: Complaint) {
        lock(&self.complaint).replace(complaint);
    }
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
        if plan.service.grant == AuthorizationGrant::ClientCredentials {
            return self.begin_without_browser(plan).await;
        }
        let listen = ListenRequest { service: plan.service.clone(), timeout: BROWSER_TIMEOUT };
        self.replace_open_attempts(&plan).await;
        let pending = self.parts.provider.listen(&listen).await.map_err(|error| error.to_failure())?;
        let redirect_uri = pending.redirect_uri();
        let asked = AuthorizationRequest {
            service: if plan.is_new { plan.service.clone() } else { plan.service.clone().for_reconnect() },
            client: plan.client.clone(),
            redirect_uri: redirect_uri.clone(),
            scopes: plan.scopes.clone(),
            login_hint: plan.integration.account.as_ref().map(|account| account.label.clone()),
        };
        let authorization =
            self.parts.provider.make_authorization_url(&asked).await.map_err(|error| error.to_failure())?;
        let id = AttemptId(self.parts.entropy.make_uuid());
        let view = AuthorizationView {
            id,
            connector: badge(self.connector(&plan.integration.connector_id)?),
            scopes: plan.scopes.clone(),
            // EXPOSE: the link is shown to the user with a Copy button; its `state` is of use to this computer only.
            url: authorization.url.expose().to_string(),
            redirect_uri: Some(redirect_uri.to_string()),
            is_one_time: authorization.is_one_time,
            offers_code: plan.service.device_authorization_url.is_some(),
            expires_at: self.now().after(BROWSER_TIMEOUT),
            disturbed: false,
            progress: AuthorizationProgress::Waiting { browser_opened: true },
        };
        let ExpectedRedirect { desk, disturbed, outcome } =
            pending.expect(authorization.csrf_state, plan.service.issuer.clone());
        let (stop, stopped) = watch::channel(false);
        self.keep_attempt(Attempt {
            view: view.clone(),
            url: authorization.url.clone(),
            plan: plan.clone(),
            desk: Some(desk),
            stop,
        });
        let engine = Arc::clone(self);
        tokio::spawn(async move { engine.open_browser_for(id, &authorization.url).await });
        let engine = Arc::clone(self);
        let wait = Wait {
            outcome,
            disturbed,
            redirect_uri,
            code_verifier: authorization.code_verifier,
            nonce: authorization.nonce,
            stopped,
        };
        tokio::spawn(async move { engine.carry_out(id, plan, wait).await });
        Ok(view)
    }

    /// The same for a client that acts in its own name: nothing is opened, and nobody is waited for.
    async fn begin_without_browser(self: &Arc<Self>, plan: Plan) -> Result<AuthorizationView, Failure> {
        self.replace_open_attempts(&plan).await;
        let view = AuthorizationView {
            id: AttemptId(self.parts.entropy.make_uuid()),
            connector: badge(self.connector(&plan.integration.connector_id)?),
            scopes: plan.scopes.clone(),
            url: String::new(),
            redirect_uri: None,
            is_one_time: false,
            offers_code: false,
            disturbed: false,
            expires_at: self.now().after(BROWSER_TIMEOUT),
            progress: AuthorizationProgress::Exchanging,
        };
        self.keep_attempt(Attempt {
            view: view.clone(),
            url: DisplaySafeUrl::new(plan.service.token_url.clone()),
            plan: plan.clone(),
            desk: None,
            stop: watch::channel(false).0,
        });
        tokio::spawn(Arc::clone(self).carry_out_without_browser(view.id, plan));
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

    async fn plan(&self, target: AuthorizationTarget) -> Result<Plan, Failure> {
        match target {
            AuthorizationTarget::Reconnect { integration_id, more_scopes } => {
                let integration = self.live(integration_id).await?;
                if integration.method != Method::OAuth {
                    return Err(Failure::new(
                        ErrorCode::NotSupported,
                        "This integration does not sign in by browser. Replace its key instead.",
                        Some(Action::ReplaceCredential),
                    ));
                }
                let (service, client) = self.oauth_party(&integration).await?;
                let scopes = union(&integration.requested_scopes, &more_scopes)?;
                Ok(Plan {
                    integration,
                    is_new: false,
                    is_named: true,
                    scopes,
                    service,
                    client,
                    complaint: Noted::default(),
                })
            }
            AuthorizationTarget::New { connector_id, name, fields, registration_id, scopes } => {
                let connector = self.connector(&connector_id)?;
                let fields = self.checked_fields(connector, Method::OAuth, &fields).await?;
                let scopes = connector.scopes_to_request(Method::OAuth, &scopes);
                let service = connector.oauth_service(&fields).map_err(|error| error.to_failure())?;
                let client = self.client_of(&self.registration(registration_id).await?).await?;
                let is_named = is_chosen(name.as_deref());
                let integration = self
                    .new_integration(&connector_id, name, Method::OAuth, fields, Some(registration_id), scopes.clone())
                    .await?;
                Ok(Plan { integration, is_new: true, is_named, scopes, service, client, complaint: Noted::default() })
            }
        }
    }

    /// One open attempt for each integration, and one for each connector that is being set up. Comes back when the replaced
    /// ones have let go of a port that only one can have.
    async fn replace_open_attempts(&self, plan: &Plan) {
        let replaced: Vec<watch::Sender<bool>> = lock(&self.attempts)
            .values()
            .filter(|attempt| attempt.is_open() && attempt.is_for_the_same(plan))
            .filter_map(|attempt| match &attempt.desk {
                Some(desk) => {
                    desk.replace();
                    Some(attempt.stop.clone())
                }
                None => {
                    attempt.cancel();
                    None
                }
            })
            .collect();
        for attempt in replaced {
            attempt.closed().await;
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

    pub(crate) fn progress(&self, id: AttemptId, progress: AuthorizationProgress) {
        if let Some(attempt) = lock(&self.attempts).get_mut(&id) {
            attempt.view.progress = progress;
        }
        self.parts.events.publish(Event::AuthorizationChanged { id });
    }

    fn note_disturbance(&self, id: AttemptId) {
        if let Some(attempt) = lock(&self.attempts).get_mut(&id) {
            attempt.view.disturbed = true;
        }
        self.parts.events.publish(Event::AuthorizationChanged { id });
    }

    async fn carry_out(self: Arc<Self>, id: AttemptId, plan: Plan, wait: Wait) {
        let progress = match redirect(wait, || self.note_disturbance(id)).await {
            Ended::Cancelled => AuthorizationProgress::Cancelled,
            Ended::Replaced => AuthorizationProgress::Failed { failure: RedirectError::Replaced.to_failure() },
            Ended::Failed(error) => {
                plan.note(complaint_of(&error));
                let failure = error.to_failure();
                self.log_unless_new(&plan, &failure).await;
                AuthorizationProgress::Failed { failure }
            }
            Ended::Came(came) => {
                self.progress(id, AuthorizationProgress::Exchanging);
                let outcome = self.complete_authorization(&plan, came).await;
                self.ended(id, &plan, outcome).await
            }
        };
        self.progress(id, progress);
    }

    /// How an attempt that got as far as a grant, or failed to, ended.
    async fn ended(&self, id: AttemptId, plan: &Plan, outcome: Result<Outcome, Failure>) -> AuthorizationProgress {
        match outcome {
            Ok(Outcome::Connected { account, verdict }) => {
                AuthorizationProgress::Completed { integration_id: plan.integration.id, account, verdict }
            }
            Ok(Outcome::Different { expected, undecided }) => {
                self.ask_about_account(id, plan.clone(), expected, undecided)
            }
            Err(failure) => {
                self.log_unless_new(plan, &failure).await;
                AuthorizationProgress::Failed { failure }
            }
        }
    }

    pub(crate) async fn log_unless_new(&self, plan: &Plan, failure: &Failure) {
        if !plan.is_new {
            self.log(&plan.integration, ActivityKind::AuthorizationFailed { reason: failure.message.clone() }).await;
        }
    }
}

struct Wait {
    outcome: Pin<Box<dyn Future<Output = Result<Redirect, RedirectError>> + Send>>,
    disturbed: Pin<Box<dyn Future<Output = ()> + Send>>,
    redirect_uri: url::Url,
    code_verifier: CodeVerifier,
    nonce: Option<Nonce>,
    stopped: watch::Receiver<bool>,
}

/// The redirect, and what belongs to it.
struct Came {
    redirect: Redirect,
    code_verifier: CodeVerifier,
    nonce: Option<Nonce>,
    redirect_uri: url::Url,
}

enum Ended {
    Came(Came),
    Replaced,
    Failed(RedirectError),
    Cancelled,
}

/// Waits for the browser, or for the user to stop. The port is closed before anybody is told that `stopped` has no listener.
async fn redirect(wait: Wait, note_disturbance: impl FnOnce()) -> Ended {
    let Wait { mut outcome, disturbed, redirect_uri, code_verifier, nonce, mut stopped } = wait;
    let noted = async {
        disturbed.await;
        note_disturbance();
        std::future::pending::<Infallible>().await
    };
    let ended = tokio::select! {
        never = noted => match never {},
        came = &mut outcome => match came {
            Ok(redirect) => Ended::Came(Came { redirect, code_verifier, nonce, redirect_uri }),
            Err(RedirectError::Replaced) => Ended::Replaced,
            Err(error) => Ended::Failed(error),
        },
        _ = stopped.wait_for(|stop| *stop) => Ended::Cancelled,
    };
    drop(outcome);
    drop(stopped);
    ended
}

/// What there is to look into when the browser brought no code.
fn complaint_of(error: &RedirectError) -> Complaint {
    match error {
        RedirectError::Service(words) => Complaint::Redirected(words.clone()),
        RedirectError::TimedOut => Complaint::NeverCameBack,
        _ => Complaint::Explained,
    }
}

pub(crate) fn over() -> Failure {
    Failure::new(ErrorCode::NotFound, "This sign-in is over. Begin a new one.", Some(Action::Retry))
}
