//! The host as the broker sees it.

use std::sync::{Arc, Weak};
use std::time::Duration;

use storm_broker::host::{Consumer, Lender};
use storm_broker::{
    AccessKeyLoan, IntegrationStatus, LentSecret, Loan, LogEntry, LogPage, LogRequest, LogVerdict, Status, VaultState,
};
use storm_domain::{ActivityEntry, ActivityTopic, ErrorCode, Failure, Hold};
use storm_engine::view::{ActivityFilter, ActivityQuery, StatusView, VaultView};
use storm_engine::{Engine, LentAccessKey, LentSecret as EngineSecret, sentence};
use storm_store::ChainVerdict;

use crate::closed::Closed;
use crate::host::{Host, Standing};

/// Ten years; the log is not kept as long, and a moment stays one.
const LONGEST_AGE_SECONDS: u64 = 10 * 366 * 24 * 60 * 60;

/// An opening takes less, unless it waits for somebody: then the report says that it does.
const OPENING_PATIENCE: Duration = Duration::from_secs(5);

pub(crate) struct Lending(Weak<Host>);

impl Lending {
    pub(crate) fn of(host: &Arc<Host>) -> Self {
        Self(Arc::downgrade(host))
    }

    fn host(&self) -> Result<Arc<Host>, Failure> {
        let host = self.0.upgrade().ok_or_else(|| Closed::HostEnded.failure(""))?;
        host.requests.send_modify(|count| *count = count.wrapping_add(1));
        Ok(host)
    }
}

impl Lender for Lending {
    async fn status(&self) -> Status {
        match self.host() {
            Ok(host) => host.status().await,
            Err(failure) => Status {
                host_version: String::new(),
                vault: VaultState::Locked,
                message: failure.message,
                integrations: Vec::new(),
                not_listed: 0,
            },
        }
    }

    async fn lend(&self, name: &str, consumer: &Consumer, min_lifetime: Option<Duration>) -> Result<Loan, Failure> {
        let host = self.host()?;
        let lend = async { host.engine_for_request().await?.lend(name, consumer.name(), min_lifetime).await };
        let lent = lend.await.inspect_err(|failure| host.note_failure(failure))?;
        let secret = match lent.secret {
            EngineSecret::AccessToken(token) => LentSecret::AccessToken(token),
            EngineSecret::ApiKey(key) => LentSecret::ApiKey(key),
        };
        Ok(Loan { secret, expires_at: lent.expires_at.map(|at| at.0) })
    }

    async fn lend_access_key(
        &self,
        name: &str,
        consumer: &Consumer,
        min_lifetime: Option<Duration>,
    ) -> Result<AccessKeyLoan, Failure> {
        let host = self.host()?;
        let lend =
            async { host.engine_for_request().await?.lend_access_key(name, consumer.name(), min_lifetime).await };
        let LentAccessKey { id, secret, session_token, expires_at, .. } =
            lend.await.inspect_err(|failure| host.note_failure(failure))?;
        Ok(AccessKeyLoan { id, secret, session_token, expires_at: expires_at.map(|at| at.0) })
    }

    async fn log(&self, asked: LogRequest) -> Result<LogPage, Failure> {
        let host = self.host()?;
        let engine = host.engine_for_request().await?;
        let integration_id = match &asked.name {
            Some(name) => Some(engine.id_of_name(name).await?),
            None => None,
        };
        let topic = asked.topic.as_deref().map(topic_of).transpose()?;
        let max_age = asked.max_age_seconds.map(|seconds| Duration::from_secs(seconds.min(LONGEST_AGE_SECONDS)));
        let since = max_age.map(|age| host.clock.now().before(age));
        let filter = ActivityFilter { integration_id, topic, since, text: asked.text };
        let page = engine.activity_page(&ActivityQuery { filter, before: asked.before, after: None }).await?;
        let entry = |entry: ActivityEntry| LogEntry {
            sequence: entry.sequence,
            at: entry.at.0,
            text: sentence(&entry.what),
            integration: entry.integration_name,
        };
        Ok(LogPage { entries: page.entries.into_iter().map(entry).collect(), older: page.older })
    }

