//! Real logins while a local program attacks the port that their browser comes back to.
//!
//! The engine, its vault, its protocol clients and the practice service are the real ones; the browser is an HTTP client that
//! signs in, approves and follows the redirect. The attacker is given more than it would have: the port and the path. For each
//! login it holds idle sockets and starves others, and the browser comes back in the middle of its requests.

mod hostile;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use storm_auth::{HttpProvider, OsEntropy, SystemClock};
use storm_connectors::Catalogue;
use storm_domain::{Event, Fields, LeaseOwner, RegistrationId};
use storm_engine::view::{
    AuthorizationProgress, AuthorizationTarget, AuthorizationView, BeginAuthorizationRequest, SaveRegistrationRequest,
};
use storm_engine::{Engine, EngineParts};
use storm_sandbox::{JournalQuery, Options, Sandbox};
use storm_store::{VaultFolder, open_vault};
use storm_testkit::{FakeBrowser, FakeKeyring, RecordingEvents};
use storm_tests::{Outcome, StepError, other_browser};
use url::Url;

use self::hostile::Attack;
use crate::scratch;

/// Hostile requests of each login, and in all at the least.
const REQUESTS_EACH: usize = 1_000;
const REQUESTS_AT_LEAST: usize = 10_000;
/// A login that is not over by then was held up for good.
const PATIENCE: Duration = Duration::from_secs(60);

/// Plays so many logins, and gives the closing figures.
pub async fn run(logins: usize) -> Outcome<Value> {
    let each = REQUESTS_EACH.max(REQUESTS_AT_LEAST.div_ceil(logins.max(1)));
    let scene = Scene::set().await?;
    let mut sum = Sum::default();
    for number in 0..logins {
        let login = scene.log_in(number, each).await?;
        sum.requests += login.requests;
        sum.idle = sum.idle.max(login.idle);
        sum.slowest = sum.slowest.max(login.answered_in);
        match login.end {
            End::Succeeded => sum.succeeded += 1,
            End::Hijacked(how) => {
                sum.hijacked += 1;
                eprintln!("VIOLATION in login {number}: {how}");
            }
            End::HeldUp(how) => eprintln!("VIOLATION in login {number}: {how}"),
        }
    }
    Ok(json!({
        "logins": logins, "succeeded": sum.succeeded, "hijacked": sum.hijacked, "requests": sum.requests, "idle": sum.idle,
        "slowest_ms": sum.slowest.as_millis() as u64,
    }))
}

#[derive(Default)]
struct Sum {
    succeeded: usize,
    hijacked: usize,
    requests: usize,
    idle: usize,
    slowest: Duration,
}

/// One login, as it went.
struct Login {
    end: End,
    requests: usize,
    idle: usize,
    /// From the browser's knock to the whole page.
    answered_in: Duration,
}

enum End {
    Succeeded,
    /// It ended by what the attacker sent.
    Hijacked(String),
    /// It did not end, or the browser was not answered.
    HeldUp(String),
}

struct Scene {
    engine: Arc<Engine>,
    browser: Arc<FakeBrowser>,
    events: Arc<RecordingEvents>,
    service: Sandbox,
    registration: RegistrationId,
    fields: Fields,
    _data: tempfile::TempDir,
}

