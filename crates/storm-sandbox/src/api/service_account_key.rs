//! A service account looks after its own keys: list, add, switch off and on, delete.

use std::sync::Arc;

use hyper::StatusCode;
use serde_json::{Value, json};

use super::caller::{Caller, CredentialKind, refused_token};
use crate::SandboxError;
use crate::control::Control;
use crate::provider::ServiceAccount;
use crate::server::{Reply, Request, Service, World};

/// `GET /api/service-accounts/keys`
pub(crate) fn list_service_account_keys(service: &Service, request: &Request) -> Result<Reply, Reply> {
    let mut world = service.world();
    let account = own_account(&mut world, request)?;
    let keys: Vec<Value> = account
        .keys
        .iter()
        .map(|key| {
            let (created_at_ms, last_used_at_ms) = (key.created_at_ms, key.last_used_at_ms);
            json!({ "id": key.id, "disabled": key.disabled, "created_at_ms": created_at_ms, "last_used_at_ms": last_used_at_ms })
        })
        .collect();
    Ok(Reply::json(&json!({ "email": account.email, "keys": keys })))
}

/// `POST /api/service-accounts/keys`: 201 with another key file.
pub(crate) async fn create_service_account_key(service: &Arc<Service>, request: &Request) -> Result<Reply, Reply> {
    let email = own_account(&mut service.world(), request)?.email.clone();
    let file = Control::new(Arc::clone(service)).add_service_account_key(&email).await?;
    Ok(Reply::json_with(StatusCode::CREATED, &file))
}

/// `POST /api/service-accounts/keys/{id}/disable` and `…/enable`
pub(crate) fn switch_service_account_key(
    service: &Service,
    request: &Request,
    key_id: &str,
    disabled: bool,
) -> Result<Reply, Reply> {
    let mut world = service.world();
    let own = own_account(&mut world, request)?.keys.iter().any(|key| key.id == key_id);
    if !own {
        return Err(SandboxError::Unknown("key").into());
    }
    world.provider.service_accounts.set_disabled(key_id, disabled);
    Ok(Reply::json(&json!({ "id": key_id, "disabled": disabled })))
}

/// `DELETE /api/service-accounts/keys/{id}`. One that is gone already is a success.
pub(crate) fn delete_service_account_key(service: &Service, request: &Request, key_id: &str) -> Result<Reply, Reply> {
    let mut world = service.world();
    let account = own_account(&mut world, request)?.email.clone();
    match world.provider.service_accounts.by_key_id(key_id) {
        Some((owner, _)) if owner.email != account => return Err(SandboxError::Unknown("key").into()),
        _ => {}
    }
    world.provider.service_accounts.delete(key_id);
    Ok(Reply::with_status(StatusCode::NO_CONTENT))
}

fn own_account<'a>(world: &'a mut World, request: &Request) -> Result<&'a ServiceAccount, Reply> {
    let caller = Caller::identify(world, request).ok_or_else(refused_token)?;
    if caller.kind != CredentialKind::ServiceAccount {
        return Err(Reply::refusal(StatusCode::FORBIDDEN, "not_a_service_account"));
    }
    world.provider.service_accounts.by_email(&caller.account.label).ok_or_else(refused_token)
}
