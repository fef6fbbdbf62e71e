//! Credentials in JSON: a service account is read by [`crate::read_key_file`], whose rules hold unchanged; an OAuth client here.

use serde::Deserialize;
use serde_json::error::Category;
use storm_domain::{ServiceAccountKey, Timestamp};
use storm_secret::ClientSecret;

use super::material::{Holder, KeyMaterial, MaterialSecret};
use super::parts::Parts;
use super::{KeyMaterialError, Shape, kubeconfig};
use crate::key_file::json_object::{JsonObject, Member};
use crate::read_key_file;

/// What Google lets one download for an OAuth client; the rest of it says nothing that the catalogue does not know.
#[derive(Deserialize)]
struct ClientFile {
    installed: Option<JsonObject>,
    web: Option<JsonObject>,
}

pub(super) fn read(
    bytes: &[u8],
    text: &str,
    file_name: String,
    now: Timestamp,
) -> Result<KeyMaterial, KeyMaterialError> {
    let object = JsonObject::read(text)?;
    if object.text("type") == Some("service_account") {
        return of_service_account(bytes, file_name, now);
    }
    if object.text("type").is_none() && (object.has("installed") || object.has("web")) {
        return of_client(text, file_name);
    }
    if object.has("users") && object.has("clusters") {
        return kubeconfig::read(text, file_name, &[], now);
    }
    // Everything else is refused there, by name.
    match read_key_file(bytes, &file_name) {
        Err(refusal) => Err(refusal.into()),
        Ok(_) => of_service_account(bytes, file_name, now),
    }
}

fn of_service_account(bytes: &[u8], file_name: String, now: Timestamp) -> Result<KeyMaterial, KeyMaterialError> {
    let file = read_key_file(bytes, &file_name)?;
    // EXPOSE: the key is looked at for its size and fingerprint, and wiped with the parts.
    let mut parts = Parts::default();
    super::pem::take(file.key.private_key.expose(), &mut parts)?;
    let key = parts.assemble(String::new(), None, now)?;
    Ok(KeyMaterial {
        shape: Shape::GoogleServiceAccount,
        file_name: file.file_name,
        holder: file.key.account.as_ref().map(|account| Holder::Email(account.client_email.clone())),
        algorithm: key.algorithm,
        key_fingerprint: key.key_fingerprint,
        certificate: None,
        cluster: None,
        secret: MaterialSecret::ServiceAccount(ServiceAccountKey {
            fingerprint: key.key_fingerprint.map(|fingerprint| fingerprint.base64()),
            ..file.key
        }),
    })
}

fn of_client(text: &str, file_name: String) -> Result<KeyMaterial, KeyMaterialError> {
    let damaged = KeyMaterialError::Damaged { what: "its “installed” or “web” is not what it should be" };
    let file: ClientFile = serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Eof => KeyMaterialError::Truncated,
        _ => damaged,
    })?;
    let client = match (file.installed, file.web) {
        (Some(client), None) | (None, Some(client)) => client,
        (Some(_), Some(_)) => return Err(KeyMaterialError::SeveralKeys),
        (None, None) => return Err(KeyMaterialError::NoKey),
    };
    for name in ["client_id", "client_secret"] {
        if client.repeated() == Some(name) {
            return Err(KeyMaterialError::Repeated { name });
        }
    }
    let id = required(&client, "client_id")?;
    let secret = required(&client, "client_secret")?;
    Ok(KeyMaterial {
        shape: Shape::GoogleOAuthClient,
        file_name,
        holder: Some(Holder::ClientId(id.to_owned())),
        algorithm: None,
        key_fingerprint: None,
        certificate: None,
        cluster: None,
        secret: MaterialSecret::Client { id: id.to_owned(), secret: ClientSecret::new(secret) },
    })
}

fn required<'a>(object: &'a JsonObject, name: &'static str) -> Result<&'a str, KeyMaterialError> {
    match object.member(name) {
        Some(Member::Text(text))
            if (1..=512).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) =>
        {
            Ok(text)
        }
        Some(Member::Text(_)) => Err(KeyMaterialError::NotUsable { name }),
        Some(Member::Other) => Err(KeyMaterialError::NotText { name }),
        None => Err(KeyMaterialError::Missing { name }),
    }
}
