//! Restoring what an export holds: stored switched off, tried at its service, and switched on when that accepts it.
//!
//! INVARIANT: what is not accepted stays off with its reason. A sign-in that is here already, or was given away from here, is never
//! added a second time: an integration keeps its id, by which it is known again. A sign-in that arrives is refreshed first, by the
//! same order of steps as any other (`refresh.rs`): from then on this vault alone has a token that works.

use std::sync::Arc;

use storm_domain::port::NewIntegration;
use storm_domain::{
    ActivityKind, AppRegistration, Credential, CredentialEnd, ErrorCode, Event, Export, ExportedIntegration,
    ExportedRegistration, Failure, GenerationNumber, HeldSecretId, Hold, Integration, IntegrationId, Method,
    ReconnectReason, RefreshState, RegistrationId, ReplacementPolicy, Timestamp, TokenState, Verdict, tidy_labels,
};

use super::grant_of;
use crate::api_key::checked_name;
use crate::engine::Engine;
use crate::error::{ToFailure as _, file_not_usable};
use crate::held::HeldFile;
use crate::rotation::{is_same, is_same_secret};
use crate::verify::verdict_of_failure;
use crate::view::{ArrivalView, Carries, OpenedExportView, Presence, RestoreOutcome, RestoreRequest, RestoredView};

/// The number of the generation that is added with an integration.
const FIRST: GenerationNumber = GenerationNumber(1);

/// How an integration of an export stands to the vault.
enum Standing {
    New,
    /// One like it is here. The sign-in may come, too, if it is not the same one.
    Here {
        row: Box<Integration>,
        is_same: bool,
    },
    MovedAway(Box<Integration>),
}

impl Engine {
    /// Holds a sealed export until its passphrase is entered.
    pub fn hold_sealed(&self, file: HeldFile) -> HeldSecretId {
        let id = HeldSecretId(self.parts.entropy.make_uuid());
        self.held.hold_sealed(id, file, self.now());
        id
    }

    /// A sealed export that is held.
    ///
    /// # Errors
    /// When it is no longer held.
    pub fn sealed(&self, id: HeldSecretId) -> Result<Arc<HeldFile>, Failure> {
        self.held.sealed(id)
    }

