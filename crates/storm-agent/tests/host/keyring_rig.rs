//! A host whose keyring is a scripted Secret Service on a bus of its own, spoken to by the real client.

use std::sync::Arc;
use std::time::Duration;

use storm_agent::Host;
use storm_broker::{Request, Response, VaultState};
use storm_engine::view::{HostView, KeyProblem, VaultView, WayOut};
use storm_store::OsKeyring;
use storm_testkit::{PrivateBus, Script, ScriptedSecretService};
use tokio::time::timeout;

use super::desk::{Desk, ask, is_open};

/// Of a call to the keyring; a method call on the bus has a third of it.
const DEADLINE: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Rig {
    pub desk: Desk,
    pub bus: PrivateBus,
    pub service: ScriptedSecretService,
    /// Opens the vault whose key is lost.
    pub recovery_code: String,
}

impl Rig {
    /// A running keyring, and no vault.
    pub async fn new() -> Self {
        let (bus, service) = (PrivateBus::started(), ScriptedSecretService::default());
        service.appear_on(&bus).await;
        Self { desk: Desk::new(), bus, service, recovery_code: String::new() }
    }

    /// A vault with one integration, whose key is in the keyring, and which has a recovery code.
    pub async fn with_vault() -> Self {
        let mut rig = Self::new().await;
        let host = rig.host().await;
        assert!(is_open(&host), "{:?}", host.view());
        rig.recovery_code = host.reveal_new_recovery_code().await.unwrap();
        host.confirm_recovery_code(code(&rig.recovery_code)).await.unwrap();
        // Nothing listens on the discard port: the key is saved, its verification does not reach anybody.
        let key = serde_json::json!({
            "connector_id": "practice", "name": "rehearsal", "fields": { "base_url": "http://127.0.0.1:9" },
            "key": { "from": "typed", "value": "sk_practice_canary" },
        });
        host.engine().unwrap().add_api_key(serde_json::from_value(key).unwrap()).await.unwrap();
        host.shut_down().await;
        assert_eq!((rig.service.writes(), rig.service.entries()), (1, 1));
        rig
    }

    /// Starts a host and waits until its vault is open or closed.
    pub async fn host(&self) -> Arc<Host> {
        self.host_on(self.bus.address()).await
    }

    pub async fn host_on(&self, address: &str) -> Arc<Host> {
        let host = Host::start(self.desk.options_with(OsKeyring::on_bus(address, DEADLINE)));
        timeout(PATIENCE, host.wait_until_opened()).await.expect("it neither opens nor says why");
        host
    }

    /// Starts a host after the keyring was made to behave like this.
    pub async fn host_with(&self, script: Script) -> Arc<Host> {
        self.service.script(script);
        self.host().await
    }

    /// What holds in every state of a keyring that does not give the key: its own problem and words, ways out, no new key,
    /// a host that serves; then the recovery code opens the vault with everything in it.
    pub async fn ensure_recoverable(&self, host: &Arc<Host>, problem: Option<KeyProblem>, words: &str) {
        let view = host.view();
        match (&view.vault, problem) {
            (VaultView::KeyMissing { problem, .. }, Some(expected)) => assert_eq!(*problem, expected),
            (VaultView::KeyringLocked { .. }, None) => {}
            _ => panic!("{view:?}"),
        }
        let message = host.engine().err().expect("the vault is open").message;
        assert!(message.contains(words), "{message}");
        assert_eq!(view.ways_out, [WayOut::Retry, WayOut::RecoveryCode]);
        self.ensure_serving(host).await;
        assert_eq!(self.service.writes(), 1, "a key was made though there is a vault");

        let view = host.unlock_with_recovery_code(code(&self.recovery_code)).await.unwrap();
        assert!(view.protection.is_some_and(|protection| protection.keyring_lost), "putting it back is offered");
        assert_eq!(host.engine().unwrap().integrations().await.unwrap().len(), 1);
        timeout(Duration::from_secs(3), host.shut_down()).await.expect("the end waits for the keyring");
    }

    /// The socket answers although the vault is closed.
    pub async fn ensure_serving(&self, host: &Arc<Host>) {
        host.wait_until_listening().await.unwrap();
        let Response::Status(status) = ask(&self.desk.socket(), Request::Status).await else { panic!("no status") };
        assert_eq!(status.vault, VaultState::Locked);
    }

    /// Waits until the vault opens by itself.
    pub async fn wait_until_open(&self, host: &Arc<Host>) {
        let opened = async {
            loop {
                let changed = host.wait_for_change();
                if is_open(host) {
                    return;
                }
                changed.await;
            }
        };
        timeout(PATIENCE, opened).await.expect("it does not open by itself");
    }
}

pub fn code(text: &str) -> storm_secret::RecoveryCode {
    storm_secret::RecoveryCode::new(text)
}

pub fn is_unlocked(view: &HostView) -> bool {
    matches!(view.vault, VaultView::Unlocked { .. })
}
