//! What is examined: who, where its service's door is, and what was said.

use std::collections::BTreeSet;
use std::time::Duration;

use storm_connectors::{Connector, KnownCause};
use storm_domain::{
    ActivityKind, Failure, Fields, Integration, Method, ProviderWords, ReconnectReason, RefreshFailure, RefreshState,
    Timestamp, TokenState, Trouble, Verdict,
};
use url::Url;

use super::connector_of;
use crate::engine::{Engine, lock};
use crate::view::ExaminationSubject;

/// What there is to explain.
#[derive(Debug, Clone)]
pub(crate) enum Complaint {
    /// A refresh is backing off.
    Trouble(Trouble),
    /// The integration needs its user.
    Reconnect { reason: ReconnectReason, since: Timestamp },
    /// The code of an authorization brought no grant.
    Failed(RefreshFailure),
    /// The browser came back with an error.
    Redirected(ProviderWords),
    /// The browser did not come back: perhaps it could not get there.
    NeverCameBack,
    /// A verification did not reach the service.
    Unreached,
    /// The failure says all there is: the user's own refusal, another program's port.
    Explained,
    /// Nothing is wrong.
    None,
}

impl Complaint {
    /// Whether the service itself was heard.
    pub(super) fn is_of_the_service(&self) -> bool {
        match self {
            Self::Trouble(trouble) => matches!(trouble, Trouble::Registration { .. } | Trouble::Request { .. }),
            Self::Failed(failure) => !matches!(failure, RefreshFailure::Transient { .. }),
            Self::Reconnect { .. } | Self::Redirected(_) | Self::None => true,
            Self::NeverCameBack | Self::Unreached | Self::Explained => false,
        }
    }

    /// Whether the service ended the grant, or what is left of it cannot be used.
    pub(super) fn is_about_the_grant(&self) -> bool {
        matches!(
            self,
            Self::Reconnect { .. }
                | Self::Failed(RefreshFailure::GrantRefused(_) | RefreshFailure::InteractionRequired(_))
        )
    }
}

pub(super) struct Case {
    pub(super) connector: Option<&'static Connector>,
    pub(super) method: Method,
    /// The service's name.
    pub(super) service: String,
    /// Whose door a token request knocks at.
    pub(super) door: Option<Url>,
    pub(super) integration: Option<Integration>,
    pub(super) complaint: Complaint,
    /// When it is tried again by itself.
    pub(super) until: Option<Timestamp>,
    /// Between the authorization and the refusal.
    days: Option<f64>,
}

impl Case {
    pub(super) fn known_cause(&self, words: &ProviderWords) -> Option<&'static KnownCause> {
        self.connector?.known_cause(self.method, words, self.days)
    }

    pub(super) fn host(&self) -> String {
        self.door.as_ref().and_then(|door| door.host_str()).unwrap_or_default().to_owned()
    }
}

impl Engine {
    pub(super) async fn case_of(&self, subject: ExaminationSubject) -> Result<Case, Failure> {
        match subject {
            ExaminationSubject::Integration { id } => {
                let integration = self.live(id).await?;
                let (complaint, until) = complaint_of(&integration);
                let days = match &complaint {
                    Complaint::Reconnect { since, .. } => self.days_since_authorization(&integration, *since).await,
                    _ => None,
                };
                Ok(Case { days, until, ..self.case(&integration, complaint, true) })
            }
            ExaminationSubject::Attempt { id } => {
                let (integration, is_new, complaint) = self.complaint_of_attempt(id)?;
                Ok(self.case(&integration, complaint, !is_new))
            }
            ExaminationSubject::Service { connector_id, method, fields } => {
                let connector = self.connector(&connector_id)?;
                // The failure of a first try came before there was anything to read it from.
                Ok(Case {
                    connector: Some(connector),
                    method,
                    service: connector.name.clone(),
                    door: door_of(connector, method, &fields),
                    integration: None,
                    complaint: Complaint::NeverCameBack,
                    until: None,
                    days: None,
                })
            }
        }
    }

