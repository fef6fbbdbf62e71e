//! Error answers of the token endpoint and its neighbours (RFC 6749 §5.2).

use hyper::StatusCode;
use hyper::header;
use serde_json::json;

use crate::SandboxError;
use crate::server::Reply;

/// A refusal: the code that clients act on, and a sentence for whoever reads logs.
#[derive(Debug)]
pub(crate) struct OauthRefusal {
    status: StatusCode,
    code: &'static str,
    description: &'static str,
    /// Whether the client tried HTTP Basic, and must be told so (§5.2).
    challenge: bool,
}

impl OauthRefusal {
    /// A refusal with status 400.
    pub(crate) fn new(code: &'static str, description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, description, challenge: false }
    }

    /// The code or refresh token is not, or no longer, good.
    pub(crate) fn invalid_grant(description: &'static str) -> Self {
        Self::new("invalid_grant", description)
    }

    /// Something is missing, repeated or malformed.
    pub(crate) fn invalid_request(description: &'static str) -> Self {
        Self::new("invalid_request", description)
    }

    /// The client is unknown or did not prove itself.
    pub(crate) fn invalid_client(challenge: bool) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            code: "invalid_client",
            description: "The client is unknown or its secret is wrong.",
            challenge,
        }
    }
}

impl From<OauthRefusal> for Reply {
    fn from(refusal: OauthRefusal) -> Self {
        let body = json!({ "error": refusal.code, "error_description": refusal.description });
        let reply = Self::json_with(refusal.status, &body).with_header(header::PRAGMA, "no-cache");
        if refusal.challenge { reply.with_header(header::WWW_AUTHENTICATE, "Basic realm=\"practice\"") } else { reply }
    }
}

/// Why a token request failed: a refusal to send, or a failure of the service.
pub(crate) enum TokenFailure {
    /// Told to the client.
    Refused(OauthRefusal),
    /// Logged; the client gets a 500.
    Failed(SandboxError),
}

impl From<OauthRefusal> for TokenFailure {
    fn from(refusal: OauthRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<SandboxError> for TokenFailure {
    fn from(error: SandboxError) -> Self {
        Self::Failed(error)
    }
}

impl From<TokenFailure> for Reply {
    fn from(failure: TokenFailure) -> Self {
        match failure {
            TokenFailure::Refused(refusal) => refusal.into(),
            TokenFailure::Failed(error) => error.into(),
        }
    }
}
