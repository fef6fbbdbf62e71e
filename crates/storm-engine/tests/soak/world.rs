//! Everything that outlives one run of the program: the vault, the services, the clocks. A run ends by a shutdown or by a
//! crash; the next one opens what the last one left.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use storm_connectors::Catalogue;
use storm_domain::port::{Clock as _, EventSink, NewIntegration, Vault as _};
use storm_domain::{
    Account, AppRegistration, Credential, Event, Fields, Integration, IntegrationId, LeaseOwner, Method, OAuthGrant,
    ReconnectReason, RefreshState, RegistrationId, Timestamp, TokenState,
};
use storm_engine::{Engine, EngineParts};
use storm_secret::{AccessToken, RefreshToken};
use storm_testkit::{FakeBrowser, FakeNetwork, MemoryVault, SeededEntropy, integration};
use uuid::Uuid;

use crate::clock::{DiskClock, SimulatedClock};
use crate::dice::Dice;
use crate::ledger::{Ledger, count, read};
use crate::person::Person;
use crate::provider::Network;
use crate::service::{End, Services, Shared, parts};

pub const FIRST_PORT: u16 = 20_000;
const HOSTS: usize = 32;
const HOUR: Duration = Duration::from_secs(3600);
const DISK_LATENCY: Duration = Duration::from_millis(4);
/// How long an answer may be on its way from the network to the disk.
const LANDING: Duration = Duration::from_millis(5);
const WEATHER_CHANGES_WITHIN: Duration = Duration::from_secs(10);
/// Some time after which something that is kept warm every week was used.
const LONGEST_IDLE: Duration = Duration::from_secs(10 * 24 * 3600);

/// At which host an integration's service is.
pub fn host_of(index: usize) -> usize {
    index % HOSTS
}

pub fn id_of(index: usize) -> IntegrationId {
    IntegrationId(Uuid::from_u128(index as u128 + 1))
}

/// An event sink that nobody looks at.
struct NoEvents;

impl EventSink for NoEvents {
    fn publish(&self, _event: Event) {}
}

/// What goes wrong for a while, and outlasts a run.
#[derive(Default)]
struct Weather {
    disk_is_full_until: Option<Timestamp>,
    /// By the time that the computer is awake.
    clock_is_wrong_until: Option<Duration>,
    run_began_at: Option<Timestamp>,
}

#[derive(Clone)]
pub struct World {
    pub clock: Arc<SimulatedClock>,
    pub dice: Arc<Dice>,
    pub ledger: Arc<Ledger>,
    pub services: Shared,
    pub vault: MemoryVault,
    weather: Arc<Mutex<Weather>>,
    network: Arc<Network>,
    seed: u64,
}

impl World {
    pub fn new(seed: u64, integrations: usize) -> Self {
        let (clock, dice) = (Arc::new(SimulatedClock::default()), Arc::new(Dice::new(seed)));
        let (ledger, vault) = (Arc::new(Ledger::default()), MemoryVault::default());
        let services = Arc::new(Mutex::new(Services::new(integrations, HOSTS, &dice)));
        let network =
            Arc::new(Network::new(Arc::clone(&clock), Arc::clone(&dice), Arc::clone(&ledger), Arc::clone(&services)));
        let weather = Arc::default();
        let world = Self { clock, dice, ledger, services, vault, weather, network, seed };
        at_once(world.connect_all());
        world
    }

