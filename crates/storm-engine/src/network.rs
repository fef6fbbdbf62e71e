//! How services are reached: chosen by the user, kept sealed, followed at once; and a look at how well it works.
//!
//! INVARIANT: a choice that cannot be followed or kept changes nothing; a password goes to the proxy it was typed for and to no
//! other.

use std::collections::BTreeMap;

use storm_domain::port::{Obstacle, Probe};
use storm_domain::{
    Action, ActivityKind, ErrorCode, Failure, Integration, IntegrationId, NetworkChange, NetworkSettings, OwnProxy,
    ProxyChoice, RefreshState, TokenState, Trouble,
};
use storm_secret::ProxyPassword;
use tokio::task::JoinSet;
use url::Url;

use crate::engine::Engine;
use crate::error::ToFailure as _;
use crate::view::{
    AuthorityView, CheckOutcome, ChooseProxyRequest, FindingView, NetworkCheck, NetworkCheckView, NetworkSettingsView,
    ProxyView, ReachView,
};

impl Engine {
    /// Goes by what the vault holds. Called before anything is sent. Settings that cannot be read or followed leave the system's.
    pub async fn follow_network_settings(&self) {
        match self.kept_settings().await {
            Ok(settings) => {
                if self.parts.network.follow(&settings).is_err() {
                    tracing::error!("the network settings cannot be followed; the system's are");
                }
            }
            Err(failure) => tracing::error!(code = ?failure.code, "the network settings cannot be read"),
        }
    }

