//! Import: what other tools left in files becomes integrations.
//!
//! What was found is held in memory, one search at a time and no longer than a quarter of an hour after it was last used. INVARIANT: a
//! secret that is in the vault is not added a second time, and the files themselves are only read.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Mutex;
use std::time::Duration;

use storm_connectors::Connector;
use storm_domain::{
    Action, ApiKeyCredential, Credential, CredentialSummary, ErrorCode, Failure, Fields, HeldSecretId, Integration,
    IntegrationId, Method, Timestamp,
};
use storm_import::{Candidate, Certainty, Format, LeftOut, Reading, read};
use storm_secret::SecretBytes;

use crate::catalogue::badge;
use crate::engine::{Engine, internal, lock};
use crate::error::ToFailure as _;
use crate::naming::is_chosen;
use crate::rotation::is_same;
use crate::view::{
    ImportCopyPlace, ImportCopyView, ImportFileView, ImportItemRequest, ImportItemView, ImportLeftView, ImportView,
    ImportedView,
};

const HOLD_TERM: Duration = Duration::from_secs(15 * 60);
/// More than anybody reads through.
const MOST_ITEMS: usize = 2_000;

/// A file that was found.
pub struct ImportFile {
    /// Where it lies, as it is shown.
    pub path: String,
    /// Its content; or why it was not read, in plain words.
    pub content: Result<SecretBytes, String>,
    /// What its place says of it.
    pub format: Option<Format>,
}

/// What the last search found.
#[derive(Default)]
pub(crate) struct Imports {
    batch: Mutex<Option<Batch>>,
    /// One at a time from the look for duplicates until it is stored.
    turn: tokio::sync::Mutex<()>,
}

struct Batch {
    id: HeldSecretId,
    since: Timestamp,
    files: Vec<File>,
    items: Vec<Item>,
    /// What was in the vault when it was compared, and in which revision.
    compared: HashMap<IntegrationId, u64>,
}

struct File {
    path: String,
    format: Option<Format>,
    left: Vec<LeftOut>,
    refused: Option<String>,
}

struct Item {
    file: usize,
    candidate: Candidate,
    stored: Option<Stored>,
}

#[derive(Clone)]
struct Stored {
    integration_id: IntegrationId,
    name: String,
    /// The service accepted it, or it was there before.
    works: bool,
}

impl Imports {
    /// Drops what was held too long.
    pub(crate) fn expire(&self, now: Timestamp) {
        let mut batch = lock(&self.batch);
        if batch.as_ref().is_some_and(|batch| now.since(batch.since) >= HOLD_TERM) {
            *batch = None;
        }
    }

    fn with<T>(&self, id: HeldSecretId, now: Timestamp, work: impl FnOnce(&mut Batch) -> T) -> Result<T, Failure> {
        let mut held = lock(&self.batch);
        let is_held = |batch: &&mut Batch| batch.id == id && now.since(batch.since) < HOLD_TERM;
        let batch = held.as_mut().filter(is_held).ok_or_else(gone)?;
        batch.since = now;
        Ok(work(batch))
    }

    fn note(&self, request: &ImportItemRequest, now: Timestamp, stored: Stored) {
        // Forgotten meanwhile: it is in the vault all the same.
        let _ = self.with(request.id, now, |batch| {
            let Some(credential) = batch.items.get(request.item as usize).map(|one| one.candidate.credential.clone())
            else {
                return;
            };
            // The same secret in another place is another copy of it.
            for item in batch.items.iter_mut().filter(|item| is_same(&item.candidate.credential, &credential)) {
                item.stored = Some(stored.clone());
            }
        });
    }
}

impl Engine {
    /// Reads files that were found, holds what is in them, and says what that is. What was held of an earlier search is dropped.
    ///
    /// # Errors
    /// When the vault cannot be read; a file that cannot be used says so for itself.
    pub async fn preview_import(&self, files: Vec<ImportFile>) -> Result<ImportView, Failure> {
        let now = self.now();
        let reading = tokio::task::spawn_blocking(move || read_all(files, now));
        let (files, mut items) = reading.await.map_err(|_| internal("The files could not be read."))?;
        let compared = self.compare(&mut items, &HashMap::new()).await?;
        let id = HeldSecretId(self.parts.entropy.make_uuid());
        let batch = Batch { id, since: now, files, items, compared };
        let view = self.view_of_import(&batch);
        *lock(&self.imports.batch) = Some(batch);
        Ok(view)
    }

