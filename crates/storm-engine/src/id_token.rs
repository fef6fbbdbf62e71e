//! ID tokens where they come from: a sign-in, a refresh, and a sign-in that an earlier run did not finish.
//!
//! INVARIANT: a refused ID token costs a sign-in its new grant, and a refresh its new access token, never a refresh token of an
//! integration that is there. Where only the service's keys are out of reach, a refresh goes on and keeps the ID token it
//! had: the answer came over TLS from the pinned token endpoint, which is as good a proof (OpenID Connect Core §3.1.3.7, 6).

use storm_domain::port::{ClientIdentity, IdTokenCheck, IdTokenOf, KeySource};
use storm_domain::{
    Action, AnswerOddity, Credential, Delivery, ErrorCode, Failure, IdTokenError, Integration, OAuthGrant,
    OAuthService, RawTokenAnswer, RefreshFailure, Timestamp, TokenAnswerReading, TransientKind,
};
use storm_secret::Nonce;

use crate::engine::Engine;
use crate::error::transient_words;

/// Who was asked for a token, and as whom.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) service: &'a OAuthService,
    pub(crate) client: &'a ClientIdentity,
    /// Whether the service's keys may be fetched now.
    pub(crate) keys: KeySource,
}

impl Engine {
    /// Reads the answer to a refresh. An ID token that does not hold takes the access token with it, and nothing else.
    pub(crate) async fn read_refreshed(
        &self,
        asked: Asked<'_>,
        old: &OAuthGrant,
        answer: &RawTokenAnswer,
    ) -> TokenAnswerReading {
        let mut reading = self.parts.provider.read_token_answer(asked.service, answer);
        let (Some(id_token), Ok(access_token)) = (&reading.id_token, &reading.access) else { return reading };
        let checked = self.parts.provider.check_id_token(IdTokenCheck {
            id_token,
            service: asked.service,
            client: asked.client,
            access_token: Some(access_token),
            at: time_of(answer),
            of: IdTokenOf::Refresh(old.id_token.as_ref()),
            keys: asked.keys,
        });
        match checked.await {
            Ok(()) => {}
            Err(IdTokenError::KeysOutOfReach(kind)) => {
                tracing::info!(?kind, "an ID token could not be checked, and the earlier one is kept");
                reading.id_token = None;
            }
            Err(IdTokenError::Refused(fault)) => {
                reading.id_token = None;
                reading.oddities.push(AnswerOddity::IdToken(fault));
                reading.access = Err(RefreshFailure::Transient {
                    delivery: Delivery::Answered,
                    kind: TransientKind::IdTokenRefused,
                    retry_after: answer.retry_after,
                });
            }
        }
        reading
    }

    /// Checks the ID token of a new grant. `nonce` is what was sent; None = it is not known any more.
    pub(crate) async fn check_sign_in(
        &self,
        asked: Asked<'_>,
        grant: &OAuthGrant,
        nonce: Option<&Nonce>,
        at: Timestamp,
    ) -> Result<(), IdTokenError> {
        let Some(id_token) = &grant.id_token else { return Ok(()) };
        let check = IdTokenCheck {
            id_token,
            service: asked.service,
            client: asked.client,
            access_token: grant.access_token.as_ref(),
            at,
            of: IdTokenOf::SignIn(nonce),
            keys: asked.keys,
        };
        self.parts.provider.check_id_token(check).await
    }

    /// Ends a grant that was just issued and must not be used. Only for a new integration that shares its app registration
    /// with no other: a service may end everything that one account gave one client (RFC 7009 §2.1).
    pub(crate) async fn revoke_unused(&self, asked: Asked<'_>, integration: &Integration, grant: OAuthGrant) {
        let Some(revoke) = &asked.service.revoke else { return };
        let shares = |row: &Integration| row.id != integration.id && row.registration_id == integration.registration_id;
        match self.vault().integrations().await {
            Ok(rows) if !rows.iter().any(shares) => {}
            _ => return,
        }
        let target = Credential::OAuthGrant(grant);
        if let Err(failure) = self.parts.provider.revoke(revoke, &target, Some(asked.client), None).await {
            tracing::warn!(?failure, integration = %integration.id, "an unused grant was not revoked; it ends by itself");
        }
    }
}

/// By the service's clock where it told its time: the token's own times are its.
pub(crate) fn time_of(answer: &RawTokenAnswer) -> Timestamp {
    answer.server_time.unwrap_or(answer.received_at)
}

/// A sign-in whose ID token is not believed, in words.
pub(crate) fn sign_in_refused(error: IdTokenError) -> Failure {
    match error {
        IdTokenError::Refused(fault) => Failure::new(
            ErrorCode::IdTokenRefused,
            format!(
                "You approved, but the service's ID token was refused: {fault}. So it is not certain who signed in, and nothing was kept. If it happens again, tell whoever runs the service."
            ),
            Some(Action::Retry),
        ),
        IdTokenError::KeysOutOfReach(kind) => Failure::new(
            ErrorCode::ServiceUnreachable,
            format!(
                "You approved, but the keys that the service signs with could not be fetched, so it is not certain who signed in. Nothing was kept; authorize once more. {}",
                transient_words(kind)
            ),
            Some(Action::Retry),
        ),
    }
}

/// A sign-in after which the userinfo endpoint named another account than the ID token (Core §5.3.2).
pub(crate) fn another_subject() -> Failure {
    Failure::new(
        ErrorCode::IdTokenRefused,
        "You approved, but the service's ID token and its userinfo endpoint name two different accounts. So it is not certain who signed in, and nothing was kept. If it happens again, tell whoever runs the service.",
        Some(Action::Retry),
    )
}
