//! Sealed exports: chosen integrations on their way out of this vault, and into another one (`restore.rs`).
//!
//! A refresh token that two vaults hold would be replaced by one of them and refused to the other; a service that ends a grant
//! whose old token comes once more would end it for both. So a sign-in is in one of two places:
//!
//! 1. it is marked as moved away, in the vault and durably, under its flight and its lease;
//! 2. only then it is read, sealed and written, by whoever was handed the [`Export`];
//! 3. when that fails, the mark is taken off again, and nothing else has changed.
//!
//! Whoever is killed in between leaves a mark, and perhaps a file: the sign-in lies here as it was, and its user may take it back.
//!
//! INVARIANT: a file with a sign-in does not exist before the vault it came from has stopped refreshing that; and no sign-in is erased
//! by moving.

mod restore;

use storm_domain::{
    ActivityKind, Credential, ErrorCode, Export, ExportedIntegration, ExportedRegistration, Failure, GenerationPhase,
    Hold, Integration, IntegrationId, Method, OAuthGrant, Term, Timestamp, TokenState, VaultError,
};

use crate::engine::{Engine, lock};
use crate::error::ToFailure as _;
use crate::refresh::LEASE_TERM;
use crate::view::{Carries, ExportCandidateView, SignIns};

/// What is exported, how, and for how long.
pub struct ExportPlan {
    /// Which integrations.
    pub ids: Vec<IntegrationId>,
    /// What becomes of sign-ins.
    pub sign_ins: SignIns,
    /// For how many days it can be opened.
    pub days: u16,
}

/// A row that was marked, as it stood before.
struct Moved {
    id: IntegrationId,
    paused_at: Option<Timestamp>,
    hold: Option<Hold>,
}

impl Engine {
    /// What each of these would bring into an export, and what keeps it from that.
    ///
    /// # Errors
    /// When one does not exist, or the vault cannot be read.
    pub async fn export_candidates(&self, ids: &[IntegrationId]) -> Result<Vec<ExportCandidateView>, Failure> {
        let mut candidates = Vec::with_capacity(ids.len());
        for id in ids {
            let row = self.live(*id).await?;
            let obstacle = self.obstacle(&row).await?;
            candidates.push(ExportCandidateView {
                id: row.id,
                name: row.name.clone(),
                connector: self.badge_of(&row),
                carries: self.carries(&row),
                move_obstacle: self.move_obstacle(&row).await?,
                obstacle,
            });
        }
        Ok(candidates)
    }

    /// Gathers an export and hands it to `write`, which seals it and puts it where its user wants it. Sign-ins that are to move
    /// have stopped here before `write` begins, and go on here when it fails.
    ///
    /// # Errors
    /// When one of them cannot be exported now, or `write` failed; nothing is changed then.
    pub async fn export<T, Writing>(
        &self,
        plan: ExportPlan,
        write: impl FnOnce(Export) -> Writing,
    ) -> Result<T, Failure>
    where
        Writing: Future<Output = Result<T, Failure>>,
    {
        let term = Term::of_days(self.now(), plan.days).ok_or_else(no_such_term)?;
        let mut rows = Vec::with_capacity(plan.ids.len());
        for id in &plan.ids {
            let row = self.live(*id).await?;
            let moves = plan.sign_ins == SignIns::Move;
            let obstacle = match self.obstacle(&row).await? {
                None if moves => self.move_obstacle(&row).await?,
                obstacle => obstacle,
            };
            if let Some(obstacle) = obstacle {
                return Err(not_exported(&row, &obstacle));
            }
            rows.push(row);
        }
        if rows.is_empty() {
            return Err(Failure::new(
                ErrorCode::NotFound,
                "Nothing was chosen. Choose what the file is to hold.",
                None,
            ));
        }
        let mut moved = Vec::new();
        let written = match self.gather(&rows, plan.sign_ins, term, &mut moved).await {
            Ok(export) => write(export).await,
            Err(failure) => Err(failure),
        };
        match &written {
            Ok(_) => {
                for row in &rows {
                    let moved = moved.iter().any(|one: &Moved| one.id == row.id);
                    self.log(row, ActivityKind::Exported { moved, ends_at: term.ends_at }).await;
                }
            }
            Err(_) => {
                for one in moved {
                    self.stay(one).await;
                }
            }
        }
        written
    }

