//! One file for each format, and telling them apart: by content, and where that does not tell, by name.

mod aws;
mod bitwarden;
mod bruno;
mod docker;
mod dotenv;
mod gcloud;
mod gh;
mod insomnia;
mod kubeconfig;
mod netrc;
mod npm;
mod one_password;
mod postman;
mod pypi;
mod section;

use storm_connectors::{DroppedFile, KeyMaterialError, MaterialSecret, read_key_material};
use storm_domain::Timestamp;

use crate::candidate::{Place, Reading};
use crate::error::ReadError;
use crate::named::take_material;
use crate::tree::Tree;

const MIB: usize = 1024 * 1024;
const LARGEST_TEXT: usize = MIB;
/// Exports of password managers hold everything one has.
const LARGEST_EXPORT: usize = 4 * MIB;

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each is its own name")]
pub enum Format {
    Dotenv,
    AwsCredentials,
    AwsConfig,
    AwsAccessKeyCsv,
    Gcloud,
    Gh,
    Docker,
    Netrc,
    Kubeconfig,
    Npmrc,
    Pypirc,
    Postman,
    Insomnia,
    Bruno,
    OnePasswordCsv,
    OnePux,
    BitwardenJson,
    BitwardenCsv,
    KeyFile,
}

impl Format {
    /// As people call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Dotenv => ".env file",
            Self::AwsCredentials => "AWS credentials file",
            Self::AwsConfig => "AWS settings file",
            Self::AwsAccessKeyCsv => "AWS access key (CSV)",
            Self::Gcloud => "gcloud credentials file",
            Self::Gh => "settings file of the GitHub command line",
            Self::Docker => "Docker settings file",
            Self::Netrc => "netrc file",
            Self::Kubeconfig => "Kubernetes configuration",
            Self::Npmrc => "npm settings file",
            Self::Pypirc => "PyPI settings file",
            Self::Postman => "Postman environment",
            Self::Insomnia => "Insomnia export",
            Self::Bruno => "Bruno environment",
            Self::OnePasswordCsv => "1Password export (CSV)",
            Self::OnePux => "1Password export (1PUX)",
            Self::BitwardenJson => "Bitwarden export (JSON)",
            Self::BitwardenCsv => "Bitwarden export (CSV)",
            Self::KeyFile => "key file",
        }
    }

    /// Whether such a file holds credentials and nothing that is needed without them.
    #[must_use]
    pub fn is_credential_alone(self) -> bool {
        matches!(self, Self::AwsCredentials | Self::AwsAccessKeyCsv | Self::Gcloud | Self::KeyFile)
    }
}

/// A text and when it is read.
#[derive(Clone, Copy)]
struct Text<'a> {
    text: &'a str,
    /// The file's name without its folder, in lower case.
    name: &'a str,
    now: Timestamp,
}

/// Reads one file. `name` is with or without its folder; `known` is what the place of a well-known file says of it. `now` is what a
/// certificate's end is compared with.
///
/// Blocks; call it off an async runtime.
///
/// # Errors
/// [`ReadError`] says what the file is instead, or where it is damaged, and what to do. Never holds anything of its content.
pub fn read(bytes: &[u8], name: &str, known: Option<Format>, now: Timestamp) -> Result<Reading, ReadError> {
    if bytes.len() > LARGEST_EXPORT {
        return Err(ReadError::TooLarge { most_mib: LARGEST_EXPORT / MIB, title: "file of this kind" });
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return one_password::archive(bytes, now);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ReadError::NotText)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
    let text = Text { text, name: &name, now };
    let told = match known {
        Some(format) => Some(format),
        None => told_by_content(text)?.or_else(|| told_by_name(&name)),
    };
    let format = told.ok_or(ReadError::Unknown)?;
    let most = match format {
        Format::BitwardenJson | Format::BitwardenCsv | Format::OnePasswordCsv | Format::Insomnia | Format::Postman => {
            LARGEST_EXPORT
        }
        _ => LARGEST_TEXT,
    };
    if bytes.len() > most {
        return Err(ReadError::TooLarge { most_mib: most / MIB, title: format.title() });
    }
    let reading = match format {
        Format::Dotenv => Ok(dotenv::read(text)),
        Format::AwsCredentials | Format::AwsConfig => Ok(aws::of_profiles(text, format)),
        Format::AwsAccessKeyCsv => aws::of_csv(text),
        Format::Gcloud => gcloud::read(text),
        Format::Gh => gh::read(text),
        Format::Docker => docker::read(text),
        Format::Netrc => Ok(netrc::read(text)),
        Format::Kubeconfig => kubeconfig::read(text),
        Format::Npmrc => Ok(npm::read(text)),
        Format::Pypirc => Ok(pypi::read(text)),
        Format::Postman => postman::read(text),
        Format::Insomnia => insomnia::read(text),
        Format::Bruno => bruno::read(text),
        Format::OnePasswordCsv => one_password::csv(text),
        Format::BitwardenJson => bitwarden::json(text),
        Format::BitwardenCsv => bitwarden::csv(text),
        Format::OnePux => Err(ReadError::Damaged { title: Format::OnePux.title(), line: None }),
        Format::KeyFile => key_file(text),
    };
    reading.map(Reading::sorted)
}