    /// How services are reached.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn network_settings(&self) -> Result<NetworkSettingsView, Failure> {
        Ok(view_of(&self.kept_settings().await?))
    }

    /// Chooses which proxy is asked, from the next request on.
    ///
    /// # Errors
    /// Names the field that cannot be used; the choice before stays.
    pub async fn choose_proxy(&self, request: ChooseProxyRequest) -> Result<NetworkSettingsView, Failure> {
        let before = self.kept_settings().await?;
        let proxy = match request {
            ChooseProxyRequest::System => ProxyChoice::System,
            ChooseProxyRequest::Direct => ProxyChoice::Direct,
            ChooseProxyRequest::Own { address, user, password } => {
                // EXPOSE: from the window into the secret type.
                let typed = password.map(|password| ProxyPassword::new(password.expose()));
                ProxyChoice::Own(own_proxy(&address, &user, typed, &before.proxy)?)
            }
        };
        let shown = match &proxy {
            ProxyChoice::Own(own) => Some(own.shown()),
            ProxyChoice::System | ProxyChoice::Direct => None,
        };
        let settings = NetworkSettings { proxy, authorities: before.authorities.clone() };
        self.adopt_settings(&before, settings, NetworkChange::Proxy { proxy: shown }).await
    }

    /// Trusts the certificate authorities in a file, in the place of those from before.
    ///
    /// # Errors
    /// Says what the file is instead; what was trusted before still is.
    pub async fn trust_authorities(&self, file: &[u8]) -> Result<NetworkSettingsView, Failure> {
        let before = self.kept_settings().await?;
        let read = self.parts.network.read_authorities(file, self.now());
        let authorities =
            read.map_err(|error| Failure::new(ErrorCode::FileNotUsable, error.to_string(), Some(Action::Retry)))?;
        let subjects = authorities.iter().map(|authority| authority.subject.clone()).collect();
        let settings = NetworkSettings { proxy: before.proxy.clone(), authorities };
        self.adopt_settings(&before, settings, NetworkChange::AuthoritiesTrusted { subjects }).await
    }

    /// Trusts the system's authorities only.
    ///
    /// # Errors
    /// When the vault cannot be written; nothing was changed then.
    pub async fn remove_authorities(&self) -> Result<NetworkSettingsView, Failure> {
        let before = self.kept_settings().await?;
        let settings = NetworkSettings { proxy: before.proxy.clone(), authorities: Vec::new() };
        self.adopt_settings(&before, settings, NetworkChange::AuthoritiesRemoved).await
    }

    /// Looks how the service of one integration is reached, or those of all.
    ///
    /// # Errors
    /// When it is not there any more, or the vault cannot be read.
    pub async fn test_network(&self, id: Option<IntegrationId>) -> Result<Vec<ReachView>, Failure> {
        const MOST_HOSTS: usize = 12;
        let rows = match id {
            Some(id) => vec![self.live(id).await?],
            None => self.vault().integrations().await.map_err(|error| error.to_failure())?,
        };
        let mut doors: BTreeMap<String, (Url, Vec<Integration>)> = BTreeMap::new();
        for row in rows.into_iter().filter(|row| row.trashed_at.is_none()) {
            if let Some(door) = self.door(&row) {
                doors.entry(shown_host(&door)).or_insert_with(|| (door, Vec::new())).1.push(row);
            }
        }
        let mut looking = JoinSet::new();
        for (host, (door, rows)) in doors.into_iter().take(MOST_HOSTS) {
            let network = std::sync::Arc::clone(&self.parts.network);
            looking.spawn(async move {
                let probe = network.probe(&door).await;
                (host, door, rows, probe)
            });
        }
        let mut reached = Vec::new();
        for (host, door, rows, probe) in looking.join_all().await {
            let finding = match rows.first() {
                Some(row) => self.finding_on_the_way(row, &door, &probe).await,
                None => None,
            };
            let checks = checks(&door, &probe, finding.as_ref());
            reached.push(ReachView {
                host,
                integrations: rows.into_iter().map(|row| row.name).collect(),
                checks,
                finding,
            });
        }
        reached.sort_by(|one, other| one.host.cmp(&other.host));
        Ok(reached)
    }

    pub(crate) async fn kept_settings(&self) -> Result<NetworkSettings, Failure> {
        let kept = self.vault().network_settings().await.map_err(|error| error.to_failure())?;
        Ok(kept.unwrap_or_default())
    }

    async fn adopt_settings(
        &self,
        before: &NetworkSettings,
        settings: NetworkSettings,
        change: NetworkChange,
    ) -> Result<NetworkSettingsView, Failure> {
        let unusable = |_| {
            Failure::new(
                ErrorCode::NotSupported,
                "No secure connection can be set up with these settings. Nothing was changed.",
                None,
            )
        };
        self.parts.network.follow(&settings).map_err(unusable)?;
        if let Err(error) = self.vault().put_network_settings(&settings).await {
            if self.parts.network.follow(before).is_err() {
                tracing::error!("the network settings from before cannot be followed any more");
            }
            return Err(error.to_failure());
        }
        let what = ActivityKind::NetworkChanged { change };
        match self.vault().append_activity(None, "", &what, self.now()).await {
            Ok(()) => self.parts.events.publish(storm_domain::Event::ActivityAdded),
            Err(error) => tracing::error!(%error, "the activity log could not be written"),
        }
        self.wake_those_out_of_reach().await?;
        Ok(view_of(&settings))
    }

    /// What could not be reached may be now.
    async fn wake_those_out_of_reach(&self) -> Result<(), Failure> {
        for row in self.vault().integrations().await.map_err(|error| error.to_failure())? {
            let is_out_of_reach = matches!(
                &row.state,
                TokenState::Active { refresh: RefreshState::BackingOff { trouble: Trouble::Service { .. }, .. }, .. }
            );
            if is_out_of_reach && row.paused_at.is_none() && row.trashed_at.is_none() {
                self.end_pause(row.id).await?;
            }
        }
        Ok(())
    }

    /// Has a refresh that backs off tried at once, since what kept it from working was mended.
    pub(crate) async fn end_pause(&self, id: IntegrationId) -> Result<(), Failure> {
        let now = self.now();
        let ended = self.change(id, |row| {
            if let TokenState::Active { refresh: RefreshState::BackingOff { until, .. }, .. } = &mut row.state {
                *until = now;
            }
        });
        ended.await.map(drop).map_err(|error| error.to_failure())
    }
}

