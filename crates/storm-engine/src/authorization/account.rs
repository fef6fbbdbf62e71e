//! A Reconnect whose new grant is another account's, or nobody can tell whose: the question, and its three answers.
//!
//! INVARIANT: until it is answered the new grant lies beside the one in use and nothing else is changed, also through a restart.
//! Each answer is one transaction; what failed can be answered again.

use storm_domain::port::NewRevocation;
use storm_domain::{
    Account, ActivityKind, AttemptId, ErrorCode, Event, Failure, Generation, Integration, IntegrationId,
    PendingRevocation, RevocationId, TokenState,
};

use super::complete::Undecided;
use super::{Plan, over};
use crate::engine::{Engine, lock};
use crate::error::ToFailure as _;
use crate::naming::{named_by_account, without_account};
use crate::view::{AccountAnswer, AuthorizationProgress, RevocationView, UndecidedAccountView};

/// A stored grant that waits for the user's word.
#[derive(Clone)]
pub(crate) struct Question {
    plan: Plan,
    undecided: Undecided,
    expected: Account,
}

impl Engine {
    /// Asks whether the grant of `plan` may be used although it is not `expected`'s.
    pub(super) fn ask_about_account(
        &self,
        id: AttemptId,
        plan: Plan,
        expected: Account,
        undecided: Undecided,
    ) -> AuthorizationProgress {
        let (integration_id, got) = (plan.integration.id, undecided.account.clone());
        lock(&self.questions).insert(id, Question { plan, undecided, expected: expected.clone() });
        self.parts.events.publish(Event::IntegrationChanged { id: integration_id });
        AuthorizationProgress::DifferentAccount { expected, got }
    }

    /// The question about an integration's account that is still open.
    pub(crate) fn undecided_account(&self, id: IntegrationId) -> Option<UndecidedAccountView> {
        let questions = lock(&self.questions);
        let of_this = questions.iter().filter(|(_, question)| question.plan.integration.id == id);
        let (attempt, question) = of_this.min_by_key(|(_, question)| question.undecided.staged)?;
        Some(UndecidedAccountView {
            attempt: *attempt,
            expected: question.expected.clone(),
            got: question.undecided.account.clone(),
        })
    }

    /// Grants of other accounts beside the one in use, as far as they may be ended together with it.
    pub(crate) async fn undecided_generations(&self, id: IntegrationId) -> Result<Vec<Generation>, Failure> {
        let questions: Vec<Question> = lock(&self.questions).values().cloned().collect();
        let mut undecided = Vec::new();
        for Question { plan, undecided: waiting, .. } in questions.iter().filter(|one| one.plan.integration.id == id) {
            if self.may_revoke(plan, waiting.account.as_ref()).await? {
                let staged = self.vault().generation(id, waiting.staged).await;
                undecided.push(staged.map_err(|error| error.to_failure())?);
            }
        }
        Ok(undecided)
    }

    /// What is known of questions about an integration that is gone.
    pub(crate) fn forget_questions(&self, id: IntegrationId) {
        lock(&self.questions).retain(|_, question| question.plan.integration.id != id);
    }

    /// Answers whether a grant of another account is used, kept beside, or given back.
    ///
    /// # Errors
    /// When nothing waits for an answer, or the vault cannot be written; then it can be answered again.
    pub async fn decide_account(&self, id: AttemptId, answer: AccountAnswer) -> Result<AuthorizationProgress, Failure> {
        let question = lock(&self.questions).remove(&id).ok_or_else(over)?;
        let answered = match answer {
            AccountAnswer::Replace => self.replace_account(&question).await,
            AccountAnswer::KeepBoth => self.keep_both_accounts(&question).await,
            AccountAnswer::Cancel => self.give_back_account(&question).await,
        };
        match answered {
            Ok(progress) => {
                self.parts.events.publish(Event::IntegrationChanged { id: question.plan.integration.id });
                self.progress(id, progress.clone());
                Ok(progress)
            }
            // Somebody else decided, or the integration is gone.
            Err(failure) if failure.code == ErrorCode::NotFound => Err(failure),
            Err(failure) => {
                lock(&self.questions).insert(id, question);
                Err(failure)
            }
        }
    }

    /// The integration is the other account's from now on.
    async fn replace_account(
        &self,
        Question { plan, undecided, .. }: &Question,
    ) -> Result<AuthorizationProgress, Failure> {
        self.take_over(plan, undecided).await?;
        Ok(AuthorizationProgress::Completed {
            integration_id: plan.integration.id,
            account: undecided.account.clone(),
            verdict: undecided.verdict.clone(),
        })
    }