impl Scene {
    async fn set() -> Outcome<Self> {
        let data = scratch()?;
        let service = Sandbox::start(Options::default()).await.map_err(wrong)?;
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(OsEntropy));
        let keyring = Arc::new(FakeKeyring::default());
        let opened = open_vault(VaultFolder::new(data.path()), keyring, clock.clone(), entropy.clone()).await;
        let (browser, events) = (Arc::new(FakeBrowser::default()), Arc::new(RecordingEvents::default()));
        let provider = Arc::new(HttpProvider::new(clock.clone(), entropy.clone()).map_err(wrong)?);
        let engine = Engine::new(EngineParts {
            vault: Arc::new(opened.map_err(wrong)?),
            network: Arc::clone(&provider) as _,
            provider,
            browser: browser.clone(),
            clock,
            entropy,
            events: events.clone(),
            catalogue: Catalogue::embedded().map_err(|_| wrong("the catalogue is damaged"))?,
            owner: LeaseOwner { process: uuid::Uuid::new_v4().to_string(), boot: "this one".to_owned() },
        });
        let fields = Fields::from([("base_url".to_owned(), service.base_url().to_owned())]);
        let registration = SaveRegistrationRequest {
            id: None,
            connector_id: "practice".to_owned(),
            client_id: "practice-desktop".to_owned(),
            client_secret: None,
            file: None,
            secret_ends_at: None,
            fields: fields.clone(),
        };
        let registration = engine.save_registration(registration).await.map_err(wrong)?.id;
        Ok(Self { engine, browser, events, service, registration, fields, _data: data })
    }

    async fn log_in(&self, number: usize, requests: usize) -> Outcome<Login> {
        let account = format!("person-{number}@practice.example");
        let exchanged_before = self.exchanges();
        let attempt = self.begin(number).await?;
        let approved = other_browser::approve(&self.browser.next().await, &account).await?;
        let redirect_uri = attempt.redirect_uri.as_deref().ok_or_else(|| wrong("it waits for no redirect"))?;
        let attack = Attack::begin(redirect_uri, requests).await?;
        attack.is_under_way().await;
        let before = self.progress(&attempt)?;
        if !matches!(before, AuthorizationProgress::Waiting { .. }) {
            let end = End::Hijacked(format!("it ended before the browser came: {before:?}"));
            return Ok(attack.end().await.login(end, Duration::ZERO));
        }
        let arrived = arrive(&approved).await;
        let ended = tokio::time::timeout(PATIENCE, self.ended(&attempt)).await;
        let attacked = attack.end().await;
        let answered_in = arrived.as_ref().map_or(Duration::ZERO, |answered_in| *answered_in);
        let exchanges = self.exchanges() - exchanged_before;
        let end = match (arrived, ended) {
            _ if attacked.pages > 0 => {
                End::Hijacked(format!("{} strangers were told they are connected", attacked.pages))
            }
            (Err(why), _) => End::HeldUp(format!("the browser was not answered: {why}")),
            (_, Err(_)) => End::HeldUp(format!("not over after {} s", PATIENCE.as_secs())),
            (_, Ok(progress)) => match progress? {
                AuthorizationProgress::Completed { account: Some(who), .. }
                    if who.label == account && exchanges == 1 =>
                {
                    End::Succeeded
                }
                other => End::Hijacked(format!("{exchanges} codes were exchanged, and it ended as {other:?}")),
            },
        };
        Ok(attacked.login(end, answered_in))
    }

    async fn begin(&self, number: usize) -> Outcome<AuthorizationView> {
        let target = AuthorizationTarget::New {
            connector_id: "practice".to_owned(),
            name: Some(format!("Login {number}")),
            fields: self.fields.clone(),
            registration_id: self.registration,
            scopes: Vec::new(),
        };
        self.engine.begin_authorization(BeginAuthorizationRequest { target }).await.map_err(wrong)
    }

    fn progress(&self, attempt: &AuthorizationView) -> Outcome<AuthorizationProgress> {
        Ok(self.engine.authorization(attempt.id).map_err(wrong)?.progress)
    }

    async fn ended(&self, attempt: &AuthorizationView) -> Outcome<AuthorizationProgress> {
        loop {
            self.events.wait_for(|event| *event == Event::AuthorizationChanged { id: attempt.id }).await;
            self.events.clear();
            match self.progress(attempt)? {
                AuthorizationProgress::Waiting { .. } | AuthorizationProgress::Exchanging => {}
                ended => return Ok(ended),
            }
        }
    }

    /// How many codes were sent to the token endpoint so far.
    fn exchanges(&self) -> usize {
        let query = JournalQuery { path: Some("/oauth/token".to_owned()), ..JournalQuery::default() };
        let seen = self.service.control().requests(&query);
        seen.iter().filter(|entry| entry.grant_type.as_deref() == Some("authorization_code")).count()
    }
}

/// Follows the redirect as a browser does; gives how long it took to the whole page.
async fn arrive(redirect: &Url) -> Outcome<Duration> {
    let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
    let begun = tokio::time::Instant::now();
    let page = http.get(redirect.clone()).send().await?.text().await?;
    let answered_in = begun.elapsed();
    if page.contains("You are connected") { Ok(answered_in) } else { Err(wrong(format!("another page: {page}"))) }
}

fn wrong(what: impl ToString) -> StepError {
    StepError::Wrong(what.to_string())
}
