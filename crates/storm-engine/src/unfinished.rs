//! Refreshes whose end is not known, or whose answer is in memory only.
//!
//! INVARIANT: while an answer is not stored, nothing is sent for its credential; and a refusal that follows a request of which
//! nothing was heard is said to be of that one.

use storm_domain::port::GrantCommit;
use storm_domain::{
    ActivityKind, Backoff, Event, Failure, Generation, GenerationNumber, IntegrationId, InterruptedBy, Lease,
    OAuthGrant, RefreshFailure, RefreshIntent, Timestamp, TokenEvent,
};

use crate::engine::{Engine, lock};
use crate::error::ToFailure as _;
use crate::refresh::LEASE_TERM;

/// What a broken-off or unsaved refresh leaves in memory.
pub(crate) struct Unfinished {
    /// Which generation's refresh token was sent.
    pub(crate) generation: GenerationNumber,
    /// When it was sent first.
    pub(crate) sent_at: Timestamp,
    /// What broke it off.
    pub(crate) by: InterruptedBy,
    /// The grant that could not be committed, if an answer came.
    pub(crate) unsaved: Option<OAuthGrant>,
    /// How often it was tried again.
    pub(crate) retries: u32,
}

impl Engine {
    /// What is about to be sent; of several tries with one refresh token, the first counts.
    pub(crate) fn intent_of(&self, active: &Generation) -> RefreshIntent {
        let earlier = lock(&self.unfinished)
            .get(&active.integration_id)
            .filter(|unfinished| unfinished.generation == active.number)
            .map(|unfinished| (unfinished.sent_at, unfinished.retries.saturating_add(1)));
        let (at, retries) = earlier.unwrap_or((self.now(), 0));
        RefreshIntent { integration_id: active.integration_id, generation: Some(active.number), at, retries }
    }

    /// Remembers that it is not known what became of a request.
    pub(crate) fn note_interruption(&self, active: &Generation, intent: &RefreshIntent, by: InterruptedBy) {
        lock(&self.unfinished).entry(active.integration_id).or_insert(Unfinished {
            generation: active.number,
            sent_at: intent.at,
            by,
            unsaved: None,
            retries: intent.retries,
        });
    }

    /// The same for an answer whose body was lost on its way.
    pub(crate) fn note_lost_answer(&self, id: IntegrationId, generation: GenerationNumber, sent_at: Timestamp) {
        let by = InterruptedBy::Network;
        let lost = Unfinished { generation, sent_at, by, unsaved: None, retries: 0 };
        lock(&self.unfinished).entry(id).or_insert(lost);
    }

    /// Keeps a grant that the disk did not take, says so, and has it tried again soon whoever asked for this refresh: it is lost
    /// if the program ends before.
    pub(crate) fn keep_unsaved(
        &self,
        id: IntegrationId,
        generation: GenerationNumber,
        sent_at: Timestamp,
        grant: OAuthGrant,
    ) {
        self.note_obtained(id);
        lock(&self.unfinished)
            .insert(id, Unfinished { generation, sent_at, by: InterruptedBy::Crash, unsaved: Some(grant), retries: 0 });
        self.schedule.set(id, self.now().after(Backoff::FIRST));
        self.parts.events.publish(Event::VaultChanged);
    }

    /// Commits a grant that an earlier refresh could not save. Until then nothing is sent for this credential. False = there is
    /// none.
    pub(crate) async fn save_unsaved(&self, id: IntegrationId) -> Result<bool, Failure> {
        let waiting = lock(&self.unfinished)
            .get(&id)
            .and_then(|unfinished| unfinished.unsaved.clone().map(|grant| (unfinished.generation, grant)));
        let Some((generation, grant)) = waiting else { return Ok(false) };
        let now = self.now();
        let not_stored = |_| RefreshFailure::NotStored.to_failure();
        let lease =
            self.vault().acquire_lease(id, &self.parts.owner, now, now.after(LEASE_TERM)).await.map_err(not_stored)?;
        let event =
            TokenEvent::RefreshSucceeded { expires_at: grant.expires_at, refreshable: grant.refresh_token.is_some() };
        let commit = GrantCommit {
            lease: &lease,
            expected: Some(generation),
            grant: &grant,
            event: Some(event),
            log: vec![ActivityKind::Refreshed { took_ms: None }],
            at: now,
        };
        let committed = self.vault().commit_grant(commit).await.map_err(not_stored)?;
        lock(&self.unfinished).remove(&id);
        self.schedule_next(&committed.integration);
        self.parts.events.publish(Event::VaultChanged);
        Ok(true)
    }

    /// Removes the intent of a request that is known to have done nothing, unless an earlier one with the same refresh token
    /// may have done something: a crash must not make the program forget that.
    pub(crate) async fn clear_intent_of(&self, generation: GenerationNumber, lease: &Lease) {
        let is_open = |unfinished: &Unfinished| unfinished.generation == generation;
        if !lock(&self.unfinished).get(&lease.integration_id).is_some_and(is_open) {
            self.clear_intent(lease).await;
        }
    }

    /// The grant that is in memory only.
    pub(crate) fn unsaved_grant(&self, id: IntegrationId) -> Option<OAuthGrant> {
        lock(&self.unfinished).get(&id).and_then(|unfinished| unfinished.unsaved.clone())
    }

    /// The integrations whose new tokens are in memory only, because the disk did not take them.
    #[must_use]
    pub fn unsaved(&self) -> Vec<IntegrationId> {
        let unfinished = lock(&self.unfinished);
        let mut unsaved: Vec<_> =
            unfinished.iter().filter(|(_, one)| one.unsaved.is_some()).map(|(id, _)| *id).collect();
        unsaved.sort_unstable();
        unsaved
    }
}
