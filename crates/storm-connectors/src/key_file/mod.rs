//! Key files: what a person drops to connect as a service account.
//!
//! Reading is bounded in size, depth and time, and total: any bytes give a key file or a reason. INVARIANT: the file's text is
//! never repeated in an error, and a token endpoint is one of the catalogue's hosts before a key is ever signed with.
//! Deliberately absent: keeping the file, and every other format; `key_material` reads those, and here they are named and refused.

mod error;
pub(crate) mod json_object;
mod open;
mod private_key;
pub(crate) mod resemblance;

use storm_domain::{Fields, KeyFileAccount, ServiceAccountKey};
use storm_secret::PrivateKey;
use url::Url;

use crate::catalogue::Catalogue;
use crate::connector::Connector;
use crate::template::{check_url, is_loopback};

pub use error::{KeyFileError, OpenFileError};
pub use open::{open_dropped_file, open_found_file};

use json_object::{JsonObject, Member};

const LARGEST_KEY_FILE_BYTES: usize = 64 * 1024;
const LONGEST_TEXT_BYTES: usize = 512;

/// A service-account key that was read from a file.
#[derive(Debug, Clone)]
pub struct KeyFile {
    /// The credential.
    pub key: ServiceAccountKey,
    /// The file's name without its folder, at most 120 characters, safe to show.
    pub file_name: String,
}

impl Connector {
    /// Whether a key file's token endpoint belongs to this connector with these fields.
    ///
    /// # Errors
    /// [`KeyFileError::OtherTokenHost`] when it does not.
    pub fn check_key_file(&self, fields: &Fields, key: &ServiceAccountKey) -> Result<(), KeyFileError> {
        match &key.account {
            Some(account) if !self.has_token_host(fields, &account.token_uri) => {
                Err(KeyFileError::OtherTokenHost { host: host_of(&account.token_uri) })
            }
            _ => Ok(()),
        }
    }

    /// Hosts are compared, and all names of this computer are one.
    pub(crate) fn has_token_host(&self, fields: &Fields, token_uri: &Url) -> bool {
        let Some(setup) = self.service_account_setup() else { return false };
        let lookup = |name: &str| self.value(fields, name);
        let mut origins = setup.token_origins.iter().filter_map(|origin| origin.fill(&lookup).ok());
        origins.any(|origin| origin.host() == token_uri.host() || (is_loopback(&origin) && is_loopback(token_uri)))
    }
}

/// Reads a key file.
///
/// # Errors
/// [`KeyFileError`] says what the file is instead, or what in it is wrong, and what to do.
pub fn read_key_file(bytes: &[u8], file_name: &str) -> Result<KeyFile, KeyFileError> {
    if bytes.is_empty() {
        return Err(KeyFileError::Empty);
    }
    if bytes.len() > LARGEST_KEY_FILE_BYTES {
        return Err(KeyFileError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| resemblance::of_binary(bytes))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(KeyFileError::Empty);
    }
    if !text.starts_with('{') {
        return Err(resemblance::of_text(text, file_name));
    }
    let object = JsonObject::read(text)?;
    match object.text("type") {
        Some("service_account") => {}
        _ => return Err(resemblance::of_object(&object)),
    }
    if let Some(name) = object.repeated() {
        return Err(KeyFileError::Repeated { name: name.to_owned() });
    }
    let token_uri = check_url(required(&object, "token_uri")?).map_err(KeyFileError::TokenUri)?;
    let is_known = Catalogue::embedded()
        .is_ok_and(|catalogue| catalogue.connectors().iter().any(|one| one.has_token_host(&Fields::new(), &token_uri)));
    if !is_known {
        return Err(KeyFileError::OtherTokenHost { host: host_of(&token_uri) });
    }
    let client_email = required(&object, "client_email")?;
    if !is_email(client_email) {
        return Err(KeyFileError::NotUsable { name: "client_email" });
    }
    Ok(KeyFile {
        key: ServiceAccountKey::of_account(
            private_key(&object)?,
            required(&object, "private_key_id")?.to_owned(),
            KeyFileAccount {
                client_email: client_email.to_owned(),
                project_id: object.text("project_id").filter(|id| is_plain(id)).map(str::to_owned),
                token_uri,
            },
        ),
        file_name: shown_name(file_name),
    })
}

fn private_key(object: &JsonObject) -> Result<PrivateKey, KeyFileError> {
    let pem = match object.member("private_key") {
        Some(Member::Text(pem)) => pem,
        Some(Member::Other) => return Err(KeyFileError::NotText { name: "private_key" }),
        None => return Err(KeyFileError::Missing { name: "private_key" }),
    };
    private_key::check_pem(pem)?;
    Ok(PrivateKey::new(pem.as_str()))
}

fn required<'a>(object: &'a JsonObject, name: &'static str) -> Result<&'a str, KeyFileError> {
    match object.member(name) {
        Some(Member::Text(text)) if is_plain(text) => Ok(text),
        Some(Member::Text(_)) => Err(KeyFileError::NotUsable { name }),
        Some(Member::Other) => Err(KeyFileError::NotText { name }),
        None => Err(KeyFileError::Missing { name }),
    }
}

/// Printable, on one line, of a sensible length.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_TEXT_BYTES && !text.chars().any(char::is_control)
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty()
            && domain.contains('.')
            && text.bytes().all(|byte| byte.is_ascii_graphic())
            && !domain.contains('@')
    })
}

/// The host in ASCII, so that a look-alike name shows as what it is.
fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().chars().take(100).collect()
}

pub(crate) fn shown_name(file_name: &str) -> String {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars()
        .filter(|c| {
            !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
        .take(120)
        .collect()
}