    /// Adds one of the things that were found as an integration, and verifies it; nothing is added when it is one already.
    ///
    /// # Errors
    /// When it is no longer held, the fields or the service do not fit, or the vault cannot be written; nothing is added then.
    pub async fn import_item(&self, request: ImportItemRequest) -> Result<ImportedView, Failure> {
        let turn = self.imports.turn.lock().await;
        let (candidate, compared) = self
            .imports
            .with(request.id, self.now(), |batch| {
                let item = batch.items.get(request.item as usize);
                item.map(|item| ((item.candidate.credential.clone(), item.stored.clone()), batch.compared.clone()))
            })?
            .ok_or_else(gone)?;
        let (credential, stored) = candidate;
        let stored = match stored {
            Some(stored) if self.live(stored.integration_id).await.is_ok() => Some(stored),
            _ => self.stored_since(&credential, &compared).await?,
        };
        if let Some(stored) = stored {
            self.imports.note(&request, self.now(), stored.clone());
            return Ok(ImportedView::AlreadyThere { name: stored.name, integration_id: stored.integration_id });
        }
        let (integration, credential) = self.to_import(&request, credential).await?;
        let is_named = is_chosen(request.name.as_deref());
        let integration = self.store_new(integration, credential).await?;
        let id = integration.id;
        self.imports.note(
            &request,
            self.now(),
            Stored { integration_id: id, name: integration.name.clone(), works: false },
        );
        drop(turn);
        let saved = self.try_stored(&integration, is_named).await?;
        let name = self.live(id).await.map_or(integration.name, |row| row.name);
        let works = saved.verdict.is_accepted();
        self.imports.note(&request, self.now(), Stored { integration_id: id, name: name.clone(), works });
        Ok(ImportedView::Added { name, saved })
    }

    /// Where secrets that are in the vault now still lie in plain text.
    ///
    /// # Errors
    /// When the search is no longer held.
    pub fn import_copies(&self, id: HeldSecretId) -> Result<Vec<ImportCopyView>, Failure> {
        self.imports.with(id, self.now(), |batch| batch.copies())
    }

    /// Whether a file of a search holds nothing but what is in the vault and works.
    #[must_use]
    pub fn is_import_file_stored(&self, id: HeldSecretId, file: u32) -> bool {
        self.import_copies(id).is_ok_and(|copies| copies.iter().any(|copy| copy.file == file && copy.movable))
    }

    /// Forgets what a search found.
    pub fn discard_import(&self, id: HeldSecretId) {
        let mut held = lock(&self.imports.batch);
        if held.as_ref().is_some_and(|batch| batch.id == id) {
            *held = None;
        }
    }

    /// The row and the credential of what is imported, checked as if it had been pasted or dropped.
    async fn to_import(
        &self,
        request: &ImportItemRequest,
        credential: Credential,
    ) -> Result<(Integration, Credential), Failure> {
        let connector = self.connector(&request.connector_id)?;
        let method = method_of(&credential);
        if connector.method(method).is_none() {
            return Err(Failure::new(
                ErrorCode::NotSupported,
                format!("{} takes no such credential. Choose another service for it.", connector.name),
                Some(Action::EditField),
            ));
        }
        let fields = self.checked_fields(connector, method, &request.fields).await?;
        let credential = match credential {
            Credential::ApiKey(ApiKeyCredential { id, key }) => {
                Credential::ApiKey(self.checked_credential(&connector.id, &key, id.as_deref())?)
            }
            Credential::ServiceAccountKey(key) => {
                connector.check_key_file(&fields, &key).map_err(|error| error.to_failure())?;
                Credential::ServiceAccountKey(key)
            }
            other => other,
        };
        let scopes = connector.scopes_to_request(method, &[]);
        let scopes = if method == Method::ServiceAccount { scopes } else { Vec::new() };
        let row = self.new_integration(&connector.id, request.name.clone(), method, fields, None, scopes).await?;
        Ok((row, credential))
    }

