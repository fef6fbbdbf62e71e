//! From the code to a connected integration: exchange, land, store, try, take over.
//!
//! A device code goes the same way, once its user has approved; until then each answer lands and is emptied out again.

use super::account::is_same;
use super::{Came, Noted, Plan};
use crate::doctor::Complaint;
use crate::engine::{Engine, lock};
use crate::error::ToFailure as _;
use crate::id_token::{another_subject, sign_in_refused, time_of};
use crate::refresh::{LEASE_TERM, dated, odd_answer, successor_of};
use crate::verify::Tried;
use storm_domain::port::{ClientIdentity, GrantCommit, NewIntegration, TokenGrant, TokenRequest};
use storm_domain::{
    Account, Action, ActivityKind, Credential, Delivery, ErrorCode, Event, Failure, GenerationNumber, GenerationPhase,
    IdTokenError, Integration, IntegrationId, Lease, OAuthGrant, RawTokenAnswer, RefreshFailure, RefreshIntent,
    RefreshTokenLife, SendFailure, Timestamp, TokenAnswerReading, TokenEvent, TokenState, TransientKind, VaultError,
    Verdict, VerdictRecord,
};
use storm_secret::Nonce;

/// A stored grant that is not in use yet.
#[derive(Clone)]
pub(super) struct Undecided {
    pub(super) staged: GenerationNumber,
    grant_expires_at: Option<Timestamp>,
    refreshable: bool,
    refresh_life: Option<RefreshTokenLife>,
    scopes: Option<Vec<String>>,
    pub(super) account: Option<Account>,
    pub(super) verdict: Verdict,
}

impl Undecided {
    /// The row as it stands once this grant is in use.
    pub(super) fn connect(&self, mut row: Integration, plan: &Plan, now: Timestamp) -> Integration {
        row.release(); // whatever became of an older one, this sign-in is here, and works
        let event = TokenEvent::CredentialSaved { expires_at: self.grant_expires_at, refreshable: self.refreshable };
        Integration {
            state: row.state.step(event, now),
            last_refreshed_at: Some(now),
            refresh_life: self.refresh_life,
            last_verdict: Some(VerdictRecord { verdict: self.verdict.clone(), at: now }),
            account: self.account.clone(),
            granted_scopes: self.scopes.clone().unwrap_or_else(|| plan.scopes.clone()),
            requested_scopes: plan.scopes.clone(),
            asked_scopes: None,
            ..row
        }
    }
}

pub(super) enum Outcome {
    Connected { account: Option<Account>, verdict: Verdict },
    Different { expected: Account, undecided: Undecided },
}

/// An answer that has landed, and nobody has read yet.
pub(super) struct Asked {
    pub(super) lease: Lease,
    pub(super) answer: RawTokenAnswer,
}

/// Why there is no answer.
pub(super) enum Unanswered {
    /// Nothing was sent, since an answer could not have been kept.
    NotPrepared(VaultError),
    /// It was sent, or could not be.
    NoAnswer(SendFailure),
}

/// A grant that is stored, and not in use yet.
pub(super) type Stored = (GenerationNumber, OAuthGrant);

impl Engine {
    /// What is known of a stored grant once it was tried.
    fn undecided(
        &self,
        row: &Integration,
        staged: GenerationNumber,
        grant: &OAuthGrant,
        verdict: Verdict,
    ) -> Undecided {
        Undecided {
            staged,
            grant_expires_at: grant.expires_at,
            refreshable: grant.refresh_token.is_some(),
            refresh_life: grant.refresh_life,
            scopes: grant.scopes.clone(),
            account: self.account_of(row, grant, &verdict),
            verdict,
        }
    }

    /// Exchanges the code, stores the grant, tries it, and makes it the one in use.
    pub(super) async fn complete_authorization(&self, plan: &Plan, came: Came) -> Result<Outcome, Failure> {
        self.add_row_if_new(plan).await?;
        let flight = self.flights.take_off(plan.integration.id).await;
        let exchanged = self.exchange_code(plan, came).await;
        drop(flight);
        self.connect_with(plan, exchanged).await
    }

