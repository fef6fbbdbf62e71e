//! The benchmarks: `storm-bench FOLDER [NAME...]`. Needs the private desktop and release builds; `make bench` provides both.

mod floor;
mod harness;
mod refresh;
mod screen;
mod stopwatch;
mod token;
mod window;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use storm_tests::program::private_folder;
use storm_tests::{Desktop, Outcome};

use crate::harness::Benchmark;

const NAMES: [&str; 3] = ["token", "refresh", "window"];

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next().map(PathBuf::from) else {
        eprintln!("usage: storm-bench FOLDER [{}]", NAMES.join(" | "));
        return ExitCode::from(2);
    };
    let wanted: Vec<String> = arguments.collect();
    match run(&folder, &wanted).await {
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
    for name in NAMES.into_iter().filter(|name| wanted.is_empty() || wanted.iter().any(|one| one == name)) {
        let done: Vec<Benchmark> = match name {
            "token" => vec![token::measure(scratch.path()).await?],
            "refresh" => vec![refresh::measure(scratch.path()).await?],
            _ => window::measure(scratch.path()).await?.into(),
        };
        for benchmark in done {
            benchmark.report(folder)?;
        }
    }
    Ok(())
}
