//! Exports as files: what an [`Export`] holds, written as a vault writes it, in a sealed file of its own key
//! ([`storm_crypto::SealedFile`]).
//!
//! The wire types are this module's own, so that the domain may change its shape without touching what lies on people's disks. The
//! secrets never pass through a serializer (`payload.rs`).

use serde::{Deserialize, Serialize};
use storm_crypto::{OpenFileError, PassphraseCost, SealedFile, SealedFileHead};
use storm_domain::{
    Account, AppRegistration, Export, ExportFileError, ExportedIntegration, ExportedRegistration, Fields,
    IntegrationId, Method, RegistrationId, Term, Timestamp, VaultError,
};
use storm_secret::{ClientSecret, Passphrase, SecretBytes};
use uuid::Uuid;

use crate::opening::PASSPHRASE_LEAST_CHARACTERS;
use crate::{credential, payload};

/// As much as is read of a file that somebody drops.
pub const LONGEST_EXPORT: usize = 4 * 1024 * 1024;
/// How many integrations one export holds.
pub const MOST_EXPORTED: usize = 1000;

/// Everything of an export but its secrets. Those follow in the order of the lists: a credential for each integration, then a
/// client secret for each registration.
#[derive(Serialize, Deserialize)]
struct Head {
    integrations: Vec<Row>,
    registrations: Vec<AppRegistration>,
}

#[derive(Serialize, Deserialize)]
struct Row {
    id: IntegrationId,
    name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    labels: Vec<String>,
    connector_id: String,
    method: Method,
    fields: Fields,
    registration_id: Option<RegistrationId>,
    requested_scopes: Vec<String>,
    granted_scopes: Vec<String>,
    account: Option<Account>,
    after_days: Option<u16>,
    ends_at: Option<Timestamp>,
    saved_at: Timestamp,
}

/// Whether a file begins as an export does.
#[must_use]
pub fn is_export(bytes: &[u8]) -> bool {
    SealedFile::is_one(bytes)
}

/// How long an export says that it can be opened; certain only once it is open.
///
/// # Errors
/// When it is no export, newer, damaged, or has ended.
pub fn read_export_term(bytes: &[u8], now: Timestamp) -> Result<Term, ExportFileError> {
    let term = term_of(read(bytes)?.head());
    if term.is_over(now) { Err(ExportFileError::Ended { at: term.ends_at }) } else { Ok(term) }
}

/// Seals an export. Takes about a second and 256 MiB at [`PassphraseCost::STANDARD`]: not for an async thread.
///
/// # Errors
/// When the passphrase is too short or there is too much in it.
pub fn seal_export(export: &Export, passphrase: &Passphrase, cost: PassphraseCost) -> Result<Vec<u8>, ExportFileError> {
    check_passphrase(passphrase)?;
    if export.integrations.len() > MOST_EXPORTED {
        return Err(ExportFileError::TooLarge);
    }
    let content = encode(export)?;
    let head =
        SealedFileHead { id: *export.id.as_bytes(), made_at: export.term.made_at.0, ends_at: export.term.ends_at.0 };
    let sealed = SealedFile::seal(passphrase, cost, head, &content).map_err(|_| ExportFileError::Resources)?;
    if sealed.len() > LONGEST_EXPORT { Err(ExportFileError::TooLarge) } else { Ok(sealed) }
}

/// Whether a new passphrase is long enough, by the rule for a vault's own.
///
/// # Errors
/// [`ExportFileError::PassphraseTooShort`].
pub fn check_passphrase(passphrase: &Passphrase) -> Result<(), ExportFileError> {
    // EXPOSE: its length in characters.
    let is_short = passphrase.expose().chars().count() < PASSPHRASE_LEAST_CHARACTERS;
    if is_short { Err(ExportFileError::PassphraseTooShort) } else { Ok(()) }
}

/// Opens an export, unless it has ended. Takes as long as sealing did.
///
/// # Errors
/// Each with its reason.
pub fn open_export(bytes: &[u8], passphrase: &Passphrase, now: Timestamp) -> Result<Export, ExportFileError> {
    let file = read(bytes)?;
    let content = file.open(passphrase, now.0).map_err(of_open)?;
    let head = file.head();
    decode(Uuid::from_bytes(head.id), term_of(head), &content)
}

fn read(bytes: &[u8]) -> Result<SealedFile<'_>, ExportFileError> {
    if bytes.len() > LONGEST_EXPORT {
        return Err(ExportFileError::TooLarge);
    }
    SealedFile::read(bytes).map_err(of_open)
}

