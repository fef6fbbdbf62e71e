//! Time that does not pass as it should: sleep with everything due at once, clocks that are set, months of disuse.

use std::time::Duration;

use storm_domain::port::{Clock as _, NewIntegration, Vault as _};
use storm_domain::{
    ActivityKind, Credential, Integration, IntegrationId, OAuthGrant, TokenState, TransientKind, Trouble, Verdict,
};
use storm_engine::view::{IntegrationView, StatusView};
use storm_sandbox::{JournalQuery, NewGrant, Progress, Step};
use storm_secret::{AccessToken, RefreshToken};
use uuid::Uuid;

use crate::rig::Rig;
use crate::scene::Scene;
use crate::tunnel::Tunnel;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
/// Within so long the clocks are compared.
const LOOK: Duration = Duration::from_secs(31);
const PATIENCE: Duration = Duration::from_secs(30);
const GRANTS: u32 = 200;
const MOST_AT_ONE_SERVICE: usize = 4;

/// An integration beside `like`, with a grant of its own.
async fn add_beside(rig: &Rig, like: &Integration, number: u32) {
    let answer = rig.sandbox.control().create_grant(NewGrant::default()).await.unwrap();
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    let expires_at = Some(rig.clock.now().after(HOUR));
    let TokenState::Active { refresh, .. } = like.state.clone() else { panic!("{:?}", like.state) };
    let integration = Integration {
        id: IntegrationId(Uuid::from_u128(u128::from(number) + 1)),
        name: format!("Practice {number}"),
        state: TokenState::Active { expires_at, refresh },
        ..like.clone()
    };
    let grant = OAuthGrant {
        refresh_token: Some(RefreshToken::new(text("refresh_token"))),
        access_token: Some(AccessToken::new(text("access_token"))),
        expires_at,
        token_type: Some("Bearer".into()),
        scopes: None,
        id_token: None,
        dpop_key: None,
        obtained_at: rig.clock.now(),
        refresh_life: None,
    };
    let credential = Some(Credential::OAuthGrant(grant));
    rig.vault.add_integration(NewIntegration { integration, credential }).await.unwrap();
}

