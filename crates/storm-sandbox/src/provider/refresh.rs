//! Using a refresh token: rotation, the grace period, and the discovery of reuse.
//!
//! One function, because the order is the point: whose token, is the grant alive, is the token the current one, is it a
//! replaced one inside its grace, and only then is it reuse.

use super::Provider;
use super::grant::{EndReason, IssuedTokens};
use crate::SandboxError;
use crate::secret::Fingerprint;
use crate::settings::{Settings, milliseconds};

/// Why a refresh token was refused.
#[derive(Debug)]
pub(crate) enum RefreshRefusal {
    /// Unknown, another client's, replaced, or of an ended grant: `invalid_grant`.
    InvalidGrant,
    /// More was asked for than was granted: `invalid_scope`.
    InvalidScope,
    /// The service failed.
    Failed(SandboxError),
}

impl From<SandboxError> for RefreshRefusal {
    fn from(error: SandboxError) -> Self {
        Self::Failed(error)
    }
}

impl Provider {
    /// Answers the use of a refresh token by an authenticated client.
    pub(crate) fn refresh(
        &mut self,
        refresh_token: &str,
        client_id: &str,
        requested_scopes: Option<Vec<String>>,
        settings: &Settings,
        now_ms: i64,
    ) -> Result<IssuedTokens, RefreshRefusal> {
        let fingerprint = Fingerprint::of(refresh_token);
        let grant = self.grant_of_refresh_token(&fingerprint).ok_or(RefreshRefusal::InvalidGrant)?;
        if grant.client_id != client_id || grant.ended.is_some() {
            return Err(RefreshRefusal::InvalidGrant);
        }
        let id = grant.id.clone();

        let older_than = |since_ms: i64, limit: Option<u64>| limit.is_some_and(|s| now_ms - since_ms > milliseconds(s));
        let overdue = if older_than(grant.created_at_ms, settings.refresh_absolute_s) {
            Some(EndReason::Expired)
        } else if older_than(grant.last_used_at_ms, settings.refresh_idle_s) {
            Some(EndReason::Idle)
        } else {
            None
        };
        if let Some(reason) = overdue {
            self.end_grant(&id, reason, now_ms);
            return Err(RefreshRefusal::InvalidGrant);
        }

        if grant.current != Some(fingerprint) {
            let replaced_at_ms = grant.replaced.iter().find(|old| old.fingerprint == fingerprint).map(|old| old.at_ms);
            let in_grace = replaced_at_ms.is_some_and(|at_ms| {
                settings.reuse_grace_s > 0 && now_ms - at_ms <= milliseconds(settings.reuse_grace_s)
            });
            if !in_grace {
                if settings.reuse_kills_grant {
                    self.end_grant(&id, EndReason::RefreshTokenReused, now_ms);
                }
                return Err(RefreshRefusal::InvalidGrant);
            }
            if let Some(answer) = &grant.last_answer {
                return Ok(answer.clone());
            }
        }

        let scopes = match requested_scopes {
            Some(requested) if requested.iter().all(|scope| grant.scopes.contains(scope)) => requested,
            Some(_) => return Err(RefreshRefusal::InvalidScope),
            None => grant.scopes.clone(),
        };
        let scopes = limit_scopes(scopes, settings);
        Ok(self.issue_tokens(&id, scopes, settings.refresh_rotation, settings, now_ms)?)
    }
}

/// What of the requested scopes the settings allow.
pub(crate) fn limit_scopes(mut scopes: Vec<String>, settings: &Settings) -> Vec<String> {
    if let Some(allowed) = &settings.grant_only_scopes {
        scopes.retain(|scope| allowed.contains(scope));
    }
    scopes
}

#[cfg(test)]
mod tests {
    use super::super::Provider;
    use super::super::grant::EndReason;
    use super::{IssuedTokens, RefreshRefusal, Settings};

    fn granted(settings: &Settings) -> (Provider, String, String) {
        let mut provider = Provider::default();
        let scopes = vec!["read".to_owned()];
        let (id, tokens) = provider.begin_grant("ada", "practice-desktop", scopes, settings, 0).unwrap();
        (provider, id, tokens.refresh_token.unwrap())
    }

    fn refresh(
        provider: &mut Provider,
        token: &str,
        settings: &Settings,
        now_ms: i64,
    ) -> Result<IssuedTokens, RefreshRefusal> {
        provider.refresh(token, "practice-desktop", None, settings, now_ms)
    }