    pub(super) fn case(&self, integration: &Integration, complaint: Complaint, is_stored: bool) -> Case {
        let connector = connector_of(self, integration);
        Case {
            connector,
            method: integration.method,
            service: connector.map_or_else(|| integration.name.clone(), |connector| connector.name.clone()),
            door: connector.and_then(|connector| door_of(connector, integration.method, &integration.fields)),
            integration: is_stored.then(|| integration.clone()),
            complaint,
            until: None,
            days: None,
        }
    }

    /// The hosts of all the user's services but this one, to tell a lost host from a lost network.
    pub(super) async fn other_hosts(&self, host: &str) -> Vec<String> {
        const ENOUGH: usize = 3;
        let rows = self.vault().integrations().await.unwrap_or_default();
        let mine = rows.iter().filter(|row| row.trashed_at.is_none()).filter_map(|row| self.door(row));
        let known = self.parts.catalogue.search("");
        let usual = known
            .into_iter()
            .filter_map(|one| one.methods.iter().find_map(|spec| door_of(one, spec.method(), &Fields::new())));
        let mut seen = BTreeSet::from([host.to_owned()]);
        mine.chain(usual)
            // A literal address is always "found".
            .filter(|door| matches!(door.host(), Some(url::Host::Domain(name)) if name != "localhost"))
            .filter_map(|door| door.host_str().map(str::to_owned))
            .filter(|other| seen.insert(other.clone()))
            .take(ENOUGH)
            .collect()
    }

    /// Where an integration's requests go.
    pub(crate) fn door(&self, integration: &Integration) -> Option<Url> {
        door_of(connector_of(self, integration)?, integration.method, &integration.fields)
    }

    /// From the last sign-in to a refusal.
    async fn days_since_authorization(&self, integration: &Integration, refused_at: Timestamp) -> Option<f64> {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        const FAR_ENOUGH_BACK: u32 = 2_000;
        let log = self.vault().activity(Some(integration.id), FAR_ENOUGH_BACK).await.ok()?;
        let connected = log.iter().find(|entry| matches!(entry.what, ActivityKind::Connected { .. }))?;
        Some(refused_at.since(connected.at).as_secs_f64() / DAY.as_secs_f64())
    }

    fn complaint_of_attempt(&self, id: storm_domain::AttemptId) -> Result<(Integration, bool, Complaint), Failure> {
        let attempts = lock(&self.attempts);
        let attempt = attempts.get(&id).ok_or_else(crate::authorization::over)?;
        Ok(attempt.examined())
    }
}

/// What a row complains of, and when it is tried again.
fn complaint_of(integration: &Integration) -> (Complaint, Option<Timestamp>) {
    match &integration.state {
        TokenState::Active { refresh: RefreshState::BackingOff { trouble, until, .. }, .. } => {
            (Complaint::Trouble(trouble.clone()), Some(*until))
        }
        TokenState::NeedsReconnect { reason, since } => {
            (Complaint::Reconnect { reason: reason.clone(), since: *since }, None)
        }
        TokenState::Active { .. } => {
            let verdict = integration.last_verdict.as_ref().map(|record| &record.verdict);
            let unreached = matches!(verdict, Some(Verdict::CouldNotReach { .. }));
            (if unreached { Complaint::Unreached } else { Complaint::None }, None)
        }
        _ => (Complaint::Explained, None),
    }
}

/// Where requests of this method go: the token endpoint, or what a key is verified with. A service whose endpoints are yet to be
/// found is asked for them at its issuer.
fn door_of(connector: &Connector, method: Method, fields: &Fields) -> Option<Url> {
    let endpoint = match method {
        Method::OAuth => connector.oauth_service(fields).ok().map(|service| service.refresh_url),
        Method::ApiKey | Method::ServiceAccount => {
            connector.verify_request(method, fields).ok().map(|request| request.url)
        }
    };
    endpoint.or_else(|| connector.discovery(fields).ok().flatten().map(|discovery| discovery.issuer))
}
