//! Lending: an access token or an API key for another program, never a refresh token or a private key.

use std::sync::Arc;
use std::time::Duration;

use storm_domain::{
    Action, ActivityKind, Credential, ErrorCode, Event, Failure, Integration, IntegrationId, Method, OAuthGrant,
    Timestamp, TokenState, VaultError, is_bearer_type, is_dpop_type,
};
use storm_secret::{AccessToken, ApiKey};
use uuid::Uuid;

use crate::engine::Engine;
use crate::error::{ToFailure as _, reconnect_needed};
use crate::refresh::Wanted;
use crate::service_account::ExchangedToken;

/// What is lent.
#[derive(Debug)]
pub enum LentSecret {
    /// Of an OAuth grant or a service account.
    AccessToken(AccessToken),
    /// A pasted key.
    ApiKey(ApiKey),
}

/// One hand-out.
#[derive(Debug)]
pub struct Lent {
    /// The secret.
    pub secret: LentSecret,
    /// When it ends; None = unknown or never.
    pub expires_at: Option<Timestamp>,
    /// Of which integration.
    pub integration_id: IntegrationId,
}

/// What an access token is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Another program sends it as Bearer.
    Lending,
    /// It is verified with here, with a proof if it needs one.
    Own,
}

impl Engine {
    /// Lends the access of the integration called `name` (or with that id) to `consumer`.
    ///
    /// # Errors
    /// Not found, not allowed, paused, in need of its user, or not to be had with at least `min_lifetime` left.
    pub async fn lend(
        self: &Arc<Self>,
        name: &str,
        consumer: &str,
        min_lifetime: Option<Duration>,
    ) -> Result<Lent, Failure> {
        let integration = self.lendable(name).await?;
        let lent = self.secret_to_lend(&integration, min_lifetime).await;
        let (secret, expires_at) = lent.inspect_err(|failure| self.tell_if_in_vain(integration.id, failure))?;
        let lent = Lent { secret, expires_at, integration_id: integration.id };
        self.log_behind(integration, ActivityKind::Lent { consumer: consumer.to_owned() }).await;
        Ok(lent)
    }

    /// Another program asked for what only the user can help.
    pub(crate) fn tell_if_in_vain(&self, id: IntegrationId, failure: &Failure) {
        if matches!(failure.code, ErrorCode::ReconnectNeeded | ErrorCode::CredentialRefused) {
            self.parts.events.publish(Event::AskedInVain { id });
        }
    }

    async fn secret_to_lend(
        &self,
        integration: &Integration,
        min_lifetime: Option<Duration>,
    ) -> Result<(LentSecret, Option<Timestamp>), Failure> {
        match integration.method {
            Method::ApiKey if self.has_signing_key(integration) => Err(id_needed(integration)),
            Method::ApiKey => Ok((LentSecret::ApiKey(self.lendable_key(integration).await?.key), None)),
            _ if self.is_lasting(integration) => Err(certificate_not_lendable(integration)),
            Method::OAuth | Method::ServiceAccount => {
                let (token, expires_at) = self.access_token(integration, min_lifetime, Use::Lending).await?;
                Ok((LentSecret::AccessToken(token), expires_at))
            }
        }
    }

    /// The integration called `name`, if its user lets it be lent.
    pub(crate) async fn lendable(&self, name: &str) -> Result<Integration, Failure> {
        let integration = self.named(name).await?;
        if !integration.lending_allowed {
            return Err(Failure::new(
                ErrorCode::LendingNotAllowed,
                format!(
                    "Lending is off for “{}”. Switch on “Lend to other tools” on its Credentials tab to allow it.",
                    integration.name
                ),
                Some(Action::AllowLending),
            ));
        }
        Self::unless_moved_away(&integration)?;
        if integration.paused_at.is_some() {
            return Err(Failure::new(
                ErrorCode::Paused,
                format!("“{}” is paused. Resume it in Storm Connect first.", integration.name),
                None,
            ));
        }
        Ok(integration)
    }

