//! Service accounts: assertions signed by RS256 and exchanged for tokens, on as many tasks as there are cores.
//!
//! The floor is what nobody can do without: bare signatures of the same key by the same library on as many threads. The service
//! reads no assertion, but runs on the same cores, so that its share weighs on ours. While a task waits for its answer a core has
//! nothing to do; with more tasks than cores it has, which shows how much of the rest is waiting.

use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use storm_auth::{HttpProvider, OsEntropy, SystemClock};
use storm_domain::port::{Clock as _, Provider as _};
use storm_domain::{
    AssertionRules, KeyExchange, KeyFileAccount, ServiceAccountKey, ServiceAccountService, TokenLifetimes,
};
use storm_secret::PrivateKey;
use storm_tests::{Outcome, ensure};
use url::Url;

use crate::group_commit::failed;
use crate::harness::{Benchmark, OURS, Rounds};
use crate::lean_service::LeanService;
use crate::stopwatch::Stopwatch;

const ROUNDS: usize = 9;
/// For each core in a round.
const EACH: usize = 1_000;
const MORE: &str = "ours-4-a-core";
const FLOOR: &str = "bare-signatures";
/// What is signed has about this length.
const MESSAGE_BYTES: usize = 400;

/// Exchanges beside bare signatures.
///
/// # Errors
/// When a part cannot be set up, or an exchange fails.
pub async fn measure() -> Outcome<Benchmark> {
    let cores = std::thread::available_parallelism()?.get();
    let lean = LeanService::start(0)?;
    let pair = Arc::new(RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?);
    let provider = Arc::new(HttpProvider::new(Arc::new(SystemClock), Arc::new(OsEntropy)).map_err(failed)?);
    let token_uri = format!("{}/oauth/token", lean.base_url()).parse().map_err(failed)?;
    let key = Arc::new(key(&pair, token_uri)?);
    let service = Arc::new(ServiceAccountService {
        token_hosts: vec!["127.0.0.1".to_owned()],
        scopes: vec!["read".to_owned()],
        assertion: AssertionRules::default(),
        exchange: KeyExchange::Grant { token_url: None },
        lifetimes: TokenLifetimes::default(),
    });

    let mut rounds = Rounds::new("assertions", "µs each");
    rounds.announce(OURS, "signed, exchanged over loopback, the answer read; a task for each core");
    rounds.announce(MORE, "the same, four tasks for each core");
    rounds.announce(FLOOR, "RS256 by aws-lc-rs alone; a thread for each core");
    for _ in 0..ROUNDS {
        for (name, tasks, each) in [(OURS, cores, EACH), (MORE, 4 * cores, EACH / 4)] {
            let before = lean.exchanged();
            let stopwatch = Stopwatch::start();
            let exchanging = (0..tasks).map(|_| {
                let (provider, service, key) = (Arc::clone(&provider), Arc::clone(&service), Arc::clone(&key));
                tokio::spawn(async move { exchange(&provider, &service, &key, each).await })
            });
            for task in exchanging.collect::<Vec<_>>() {
                task.await.map_err(failed)??;
            }
            rounds.add(name, microseconds_each(&stopwatch, cores));
            let exchanged = lean.exchanged() - before;
            ensure(exchanged == (cores * EACH) as u64, || format!("the service saw {exchanged} assertions"))?;
        }

        let stopwatch = Stopwatch::start();
        let signing = (0..cores).map(|_| {
            let pair = Arc::clone(&pair);
            tokio::task::spawn_blocking(move || sign(&pair))
        });
        for thread in signing.collect::<Vec<_>>() {
            thread.await.map_err(failed)??;
        }
        rounds.add(FLOOR, microseconds_each(&stopwatch, cores));
    }
    Ok(rounds.finish())
}

async fn exchange(
    provider: &HttpProvider,
    service: &ServiceAccountService,
    key: &ServiceAccountKey,
    times: usize,
) -> Outcome {
    for _ in 0..times {
        let exchanged = provider.exchange_assertion(service, key, SystemClock.now()).await;
        exchanged.map_err(|failure| failed(format!("{failure:?}")))?;
    }
    Ok(())
}

fn sign(pair: &RsaKeyPair) -> Outcome {
    let (random, message) = (SystemRandom::new(), [b'a'; MESSAGE_BYTES]);
    let mut signature = vec![0; pair.public_modulus_len()];
    for _ in 0..EACH {
        pair.sign(&RSA_PKCS1_SHA256, &random, &message, &mut signature).map_err(failed)?;
    }
    Ok(())
}

/// As a file of Google's holds it.
fn key(pair: &RsaKeyPair, token_uri: Url) -> Outcome<ServiceAccountKey> {
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
    let pem =
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", BASE64_STANDARD.encode(der.as_ref()));
    let account = KeyFileAccount { client_email: "bench@practice.example".to_owned(), project_id: None, token_uri };
    Ok(ServiceAccountKey::of_account(PrivateKey::new(pem), "bench".to_owned(), account))
}

fn microseconds_each(stopwatch: &Stopwatch, cores: usize) -> f64 {
    stopwatch.milliseconds() * 1000.0 / (cores * EACH) as f64
}
