//! A network that is as a test wants it.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use async_trait::async_trait;
use storm_domain::port::{Knock, Network, Obstacle, Probe, Reached};
use storm_domain::{Authority, AuthorityFileError, NetworkSettings, NetworkSettingsError, Timestamp};
use url::Url;

/// Hosts are found and reached, unless a test says otherwise. It reads no certificates.
#[derive(Default)]
pub struct FakeNetwork(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    probes: HashMap<String, Probe>,
    knocks: HashMap<String, Knock>,
    missing: HashSet<String>,
    is_down: bool,
    asked: Vec<Url>,
    followed: Vec<NetworkSettings>,
}

impl FakeNetwork {
    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    /// From now on a probe of this host ends so.
    pub fn answer(&self, host: &str, outcome: Result<Reached, Obstacle>) {
        self.inner().probes.insert(host.to_owned(), Probe { proxy: None, outcome });
    }

    /// The same, through a proxy.
    pub fn answer_through(&self, host: &str, proxy: &str, outcome: Result<Reached, Obstacle>) {
        self.inner().probes.insert(host.to_owned(), Probe { proxy: Some(proxy.to_owned()), outcome });
    }

    /// Over plain http this answers in a host's place.
    pub fn answer_plainly(&self, host: &str, knock: Knock) {
        self.inner().knocks.insert(host.to_owned(), knock);
    }

    /// The name of this host is not found.
    pub fn lose(&self, host: &str) {
        self.inner().missing.insert(host.to_owned());
    }

    /// No name is found.
    pub fn go_down(&self) {
        self.inner().is_down = true;
    }

    /// What was probed, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<Url> {
        self.inner().asked.clone()
    }

    /// The settings that were followed, in order.
    #[must_use]
    pub fn followed(&self) -> Vec<NetworkSettings> {
        self.inner().followed.clone()
    }
}

#[async_trait]
impl Network for FakeNetwork {
    async fn probe(&self, url: &Url) -> Probe {
        let mut inner = self.inner();
        inner.asked.push(url.clone());
        let reached = Reached { server_time: None, at: Timestamp(0) };
        let usual = Probe { proxy: None, outcome: Ok(reached) };
        inner.probes.get(url.host_str().unwrap_or_default()).cloned().unwrap_or(usual)
    }

    async fn knock(&self, url: &Url) -> Option<Knock> {
        self.inner().knocks.get(url.host_str()?).cloned()
    }

    async fn finds(&self, host: &str) -> bool {
        let inner = self.inner();
        !inner.is_down && !inner.missing.contains(host)
    }

    fn follow(&self, settings: &NetworkSettings) -> Result<(), NetworkSettingsError> {
        self.inner().followed.push(settings.clone());
        Ok(())
    }

    fn read_authorities(&self, _file: &[u8], _now: Timestamp) -> Result<Vec<Authority>, AuthorityFileError> {
        Err(AuthorityFileError::NoCertificate)
    }
}