    /// Notes which of `items` are in the vault. Gives what was compared; `known` was compared before.
    async fn compare(
        &self,
        items: &mut [Item],
        known: &HashMap<IntegrationId, u64>,
    ) -> Result<HashMap<IntegrationId, u64>, Failure> {
        let hasher = RandomState::new();
        let mut by_hash: HashMap<u64, Vec<usize>> = HashMap::new();
        for (at, item) in items.iter().enumerate() {
            by_hash.entry(hash(&hasher, &item.candidate.credential)).or_default().push(at);
        }
        let mut compared = HashMap::new();
        for row in self.vault().integrations().await.map_err(|error| error.to_failure())? {
            let is_by_hand = matches!(row.method, Method::ApiKey | Method::ServiceAccount);
            let is_known = known.get(&row.id) == Some(&row.revision);
            compared.insert(row.id, row.revision);
            if row.trashed_at.is_some() || !is_by_hand || is_known {
                continue;
            }
            let active = self.vault().active_generation(row.id).await;
            // One whose record is damaged is nobody's twin.
            let Ok(Some(active)) = active else { continue };
            for at in by_hash.get(&hash(&hasher, &active.credential)).into_iter().flatten() {
                if is_same(&active.credential, &items[*at].candidate.credential) {
                    items[*at].stored = Some(Stored { integration_id: row.id, name: row.name.clone(), works: true });
                }
            }
        }
        Ok(compared)
    }

    /// The integration that got this very secret since the files were read.
    async fn stored_since(
        &self,
        credential: &Credential,
        compared: &HashMap<IntegrationId, u64>,
    ) -> Result<Option<Stored>, Failure> {
        for row in self.vault().integrations().await.map_err(|error| error.to_failure())? {
            if row.trashed_at.is_some() || compared.get(&row.id) == Some(&row.revision) || row.method == Method::OAuth {
                continue;
            }
            if let Ok(Some(active)) = self.vault().active_generation(row.id).await
                && is_same(&active.credential, credential)
            {
                return Ok(Some(Stored { integration_id: row.id, name: row.name, works: true }));
            }
        }
        Ok(None)
    }

    fn view_of_import(&self, batch: &Batch) -> ImportView {
        let mut files: Vec<ImportFileView> =
            (0_u32..).zip(&batch.files).map(|(number, file)| file.view(number)).collect();
        let hasher = RandomState::new();
        let hashes: Vec<u64> = batch.items.iter().map(|item| hash(&hasher, &item.candidate.credential)).collect();
        for (at, item) in batch.items.iter().enumerate() {
            let is_twin = |other: &usize| {
                hashes[*other] == hashes[at]
                    && is_same(&batch.items[*other].candidate.credential, &item.candidate.credential)
            };
            let twin = (0..at).find(is_twin);
            if let (Some(view), Some(file)) = (self.view_of_item(at, item, twin), files.get_mut(item.file)) {
                file.items.push(view);
            }
        }
        ImportView { id: batch.id, files }
    }

    fn view_of_item(&self, at: usize, item: &Item, twin: Option<usize>) -> Option<ImportItemView> {
        let candidate = &item.candidate;
        let connector = self.connector(&candidate.connector_id).ok()?;
        let method = candidate.method();
        let (hint, key_id) = match candidate.credential.summary() {
            CredentialSummary::ApiKey { id, hint } => (hint, id),
            CredentialSummary::ServiceAccountKey { client_email, key_id, .. } => {
                (client_email.unwrap_or_default(), key_id)
            }
            _ => (String::new(), None),
        };
        let is_certain = candidate.certainty == Certainty::Certain;
        let is_new = item.stored.is_none() && twin.is_none();
        Some(ImportItemView {
            item: number(at),
            key: candidate.place.key.clone(),
            line: candidate.place.line,
            connector: badge(connector),
            method,
            name: candidate.name.clone(),
            fields: candidate.fields.clone(),
            hint,
            key_id,
            remarks: candidate.remarks.clone(),
            uncertain: !is_certain,
            suggested: is_certain && is_new && has_all_fields(connector, method, &candidate.fields),
            stored_as: item.stored.as_ref().map(|stored| stored.name.clone()),
            same_as: twin.map(number),
        })
    }
}

