//! Why something failed: the checks that a person would make, in their order, up to the first true cause.
//!
//! The order: the vault, the network, proxy and certificate, the clock, another refresh, a retry that is under way, what the
//! service is known for, the app registration, the grant. What the service itself has said is evidence that it was reached, so
//! what stands in the way *now* is no cause of it then.
//!
//! INVARIANT: examining changes nothing and sends no credential.

mod case;
mod way;
mod words;

use storm_connectors::Connector;
use storm_domain::port::{CertificateFault, Obstacle, Probe, Reached};
use storm_domain::{
    Cause, Credential, Failure, Integration, IntegrationId, Method, ProviderWords, ReconnectReason, RefreshFailure,
    Timestamp, TransientKind, Trouble,
};

use case::Case;
pub(crate) use case::Complaint;
use url::Url;

use crate::engine::{Engine, lock};
use crate::view::{ExaminationSubject, FindingView};

impl Engine {
    /// Looks for what stands behind a failure. None = the failure itself says all there is to say.
    ///
    /// # Errors
    /// When the subject is not there any more, or the vault cannot be read.
    pub async fn examine(&self, subject: ExaminationSubject) -> Result<Option<FindingView>, Failure> {
        let case = self.case_of(subject).await?;
        let cause = self.first_true_cause(&case).await?;
        Ok(cause.map(|cause| words::worded(cause, &case)))
    }

    async fn first_true_cause(&self, case: &Case) -> Result<Option<Cause>, Failure> {
        if matches!(case.complaint, Complaint::Trouble(Trouble::Vault)) {
            return Ok(Some(Cause::VaultNotWritable));
        }
        if matches!(case.complaint, Complaint::Explained) {
            return Ok(None);
        }
        if let Some(cause) = self.on_the_way(case).await {
            return Ok(Some(cause));
        }
        if let Some(cause) = self.meanwhile(case).await? {
            return Ok(Some(cause));
        }
        Ok(said(case))
    }

    /// Network, proxy, certificate, clock.
    async fn on_the_way(&self, case: &Case) -> Option<Cause> {
        if case.complaint.is_about_the_grant() && case.method == Method::OAuth {
            return None; // neither a network nor a clock makes a service end a grant
        }
        let door = case.door.as_ref()?;
        let probe = self.parts.network.probe(door).await;
        if probe.outcome.is_err() && case.complaint.is_of_the_service() {
            return None; // it was reached then
        }
        let is_unknown =
            matches!(&probe.outcome, Err(Obstacle::Certificate(CertificateFault::UnknownAuthority { .. })));
        if is_unknown && self.has_own_authorities(case).await {
            return None; // the probe does not know whom the key's file names
        }
        self.cause_on_the_way(door, &probe).await
    }

    async fn cause_on_the_way(&self, door: &Url, probe: &Probe) -> Option<Cause> {
        let host = door.host_str()?.to_owned();
        match &probe.outcome {
            Ok(Reached { server_time, at }) => {
                self.clock_seen.note(*server_time, *at);
                way::clock_off((*server_time)?, *at)
            }
            Err(obstacle) => {
                let others = self.other_hosts(&host).await;
                Some(way::cause_of(self.parts.network.as_ref(), door, probe.proxy.as_deref(), obstacle, &others).await)
            }
        }
    }

    /// Whether the key in use names who signs its service.
    async fn has_own_authorities(&self, case: &Case) -> bool {
        let Some(integration) = &case.integration else { return false };
        let active = self.vault().active_generation(integration.id).await.ok().flatten();
        matches!(active.map(|one| one.credential), Some(Credential::ServiceAccountKey(key)) if !key.authorities.is_empty())
    }

    /// What a probe of an integration's service met, in words.
    pub(crate) async fn finding_on_the_way(&self, row: &Integration, door: &Url, probe: &Probe) -> Option<FindingView> {
        let cause = self.cause_on_the_way(door, probe).await?;
        Some(words::worded(cause, &self.case(row, Complaint::Unreached, true)))
    }

    /// What happened to the credential since: a newer token, a retry.
    async fn meanwhile(&self, case: &Case) -> Result<Option<Cause>, Failure> {
        let Some(integration) = &case.integration else { return Ok(None) };
        match &case.complaint {
            Complaint::None => Ok(integration.last_refreshed_at.map(|_| Cause::RefreshedMeanwhile)),
            Complaint::Reconnect { since, .. } => {
                let obtained_at = self.obtained_at(integration.id).await;
                Ok(obtained_at.filter(|at| at > since).map(|_| Cause::RefreshedMeanwhile))
            }
            Complaint::Trouble(_) => {
                let unfinished = lock(&self.unfinished);
                let retried = unfinished.get(&integration.id).zip(case.until);
                Ok(retried.map(|(one, until)| Cause::RefreshRetried { at: one.sent_at, by: one.by, until }))
            }
            _ => Ok(None),
        }
    }