/// Waits until the list is as `fits` wants it. What the refresher only put off tells nobody, so it is looked at again and again.
async fn list_when(rig: &Rig, fits: impl Fn(&[IntegrationView]) -> bool) -> Vec<IntegrationView> {
    let looking = async {
        loop {
            let list = rig.engine.integrations().await.unwrap();
            if fits(&list) {
                return list;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.unwrap_or_else(|_| panic!("the list never became so"))
}

fn is_out_of_reach(row: &IntegrationView) -> bool {
    let trouble = Trouble::Service { kind: TransientKind::Connection };
    matches!(&row.status, StatusView::Retrying { trouble: told, .. } if *told == trouble)
}

#[tokio::test]
async fn f079_two_hundred_grants_that_ended_in_sleep_await_the_network_and_are_refreshed_few_at_a_time() {
    let mut scene = Scene::set().await;
    let mut tunnel = Tunnel::dig(scene.rig.sandbox.address()).await;
    scene.move_service_to(&tunnel.base_url()).await;
    let like = scene.rig.vault.integration(scene.id).await.unwrap();
    for number in 1..GRANTS {
        add_beside(&scene.rig, &like, number).await;
    }
    scene.rig = scene.rig.restart().await;
    scene.rig.run().await;
    let rig = &scene.rig;
    list_when(rig, |rows| rows.iter().all(|row| row.next_refresh_at.is_some())).await;

    // Awake again, without a network. Few find out for all.
    tunnel.cut().await;
    rig.clock.sleepers(1).await;
    rig.clock.set_wall(rig.clock.now().after(8 * HOUR));
    rig.clock.advance(LOOK);
    let rows = list_when(rig, |rows| {
        rows.iter().any(is_out_of_reach) && rows.iter().all(|row| row.next_refresh_at > Some(rig.clock.now()))
    });
    let refused = rows.await.iter().filter(|row| is_out_of_reach(row)).count();
    assert!((1..=MOST_AT_ONE_SERVICE).contains(&refused), "{refused} asked in vain");

    // The network is back: no more than a few are asked for at once, and in the end each was, once.
    tunnel.mend().await;
    let control = rig.sandbox.control();
    rig.next_token_answer(Step { hold: Some("busy".into()), times: Some(GRANTS), ..Step::default() });
    let query = JournalQuery { path: Some("/oauth/token".into()), ..JournalQuery::default() };
    let since = control.requests(&query).last().map_or(0, |entry| entry.sequence);
    let query = JournalQuery { since, ..query };
    // The refresher may just be about to fall asleep, for as long as it knew before the clock was moved: it is moved again then.
    let mut held = None;
    for _ in 0..10 {
        rig.clock.sleepers(1).await;
        rig.clock.advance(Duration::from_secs(60));
        held = control.wait_for_requests(&query, Progress::Held, MOST_AT_ONE_SERVICE, PATIENCE / 10).await;
        if held.is_some() {
            break;
        }
    }
    let held = held.unwrap();
    assert_eq!(held.len(), MOST_AT_ONE_SERVICE);
    assert_eq!(control.requests(&query).len(), MOST_AT_ONE_SERVICE, "the others wait for their turn");
    control.release("busy");
    list_when(rig, |rows| {
        let is_fresh = |row: &IntegrationView| row.access_expires_at > Some(rig.clock.now()) && !row.refreshing;
        rows.iter().all(|row| row.status == StatusView::Connected && is_fresh(row))
    })
    .await;
    assert_eq!(rig.token_requests("refresh_token"), GRANTS as usize);
    assert!(control.requests(&query).iter().all(|entry| entry.status == Some(200)), "nothing was refused");
    assert!(control.grants().iter().all(|grant| grant.alive));
    let log = rig.engine.activity(None, 10_000).await.unwrap();
    let put_off = log.iter().filter(|entry| matches!(entry.what, ActivityKind::RefreshPostponed { .. })).count();
    assert_eq!(put_off, refused);
}

#[test]
fn o49_a_crowd_that_is_due_at_once_is_refreshed_a_few_at_a_time() {
    f079_two_hundred_grants_that_ended_in_sleep_await_the_network_and_are_refreshed_few_at_a_time();
}

/// The wall clock is set; what follows from it is done within half a minute.
async fn set_clock(scene: &Scene, set: impl Fn(storm_domain::Timestamp) -> storm_domain::Timestamp) {
    let before = scene.stored().await;
    let clock = &scene.rig.clock;
    clock.sleepers(1).await;
    clock.set_wall(set(clock.now()));
    clock.advance(LOOK);
    let row = list_when(&scene.rig, |rows| {
        rows[0].last_refreshed_at.is_some_and(|at| at.since(clock.now()) + clock.now().since(at) < LOOK)
            && rows[0].status == StatusView::Connected
            && !rows[0].refreshing
    });
    row.await;
    let after = scene.stored().await;
    assert!(after.number > before.number, "its age was unknown, so it was refreshed");
    assert!(after.expires_at.unwrap().since(clock.now()) <= HOUR, "{after:?}");
    assert_eq!(scene.lent().await.ok(), after.access_token);
    let verdict = scene.rig.engine.verify_integration(scene.id).await.unwrap();
    assert!(matches!(verdict, Verdict::Works { .. }), "{verdict:?}");
}

#[tokio::test]
async fn o48_a_clock_that_jumps_an_hour_a_month_or_ten_years_and_back_ends_no_grant_and_leaves_no_stale_token() {
    for jump in [HOUR, DAY * 30, TEN_YEARS] {
        let scene = Scene::set().await;
        set_clock(&scene, |now| now.after(jump)).await;
        set_clock(&scene, |now| now.before(jump)).await;
        set_clock(&scene, |now| now.before(jump)).await;
        set_clock(&scene, |now| now.after(jump)).await;
        assert_eq!(scene.refreshes().len(), 4, "once for each jump");
        let next = scene.rig.page(scene.id).await.integration.next_refresh_at.unwrap();
        assert!(next.since(scene.rig.clock.now()) < HOUR, "{next:?}");
    }
}

#[tokio::test]
async fn o48_a_token_from_before_the_clock_was_set_back_is_not_lent_even_at_once() {
    let scene = Scene::set().await;
    let before = scene.stored().await;
    assert_eq!(scene.lent().await.ok(), before.access_token);
    scene.rig.clock.set_wall(scene.rig.clock.now().before(HOUR));
    let lent = scene.lent().await.unwrap();
    assert_ne!(Some(&lent), before.access_token.as_ref());
    assert_eq!(Some(lent), scene.stored().await.access_token);
    assert_eq!(scene.refreshes().len(), 1);
}

#[tokio::test]
async fn a_token_that_came_while_the_clock_was_ahead_is_refreshed_after_a_restart_too() {
    let mut scene = Scene::set().await;
    scene.rig.clock.set_wall(scene.rig.clock.now().after(TEN_YEARS));
    scene.ensure_refreshes().await;
    let ahead = scene.stored().await;
    scene.rig.clock.set_wall(scene.rig.clock.now().before(TEN_YEARS));
    scene.rig = scene.rig.restart().await;
    assert_ne!(scene.lent().await.ok(), ahead.access_token);
    scene.rig.run().await;
    let next = list_when(&scene.rig, |rows| rows[0].next_refresh_at.is_some()).await[0].next_refresh_at.unwrap();
    assert!(next.since(scene.rig.clock.now()) < HOUR, "{next:?}");
}

#[tokio::test]
async fn a_pause_that_began_while_the_clock_was_ten_years_ahead_does_not_last_ten_years() {
    let scene = Scene::set().await;
    let now = scene.rig.clock.now();
    scene.rig.clock.set_wall(now.after(TEN_YEARS));
    let busy = Step { status: Some(503), body: Some(String::new()), ..Step::default() };
    scene.refresh_under(busy).await.unwrap_err();
    let StatusView::Retrying { until, .. } = scene.status().await else { panic!("{:?}", scene.status().await) };
    assert!(until.since(now) > TEN_YEARS);
    scene.rig.clock.sleepers(1).await;
    scene.rig.clock.set_wall(now);
    scene.rig.clock.advance(LOOK);
    scene.rig.page_when(scene.id, |page| page.integration.status == StatusView::Connected).await;
}

#[tokio::test]
async fn a_key_is_verified_daily_again_after_the_clock_was_ten_years_ahead() {
    let mut rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    let now = rig.clock.now();
    rig.clock.set_wall(now.after(TEN_YEARS));
    rig.engine.verify_integration(id).await.unwrap();
    rig.clock.set_wall(now);
    rig.run().await;
    let page =
        rig.page_when(id, |page| page.integration.last_verdict.as_ref().is_some_and(|verdict| verdict.at == now));
    page.await;
}

#[tokio::test]
async fn a_grant_that_dies_of_disuse_is_kept_warm_though_nobody_asks_for_it() {
    const IDLE_DAYS: u64 = 30;
    const STEP_DAYS: u64 = 10; // longer than a week, so that each step brings one refresh
    const STEPS: u64 = 12;
    let rig = Rig::start().await;
    let control = rig.sandbox.control();
    control.change_settings(|settings| {
        settings.omit_expires_in = true; // no end of an access token brings it about
        settings.refresh_idle_s = Some(IDLE_DAYS * DAY.as_secs());
    });
    let id = rig.connect().await;
    let mut rig = rig.restart().await;
    rig.run().await;
    for step in 1..=STEPS {
        let before = list_when(&rig, |rows| rows[0].next_refresh_at.is_some()).await[0].last_refreshed_at;
        let service_ahead = i64::try_from(step * STEP_DAYS * DAY.as_secs()).unwrap();
        control.change_settings(|settings| settings.clock_skew_s = service_ahead);
        rig.clock.sleepers(1).await;
        rig.clock.advance(DAY * u32::try_from(STEP_DAYS).unwrap());
        rig.page_when(id, |page| page.integration.last_refreshed_at > before && !page.integration.refreshing).await;
    }
    assert_eq!(rig.token_requests("refresh_token"), usize::try_from(STEPS).unwrap());
    assert_eq!(rig.page(id).await.integration.status, StatusView::Connected);
    assert!(control.grants()[0].alive);

    // Where nothing automatic may touch it, it dies, as it would have.
    rig.engine.pause_integration(id, true).await.unwrap();
    let longer_than_it_lives = (STEPS * STEP_DAYS + IDLE_DAYS + 1) * DAY.as_secs();
    control.change_settings(|settings| settings.clock_skew_s = i64::try_from(longer_than_it_lives).unwrap());
    rig.engine.pause_integration(id, false).await.unwrap();
    rig.engine.refresh_integration(id).await.unwrap_err();
    assert!(!control.grants()[0].alive);
}
