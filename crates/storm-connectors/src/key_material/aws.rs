//! AWS access keys: the CSV of the console, and the credentials file of the command line (also as variables of a shell).

use csv::ReaderBuilder;
use ini::{Ini, ParseOption};
use storm_secret::{AccessToken, ApiKey};

use super::material::{AccessKey, Holder, KeyMaterial, MaterialSecret};
use super::{KeyMaterialError, Shape, plain};

const ID: &str = "Access key ID";
const SECRET: &str = "Secret access key";
/// In the console's files for several users at once.
const USER: &str = "User name";
const INI_ID: &str = "aws_access_key_id";
const INI_SECRET: &str = "aws_secret_access_key";
const INI_SESSION: &str = "aws_session_token";

const RUNS_PROGRAM: KeyMaterialError = KeyMaterialError::Unsupported {
    what: "an AWS profile that names a program to run or another file",
    instead: "Drop a file that holds the access key itself.",
};

/// Whether the first line is the console's.
pub(super) fn is_csv(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default().to_ascii_lowercase();
    first.contains(',') && first.contains("access key id") && first.contains("secret access key")
}

pub(super) fn is_ini(text: &str) -> bool {
    text.lines().any(|line| {
        let name = name_of(line.split('=').next().unwrap_or_default());
        [INI_ID, INI_SECRET, "credential_process", "web_identity_token_file"].contains(&name.as_str())
    })
}

pub(super) fn of_csv(text: &str, file_name: String) -> Result<KeyMaterial, KeyMaterialError> {
    const DAMAGED: KeyMaterialError = KeyMaterialError::Damaged { what: "its rows and columns do not fit together" };
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let heads = reader.headers().map_err(|_| DAMAGED)?;
    let column = |name: &'static str| -> Result<usize, KeyMaterialError> {
        let mut found = heads.iter().enumerate().filter(|(_, head)| head.trim().eq_ignore_ascii_case(name));
        match (found.next(), found.next()) {
            (Some((at, _)), None) => Ok(at),
            (Some(_), Some(_)) => Err(KeyMaterialError::Repeated { name }),
            _ => Err(KeyMaterialError::Missing { name }),
        }
    };
    let (id, secret) = (column(ID)?, column(SECRET)?);
    let user = column(USER).ok();
    let mut found = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| DAMAGED)?;
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        let field = |at: usize, name| record.get(at).map(str::trim).ok_or(KeyMaterialError::Missing { name });
        let key = access_key((field(id, ID)?, ID), (field(secret, SECRET)?, SECRET), None)?;
        let user = user.and_then(|at| record.get(at)).map(str::trim).filter(|name| is_user_name(name));
        found.push(AccessKey { profile: user.and_then(shown), ..key });
    }
    material(Shape::AwsAccessKeyCsv, file_name, found)
}

pub(super) fn of_ini(text: &str, file_name: String) -> Result<KeyMaterial, KeyMaterialError> {
    // The command line knows neither quotes nor escapes in this file.
    let options = ParseOption { enabled_quote: false, enabled_escape: false, ..ParseOption::default() };
    let file = Ini::load_from_str_opt(text, options)
        .map_err(|_| KeyMaterialError::Damaged { what: "a line in it is neither a name and a value nor a section" })?;
    let mut found = Vec::new();
    for (section, properties) in &file {
        // Its name would run on to the next bracket, over keys and secrets, and it is shown.
        if section.is_some_and(|name| name.contains(char::is_control) || name.contains('=')) {
            return Err(KeyMaterialError::Damaged { what: "the name of a section in it is not closed by a bracket" });
        }
        let value = |name: &'static str| {
            let mut values =
                properties.iter().filter(|(key, _)| name_of(key) == name).map(|(_, value)| unquoted(value.trim()));
            match (values.next(), values.next()) {
                (_, Some(_)) => Err(KeyMaterialError::Repeated { name }),
                (value, None) => Ok(value),
            }
        };
        if value("credential_process")?.is_some() || value("web_identity_token_file")?.is_some() {
            return Err(RUNS_PROGRAM);
        }
        let (id, secret) = match (value(INI_ID)?, value(INI_SECRET)?) {
            (None, None) => continue,
            (None, Some(_)) => return Err(KeyMaterialError::Missing { name: INI_ID }),
            (Some(_), None) => return Err(KeyMaterialError::Missing { name: INI_SECRET }),
            (Some(id), Some(secret)) => (id, secret),
        };
        let key = access_key((id, INI_ID), (secret, INI_SECRET), value(INI_SESSION)?)?;
        // The file of settings writes "profile" before the name, the one of credentials does not.
        let profile = section.map(|section| section.strip_prefix("profile ").unwrap_or(section));
        found.push(AccessKey { profile: profile.and_then(shown), ..key });
    }
    material(Shape::AwsCredentials, file_name, found)
}

/// As IAM takes them (its quotas: "IAM name requirements"). Anything else in that column may be what should not be shown.
fn is_user_name(name: &str) -> bool {
    name.chars().count() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c))
}

fn shown(name: &str) -> Option<String> {
    Some(plain(name.trim())).filter(|name| !name.is_empty())
}

/// `export AWS_ACCESS_KEY_ID` of a shell is the same name.
fn name_of(key: &str) -> String {
    let key = key.trim();
    key.strip_prefix("export ").unwrap_or(key).trim().to_ascii_lowercase()
}

/// Shells take quotes; the command line does not write them.
fn unquoted(value: &str) -> &str {
    let inside = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inside('"').or_else(|| inside('\'')).unwrap_or(value)
}

fn access_key(
    (id, id_name): (&str, &'static str),
    (secret, secret_name): (&str, &'static str),
    session: Option<&str>,
) -> Result<AccessKey, KeyMaterialError> {
    let is_id = (16..=128).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    if !is_id {
        return Err(KeyMaterialError::NotUsable { name: id_name });
    }
    let is_secret =
        |text: &str, most| (16..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_secret(secret, 128) {
        return Err(KeyMaterialError::NotUsable { name: secret_name });
    }
    if session.is_some_and(|session| !session.is_empty() && !is_secret(session, 8192)) {
        return Err(KeyMaterialError::NotUsable { name: INI_SESSION });
    }
    Ok(AccessKey {
        profile: None,
        id: id.to_owned(),
        secret: ApiKey::new(secret),
        session: session.filter(|session| !session.is_empty()).map(AccessToken::new),
    })
}

/// Ids tell several keys apart, so each may stand once.
fn material(shape: Shape, file_name: String, keys: Vec<AccessKey>) -> Result<KeyMaterial, KeyMaterialError> {
    let is_twice = |at: usize, key: &AccessKey| keys.iter().take(at).any(|other| other.id == key.id);
    if keys.iter().enumerate().any(|(at, key)| is_twice(at, key)) {
        return Err(KeyMaterialError::SeveralKeys);
    }
    let holder = match &keys[..] {
        [] => return Err(KeyMaterialError::NoKey),
        [only] => Some(Holder::AccessKeyId(only.id.clone())),
        _ => None,
    };
    let secret = MaterialSecret::AccessKeys(keys);
    Ok(KeyMaterial {
        shape,
        file_name,
        holder,
        algorithm: None,
        key_fingerprint: None,
        certificate: None,
        cluster: None,
        secret,
    })
}
