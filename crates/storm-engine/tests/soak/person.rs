//! The user, their tools and their computer during one run of the program.

use std::sync::Arc;
use std::time::Duration;

use storm_domain::port::{Clock as _, Vault as _};
use storm_domain::{Credential, TokenState};
use storm_engine::view::{AuthorizationTarget, BeginAuthorizationRequest, StatusView};
use storm_engine::{Engine, LentSecret};
use tokio::task::JoinSet;

use crate::ledger::{count, read};
use crate::service::{Access, End, parts};
use crate::world::{World, host_of, id_of};

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const TEN_YEARS_MS: i64 = 10 * 365 * 24 * 3_600_000;
/// Wake-ups an hour: two for each five seconds of the grid, since what is due at once is not rounded to it, and some for every
/// thing that happens.
const WAKE_UPS_WITHOUT_CAUSE: u64 = 1_440;
const WAKE_UPS_PER_REQUEST: u64 = 6;
/// A clock that is wrong by less is not told from one that is right.
const TOLERANCE_MS: i64 = 90_000;

pub struct Person {
    world: World,
    engine: Arc<Engine>,
    /// Whatever takes a while, and ends with the run.
    beside: JoinSet<()>,
}

impl Person {
    pub fn new(world: World, engine: Arc<Engine>) -> Self {
        Self { world, engine, beside: JoinSet::new() }
    }

    /// Uses the program for so long.
    pub async fn use_it(mut self, length: Duration, disturbed: bool) {
        let until = tokio::time::Instant::now() + length;
        self.beside.spawn(audit_hourly(self.world.clone(), Arc::clone(&self.engine)));
        self.reconnect_all().await;
        while tokio::time::Instant::now() < until {
            let pause = self.world.dice.time(30_000, 15 * MINUTE_MS);
            tokio::time::sleep_until((tokio::time::Instant::now() + pause).min(until)).await;
            while self.beside.try_join_next().is_some_and(|ended| ended.map_err(|error| panic!("{error}")).is_ok()) {}
            match self.world.dice.below(100) {
                0..=49 => self.lend(),
                50..=57 => self.refresh(),
                58..=67 => self.pause().await,
                68..=77 => self.reconnect_all().await,
                _ if !disturbed => self.reconnect_all().await,
                78..=80 => self.sleep(),
                81..=82 => self.sleep_in_flight(),
                83..=87 => self.network_goes(),
                88..=92 => self.service_is_busy(),
                93..=94 => self.clock_is_set(),
                95..=96 => self.disk_is_full(),
                97 => self.access_is_revoked(),
                _ => {}
            }
        }
    }

    fn somebody(&self) -> usize {
        let integrations = self.world.services.lock().unwrap().integrations();
        usize::try_from(self.world.dice.below(integrations as u64)).unwrap()
    }

    /// Some tools ask for the same access at once.
    fn lend(&mut self) {
        let index = self.somebody();
        let wanted = Duration::from_secs(self.world.dice.below(2_400));
        for _ in 0..=self.world.dice.below(6) {
            self.beside.spawn(lend(self.world.clone(), Arc::clone(&self.engine), index, wanted));
        }
    }

    fn refresh(&mut self) {
        let (engine, id) = (Arc::clone(&self.engine), id_of(self.somebody()));
        self.beside.spawn(async move {
            let _ = engine.refresh_integration(id).await; // whatever the weather
        });
    }

    /// Pauses one, or lets one run on that was paused.
    async fn pause(&self) {
        let index = self.somebody();
        let status = self.engine.integration(id_of(index)).await.unwrap().integration.status;
        let pause = !matches!(status, StatusView::Paused { .. }) && self.world.dice.happens(500_000);
        let paused = self.engine.pause_integration(id_of(index), pause).await; // the disk may be full
        if paused.is_ok() && !pause {
            let now = self.world.clock.true_now();
            self.world.services.lock().unwrap().newest(index).idle_since = now;
        }
    }

    /// Whoever needs their user gets them.
    async fn reconnect_all(&mut self) {
        for (index, row) in self.world.vault.integrations().await.unwrap().into_iter().enumerate() {
            if !matches!(row.state, TokenState::NeedsReconnect { .. }) || row.paused_at.is_some() {
                continue;
            }
            if let Some(End::Reused) = self.world.services.lock().unwrap().newest(index).ended {
                count(&self.world.ledger.explained);
            }
            let target = AuthorizationTarget::Reconnect { integration_id: row.id, more_scopes: Vec::new() };
            if self.engine.begin_authorization(BeginAuthorizationRequest { target }).await.is_ok() {
                count(&self.world.ledger.reconnected);
            }
        }
    }

    fn sleep(&self) {
        if self.world.clock.fall_asleep(self.world.dice.time(MINUTE_MS, 10 * HOUR_MS)) {
            count(&self.world.ledger.sleeps);
        }
    }

