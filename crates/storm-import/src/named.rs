//! Named values, as `.env` files, environments of API clients and password managers hold them: which of them are credentials.

use storm_connectors::{
    Catalogue, Connector, DroppedFile, MaterialSecret, PasteProblem, check_key_id, check_pasted_key, read_key_material,
};
use storm_domain::{ApiKeyCredential, Credential, Fields, Method, Timestamp};
use storm_secret::ApiKey;

use crate::candidate::{Candidate, Certainty, Place, Reading};
use crate::recognise::{Says, Signs, Whose, host_alone, readable, says, whose};
use crate::text::{is_placeholder, is_reference};

/// Any service with an API key.
pub(crate) const GENERIC: &str = "generic-api-key";
const AWS: &str = "aws";
const SHORTEST_UNKNOWN: usize = 8;
const LONGEST_UNKNOWN: usize = 8 * 1024;

/// A value and what is known of it.
#[derive(Default, Clone)]
pub(crate) struct Entry<'a> {
    /// The name it stands under.
    pub(crate) name: &'a str,
    /// The value.
    pub(crate) value: &'a str,
    /// What is shown as its place; the name where this is empty.
    pub(crate) shown: String,
    /// Where it stands.
    pub(crate) line: Option<u32>,
    /// The file says that it is a secret.
    pub(crate) is_secret: bool,
    /// The host it is for.
    pub(crate) host: Option<&'a str>,
    /// The user it belongs to.
    pub(crate) user: Option<&'a str>,
    /// What it may be called.
    pub(crate) title: Option<String>,
    /// An address that answers only with a good key.
    pub(crate) verify_url: Option<String>,
    /// Offered only when its form or its host says whose it is: a password of a web page is no key.
    pub(crate) only_known: bool,
}

impl Entry<'_> {
    fn place(&self) -> Place {
        Place::new(if self.shown.is_empty() { self.name } else { &self.shown }, self.line)
    }
}

/// Takes what is a credential among values that stand together.
pub(crate) fn take_all(entries: &[Entry<'_>], now: Timestamp, reading: &mut Reading) {
    let of_aws = take_aws(entries, reading);
    for (at, entry) in entries.iter().enumerate() {
        if !of_aws.contains(&at) {
            take(entry, entries, now, reading);
        }
    }
}

fn take(entry: &Entry<'_>, beside: &[Entry<'_>], now: Timestamp, reading: &mut Reading) {
    let value = entry.value.trim();
    let says = if entry.is_secret { Says::Secret } else { says(entry.name) };
    if value.is_empty() {
        return;
    }
    if is_reference(value) {
        if says == Says::Secret {
            reading.leave(entry.place(), "It only refers to another value, which lies elsewhere.");
        }
        return;
    }
    if value.contains("-----BEGIN ") || (value.starts_with('{') && value.contains("private_key")) {
        return take_key_file(entry, value, now, reading);
    }
    let key = ApiKey::new(value);
    match whose(&key, Signs { name: (says != Says::Nothing).then_some(entry.name), host: entry.host }) {
        Whose::Connector(connector, certainty, key) => {
            // A name alone, or a host, makes no secret of what is none; nor a key of an app's secret.
            if certainty != Certainty::Certain && (says != Says::Secret || entry.only_known || !may_be_secret(value)) {
                return leave_unknown(entry, says, reading);
            }
            reading.take(Candidate {
                place: entry.place(),
                connector_id: connector.id.clone(),
                fields: fields_beside(connector, beside),
                credential: Credential::ApiKey(ApiKeyCredential { id: None, key }),
                certainty,
                name: None,
                remarks: Vec::new(),
            });
        }
        Whose::Foreign(service) => {
            let remark = format!("This looks like a key of {service}, which has no entry of its own here.");
            take_generic(entry, Some(service), vec![remark], reading);
        }
        Whose::Unusable(reason) if says == Says::Secret || says == Says::Nothing => {
            reading.leave(entry.place(), reason);
        }
        _ if says == Says::Secret && !entry.only_known && may_be_secret(value) => {
            take_generic(entry, None, Vec::new(), reading);
        }
        _ if entry.is_secret && !entry.only_known => {
            reading.leave(entry.place(), "It is too short for a key, or holds what no key holds, such as a space.");
        }
        _ => leave_unknown(entry, says, reading),
    }
}

