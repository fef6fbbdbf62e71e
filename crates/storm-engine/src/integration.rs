//! The Integrations list and page: what is shown, and the small actions on a row.

use std::time::Duration;

use storm_domain::{
    ActivityEntry, ActivityKind, CredentialSummary, ErrorCode, Failure, GenerationInfo, GenerationPhase, Hold,
    Integration, IntegrationId, Method, RefreshState, Rotation, Timestamp, TokenState, VaultError, Verdict,
};

use crate::api_key::checked_name;
use crate::engine::{Engine, lock};
use crate::error::ToFailure as _;
use crate::view::{
    Capabilities, ConnectorPage, DisconnectedView, IntegrationDetailView, IntegrationView, RevocationView,
    RotationView, StatusView,
};

/// How long a removal can be undone from its toast. The bin itself keeps for a day.
const UNDO_TERM: Duration = Duration::from_secs(10);
pub(crate) const BIN_TERM: Duration = Duration::from_secs(24 * 60 * 60);

impl Engine {
    /// All integrations that are not in the bin, in the order they were made.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn integrations(&self) -> Result<Vec<IntegrationView>, Failure> {
        let mut listing = self.listing().await?;
        self.vault().each_integration(&mut |row| listing.add(row)).await.map_err(|error| error.to_failure())?;
        listing.finish().await
    }

    /// One row of the list, without all that its page tells: it is asked for at each change.
    ///
    /// # Errors
    /// When it does not exist, or the vault cannot be read.
    pub async fn integration_row(&self, id: IntegrationId) -> Result<IntegrationView, Failure> {
        let row = self.live(id).await?;
        let listed = self.listed(vec![row]).await?;
        listed.into_iter().next().ok_or_else(|| VaultError::NotFound.to_failure())
    }

    /// One integration's page.
    ///
    /// # Errors
    /// When it does not exist, or the vault cannot be read.
    pub async fn integration(&self, id: IntegrationId) -> Result<IntegrationDetailView, Failure> {
        let row = self.live(id).await?;
        // In this order: what a step did to the generations is never older than the step that is shown.
        let rotation = self.vault().rotation(id).await.map_err(|error| error.to_failure())?;
        let generations = self.vault().generations(id).await.map_err(|error| error.to_failure())?;
        let mut rotating = rotation.as_ref().is_some_and(|rotation| !rotation.is_over());
        let mut rotation = match &rotation {
            Some(rotation) => self.rotation_view(&row, rotation, &generations)?,
            None => None,
        };
        let mut registration = None;
        if let Some(id) = row.registration_id {
            let used = self.registration(id).await?;
            registration = Some(self.registration_view(&used).await?);
            if let Some(of_secret) = self.vault().secret_rotation(id).await.map_err(|error| error.to_failure())? {
                rotating = !of_secret.is_over();
                rotation = Some(self.secret_rotation_view(&row, &used, &of_secret).await?);
            }
        }
        let has_secret = registration.as_ref().is_some_and(|registration| registration.has_secret);
        let connector = self.connector(&row.connector_id)?;
        let fields = connector
            .fields_of(row.method)
            .filter_map(|field| row.fields.get(&field.name).map(|value| (field.title.clone(), value.clone())))
            .collect();
        let mut integration = self.integration_view(&row, rotating);
        self.remind(&row, &mut integration).await?;
        Ok(IntegrationDetailView {
            integration,
            replacement: self.replacement_view(&row, &generations).await?,
            borrowers: self.borrowers(&row, rotation.as_ref()).await?,
            fields,
            host: self.host_of(&row),
            requested_scopes: row.requested_scopes.clone(),
            granted_scopes: row.granted_scopes.clone(),
            missing_scopes: self.missing_scopes(&row),
            undecided: self.undecided_account(id),
            key_id: self.key_id_of(&row),
            takes_file: self.takes_file(&row),
            lends: self.lends(&row),
            registration,
            rotation,
            can: self.capabilities(&row, rotating, has_secret, &generations),
            generations,
        })
    }

    /// The newest entries of the log, of one integration or of all.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn activity(&self, id: Option<IntegrationId>, limit: u32) -> Result<Vec<ActivityEntry>, Failure> {
        const MOST_AT_ONCE: u32 = 1000;
        self.vault().activity(id, limit.min(MOST_AT_ONCE)).await.map_err(|error| error.to_failure())
    }

    /// Opens a page of an integration's service in the browser.
    ///
    /// # Errors
    /// When there is no such page, or no browser opens.
    pub async fn open_integration_page(&self, id: IntegrationId, page: ConnectorPage) -> Result<(), Failure> {
        self.open_page_of(&self.live(id).await?, page).await
    }

    /// Renames an integration.
    ///
    /// # Errors
    /// When the name cannot be used or stands already.
    pub async fn rename_integration(&self, id: IntegrationId, name: &str) -> Result<(), Failure> {
        let before = self.live(id).await?;
        let name = checked_name(name)?;
        let all = self.vault().integrations().await.map_err(|error| error.to_failure())?;
        if all
            .iter()
            .any(|other| other.id != id && other.trashed_at.is_none() && other.name.eq_ignore_ascii_case(&name))
        {
            return Err(Failure {
                field: Some("name".to_owned()),
                ..Failure::new(
                    ErrorCode::FieldNotUsable,
                    format!(
                        "There is another integration called “{name}”. Other tools ask by name, so each stands once."
                    ),
                    Some(storm_domain::Action::EditField),
                )
            });
        }
        let after = self.change(id, |row| row.name.clone_from(&name)).await.map_err(|error| error.to_failure())?;
        if after.name != before.name {
            self.log(&after, ActivityKind::Renamed { from: before.name }).await;
        }
        Ok(())
    }

    /// Pauses or resumes an integration. A paused one is not refreshed, verified or lent.
    ///
    /// # Errors
    /// When it does not exist, or the vault cannot be written.
    pub async fn pause_integration(&self, id: IntegrationId, paused: bool) -> Result<(), Failure> {
        let row = self.live(id).await?;
        if !paused {
            Self::unless_moved_away(&row)?;
        }
        let now = self.now();
        let row = self
            .change(id, |row| {
                if paused {
                    row.paused_at.get_or_insert(now);
                } else {
                    row.hold = None; // its user's word counts like a service's
                    row.paused_at = None;
                }
            })
            .await
            .map_err(|error| error.to_failure())?;
        self.log(&row, if paused { ActivityKind::Paused } else { ActivityKind::Resumed }).await;
        Ok(())
    }

    /// Pauses every integration that runs.
    ///
    /// # Errors
    /// When one could not be paused; the others are, as far as they can.
    pub async fn pause_all(&self) -> Result<(), Failure> {
        let rows = self.vault().integrations().await.map_err(|error| error.to_failure())?;
        let now = self.now();
        let running = rows.into_iter().filter(|row| row.paused_at.is_none() && row.trashed_at.is_none());
        self.set_paused(running, Some(now)).await
    }

    /// Lets those run again that were paused last, together: what was paused by itself before stays so.
    ///
    /// # Errors
    /// When one could not be resumed; the others are, as far as they can.
    pub async fn resume_all(&self) -> Result<(), Failure> {
        let mut rows = self.vault().integrations().await.map_err(|error| error.to_failure())?;
        rows.retain(|row| row.trashed_at.is_none() && row.hold.is_none());
        let last = rows.iter().filter_map(|row| row.paused_at).max();
        let paused = rows.into_iter().filter(|row| row.paused_at.is_some() && row.paused_at == last);
        self.set_paused(paused, None).await
    }

    async fn set_paused(
        &self,
        rows: impl Iterator<Item = Integration>,
        paused_at: Option<Timestamp>,
    ) -> Result<(), Failure> {
        let what = if paused_at.is_some() { ActivityKind::Paused } else { ActivityKind::Resumed };
        let mut outcome = Ok(());
        for row in rows {
            match self.change(row.id, |row| row.paused_at = paused_at).await {
                Ok(row) => self.log(&row, what.clone()).await,
                Err(error) => outcome = Err(error.to_failure()),
            }
        }
        outcome
    }

    /// Allows or ends lending an integration's access to other programs.
    ///
    /// # Errors
    /// When it does not exist, or the vault cannot be written.
    pub async fn set_lending(&self, id: IntegrationId, allowed: bool) -> Result<(), Failure> {
        self.live(id).await?;
        let row = self.change(id, |row| row.lending_allowed = allowed).await.map_err(|error| error.to_failure())?;
        self.log(&row, ActivityKind::LendingSwitched { allowed }).await;
        Ok(())
    }

    /// Removes an integration: into the bin, or for good after it was revoked at the service.
    ///
    /// # Errors
    /// When it does not exist, or the vault cannot be written. A service that is down is a [`RevocationView::Pending`]; one
    /// that refuses is a [`RevocationView::Failed`], and then nothing is removed.
    pub async fn disconnect_integration(&self, id: IntegrationId, revoke: bool) -> Result<DisconnectedView, Failure> {
        let row = self.live(id).await?;
        if revoke {
            Self::unless_moved_away(&row)?; // it would end on the other computer
            return self.disconnect_at_service(row).await;
        }
        let now = self.now();
        let row = self.change(id, |row| row.trashed_at = Some(now)).await.map_err(|error| error.to_failure())?;
        self.log(&row, ActivityKind::Disconnected).await;
        self.forget(id);
        Ok(DisconnectedView { undo_until: Some(now.after(UNDO_TERM)), revocation: RevocationView::NotAsked })
    }

    /// Takes an integration out of the bin.
    ///
    /// # Errors
    /// When it was erased meanwhile.
    pub async fn undo_disconnect(&self, id: IntegrationId) -> Result<(), Failure> {
        let row = self.change(id, |row| row.trashed_at = None).await.map_err(|error| error.to_failure())?;
        self.log(&row, ActivityKind::Restored).await;
        Ok(())
    }

    pub(crate) fn forget(&self, id: IntegrationId) {
        self.schedule.remove(id);
        self.verifications.remove(id);
        lock(&self.unreached).remove(&id);
        self.exchanged.forget(id);
        self.forget_questions(id);
    }

    pub(crate) fn integration_view(&self, row: &Integration, rotating: bool) -> IntegrationView {
        let (access_expires_at, next_refresh_at) = match &row.state {
            TokenState::Active { expires_at, .. } if !self.is_lasting(row) => {
                (*expires_at, self.schedule.due(row.id).filter(|_| row.paused_at.is_none()))
            }
            _ => (None, None),
        };
        IntegrationView {
            id: row.id,
            name: row.name.clone(),
            labels: row.labels.clone(),
            connector: self.badge_of(row),
            method: row.method,
            account: row.account.clone(),
            status: self.status_of(row),
            last_verdict: row.last_verdict.clone(),
            last_refreshed_at: row.last_refreshed_at,
            next_refresh_at,
            access_expires_at,
            refreshing: self.flights.is_in_flight(row.id),
            rotating,
            lending_allowed: row.lending_allowed,
            created_at: row.created_at,
        }
    }

    /// The service's host, or the connector's id where it is not known.
    pub(crate) fn host_of(&self, row: &Integration) -> String {
        let request = self.verify_request(row).ok().flatten();
        request
            .and_then(|request| request.url.host_str().map(str::to_owned))
            .unwrap_or_else(|| row.connector_id.clone())
    }

    fn can_revoke(&self, row: &Integration, generations: &[GenerationInfo]) -> bool {
        let key_id = generations.iter().find_map(|generation| match &generation.summary {
            CredentialSummary::ServiceAccountKey { key_id, .. } => key_id.as_deref(),
            _ => None,
        });
        let is_lasting = row.method != Method::OAuth || !self.is_exchanged(row); // a client's tokens end by themselves
        is_lasting && !row.is_moved_away() && matches!(self.revoke_request(row, key_id), Ok(Some(_)))
    }

    fn mints(&self, row: &Integration) -> bool {
        self.connector(&row.connector_id).is_ok_and(|connector| connector.mints(row.method))
    }

    fn rotation_view(
        &self,
        row: &Integration,
        rotation: &Rotation,
        generations: &[GenerationInfo],
    ) -> Result<Option<RotationView>, Failure> {
        let of = |number| generations.iter().find(|generation| generation.number == number).cloned();
        let Some(old) = of(rotation.old) else { return Ok(None) };
        Ok(Some(RotationView {
            step: rotation.step.clone(),
            old,
            new: of(rotation.new),
            mode: rotation.mode,
            is_minted: rotation.minted.is_some(),
            found: rotation.found.clone(),
            begun_at: rotation.begun_at,
            verified_at: rotation.verified_at,
            switched_at: rotation.switched_at,
            lent_until: self.lent_until(row, rotation),
            revoke_failure: rotation.revoke_failure.clone(),
            deactivated_at: rotation.deactivated_at,
            revoked_at: rotation.revoked_at,
            proved_at: rotation.proved_at,
            can_undo: rotation.can_undo(),
            revoke_mode: self.revoke_mode(row)?.0,
        }))
    }

    fn capabilities(
        &self,
        row: &Integration,
        rotating: bool,
        has_secret: bool,
        generations: &[GenerationInfo],
    ) -> Capabilities {
        let connected = generations.iter().any(|generation| generation.phase == GenerationPhase::Active);
        let has_lasting = match row.method {
            Method::OAuth => has_secret,
            _ => matches!(row.state, TokenState::Active { .. }),
        };
        Capabilities {
            verify: connected && (row.paused_at.is_none() || row.hold == Some(Hold::Unproved)),
            refresh: connected && !self.is_lasting(row) && row.paused_at.is_none(),
            mint: connected && has_lasting && !rotating && self.mints(row),
            rotate: connected && has_lasting && !rotating,
            reconnect: row.method == Method::OAuth,
            revoke: connected && self.can_revoke(row, generations),
            pages: self.pages_of(row),
        }
    }

    /// The one status that counts, worst first.
    pub(crate) fn status_of(&self, row: &Integration) -> StatusView {
        let is_off = row.hold != Some(Hold::Unproved) || !matches!(row.state, TokenState::NeedsReconnect { .. });
        if let Some(since) = row.paused_at.filter(|_| is_off) {
            return StatusView::Paused { since, hold: row.hold };
        }
        match &row.state {
            TokenState::Disconnected | TokenState::Revoked => StatusView::NotConnected,
            TokenState::Authorizing => StatusView::Connecting,
            TokenState::NeedsReconnect { reason, since } => {
                StatusView::NeedsYou { reason: reason.clone(), since: *since }
            }
            TokenState::Active { refresh: RefreshState::BackingOff { until, trouble, .. }, .. } => {
                StatusView::Retrying { trouble: trouble.clone(), until: *until }
            }
            TokenState::Active { .. } => match row.last_verdict.as_ref().map(|record| &record.verdict) {
                Some(Verdict::WorksWithout { missing, .. }) => StatusView::Limited { missing: missing.clone() },
                Some(Verdict::CouldNotReach { reason } | Verdict::Refused { reason }) => {
                    StatusView::Unverified { reason: reason.clone() }
                }
                Some(Verdict::Works { .. }) | None => match self.missing_scopes(row) {
                    missing if missing.is_empty() => StatusView::Connected,
                    missing => StatusView::ScopesMissing { missing },
                },
            },
        }
    }
}