fn term_of(head: SealedFileHead) -> Term {
    Term { made_at: Timestamp(head.made_at), ends_at: Timestamp(head.ends_at) }
}

fn of_open(error: OpenFileError) -> ExportFileError {
    match error {
        OpenFileError::NotSealed => ExportFileError::NotAnExport,
        OpenFileError::NewerVersion => ExportFileError::NewerVersion,
        OpenFileError::Ended { at } => ExportFileError::Ended { at: Timestamp(at) },
        OpenFileError::CostOutOfBounds => ExportFileError::CostOutOfBounds,
        OpenFileError::NoMemory => ExportFileError::Resources,
        OpenFileError::WrongPassphrase => ExportFileError::WrongPassphrase,
        _ => ExportFileError::Damaged,
    }
}

pub(crate) fn encode(export: &Export) -> Result<SecretBytes, ExportFileError> {
    let head = Head {
        integrations: export.integrations.iter().map(row_of).collect(),
        registrations: export.registrations.iter().map(|one| one.registration.clone()).collect(),
    };
    let credentials: Vec<Option<SecretBytes>> = export
        .integrations
        .iter()
        .map(|one| one.credential.as_ref().map(credential::encode).transpose())
        .collect::<Result<_, _>>()
        .map_err(of_payload)?;
    // EXPOSE: to be sealed.
    let credentials = credentials.iter().map(|encoded| encoded.as_ref().map(SecretBytes::expose));
    let secrets = export.registrations.iter().map(|one| {
        // EXPOSE: to be sealed.
        one.secret.as_ref().map(|secret| secret.expose().as_bytes())
    });
    payload::encode(&head, &credentials.chain(secrets).collect::<Vec<_>>()).map_err(of_payload)
}

pub(crate) fn decode(id: Uuid, term: Term, content: &SecretBytes) -> Result<Export, ExportFileError> {
    let (head, secrets) = payload::decode_all::<Head>(content).map_err(of_payload)?;
    if secrets.len() != head.integrations.len() + head.registrations.len() || head.integrations.len() > MOST_EXPORTED {
        return Err(ExportFileError::Damaged);
    }
    let mut secrets = secrets.into_iter();
    let mut integrations = Vec::with_capacity(head.integrations.len());
    for (row, encoded) in head.integrations.into_iter().zip(secrets.by_ref()) {
        let credential = encoded.map(|encoded| credential::decode(&encoded)).transpose().map_err(of_payload)?;
        integrations.push(row.with(credential));
    }
    let mut registrations = Vec::with_capacity(head.registrations.len());
    for (registration, secret) in head.registrations.into_iter().zip(secrets) {
        let secret = payload::optional_text(secret).map_err(of_payload)?.map(ClientSecret::new);
        registrations.push(ExportedRegistration { registration, secret });
    }
    Ok(Export { id, term, integrations, registrations })
}

fn of_payload(error: VaultError) -> ExportFileError {
    match error {
        VaultError::NewerSchema => ExportFileError::NewerVersion,
        VaultError::TooLarge => ExportFileError::TooLarge,
        _ => ExportFileError::Damaged,
    }
}

fn row_of(one: &ExportedIntegration) -> Row {
    Row {
        id: one.id,
        name: one.name.clone(),
        labels: one.labels.clone(),
        connector_id: one.connector_id.clone(),
        method: one.method,
        fields: one.fields.clone(),
        registration_id: one.registration_id,
        requested_scopes: one.requested_scopes.clone(),
        granted_scopes: one.granted_scopes.clone(),
        account: one.account.clone(),
        after_days: one.after_days,
        ends_at: one.ends_at,
        saved_at: one.saved_at,
    }
}

impl Row {
    fn with(self, credential: Option<storm_domain::Credential>) -> ExportedIntegration {
        ExportedIntegration {
            id: self.id,
            name: self.name,
            labels: self.labels,
            connector_id: self.connector_id,
            method: self.method,
            fields: self.fields,
            registration_id: self.registration_id,
            requested_scopes: self.requested_scopes,
            granted_scopes: self.granted_scopes,
            account: self.account,
            after_days: self.after_days,
            ends_at: self.ends_at,
            saved_at: self.saved_at,
            credential,
        }
    }
}

#[cfg(test)]
#[path = "sealed_export/tests.rs"]
mod tests;