fn leave_unknown(entry: &Entry<'_>, says: Says, reading: &mut Reading) {
    if entry.only_known || !may_be_secret(entry.value.trim()) {
        return;
    }
    match says {
        Says::OfAnApp => reading.leave(
            entry.place(),
            "This is the secret of an app registration. Enter it where that service asks for its app.",
        ),
        Says::OfTheProgram => reading.leave(
            entry.place(),
            "This is a secret that the program signs or encrypts with by itself, not a key of a service.",
        ),
        Says::Secret | Says::Nothing => {}
    }
}

fn take_generic(entry: &Entry<'_>, service: Option<&str>, remarks: Vec<String>, reading: &mut Reading) {
    let mut fields = Fields::new();
    if let Some(url) = &entry.verify_url {
        fields.insert("verify_url".to_owned(), url.clone());
    }
    // A colon ends the name in HTTP Basic (RFC 7617 §2).
    if let Some(user) = entry.user.filter(|user| !user.is_empty() && !user.contains(':')) {
        fields.insert("placement".to_owned(), "basic_password".to_owned());
        fields.insert("username".to_owned(), user.to_owned());
    }
    let title = entry.title.clone().or_else(|| service.map(str::to_owned));
    let host = entry.host.map(host_alone).filter(|host| !host.is_empty());
    reading.take(Candidate {
        place: entry.place(),
        connector_id: GENERIC.to_owned(),
        fields,
        credential: Credential::ApiKey(ApiKeyCredential { id: None, key: ApiKey::new(entry.value.trim()) }),
        certainty: Certainty::Unknown,
        name: title.or(host).or_else(|| readable(entry.name)),
        remarks,
    });
}

/// A key file that stands in a variable.
fn take_key_file(entry: &Entry<'_>, value: &str, now: Timestamp, reading: &mut Reading) {
    // Variables write line ends as two characters.
    let unfolded =
        zeroize::Zeroizing::new(if value.starts_with('{') { value.to_owned() } else { value.replace("\\n", "\n") });
    let file = DroppedFile { bytes: unfolded.as_bytes(), name: entry.name };
    match read_key_material(file, None, now) {
        Ok(material) if matches!(material.secret, MaterialSecret::ServiceAccount(_)) => {
            if !take_material(&material, entry.place(), reading) {
                reading.leave(entry.place(), "It is a service account's key, which no service here takes.");
            }
        }
        Ok(_) => reading.leave(
            entry.place(),
            "This is a private key. Save it as a file and drop that on the window, where it is asked whom it is for.",
        ),
        Err(error) => reading.leave(entry.place(), error.to_string()),
    }
}

/// A service account for the services that take it, the first of the catalogue; false = there is none.
pub(crate) fn take_material(material: &storm_connectors::KeyMaterial, place: Place, reading: &mut Reading) -> bool {
    let Ok(catalogue) = Catalogue::embedded() else { return false };
    let takers = material.takers(catalogue);
    let taker = takers.iter().find(|(_, method)| *method == Method::ServiceAccount);
    let (Some((connector, _)), Some(key)) = (taker, material.service_account_key()) else { return false };
    reading.take(Candidate {
        place,
        connector_id: connector.id.clone(),
        fields: material.fields(),
        credential: Credential::ServiceAccountKey(key),
        certainty: Certainty::Certain,
        name: None,
        remarks: Vec::new(),
    });
    true
}

