//! API keys by program: a living credential makes and revokes keys of its own account.
//!
//! A new key never may more than its maker, so a read-only key cannot lift itself.

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::caller::{Caller, CredentialKind, refused_token};
use crate::SandboxError;
use crate::provider::known_permissions;
use crate::server::{Reply, Request, Service};

#[derive(Deserialize)]
struct NewKey {
    #[serde(default)]
    name: String,
    permissions: Option<Vec<String>>,
}

/// `POST /api/keys`: 201 with the key, shown once.
pub(crate) fn create_key(service: &Service, request: &Request) -> Result<Reply, Reply> {
    let mut world = service.world();
    let now_ms = world.now_ms();
    let caller = Caller::identify(&world, request).ok_or_else(refused_token)?;
    let asked: NewKey = request.json()?;
    let permissions = match asked.permissions {
        Some(permissions) => known_permissions(permissions.iter().map(String::as_str))
            .ok_or(SandboxError::Unusable("permissions may be read and reports."))?,
        None => {
            known_permissions(caller.scopes.iter().map(String::as_str).filter(|s| matches!(*s, "read" | "reports")))
                .unwrap_or_default()
        }
    };
    if let Some(missing) = permissions.iter().find(|permission| !caller.may(permission)) {
        let body = json!({ "error": "insufficient_scope", "required": missing });
        return Err(Reply::json_with(StatusCode::FORBIDDEN, &body));
    }
    let (key, raw) = world.provider.api_keys.create(&caller.account.label, &asked.name, permissions, now_ms)?;
    let body = json!({
        "id": key.id,
        "key": raw,
        "name": key.name,
        "permissions": key.permissions,
        "account": caller.account,
    });
    Ok(Reply::json_with(StatusCode::CREATED, &body))
}

/// `DELETE /api/keys/self`: the key revokes itself.
pub(crate) fn delete_own_key(service: &Service, request: &Request) -> Result<Reply, Reply> {
    let mut world = service.world();
    let now_ms = world.now_ms();
    let caller = Caller::identify(&world, request).ok_or_else(refused_token)?;
    match caller.key_id.filter(|_| caller.kind == CredentialKind::ApiKey) {
        Some(id) => {
            world.provider.api_keys.revoke(&id, now_ms);
            Ok(Reply::with_status(StatusCode::NO_CONTENT))
        }
        None => Err(SandboxError::Unusable("Only an API key can revoke itself.").into()),
    }
}

/// `DELETE /api/keys/{id}`: any key of the caller's account. One that is already revoked is a success.
pub(crate) fn delete_key(service: &Service, request: &Request, id: &str) -> Result<Reply, Reply> {
    let mut world = service.world();
    let now_ms = world.now_ms();
    let caller = Caller::identify(&world, request).ok_or_else(refused_token)?;
    let own = world.provider.api_keys.by_id(id).is_some_and(|key| key.account == caller.account.label);
    if !own {
        return Err(SandboxError::Unknown("key").into());
    }
    world.provider.api_keys.revoke(id, now_ms);
    Ok(Reply::with_status(StatusCode::NO_CONTENT))
}
