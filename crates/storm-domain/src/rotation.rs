//! Replacing a long-lived secret without a failed call, as a machine that survives a crash at any step: an integration's key or
//! key file, or the client secret of an app registration.
//!
//! `Staged → Verified → Switched → Revoking → ProvedDead → Done`; `Minting` comes first where the service makes the new one, and
//! `Deactivating` before `Revoking` where it can switch the old one off for a while. What is not to be used goes through
//! `Discarding`: a drill's, and what the service made for nothing. INVARIANT: at every step at least one working credential is
//! active; undo is possible until `Revoking`. Each step is persisted before its effect is acted upon, and every effect may be
//! repeated after a crash.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    Account, GenerationNumber, IntegrationId, MintedIds, NewFound, RegistrationId, RotationMode, Timestamp, Verdict,
};

/// How long another program may take from being lent a credential to sending it. Connections are opened in it, so it is not
/// milliseconds; a person who waits for it notices, so it is not a minute.
pub const USE_OF_A_HAND_OUT: Duration = Duration::from_secs(5);

/// Where the rotation of an app registration's client secret stands.
pub type SecretRotation = Rotation<RegistrationId>;

/// Where a rotation stands, as persisted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation<S = IntegrationId> {
    /// Whose secret.
    #[serde(alias = "integration_id")]
    pub subject: S,
    /// Compare-and-set guard.
    pub revision: u64,
    /// The generation being replaced.
    pub old: GenerationNumber,
    /// The generation replacing it.
    pub new: GenerationNumber,
    /// The step reached.
    pub step: RotationStep,
    /// How far it goes.
    #[serde(default)]
    pub mode: RotationMode,
    /// The service's ids, where it makes the new one.
    #[serde(default)]
    pub minted: Option<MintedIds>,
    /// What trying the new one told.
    #[serde(default)]
    pub found: Option<NewFound>,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// When the new one was verified.
    pub verified_at: Option<Timestamp>,
    /// When it was switched to; of what is discarded, when it was switched back from.
    pub switched_at: Option<Timestamp>,
    /// Why turning the old one off failed the last time, in plain words.
    #[serde(default)]
    pub revoke_failure: Option<String>,
    /// When the old one was deactivated.
    #[serde(default)]
    pub deactivated_at: Option<Timestamp>,
    /// When the old one was turned off; of what is discarded, when that was.
    pub revoked_at: Option<Timestamp>,
    /// When the old one was proved dead; of what is discarded, when that was.
    pub proved_at: Option<Timestamp>,
}

/// The step reached. Later steps hold what they need to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum RotationStep {
    /// The service is asked for a new one. Until that is saved, any other that is not among the known ones may be it.
    Minting {
        /// The service's ids of the keys there were before.
        known: Vec<String>,
        /// Why it failed the last time, in plain words.
        failure: Option<String>,
    },
    /// The new one lies beside the old; it has not been accepted yet.
    Staged {
        /// The last verdict on the new one, if it was not accepted.
        verdict: Option<Verdict>,
    },
    /// The new one works.
    Verified {
        /// Whether it belongs to the same account as the old one.
        comparison: AccountComparison,
        /// What the new one may not do, if anything.
        missing: Option<String>,
    },
    /// The new one is in use; the old one still works.
    Switched,
    /// The old one is being switched off at the service, which can take that back.
    Deactivating {
        /// Whether the service did it.
        ordered: bool,
        /// Whether the service refused the old one since.
        refused: bool,
        /// How often the old one was tried and still worked.
        tries: u32,
    },
    /// The old one is being turned off; no way back.
    Revoking {
        /// Whether its end has been ordered: by API answered, or confirmed by the user.
        ordered: bool,
        /// How often the old one was tried and still worked.
        tries: u32,
    },
    /// The service refused the old one.
    ProvedDead,
    /// All cleared up.
    Done,
    /// The old one is in use; the new one is being ended at the service.
    Discarding {
        /// Whether its end has been ordered.
        ordered: bool,
        /// How often it was tried and still worked.
        tries: u32,
    },
    /// Undone: the old one is in use again.
    Undone,
    /// The end of a drill: the new one is gone, the old one was in use throughout.
    Rehearsed,
    /// The end of a drill that told nothing: the service takes no position on a new one before it is used, and it was not.
    Untold,
}

