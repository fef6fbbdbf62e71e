//! Whether a service takes a client secret, found out without spending a grant.
//!
//! A service authenticates the client before it looks at the grant (RFC 6749 §3.2.1, §5.2): a refresh token that nobody ever had
//! is answered with `invalid_client` when the secret is wrong, and with a complaint about the grant when it is right. Not every
//! service keeps that order, so a complaint about the grant counts only where a secret that nobody ever had is answered
//! otherwise. A client in its own name is asked for a real token instead, which costs nobody anything (§4.4).
//!
//! INVARIANT: no token or code of anybody is sent.

use storm_domain::port::{ClientIdentity, TokenGrant, TokenRequest};
use storm_domain::{
    AuthorizationGrant, Credential, Failure, Integration, OAuthService, ProviderWords, RefreshFailure, RegistrationId,
    VaultError,
};
use storm_secret::{ClientSecret, RefreshToken};

use crate::authorization::empty_grant;
use crate::engine::Engine;
use crate::error::{ToFailure as _, transient_words};

/// What a service says of a client secret.
pub(super) enum Word {
    /// It takes it.
    Believed,
    /// It does not.
    Refused(ProviderWords),
    /// It answers the same to a wrong one.
    Untold,
    /// It did not answer; in plain words.
    Unreached(String),
}

impl Engine {
    /// What the service says of the secret that is not in use.
    pub(super) async fn word_on_spare_secret(&self, id: RegistrationId) -> Result<Word, Failure> {
        let spare = self.vault().spare_secret(id).await.map_err(|error| error.to_failure())?;
        let spare = spare.ok_or_else(|| VaultError::NotFound.to_failure())?;
        let registration = self.registration(id).await?;
        let sharers = self.sharers_of(id).await?;
        let integration = sharers.first().ok_or_else(|| VaultError::NotFound.to_failure())?;
        let service = self.connector(&integration.connector_id)?.oauth_service(&integration.fields);
        let service = service.map_err(|error| error.to_failure())?;
        let client = |secret| ClientIdentity { client_id: registration.client_id.clone(), client_secret: Some(secret) };
        if service.grant == AuthorizationGrant::ClientCredentials {
            return self.word_of_token(integration, &service, &client(spare)).await;
        }
        Ok(match self.word_of_made_up_grant(&service, &client(spare)).await? {
            Word::Untold => {
                let made_up = ClientSecret::new(self.make_up());
                match self.word_of_made_up_grant(&service, &client(made_up)).await? {
                    Word::Refused(_) => Word::Believed,
                    word => word,
                }
            }
            word => word,
        })
    }

    /// Asks for a token of a client in its own name, and forgets it.
    async fn word_of_token(
        &self,
        integration: &Integration,
        service: &OAuthService,
        client: &ClientIdentity,
    ) -> Result<Word, Failure> {
        let active = self.vault().active_generation(integration.id).await.map_err(|error| error.to_failure())?;
        let grant = match active.map(|generation| generation.credential) {
            Some(Credential::OAuthGrant(grant)) => grant,
            _ => empty_grant(self.now()),
        };
        Ok(match self.ask_as_client(integration, service, client, &grant).await {
            Ok(_) => Word::Believed,
            Err(failure) => word_of(failure),
        })
    }

    /// Presents a refresh token that nobody ever had. [`Word::Untold`]: the answer is not about the client.
    async fn word_of_made_up_grant(&self, service: &OAuthService, client: &ClientIdentity) -> Result<Word, Failure> {
        let made_up = RefreshToken::new(self.make_up());
        let dpop_key = if service.dpop { Some(self.make_dpop_key()?) } else { None };
        let grant = TokenGrant::RefreshToken(&made_up);
        let request = TokenRequest { service, client, grant, dpop_key: dpop_key.as_ref() };
        Ok(match self.parts.provider.send_token_request(request).await {
            Ok(answer) => match self.parts.provider.read_token_answer(service, &answer).access {
                Ok(_) => Word::Untold, // it gives tokens to anybody
                Err(failure) => word_of(failure),
            },
            Err(failure) => Word::Unreached(transient_words(failure.kind).to_owned()),
        })
    }

    /// A text that nobody ever had.
    fn make_up(&self) -> String {
        self.parts.entropy.make_uuid().simple().to_string()
    }
}

/// What a refused token request says of the client.
fn word_of(failure: RefreshFailure) -> Word {
    match failure {
        RefreshFailure::RegistrationRefused(words) if is_about_client(&words) => Word::Refused(words),
        RefreshFailure::Transient { kind, .. } => Word::Unreached(transient_words(kind).to_owned()),
        _ => Word::Untold,
    }
}

/// Whether words about an app registration say that it was not believed. `unauthorized_client` is said to one that was.
pub(super) fn is_about_client(words: &ProviderWords) -> bool {
    !words.code.eq_ignore_ascii_case("unauthorized_client")
}