    /// Writes the log after the hand-out, so that the caller does not wait for a disk; but not after [`Engine::shut_down`].
    pub(crate) async fn log_behind(self: &Arc<Self>, integration: Integration, what: ActivityKind) {
        let engine = Arc::clone(self);
        let write = async move { engine.log(&integration, what).await };
        if let Err(write) = self.behind.begin(write) {
            write.await;
        }
    }

    /// A usable access token: the present one, or a fresh one when less than `min_lifetime` is left of it. While the service
    /// has passing trouble, the present one is given as long as it lives.
    pub(crate) async fn access_token(
        &self,
        integration: &Integration,
        min_lifetime: Option<Duration>,
        purpose: Use,
    ) -> Result<(AccessToken, Option<Timestamp>), Failure> {
        let wanted = min_lifetime.unwrap_or_default();
        self.look_at_clocks();
        let now = self.now();
        let lasts = |end: Option<Timestamp>, long_enough: Duration| end.is_none_or(|end| now.after(long_enough) < end);
        let present = if self.is_exchanged(integration) {
            let kept = self.exchanged.kept(integration.id);
            kept.map(|kept| exchanged_token(kept, purpose)).transpose()?
        } else {
            self.present_token(integration.id, purpose).await?
        };
        if let Some((token, expires_at)) = &present
            && lasts(*expires_at, wanted)
            && !matches!(integration.state, TokenState::NeedsReconnect { .. })
        {
            return Ok((token.clone(), *expires_at));
        }
        match (self.fresh_token(integration, wanted, purpose).await, present) {
            (Ok((_, expires_at)), _) if !lasts(expires_at, wanted) => Err(not_so_long()),
            (Ok(fresh), _) => Ok(fresh),
            (Err(failure), Some((token, expires_at)))
                if lasts(expires_at, Duration::ZERO) && failure.code == ErrorCode::ServiceUnreachable =>
            {
                Ok((token, expires_at))
            }
            (Err(failure), _) => Err(failure),
        }
    }

    async fn present_token(
        &self,
        id: IntegrationId,
        purpose: Use,
    ) -> Result<Option<(AccessToken, Option<Timestamp>)>, Failure> {
        if let Some(unsaved) = self.unsaved_grant(id) {
            refuse_other_type(&unsaved, purpose)?;
            return Ok(self.current(id, unsaved));
        }
        let active = self.vault().active_generation(id).await.map_err(|error| error.to_failure())?;
        Ok(match active.map(|generation| generation.credential) {
            Some(Credential::OAuthGrant(grant)) => {
                refuse_other_type(&grant, purpose)?;
                self.current(id, grant)
            }
            _ => None,
        })
    }

    /// A grant's access token, if its age is known.
    fn current(&self, id: IntegrationId, grant: OAuthGrant) -> Option<(AccessToken, Option<Timestamp>)> {
        let is_known = self.knows_age_of(id, &grant);
        grant.access_token.filter(|_| is_known).map(|token| (token, grant.expires_at))
    }

    async fn fresh_token(
        &self,
        integration: &Integration,
        long_enough: Duration,
        purpose: Use,
    ) -> Result<(AccessToken, Option<Timestamp>), Failure> {
        if let Some(failure) = self.backing_off(integration) {
            return Err(failure);
        }
        if self.is_exchanged(integration) {
            self.exchanged.forget(integration.id);
            return exchanged_token(self.exchange(integration).await?, purpose);
        }
        match self.refresh_grant(integration.id, Wanted::Lasting(long_enough)).await?.credential {
            Credential::OAuthGrant(grant) => {
                refuse_other_type(&grant, purpose)?;
                match grant.access_token {
                    Some(token) => Ok((token, grant.expires_at)),
                    None => Err(reconnect_needed("The service's answer held no usable access token.")),
                }
            }
            _ => Err(crate::engine::internal("This credential is not an OAuth grant.")),
        }
    }