/// How the accounts of old and new compare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "comparison", rename_all = "snake_case")]
pub enum AccountComparison {
    /// The same account.
    Same,
    /// The service does not say whose the credential is.
    Unknown,
    /// Another account.
    Different {
        /// Whose the old one is.
        old: String,
        /// Whose the new one is.
        new: String,
    },
}

impl AccountComparison {
    /// Compares two accounts by their stable id.
    #[must_use]
    pub fn of(old: Option<&Account>, new: Option<&Account>) -> Self {
        match (old, new) {
            (Some(old), Some(new)) if old.id == new.id => Self::Same,
            (Some(old), Some(new)) => Self::Different { old: old.label.clone(), new: new.label.clone() },
            _ => Self::Unknown,
        }
    }
}

/// What moves a rotation on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RotationEvent {
    /// These keys were there before another try to have one made.
    Asked {
        /// The service's ids.
        known: Vec<String>,
    },
    /// The service did not make one, or its answer was lost.
    MintFailed {
        /// In plain words.
        reason: String,
    },
    /// The service made one, and it is saved.
    Minted {
        /// The service's id of it.
        id: String,
    },
    /// The new one was tried.
    NewTried {
        /// With which outcome.
        verdict: Verdict,
        /// Against the old one's account.
        comparison: AccountComparison,
    },
    /// Consumers get the new one from now on. `despite_difference` = the user agreed to another account.
    Switch {
        /// The user agreed to another account.
        despite_difference: bool,
    },
    /// The old one is to be switched off in a way that can be taken back.
    Deactivate,
    /// The service did so.
    Deactivated,
    /// The user wants the old one turned off for good.
    Revoke,
    /// The new one is not wanted, and is to be ended at the service.
    Discard,
    /// The service did not confirm its end.
    RevokeFailed {
        /// In plain words.
        reason: String,
    },
    /// Its end was ordered: the API answered, or the user says it is done.
    RevokeOrdered,
    /// The old one was tried.
    OldTried {
        /// With which outcome.
        verdict: Verdict,
    },
    /// The service does not tell a dead one from a living one: the user's word stands alone, and a drill ends.
    Unprovable,
    /// The old one's secret is erased.
    Clear,
    /// Back to the old one.
    Undo,
}

/// The event does not fit the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this step does not fit where the rotation stands")]
pub struct RotationRefused;

impl<S> Rotation<S> {
    /// One that begins at `step`.
    pub fn begun(
        subject: S,
        (old, new): (GenerationNumber, GenerationNumber),
        step: RotationStep,
        mode: RotationMode,
        at: Timestamp,
    ) -> Self {
        Self {
            subject,
            revision: 1,
            old,
            new,
            step,
            mode,
            minted: None,
            found: None,
            begun_at: at,
            verified_at: None,
            switched_at: None,
            revoke_failure: None,
            deactivated_at: None,
            revoked_at: None,
            proved_at: None,
        }
    }
}

