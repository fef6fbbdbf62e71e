//! From the start of the host to the first token it lends, with one integration and with ten thousand.
//!
//! The keyring is in memory, so that the time is ours; the agent as a process of its own reads the real one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags};
use storm_broker::{Client, Request, Response};
use storm_store::{OsKeyring, VaultFolder};
use storm_testkit::FakeKeyring;
use storm_tests::program::{Program, built};
use storm_tests::{Headless, Outcome, ensure};

use crate::filled_vault::{fill, name};
use crate::group_commit::failed;
use crate::harness::{Benchmark, OURS, Rounds};
use crate::lean_service::LeanService;
use crate::oidc_agent::{Keeping, OIDC_AGENT, OidcAgent};
use crate::stopwatch::Stopwatch;

const ROUNDS: usize = 15;
const LARGE: usize = 10_000;
const PROCESS: &str = "agent-process";
const FLOOR: &str = "sqlite-rows";
/// It cannot be had from a registry.
const PIZAUTH: &str = "pizauth";

/// Both sizes.
///
/// # Errors
/// When a part cannot be set up, or no token comes.
pub async fn measure(folder: &Path) -> Outcome<[Benchmark; 2]> {
    let service = LeanService::start(LARGE + 1)?;
    let mut one = Rounds::new("start-to-first-token-1", "ms");
    let mut many = Rounds::new("start-to-first-token-10000", "ms");
    for (rounds, count) in [(&mut one, 1), (&mut many, LARGE)] {
        Vaults::fill(folder, &service, count).await?.measure(rounds).await?;
        rounds.miss(PIZAUTH);
    }
    if OidcAgent::is_here().await {
        one.announce(OIDC_AGENT, "its start, loading the account, and a token");
        measure_peer(&mut one, &folder.join("oidc-agent-start"), &service).await?;
    } else {
        one.miss(OIDC_AGENT);
    }
    many.miss(OIDC_AGENT); // it loads an account in some 30 ms, so that ten thousand take minutes
    Ok([one.finish(), many.finish()])
}

/// The same integrations twice: with the key in memory, and with the key in the keyring of the desktop.
struct Vaults {
    in_memory: PathBuf,
    in_desktop: PathBuf,
    keyring: Arc<FakeKeyring>,
    lent: String,
}

impl Vaults {
    async fn fill(folder: &Path, service: &LeanService, count: usize) -> Outcome<Self> {
        let keyring = Arc::new(FakeKeyring::default());
        let (in_memory, in_desktop) = (folder.join(format!("start-{count}")), folder.join(format!("agent-{count}")));
        fill(&in_memory, Arc::clone(&keyring) as _, service, count).await?;
        fill(&in_desktop, Arc::new(OsKeyring::default()), service, count).await?;
        Ok(Self { in_memory, in_desktop, keyring, lent: name(count - 1) })
    }

    async fn measure(&self, rounds: &mut Rounds) -> Outcome {
        rounds.announce(OURS, "the host within this process, and a token over its socket; keyring in memory");
        rounds.announce(PROCESS, "storm-agent as a process of its own, with the key in gnome-keyring");
        rounds.announce(FLOOR, "the same database opened, all its rows read");
        for _ in 0..ROUNDS {
            self.within_this_process(rounds).await?;
            self.as_a_process(rounds).await?;
            self.rows(rounds)?;
        }
        Ok(())
    }

    async fn within_this_process(&self, rounds: &mut Rounds) -> Outcome {
        let stopwatch = Stopwatch::start();
        let headless = Headless::start_locked(&self.in_memory, Some(Arc::clone(&self.keyring) as _)).await;
        headless.host().wait_until_listening().await.map_err(failed)?;
        self.first_token(&self.in_memory.with_extension("sock")).await?;
        rounds.add(OURS, stopwatch.milliseconds());
        headless.stop().await;
        Ok(())
    }

    async fn as_a_process(&self, rounds: &mut Rounds) -> Outcome {
        let stopwatch = Stopwatch::start();
        let agent = start_agent(&self.in_desktop).await?;
        self.first_token(&self.in_desktop.with_extension("sock")).await?;
        rounds.add(PROCESS, stopwatch.milliseconds());
        agent.kill().await
    }

    async fn first_token(&self, socket: &Path) -> Outcome {
        let (socket, name) = (socket.to_owned(), self.lent.clone());
        let asking = tokio::task::spawn_blocking(move || {
            let mut client = Client::connect(&socket).map_err(failed)?;
            let answer = client.ask(&Request::Token { name, min_lifetime_seconds: None }).map_err(failed)?;
            ensure(matches!(answer, Response::Token(_)), || format!("{answer:?}"))
        });
        asking.await.map_err(failed)?
    }

    fn rows(&self, rounds: &mut Rounds) -> Outcome {
        let stopwatch = Stopwatch::start();
        let path = VaultFolder::new(&self.in_memory).database();
        let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
        let mut all = database.prepare("SELECT row FROM integration").map_err(failed)?;
        let rows = all.query_map((), |row| row.get::<_, String>(0)).map_err(failed)?;
        let bytes: usize = rows.map(|row| row.map_or(0, |row| row.len())).sum();
        rounds.add(FLOOR, stopwatch.milliseconds());
        ensure(bytes > 0, || "the vault is empty".to_owned())
    }
}

/// storm-agent on a vault whose key is in the keyring of the desktop, once the vault is open.
///
/// # Errors
/// When it does not open.
pub async fn start_agent(data: &Path) -> Outcome<Program> {
    let mut agent = tokio::process::Command::new(built("storm-agent")?);
    agent.arg("--data-folder").arg(data).arg("--socket").arg(data.with_extension("sock"));
    agent.env("STORM_CONNECT_LOG", "error");
    let mut agent = Program::start(agent)?;
    agent.line("READY", |line| line.starts_with("READY").then_some(())).await?;
    Ok(agent)
}

async fn measure_peer(rounds: &mut Rounds, folder: &Path, service: &LeanService) -> Outcome {
    let agent = OidcAgent::start(folder).await?;
    let account = agent.make_account(service, LARGE, Keeping::OnDisk).await?;
    agent.stop().await?;
    for _ in 0..ROUNDS {
        let stopwatch = Stopwatch::start();
        let agent = OidcAgent::start(folder).await?;
        agent.load(&account).await?;
        agent.access_token(&account, 0).await?;
        rounds.add(OIDC_AGENT, stopwatch.milliseconds());
        agent.stop().await?;
    }
    Ok(())
}
