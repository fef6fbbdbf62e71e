//! Ten thousand integrations in a real host: what people and tools wait for stays short, and what it holds in memory small.

use std::sync::Arc;
use std::time::Duration;

use storm_broker::{Request, Response};
use storm_domain::port::{NewIntegration, Vault as _};
use storm_domain::{RefreshState, TokenState};
use storm_store::{VaultFolder, open_vault};
use storm_testkit::{FakeClock, SeededEntropy, api_key, api_key_integration};
use tokio::task::JoinSet;

use super::desk::{Desk, ask, is_open};

const MANY: u16 = 10_000;

/// Only a bound on what is wrong by far: tests run unoptimized, and beside others.
const LONGEST: Duration = Duration::from_secs(10);

async fn desk_with_many() -> Desk {
    let desk = Desk::new();
    let (folder, clock) = (VaultFolder::new(desk.data()), Arc::new(FakeClock::default()));
    let vault = open_vault(folder, desk.keyring.clone(), clock, Arc::new(SeededEntropy::default())).await.unwrap();
    let vault = Arc::new(vault);
    let mut adding = JoinSet::new();
    for number in 1..=u128::from(MANY) {
        let vault = Arc::clone(&vault);
        let mut integration = api_key_integration(number);
        integration.lending_allowed = true;
        integration.paused_at = (number > 1).then_some(integration.created_at); // nothing of theirs is due
        integration.state = TokenState::Active { expires_at: None, refresh: RefreshState::NotRefreshable };
        integration.fields = [("base_url".to_owned(), "http://127.0.0.1:9".to_owned())].into();
        let credential = Some(api_key(&format!("sk_{number}")));
        adding.spawn(async move { vault.add_integration(NewIntegration { integration, credential }).await.unwrap() });
    }
    adding.join_all().await;
    vault.close().await;
    desk
}

/// Memory of this process that is its own, in KiB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("RssAnon:")).unwrap();
    line.split_ascii_whitespace().nth(1).unwrap().parse().unwrap()
}

async fn in_time<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONGEST, work).await.unwrap_or_else(|_| panic!("{what} takes too long"))
}

#[tokio::test(flavor = "multi_thread")]
async fn f111_a_host_of_ten_thousand_integrations_opens_lists_and_lends_in_time_and_within_memory() {
    let desk = desk_with_many().await;
    let before = memory();
    let host = in_time("opening", desk.host()).await;
    assert!(is_open(&host), "{:?}", host.view());
    host.wait_until_listening().await.unwrap();
    let engine = host.engine().unwrap();
    let listed = in_time("the list", engine.integrations()).await.unwrap();
    assert_eq!(listed.len(), usize::from(MANY));
    drop(listed);
    let token = || Request::Token { name: "integration 1".to_owned(), min_lifetime_seconds: None };
    in_time("a hundred hand-outs", async {
        for _ in 0..100 {
            let Response::Token(loan) = ask(&desk.socket(), token()).await else { panic!("nothing was lent") };
            // EXPOSE: a test looks at its own planted secret.
            assert_eq!(loan.secret.expose(), "sk_1");
        }
    })
    .await;
    let Response::Status(status) = in_time("a status", ask(&desk.socket(), Request::Status)).await else { panic!() };
    assert_eq!(status.integrations.len() + status.not_listed, usize::from(MANY));
    let log = in_time("the log", engine.activity(None, u32::MAX)).await.unwrap();
    assert!(log.len() <= 1_000, "{} entries at once", log.len());
    let grown = memory().saturating_sub(before);
    assert!(grown < 200 << 10, "{grown} KiB");
    host.shut_down().await;
}
