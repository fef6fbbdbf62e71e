//! A process of another tool: its tasks are lent a credential over the host's socket and call the service with it, again and
//! again, whatever is done to the credential meanwhile.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use storm_auth::{HttpProvider, OsEntropy, SystemClock};
use storm_broker::{AccessKeyLoan, LentSecret};
use storm_connectors::Catalogue;
use storm_domain::port::{Clock as _, Provider as _};
use storm_domain::{ApiKeyCredential, Credential, Fields, Method, Timestamp, Verdict};
use storm_tests::{Outcome, StepError};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::single_flight::asker::{Task, lend, lend_access_key};
use crate::victim::report::sha256_of;
use crate::victim::{line, print};

/// One for the process, which keeps its connections.
static PROVIDER: OnceLock<Option<HttpProvider>> = OnceLock::new();

/// Tasks of each process.
pub const TASKS: usize = 4;
/// From the beginning of a call to that of the next.
const PACE: Duration = Duration::from_millis(20);
/// For one request to a service on the same computer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The first line of its standard input.
#[derive(Clone, Serialize, Deserialize)]
pub struct CallerBeginning {
    pub socket: PathBuf,
    pub task: Task,
    /// The address that is called.
    pub url: String,
    /// Where AWS is, if what is lent signs.
    pub aws: Option<String>,
}

/// Each further line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallerOrder {
    /// Says so when each task has made one more call, begun after this order.
    OnceMore,
    /// Stops, and tells what was.
    Stop,
}

/// What a task is lent.
enum Lent {
    Secret(LentSecret),
    AccessKey(AccessKeyLoan),
}

/// What its tasks did, all together.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Calls {
    pub made: u64,
    pub failed: Vec<Failed>,
    /// Fingerprints of what was lent.
    pub sha256: BTreeSet<String>,
}

/// A call that failed.
#[derive(Debug, Serialize, Deserialize)]
pub struct Failed {
    /// When it was lent its credential.
    pub lent_at: Timestamp,
    pub ended_at: Timestamp,
    pub what: String,
}

/// Calls from the first line of standard input until the order to stop.
pub async fn run() -> Outcome {
    let first = line().await?.ok_or_else(|| StepError::Wrong("nothing to begin with".to_owned()))?;
    let beginning: Arc<CallerBeginning> = Arc::new(serde_json::from_str(&first)?);
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).timeout(PATIENCE).build()?;
    let (done, stop) = (watch::Sender::new([0_u64; TASKS]), Arc::new(AtomicBool::new(false)));
    let mut tasks = JoinSet::new();
    for number in 0..TASKS {
        tasks.spawn(call_on(number, Arc::clone(&beginning), http.clone(), done.clone(), Arc::clone(&stop)));
    }
    while let Some(line) = line().await? {
        match serde_json::from_str(&line)? {
            CallerOrder::OnceMore => {
                let before = *done.borrow();
                // The next call of a task may have begun already; the one after it has not.
                let is_past = |now: &[u64; TASKS]| now.iter().zip(before).all(|(now, before)| *now >= before + 2);
                let _ = done.subscribe().wait_for(is_past).await; // the sender is held here
                print(&());
            }
            CallerOrder::Stop => break,
        }
    }
    stop.store(true, Ordering::Relaxed);
    let mut all = Calls::default();
    for calls in tasks.join_all().await {
        all.made += calls.made;
        all.failed.extend(calls.failed);
        all.sha256.extend(calls.sha256);
    }
    print(&all);
    Ok(())
}

async fn call_on(
    number: usize,
    beginning: Arc<CallerBeginning>,
    http: reqwest::Client,
    done: watch::Sender<[u64; TASKS]>,
    stop: Arc<AtomicBool>,
) -> Calls {
    let mut calls = Calls::default();
    let mut pace = tokio::time::interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !stop.load(Ordering::Relaxed) {
        pace.tick().await;
        let asking = Arc::clone(&beginning);
        let lent = tokio::task::spawn_blocking(move || {
            let CallerBeginning { socket, task, aws, .. } = &*asking;
            match aws {
                Some(_) => lend_access_key(socket, task).map(Lent::AccessKey),
                None => lend(socket, task).map(Lent::Secret),
            }
        });
        let lent = lent.await;
        let lent_at = SystemClock.now();
        let outcome = match lent {
            // EXPOSE: sent to the service, as the tool is there for.
            Ok(Ok(Lent::Secret(secret))) => call(&http, &beginning.url, secret.expose(), &mut calls.sha256).await,
            Ok(Ok(Lent::AccessKey(loan))) => {
                // EXPOSE: hashed.
                calls.sha256.insert(sha256_of(loan.secret.expose()));
                sign(&beginning, loan).await
            }
            Ok(Err(refused)) => Err(format!("nothing was lent: {refused}")),
            Err(error) => Err(error.to_string()),
        };
        calls.made += 1;
        if let Err(what) = outcome {
            calls.failed.push(Failed { lent_at, ended_at: SystemClock.now(), what });
        }
        done.send_modify(|done| done[number] += 1);
    }
    calls
}

/// Asks STS who it is.
async fn sign(beginning: &CallerBeginning, AccessKeyLoan { id, secret, .. }: AccessKeyLoan) -> Result<(), String> {
    let catalogue = Catalogue::embedded().map_err(|_| "the catalogue is damaged")?;
    let connector = catalogue.connector("aws").ok_or("no such connector")?;
    let fields = Fields::from([("base_url".to_owned(), beginning.aws.clone().unwrap_or_default())]);
    let request = connector.verify_request(Method::ApiKey, &fields).map_err(|error| error.to_string())?;
    let provider = PROVIDER.get_or_init(|| HttpProvider::new(Arc::new(SystemClock), Arc::new(OsEntropy)).ok());
    let provider = provider.as_ref().ok_or("no HTTP client")?;
    let key = Credential::ApiKey(ApiKeyCredential { id: Some(id.clone()), key: secret });
    match provider.verify(&request, &key, None).await {
        Verdict::Works { .. } => Ok(()),
        verdict => Err(format!("{verdict:?} to {id}, as {}", beginning.task.name)),
    }
}

async fn call(http: &reqwest::Client, url: &str, secret: &str, seen: &mut BTreeSet<String>) -> Result<(), String> {
    let sha256 = sha256_of(secret);
    let answer = http.get(url).bearer_auth(secret).send().await;
    let outcome = match answer.map(|answer| answer.status()) {
        Ok(status) if status.is_success() => Ok(()),
        Ok(status) => Err(format!("{status} to {}", &sha256[..8])),
        Err(error) => Err(error.to_string()),
    };
    seen.insert(sha256);
    outcome
}
