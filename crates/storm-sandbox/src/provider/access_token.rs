//! Access tokens that the API accepts.
//!
//! INVARIANT: a subject holds at most [`LIVING_TOKENS_PER_SUBJECT`] of them, and expired ones are dropped when the next
//! is issued, so a service that refreshes all day does not grow.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::Provider;
use crate::SandboxError;
use crate::secret::{ACCESS_TOKEN_PREFIX, Fingerprint, make_secret};

/// More than any rehearsal uses at once; the oldest gives way.
pub(crate) const LIVING_TOKENS_PER_SUBJECT: usize = 1024;

/// What stands behind an access token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Subject {
    /// A person's grant to a client.
    Grant {
        /// The grant.
        id: String,
    },
    /// A service account, by the key that signed.
    ServiceAccount {
        /// Its address.
        email: String,
        /// The key that signed the assertion.
        key_id: String,
    },
    /// A client in its own name.
    Client {
        /// The client_id.
        id: String,
    },
}

/// One living access token; the token itself is the map's key, fingerprinted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AccessToken {
    /// What stands behind it.
    pub(crate) subject: Subject,
    /// What it may do.
    pub(crate) scopes: Vec<String>,
    /// When it was issued, in Unix milliseconds.
    pub(crate) issued_at_ms: i64,
    /// When it stops working, in Unix milliseconds.
    pub(crate) expires_at_ms: i64,
}

impl Provider {
    /// Issues an access token and remembers its fingerprint.
    pub(crate) fn issue_access_token(
        &mut self,
        subject: Subject,
        scopes: Vec<String>,
        now_ms: i64,
        lifetime_ms: i64,
    ) -> Result<String, SandboxError> {
        let token = make_secret(ACCESS_TOKEN_PREFIX)?;
        let fingerprint = Fingerprint::of(&token);
        let issued = match &subject {
            Subject::Grant { id } => self.grants.get_mut(id).map(|grant| &mut grant.access_tokens),
            Subject::ServiceAccount { email, .. } => self.service_accounts.issued_to(email),
            Subject::Client { id } => self.clients.get_mut(id).map(|client| &mut client.access_tokens),
        };
        if let Some(issued) = issued {
            forget_old_tokens(issued, &mut self.access_tokens, now_ms);
            issued.push_back(fingerprint);
        }
        let expires_at_ms = now_ms + lifetime_ms;
        self.access_tokens.insert(fingerprint, AccessToken { subject, scopes, issued_at_ms: now_ms, expires_at_ms });
        Ok(token)
    }

    /// The access token with this fingerprint, if it still works.
    pub(crate) fn living_access_token(&self, fingerprint: &Fingerprint, now_ms: i64) -> Option<&AccessToken> {
        self.access_tokens.get(fingerprint).filter(|token| now_ms < token.expires_at_ms)
    }
}

fn forget_old_tokens(
    issued: &mut VecDeque<Fingerprint>,
    tokens: &mut std::collections::HashMap<Fingerprint, AccessToken>,
    now_ms: i64,
) {
    while let Some(oldest) = issued.front() {
        let expired = tokens.get(oldest).is_none_or(|token| token.expires_at_ms <= now_ms);
        if !expired && issued.len() < LIVING_TOKENS_PER_SUBJECT {
            break;
        }
        tokens.remove(oldest);
        issued.pop_front();
    }
}