    /// All integrations were connected at some time within the last minutes.
    async fn connect_all(&self) {
        let registration = AppRegistration {
            id: RegistrationId(Uuid::from_u128(1)),
            connector_id: "practice".to_owned(),
            client_id: "practice-desktop".to_owned(),
            has_secret: false,
            secret_ends_at: None,
            fields: Fields::new(),
            created_at: self.clock.now(),
        };
        self.vault.put_registration(&registration, None).await.unwrap();
        let integrations = self.services.lock().unwrap().integrations();
        for index in 0..integrations {
            let obtained_at = self.clock.now().before(self.dice.time(0, 600_000));
            let issued = self.services.lock().unwrap().newest(index).issue(obtained_at);
            let expires_at = issued.lifetime.map(|lifetime| obtained_at.after(lifetime));
            let port = FIRST_PORT + u16::try_from(index).unwrap();
            let base_url = format!("http://127.0.{}.1:{port}", host_of(index));
            let row = Integration {
                id: id_of(index),
                name: format!("Integration {index}"),
                fields: Fields::from([("base_url".to_owned(), base_url)]),
                registration_id: Some(registration.id),
                account: Some(Account { id: format!("account-{index}"), label: format!("account-{index}") }),
                state: TokenState::Active { expires_at, refresh: RefreshState::Idle },
                lending_allowed: true,
                last_refreshed_at: Some(obtained_at),
                refresh_life: None,
                created_at: obtained_at,
                ..integration(1, Method::OAuth)
            };
            let credential = Credential::OAuthGrant(OAuthGrant {
                refresh_token: issued.refresh_token.map(RefreshToken::new),
                access_token: Some(AccessToken::new(issued.access_token)),
                expires_at,
                token_type: Some("Bearer".to_owned()),
                scopes: None,
                id_token: None,
                dpop_key: None,
                obtained_at,
                refresh_life: None,
            });
            self.vault
                .add_integration(NewIntegration { integration: row, credential: Some(credential) })
                .await
                .unwrap();
        }
    }

    /// Lets the days pass, then some undisturbed hours in which everything must come right.
    pub fn live(&self, days: u32) {
        let end = HOUR * 24 * days;
        while self.clock.since_start() < end {
            let length = self.dice.time(600_000, 48 * 3_600_000).min(end.saturating_sub(self.clock.since_start()));
            let crashes = self.dice.happens(600_000);
            self.run(length.max(Duration::from_secs(60)), crashes, true);
            let longest_off = if self.dice.happens(200_000) { 12 * 3_600_000 } else { 60_000 };
            self.clock.pass_off(self.dice.time(1_000, longest_off));
        }
        self.clear_up();
        self.run(HOUR * 4, false, false);
        self.audit_all_well();
    }