    /// When the grant in use was obtained. A record that cannot be read has no time.
    pub(crate) async fn obtained_at(&self, id: IntegrationId) -> Option<Timestamp> {
        match self.vault().active_generation(id).await.ok()??.credential {
            Credential::OAuthGrant(grant) => Some(grant.obtained_at),
            _ => None,
        }
    }
}

/// What the service said, or what is left when nothing stands in the way.
fn said(case: &Case) -> Option<Cause> {
    let host = || case.door.as_ref().and_then(|door| door.host_str()).unwrap_or_default().to_owned();
    match &case.complaint {
        Complaint::Trouble(Trouble::Service { kind }) => Some(of_kind(*kind, host())),
        Complaint::Trouble(Trouble::Registration { words }) => Some(of_registration(case, words)),
        Complaint::Trouble(Trouble::Request { words }) => Some(of_request(case, words)),
        Complaint::Failed(failure) => of_failure(case, failure, host()),
        Complaint::Redirected(words) => Some(of_redirect(case, words)),
        Complaint::Reconnect { reason, .. } => of_reason(case, reason),
        Complaint::Unreached => Some(Cause::PassedBy { host: host() }),
        _ => None,
    }
}

fn of_failure(case: &Case, failure: &RefreshFailure, host: String) -> Option<Cause> {
    match failure {
        RefreshFailure::GrantRefused(words) => {
            let refused = || Cause::GrantRefused { words: words.clone() };
            Some(known(case, words).or_else(|| redirect_not_registered(words)).unwrap_or_else(refused))
        }
        RefreshFailure::InteractionRequired(words) => {
            Some(known(case, words).unwrap_or_else(|| Cause::InteractionRequired { words: words.clone() }))
        }
        RefreshFailure::RegistrationRefused(words) => Some(of_registration(case, words)),
        RefreshFailure::RequestRefused(words) => Some(of_request(case, words)),
        RefreshFailure::Transient { kind, .. } => Some(of_kind(*kind, host)),
        RefreshFailure::NotPrepared | RefreshFailure::NotStored => Some(Cause::VaultNotWritable),
        _ => None,
    }
}

fn of_reason(case: &Case, reason: &ReconnectReason) -> Option<Cause> {
    match reason {
        ReconnectReason::GrantRefused { words } => {
            Some(known(case, words).unwrap_or_else(|| Cause::GrantRefused { words: words.clone() }))
        }
        ReconnectReason::InteractionRequired { words } => {
            Some(known(case, words).unwrap_or_else(|| Cause::InteractionRequired { words: words.clone() }))
        }
        ReconnectReason::KeyRefused { words } => {
            Some(known(case, words).unwrap_or_else(|| Cause::KeyRefused { words: words.clone() }))
        }
        ReconnectReason::RefreshInterrupted { at, by } => Some(Cause::RefreshInterrupted { at: *at, by: *by }),
        ReconnectReason::AccessTokenEnded => Some(Cause::AccessTokenEnded),
        ReconnectReason::RecordDamaged => Some(Cause::RecordDamaged),
        _ => None,
    }
}

fn of_registration(case: &Case, words: &ProviderWords) -> Cause {
    known(case, words)
        .or_else(|| redirect_not_registered(words))
        .unwrap_or_else(|| Cause::RegistrationRefused { words: words.clone() })
}

fn of_request(case: &Case, words: &ProviderWords) -> Cause {
    known(case, words)
        .or_else(|| redirect_not_registered(words))
        .unwrap_or_else(|| Cause::RequestRefused { words: words.clone() })
}

/// An error in the redirect (RFC 6749 §4.1.2.1).
fn of_redirect(case: &Case, words: &ProviderWords) -> Cause {
    match words.code.as_str() {
        "unauthorized_client" | "invalid_client" => of_registration(case, words),
        "server_error" | "temporarily_unavailable" if known(case, words).is_none() => {
            Cause::ServiceBusy { host: case.host() }
        }
        _ => of_request(case, words),
    }
}

/// Trouble that passed, or that is not on the way but at its end.
fn of_kind(kind: TransientKind, host: String) -> Cause {
    match kind {
        TransientKind::ServiceBusy => Cause::ServiceBusy { host },
        TransientKind::NotAnAnswer | TransientKind::Redirected => Cause::NetworkSignIn { host },
        TransientKind::TooLarge | TransientKind::UnusableToken => Cause::AnswerNotUsable { host },
        _ => Cause::PassedBy { host },
    }
}

fn known(case: &Case, words: &ProviderWords) -> Option<Cause> {
    case.known_cause(words).map(|_| Cause::KnownOfService { words: words.clone() })
}

fn redirect_not_registered(words: &ProviderWords) -> Option<Cause> {
    let said = format!("{} {}", words.code, words.description).to_lowercase();
    let is_it = ["redirect_uri", "redirect uri", "redirect url"].iter().any(|part| said.contains(part));
    is_it.then(|| Cause::RedirectNotRegistered { words: words.clone() })
}

/// The connector of an integration, as far as the catalogue still has it.
fn connector_of(engine: &Engine, integration: &Integration) -> Option<&'static Connector> {
    engine.parts.catalogue.connector(&integration.connector_id)
}