    #[test]
    fn each_use_issues_a_new_refresh_token() {
        let settings = Settings::default();
        let (mut provider, id, first) = granted(&settings);
        let second = refresh(&mut provider, &first, &settings, 1000).ok().and_then(|t| t.refresh_token).unwrap();
        assert_ne!(first, second);
        assert!(refresh(&mut provider, &second, &settings, 2000).is_ok());
        assert_eq!(provider.grants[&id].refresh_generation, 3);
    }

    #[test]
    fn reuse_ends_the_grant_and_its_access_tokens() {
        let settings = Settings::default();
        let (mut provider, id, first) = granted(&settings);
        let second = refresh(&mut provider, &first, &settings, 1).ok().and_then(|t| t.refresh_token).unwrap();
        assert!(matches!(refresh(&mut provider, &first, &settings, 2), Err(RefreshRefusal::InvalidGrant)));
        assert_eq!(provider.grants[&id].ended.unwrap().reason, EndReason::RefreshTokenReused);
        assert!(matches!(refresh(&mut provider, &second, &settings, 3), Err(RefreshRefusal::InvalidGrant)));
        assert!(provider.access_tokens.is_empty());
    }

    #[test]
    fn inside_the_grace_the_same_answer_is_given_again() {
        let settings = Settings { reuse_grace_s: 10, ..Settings::default() };
        let (mut provider, id, first) = granted(&settings);
        let answer = refresh(&mut provider, &first, &settings, 1000).ok().unwrap();
        let again = refresh(&mut provider, &first, &settings, 11_000).ok().unwrap();
        assert_eq!(answer.refresh_token, again.refresh_token);
        assert_eq!(answer.access_token, again.access_token);
        assert!(refresh(&mut provider, &first, &settings, 11_001).is_err());
        assert!(provider.grants[&id].ended.is_some());
    }

    #[test]
    fn reuse_may_be_refused_without_ending_the_grant() {
        let settings = Settings { reuse_kills_grant: false, ..Settings::default() };
        let (mut provider, _, first) = granted(&settings);
        let second = refresh(&mut provider, &first, &settings, 1).ok().and_then(|t| t.refresh_token).unwrap();
        assert!(refresh(&mut provider, &first, &settings, 2).is_err());
        assert!(refresh(&mut provider, &second, &settings, 3).is_ok());
    }

    #[test]
    fn without_rotation_the_same_token_keeps_working_and_none_is_issued() {
        let settings = Settings { refresh_rotation: false, ..Settings::default() };
        let (mut provider, _, first) = granted(&settings);
        for now_ms in 1..4 {
            assert!(refresh(&mut provider, &first, &settings, now_ms).ok().unwrap().refresh_token.is_none());
        }
    }

    #[test]
    fn an_idle_grant_and_an_old_grant_end() {
        let idle = Settings { refresh_idle_s: Some(10), ..Settings::default() };
        let (mut provider, id, first) = granted(&idle);
        assert!(refresh(&mut provider, &first, &idle, 10_001).is_err());
        assert_eq!(provider.grants[&id].ended.unwrap().reason, EndReason::Idle);

        let absolute = Settings { refresh_absolute_s: Some(10), ..Settings::default() };
        let (mut provider, id, first) = granted(&absolute);
        assert!(refresh(&mut provider, &first, &absolute, 10_001).is_err());
        assert_eq!(provider.grants[&id].ended.unwrap().reason, EndReason::Expired);
    }

    #[test]
    fn another_clients_token_is_refused_and_left_alone() {
        let settings = Settings::default();
        let (mut provider, id, first) = granted(&settings);
        assert!(provider.refresh(&first, "practice-web", None, &settings, 1).is_err());
        assert!(provider.grants[&id].ended.is_none());
        assert!(refresh(&mut provider, &first, &settings, 2).is_ok());
    }

    #[test]
    fn after_a_restart_inside_the_grace_a_replaced_token_still_saves_the_grant() {
        let settings = Settings { reuse_grace_s: 60, ..Settings::default() };
        let (mut provider, _, first) = granted(&settings);
        assert!(refresh(&mut provider, &first, &settings, 1).is_ok());
        let written = serde_json::to_string(&provider).unwrap();
        let mut provider = serde_json::from_str::<Provider>(&written).unwrap().with_indexes();
        assert!(refresh(&mut provider, &first, &settings, 2).is_ok());
    }
}
