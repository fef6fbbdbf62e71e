//! Verifying: one cheap authenticated request, four outcomes, and only one of them says that a credential is dead.

use storm_domain::{
    ActivityKind, Credential, ErrorCode, Failure, Hold, Integration, IntegrationId, Method, ProviderWords,
    RefreshFailure, TokenEvent, TokenState, Verdict, VerdictRecord, VerifyRequest,
};
use storm_secret::AccessToken;

use crate::client_credentials::holding;
use crate::engine::Engine;
use crate::error::ToFailure as _;
use crate::lend::Use;

/// What trying a grant gave.
pub(crate) enum Tried {
    /// A verdict.
    Said(Verdict),
    /// The userinfo endpoint named another subject than the ID token, so that its answer must not be used (OpenID Connect
    /// Core §5.3.2).
    AnotherSubject,
}

impl From<Tried> for Verdict {
    fn from(tried: Tried) -> Self {
        match tried {
            Tried::Said(verdict) => verdict,
            Tried::AnotherSubject => Self::CouldNotReach {
                reason: "The userinfo endpoint answered for another account than the one that signed in, so its answer was not used.".to_owned(),
            },
        }
    }
}

impl Engine {
    /// Verifies an integration's credential now, and keeps the verdict.
    ///
    /// # Errors
    /// When there is nothing to verify or the vault fails; an unreachable service is a verdict, not an error.
    pub async fn verify_integration(&self, id: IntegrationId) -> Result<Verdict, Failure> {
        match self.live(id).await?.hold {
            Some(Hold::Unproved) => self.prove(id).await,
            _ => self.verify_now(id).await,
        }
    }

    pub(crate) async fn verify_now(&self, id: IntegrationId) -> Result<Verdict, Failure> {
        let (integration, verdict) = self.verdict_now(id).await?;
        self.settle_verdict(&integration, &verdict).await?;
        Ok(verdict)
    }

    /// What the service says of the credential in use now. Nothing of it is kept yet.
    pub(crate) async fn verdict_now(&self, id: IntegrationId) -> Result<(Integration, Verdict), Failure> {
        loop {
            let integration = self.live(id).await?;
            let tried = self.active_number(id).await.map_err(|error| error.to_failure())?;
            let verdict = self.verdict_on_active(&integration).await?;
            // A key that was rotated away meanwhile is refused with good reason, which says nothing of the one in use.
            if matches!(verdict, Verdict::Refused { .. })
                && integration.method != Method::OAuth
                && self.active_number(id).await.map_err(|error| error.to_failure())? != tried
            {
                continue;
            }
            return Ok((integration, verdict));
        }
    }

    /// Keeps a verdict on the credential in use, and asks when one that works ends.
    pub(crate) async fn settle_verdict(&self, integration: &Integration, verdict: &Verdict) -> Result<(), Failure> {
        self.keep_verdict(integration, verdict).await?;
        if verdict.is_accepted() {
            self.learn_end(integration).await;
        }
        Ok(())
    }

    async fn verdict_on_active(&self, integration: &Integration) -> Result<Verdict, Failure> {
        let active = self.vault().active_generation(integration.id).await.map_err(|error| error.to_failure())?;
        let Some(active) = active else {
            return Err(Failure::new(ErrorCode::NotFound, "There is no credential to verify yet.", None));
        };
        let Some(request) = self.verify_request(integration)? else {
            return self.verdict_without_request(integration).await;
        };
        match &active.credential {
            credential if self.is_lasting(integration) => {
                Ok(self.parts.provider.verify(&request, credential, None).await)
            }
            // A refused key is tried itself, in case it was turned on again at the service.
            Credential::ServiceAccountKey(_) if matches!(integration.state, TokenState::NeedsReconnect { .. }) => {
                self.verdict_on(integration, &active.credential).await
            }
            Credential::ServiceAccountKey(_) => match self.exchange(integration).await {
                Ok(exchanged) => {
                    Ok(self.parts.provider.verify(&request, &active.credential, Some(&exchanged.token)).await)
                }
                Err(failure) => Ok(verdict_of_failure(failure)),
            },
            Credential::OAuthGrant(grant) if self.is_exchanged(integration) => match self.exchange(integration).await {
                Ok(exchanged) => Ok(self
                    .verdict_on_grant(&request, &Credential::OAuthGrant(holding(grant, &exchanged)))
                    .await
                    .into()),
                Err(failure) => Ok(verdict_of_failure(failure)),
            },
            Credential::OAuthGrant(_) => {
                let token = match self.access_token(integration, None, Use::Own).await {
                    Ok((token, _)) => token,
                    Err(failure) => return Ok(verdict_of_failure(failure)),
                };
                let verdict = self.verdict_with(&request, &active.credential, &token).await.into();
                if !matches!(verdict, Verdict::Refused { .. }) {
                    return Ok(verdict);
                }
                // The access token may have ended early. The service's word counts more than our clock: refresh, and ask again.
                match self.refresh_grant(integration.id, self.wanted_new(integration.id)).await {
                    Ok(fresh) => Ok(self.verdict_on_grant(&request, &fresh.credential).await.into()),
                    Err(Failure { code: ErrorCode::NotSupported, .. }) => Ok(verdict),
                    Err(failure) => Ok(verdict_of_failure(failure)),
                }
            }
            _ => Err(Failure::new(ErrorCode::NotSupported, "This kind of credential cannot be verified yet.", None)),
        }
    }

