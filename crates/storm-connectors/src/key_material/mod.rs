//! Key material: every shape of credentials file that a person may drop, told apart by content.
//!
//! Reading is total and bounded: any bytes give key material or a reason, for at most two seconds of work and 64 MiB.
//! INVARIANT: the text of a file is never repeated in an error; a program, file or address that it names is never run, read or
//! asked; nothing is derived from a password before its cost is known ([`work`]). Deliberately absent: keeping the file, and
//! guessing which of several keys is meant.

mod aws;
mod certificate;
mod der_form;
mod encryption;
mod error;
mod json;
mod kubeconfig;
mod material;
mod parts;
mod password_tries;
mod pem;
mod pkcs12;
mod private_key;
mod shape;
mod work;

use storm_domain::Timestamp;
use storm_secret::Passphrase;
use zeroize::Zeroizing;

pub use error::KeyMaterialError;
pub use material::{
    AccessKey, Algorithm, CertificateSummary, Cluster, Fingerprint, Holder, KeyMaterial, MaterialSecret, Validity,
};
pub use password_tries::PasswordTries;
pub use shape::Shape;

use crate::key_file::{resemblance, shown_name};
use der_form::Form;
use parts::Parts;

/// Bytes that are wiped when they are dropped.
type Secret = Zeroizing<Vec<u8>>;

const LARGEST_BYTES: usize = 1024 * 1024;
const LARGEST_PKCS12_BYTES: usize = 4 * 1024 * 1024;
/// The parsers of settings files keep every line as several objects, so their text stays well under what memory is allowed.
const LARGEST_SETTINGS_BYTES: usize = 256 * 1024;
/// What a password may have; longer ones only cost time.
const LONGEST_PASSWORD_BYTES: usize = 1024;

/// A dropped file: its bytes and its name.
#[derive(Debug, Clone, Copy)]
pub struct DroppedFile<'a> {
    /// The whole content, as [`crate::open_dropped_file`] reads it.
    pub bytes: &'a [u8],
    /// With or without its folder.
    pub name: &'a str,
}

/// Reads one file. `now` is what a certificate's end is compared with.
///
/// Without a password, an empty one and none at all are tried for PKCS#12 before [`KeyMaterialError::PasswordNeeded`] asks for it.
/// Blocks for up to two seconds; call it off an async runtime.
///
/// # Errors
/// [`KeyMaterialError`] says what the file is instead, or what in it is wrong, and what to do.
pub fn read_key_material(
    file: DroppedFile<'_>,
    password: Option<&Passphrase>,
    now: Timestamp,
) -> Result<KeyMaterial, KeyMaterialError> {
    let file_name = shown_name(file.name);
    let password = text_of(password)?;
    let text = match content(file.bytes)? {
        Content::Der => {
            let mut parts = Parts::default();
            pem::take_der(file.bytes, password, &mut parts)?;
            return parts.assemble(file_name, password, now);
        }
        Content::Text(text) => text,
    };
    if text.starts_with('{') {
        return json::read(text.as_bytes(), text, file_name, now);
    }
    if pem::is_pem(text) {
        let mut parts = Parts::default();
        pem::take(text, &mut parts)?;
        return parts.assemble(file_name, password, now);
    }
    if text.len() > LARGEST_SETTINGS_BYTES && (aws::is_csv(text) || aws::is_ini(text)) {
        return Err(KeyMaterialError::TooLarge);
    }
    if aws::is_csv(text) {
        return aws::of_csv(text, file_name);
    }
    if kubeconfig::is_one(text) {
        return kubeconfig::read(text, file_name, &[], now);
    }
    if aws::is_ini(text) {
        return aws::of_ini(text, file_name);
    }
    Err(of_other_text(text, &file_name))
}