    /// One run of the program.
    fn run(&self, length: Duration, crashes: bool, disturbed: bool) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            self.clock.begin();
            self.weather.lock().unwrap().run_began_at = Some(self.clock.true_now());
            let weather = tokio::spawn(self.clone().change_weather());
            let engine = Engine::new(self.parts());
            // Only reading what is there can fail, and it does not.
            engine.recover().await.unwrap();
            let refresher = tokio::spawn({
                let engine = Arc::clone(&engine);
                async move { tokio::try_join!(engine.run_refresher(), engine.run_revocations()) }
            });
            Person::new(self.clone(), Arc::clone(&engine)).use_it(length, disturbed).await;
            if crashes {
                count(&self.ledger.crashes);
            } else {
                engine.shut_down().await;
                refresher.await.unwrap().unwrap();
            }
            weather.abort();
            self.clock.end();
        });
        drop(runtime); // whatever is under way ends where it stands
        self.audit_vault();
    }

    /// Ends what has lasted long enough.
    async fn change_weather(self) {
        loop {
            {
                let mut weather = self.weather.lock().unwrap();
                if weather.disk_is_full_until.is_some_and(|until| until <= self.clock.true_now()) {
                    self.vault.fill_up(false);
                    weather.disk_is_full_until = None;
                }
                let is_right = weather.clock_is_wrong_until.is_some_and(|until| until <= self.clock.monotonic());
                if is_right && self.clock.set_wrong_by(0) {
                    weather.clock_is_wrong_until = None;
                }
            }
            tokio::time::sleep(WEATHER_CHANGES_WITHIN).await;
        }
    }

    /// The disk is full for a while.
    pub fn fill_disk(&self, length: Duration) {
        self.vault.fill_up(true);
        self.weather.lock().unwrap().disk_is_full_until = Some(self.clock.true_now().after(length));
    }

    /// The wall clock is wrong for a while. False = not now.
    pub fn set_clock_wrong(&self, milliseconds: i64, length: Duration) -> bool {
        let is_set = self.clock.set_wrong_by(milliseconds);
        if is_set {
            self.weather.lock().unwrap().clock_is_wrong_until = Some(self.clock.monotonic() + length);
        }
        is_set
    }

    /// When the present run of the program began.
    pub fn run_began_at(&self) -> Timestamp {
        self.weather.lock().unwrap().run_began_at.unwrap_or(Timestamp(0))
    }

    /// Nothing goes wrong any more.
    fn clear_up(&self) {
        {
            let mut weather = self.weather.lock().unwrap();
            weather.disk_is_full_until = weather.disk_is_full_until.map(|_| Timestamp(0));
            weather.clock_is_wrong_until = weather.clock_is_wrong_until.map(|_| Duration::ZERO);
        }
        let mut services = self.services.lock().unwrap();
        services.is_calm = true;
        services.network_is_down_until = Timestamp(0);
        services.busy_until.fill(Timestamp(0));
    }

    fn parts(&self) -> EngineParts {
        let run = read(&self.ledger.crashes) + self.clock.since_start().as_secs();
        let disk = Arc::new(DiskClock(Arc::clone(&self.clock)));
        EngineParts {
            vault: Arc::new(self.vault.reopen().with_latency(disk, DISK_LATENCY)),
            provider: Arc::clone(&self.network) as _,
            network: Arc::new(FakeNetwork::default()),
            browser: Arc::new(FakeBrowser::default()),
            clock: Arc::clone(&self.clock) as _,
            entropy: Arc::new(SeededEntropy::new(self.seed ^ run)),
            events: Arc::new(NoEvents),
            catalogue: Catalogue::embedded().unwrap(),
            owner: LeaseOwner { process: format!("run at {run}"), boot: "simulated".to_owned() },
        }
    }

    /// After the end of a run: what came to the program is in the vault, unless the run ended while it was on the way there.
    fn audit_vault(&self) {
        let kept = at_once(self.kept_refresh_tokens());
        let ended_at = self.clock.monotonic();
        let mut services = self.services.lock().unwrap();
        for grant in services.all() {
            let kept = &kept[grant.name.0];
            let newest = (1..=grant.delivered).rev().find(|number| kept.contains(&grant.refresh_token(*number)));
            let was_landing = ended_at - grant.delivered_at <= LANDING;
            match newest {
                Some(number) if number < grant.delivered && was_landing => {
                    count(&self.ledger.lost_answers);
                    grant.delivered = number;
                }
                Some(number) if number < grant.delivered => {
                    let (name, delivered) = (grant.name, grant.delivered);
                    self.ledger.violation(format!("{name:?}: refresh token {delivered} is gone, {number} is kept"));
                }
                Some(_) => {}
                None if self.is_replaced(grant.name, kept) || was_landing => {}
                None => self.ledger.violation(format!("{:?}: the vault holds no refresh token of it", grant.name)),
            }
        }
    }

    /// Whether a later authorization's tokens are kept.
    fn is_replaced(&self, (_, turn): (usize, u32), kept: &BTreeSet<String>) -> bool {
        kept.iter().filter_map(|token| parts(token, "rt")).any(|(_, of, _)| of > turn)
    }

    /// What lies in the vault for each integration, landed answers too.
    async fn kept_refresh_tokens(&self) -> Vec<BTreeSet<String>> {
        let mut kept = Vec::new();
        for row in self.vault.integrations().await.unwrap() {
            let mut tokens = BTreeSet::new();
            for info in self.vault.generations(row.id).await.unwrap() {
                let Ok(generation) = self.vault.generation(row.id, info.number).await else { continue };
                let Credential::OAuthGrant(grant) = generation.credential else { continue };
                // EXPOSE: the simulation compares it with what the service knows.
                tokens.extend(grant.refresh_token.map(|token| token.expose().to_owned()));
            }
            kept.push(tokens);
        }
        for landed in self.vault.landed().await.unwrap() {
            let index = usize::try_from(landed.integration_id.0.as_u128() - 1).unwrap();
            // EXPOSE: the simulation compares it with what the service knows.
            let body = String::from_utf8_lossy(landed.answer.body.expose()).into_owned();
            let tokens = body.split('"').filter(|part| parts(part, "rt").is_some()).map(str::to_owned);
            kept[index].extend(tokens);
        }
        kept
    }

    /// Rows and services fit, and what came is kept. Who is looked at twice was not only caught between two writes.
    pub async fn audit_rows(&self, engine: &Engine) {
        let suspects = self.suspects(engine).await;
        if !suspects.is_empty() {
            tokio::time::sleep(Duration::from_secs(10)).await;
            let again = self.suspects(engine).await;
            suspects.into_iter().filter(|suspect| again.contains(suspect)).for_each(|what| self.ledger.violation(what));
        }
    }

    async fn suspects(&self, engine: &Engine) -> Vec<String> {
        let (kept, unsaved) = (self.kept_refresh_tokens().await, engine.unsaved());
        let mut suspects = Vec::new();
        for (index, row) in self.vault.integrations().await.unwrap().into_iter().enumerate() {
            let turn = self.turn_in_use(row.id).await;
            let now = self.clock.true_now();
            let mut services = self.services.lock().unwrap();
            let grant = services.grant(index, turn);
            let name = grant.name;
            if !kept[index].contains(&grant.refresh_token(grant.delivered)) && !unsaved.contains(&row.id) {
                suspects.push(format!(
                    "{name:?}: refresh token {} is neither stored nor said to be unsaved",
                    grant.delivered
                ));
            }
            match &row.state {
                // Nobody is asked to reconnect without need, or without the right reason.
                TokenState::NeedsReconnect { reason, since } => {
                    let is_explained = matches!(reason, ReconnectReason::RefreshInterrupted { .. });
                    match grant.ended {
                        None => {
                            suspects.push(format!("{name:?} at {since:?}: a living grant was given up: {reason:?}"))
                        }
                        Some(End::Reused) if !is_explained => {
                            suspects.push(format!("{name:?} at {since:?}: its end is not explained: {reason:?}"));
                        }
                        Some(_) => {}
                    }
                }
                _ if row.paused_at.is_none() && grant.ended.is_none() && now.since(grant.idle_since) > LONGEST_IDLE => {
                    suspects.push(format!("{name:?}: not used since {:?}", grant.idle_since));
                }
                _ => {}
            }
        }
        suspects
    }

    /// Which authorization's tokens are in use.
    async fn turn_in_use(&self, id: IntegrationId) -> u32 {
        let active = self.vault.active_generation(id).await.unwrap().unwrap();
        let Credential::OAuthGrant(grant) = active.credential else { unreachable!("there are only grants here") };
        // EXPOSE: the simulation compares it with what the service knows.
        parts(grant.refresh_token.unwrap().expose(), "rt").unwrap().1
    }

    /// After hours without any trouble everybody is connected who is not paused, and whose access was not taken away unseen.
    fn audit_all_well(&self) {
        let rows = at_once(self.vault.integrations()).unwrap();
        let now = self.clock.now();
        for (index, row) in rows.iter().enumerate().filter(|(_, row)| row.paused_at.is_none()) {
            let turn = at_once(self.turn_in_use(row.id));
            let is_alive = self.services.lock().unwrap().grant(index, turn).ended.is_none();
            let is_well = match &row.state {
                TokenState::Active { refresh: RefreshState::Idle, .. } => true,
                TokenState::NeedsReconnect { since, .. } => now.since(*since) < HOUR,
                _ => !is_alive,
            };
            if !is_well {
                self.ledger.violation(format!("{index}: not well after undisturbed hours: {:?}", row.state));
            }
        }
        let (open, landed) = at_once(async { tokio::join!(self.vault.open_intents(), self.vault.landed()) });
        if !open.as_ref().is_ok_and(Vec::is_empty) || !landed.as_ref().is_ok_and(Vec::is_empty) {
            self.ledger.violation(format!("left behind: {open:?}, {} landed", landed.map_or(0, |landed| landed.len())));
        }
    }
}

/// What the vault without its disk answers, outside of a run.
fn at_once<T>(asked: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(asked)
}