impl<S: Clone> Rotation<S> {
    /// The rotation after `event`.
    ///
    /// # Errors
    /// [`RotationRefused`] when the event does not fit the step; the rotation is then as it was.
    pub fn step(&self, event: RotationEvent, now: Timestamp) -> Result<Self, RotationRefused> {
        let mut next = self.clone();
        next.step = match (&self.step, event) {
            (RotationStep::Minting { .. }, RotationEvent::Asked { known }) => {
                RotationStep::Minting { known, failure: None }
            }
            (RotationStep::Minting { known, .. }, RotationEvent::MintFailed { reason }) => {
                RotationStep::Minting { known: known.clone(), failure: Some(reason) }
            }
            (RotationStep::Minting { .. }, RotationEvent::Minted { id }) => {
                next.minted.get_or_insert(MintedIds { old: None, new: None }).new = Some(id);
                RotationStep::Staged { verdict: None }
            }
            (
                RotationStep::Staged { .. } | RotationStep::Verified { .. },
                RotationEvent::NewTried { verdict, comparison },
            ) => match verdict {
                Verdict::Works { .. } => next.accepted(comparison, None, now),
                Verdict::WorksWithout { missing, .. } => next.accepted(comparison, Some(missing), now),
                verdict => RotationStep::Staged { verdict: Some(verdict) },
            },
            (RotationStep::Verified { comparison, .. }, RotationEvent::Switch { despite_difference })
                if self.mode != RotationMode::Drill =>
            {
                if matches!(comparison, AccountComparison::Different { .. }) && !despite_difference {
                    return Err(RotationRefused);
                }
                next.switched_at = Some(now);
                RotationStep::Switched
            }
            // In use the service refused it after all; the old one still works.
            (RotationStep::Switched, RotationEvent::NewTried { verdict: verdict @ Verdict::Refused { .. }, .. }) => {
                (next.verified_at, next.switched_at) = (None, None);
                RotationStep::Staged { verdict: Some(verdict) }
            }
            (RotationStep::Switched, RotationEvent::Deactivate) => {
                RotationStep::Deactivating { ordered: false, refused: false, tries: 0 }
            }
            (RotationStep::Deactivating { refused, tries, .. }, RotationEvent::Deactivated) => {
                next.revoke_failure = None;
                next.deactivated_at = next.deactivated_at.or(Some(now));
                RotationStep::Deactivating { ordered: true, refused: *refused, tries: *tries }
            }
            (RotationStep::Deactivating { ordered: true, refused, tries }, RotationEvent::OldTried { verdict }) => {
                let (refused, tries) = match verdict {
                    Verdict::Refused { .. } => (true, *tries),
                    Verdict::Works { .. } | Verdict::WorksWithout { .. } => (*refused, tries.saturating_add(1)),
                    Verdict::CouldNotReach { .. } => (*refused, *tries),
                };
                RotationStep::Deactivating { ordered: true, refused, tries }
            }
            (RotationStep::Switched | RotationStep::Deactivating { ordered: true, .. }, RotationEvent::Revoke) => {
                RotationStep::Revoking { ordered: false, tries: 0 }
            }
            (
                step @ (RotationStep::Revoking { ordered: false, .. }
                | RotationStep::Deactivating { ordered: false, .. }
                | RotationStep::Discarding { ordered: false, .. }),
                RotationEvent::RevokeFailed { reason },
            ) => {
                next.revoke_failure = Some(reason);
                step.clone()
            }
            // The user did it by hand.
            (RotationStep::Deactivating { ordered: false, .. }, RotationEvent::RevokeOrdered) => {
                next.revoke_failure = None;
                next.revoked_at = Some(now);
                RotationStep::Revoking { ordered: true, tries: 0 }
            }
            (RotationStep::Revoking { tries, .. }, RotationEvent::RevokeOrdered) => {
                next.revoke_failure = None;
                next.revoked_at = Some(now);
                RotationStep::Revoking { ordered: true, tries: *tries }
            }
            (RotationStep::Revoking { ordered, tries }, RotationEvent::OldTried { verdict }) => match verdict {
                Verdict::Refused { .. } => {
                    next.revoke_failure = None;
                    next.revoked_at = next.revoked_at.or(Some(now));
                    next.proved_at = Some(now);
                    RotationStep::ProvedDead
                }
                Verdict::Works { .. } | Verdict::WorksWithout { .. } => {
                    RotationStep::Revoking { ordered: *ordered, tries: tries.saturating_add(1) }
                }
                Verdict::CouldNotReach { .. } => RotationStep::Revoking { ordered: *ordered, tries: *tries },
            },
            (RotationStep::Revoking { ordered: true, .. }, RotationEvent::Unprovable)
            | (RotationStep::ProvedDead, RotationEvent::Clear) => RotationStep::Done,
            (RotationStep::Discarding { ordered: true, .. }, RotationEvent::Unprovable) => self.discarded(),
            // Only its use would tell, and a drill uses nothing.
            (RotationStep::Staged { .. } | RotationStep::Verified { .. }, RotationEvent::Unprovable)
                if self.mode == RotationMode::Drill =>
            {
                RotationStep::Untold
            }
            (
                RotationStep::Staged { .. }
                | RotationStep::Verified { .. }
                | RotationStep::Switched
                | RotationStep::Deactivating { .. },
                RotationEvent::Discard,
            ) => {
                // What was lent until now must still be used, as before the switch.
                next.switched_at = self.switched_at.map(|_| now);
                (next.deactivated_at, next.revoke_failure) = (None, None);
                RotationStep::Discarding { ordered: false, tries: 0 }
            }
            (RotationStep::Discarding { tries, .. }, RotationEvent::RevokeOrdered) => {
                next.revoke_failure = None;
                next.revoked_at = Some(now);
                RotationStep::Discarding { ordered: true, tries: *tries }
            }
            (RotationStep::Discarding { ordered, tries }, RotationEvent::NewTried { verdict, .. }) => match verdict {
                Verdict::Refused { .. } => {
                    next.revoke_failure = None;
                    next.revoked_at = next.revoked_at.or(Some(now));
                    next.proved_at = Some(now);
                    self.discarded()
                }
                Verdict::Works { .. } | Verdict::WorksWithout { .. } => {
                    RotationStep::Discarding { ordered: *ordered, tries: tries.saturating_add(1) }
                }
                Verdict::CouldNotReach { .. } => RotationStep::Discarding { ordered: *ordered, tries: *tries },
            },
            // The user lets it be: its secret is erased here, and what becomes of it is the service's.
            (RotationStep::Discarding { .. }, RotationEvent::Undo) => self.discarded(),
            (
                RotationStep::Minting { .. }
                | RotationStep::Staged { .. }
                | RotationStep::Verified { .. }
                | RotationStep::Switched
                | RotationStep::Deactivating { .. },
                RotationEvent::Undo,
            ) => RotationStep::Undone,
            _ => return Err(RotationRefused),
        };
        Ok(next)
    }