    /// Holds an opened export for the dialog, and says what is in it.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn hold_export(&self, export: Export) -> Result<OpenedExportView, Failure> {
        let rows = self.vault().integrations().await.map_err(|error| error.to_failure())?;
        let mut integrations = Vec::with_capacity(export.integrations.len());
        for one in &export.integrations {
            let presence = match self.usable(one, &export) {
                Err(failure) => Presence::Unusable { reason: failure.message },
                Ok(()) => match self.standing(one, &rows).await? {
                    Standing::New => Presence::New,
                    Standing::Here { row, is_same } => Presence::Here { name: row.name, other: !is_same },
                    Standing::MovedAway(row) => Presence::MovedAway { name: row.name },
                },
            };
            integrations.push(self.arrival(one, presence));
        }
        let id = HeldSecretId(self.parts.entropy.make_uuid());
        let term = export.term;
        self.held.hold_export(id, export, self.now());
        Ok(OpenedExportView { id, made_at: term.made_at, ends_at: term.ends_at, integrations })
    }

    /// Restores one integration of an export that is held.
    ///
    /// # Errors
    /// When it is here already, cannot be used here, the export has ended meanwhile, or the vault cannot be written. Nothing was
    /// added then.
    pub async fn restore(&self, request: RestoreRequest) -> Result<RestoredView, Failure> {
        let export = self.held.export(request.export)?;
        if export.term.is_over(self.now()) {
            return Err(file_not_usable("This export has just ended. Make a new one on the other computer."));
        }
        let one = export.integrations.iter().find(|one| one.id == request.id).ok_or_else(not_in_it)?;
        self.usable(one, &export)?;
        let rows = self.vault().integrations().await.map_err(|error| error.to_failure())?;
        let takes_sign_in = request.sign_in && one.moves_sign_in();
        match self.standing(one, &rows).await? {
            Standing::MovedAway(row) if takes_sign_in => {
                self.take_back(row.id).await?;
                return self.switched_on(row.id, &row.name).await;
            }
            // Another key or sign-in of an account that is here, too, is its user's to want.
            Standing::New | Standing::Here { is_same: false, .. } => {}
            Standing::Here { row, is_same: true } if takes_sign_in => return Err(here_already(&row.name, true)),
            Standing::Here { .. } | Standing::MovedAway(_) if request.as_second => {}
            Standing::Here { row, .. } | Standing::MovedAway(row) => return Err(here_already(&row.name, false)),
        }
        if takes_sign_in && rows.iter().any(|row| row.id == one.id) {
            return Err(in_the_bin(&one.name));
        }
        let added = self.add_arrival(one, &export, &rows, takes_sign_in).await?;
        if added.hold.is_none() {
            let outcome = RestoreOutcome::SignInAgain;
            return Ok(RestoredView { integration_id: added.id, name: added.name, outcome });
        }
        self.switched_on(added.id, &added.name).await
    }

    /// Tries what arrived; a service that accepts it switches it on.
    async fn switched_on(&self, id: IntegrationId, name: &str) -> Result<RestoredView, Failure> {
        let outcome = match self.prove(id).await {
            Ok(verdict) if verdict.is_accepted() => RestoreOutcome::SwitchedOn { verdict },
            Ok(Verdict::Refused { reason } | Verdict::CouldNotReach { reason }) => RestoreOutcome::Off { reason },
            Ok(verdict) => RestoreOutcome::SwitchedOn { verdict },
            Err(failure) => RestoreOutcome::Off { reason: failure.message },
        };
        Ok(RestoredView { integration_id: id, name: name.to_owned(), outcome })
    }

    /// Verifies what arrived. A sign-in is refreshed before: a copy of its refresh token that lies elsewhere is of no use then.
    pub(crate) async fn prove(&self, id: IntegrationId) -> Result<Verdict, Failure> {
        let row = self.live(id).await?;
        if row.method == Method::OAuth && !self.is_exchanged(&row) {
            match self.refresh_grant(id, self.wanted_new(id)).await {
                // The service gave no refresh token: there is nothing that two could use up.
                Ok(_) | Err(Failure { code: ErrorCode::NotSupported, .. }) => {}
                Err(failure) => {
                    let verdict = verdict_of_failure(failure);
                    self.keep_verdict(&self.live(id).await?, &verdict).await?;
                    return Ok(verdict);
                }
            }
            if self.verify_request(&row)?.is_none() {
                let verdict = Verdict::Works { account: row.account.clone() };
                self.keep_verdict(&self.live(id).await?, &verdict).await?;
                return Ok(verdict);
            }
        }
        self.verify_now(id).await
    }

    /// The row and its credential in one transaction, so that a crash leaves all of it or nothing. It is off until it is proved.
    async fn add_arrival(
        &self,
        one: &ExportedIntegration,
        export: &Export,
        rows: &[Integration],
        takes_sign_in: bool,
    ) -> Result<Integration, Failure> {
        let now = self.now();
        let registration_id = match one.registration_id {
            Some(id) => Some(self.take_registration(id, export).await?),
            None => None,
        };
        let is_sign_in = one.method == Method::OAuth && !self.is_client(one);
        let credential = one.credential.clone().filter(|_| takes_sign_in || !is_sign_in);
        let grant = credential.as_ref().and_then(grant_of);
        let is_free = rows.iter().all(|row| row.id != one.id);
        let mut row = Integration {
            id: if is_free { one.id } else { IntegrationId(self.parts.entropy.make_uuid()) },
            revision: 0,
            name: self.free_name(checked_name(&one.name)?).await?,
            labels: tidy_labels(&one.labels).map_err(|error| error.to_failure())?,
            connector_id: one.connector_id.clone(),
            method: one.method,
            fields: one.fields.clone(),
            registration_id,
            requested_scopes: one.requested_scopes.clone(),
            asked_scopes: None,
            granted_scopes: one.granted_scopes.clone(),
            account: one.account.clone(),
            state: self.state_of(one, credential.as_ref(), now),
            paused_at: None,
            hold: None,
            // Whom it may be lent to was this user's word on another computer.
            lending_allowed: false,
            replacement: ReplacementPolicy {
                after_days: one.after_days,
                end: one.ends_at.map(|at| CredentialEnd { generation: FIRST, at }),
                ..ReplacementPolicy::default()
            },
            last_verdict: None,
            last_refreshed_at: grant.filter(|grant| grant.access_token.is_some()).map(|grant| grant.obtained_at),
            refresh_life: grant.and_then(|grant| grant.refresh_life),
            // A key does not get younger by a move.
            created_at: one.saved_at.min(now),
            trashed_at: None,
        };
        if credential.is_some() {
            row.hold(Hold::Unproved, now);
        }
        let added = self.vault().add_integration(NewIntegration { integration: row, credential }).await;
        let added = added.map_err(|error| error.to_failure())?;
        self.log(&added, ActivityKind::Imported { made_at: export.term.made_at }).await;
        self.parts.events.publish(Event::IntegrationChanged { id: added.id });
        Ok(added)
    }

    /// The app registration that an integration of an export uses: the one that is here, if it is the same with the same secret, or
    /// else a new one. What is here is never written over, and a secret of it never goes where an export says.
    async fn take_registration(&self, id: RegistrationId, export: &Export) -> Result<RegistrationId, Failure> {
        let wanted = registration_in(export, id)?;
        let known = self.vault().registrations().await.map_err(|error| error.to_failure())?;
        let is_alike = |one: &&AppRegistration| {
            let AppRegistration { connector_id, client_id, fields, .. } = &wanted.registration;
            (&one.connector_id, &one.client_id, &one.fields) == (connector_id, client_id, fields)
        };
        for alike in known.iter().filter(is_alike) {
            let secret = self.vault().registration_secret(alike.id).await.map_err(|error| error.to_failure())?;
            if is_same_secret(secret.as_ref(), wanted.secret.as_ref()) {
                return Ok(alike.id);
            }
        }
        let is_free = known.iter().all(|one| one.id != id);
        let registration = AppRegistration {
            id: if is_free { id } else { RegistrationId(self.parts.entropy.make_uuid()) },
            has_secret: wanted.secret.is_some(),
            created_at: self.now(),
            ..wanted.registration.clone()
        };
        let put = self.vault().put_registration(&registration, wanted.secret.as_ref()).await;
        put.map(|()| registration.id).map_err(|error| error.to_failure())
    }

    /// Whether this version can use it: its service, its fields, its credential.
    fn usable(&self, one: &ExportedIntegration, export: &Export) -> Result<(), Failure> {
        let connector = self.parts.catalogue.connector(&one.connector_id).ok_or_else(|| {
            file_not_usable(format!(
                "This version of Storm Connect does not know the service “{}”. Update it, and restore this one then.",
                one.connector_id.chars().filter(|c| !c.is_control()).take(60).collect::<String>()
            ))
        })?;
        connector.check_fields(one.method, &one.fields).map_err(|error| error.to_failure())?;
        checked_name(&one.name)?;
        match (one.method, &one.credential) {
            (Method::OAuth, None | Some(Credential::OAuthGrant(_))) => {
                let id = one.registration_id.ok_or_else(not_whole)?;
                let registration = registration_in(export, id)?;
                if registration.registration.connector_id == one.connector_id { Ok(()) } else { Err(not_whole()) }
            }
            (Method::ApiKey, Some(Credential::ApiKey(_))) => Ok(()),
            // A key file says where its assertion goes: only to hosts of its service.
            (Method::ServiceAccount, Some(Credential::ServiceAccountKey(key))) => {
                connector.check_key_file(&one.fields, key).map_err(|error| error.to_failure())
            }
            _ => Err(not_whole()),
        }
    }

    fn state_of(&self, one: &ExportedIntegration, credential: Option<&Credential>, now: Timestamp) -> TokenState {
        let active = |expires_at, refresh| TokenState::Active { expires_at, refresh };
        match (one.method, credential) {
            (Method::OAuth, Some(Credential::OAuthGrant(grant))) => {
                // What holds no token at all stands for a client whose tokens are asked for anew each time.
                let is_refreshable = grant.refresh_token.is_some() || grant.access_token.is_none();
                active(grant.expires_at, if is_refreshable { RefreshState::Idle } else { RefreshState::NotRefreshable })
            }
            (Method::OAuth, _) => TokenState::NeedsReconnect { reason: ReconnectReason::SignInLeftBehind, since: now },
            (Method::ServiceAccount, _) if !self.shows_certificate(&one.connector_id, one.method) => {
                active(None, RefreshState::Idle)
            }
            (Method::ApiKey | Method::ServiceAccount, _) => active(None, RefreshState::NotRefreshable),
        }
    }

    /// How an integration stands to those that are here: by its id, by its key, or by its account at the same service.
    async fn standing(&self, one: &ExportedIntegration, rows: &[Integration]) -> Result<Standing, Failure> {
        let live = || rows.iter().filter(|row| row.trashed_at.is_none());
        if let Some(row) = live().find(|row| row.id == one.id) {
            let row = Box::new(row.clone());
            let is_away = row.is_moved_away() && one.moves_sign_in();
            return Ok(if is_away { Standing::MovedAway(row) } else { Standing::Here { row, is_same: true } });
        }
        let alike = |row: &&Integration| {
            let place = (&row.connector_id, row.method, &row.fields);
            place == (&one.connector_id, one.method, &one.fields)
        };
        for row in live().filter(alike) {
            let is_same = self.holds_same(row, one).await?;
            let accounts = (row.account.as_ref(), one.account.as_ref());
            let is_same_account = matches!(accounts, (Some(own), Some(others)) if own.id == others.id);
            if is_same || is_same_account {
                return Ok(Standing::Here { row: Box::new(row.clone()), is_same });
            }
        }
        Ok(Standing::New)
    }

    /// Whether any generation of a row is the credential that an export brings.
    async fn holds_same(&self, row: &Integration, one: &ExportedIntegration) -> Result<bool, Failure> {
        let Some(brought) = &one.credential else { return Ok(false) };
        for info in self.vault().generations(row.id).await.map_err(|error| error.to_failure())? {
            // One that is retired or damaged is none that could be used.
            let Ok(stored) = self.vault().generation(row.id, info.number).await else { continue };
            if is_same(&stored.credential, brought) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn arrival(&self, one: &ExportedIntegration, presence: Presence) -> ArrivalView {
        let carries = match one.method {
            Method::ApiKey => Carries::Key,
            Method::ServiceAccount => Carries::KeyFile,
            Method::OAuth if one.moves_sign_in() => Carries::SignIn,
            Method::OAuth if self.is_client(one) => Carries::Client,
            Method::OAuth => Carries::Settings,
        };
        ArrivalView {
            id: one.id,
            name: one.name.clone(),
            connector: self.badge_named(&one.connector_id),
            method: one.method,
            account: one.account.clone(),
            carries,
            presence,
        }
    }

    /// Whether it is a client in its own name, whose registration is all that it needs.
    fn is_client(&self, one: &ExportedIntegration) -> bool {
        one.method == Method::OAuth && self.exchanges(&one.connector_id, &one.fields) && one.credential.is_some()
    }
}

fn registration_in(export: &Export, id: RegistrationId) -> Result<&ExportedRegistration, Failure> {
    export.registrations.iter().find(|one| one.registration.id == id).ok_or_else(not_whole)
}

fn not_in_it() -> Failure {
    Failure::new(ErrorCode::NotFound, "The export holds no such integration.", None)
}

fn not_whole() -> Failure {
    file_not_usable("Something that belongs to it is missing in the export.")
}

fn here_already(name: &str, with_sign_in: bool) -> Failure {
    let what = if with_sign_in { "This sign-in is here already" } else { "One like it is here already" };
    let way = if with_sign_in { "It is in one place only; use the one that is here." } else { "Nothing was added." };
    Failure::new(ErrorCode::ChangedMeanwhile, format!("{what}, as “{name}”. {way}"), None)
}

fn in_the_bin(name: &str) -> Failure {
    Failure::new(
        ErrorCode::ChangedMeanwhile,
        format!(
            "“{name}” was removed here less than a day ago, and its sign-in is kept until then. Restore it without its sign-in, \
             and sign in again."
        ),
        None,
    )
}