    /// The other account gets an integration of its own.
    async fn keep_both_accounts(
        &self,
        Question { plan, undecided, expected }: &Question,
    ) -> Result<AuthorizationProgress, Failure> {
        let now = self.now();
        let old = self.live(plan.integration.id).await?;
        let wanted = match &undecided.account {
            Some(account) => named_by_account(without_account(&old.name, &expected.label), &account.label),
            None => old.name.clone(),
        };
        let blank = Integration {
            id: IntegrationId(self.parts.entropy.make_uuid()),
            name: self.free_name(wanted).await?,
            asked_scopes: None,
            account: None,
            state: TokenState::Authorizing,
            paused_at: None,
            hold: None,
            // Other programs asked for the old account's access, never for this one's.
            lending_allowed: false,
            replacement: storm_domain::ReplacementPolicy::default(),
            last_verdict: None,
            last_refreshed_at: None,
            refresh_life: None,
            created_at: now,
            ..old.clone()
        };
        let new = undecided.connect(blank, plan, now);
        let parted = self.vault().part_generation(old.id, undecided.staged, new, now).await;
        let new = parted.map_err(|error| error.to_failure())?;
        self.note_obtained(new.id);
        self.schedule_next(&new);
        self.log(&new, ActivityKind::Added).await;
        let label = undecided.account.as_ref().map(|account| account.label.clone());
        self.log(&new, ActivityKind::Connected { account: label }).await;
        self.parts.events.publish(Event::IntegrationChanged { id: new.id });
        Ok(AuthorizationProgress::KeptBoth { integration_id: new.id, name: new.name, kept: old.name })
    }

    /// The new grant is ended at the service where that ends nothing else, and forgotten here.
    async fn give_back_account(
        &self,
        Question { plan, undecided, .. }: &Question,
    ) -> Result<AuthorizationProgress, Failure> {
        let (id, now, account) = (plan.integration.id, self.now(), undecided.account.clone());
        if !self.may_revoke(plan, account.as_ref()).await? {
            let retired = self.vault().retire_generation(id, undecided.staged, now).await;
            retired.map_err(|error| error.to_failure())?;
            return Ok(AuthorizationProgress::Declined { account, revocation: RevocationView::NotAsked });
        }
        let staged = self.vault().generation(id, undecided.staged).await.map_err(|error| error.to_failure())?;
        let pending = PendingRevocation {
            id: RevocationId(self.parts.entropy.make_uuid()),
            integration: Integration { account: account.clone(), ..plan.integration.clone() },
            asked_at: now,
            tries: 0,
            reason: String::new(),
            next_try_at: Some(now),
        };
        // On the list first: whatever happens from here on, the wish is known.
        let (revocation_id, left) = (pending.id, NewRevocation { pending, credential: staged.credential });
        let listed = self.vault().leave_generation_to_revoke(id, undecided.staged, left, now).await;
        listed.map_err(|error| error.to_failure())?;
        let revocation = match self.retry_revocation(revocation_id).await {
            Ok(()) => RevocationView::Revoked,
            // The schedule was faster.
            Err(failure) if failure.code == ErrorCode::NotFound => RevocationView::Revoked,
            Err(failure) => RevocationView::Pending { reason: failure.message },
        };
        Ok(AuthorizationProgress::Declined { account, revocation })
    }

    /// Whether revoking a grant of this account ends no other one: a service may end everything that one account gave one
    /// client (RFC 7009 §2.1).
    async fn may_revoke(&self, plan: &Plan, account: Option<&Account>) -> Result<bool, Failure> {
        let Some(account) = account else { return Ok(false) };
        if self.revoke_request(&plan.integration, None)?.is_none() {
            return Ok(false);
        }
        let rows = self.vault().integrations().await.map_err(|error| error.to_failure())?;
        Ok(!rows.iter().any(|row| {
            row.registration_id == plan.integration.registration_id
                && row.account.as_ref().is_none_or(|other| other.id == account.id)
        }))
    }

    /// A grant that an earlier run stored and nobody decided about.
    pub(super) fn ask_about_stored(&self, plan: Plan, expected: Account, undecided: Undecided) {
        let staged = undecided.staged;
        let is_asked = lock(&self.questions)
            .values()
            .any(|question| question.plan.integration.id == plan.integration.id && question.undecided.staged == staged);
        if !is_asked {
            let id = AttemptId(self.parts.entropy.make_uuid());
            self.ask_about_account(id, plan, expected, undecided);
        }
    }
}

/// Whether a grant may be used without asking: the account that the integration had is known to be the grant's, or it had none.
pub(super) fn is_same(expected: Option<&Account>, got: Option<&Account>) -> bool {
    expected.is_none_or(|expected| got.is_some_and(|got| got.id == expected.id))
}