    fn accepted(&mut self, comparison: AccountComparison, missing: Option<String>, now: Timestamp) -> RotationStep {
        self.verified_at = Some(now);
        self.found = Some(NewFound { comparison: comparison.clone(), missing: missing.clone() });
        RotationStep::Verified { comparison, missing }
    }

    fn discarded(&self) -> RotationStep {
        if self.mode == RotationMode::Drill { RotationStep::Rehearsed } else { RotationStep::Undone }
    }

    /// Whether the way back is still open.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        matches!(
            self.step,
            RotationStep::Minting { .. }
                | RotationStep::Staged { .. }
                | RotationStep::Verified { .. }
                | RotationStep::Switched
                | RotationStep::Deactivating { .. }
        )
    }

    /// Whether a new one that is not wanted is to be ended at the service, and not only forgotten here: it was made for this.
    #[must_use]
    pub fn is_to_be_discarded(&self) -> bool {
        self.mode == RotationMode::Drill || self.minted.is_some()
    }

    /// For how long the old one must still work, because it was lent until the switch and may not have been sent yet.
    #[must_use]
    pub fn hand_outs_in_use(&self, now: Timestamp) -> Duration {
        let end = self.switched_at.map(|at| at.after(USE_OF_A_HAND_OUT));
        // A clock that was set back makes nobody wait for longer.
        end.map_or(Duration::ZERO, |end| end.since(now).min(USE_OF_A_HAND_OUT))
    }

    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.step, RotationStep::Done | RotationStep::Undone | RotationStep::Rehearsed | RotationStep::Untold)
    }

    /// Whether only a real request can tell if the new one works: the service did not refuse it, and did not accept it either.
    /// INVARIANT: never in a drill, whose new one nobody uses.
    #[must_use]
    pub fn is_told_by_refresh(&self) -> bool {
        self.mode != RotationMode::Drill
            && matches!(self.step, RotationStep::Staged { verdict: Some(Verdict::CouldNotReach { .. }) })
    }

    /// Which generation is in use while the rotation stands here.
    #[must_use]
    pub fn in_use(&self) -> GenerationNumber {
        match self.step {
            RotationStep::Minting { .. }
            | RotationStep::Staged { .. }
            | RotationStep::Verified { .. }
            | RotationStep::Discarding { .. }
            | RotationStep::Undone
            | RotationStep::Rehearsed
            | RotationStep::Untold => self.old,
            RotationStep::Switched
            | RotationStep::Deactivating { .. }
            | RotationStep::Revoking { .. }
            | RotationStep::ProvedDead
            | RotationStep::Done => self.new,
        }
    }
}

#[cfg(test)]
mod tests;