    /// Refreshes a sign-in here again that had moved away, at its user's word: the export is in no other vault.
    ///
    /// # Errors
    /// When it has not moved away, or the vault cannot be written.
    pub async fn take_back(&self, id: IntegrationId) -> Result<(), Failure> {
        if !self.live(id).await?.is_moved_away() {
            return Err(Failure::new(ErrorCode::ChangedMeanwhile, "Its sign-in is here already.", None));
        }
        let row = self.change(id, Integration::release).await.map_err(|error| error.to_failure())?;
        self.log(&row, ActivityKind::TakenBack).await;
        Ok(())
    }

    async fn gather(
        &self,
        rows: &[Integration],
        sign_ins: SignIns,
        term: Term,
        moved: &mut Vec<Moved>,
    ) -> Result<Export, Failure> {
        let mut integrations = Vec::with_capacity(rows.len());
        let mut registrations: Vec<ExportedRegistration> = Vec::new();
        for row in rows {
            let (saved_at, credential) = match (row.method, self.is_exchanged(row), sign_ins) {
                (Method::OAuth, false, SignIns::Leave) => (None, None),
                (Method::OAuth, false, SignIns::Move) => self.move_away(row, moved).await?,
                _ => self.copied(row).await?,
            };
            if let Some(id) =
                row.registration_id.filter(|id| registrations.iter().all(|one| one.registration.id != *id))
            {
                let registration = self.registration(id).await?;
                let secret = self.vault().registration_secret(id).await.map_err(|error| error.to_failure())?;
                registrations.push(ExportedRegistration { registration, secret });
            }
            let in_use = self.active_number(row.id).await.map_err(|error| error.to_failure())?;
            integrations.push(ExportedIntegration {
                id: row.id,
                name: row.name.clone(),
                labels: row.labels.clone(),
                connector_id: row.connector_id.clone(),
                method: row.method,
                fields: row.fields.clone(),
                registration_id: row.registration_id,
                requested_scopes: row.requested_scopes.clone(),
                granted_scopes: row.granted_scopes.clone(),
                account: row.account.clone(),
                after_days: row.replacement.after_days,
                ends_at: in_use.and_then(|number| row.replacement.ends_at(number)),
                saved_at: saved_at.unwrap_or(row.created_at),
                credential,
            });
        }
        Ok(Export { id: self.parts.entropy.make_uuid(), term, integrations, registrations })
    }

    /// A key or a key file, and when it was saved.
    async fn copied(&self, row: &Integration) -> Result<(Option<Timestamp>, Option<Credential>), Failure> {
        let active = self.vault().active_generation(row.id).await.map_err(|error| error.to_failure())?;
        Ok(active.map(|active| (active.created_at, active.credential)).unzip())
    }

    /// Stops refreshing a sign-in here, and then reads it. One that is over already stays: signing in again is all that helps.
    async fn move_away(
        &self,
        row: &Integration,
        moved: &mut Vec<Moved>,
    ) -> Result<(Option<Timestamp>, Option<Credential>), Failure> {
        let id = row.id;
        let flight = self.flights.take_off(id).await;
        // An answer that is not stored yet may hold the newest token.
        self.save_unsaved(id).await?;
        self.replay_what_is_left(id).await?;
        if lock(&self.unfinished).contains_key(&id) {
            return Err(not_exported(row, BROKEN_OFF));
        }
        let row = self.live(id).await?;
        if !matches!(row.state, TokenState::Active { .. }) {
            return Ok((None, None));
        }
        let now = self.now();
        let lease = self.vault().acquire_lease(id, &self.parts.owner, now, now.after(LEASE_TERM)).await;
        let lease = lease.map_err(|error| error.to_failure())?;
        let marked = self.change(id, |row| row.hold(Hold::MovedAway, now)).await;
        let read = match marked {
            Ok(_) => {
                moved.push(Moved { id, paused_at: row.paused_at, hold: row.hold });
                self.copied(&row).await
            }
            Err(error) => Err(error.to_failure()),
        };
        self.give_back(&lease).await;
        drop(flight);
        read
    }