/// Which of the files that were dropped at once are one thing: a certificate and its private key, or a kubeconfig and the files
/// that it names. Every other file is a thing of its own. Gives places in `files`, each once, in the order of the files. Nothing is
/// asked a password for.
#[must_use]
pub fn group_dropped(files: &[DroppedFile<'_>]) -> Vec<Vec<usize>> {
    let configurations = with_named_files(files);
    let is_free = |at: &usize| !configurations.iter().any(|group| group.contains(at));
    let parts: Vec<Option<Parts>> =
        files.iter().enumerate().map(|(at, file)| parts_of(file.bytes).ok().filter(|_| is_free(&at))).collect();
    let which = |wanted: fn(&Parts) -> bool| -> Vec<usize> {
        (0..files.len()).filter(|at| parts[*at].as_ref().is_some_and(wanted)).collect()
    };
    let mut keys = which(|parts| parts.keys.len() == 1 && parts.certificates.is_empty());
    let mut certificates = which(|parts| parts.keys.is_empty() && !parts.certificates.is_empty());
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    keys.retain(|key| {
        let belongs = |certificate: &usize| match (&parts[*key], &parts[*certificate]) {
            (Some(key), Some(certificates)) => key.key_is_certified_by(certificates),
            _ => false,
        };
        let Some(own) = certificates.iter().position(belongs) else { return true };
        pairs.push((*key, certificates.remove(own)));
        false
    });
    // A key under a password does not say whose it is. Where two files alone are dropped, they are meant for each other, and
    // what is wrong with them is said of both.
    if let (&[key], &[certificate]) = (&keys[..], &certificates[..]) {
        let is_locked = parts[key].as_ref().is_some_and(Parts::has_locked_key);
        if is_locked || files.len() == 2 {
            pairs.push((key, certificate));
        }
    }
    let mut groups: Vec<Vec<usize>> = pairs.iter().map(|(one, other)| vec![*one.min(other), *one.max(other)]).collect();
    let is_paired = |at: &usize| pairs.iter().any(|(one, other)| one == at || other == at);
    groups.extend((0..files.len()).filter(|at| is_free(at) && !is_paired(at)).map(|at| vec![at]));
    groups.extend(configurations);
    groups.sort_unstable();
    groups
}

/// Each kubeconfig that names files which are all here, with those.
fn with_named_files(files: &[DroppedFile<'_>]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (at, file) in files.iter().enumerate() {
        let Some(text) = configuration(*file) else { continue };
        let is_other = |place: &usize| *place != at && !groups.iter().any(|group| group.contains(place));
        let place_of =
            |name: &String| (0..files.len()).filter(is_other).find(|place| last_part(files[*place].name) == name);
        let named: Option<Vec<usize>> = kubeconfig::named_files(text).iter().map(place_of).collect();
        if let Some(mut group) = named.filter(|named| !named.is_empty()) {
            group.push(at);
            group.sort_unstable();
            group.dedup();
            groups.push(group);
        }
    }
    groups
}

/// The text of a kubeconfig in YAML.
fn configuration(file: DroppedFile<'_>) -> Option<&str> {
    match content(file.bytes) {
        Ok(Content::Text(text)) if !text.starts_with('{') && !pem::is_pem(text) && kubeconfig::is_one(text) => {
            Some(text)
        }
        _ => None,
    }
}

/// A file's name without its folder, by the separators of any system.
fn last_part(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// Reads what is one thing, as [`group_dropped`] told it: one file, a certificate and its private key in two files, or a kubeconfig
/// with the files that it names, in any order.
///
/// # Errors
/// As [`read_key_material`]; [`KeyMaterialError::SeveralFiles`] when several do not make one thing. Nothing is taken by halves.
pub fn read_dropped(
    files: &[DroppedFile<'_>],
    password: Option<&Passphrase>,
    now: Timestamp,
) -> Result<KeyMaterial, KeyMaterialError> {
    match files {
        [] => Err(KeyMaterialError::Empty),
        [file] => read_key_material(*file, password, now),
        several if several.iter().any(|file| configuration(*file).is_some()) => with_beside(several, now),
        [one, other] => join(*one, *other, password, now),
        _ => Err(KeyMaterialError::SeveralFiles),
    }
}

fn with_beside(files: &[DroppedFile<'_>], now: Timestamp) -> Result<KeyMaterial, KeyMaterialError> {
    let (configurations, beside): (Vec<DroppedFile<'_>>, Vec<_>) =
        files.iter().partition(|file| configuration(**file).is_some());
    match configurations[..] {
        [file] => kubeconfig::read(configuration(file).unwrap_or_default(), shown_name(file.name), &beside, now),
        _ => Err(KeyMaterialError::SeveralFiles),
    }
}

fn join(
    one: DroppedFile<'_>,
    other: DroppedFile<'_>,
    password: Option<&Passphrase>,
    now: Timestamp,
) -> Result<KeyMaterial, KeyMaterialError> {
    let (first, second) = (parts_of(one.bytes)?, parts_of(other.bytes)?);
    let (key, key_name, certificates) = match (first.keys.len(), second.keys.len()) {
        (1, 0) => (first, one.name, second),
        (0, 1) => (second, other.name, first),
        _ => return Err(KeyMaterialError::SeveralFiles),
    };
    if certificates.certificates.is_empty() || !key.certificates.is_empty() {
        return Err(KeyMaterialError::SeveralFiles);
    }
    let parts = Parts { certificates: certificates.certificates, ..key };
    parts.assemble(shown_name(key_name), text_of(password)?, now)
}

fn text_of(password: Option<&Passphrase>) -> Result<Option<&str>, KeyMaterialError> {
    // EXPOSE: keys are derived from it by the readers of this module and nowhere else.
    let password = password.map(|password| password.expose());
    let is_too_long = password.is_some_and(|password| password.len() > LONGEST_PASSWORD_BYTES);
    if is_too_long { Err(KeyMaterialError::WrongPassword) } else { Ok(password) }
}

/// The keys and certificates of one file of two. A PKCS#12 file has all of it inside, so it is never one of two.
fn parts_of(bytes: &[u8]) -> Result<Parts, KeyMaterialError> {
    let mut parts = Parts::default();
    match content(bytes)? {
        Content::Der if der_form::form(bytes)? != Form::Pkcs12 => pem::take_der(bytes, None, &mut parts)?,
        Content::Text(text) if pem::is_pem(text) => pem::take(text, &mut parts)?,
        _ => return Err(KeyMaterialError::SeveralFiles),
    }
    Ok(parts)
}

enum Content<'a> {
    Der,
    Text(&'a str),
}

fn content(bytes: &[u8]) -> Result<Content<'_>, KeyMaterialError> {
    if bytes.len() > LARGEST_PKCS12_BYTES {
        return Err(KeyMaterialError::TooLarge);
    }
    // The letter "0" begins a text too; a document that says its own length does not.
    if let [0x30, second, ..] = bytes
        && (*second >= 0x80 || bytes.len() == 2 + usize::from(*second))
    {
        let is_large = bytes.len() > LARGEST_BYTES && der_form::form(bytes)? != Form::Pkcs12;
        return if is_large { Err(KeyMaterialError::TooLarge) } else { Ok(Content::Der) };
    }
    if bytes.len() > LARGEST_BYTES {
        return Err(KeyMaterialError::TooLarge);
    }
    if let [0xfe, 0xed, 0xfe, 0xed, ..] = bytes {
        return Err(KeyMaterialError::Unsupported {
            what: "a Java keystore",
            instead: "Convert a copy of it with keytool -importkeystore -deststoretype PKCS12.",
        });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| resemblance::of_binary(bytes))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() { Err(KeyMaterialError::Empty) } else { Ok(Content::Text(text)) }
}

fn of_other_text(text: &str, file_name: &str) -> KeyMaterialError {
    if ["ssh-", "ecdsa-sha2-", "sk-ssh-"].iter().any(|prefix| text.starts_with(prefix)) {
        return KeyMaterialError::PublicKey;
    }
    if text.starts_with("PuTTY-User-Key-File-") {
        return KeyMaterialError::Unsupported {
            what: "an SSH key in PuTTY's own format",
            instead: "If the service takes such a key, export it from PuTTYgen as an OpenSSH key and convert that.",
        };
    }
    if text.as_bytes().starts_with(b"L\0\0\0") {
        return KeyMaterialError::SomethingElse { what: "a shortcut, not the file it leads to" };
    }
    if text.starts_with("bplist") {
        return KeyMaterialError::SomethingElse { what: "a link or a settings file of macOS" };
    }
    if text.starts_with("[Desktop Entry]") {
        return KeyMaterialError::SomethingElse { what: "a shortcut, not the file it leads to" };
    }
    resemblance::of_text(text, file_name).into()
}

/// A text of the file that may be shown: one line, no marks that turn it around, at most 200 characters.
fn plain(text: &str) -> String {
    let is_mark =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    text.chars().filter(|c| !c.is_control() && !is_mark(*c)).take(200).collect()
}
