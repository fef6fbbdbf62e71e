//! Ordeals: what is done to the program from outside to see whether it loses a grant or leaves a call without its key.
//!
//! The victim is this same program started again: the real vault, protocol clients and engine, killed with SIGKILL, given a
//! disk that fails, or a disk that a power cut left behind. The practice service, which lives on, is asked who is right.

mod chance;
mod estate;
mod fault_loops;
mod host;
mod kill9;
mod listener_attack;
mod overtaken;
mod power_cut;
mod process;
mod rotate_crash;
mod rotate_under_load;
mod shim;
mod single_flight;
mod victim;

use std::path::Path;
use std::process::ExitCode;

use storm_tests::{Outcome, StepError};

use crate::estate::Server;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = match words.first() {
        Some(&("victim" | "asker" | "caller")) => tokio::runtime::Builder::new_current_thread().enable_all().build(),
        _ => tokio::runtime::Builder::new_multi_thread().enable_all().build(),
    };
    let ended = runtime.map_err(StepError::from).and_then(|runtime| runtime.block_on(run(&words)));
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("storm-ordeal: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A folder for estates. A kill takes nothing from what the system was given to write, and other faults are made, so the disk
/// has no part in it and memory will do.
fn scratch() -> Outcome<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    Ok(tempfile::Builder::new().prefix("storm-ordeal-").tempdir_in(folder)?)
}

/// Whether everything held.
async fn run(words: &[&str]) -> Outcome<bool> {
    let usage = || {
        let orders = "kill9 grace|strict KILLS [SEED], fault-loops [OPERATION], power-cut [SEED], single-flight ROUNDS, \
                      listener-attack LOGINS, rotate-under-load ROUNDS, rotate-crash EACH [SEED]";
        StepError::Wrong(format!("usage: storm-ordeal with one of: {orders}"))
    };
    match words {
        ["victim"] => victim::run().await.map(|()| true),
        ["host"] => host::run().await.map(|()| true),
        ["asker"] => single_flight::run_asker().map(|()| true),
        ["caller"] => rotate_under_load::run_caller().await.map(|()| true),
        ["kill9", server, kills, seed @ ..] => {
            let server = Server::of_name(server).ok_or_else(usage)?;
            let kills = kills.parse().map_err(|_| usage())?;
            let seed = seed.first().map_or(Ok(1), |seed| seed.parse()).map_err(|_| usage())?;
            let line = kill9::run(server, kills, seed).await?;
            println!("{line}");
            Ok(line["unexplained"] == 0 && (server == Server::Strict || line["lost"] == 0))
        }
        ["fault-loops", only @ ..] => {
            let sum = fault_loops::run(only.first().copied()).await?;
            println!(
                "fault loops: {} faults in {} series, {} violations",
                sum["faults"], sum["series"], sum["violations"]
            );
            Ok(sum["violations"] == 0)
        }
        ["power-cut", seed @ ..] => {
            let seed = seed.first().map_or(Ok(1), |seed| seed.parse()).map_err(|_| usage())?;
            let sum = power_cut::run(seed).await?;
            println!(
                "power cuts: {} disks at {} moments, {} promises, {} violations",
                sum["disks"], sum["moments"], sum["promises"], sum["violations"]
            );
            Ok(sum["violations"] == 0)
        }
        ["single-flight", rounds] => {
            let rounds = rounds.parse().map_err(|_| usage())?;
            let overtaken = overtaken::run().await?;
            println!("overtaken leases: {} cases, {} violations", overtaken["cases"], overtaken["violations"]);
            let sum = single_flight::run(rounds).await?;
            println!(
                "single flight: {} rounds of {} processes × {} tasks, {} tokens lent, {} requests, {} violations",
                sum["rounds"], sum["processes"], sum["tasks"], sum["lent"], sum["requests"], sum["violations"]
            );
            Ok(sum["violations"] == 0 && overtaken["violations"] == 0)
        }
        ["rotate-under-load", rounds] => rotate_under_load::run(rounds.parse().map_err(|_| usage())?).await,
        ["rotate-crash", each, seed @ ..] => {
            let each = each.parse().map_err(|_| usage())?;
            let seed = seed.first().map_or(Ok(1), |seed| seed.parse()).map_err(|_| usage())?;
            rotate_crash::run(each, seed).await
        }
        ["listener-attack", logins] => {
            let sum = listener_attack::run(logins.parse().map_err(|_| usage())?).await?;
            println!(
                "listener attack: {} hostile requests, {} idle sockets at once, the browser waited {} ms at most",
                sum["requests"], sum["idle"], sum["slowest_ms"]
            );
            println!("logins {}, succeeded {}, hijacked {}", sum["logins"], sum["succeeded"], sum["hijacked"]);
            Ok(sum["succeeded"] == sum["logins"] && sum["hijacked"] == 0)
        }
        _ => Err(usage()),
    }
}
