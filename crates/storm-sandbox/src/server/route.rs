//! The table of routes: what is answered where.
//!
//! Handlers return a reply either way; `Err` only lets them use `?`. The control API has its own table.

use std::sync::Arc;

use hyper::header;
use hyper::{Method, StatusCode};

use super::{Reply, Request, Service};
use crate::{api, oauth, page};

/// Paths that exist under another method.
const ALLOWED: [(&str, &str); 15] = [
    ("/oauth/token", "POST"),
    ("/oauth/revoke", "POST"),
    ("/oauth/introspect", "POST"),
    ("/oauth/authorize", "GET"),
    ("/oauth/sign-in", "POST"),
    ("/oauth/device_authorization", "POST"),
    ("/oauth/device", "GET, POST"),
    ("/oauth/consent", "POST"),
    ("/oauth/userinfo", "GET, POST"),
    ("/api/whoami", "GET"),
    ("/api/reports", "GET"),
    ("/api/keys", "GET, POST"),
    ("/api/keys/self", "DELETE"),
    ("/api/key", "GET"),
    ("/api/service-accounts/keys", "GET, POST"),
];

/// Finds the handler and runs it.
pub(crate) async fn route(service: &Arc<Service>, request: &Request) -> Reply {
    let segments = request.segments();
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    let method = if request.method == Method::HEAD { "GET" } else { request.method.as_str() };
    let outcome = match (method, parts.as_slice()) {
        ("POST", ["oauth", "token"]) => oauth::token(service, request),
        ("GET", ["api", "whoami"]) => api::whoami(service, request),
        ("GET", ["api", "reports"]) => api::reports(service, request),

        ("GET", [".well-known", "openid-configuration" | "oauth-authorization-server"]) => Ok(oauth::metadata(service)),
        ("GET", ["oauth", "jwks"]) => Ok(oauth::key_set(service)),
        ("GET", ["oauth", "authorize"]) => oauth::authorize(service, request),
        ("POST", ["oauth", "sign-in"]) => oauth::sign_in(service, request),
        ("POST", ["oauth", "consent"]) => oauth::consent(service, request),
        ("POST", ["oauth", "device_authorization"]) => oauth::device_authorization(service, request),
        ("GET", ["oauth", "device"]) => Ok(oauth::device_page(request)),
        ("POST", ["oauth", "device"]) => oauth::enter_code(service, request),
        ("POST", ["oauth", "revoke"]) => oauth::revoke(service, request),
        ("POST", ["oauth", "introspect"]) => oauth::introspect(service, request),
        ("GET" | "POST", ["oauth", "userinfo"]) => oauth::userinfo(service, request),

        ("GET", ["api", "keys"]) => api::list_keys(service, request),
        ("POST", ["api", "keys"]) => api::create_key(service, request),
        ("GET", ["api", "key"]) => api::own_key(service, request),
        ("DELETE", ["api", "keys", "self"]) => api::delete_own_key(service, request),
        ("DELETE", ["api", "keys", id]) => api::delete_key(service, request, id),
        ("POST", ["api", "keys", id, "disable"]) => api::switch_key(service, request, id, true),
        ("POST", ["api", "keys", id, "enable"]) => api::switch_key(service, request, id, false),
        ("GET", ["api", "service-accounts", "keys"]) => api::list_service_account_keys(service, request),
        ("POST", ["api", "service-accounts", "keys"]) => api::create_service_account_key(service, request).await,
        ("DELETE", ["api", "service-accounts", "keys", id]) => api::delete_service_account_key(service, request, id),
        ("POST", ["api", "service-accounts", "keys", id, "disable"]) => {
            api::switch_service_account_key(service, request, id, true)
        }
        ("POST", ["api", "service-accounts", "keys", id, "enable"]) => {
            api::switch_service_account_key(service, request, id, false)
        }

        ("GET", ["style.css"]) => Ok(page::style_sheet()),
        ("GET" | "POST", _) => page::route(service, request, method, &parts).await,
        _ => Err(Reply::refusal(StatusCode::NOT_FOUND, "not_found")),
    };
    let mut reply = outcome.unwrap_or_else(|refusal| refusal);
    if reply.status == StatusCode::NOT_FOUND
        && let Some((_, allow)) = ALLOWED.iter().find(|(path, _)| *path == request.path())
    {
        reply = Reply::refusal(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed").with_header(header::ALLOW, allow);
    }
    reply
}