    /// The row of a new integration, which holds its place until the grant was tried.
    pub(super) async fn add_row_if_new(&self, plan: &Plan) -> Result<(), Failure> {
        if plan.is_new {
            let new = NewIntegration { integration: plan.integration.clone(), credential: None };
            self.vault().add_integration(new).await.map_err(|error| error.to_failure())?;
        } else {
            self.note_asked_scopes(plan).await?;
        }
        Ok(())
    }

    /// Tries a stored grant, and makes it the one in use unless it is another account's.
    pub(super) async fn connect_with(&self, plan: &Plan, stored: Result<Stored, Failure>) -> Result<Outcome, Failure> {
        let (staged, grant) = match stored {
            Ok(stored) => stored,
            Err(failure) => {
                self.forget_if_new(plan).await;
                return Err(failure);
            }
        };
        let verdict = match self.try_grant(&plan.integration, &Credential::OAuthGrant(grant.clone())).await? {
            Tried::Said(verdict) => verdict,
            Tried::AnotherSubject => {
                self.withdraw(plan, staged, grant).await?;
                return Err(another_subject());
            }
        };
        let undecided = self.undecided(&plan.integration, staged, &grant, verdict);
        if let Some(expected) = &plan.integration.account
            && !is_same(Some(expected), undecided.account.as_ref())
        {
            return Ok(Outcome::Different { expected: expected.clone(), undecided });
        }
        self.take_over(plan, &undecided).await?;
        Ok(Outcome::Connected { account: undecided.account, verdict: undecided.verdict })
    }

    /// Writes down what a Reconnect asks for, so that it is known when the program ends before the grant is in use.
    async fn note_asked_scopes(&self, plan: &Plan) -> Result<(), Failure> {
        let asked = |row: &Integration| (row.requested_scopes != plan.scopes).then(|| plan.scopes.clone());
        let noted = self.change(plan.integration.id, |row| row.asked_scopes = asked(row)).await;
        noted.map(drop).map_err(|error| error.to_failure())
    }

    /// Steps 3 to 6 of a refresh, for a code: prepare, send, land, store beside whatever is in use.
    async fn exchange_code(&self, plan: &Plan, came: Came) -> Result<Stored, Failure> {
        let Came { redirect, code_verifier, nonce, redirect_uri } = came;
        let grant = TokenGrant::AuthorizationCode { code: redirect.code, code_verifier, redirect_uri };
        match self.ask_for_grant(plan, grant).await {
            Ok(asked) => {
                let reading = self.parts.provider.read_token_answer(&plan.service, &asked.answer);
                self.store_grant(plan, asked, reading, nonce.as_ref()).await
            }
            Err(Unanswered::NotPrepared(error)) => Err(error.to_failure()),
            Err(Unanswered::NoAnswer(failure)) => {
                let failure =
                    RefreshFailure::Transient { delivery: Delivery::Ambiguous, kind: failure.kind, retry_after: None };
                plan.note(Complaint::Failed(failure.clone()));
                Err(sign_in_failure(failure))
            }
        }
    }

    /// Prepares, sends and lands. Whoever is given the answer stores what it holds or empties it out.
    pub(super) async fn ask_for_grant(&self, plan: &Plan, grant: TokenGrant<'_>) -> Result<Asked, Unanswered> {
        let id = plan.integration.id;
        let now = self.now();
        let no_key = || SendFailure { delivery: Delivery::NotSent, kind: TransientKind::ClientKey };
        let make_key = || self.parts.provider.make_dpop_key().ok_or_else(|| Unanswered::NoAnswer(no_key()));
        let dpop_key = plan.service.dpop.then(make_key).transpose()?;
        let intent = RefreshIntent { integration_id: id, generation: None, at: now, retries: 0 };
        // It may have been switched to another one while the user signed in.
        let client_secret = self.secret_in_use(&plan.integration).await.map_err(Unanswered::NotPrepared)?;
        let client = ClientIdentity { client_secret, ..plan.client.clone() };
        let begun = self.vault().begin_refresh(&intent, &self.parts.owner, now, now.after(LEASE_TERM)).await;
        let lease = begun.map_err(Unanswered::NotPrepared)?;
        let request = TokenRequest { service: &plan.service, client: &client, grant, dpop_key: dpop_key.as_ref() };
        let answer = match self.parts.provider.send_token_request(request).await {
            Ok(answer) => dated(answer, now),
            Err(failure) => {
                self.clear_intent(&lease).await; // no grant was spent, so there is nothing to recover
                self.give_back(&lease).await;
                return Err(Unanswered::NoAnswer(failure));
            }
        };
        if let Err(error) = self.vault().land(&lease, None, &answer).await {
            tracing::error!(%error, integration = %id, "an answer could not be landed; it is stored at once");
        }
        Ok(Asked { lease, answer })
    }

