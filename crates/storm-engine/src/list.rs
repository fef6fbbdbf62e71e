//! How rows become the list, and its parts for programs with very many integrations: what stood on top, and what there is
//! something to say of.

use std::collections::HashSet;

use storm_domain::{Failure, Integration, IntegrationId, RegistrationId, VaultError};

use crate::engine::Engine;
use crate::error::ToFailure as _;
use crate::replacement::{is_reminded_of, may_be_reminded_of};
use crate::view::{IntegrationView, OutstandingView, StatusView};

/// Rows of the vault on their way to the list. Only those are kept whole that more is to be asked about.
pub(crate) struct Listing<'engine> {
    engine: &'engine Engine,
    rotating: HashSet<IntegrationId>,
    /// App registrations whose secret is being rotated.
    rotating_secrets: HashSet<RegistrationId>,
    views: Vec<IntegrationView>,
    /// Rows that may be due for replacement, with their places among the views.
    reminded: Vec<(usize, Integration)>,
}

impl Listing<'_> {
    /// Adds a row, unless it is in the bin.
    pub(crate) fn add(&mut self, row: Integration) {
        if row.trashed_at.is_some() {
            return;
        }
        let is_rotating = self.rotating.contains(&row.id)
            || row.registration_id.is_some_and(|registration| self.rotating_secrets.contains(&registration));
        let view = self.engine.integration_view(&row, is_rotating);
        if is_reminded_of(&row, &view) {
            self.reminded.push((self.views.len(), row));
        }
        self.views.push(view);
    }

    /// Those that were added, in the same order.
    pub(crate) async fn finish(mut self) -> Result<Vec<IntegrationView>, Failure> {
        self.engine.remind_all(&self.reminded, &mut self.views).await?;
        Ok(self.views)
    }
}

/// More rows than any screen shows.
const MOST_ON_TOP: usize = 100;

impl Engine {
    /// Begins a list.
    pub(crate) async fn listing(&self) -> Result<Listing<'_>, Failure> {
        let rotations = self.vault().rotations().await.map_err(|error| error.to_failure())?;
        let secrets = self.vault().secret_rotations().await.map_err(|error| error.to_failure())?;
        Ok(Listing {
            engine: self,
            rotating: rotations.iter().filter(|one| !one.is_over()).map(|one| one.subject).collect(),
            rotating_secrets: secrets.iter().filter(|one| !one.is_over()).map(|one| one.subject).collect(),
            views: Vec::new(),
            reminded: Vec::new(),
        })
    }

    /// Those of these rows that are not in the bin, as the list shows them.
    pub(crate) async fn listed(&self, rows: Vec<Integration>) -> Result<Vec<IntegrationView>, Failure> {
        let mut listing = self.listing().await?;
        rows.into_iter().for_each(|row| listing.add(row));
        listing.finish().await
    }

    /// What stood on top of the list when the window was used last, as it is now. With very many integrations it is there long
    /// before [`Engine::integrations`] is.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn top_integrations(&self) -> Result<Vec<IntegrationView>, Failure> {
        let mut rows = Vec::new();
        for id in self.vault().list_top().await.map_err(|error| error.to_failure())? {
            match self.vault().integration(id).await {
                Ok(row) => rows.push(row),
                Err(VaultError::NotFound | VaultError::Damaged) => {} // the whole list shows what is damaged
                Err(error) => return Err(error.to_failure()),
            }
        }
        self.listed(rows).await
    }

    /// Integrations whose status is any other than connected, and how many there are in all. Reads through the vault without
    /// holding those that are well.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn outstanding(&self) -> Result<OutstandingView, Failure> {
        let mut seen = OutstandingView::default();
        let mut rows = Vec::new();
        let mut look = |row: Integration| {
            if row.trashed_at.is_some() {
                return;
            }
            seen.count += 1;
            if !seen.connector_ids.contains(&row.connector_id) {
                seen.connector_ids.insert(row.connector_id.clone());
            }
            if may_be_reminded_of(&row) || self.status_of(&row) != StatusView::Connected {
                rows.push(row);
            }
        };
        self.vault().each_integration(&mut look).await.map_err(|error| error.to_failure())?;
        seen.rows = self.listed(rows).await?;
        seen.rows.retain(|view| view.status != StatusView::Connected);
        Ok(seen)
    }

    /// Notes what stands on top of the list; nothing where all rows are read as soon.
    ///
    /// # Errors
    /// When the vault cannot be written; what was noted before still is.
    pub async fn note_top(&self, top: &[IntegrationId]) -> Result<(), Failure> {
        let top = top.get(..MOST_ON_TOP).unwrap_or(top);
        self.vault().put_list_top(top).await.map_err(|error| error.to_failure())
    }
}