    /// The id of the one integration that is called so, or has that id.
    ///
    /// # Errors
    /// Not found, or several of that name.
    pub async fn id_of_name(&self, name: &str) -> Result<IntegrationId, Failure> {
        Ok(self.named(name).await?.id)
    }

    /// The one integration that is called so, or has that id.
    async fn named(&self, name: &str) -> Result<Integration, Failure> {
        let mut found = self.vault().integrations_called(name).await.map_err(|error| error.to_failure())?;
        if let Ok(id) = Uuid::parse_str(name).map(IntegrationId)
            && found.iter().all(|row| row.id != id)
        {
            match self.vault().integration(id).await {
                Ok(row) => found.push(row),
                Err(VaultError::NotFound) => {}
                Err(error) => return Err(error.to_failure()),
            }
        }
        found.retain(|row| row.trashed_at.is_none());
        match (found.pop(), found.pop()) {
            (Some(only), None) => Ok(only),
            (Some(_), Some(_)) => Err(Failure::new(
                ErrorCode::NotFound,
                format!("Several integrations are called “{name}”. Rename one of them, or use its id."),
                None,
            )),
            (None, _) => {
                Err(Failure::new(ErrorCode::NotFound, format!("There is no integration called “{name}”."), None))
            }
        }
    }
}

pub(crate) fn not_so_long() -> Failure {
    Failure::new(
        ErrorCode::NotSupported,
        "The service's tokens do not live as long as was asked for. Ask for a shorter time.",
        None,
    )
}

/// The secret of a key that signs is of no use without its id.
fn id_needed(integration: &Integration) -> Failure {
    let name = &integration.name;
    let message = format!(
        "The key of “{name}” signs requests, so it is of use only together with its id. Ask for both with --format aws, or have AWS tools ask by this line of ~/.aws/config: credential_process = storm token \"{name}\" --format aws"
    );
    Failure::new(ErrorCode::NotSupported, message, None)
}

/// Who has the private key is the one whom the certificate names, until that ends; no shorter-lived access can be made of it.
fn certificate_not_lendable(integration: &Integration) -> Failure {
    let message = format!(
        "“{}” is proved by a certificate, whose private key stays in Storm Connect: whoever has it can act as its owner until it ends, and nothing short-lived can be made of it here. Give other tools a token of a service account instead.",
        integration.name
    );
    Failure::new(ErrorCode::NotSupported, message, None)
}

fn exchanged_token(kept: ExchangedToken, purpose: Use) -> Result<(AccessToken, Option<Timestamp>), Failure> {
    let token_type = kept.token_type.as_deref().unwrap_or("Bearer");
    let is_ours = purpose == Use::Own && is_dpop_type(token_type);
    if is_bearer_type(token_type) || is_ours {
        Ok((kept.token, kept.expires_at))
    } else {
        Err(not_lendable(token_type))
    }
}

/// A token of another type (RFC 6749 §7.1) is of no use to whoever sends it as Bearer. One that is bound to a key of ours is of
/// use to nobody else.
fn refuse_other_type(grant: &OAuthGrant, purpose: Use) -> Result<(), Failure> {
    let is_ours = purpose == Use::Own && grant.proof_key().is_some();
    if grant.is_bearer() || is_ours {
        return Ok(());
    }
    Err(not_lendable(grant.token_type.as_deref().unwrap_or_default()))
}

fn not_lendable(token_type: &str) -> Failure {
    let message = if is_dpop_type(token_type) {
        "The service binds this token to a key that stays in Storm Connect (DPoP), so it is of no use to other tools. It is kept, but not handed out."
    } else {
        "The service gave a token of a type that other tools cannot send as Bearer. It is kept, but not handed out."
    };
    Failure::new(ErrorCode::NotSupported, message, None)
}
