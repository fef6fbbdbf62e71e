//! What can be asked about a token, and ending one: userinfo, introspection (RFC 7662), revocation (RFC 7009).

use hyper::StatusCode;
use serde_json::json;

use super::client_authentication::authenticate;
use super::refusal::OauthRefusal;
use crate::api::{Caller, refused_token};
use crate::provider::{Account, EndReason, Subject};
use crate::secret::Fingerprint;
use crate::server::{Reply, Request, Service};

/// `POST /oauth/revoke`: ends the grant behind a refresh token, or one access token. Unknown tokens are a success.
pub(crate) fn revoke(service: &Service, request: &Request) -> Result<Reply, Reply> {
    let form = request.form();
    let mut world = service.world();
    let world = &mut *world;
    let now_ms = world.now_ms();
    let client_id = authenticate(&world.provider, request, &form)?;
    let token = form.value("token").ok_or_else(|| OauthRefusal::invalid_request("token is missing."))?;
    let fingerprint = Fingerprint::of(token);
    if let Some(grant) =
        world.provider.grant_of_refresh_token(&fingerprint).filter(|grant| grant.client_id == client_id)
    {
        let id = grant.id.clone();
        world.provider.end_grant(&id, EndReason::RevokedByClient, now_ms);
    } else if let Some(access_token) = world.provider.access_tokens.get(&fingerprint) {
        let own = match &access_token.subject {
            Subject::Grant { id } => world.provider.grants.get(id).is_some_and(|grant| grant.client_id == client_id),
            Subject::ServiceAccount { .. } => false,
            Subject::Client { id } => *id == client_id,
        };
        if own {
            world.provider.access_tokens.remove(&fingerprint);
        }
    }
    Ok(Reply::empty())
}

/// `POST /oauth/introspect`: for any authenticated client.
pub(crate) fn introspect(service: &Service, request: &Request) -> Result<Reply, Reply> {
    let form = request.form();
    let world = service.world();
    let now_ms = world.now_ms();
    authenticate(&world.provider, request, &form)?;
    let token = form.value("token").ok_or_else(|| OauthRefusal::invalid_request("token is missing."))?;
    let fingerprint = Fingerprint::of(token);
    let inactive = Reply::json(&json!({ "active": false }));
    if let Some(access_token) = world.provider.living_access_token(&fingerprint, now_ms) {
        let (username, client_id) = match &access_token.subject {
            Subject::Grant { id } => match world.provider.grants.get(id) {
                Some(grant) => (grant.account.clone(), Some(grant.client_id.clone())),
                None => return Ok(inactive),
            },
            Subject::ServiceAccount { email, .. } => (email.clone(), None),
            Subject::Client { id } => (id.clone(), Some(id.clone())),
        };
        return Ok(Reply::json(&json!({
            "active": true,
            "scope": access_token.scopes.join(" "),
            "client_id": client_id,
            "username": username,
            "sub": Account::named(&username).id,
            "token_type": "Bearer",
            "iat": access_token.issued_at_ms / 1000,
            "exp": access_token.expires_at_ms / 1000,
            "iss": service.base_url,
        })));
    }
    let living = world
        .provider
        .grant_of_refresh_token(&fingerprint)
        .filter(|grant| grant.ended.is_none() && grant.current == Some(fingerprint));
    Ok(match living {
        Some(grant) => Reply::json(&json!({
            "active": true,
            "scope": grant.scopes.join(" "),
            "client_id": grant.client_id,
            "username": grant.account,
            "sub": Account::named(&grant.account).id,
            "iss": service.base_url,
        })),
        None => inactive,
    })
}

/// `GET` or `POST /oauth/userinfo`: who the token's person is.
pub(crate) fn userinfo(service: &Service, request: &Request) -> Result<Reply, Reply> {
    let mut world = service.world();
    let caller = Caller::identify(&mut world, request).ok_or_else(refused_token)?;
    if !caller.may("openid") {
        return Err(Reply::json_with(
            StatusCode::FORBIDDEN,
            &json!({ "error": "insufficient_scope", "required": "openid" }),
        ));
    }
    let mut claims = json!({ "sub": caller.account.id });
    if caller.may("email") {
        claims["email"] = json!(caller.account.label);
        claims["email_verified"] = json!(true);
    }
    if caller.may("profile") {
        let name = caller.account.label.split('@').next().unwrap_or_default();
        claims["name"] = json!(name);
        claims["preferred_username"] = json!(caller.account.label);
    }
    Ok(Reply::json(&claims))
}