    /// Takes a mark off again: the file was not written.
    async fn stay(&self, Moved { id, paused_at, hold }: Moved) {
        let unmark = |row: &mut Integration| {
            if row.is_moved_away() {
                row.hold = hold;
                row.paused_at = paused_at;
            }
        };
        match self.change(id, unmark).await {
            Ok(row) => self.log(&row, ActivityKind::ExportWithdrawn).await,
            // It stays marked, which costs nothing: its user can take it back.
            Err(error) => tracing::error!(%error, integration = %id, "a sign-in that did not move is still marked"),
        }
    }

    fn carries(&self, row: &Integration) -> Carries {
        match row.method {
            Method::ApiKey => Carries::Key,
            Method::ServiceAccount => Carries::KeyFile,
            Method::OAuth if self.is_exchanged(row) => Carries::Client,
            Method::OAuth if matches!(row.state, TokenState::Active { .. }) && !row.is_moved_away() => Carries::SignIn,
            Method::OAuth => Carries::Settings,
        }
    }

    /// What keeps an integration from being exported at all, and what to do.
    async fn obstacle(&self, row: &Integration) -> Result<Option<String>, Failure> {
        let said = |text: &str| Ok(Some(text.to_owned()));
        if self.parts.catalogue.connector(&row.connector_id).is_none() {
            return said("Its service is not known here, or its record is damaged.");
        }
        let rotation = self.vault().rotation(row.id).await.map_err(|error| error.to_failure())?;
        let of_secret = match row.registration_id {
            Some(id) => self.vault().secret_rotation(id).await.map_err(|error| error.to_failure())?,
            None => None,
        };
        if rotation.is_some_and(|one| !one.is_over()) || of_secret.is_some_and(|one| !one.is_over()) {
            return said("It is being rotated. Finish or undo that first.");
        }
        if row.method == Method::OAuth {
            return match row.registration_id {
                Some(id) => Ok(self.registration(id).await.err().map(|failure| failure.message)),
                None => said("It has no app registration."),
            };
        }
        match self.vault().active_generation(row.id).await {
            Ok(Some(_)) => Ok(None),
            Ok(None) => said("It has no key yet."),
            Err(VaultError::Damaged) => said("The record of its key is damaged."),
            Err(error) => Err(error.to_failure()),
        }
    }

    /// What keeps a sign-in from being moved, and what to do.
    async fn move_obstacle(&self, row: &Integration) -> Result<Option<String>, Failure> {
        if row.method != Method::OAuth || self.is_exchanged(row) {
            return Ok(None);
        }
        let generations = self.vault().generations(row.id).await.map_err(|error| error.to_failure())?;
        let is_open = generations.iter().any(|one| one.phase == GenerationPhase::Staged);
        let obstacle = if row.is_moved_away() {
            Some("Its sign-in has moved away already.")
        } else if self.is_held_back(row.method) {
            Some("The vault was put back from a copy, and newer sign-ins may be somewhere else. Choose “Go on” first.")
        } else if is_open || row.state == TokenState::Authorizing {
            Some("A new sign-in waits to be used. Finish that first.")
        } else if lock(&self.unfinished).contains_key(&row.id) {
            Some(BROKEN_OFF)
        } else {
            None
        };
        Ok(obstacle.map(str::to_owned))
    }

    /// Refuses what would end a sign-in that another vault uses.
    pub(crate) fn unless_moved_away(row: &Integration) -> Result<(), Failure> {
        if !row.is_moved_away() {
            return Ok(());
        }
        Err(Failure::new(
            ErrorCode::Paused,
            format!(
                "The sign-in of “{}” has moved to another computer. Take it back here first, if the exported file was not restored there.",
                row.name
            ),
            None,
        ))
    }
}

const BROKEN_OFF: &str = "Its last refresh was broken off, and it is not known which token counts. Refresh it first.";

fn not_exported(row: &Integration, obstacle: &str) -> Failure {
    Failure::new(
        ErrorCode::NotSupported,
        format!("“{}” was not exported, and neither were the others. {obstacle}", row.name),
        None,
    )
}

fn no_such_term() -> Failure {
    Failure::new(
        ErrorCode::FieldNotUsable,
        format!("A file can be opened for 1 to {} days. Choose one of these.", Term::MOST_DAYS),
        None,
    )
}

/// The grant that an integration without its sign-in stands on: none.
fn grant_of(credential: &Credential) -> Option<&OAuthGrant> {
    match credential {
        Credential::OAuthGrant(grant) => Some(grant),
        _ => None,
    }
}
