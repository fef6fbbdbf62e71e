//! Reminders to replace a key or a key file: its age, its end, and who used it last.

use std::collections::HashMap;

use storm_domain::port::KeyInUse;
use storm_domain::{
    Action, ActivityKind, Credential, CredentialEnd, ErrorCode, Failure, GenerationInfo, Integration, IntegrationId,
    Method, Reminder, ReplacementPolicy, Timestamp,
};

use crate::engine::Engine;
use crate::error::ToFailure as _;
use crate::view::{IntegrationView, LastUseView, ReplacementView, RotationView, SetReplacementRequest, StatusView};

impl Engine {
    /// Sets when its user wants to be reminded to replace the credential.
    ///
    /// # Errors
    /// When it has none that is replaced by hand, a number makes no sense, or the vault cannot be written.
    pub async fn set_replacement(&self, id: IntegrationId, request: SetReplacementRequest) -> Result<(), Failure> {
        let row = self.live(id).await?;
        let generations = self.vault().generations(id).await.map_err(|error| error.to_failure())?;
        let active = KeyInUse::among(&row, &generations).ok_or_else(|| {
            Failure::new(ErrorCode::NotSupported, "There is no key or key file here that is replaced by hand.", None)
        })?;
        if request.after_days.is_some_and(|days| !(1..=ReplacementPolicy::MOST_DAYS).contains(&days)) {
            return Err(Failure {
                field: Some("after_days".to_owned()),
                ..Failure::new(
                    ErrorCode::FieldNotUsable,
                    format!("Enter a number of days between 1 and {}.", ReplacementPolicy::MOST_DAYS),
                    Some(Action::EditField),
                )
            });
        }
        // What is told anyway is no word of the user's, and may be told anew.
        let told = policy_of(
            &Integration { replacement: ReplacementPolicy { end: None, ..row.replacement.clone() }, ..row.clone() },
            &active,
        );
        let own = request.ends_at.filter(|at| told.ends_at(active.generation) != Some(*at));
        let end = own.map(|at| CredentialEnd { generation: active.generation, at });
        let changed = self
            .change(id, |row| {
                row.replacement = ReplacementPolicy { after_days: request.after_days, end, ..row.replacement.clone() };
            })
            .await;
        changed.map(drop).map_err(|error| error.to_failure())
    }

    /// Asks the service when the key in use ends, where it tells that, and notes it. What is not told, or cannot be noted, leaves
    /// what was known.
    pub(crate) async fn learn_end(&self, integration: &Integration) {
        let id = integration.id;
        let fields = &integration.fields;
        let request = self
            .connector(&integration.connector_id)
            .map(|connector| connector.key_end_request(integration.method, fields));
        let Ok(Ok(Some(request))) = request else { return };
        let Ok(Some(active)) = self.vault().active_generation(id).await else { return };
        let Credential::ApiKey(key) = &active.credential else { return };
        let Some(at) = self.parts.provider.key_end(&request, key).await else { return };
        let told = Some(CredentialEnd { generation: active.number, at });
        if integration.replacement.told == told {
            return;
        }
        if let Err(error) = self.change(id, |row| row.replacement.told = told).await {
            tracing::warn!(%error, integration = %id, "the end of a key could not be noted; it is asked for again");
        }
    }

    /// What the desktop is to say of a credential that is to be replaced; noted as said, so that no later run says it again.
    ///
    /// # Errors
    /// When the vault cannot be read or written; nothing counts as said then.
    pub async fn remind_once(&self, id: IntegrationId) -> Result<Option<Reminder>, Failure> {
        let row = self.live(id).await?;
        let generations = self.vault().generations(id).await.map_err(|error| error.to_failure())?;
        let Some(active) = KeyInUse::among(&row, &generations) else { return Ok(None) };
        let policy = policy_of(&row, &active);
        let Some(reminder) = policy.reminder(active.generation, active.saved_at, self.now()) else { return Ok(None) };
        let noted = self.change(id, |row| row.replacement.reminded = Some(reminder)).await;
        noted.map_err(|error| error.to_failure())?;
        Ok(Some(reminder))
    }

