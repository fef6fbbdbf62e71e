//! The benchmarks: `storm-bench FOLDER [NAME...]`. Needs the private desktop and release builds; `make bench` provides both.

mod assertions;
mod filled_vault;
mod floor;
mod group_commit;
mod harness;
mod idle;
mod lean_service;
mod oidc_agent;
mod process;
mod refresh;
mod schedule;
mod screen;
mod search;
mod start_to_first_token;
mod stopwatch;
mod storm_of_refreshes;
mod token;
mod window;
mod window_soak;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use storm_tests::program::private_folder;
use storm_tests::{Desktop, Outcome};

use crate::harness::Benchmark;

const NAMES: [&str; 8] =
    ["token", "refresh", "storm_of_refreshes", "assertions", "start_to_first_token", "idle", "schedule", "window"];
/// It takes so long that it runs only when it is asked for.
const SOAK: &str = "window_soak";

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next().map(PathBuf::from) else {
        eprintln!("usage: storm-bench FOLDER [{}]", [&NAMES[..], &[SOAK][..]].concat().join(" | "));
        return ExitCode::from(2);
    };
    let wanted: Vec<String> = arguments.collect();
    let done = match wanted.as_slice() {
        [name] if folder == Path::new(schedule::WAITS) => schedule::wait(name).await,
        _ => run(&folder, &wanted).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("storm-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(folder: &Path, wanted: &[String]) -> Outcome {
    Desktop::of_session()?;
    std::fs::create_dir_all(folder)?;
    let scratch = private_folder()?;
    let is_wanted = |name: &&str| wanted.iter().any(|one| one == name) || (wanted.is_empty() && *name != SOAK);
    for name in NAMES.into_iter().chain([SOAK]).filter(is_wanted) {
        let done: Vec<Benchmark> = match name {
            "token" => vec![token::measure(scratch.path()).await?],
            "refresh" => vec![refresh::measure(scratch.path()).await?],
            "storm_of_refreshes" => storm_of_refreshes::measure(scratch.path()).await?.into(),
            "assertions" => vec![assertions::measure(scratch.path()).await?],
            "start_to_first_token" => start_to_first_token::measure(scratch.path()).await?.into(),
            "schedule" => schedule::measure(scratch.path()).await?.into(),
            "idle" => idle::measure(scratch.path()).await?.into(),
            SOAK => window_soak::measure(scratch.path()).await?.into(),
            _ => window::measure(scratch.path()).await?,
        };
        for benchmark in done {
            benchmark.report(folder)?;
        }
    }
    Ok(())
}