    /// Empties out an answer that held no grant.
    pub(super) async fn empty_out(&self, lease: &Lease) {
        self.clear_intent(lease).await;
        self.clear_landing(lease).await;
        self.give_back(lease).await;
    }

    /// Stores the grant of an answer beside whatever is in use.
    pub(super) async fn store_grant(
        &self,
        plan: &Plan,
        Asked { lease, answer }: Asked,
        reading: TokenAnswerReading,
        nonce: Option<&Nonce>,
    ) -> Result<Stored, Failure> {
        let id = plan.integration.id;
        let now = self.now();
        let log: Vec<_> = odd_answer(&reading).into_iter().collect();
        if let (Err(failure), None) = (&reading.access, &reading.refresh_token) {
            self.empty_out(&lease).await;
            plan.note(Complaint::Failed(failure.clone()));
            return Err(sign_in_failure(failure.clone()));
        }
        let grant = successor_of(&empty_grant(now), reading, &plan.service, &answer);
        if let Err(error) = self.check_sign_in(plan.asked(), &grant, nonce, time_of(&answer)).await {
            tracing::warn!(integration = %id, %error, "a sign-in was not completed");
            if plan.is_new {
                self.revoke_unused(plan.asked(), &plan.integration, grant).await;
            }
            self.empty_out(&lease).await;
            return Err(sign_in_refused(error));
        }
        if plan.is_new {
            // The row is written once the grant was tried.
            let commit = GrantCommit { lease: &lease, expected: None, grant: &grant, event: None, log, at: self.now() };
            let committed = self.vault().commit_grant(commit).await.map_err(|error| error.to_failure())?;
            return Ok((committed.number, grant));
        }
        let kept = self.vault().keep_beside(&lease, &grant, GenerationPhase::Staged, log, self.now()).await;
        let number = kept.map_err(|error| error.to_failure())?;
        Ok((number, grant))
    }

    /// Makes the new grant the one in use, and writes what it says about the account.
    pub(super) async fn take_over(&self, plan: &Plan, undecided: &Undecided) -> Result<(), Failure> {
        let id = plan.integration.id;
        let now = self.now();
        let name = match plan.is_named {
            true => None,
            false => self.name_by_account(&plan.integration, undecided.account.as_ref()).await?,
        };
        let connect = |row: Integration| {
            let name = name.clone().unwrap_or_else(|| row.name.clone());
            Integration { name, ..undecided.connect(row, plan, now) }
        };
        let row = if plan.is_new {
            self.change(id, |row| *row = connect(row.clone())).await
        } else {
            self.switch_to(id, undecided.staged, now, &connect).await
        };
        let row = row.map_err(|error| error.to_failure())?;
        lock(&self.unfinished).remove(&id);
        self.note_obtained(id);
        let account = undecided.account.as_ref().map(|account| account.label.clone());
        self.log(&row, ActivityKind::Connected { account }).await;
        Ok(())
    }

    /// Makes a staged generation the active one, and writes its row with it; again when something else was faster.
    async fn switch_to(
        &self,
        id: IntegrationId,
        staged: GenerationNumber,
        now: Timestamp,
        connect: &(dyn Fn(Integration) -> Integration + Send + Sync),
    ) -> Result<Integration, VaultError> {
        const TRIES: usize = 16;
        for _ in 0..TRIES {
            let row = connect(self.vault().integration(id).await?);
            let active = self.active_number(id).await?;
            match self.vault().switch_with_row(row, active, staged, now).await {
                Err(VaultError::Conflict) => {}
                Err(error) => return Err(error),
                Ok(written) => {
                    self.schedule_next(&written);
                    self.parts.events.publish(Event::IntegrationChanged { id });
                    return Ok(written);
                }
            }
        }
        Err(VaultError::Conflict)
    }