    async fn verify_log(&self) -> Result<LogVerdict, Failure> {
        let host = self.host()?;
        host.engine_for_request().await?;
        Ok(match host.verify_log().await? {
            ChainVerdict::Intact { entries } => LogVerdict::Intact { entries },
            ChainVerdict::Broken { sequence } => LogVerdict::Broken { sequence },
        })
    }

    async fn diagnostics(&self) -> Result<String, Failure> {
        let host = self.host()?;
        let _ = tokio::time::timeout(OPENING_PATIENCE, host.wait_until_opened()).await; // the report says where it stands
        Ok(host.diagnostics().await.to_string())
    }

    fn hand_over(&self) -> bool {
        match self.0.upgrade() {
            Some(host) if !host.has_window => {
                host.hand_over.send_replace(true);
                true
            }
            _ => false,
        }
    }
}

fn topic_of(word: &str) -> Result<ActivityTopic, Failure> {
    ActivityTopic::of_word(word).ok_or_else(|| {
        let known = ActivityTopic::ALL.map(ActivityTopic::word).join(", ");
        Failure::new(ErrorCode::FieldNotUsable, format!("There is no topic “{word}”. There are: {known}."), None)
    })
}

impl Host {
    /// The engine, after waiting for an opening that is under way. Without a window nobody else would ask the keyring again.
    async fn engine_for_request(&self) -> Result<Arc<Engine>, Failure> {
        let is_worth_a_retry =
            matches!(&*self.standing.borrow(), Standing::Closed(closed) if closed.why.is_worth_a_retry());
        if is_worth_a_retry && !self.has_window {
            self.open_with_keyring().await;
        }
        self.wait_until_opened().await;
        self.engine()
    }

    async fn status(&self) -> Status {
        let mut message = match self.engine() {
            Ok(_) => String::new(),
            Err(failure) => failure.message,
        };
        let vault = match self.view().vault {
            VaultView::Opening => VaultState::Opening,
            VaultView::Unlocked { protection } => {
                message = format!("The vault is open, protected by {protection}.");
                VaultState::Unlocked
            }
            VaultView::KeyringLocked { .. }
            | VaultView::NoKeyring { .. }
            | VaultView::PassphraseNeeded
            | VaultView::KeyMissing { .. } => VaultState::Locked,
            VaultView::Failed { .. } => VaultState::Failed,
        };
        Status {
            host_version: self.version.clone(),
            vault,
            message,
            integrations: self.integration_statuses().await,
            not_listed: 0,
        }
    }

    async fn integration_statuses(&self) -> Vec<IntegrationStatus> {
        let Ok(engine) = self.engine() else { return Vec::new() };
        match engine.integrations().await {
            Ok(integrations) => integrations
                .into_iter()
                .map(|view| IntegrationStatus {
                    name: view.name,
                    connector: view.connector.name,
                    status: word(&view.status).to_owned(),
                    lending_allowed: view.lending_allowed,
                })
                .collect(),
            Err(failure) => {
                tracing::warn!(code = ?failure.code, "the integrations could not be read");
                Vec::new()
            }
        }
    }
}

fn word(status: &StatusView) -> &'static str {
    match status {
        StatusView::Connected => "connected",
        StatusView::Limited { .. } => "limited",
        StatusView::ScopesMissing { .. } => "connected, scopes missing",
        StatusView::ReplaceSoon { .. } => "connected, replace soon",
        StatusView::NeedsYou { .. } => "needs you",
        StatusView::Retrying { .. } => "retrying",
        StatusView::Unverified { .. } => "not verified",
        StatusView::Paused { hold: Some(Hold::MovedAway), .. } => "moved away",
        StatusView::Paused { hold: Some(Hold::Unproved), .. } => "restored, not verified",
        StatusView::Paused { .. } => "paused",
        StatusView::Connecting => "connecting",
        StatusView::NotConnected => "not connected",
    }
}
