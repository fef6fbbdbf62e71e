//! Service accounts: assertions signed by RS256 and exchanged for tokens.
//!
//! The floor is what nobody can do without: bare signatures of the same key by the same library on as many threads as there are
//! cores. Ours is measured twice: as the engine does it, from the row of the integration to the token that is kept and the row
//! that says so; and by the protocol client alone, from the claims to the token. The service reads no assertion, but runs on the
//! same cores, so that its share weighs on ours: what its thread took of the processor is told by the kernel, and the client is
//! shown without it, too. A core whose only task waits for its answer has nothing to do, so several are
//! under way for each; how much that matters is measured too.

use std::path::Path;
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
    AssertionRules, IntegrationId, KeyExchange, KeyFileAccount, ServiceAccountKey, ServiceAccountService,
    TokenLifetimes,
};
use storm_engine::Engine;
use storm_secret::PrivateKey;
use storm_testkit::FakeKeyring;
use storm_tests::{Headless, Outcome, ensure};
use url::Url;

use crate::filled_vault::fill_accounts;
use crate::group_commit::failed;
use crate::harness::{Benchmark, OURS, Rounds};
use crate::lean_service::LeanService;
use crate::stopwatch::Stopwatch;

const ROUNDS: usize = 9;
/// For each core in a round.
const EACH: usize = 1_000;
/// Under way at once for each core.
const AT_ONCE: usize = 4;
const CLIENT: &str = "client-alone";
const APART: &str = "client-less-service";
const ONE_EACH: &str = "client-1-a-core";
const FLOOR: &str = "bare-signatures";
/// What is signed has about this length.
const MESSAGE_BYTES: usize = 400;

/// Exchanges beside bare signatures.
///
/// # Errors
/// When a part cannot be set up, or an exchange fails.
pub async fn measure(folder: &Path) -> Outcome<Benchmark> {
    let cores = std::thread::available_parallelism()?.get();
    let lean = LeanService::start(0)?;
    let pair = Arc::new(RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?);
    let token_uri = format!("{}/oauth/token", lean.base_url()).parse().map_err(failed)?;
    let client = Arc::new(Client::new(key(&pair, token_uri)?)?);
    let (data, keyring) = (folder.join("assertions"), Arc::new(FakeKeyring::default()));
    let ids = fill_accounts(&data, Arc::clone(&keyring) as _, &lean, &client.key, AT_ONCE * cores).await?;
    let headless = Headless::start_locked(&data, Some(keyring)).await;
    let engine = headless.engine()?;

    let mut rounds = Rounds::new("assertions", "µs each");
    rounds.announce(OURS, "by the engine: signed, exchanged over loopback, kept, the row written; 4 for each core");
    rounds.announce(CLIENT, "by its protocol client alone: signed, exchanged, the answer read; 4 for each core");
    rounds.announce(APART, "the same, without what the service's thread took of the cores");
    rounds.announce(ONE_EACH, "the same, 1 for each core");
    rounds.announce(FLOOR, "RS256 by aws-lc-rs alone; a thread for each core");
    for _ in 0..ROUNDS {
        let begin = || ids.iter().map(|id| tokio::spawn(by_engine(Arc::clone(&engine), *id))).collect();
        rounds.add(OURS, exchanged(&lean, cores, begin).await?);
        for (name, at_once) in [(CLIENT, AT_ONCE), (ONE_EACH, 1)] {
            let begin_one = |_| tokio::spawn(Arc::clone(&client).exchange(EACH / at_once));
            let before = lean.spent()?;
            let each = exchanged(&lean, cores, || (0..at_once * cores).map(begin_one).collect()).await?;
            rounds.add(name, each);
            if name == CLIENT {
                let service = (lean.spent()? - before).as_secs_f64() * 1e6 / (cores * EACH) as f64;
                rounds.add(APART, each - service / cores as f64);
            }
        }
        let begin_one = |_| {
            let pair = Arc::clone(&pair);
            tokio::task::spawn_blocking(move || sign(&pair))
        };
        rounds.add(FLOOR, microseconds_each(cores, || (0..cores).map(begin_one).collect()).await?);
    }
    headless.stop().await;
    Ok(rounds.finish())
}

type Tasks = Vec<tokio::task::JoinHandle<Outcome>>;

/// What each exchange takes of the time. The service must have seen as many.
async fn exchanged(lean: &LeanService, cores: usize, begin: impl FnOnce() -> Tasks) -> Outcome<f64> {
    let before = lean.exchanged();
    let each = microseconds_each(cores, begin).await?;
    let exchanged = lean.exchanged() - before;
    ensure(exchanged == (cores * EACH) as u64, || format!("the service saw {exchanged} assertions"))?;
    Ok(each)
}

async fn microseconds_each(cores: usize, begin: impl FnOnce() -> Tasks) -> Outcome<f64> {
    let stopwatch = Stopwatch::start();
    for task in begin() {
        task.await.map_err(failed)??;
    }
    Ok(stopwatch.milliseconds() * 1000.0 / (cores * EACH) as f64)
}

async fn by_engine(engine: Arc<Engine>, id: IntegrationId) -> Outcome {
    for _ in 0..EACH / AT_ONCE {
        engine.refresh_integration(id).await.map_err(failed)?;
    }
    Ok(())
}

/// The protocol client, and what it is given by the engine.
struct Client {
    provider: HttpProvider,
    service: ServiceAccountService,
    key: ServiceAccountKey,
}

impl Client {
    fn new(key: ServiceAccountKey) -> Outcome<Self> {
        let provider = HttpProvider::new(Arc::new(SystemClock), Arc::new(OsEntropy)).map_err(failed)?;
        let service = ServiceAccountService {
            token_hosts: vec!["127.0.0.1".to_owned()],
            scopes: vec!["read".to_owned()],
            assertion: AssertionRules::default(),
            exchange: KeyExchange::Grant { token_url: None },
            lifetimes: TokenLifetimes::default(),
        };
        Ok(Self { provider, service, key })
    }

    async fn exchange(self: Arc<Self>, times: usize) -> Outcome {
        for _ in 0..times {
            let exchanged = self.provider.exchange_assertion(&self.service, &self.key, SystemClock.now()).await;
            exchanged.map_err(|failure| failed(format!("{failure:?}")))?;
        }
        Ok(())
    }
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
