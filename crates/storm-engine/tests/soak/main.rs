//! Months in the life of a thousand integrations, in virtual time: engine and refresher against simulated services that rotate
//! refresh tokens and end a grant whose old one comes again, over a network that loses answers, on a computer that sleeps,
//! crashes, fills its disk and sets its clock. The vault is the one in memory that keeps to the real one's contract.
//!
//! What must never happen is checked at every request, every hand-out and every hour. A run is the same for the same seed.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod clock;
mod dice;
mod ledger;
mod person;
mod provider;
mod service;
mod world;

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ledger::{Ledger, read};
use world::World;

/// A number from the environment, as `make soak-sim` sets it.
#[expect(clippy::disallowed_methods, reason = "the way into a test from outside")]
fn wanted(name: &str, otherwise: u32) -> u32 {
    std::env::var(name).map_or(otherwise, |number| number.parse().unwrap())
}

/// Memory of this process in MiB, where the system tells.
fn memory_mib() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).map_or(0, |pages| pages * 4 / 1024)
}

#[test]
fn weeks_of_many_integrations_break_no_promise() {
    let (first, seeds) = (wanted("STORM_SOAK_FIRST_SEED", 1), wanted("STORM_SOAK_SEEDS", 2));
    let (days, integrations) = (wanted("STORM_SOAK_DAYS", 5), wanted("STORM_SOAK_INTEGRATIONS", 60));
    let live = |seed: u32| {
        let world = World::new(u64::from(seed), integrations as usize);
        world.live(days);
        println!("seed {seed}: {}; {} MiB", told(&world.ledger), memory_mib());
        world.ledger.violations().iter().for_each(|what| println!("seed {seed}: VIOLATION {what}"));
        world.ledger
    };
    let (next, last) = (AtomicU32::new(first), first + seeds);
    let live_some = || {
        let turns = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        turns.take_while(|seed| *seed < last).map(live).collect::<Vec<_>>()
    };
    let ledgers: Vec<Arc<Ledger>> = std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let living: Vec<_> = (0..cores).map(|_| scope.spawn(live_some)).collect();
        living.into_iter().flat_map(|living| living.join().unwrap()).collect()
    });
    let sum = |counter: fn(&Ledger) -> u64| ledgers.iter().map(|ledger| counter(ledger)).sum::<u64>();
    let (requests, lent) = (sum(|ledger| read(&ledger.requests)), sum(|ledger| read(&ledger.lent)));
    let violated = sum(Ledger::violated);
    let mut adversities = BTreeMap::<&str, u64>::new();
    for (what, times) in ledgers.iter().flat_map(|ledger| ledger.adversities()) {
        *adversities.entry(what).or_default() += times;
    }
    println!(
        "soak-sim: {seeds} seeds, {days} days x {integrations} integrations, {requests} requests, {lent} hand-outs, {}, \
         {violated} violations",
        listed(adversities.iter().map(|(what, times)| (*what, *times)))
    );
    assert_eq!(violated, 0);
    assert_eq!(ledgers.len(), seeds as usize);
    assert!(requests > 0 && lent > 0, "nothing happened");
    assert!(adversities.values().all(|times| *times > 0), "something never happened: {adversities:?}");
}

/// What happened in a run.
fn told(ledger: &Ledger) -> String {
    format!(
        "{} requests, {} refreshed, {} lent, {} made good, {} ended and explained, {} reconnects, {}",
        read(&ledger.requests),
        read(&ledger.refreshed),
        read(&ledger.lent),
        read(&ledger.made_good),
        read(&ledger.explained),
        read(&ledger.reconnected),
        listed(ledger.adversities().into_iter()),
    )
}

fn listed(counts: impl Iterator<Item = (&'static str, u64)>) -> String {
    counts.map(|(what, times)| format!("{times} {what}")).collect::<Vec<_>>().join(", ")
}