/// Keys of AWS in two variables. Gives the places of all that belongs to one.
fn take_aws(entries: &[Entry<'_>], reading: &mut Reading) -> Vec<usize> {
    const ID: &str = "AWS_ACCESS_KEY_ID";
    let mut used = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let upper = entry.name.to_ascii_uppercase();
        let Some(before) = upper.strip_suffix(ID) else { continue };
        let beside = |name: &str| {
            let wanted = format!("{before}{name}");
            entries.iter().position(|other| other.name.eq_ignore_ascii_case(&wanted)).filter(|other| *other != at)
        };
        let Some(secret) = beside("AWS_SECRET_ACCESS_KEY") else { continue };
        let session = beside("AWS_SESSION_TOKEN").filter(|at| !entries[*at].value.trim().is_empty());
        used.extend([at, secret]);
        used.extend(session);
        let region = beside("AWS_REGION").or_else(|| beside("AWS_DEFAULT_REGION"));
        let fields = region.map(|at| ("region".to_owned(), entries[at].value.trim().to_owned()));
        let secret = &entries[secret];
        if is_reference(entry.value.trim()) || is_reference(secret.value.trim()) {
            reading.leave(secret.place(), "It only refers to another value, which lies elsewhere.");
            continue;
        }
        let pair = (entry.value.trim(), &ApiKey::new(secret.value.trim()));
        match checked_aws(pair, session.is_some()) {
            Ok(credential) => reading.take(aws_candidate(secret.place(), credential, fields.into_iter().collect())),
            Err(reason) => reading.leave(secret.place(), reason),
        }
    }
    for (at, entry) in entries.iter().enumerate() {
        let is_half = entry.name.to_ascii_uppercase().ends_with("AWS_SECRET_ACCESS_KEY") && !used.contains(&at);
        if is_half && !entry.value.trim().is_empty() {
            reading.leave(entry.place(), "The access key ID that belongs to it does not stand beside it.");
            used.push(at);
        }
    }
    used
}

pub(crate) fn checked_aws((id, secret): (&str, &ApiKey), has_session: bool) -> Result<ApiKeyCredential, String> {
    const TEMPORARY: &str = "This is a temporary key, which ends within hours and cannot be kept alive.";
    let connector = Catalogue::embedded().ok().and_then(|catalogue| catalogue.connector(AWS));
    let connector = connector.ok_or_else(|| "There is no entry for AWS.".to_owned())?;
    if has_session {
        return Err(TEMPORARY.to_owned());
    }
    let said = |problem: PasteProblem| problem.to_string();
    let id = check_key_id(connector, Some(id), None).map_err(said)?;
    let report = check_pasted_key(connector, secret);
    match (report.cleaned, report.problem) {
        (Some(key), None) => Ok(ApiKeyCredential { id, key }),
        (_, problem) => Err(problem.map(said).unwrap_or_default()),
    }
}

pub(crate) fn aws_candidate(place: Place, credential: ApiKeyCredential, fields: Fields) -> Candidate {
    let connector = Catalogue::embedded().ok().and_then(|catalogue| catalogue.connector(AWS));
    let fits =
        |fields: &Fields| connector.is_some_and(|connector| connector.check_fields(Method::ApiKey, fields).is_ok());
    Candidate {
        place,
        connector_id: AWS.to_owned(),
        fields: if fits(&fields) { fields } else { Fields::new() },
        credential: Credential::ApiKey(credential),
        certainty: Certainty::Certain,
        name: None,
        remarks: Vec::new(),
    }
}

/// Fields of a connector that stand beside its key: `GITLAB_HOST` for the field `host` of GitLab.
fn fields_beside(connector: &Connector, entries: &[Entry<'_>]) -> Fields {
    let prefix = connector.id.to_ascii_uppercase().replace('-', "_");
    let mut fields = Fields::new();
    for spec in connector.fields_of(Method::ApiKey) {
        let wanted = format!("{prefix}_{}", spec.name.to_ascii_uppercase());
        let Some(entry) = entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(&wanted)) else { continue };
        let with = Fields::from([(spec.name.clone(), entry.value.trim().to_owned())]);
        // One that does not fit is asked for; others that are missing are no fault of this one.
        let refused = connector.check_fields(Method::ApiKey, &with).err().is_some_and(|error| error.field == spec.name);
        if !refused {
            fields.extend(with);
        }
    }
    fields
}

/// Whether a value of an unknown service may be a secret at all.
fn may_be_secret(value: &str) -> bool {
    let is_word = matches!(value.to_ascii_lowercase().as_str(), "undefined" | "disabled" | "required" | "optional");
    (SHORTEST_UNKNOWN..=LONGEST_UNKNOWN).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_graphic())
        && !value.contains("://")
        && !value.starts_with(['/', '~', '.'])
        && !value.bytes().all(|byte| byte.is_ascii_digit())
        && !is_word
        && !is_placeholder(value)
}