    /// Says in the list that a credential is to be replaced, where nothing worse is to be said.
    pub(crate) async fn remind(&self, row: &Integration, view: &mut IntegrationView) -> Result<(), Failure> {
        if !is_reminded_of(row, view) {
            return Ok(());
        }
        let generations = self.vault().generations(row.id).await.map_err(|error| error.to_failure())?;
        let Some(active) = KeyInUse::among(row, &generations) else { return Ok(()) };
        if let Some(soon) = self.replace_soon(row, &active) {
            view.status = soon;
        }
        Ok(())
    }

    /// The same for rows with the places of their views. The vault is asked once where there are many, since a question for each
    /// takes seconds then.
    pub(crate) async fn remind_all(
        &self,
        asked: &[(usize, Integration)],
        views: &mut [IntegrationView],
    ) -> Result<(), Failure> {
        /// So many questions cost less than one for all keys.
        const FEW: usize = 32;
        let keys = if asked.len() > FEW {
            self.vault().keys_in_use().await.map_err(|error| error.to_failure())?
        } else {
            Vec::new()
        };
        let keys: HashMap<_, _> = keys.into_iter().map(|key| (key.integration_id, key)).collect();
        for (place, row) in asked {
            let Some(view) = views.get_mut(*place) else { continue };
            if asked.len() <= FEW {
                self.remind(row, view).await?;
            } else if let Some(soon) = keys.get(&row.id).and_then(|key| self.replace_soon(row, key)) {
                view.status = soon;
            }
        }
        Ok(())
    }

    /// What the list says of a key that is to be replaced by now.
    pub(crate) fn replace_soon(&self, row: &Integration, key: &KeyInUse) -> Option<StatusView> {
        let policy = policy_of(row, key);
        let due = policy.due_at(key.generation, key.saved_at).filter(|due| *due <= self.now());
        due.map(|_| StatusView::ReplaceSoon { saved_at: key.saved_at, ends_at: policy.ends_at(key.generation) })
    }

    pub(crate) async fn replacement_view(
        &self,
        row: &Integration,
        generations: &[GenerationInfo],
    ) -> Result<Option<ReplacementView>, Failure> {
        let Some(active) = KeyInUse::among(row, generations) else { return Ok(None) };
        let policy = policy_of(row, &active);
        let loan = self.vault().last_loan(row.id).await.map_err(|error| error.to_failure())?;
        let last_use = loan.and_then(|entry| match entry.what {
            ActivityKind::Lent { consumer } => Some(LastUseView { at: entry.at, consumer }),
            _ => None,
        });
        Ok(Some(ReplacementView {
            saved_at: active.saved_at,
            after_days: policy.after_days,
            ends_at: policy.ends_at(active.generation),
            due_at: policy.due_at(active.generation, active.saved_at),
            last_use,
        }))
    }

    /// Who was lent a key that is replaced, latest first: the one in use, or the old one of a rotation from before its switch.
    pub(crate) async fn borrowers(
        &self,
        row: &Integration,
        rotation: Option<&RotationView>,
    ) -> Result<Vec<LastUseView>, Failure> {
        const ENTRIES: u32 = 200;
        if row.method == Method::OAuth || !(row.lending_allowed || rotation.is_some()) {
            return Ok(Vec::new());
        }
        let until = rotation.and_then(|rotation| rotation.switched_at).unwrap_or(Timestamp(i64::MAX));
        let log = self.vault().activity(Some(row.id), ENTRIES).await.map_err(|error| error.to_failure())?;
        let mut found: Vec<LastUseView> = Vec::new();
        for entry in log.into_iter().filter(|entry| entry.at <= until) {
            if let ActivityKind::Lent { consumer } = entry.what
                && found.iter().all(|known| known.consumer != consumer)
            {
                found.push(LastUseView { at: entry.at, consumer });
            }
        }
        Ok(found)
    }
}

/// Whether there may be something to say. Most integrations have no policy and no end, and cost no question to the vault.
pub(crate) fn is_reminded_of(row: &Integration, view: &IntegrationView) -> bool {
    may_be_reminded_of(row) && !view.rotating && view.status == StatusView::Connected
}

/// Whether its key may have an end.
pub(crate) fn may_be_reminded_of(row: &Integration) -> bool {
    row.method == Method::ServiceAccount || row.replacement != ReplacementPolicy::default()
}

/// With the end that the key's certificate names.
fn policy_of(row: &Integration, key: &KeyInUse) -> ReplacementPolicy {
    row.replacement.with_told_end(key.generation, key.ends_at)
}
