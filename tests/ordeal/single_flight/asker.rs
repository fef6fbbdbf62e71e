//! A process with many tasks that all ask the host for the same token at the same moment.

use std::collections::BTreeSet;
use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::sync::{Barrier, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use storm_broker::{AccessKeyLoan, Client, LentSecret, Refusal, RefusalKind, Request, Response};
use storm_tests::{Outcome, StepError};

use super::TASKS;
use crate::victim::print;
use crate::victim::report::sha256_of;

/// As the `storm` command waits when all connections are taken.
const BUSY_PAUSE: Duration = Duration::from_millis(50);

/// What to ask for.
#[derive(Clone, Serialize, Deserialize)]
pub struct Task {
    pub name: String,
    pub min_lifetime_seconds: u64,
}

/// What all the tasks were told.
#[derive(Default, Serialize, Deserialize)]
pub struct Asked {
    pub lent: usize,
    /// Fingerprints of the tokens.
    pub sha256: BTreeSet<String>,
    pub refused: Vec<String>,
}

/// Asks, for each line of standard input, until it ends. The first line names the socket.
pub fn run() -> Outcome {
    let mut lines = std::io::stdin().lock().lines();
    let first = lines.next().ok_or_else(|| StepError::Wrong("nothing to begin with".to_owned()))??;
    let socket: PathBuf = serde_json::from_str(&first)?;
    for line in lines {
        let task: Task = serde_json::from_str(&line?)?;
        let (asked, start) = (Mutex::new(Asked::default()), Barrier::new(TASKS));
        std::thread::scope(|scope| {
            for _ in 0..TASKS {
                scope.spawn(|| {
                    start.wait();
                    let answer = ask(&socket, &task);
                    let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
                    match answer {
                        Ok(sha256) => {
                            asked.lent += 1;
                            asked.sha256.insert(sha256);
                        }
                        Err(refused) => asked.refused.push(refused),
                    }
                });
            }
        });
        print(&asked.into_inner().unwrap_or_else(PoisonError::into_inner));
    }
    Ok(())
}

fn ask(socket: &Path, task: &Task) -> Result<String, String> {
    // EXPOSE: hashed.
    lend(socket, task).map(|secret| sha256_of(secret.expose()))
}

/// Asks the host for a token or a key.
pub fn lend(socket: &Path, Task { name, min_lifetime_seconds }: &Task) -> Result<LentSecret, String> {
    let request = Request::Token { name: name.clone(), min_lifetime_seconds: Some(*min_lifetime_seconds) };
    match ask_host(socket, &request)? {
        Response::Token(loan) => Ok(loan.secret),
        _ => Err("another answer".to_owned()),
    }
}

/// Asks the host for a key that signs.
pub fn lend_access_key(socket: &Path, Task { name, min_lifetime_seconds }: &Task) -> Result<AccessKeyLoan, String> {
    let request = Request::AccessKey { name: name.clone(), min_lifetime_seconds: Some(*min_lifetime_seconds) };
    match ask_host(socket, &request)? {
        Response::AccessKey(loan) => Ok(loan),
        _ => Err("another answer".to_owned()),
    }
}

/// Asks as the `storm` command does.
fn ask_host(socket: &Path, request: &Request) -> Result<Response, String> {
    loop {
        let answer = Client::connect(socket).and_then(|mut client| client.ask(request));
        match answer.map_err(|error| error.to_string())? {
            Response::Refused(Refusal { refusal: RefusalKind::Busy, .. }) => std::thread::sleep(BUSY_PAUSE),
            Response::Refused(refusal) => return Err(refusal.message),
            answer => return Ok(answer),
        }
    }
}
