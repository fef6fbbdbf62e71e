//! Discovery (RFC 8414, OpenID Connect Discovery): one document under both names.

use serde_json::json;

use super::scope::KNOWN_SCOPES;
use crate::server::{Reply, Service};

/// `GET /.well-known/oauth-authorization-server` and `…/openid-configuration`
pub(crate) fn metadata(service: &Service) -> Reply {
    let base = &service.base_url;
    let scopes: Vec<&str> = KNOWN_SCOPES.iter().map(|(scope, _)| *scope).collect();
    let client_authentication = ["none", "client_secret_basic", "client_secret_post"];
    let sends_issuer = service.world().settings.send_issuer;
    Reply::json(&json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/oauth/authorize"),
        "token_endpoint": format!("{base}/oauth/token"),
        "device_authorization_endpoint": format!("{base}/oauth/device_authorization"),
        "revocation_endpoint": format!("{base}/oauth/revoke"),
        "introspection_endpoint": format!("{base}/oauth/introspect"),
        "jwks_uri": format!("{base}/oauth/jwks"),
        "id_token_signing_alg_values_supported": ["ES256"],
        "userinfo_endpoint": format!("{base}/oauth/userinfo"),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials", super::assertion::GRANT_TYPE, super::device::GRANT_TYPE],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": client_authentication,
        "revocation_endpoint_auth_methods_supported": client_authentication,
        "introspection_endpoint_auth_methods_supported": client_authentication,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "subject_types_supported": ["public"],
        "authorization_response_iss_parameter_supported": sends_issuer,
    }))
}

/// `GET /oauth/jwks`
pub(crate) fn key_set(service: &Service) -> Reply {
    Reply::json(service.id_token_signer.key_set())
}
