//! A storm: every access token has ended, as after a long sleep, and all are refreshed at once, each durably.
//!
//! Measured is what the engine can do when it is asked directly, with [`AT_ONCE`] refreshes under way; its own schedule is
//! slower on purpose, since it sends few requests at once to one service. Meanwhile other programs ask for a token.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use storm_broker::{Client, Request, Response};
use storm_domain::IntegrationId;
use storm_engine::Engine;
use storm_testkit::FakeKeyring;
use storm_tests::{Headless, Outcome, ensure};

use crate::filled_vault::{fill, name};
use crate::group_commit::{GroupCommit, failed};
use crate::harness::{Benchmark, OURS, Rounds};
use crate::lean_service::LeanService;
use crate::oidc_agent::{Keeping, OIDC_AGENT, OidcAgent};
use crate::stopwatch::Stopwatch;

const SMALL: usize = 1_000;
const LARGE: usize = 10_000;
/// Refreshes under way at once, and connections of the floor.
const AT_ONCE: usize = 32;
const SMALL_ROUNDS: usize = 5;
const LARGE_ROUNDS: usize = 3;
const FLOOR: &str = "group-commit";
const SAVING_PEER: &str = "oidc-agent-saved";
/// The peers refresh one grant after the other, so that few show how long many take. The second works some tenths of a
/// second on each.
const PEER_REFRESHES: usize = 100;
const SAVING_PEER_REFRESHES: usize = 3;
/// Longer than the access tokens live, so that each request is a refresh.
const FORCED_S: u64 = 1_000_000;
/// Between two hand-outs.
const PAUSE: Duration = Duration::from_millis(5);
const QUIET_HANDOUTS: usize = 500;

/// Both storms, and the hand-outs during the large one.
///
/// # Errors
/// When a part cannot be set up, or a refresh is lost.
pub async fn measure(folder: &Path) -> Outcome<[Benchmark; 3]> {
    // One grant each; the integration after the last is the one that is lent.
    let ours = LeanService::start(LARGE + 1)?;
    let theirs = LeanService::start(LARGE + 2)?;
    let (data, keyring) = (folder.join("storm"), Arc::new(FakeKeyring::default()));
    let ids = fill(&data, Arc::clone(&keyring) as _, &ours, LARGE + 1).await?;
    let headless = Headless::start_locked(&data, Some(keyring)).await;
    let refresh_tokens = (0..LARGE).map(LeanService::refresh_token).collect();
    let floor = GroupCommit::start(theirs.base_url(), &folder.join("floor.db"), refresh_tokens)?;
    let peers = Peers::start(folder, &theirs).await?;
    let storm = Storm { engine: headless.engine()?, service: &ours, floor, peers };

    let mut small = Rounds::new("storm-of-1000-refreshes", "µs each");
    let mut large = Rounds::new("storm-of-10000-refreshes", "µs each");
    let mut handouts = Rounds::new("hand-out-in-a-storm", "ms");
    storm.announce(&mut small);
    storm.announce(&mut large);
    handouts.announce(OURS, "a token over the socket, during the storm of 10,000");
    handouts.announce("in-process", "the same within the process");
    handouts.announce("socket-quiet", "over the socket while nothing is refreshed");
    handouts.announce("in-process-quiet", "the same within the process");

    let socket = data.with_extension("sock");
    let quiet = Handouts::begin(&storm.engine, &socket);
    tokio::time::sleep(PAUSE * u32::try_from(QUIET_HANDOUTS).unwrap_or(u32::MAX)).await;
    quiet.end(&mut handouts, ["socket-quiet", "in-process-quiet"]).await?;
    for _ in 0..SMALL_ROUNDS {
        storm.round(&mut small, &ids[..SMALL]).await?;
    }
    for _ in 0..LARGE_ROUNDS {
        let meanwhile = Handouts::begin(&storm.engine, &socket);
        let refreshed = storm.ours(&mut large, &ids[..LARGE]).await;
        meanwhile.end(&mut handouts, [OURS, "in-process"]).await?;
        refreshed?;
        storm.others(&mut large, LARGE).await?;
    }
    headless.stop().await;
    Ok([small.finish(), large.finish(), handouts.finish()])
}

struct Storm<'a> {
    engine: Arc<Engine>,
    service: &'a LeanService,
    floor: Arc<GroupCommit>,
    peers: Option<Peers>,
}