fn own_proxy(
    address: &str,
    user: &str,
    typed: Option<ProxyPassword>,
    before: &ProxyChoice,
) -> Result<OwnProxy, Failure> {
    const LONGEST: usize = 256;
    let refused = |field: &str, message: &str| Failure {
        field: Some(field.to_owned()),
        ..Failure::new(ErrorCode::FieldNotUsable, message, Some(Action::EditField))
    };
    let address = OwnProxy::address(address).map_err(|error| refused("proxy_address", &error.to_string()))?;
    let user = Some(user.trim()).filter(|user| !user.is_empty()).map(str::to_owned);
    if user
        .as_ref()
        .is_some_and(|user| user.len() > LONGEST || user.contains(':') || user.chars().any(char::is_control))
    {
        return Err(refused(
            "proxy_user",
            "A user name has no colon and no line breaks. Type it as the proxy knows it.",
        ));
    }
    let typed = typed.filter(|password| !password.is_empty());
    // EXPOSE: looked at for characters that no header can carry.
    if typed.as_ref().is_some_and(|one| one.len() > LONGEST || one.expose().chars().any(char::is_control)) {
        return Err(refused("proxy_password", "A password has no line breaks. Type it again."));
    }
    if typed.is_some() && user.is_none() {
        return Err(refused("proxy_user", "A password needs the user name it belongs to."));
    }
    let kept = match before {
        ProxyChoice::Own(own) if own.address == address && own.user == user => own.password.clone(),
        _ => None,
    };
    let password = typed.or(kept).filter(|_| user.is_some());
    Ok(OwnProxy { address, user, password })
}

fn view_of(settings: &NetworkSettings) -> NetworkSettingsView {
    let proxy = match &settings.proxy {
        ProxyChoice::System => ProxyView::System,
        ProxyChoice::Direct => ProxyView::Direct,
        ProxyChoice::Own(own) => ProxyView::Own {
            address: own.address.as_str().trim_end_matches('/').to_owned(),
            user: own.user.clone(),
            has_password: own.password.is_some(),
        },
    };
    let authority =
        |one: &storm_domain::Authority| AuthorityView { subject: one.subject.clone(), ends_at: one.ends_at };
    NetworkSettingsView { proxy, authorities: settings.authorities.iter().map(authority).collect() }
}

fn shown_host(door: &Url) -> String {
    let host = door.host_str().unwrap_or_default();
    door.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// What was passed before the first thing that is wrong, and what was not come to after it.
fn checks(door: &Url, probe: &Probe, finding: Option<&FindingView>) -> Vec<NetworkCheckView> {
    use NetworkCheck::{Answer, Certificate, Clock, Connection, Proxy};
    let failed = match &probe.outcome {
        Ok(_) => finding.map(|_| Clock),
        Err(obstacle) => Some(match obstacle {
            Obstacle::ProxyRefused { .. } | Obstacle::ProxyNotReached => Proxy,
            Obstacle::Certificate(_) | Obstacle::NoSecureConnection => Certificate,
            Obstacle::NoAnswer => Answer,
            _ => Connection,
        }),
    };
    let has_clock = matches!(&probe.outcome, Ok(reached) if reached.server_time.is_some());
    let is_needed = |check| match check {
        Proxy => probe.proxy.is_some(),
        Certificate => door.scheme() == "https",
        Clock => has_clock || probe.outcome.is_err(),
        Connection | Answer => true,
    };
    // A proxy is what is connected to first.
    let order = [Proxy, Connection, Certificate, Answer, Clock];
    let fails_at = failed.and_then(|failed| order.iter().position(|check| *check == failed));
    let outcome = |at: usize, check| match fails_at {
        Some(fails_at) if at == fails_at => CheckOutcome::Failed,
        _ if !is_needed(check) => CheckOutcome::NotNeeded,
        Some(fails_at) if at > fails_at => CheckOutcome::NotReached,
        _ => CheckOutcome::Passed,
    };
    order.into_iter().enumerate().map(|(at, check)| NetworkCheckView { check, outcome: outcome(at, check) }).collect()
}