    /// Falls asleep as soon as an answer is on its way, as far as a person can.
    fn sleep_in_flight(&mut self) {
        let (world, engine, id) = (self.world.clone(), Arc::clone(&self.engine), id_of(self.somebody()));
        let asleep_for = self.world.dice.time(MINUTE_MS, 10 * HOUR_MS);
        let after = self.world.dice.time(50, 800);
        self.beside.spawn(async move {
            let refresh = async {
                let _ = engine.refresh_integration(id).await; // whatever comes of it
            };
            let sleep = async {
                tokio::time::sleep(after).await;
                if world.clock.fall_asleep(asleep_for) {
                    count(&world.ledger.sleeps);
                }
            };
            tokio::join!(refresh, sleep);
        });
    }

    fn network_goes(&self) {
        count(&self.world.ledger.outages);
        let until = self.world.clock.true_now().after(self.world.dice.time(5_000, HOUR_MS));
        self.world.services.lock().unwrap().network_is_down_until = until;
    }

    fn service_is_busy(&self) {
        let until = self.world.clock.true_now().after(self.world.dice.time(MINUTE_MS, 3 * HOUR_MS));
        let host = host_of(self.somebody());
        self.world.services.lock().unwrap().busy_until[host] = until;
    }

    /// The wall clock goes wrong, and is put right again later.
    fn clock_is_set(&self) {
        let hour = i64::try_from(HOUR_MS).unwrap();
        let wrong_by = [hour, -hour, TEN_YEARS_MS, -TEN_YEARS_MS][usize::try_from(self.world.dice.below(4)).unwrap()];
        if self.world.set_clock_wrong(wrong_by, self.world.dice.time(MINUTE_MS, 6 * HOUR_MS)) {
            count(&self.world.ledger.clock_steps);
        }
    }

    fn disk_is_full(&self) {
        count(&self.world.ledger.full_disks);
        self.world.fill_disk(self.world.dice.time(10_000, HOUR_MS));
    }

    fn access_is_revoked(&self) {
        let index = self.somebody();
        self.world.services.lock().unwrap().newest(index).ended.get_or_insert(End::Revoked);
    }
}

/// What is lent is alive at the service, and not older than what the vault held before.
async fn lend(world: World, engine: Arc<Engine>, index: usize, wanted: Duration) {
    let asked_at = world.clock.true_now();
    let before = present_token(&world, index).await;
    let Ok(lent) = engine.lend(&format!("Integration {index}"), "tool", Some(wanted)).await else { return };
    count(&world.ledger.lent);
    let LentSecret::AccessToken(token) = lent.secret else { unreachable!("there are only grants here") };
    // EXPOSE: the simulated service looks at it.
    let (of, turn, number) = parts(token.expose(), "at").unwrap();
    let lent_as = format!("{index} at {asked_at:?}: {of}-{turn}-{number} was lent");
    if of != index || (turn, number) < before {
        return world.ledger.violation(format!("{lent_as}, although {before:?} was there"));
    }
    let Some(access) = world.services.lock().unwrap().grant(index, turn).access(number) else {
        return world.ledger.violation(format!("{lent_as} long after its time"));
    };
    if access.ends_at <= world.clock.true_now() && could_be_known(&world, &access) {
        world.ledger.violation(format!("{lent_as}, which ended at {:?}", access.ends_at));
    }
}

/// Whether the program could know when a token ends. It could not when the clock was set back by a little, after the token came
/// and before this run began.
fn could_be_known(world: &World, access: &Access) -> bool {
    let seems_older_than_now = access.issued_at.0 + access.clock_wrong_by <= world.clock.now().0 + TOLERANCE_MS;
    let was_set_back = access.clock_wrong_by > world.clock.wrong_by();
    let saw_it = world.clock.set_back_at() > access.issued_at.max(world.run_began_at());
    !was_set_back || saw_it || !seems_older_than_now
}

/// Turn and number of the access token in use.
async fn present_token(world: &World, index: usize) -> (u32, u64) {
    let active = world.vault.active_generation(id_of(index)).await.unwrap().unwrap();
    let Credential::OAuthGrant(grant) = active.credential else { unreachable!("there are only grants here") };
    // EXPOSE: the simulated service looks at it.
    grant.access_token.and_then(|token| parts(token.expose(), "at")).map_or((0, 0), |(_, turn, number)| (turn, number))
}

/// Every hour: rows fit to the services, every refresh token is kept, and nothing woke up without a cause.
async fn audit_hourly(world: World, engine: Arc<Engine>) {
    loop {
        let before = (read(&world.clock.wake_ups), read(&world.ledger.requests), read(&world.ledger.lent));
        tokio::time::sleep(Duration::from_millis(HOUR_MS)).await;
        let woke_up = read(&world.clock.wake_ups) - before.0;
        let caused = read(&world.ledger.requests) - before.1 + read(&world.ledger.lent) - before.2;
        if woke_up > WAKE_UPS_WITHOUT_CAUSE + WAKE_UPS_PER_REQUEST * caused {
            let now = world.clock.true_now();
            world.ledger.violation(format!("at {now:?}: {woke_up} wake-ups in an hour for {caused} requests"));
        }
        world.audit_rows(&engine).await;
    }
}
