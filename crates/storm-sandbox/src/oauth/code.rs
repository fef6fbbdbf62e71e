//! Authorization codes: single use, ten minutes, bound to client, redirect URI and PKCE challenge.
//!
//! A used code is remembered until it would have expired, because seeing it twice means that someone copied it
//! (RFC 6749 §4.1.2). Codes live in memory only; a restart in the middle of a sign-in asks the person to begin again.

use std::collections::HashMap;

use crate::secret::Fingerprint;

/// How long a code can be used.
const CODE_LIFETIME_MS: i64 = 600_000;
/// More than any rehearsal has open at once.
const MOST_CODES: usize = 10_000;

/// What a code stands for.
#[derive(Clone)]
pub(crate) struct PendingCode {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) code_challenge: String,
    pub(crate) account: String,
    pub(crate) scopes: Vec<String>,
    /// Returned in the ID token.
    pub(crate) nonce: Option<String>,
}

enum Code {
    Fresh(PendingCode),
    /// Used; the grant it became, if its use succeeded.
    Used(Option<String>),
}

/// What became of a code that was presented.
pub(crate) enum Redeemed {
    /// It was fresh, and now is used.
    Fresh(PendingCode),
    /// It was used before; the grant it became.
    Again(Option<String>),
    /// Unknown or expired.
    Unknown,
}

/// All codes.
#[derive(Default)]
pub(crate) struct Codes {
    codes: HashMap<Fingerprint, (i64, Code)>,
}

impl Codes {
    /// Remembers a new code.
    pub(crate) fn issue(&mut self, code: &str, pending: PendingCode, now_ms: i64) {
        self.codes.retain(|_, (expires_at_ms, _)| now_ms < *expires_at_ms);
        if self.codes.len() < MOST_CODES {
            self.codes.insert(Fingerprint::of(code), (now_ms + CODE_LIFETIME_MS, Code::Fresh(pending)));
        }
    }

    /// Takes a code: whatever follows, it is used.
    pub(crate) fn redeem(&mut self, code: &str, now_ms: i64) -> Redeemed {
        let Some((expires_at_ms, code)) = self.codes.get_mut(&Fingerprint::of(code)) else { return Redeemed::Unknown };
        if *expires_at_ms <= now_ms {
            return Redeemed::Unknown;
        }
        match std::mem::replace(code, Code::Used(None)) {
            Code::Fresh(pending) => Redeemed::Fresh(pending),
            Code::Used(grant) => {
                *code = Code::Used(grant.clone());
                Redeemed::Again(grant)
            }
        }
    }

    /// Notes which grant a used code became.
    pub(crate) fn became(&mut self, code: &str, grant_id: &str) {
        if let Some((_, used)) = self.codes.get_mut(&Fingerprint::of(code)) {
            *used = Code::Used(Some(grant_id.to_owned()));
        }
    }
}
