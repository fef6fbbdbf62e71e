//! What a tool waits for when it asks for access: `storm token` as a whole process.

use std::path::Path;
use std::process::{Command, Stdio};

use storm_domain::IntegrationId;
use storm_tests::{Headless, Outcome, Practice, StepError, ensure};

use crate::floor::build_empty_program;
use crate::harness::{Benchmark, OURS, Rounds};
use crate::start_to_first_token::start_agent;
use crate::stopwatch::Stopwatch;

const ROUNDS: usize = 200;
const NAME: &str = "Measured";

/// Beside a static program that does nothing, and beside `secret-tool lookup`.
///
/// # Errors
/// When a part cannot be set up, or an answer is wrong.
pub async fn measure(folder: &Path) -> Outcome<Benchmark> {
    let practice = Practice::start().await?;
    let key = practice.create_key("measured").await?;
    let data = folder.join("token");
    let headless = Headless::start(&data).await?;
    let id: IntegrationId = headless.connect_key(&practice, NAME, &key).await?;
    let allowed = headless.engine()?.set_lending(id, true).await;
    ensure(allowed.is_ok(), || format!("{allowed:?}"))?;
    headless.stop().await;
    let socket = data.with_extension("sock");
    let agent = start_agent(&data).await?;

    let mut rounds = Rounds::new("token", "ms");
    rounds.announce(OURS, "storm token NAME, as a whole process");
    rounds.announce("empty-program", "a static program that does nothing");
    let storm = handout()?;
    let mut programs = vec![(OURS, vec![storm.to_string_lossy().into_owned(), "token".to_owned(), NAME.to_owned()])];
    let empty = build_empty_program(folder).await?;
    programs.push(("empty-program", vec![empty.to_string_lossy().into_owned()]));
    if store_peer(&key)? {
        rounds.announce("secret-tool", "secret-tool lookup, from the same gnome-keyring");
        programs.push(("secret-tool", ["secret-tool", "lookup", "measured", "yes"].map(str::to_owned).to_vec()));
    } else {
        rounds.miss("secret-tool");
    }
    for _ in 0..ROUNDS {
        for (name, command) in &programs {
            let stopwatch = Stopwatch::start();
            let output = Command::new(&command[0])
                .args(&command[1..])
                .env("STORM_CONNECT_SOCKET", &socket)
                .stdin(Stdio::null())
                .output()?;
            rounds.add(name, stopwatch.milliseconds());
            let right = *name == "empty-program" || String::from_utf8_lossy(&output.stdout).trim() == key;
            ensure(output.status.success() && right, || {
                format!("{name}: {}", String::from_utf8_lossy(&output.stderr))
            })?;
        }
    }
    agent.kill().await?;
    Ok(rounds.finish())
}

/// The command as it is shipped: from the `handout` profile's folder, beside this one.
fn handout() -> Outcome<std::path::PathBuf> {
    let mut folder = std::env::current_exe()?;
    folder.pop();
    let shipped = folder.with_file_name("handout").join("storm");
    if shipped.is_file() {
        Ok(shipped)
    } else {
        Err(StepError::Wrong("cargo build --profile handout -p storm-cli first".to_owned()))
    }
}

/// Keeps the same secret where `secret-tool` finds it; false = it is not installed.
fn store_peer(secret: &str) -> Outcome<bool> {
    use std::io::Write as _;
    let store = Command::new("secret-tool")
        .args(["store", "--label=measured", "measured", "yes"])
        .stdin(Stdio::piped())
        .spawn();
    let Ok(mut store) = store else { return Ok(false) };
    if let Some(mut input) = store.stdin.take() {
        input.write_all(secret.as_bytes())?;
    }
    Ok(store.wait()?.success())
}
