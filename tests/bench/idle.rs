//! What the host costs while nothing is due: memory, and how often it wakes the computer.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use storm_store::OsKeyring;
use storm_tests::Outcome;

use crate::filled_vault::fill;
use crate::harness::{Benchmark, OURS, Rounds};
use crate::lean_service::LeanService;
use crate::oidc_agent::{Keeping, OIDC_AGENT, OidcAgent};
use crate::process::{memory, sleeps};
use crate::start_to_first_token::start_agent;

const LARGE: usize = 10_000;
/// What a start leaves to be done has been done by then.
const SETTLING: Duration = Duration::from_secs(10);
const WINDOW: Duration = Duration::from_secs(30);
const WINDOWS: usize = 2;

/// Memory and wake-ups, with one integration and with ten thousand.
///
/// # Errors
/// When a part cannot be set up.
pub async fn measure(folder: &Path) -> Outcome<[Benchmark; 4]> {
    let service = LeanService::start(LARGE + 1)?;
    let [one_memory, one_wakes] = watch(folder, &service, 1).await?;
    let [many_memory, many_wakes] = watch(folder, &service, LARGE).await?;
    Ok([one_memory, one_wakes, many_memory, many_wakes])
}

async fn watch(folder: &Path, service: &LeanService, count: usize) -> Outcome<[Benchmark; 2]> {
    let (memory_name, wakes_name) =
        if count == 1 { ("idle-memory-1", "idle-wakeups-1") } else { ("idle-memory-10000", "idle-wakeups-10000") };
    let mut memories = Rounds::new(memory_name, "MB PSS");
    let mut wakes = Rounds::new(wakes_name, "wake-ups in 30 s");
    let data = folder.join(format!("idle-{count}"));
    fill(&data, Arc::new(OsKeyring::default()), service, count).await?;
    let agent = start_agent(&data).await?;
    // Beside ours, not in turn with it: two of ours at once would share their memory, two programs do not.
    let peer = if count == 1 { start_peer(folder, service).await? } else { None };
    let ids = [(OURS, agent.id()), (OIDC_AGENT, peer.as_ref().and_then(OidcAgent::id))];
    let watched: Vec<(&str, u32)> = ids.into_iter().filter_map(|(name, id)| Some((name, id?))).collect();
    for rounds in [&mut memories, &mut wakes] {
        rounds.announce(OURS, "storm-agent with nothing due");
        match peer {
            Some(_) => rounds.announce(OIDC_AGENT, "with one account; it never refreshes ahead of time"),
            None => rounds.miss(OIDC_AGENT), // ten thousand accounts take it minutes to load
        }
    }
    tokio::time::sleep(SETTLING).await;
    for _ in 0..WINDOWS {
        let before: Vec<u32> = watched.iter().map(|(_, id)| sleeps(*id)).collect();
        tokio::time::sleep(WINDOW).await;
        for ((name, id), before) in watched.iter().zip(before) {
            wakes.add(name, f64::from(sleeps(*id).saturating_sub(before)));
            memories.add(name, memory(*id));
        }
    }
    if let Some(peer) = peer {
        peer.stop().await?;
    }
    agent.kill().await?;
    Ok([memories.finish(), wakes.finish()])
}

async fn start_peer(folder: &Path, service: &LeanService) -> Outcome<Option<OidcAgent>> {
    if !OidcAgent::is_here().await {
        return Ok(None);
    }
    let agent = OidcAgent::start(&folder.join("oidc-agent-idle")).await?;
    agent.make_account(service, LARGE, Keeping::InMemory).await?;
    Ok(Some(agent))
}