    /// Where a service offers nothing to ask, a refresh proves the grant.
    async fn verdict_without_request(&self, integration: &Integration) -> Result<Verdict, Failure> {
        match self.refresh_integration(integration.id).await {
            Ok(()) => Ok(Verdict::Works { account: integration.account.clone() }),
            Err(failure) if failure.code == ErrorCode::NotSupported => Err(failure),
            Err(failure) => Ok(verdict_of_failure(failure)),
        }
    }

    async fn verdict_on_grant(&self, request: &VerifyRequest, credential: &Credential) -> Tried {
        let token: Option<&AccessToken> = match credential {
            Credential::OAuthGrant(grant) => grant.access_token.as_ref(),
            _ => None,
        };
        match token {
            Some(token) => self.verdict_with(request, credential, token).await,
            None => Tried::Said(Verdict::CouldNotReach {
                reason: "The service's answer held no usable access token.".to_owned(),
            }),
        }
    }

    async fn verdict_with(&self, request: &VerifyRequest, credential: &Credential, token: &AccessToken) -> Tried {
        let verdict = self.parts.provider.verify(request, credential, Some(token)).await;
        let id_token = match credential {
            Credential::OAuthGrant(grant) if request.is_userinfo => grant.id_token.as_ref(),
            _ => None,
        };
        let subject = id_token.and_then(|id_token| self.parts.provider.subject_of(id_token));
        match (subject, verdict.account()) {
            (Some(subject), Some(account)) if account.id != ProviderWords::cleaned(&subject, "").code => {
                Tried::AnotherSubject
            }
            _ => Tried::Said(verdict),
        }
    }

    /// Tries an OAuth grant, active or not, without keeping anything of it.
    pub(crate) async fn try_grant(&self, integration: &Integration, grant: &Credential) -> Result<Tried, Failure> {
        match self.verify_request(integration)? {
            Some(request) => Ok(self.verdict_on_grant(&request, grant).await),
            None => Ok(Tried::Said(Verdict::Works { account: None })), // the service just issued it, and offers nothing else
        }
    }

    /// Tries any credential of an integration, active or not, without keeping anything of it.
    pub(crate) async fn verdict_on(
        &self,
        integration: &Integration,
        credential: &Credential,
    ) -> Result<Verdict, Failure> {
        let Some(request) = self.verify_request(integration)? else {
            return Ok(Verdict::Works { account: None }); // the service just issued it, and offers nothing else to ask
        };
        Ok(match credential {
            credential if self.is_lasting(integration) => self.parts.provider.verify(&request, credential, None).await,
            Credential::ServiceAccountKey(key) => match self.exchange_key(integration, key).await {
                Ok(exchanged) => self.parts.provider.verify(&request, credential, Some(&exchanged.token)).await,
                Err(RefreshFailure::GrantRefused(words)) => Verdict::Refused { reason: said(&words) },
                Err(failure) => Verdict::CouldNotReach { reason: failure.to_failure().message },
            },
            credential => self.verdict_on_grant(&request, credential).await.into(),
        })
    }

    /// Writes a verdict down, with what it says about the account and the credential.
    pub(crate) async fn keep_verdict(&self, integration: &Integration, verdict: &Verdict) -> Result<(), Failure> {
        let now = self.now();
        let event = match (verdict, integration.method) {
            (Verdict::Refused { reason }, Method::ApiKey | Method::ServiceAccount) => {
                Some(TokenEvent::CredentialRefused { words: ProviderWords::cleaned("refused", reason) })
            }
            (Verdict::Works { .. } | Verdict::WorksWithout { .. }, _) if self.is_lasting(integration) => {
                Some(TokenEvent::CredentialAccepted)
            }
            (Verdict::Works { .. } | Verdict::WorksWithout { .. }, Method::ServiceAccount)
                if matches!(integration.state, TokenState::NeedsReconnect { .. }) =>
            {
                Some(TokenEvent::CredentialSaved { expires_at: None, refreshable: true })
            }
            _ => None,
        };
        let written = self
            .change(integration.id, |row| {
                row.last_verdict = Some(VerdictRecord { verdict: verdict.clone(), at: now });
                if let Some(account) = verdict.account() {
                    row.account = Some(account.clone());
                }
                if let Some(event) = &event {
                    row.state = row.state.clone().step(event.clone(), now);
                }
                if verdict.is_accepted() && row.hold == Some(Hold::Unproved) {
                    row.release();
                }
            })
            .await
            .map_err(|error| error.to_failure())?;
        self.log(&written, ActivityKind::Verified { verdict: verdict.clone() }).await;
        if integration.hold == Some(Hold::Unproved) && written.hold.is_none() {
            self.log(&written, ActivityKind::SwitchedOn).await;
        }
        if let (TokenState::NeedsReconnect { reason, .. }, true) = (&written.state, written.state != integration.state)
        {
            self.log(&written, ActivityKind::ReconnectNeeded { reason: reason.clone() }).await;
        }
        Ok(())
    }
}

pub(crate) fn verdict_of_failure(failure: Failure) -> Verdict {
    match failure.code {
        ErrorCode::CredentialRefused | ErrorCode::ReconnectNeeded => Verdict::Refused { reason: failure.message },
        _ => Verdict::CouldNotReach { reason: failure.message },
    }
}

fn said(words: &ProviderWords) -> String {
    if words.description.is_empty() { words.code.clone() } else { words.description.clone() }
}