    /// Finishes a reconnect whose grant was stored when the program ended, if it is the same account; else it stays beside the
    /// old one and the user is asked.
    ///
    /// # Errors
    /// When the service cannot be asked now.
    pub(crate) async fn adopt_stored_grant(
        &self,
        integration: &Integration,
        staged: GenerationNumber,
    ) -> Result<(), Failure> {
        let (service, client) = self.oauth_party(integration).await?;
        let generation = self.vault().generation(integration.id, staged).await.map_err(|error| error.to_failure())?;
        let Credential::OAuthGrant(grant) = &generation.credential else { return Ok(()) };
        let is_new = !matches!(integration.state, TokenState::NeedsReconnect { .. } | TokenState::Active { .. });
        let complaint = Noted::default();
        let scopes = integration.asked_scopes.clone().unwrap_or_else(|| integration.requested_scopes.clone());
        let plan =
            Plan { integration: integration.clone(), is_new, is_named: true, scopes, service, client, complaint };
        // The program may have ended before the ID token was checked; the nonce is gone with it.
        match self.check_sign_in(plan.asked(), grant, None, grant.obtained_at).await {
            Ok(()) => {}
            Err(error @ IdTokenError::KeysOutOfReach(_)) => return Err(sign_in_refused(error)),
            Err(error @ IdTokenError::Refused(_)) => {
                tracing::warn!(integration = %integration.id, %error, "a stored grant is not taken over");
                return self.withdraw(&plan, staged, grant.clone()).await;
            }
        }
        let verdict = match self.try_grant(integration, &generation.credential).await? {
            Tried::AnotherSubject => return self.withdraw(&plan, staged, grant.clone()).await,
            Tried::Said(Verdict::CouldNotReach { .. }) => {
                return Err(Failure::new(ErrorCode::ServiceUnreachable, "The service could not be reached.", None));
            }
            Tried::Said(verdict) => verdict,
        };
        let undecided = self.undecided(integration, staged, grant, verdict);
        match &integration.account {
            Some(expected) if !is_same(Some(expected), undecided.account.as_ref()) => {
                tracing::info!(integration = %integration.id, "a stored grant is not known to be of the same account");
                self.ask_about_stored(plan, expected.clone(), undecided);
                Ok(())
            }
            _ => self.take_over(&plan, &undecided).await,
        }
    }

    /// Takes a stored grant back that must not be used. What was in use before stays in use.
    async fn withdraw(&self, plan: &Plan, staged: GenerationNumber, grant: OAuthGrant) -> Result<(), Failure> {
        if plan.is_new {
            self.revoke_unused(plan.asked(), &plan.integration, grant).await;
            self.forget_if_new(plan).await;
            return Ok(());
        }
        let retired = self.vault().retire_generation(plan.integration.id, staged, self.now()).await;
        retired.map_err(|error| error.to_failure())
    }

    pub(super) async fn forget_if_new(&self, plan: &Plan) {
        if plan.is_new
            && let Err(error) = self.vault().erase_integration(plan.integration.id).await
        {
            tracing::warn!(%error, "a half-made integration stays until the next start");
        }
        self.parts.events.publish(Event::IntegrationChanged { id: plan.integration.id });
    }
}

pub(crate) fn empty_grant(now: Timestamp) -> OAuthGrant {
    OAuthGrant {
        refresh_token: None,
        access_token: None,
        expires_at: None,
        token_type: None,
        scopes: None,
        id_token: None,
        dpop_key: None,
        obtained_at: now,
        refresh_life: None,
    }
}

/// A failed code exchange is not tried again by itself, and no grant was lost by it.
pub(super) fn sign_in_failure(failure: RefreshFailure) -> Failure {
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
