//! Grants: what one person allowed one client, and the chain of refresh tokens that keeps it alive.
//!
//! A grant ends once, with a reason, and stays in the list so that a rehearsal can see why. Replaced refresh tokens are
//! remembered (a bounded number of them), because using one again is the sign of a thief or of a lost answer.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{Provider, Subject};
use crate::SandboxError;
use crate::secret::{Fingerprint, REFRESH_TOKEN_PREFIX, make_id, make_secret};
use crate::settings::{Settings, milliseconds};

/// How many replaced refresh tokens a grant recognizes.
const REPLACED_TOKENS_REMEMBERED: usize = 128;
/// How many grants are kept once ended ones may give way.
const GRANTS_KEPT: usize = 20_000;

/// Why a grant is no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Through the control page or API: "the person revoked access".
    RevokedByControl,
    /// The client asked for it (RFC 7009).
    RevokedByClient,
    /// A replaced refresh token was used again.
    RefreshTokenReused,
    /// An authorization code was used again.
    CodeReused,
    /// Nobody refreshed it for too long.
    Idle,
    /// It reached its absolute lifetime.
    Expired,
}

/// When and why a grant ended.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Ended {
    /// Unix milliseconds.
    pub(crate) at_ms: i64,
    /// Why.
    pub(crate) reason: EndReason,
}

/// A refresh token that another one replaced.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Replaced {
    /// The old token.
    pub(crate) fingerprint: Fingerprint,
    /// When, in Unix milliseconds.
    pub(crate) at_ms: i64,
}

/// What one person allowed one client.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Grant {
    /// `gr_` and sixteen hexadecimal digits.
    pub(crate) id: String,
    /// The account's label.
    pub(crate) account: String,
    /// The client.
    pub(crate) client_id: String,
    /// What was granted.
    pub(crate) scopes: Vec<String>,
    /// When it was made, in Unix milliseconds.
    pub(crate) created_at_ms: i64,
    /// When a refresh token was last issued or used, in Unix milliseconds.
    pub(crate) last_used_at_ms: i64,
    /// Set when it is over.
    pub(crate) ended: Option<Ended>,
    /// How many refresh tokens it has had.
    pub(crate) refresh_generation: u64,
    /// The refresh token that works.
    pub(crate) current: Option<Fingerprint>,
    /// Those that no longer do, oldest first.
    pub(crate) replaced: VecDeque<Replaced>,
    /// Its living access tokens, oldest first.
    pub(crate) access_tokens: VecDeque<Fingerprint>,
    /// The last answer, to repeat inside the grace period; kept in memory only, and only while there is a grace period.
    #[serde(skip)]
    pub(crate) last_answer: Option<IssuedTokens>,
}

/// Tokens on their way out. Has no Debug: it holds the raw values.
#[derive(Clone)]
pub(crate) struct IssuedTokens {
    /// The access token.
    pub(crate) access_token: String,
    /// The refresh token, when one was issued.
    pub(crate) refresh_token: Option<String>,
    /// When the access token expires, in Unix milliseconds.
    pub(crate) expires_at_ms: i64,
    /// What it may do.
    pub(crate) scopes: Vec<String>,
}

impl Grant {
    /// Every refresh token this grant recognizes.
    pub(crate) fn refresh_fingerprints(&self) -> impl Iterator<Item = Fingerprint> + '_ {
        self.current.into_iter().chain(self.replaced.iter().map(|replaced| replaced.fingerprint))
    }
}

impl Provider {
    /// Makes a grant and issues its first tokens.
    pub(crate) fn begin_grant(
        &mut self,
        account: &str,
        client_id: &str,
        scopes: Vec<String>,
        settings: &Settings,
        now_ms: i64,
    ) -> Result<(String, IssuedTokens), SandboxError> {
        self.forget_old_grants();
        let id = make_id("gr_")?;
        let grant = Grant {
            id: id.clone(),
            account: account.to_owned(),
            client_id: client_id.to_owned(),
            scopes: scopes.clone(),
            created_at_ms: now_ms,
            last_used_at_ms: now_ms,
            ended: None,
            refresh_generation: 0,
            current: None,
            replaced: VecDeque::new(),
            access_tokens: VecDeque::new(),
            last_answer: None,
        };
        self.grants.insert(id.clone(), grant);
        let tokens = self.issue_tokens(&id, scopes, settings.issue_refresh_tokens, settings, now_ms)?;
        Ok((id, tokens))
    }

    /// Issues an access token and, if asked, the next refresh token, replacing the one before.
    pub(crate) fn issue_tokens(
        &mut self,
        grant_id: &str,
        scopes: Vec<String>,
        with_refresh_token: bool,
        settings: &Settings,
        now_ms: i64,
    ) -> Result<IssuedTokens, SandboxError> {
        let refresh_token = if with_refresh_token { Some(make_secret(REFRESH_TOKEN_PREFIX)?) } else { None };
        let lifetime_ms = milliseconds(settings.access_token_lifetime_s);
        let subject = Subject::Grant { id: grant_id.to_owned() };
        let access_token = self.issue_access_token(subject, scopes.clone(), now_ms, lifetime_ms)?;
        let tokens = IssuedTokens { access_token, refresh_token, expires_at_ms: now_ms + lifetime_ms, scopes };

        let grant = self.grants.get_mut(grant_id).ok_or(SandboxError::Unknown("grant"))?;
        grant.last_used_at_ms = now_ms;
        if let Some(token) = &tokens.refresh_token {
            let fingerprint = Fingerprint::of(token);
            if let Some(before) = grant.current.replace(fingerprint) {
                grant.replaced.push_back(Replaced { fingerprint: before, at_ms: now_ms });
            }
            grant.refresh_generation += 1;
            while grant.replaced.len() > REPLACED_TOKENS_REMEMBERED {
                if let Some(oldest) = grant.replaced.pop_front() {
                    self.refresh_tokens.remove(&oldest.fingerprint);
                }
            }
            self.refresh_tokens.insert(fingerprint, grant_id.to_owned());
        }
        grant.last_answer = (settings.reuse_grace_s > 0).then(|| tokens.clone());
        Ok(tokens)
    }

    /// The grant that a refresh token, current or replaced, belongs to.
    pub(crate) fn grant_of_refresh_token(&self, fingerprint: &Fingerprint) -> Option<&Grant> {
        self.grants.get(self.refresh_tokens.get(fingerprint)?)
    }

    /// Ends a grant and its access tokens. A grant that has ended keeps its first reason.
    pub(crate) fn end_grant(&mut self, id: &str, reason: EndReason, now_ms: i64) -> bool {
        let Some(grant) = self.grants.get_mut(id).filter(|grant| grant.ended.is_none()) else { return false };
        grant.ended = Some(Ended { at_ms: now_ms, reason });
        grant.last_answer = None;
        for token in grant.access_tokens.drain(..) {
            self.access_tokens.remove(&token);
        }
        true
    }

    /// Makes room: ended grants, oldest first, are forgotten when there are very many.
    fn forget_old_grants(&mut self) {
        if self.grants.len() < GRANTS_KEPT {
            return;
        }
        let mut ended: Vec<(i64, String)> =
            self.grants.values().filter_map(|grant| Some((grant.ended?.at_ms, grant.id.clone()))).collect();
        ended.sort_unstable();
        for (_, id) in ended.into_iter().take(GRANTS_KEPT / 10) {
            if let Some(grant) = self.grants.remove(&id) {
                for fingerprint in grant.refresh_fingerprints() {
                    self.refresh_tokens.remove(&fingerprint);
                }
            }
        }
    }
}
