//! API keys by program: a living credential lists, makes, switches and revokes keys of its own account.
//!
//! A new key never may more than its maker, so a read-only key cannot lift itself.

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

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

/// `GET /api/keys`: those of the caller's account that are not revoked; `own` is the caller's.
pub(crate) fn list_keys(service: &Service, request: &Request) -> Result<Reply, Reply> {
    let mut world = service.world();
    let caller = Caller::identify(&mut world, request).ok_or_else(refused_token)?;
    let all = world.provider.api_keys.newest_first();
    let living = all.into_iter().filter(|key| key.account == caller.account.label && key.revoked_at_ms.is_none());
    let keys: Vec<Value> = living
        .map(|key| {
            let (created_at_ms, last_used_at_ms) = (key.created_at_ms, key.last_used_at_ms);
            let (id, name, disabled) = (&key.id, &key.name, key.disabled);
            json!({ "id": id, "name": name, "disabled": disabled, "created_at_ms": created_at_ms, "last_used_at_ms": last_used_at_ms })
        })
        .collect();
    let own = caller.key_id.filter(|_| caller.kind == CredentialKind::ApiKey);
    Ok(Reply::json(&json!({ "own": own, "keys": keys })))
}

/// `POST /api/keys/{id}/disable` and `…/enable`: a key of the caller's account is refused until it is switched on again.
pub(crate) fn switch_key(service: &Service, request: &Request, id: &str, disabled: bool) -> Result<Reply, Reply> {
    let mut world = service.world();
    let caller = Caller::identify(&mut world, request).ok_or_else(refused_token)?;
    let own = world.provider.api_keys.by_id(id).is_some_and(|key| key.account == caller.account.label);
    if !own || !world.provider.api_keys.set_disabled(id, disabled) {
        return Err(SandboxError::Unknown("key").into());
    }
    Ok(Reply::json(&json!({ "id": id, "disabled": disabled })))
}

/// `POST /api/keys`: 201 with the key, shown once.
pub(crate) fn create_key(service: &Service, request: &Request) -> Result<Reply, Reply> {
    let mut world = service.world();
    let now_ms = world.now_ms();
    let caller = Caller::identify(&mut world, request).ok_or_else(refused_token)?;
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
    let (key, raw) = world.provider.api_keys.create(&caller.account.label, &asked.name, permissions, None, now_ms)?;
    let body = json!({
        "id": key.id,
        "key": raw,
        "name": key.name,
        "permissions": key.permissions,
        "account": caller.account,
    });
    Ok(Reply::json_with(StatusCode::CREATED, &body))
}

/// `GET /api/key`: the one that asks, and when it ends (in Unix seconds; absent = never).
pub(crate) fn own_key(service: &Service, request: &Request) -> Result<Reply, Reply> {
    let mut world = service.world();
    let caller = Caller::identify(&mut world, request).ok_or_else(refused_token)?;
    let own = caller.key_id.filter(|_| caller.kind == CredentialKind::ApiKey);
    let key = own.and_then(|id| world.provider.api_keys.by_id(&id)).ok_or(SandboxError::Unknown("key"))?;
    Ok(Reply::json(&json!({ "id": key.id, "name": key.name, "expires_at": key.ends_at_ms.map(|end| end / 1_000) })))
}

/// `DELETE /api/keys/self`: the key revokes itself.
pub(crate) fn delete_own_key(service: &Service, request: &Request) -> Result<Reply, Reply> {
    let mut world = service.world();
    let now_ms = world.now_ms();
    let caller = Caller::identify(&mut world, request).ok_or_else(refused_token)?;
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
    let caller = Caller::identify(&mut world, request).ok_or_else(refused_token)?;
    let own = world.provider.api_keys.by_id(id).is_some_and(|key| key.account == caller.account.label);
    if !own {
        return Err(SandboxError::Unknown("key").into());
    }
    world.provider.api_keys.revoke(id, now_ms);
    Ok(Reply::with_status(StatusCode::NO_CONTENT))
}