impl Storm<'_> {
    fn announce(&self, rounds: &mut Rounds) {
        rounds.announce(OURS, "the whole protocol: lease, intent, request, landing, commit, log; 32 under way");
        rounds.announce(FLOOR, "hyper, AES-GCM, SQLite with group commit; 32 connections");
        if self.peers.is_some() {
            rounds.announce(OIDC_AGENT, "one after the other; the rotated refresh token is not saved");
            rounds.announce(SAVING_PEER, "one after the other; the rotated refresh token is saved");
        } else {
            rounds.miss(OIDC_AGENT);
        }
    }

    async fn round(&self, rounds: &mut Rounds, ids: &[IntegrationId]) -> Outcome {
        self.ours(rounds, ids).await?;
        self.others(rounds, ids.len()).await
    }

    async fn ours(&self, rounds: &mut Rounds, ids: &[IntegrationId]) -> Outcome {
        let before = self.service.refreshed();
        let stopwatch = Stopwatch::start();
        stream::iter(ids.iter().copied())
            .map(|id| {
                let engine = Arc::clone(&self.engine);
                tokio::spawn(async move { engine.refresh_integration(id).await })
            })
            .buffer_unordered(AT_ONCE)
            .map_err(failed)
            .try_for_each(async |refreshed| refreshed.map_err(failed))
            .await?;
        rounds.add(OURS, microseconds_each(&stopwatch, ids.len()));
        let sent = self.service.refreshed() - before;
        ensure(sent == ids.len() as u64, || format!("{} refreshes took {sent} requests", ids.len()))
    }

    async fn others(&self, rounds: &mut Rounds, count: usize) -> Outcome {
        let stopwatch = Stopwatch::start();
        self.floor.refresh(count, AT_ONCE).await?;
        rounds.add(FLOOR, microseconds_each(&stopwatch, count));
        let Some(Peers { agent, in_memory, on_disk }) = &self.peers else { return Ok(()) };
        for (name, account, count) in
            [(OIDC_AGENT, in_memory, PEER_REFRESHES), (SAVING_PEER, on_disk, SAVING_PEER_REFRESHES)]
        {
            let stopwatch = Stopwatch::start();
            for _ in 0..count {
                agent.access_token(account, FORCED_S).await?;
            }
            rounds.add(name, microseconds_each(&stopwatch, count));
        }
        Ok(())
    }
}

fn microseconds_each(stopwatch: &Stopwatch, count: usize) -> f64 {
    stopwatch.milliseconds() * 1000.0 / count as f64
}

struct Peers {
    agent: OidcAgent,
    in_memory: String,
    on_disk: String,
}

impl Peers {
    async fn start(folder: &Path, service: &LeanService) -> Outcome<Option<Self>> {
        if !OidcAgent::is_here().await {
            return Ok(None);
        }
        let agent = OidcAgent::start(&folder.join("oidc-agent")).await?;
        let in_memory = agent.make_account(service, LARGE, Keeping::InMemory).await?;
        let on_disk = agent.make_account(service, LARGE + 1, Keeping::OnDisk).await?;
        Ok(Some(Self { agent, in_memory, on_disk }))
    }
}

/// Two consumers that ask for a token every few milliseconds: one over the socket, one within the process.
struct Handouts {
    over: Arc<AtomicBool>,
    over_socket: tokio::task::JoinHandle<Outcome<Vec<f64>>>,
    in_process: tokio::task::JoinHandle<Outcome<Vec<f64>>>,
}

impl Handouts {
    fn begin(engine: &Arc<Engine>, socket: &Path) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (socket, stop) = (socket.to_owned(), Arc::clone(&over));
        let over_socket = tokio::task::spawn_blocking(move || {
            let mut client = Client::connect(&socket).map_err(failed)?;
            let request = Request::Token { name: name(LARGE), min_lifetime_seconds: None };
            let mut samples = Vec::new();
            while !stop.load(Ordering::Acquire) {
                let stopwatch = Stopwatch::start();
                let answer = client.ask(&request).map_err(failed)?;
                samples.push(stopwatch.milliseconds());
                ensure(matches!(answer, Response::Token(_)), || format!("{answer:?}"))?;
                std::thread::sleep(PAUSE);
            }
            Ok(samples)
        });
        let (engine, stop) = (Arc::clone(engine), Arc::clone(&over));
        let in_process = tokio::spawn(async move {
            let mut samples = Vec::new();
            while !stop.load(Ordering::Acquire) {
                let stopwatch = Stopwatch::start();
                let lent = engine.lend(&name(LARGE), "storm-bench", None).await;
                samples.push(stopwatch.milliseconds());
                lent.map_err(failed)?;
                tokio::time::sleep(PAUSE).await;
            }
            Ok(samples)
        });
        Self { over, over_socket, in_process }
    }

    async fn end(self, rounds: &mut Rounds, names: [&str; 2]) -> Outcome {
        self.over.store(true, Ordering::Release);
        for (name, task) in names.into_iter().zip([self.over_socket, self.in_process]) {
            for sample in task.await.map_err(failed)?? {
                rounds.add(name, sample);
            }
        }
        Ok(())
    }
}