fn told_by_content(text: Text<'_>) -> Result<Option<Format>, ReadError> {
    let trimmed = text.text.trim_start();
    if trimmed.starts_with('{') {
        return Ok(told_by_members(&Tree::json(text.text, "JSON")?));
    }
    Ok(told_by_lines(text.text, trimmed))
}

fn told_by_lines(text: &str, trimmed: &str) -> Option<Format> {
    let first = trimmed.lines().next().unwrap_or_default().to_ascii_lowercase();
    let has = |part: &str| text.contains(part);
    let begins = |part: &str| text.lines().any(|line| line.starts_with(part));
    if first.contains(',') && first.contains("access key id") && first.contains("secret access key") {
        return Some(Format::AwsAccessKeyCsv);
    }
    if first.starts_with("folder,favorite,type,name") {
        return Some(Format::BitwardenCsv);
    }
    let is_column = |name: &str| first.split(',').any(|column| column.trim_matches(['"', ' ']) == name);
    if is_column("title") && is_column("password") {
        return Some(Format::OnePasswordCsv);
    }
    if begins("apiVersion:") && (begins("users:") || begins("clusters:")) {
        return Some(Format::Kubeconfig);
    }
    if begins("type:") && has("insomnia.rest/") {
        return Some(Format::Insomnia);
    }
    if begins("vars {") || begins("vars:secret [") {
        return Some(Format::Bruno);
    }
    if has("-----BEGIN ") && trimmed.starts_with("-----") {
        return Some(Format::KeyFile);
    }
    if begins("[") && text.to_ascii_lowercase().contains("aws_access_key_id") {
        return Some(Format::AwsCredentials);
    }
    None
}

fn told_by_members(tree: &Tree) -> Option<Format> {
    let has = |name: &str| tree.get(name).is_some();
    Some(match () {
        () if tree.text("type").is_some_and(|kind| ["service_account", "authorized_user"].contains(&kind)) => {
            Format::Gcloud
        }
        () if has("encrypted") && (has("items") || has("data") || has("encKeyValidation_DO_NOT_EDIT")) => {
            Format::BitwardenJson
        }
        () if tree.text("_type") == Some("export") || has("__export_format") => Format::Insomnia,
        () if has("_postman_variable_scope") || has("environments") || (has("values") && has("name")) => {
            Format::Postman
        }
        () if has("variables") && has("name") => Format::Bruno,
        () if has("auths") || has("credsStore") || has("credHelpers") => Format::Docker,
        () if has("clusters") && has("users") => Format::Kubeconfig,
        () if has("private_key") || has("installed") || has("web") || has("AccessKey") => Format::KeyFile,
        () => return None,
    })
}

fn told_by_name(name: &str) -> Option<Format> {
    let is_dotenv = name == ".env" || name.starts_with(".env.") || name.ends_with(".env") || name == ".envrc";
    Some(match name {
        _ if is_dotenv => Format::Dotenv,
        ".netrc" | "_netrc" | "netrc" => Format::Netrc,
        ".npmrc" => Format::Npmrc,
        ".pypirc" => Format::Pypirc,
        "hosts.yml" => Format::Gh,
        "kubeconfig" => Format::Kubeconfig,
        "credentials" => Format::AwsCredentials,
        _ if name.ends_with(".bru") => Format::Bruno,
        _ if name.ends_with(".json") || name.ends_with(".csv") || name.ends_with(".yaml") || name.ends_with(".yml") => {
            return None;
        }
        // Whatever it is called: names and values, one on each line.
        _ if name.ends_with(".txt") || !name.contains('.') => Format::Dotenv,
        _ => return None,
    })
}

/// What [`read_key_material`] knows, where the file alone says which service takes it.
fn key_file(text: Text<'_>) -> Result<Reading, ReadError> {
    let mut reading = Reading::new(Format::KeyFile);
    let file = DroppedFile { bytes: text.text.as_bytes(), name: text.name };
    let material = match read_key_material(file, None, text.now) {
        Err(error @ KeyMaterialError::PasswordNeeded { .. }) => {
            reading.leave(Place::new("", None), error.to_string());
            return Ok(reading);
        }
        material => material?,
    };
    let place = Place::new(material.shape.title(), Some(1));
    let is_account = matches!(material.secret, MaterialSecret::ServiceAccount(_));
    if !(is_account && take_material(&material, place.clone(), &mut reading)) {
        reading.leave(place, "Drop this file on the window, where it is asked whom its key is for.");
    }
    Ok(reading)
}