impl Batch {
    fn copies(&self) -> Vec<ImportCopyView> {
        let of_file = |(number, file): (u32, &File)| {
            let items: Vec<&Item> = self.items.iter().filter(|item| item.file == number as usize).collect();
            let stored =
                items.iter().filter_map(|item| item.stored.as_ref().map(|stored| (&item.candidate.place, stored)));
            let places: Vec<ImportCopyPlace> = stored
                .map(|(place, stored)| ImportCopyPlace {
                    key: place.key.clone(),
                    line: place.line,
                    integration_id: stored.integration_id,
                })
                .collect();
            let all_work = items.iter().all(|item| item.stored.as_ref().is_some_and(|stored| stored.works));
            let is_alone = file.format.is_some_and(Format::is_credential_alone) && file.left.is_empty();
            (!places.is_empty()).then(|| ImportCopyView {
                file: number,
                path: file.path.clone(),
                places,
                movable: is_alone && all_work,
            })
        };
        (0_u32..).zip(&self.files).filter_map(of_file).collect()
    }
}

impl File {
    fn view(&self, file: u32) -> ImportFileView {
        let left = |left: &LeftOut| ImportLeftView {
            key: left.place.key.clone(),
            line: left.place.line,
            reason: left.reason.clone(),
        };
        ImportFileView {
            file,
            path: self.path.clone(),
            shape: self.format.map(|format| format.title().to_owned()).unwrap_or_default(),
            items: Vec::new(),
            left: self.left.iter().map(left).collect(),
            refused: self.refused.clone(),
        }
    }
}

fn read_all(found: Vec<ImportFile>, now: Timestamp) -> (Vec<File>, Vec<Item>) {
    let (mut files, mut items) = (Vec::new(), Vec::new());
    for ImportFile { path, content, format } in found {
        // EXPOSE: read for what is in it; what is secret becomes a secret type.
        let read = content.map(|bytes| read(bytes.expose(), &path, format, now).map_err(|error| error.to_string()));
        let (format, left, refused) = match read {
            Ok(Ok(Reading { format, found, mut left, .. })) => {
                let room = MOST_ITEMS.saturating_sub(items.len());
                if found.len() > room {
                    left.push(LeftOut::whole(
                        "There are more keys than are imported in one go. Import these, then look again.",
                    ));
                }
                let of_file = |candidate| Item { file: files.len(), candidate, stored: None };
                items.extend(found.into_iter().take(room).map(of_file));
                (Some(format), left, None)
            }
            Ok(Err(reason)) | Err(reason) => (None, Vec::new(), Some(reason)),
        };
        files.push(File { path, format, left, refused });
    }
    (files, items)
}

fn has_all_fields(connector: &Connector, method: Method, fields: &Fields) -> bool {
    connector.check_fields(method, fields).is_ok()
}

fn method_of(credential: &Credential) -> Method {
    match credential {
        Credential::ServiceAccountKey(_) => Method::ServiceAccount,
        Credential::OAuthGrant(_) => Method::OAuth,
        _ => Method::ApiKey,
    }
}

/// Keyed, and thrown away with its key; only to find what is worth comparing.
fn hash(hasher: &RandomState, credential: &Credential) -> u64 {
    match credential {
        // EXPOSE: goes into the hash alone.
        Credential::ApiKey(key) => hasher.hash_one(key.key.expose()),
        Credential::ServiceAccountKey(key) => hasher.hash_one(&key.key_id),
        _ => 0,
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn gone() -> Failure {
    Failure::new(ErrorCode::NotFound, "What was found is no longer held in memory. Look for it again.", None)
}
