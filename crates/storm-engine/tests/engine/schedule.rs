//! What is preferred of refreshing and verifying counts at once, and after the next start.

use std::time::Duration;

use storm_domain::port::{Clock as _, NewIntegration, Vault as _};
use storm_domain::{
    ActivityKind, Credential, Event, ForecastKind, Integration, IntegrationId, Method, Preferences, RefreshMargin,
    RefreshState, Timestamp, TokenState, Verdict, VerificationSchedule,
};
use storm_engine::view::StatusView;
use storm_sandbox::{JournalQuery, Progress, Step};
use storm_testkit::{integration, oauth_grant};

use crate::rig::Rig;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const PATIENCE: Duration = Duration::from_secs(20);

async fn prefer(rig: &Rig, change: impl FnOnce(&mut Preferences)) {
    let mut preferences = rig.engine.preferences().await.unwrap();
    change(&mut preferences);
    rig.engine.set_preferences(preferences).await.unwrap();
}

async fn refresh_at(rig: &Rig, margin: RefreshMargin) {
    prefer(rig, |preferences| preferences.refresh.margin = margin).await;
}

/// How long before its end the access token is refreshed.
async fn margin_of(rig: &Rig, id: IntegrationId) -> Duration {
    let view = rig.page(id).await.integration;
    view.access_expires_at.unwrap().since(view.next_refresh_at.unwrap())
}

/// Lets time pass once the refresher sleeps.
async fn pass(rig: &Rig, duration: Duration) {
    rig.clock.sleepers(1).await;
    rig.clock.advance(duration);
}

fn is_about(duration: Duration, minutes: u32) -> bool {
    // Up to a tenth earlier by jitter; the service's clock is the real one.
    (minutes * MINUTE..minutes * MINUTE * 11 / 10 + Duration::from_secs(1)).contains(&duration)
}

#[tokio::test]
async fn the_margin_of_refreshes_counts_at_once_and_after_the_next_start() {
    let mut rig = Rig::start().await;
    let id = rig.connect().await;
    rig.run().await;
    let standard = margin_of(&rig, id).await;
    assert!(is_about(standard, 12), "a fifth of an hour: {standard:?}");
    refresh_at(&rig, RefreshMargin::Early).await;
    let early = margin_of(&rig, id).await;
    assert!(is_about(early, 24), "two fifths: {early:?}");
    refresh_at(&rig, RefreshMargin::Own { minutes: 20 }).await;
    let own = margin_of(&rig, id).await;
    assert!(is_about(own, 20), "{own:?}");
    assert_eq!(margin_of(&rig, id).await, own, "it keeps its place");
    prefer(&rig, |preferences| preferences.letter_keys = false).await;
    assert_eq!(margin_of(&rig, id).await, own, "another choice plans nothing anew");

    let mut rig = rig.restart().await;
    rig.run().await;
    let view = rig.page_when(id, |page| page.integration.next_refresh_at.is_some()).await.integration;
    let kept = view.access_expires_at.unwrap().since(view.next_refresh_at.unwrap());
    assert!(is_about(kept, 20), "{kept:?}");

    // It is due now, although the standard would wait for nine more minutes.
    pass(&rig, 41 * MINUTE).await;
    rig.page_when(id, |page| page.integration.last_refreshed_at > view.last_refreshed_at).await;
    assert_eq!(rig.token_requests("refresh_token"), 1);
}

#[tokio::test]
async fn a_wish_that_makes_a_refresh_due_has_it_done_at_once() {
    let mut rig = Rig::start().await;
    let id = rig.connect().await;
    rig.run().await;
    pass(&rig, 35 * MINUTE).await;
    let before = rig.page(id).await.integration.last_refreshed_at;
    assert_eq!(rig.token_requests("refresh_token"), 0);
    refresh_at(&rig, RefreshMargin::Own { minutes: 30 }).await;
    rig.page_when(id, |page| page.integration.last_refreshed_at > before).await;
}

#[tokio::test]
async fn what_is_not_kept_warm_is_not_refreshed_and_the_forecast_says_so() {
    let mut rig = Rig::start().await;
    rig.sandbox.control().change_settings(|settings| settings.omit_expires_in = true);
    let id = rig.connect().await;
    // A service that is known to end what is not used, and whose token does not end before.
    let unused = Integration {
        connector_id: "microsoft".to_owned(),
        state: TokenState::Active { expires_at: None, refresh: RefreshState::Idle },
        last_refreshed_at: Some(rig.clock.now()),
        created_at: rig.clock.now(),
        paused_at: None,
        ..integration(7, Method::OAuth)
    };
    let grant = Credential::OAuthGrant(oauth_grant("access", Some("refresh")));
    let cold = unused.id;
    rig.vault.add_integration(NewIntegration { integration: unused, credential: Some(grant) }).await.unwrap();
    rig.run().await;
    let ends = |health: &storm_engine::view::HealthView| {
        health.forecast.iter().map(|entry| (entry.id, entry.kind)).collect::<Vec<_>>()
    };
    let health = rig.engine.health().await.unwrap();
    assert_eq!((ends(&health), health.lapse.map(|lapse| lapse.id)), (vec![], Some(cold)));
    rig.page_when(id, |page| page.integration.next_refresh_at.is_some()).await;

    prefer(&rig, |preferences| preferences.refresh.keep_warm = false).await;
    assert_eq!(rig.page(id).await.integration.next_refresh_at, None);
    let health = rig.engine.health().await.unwrap();
    assert_eq!((ends(&health), health.lapse), (vec![(cold, ForecastKind::SignInUnused)], None));
    let rig = rig.restart().await;
    rig.engine.recover().await.unwrap();
    assert_eq!(ends(&rig.engine.health().await.unwrap()), [(cold, ForecastKind::SignInUnused)]);

    // Switched on again after more than a week, the other one is touched at once.
    rig.engine.pause_integration(cold, true).await.unwrap();
    let mut rig = rig.restart().await;
    rig.run().await;
    pass(&rig, 10 * DAY).await;
    pass(&rig, HOUR).await;
    assert_eq!(rig.token_requests("refresh_token"), 0);
    let before = rig.page(id).await.integration.last_refreshed_at;
    prefer(&rig, |preferences| preferences.refresh.keep_warm = true).await;
    rig.page_when(id, |page| page.integration.last_refreshed_at > before).await;
    assert_eq!(rig.token_requests("refresh_token"), 1);
}

const WHOAMI: &str = "/api/whoami";

fn asked(rig: &Rig) -> usize {
    rig.sandbox.control().requests(&query()).len()
}

fn query() -> JournalQuery {
    JournalQuery { path: Some(WHOAMI.into()), ..JournalQuery::default() }
}

/// Waits for the verification that brings the count of requests to `count`.
async fn asked_when(rig: &Rig, count: usize) {
    let seen = rig.sandbox.control().wait_for_requests(&query(), Progress::Completed, count, PATIENCE).await;
    assert!(seen.is_some(), "the service was asked {} times, not {count}", asked(rig));
}

async fn verified_at(rig: &Rig, id: IntegrationId) -> Option<Timestamp> {
    rig.page(id).await.integration.last_verdict.map(|record| record.at)
}

async fn verified_since(rig: &Rig, id: IntegrationId, before: Option<Timestamp>) {
    rig.page_when(id, |page| page.integration.last_verdict.as_ref().map(|record| record.at) > before).await;
}

/// Waits until a token came that is of now.
async fn refreshed(rig: &Rig, id: IntegrationId) {
    let is_fresh = |at: Option<Timestamp>| at >= Some(rig.clock.now());
    rig.page_when(id, |page| is_fresh(page.integration.last_refreshed_at) && !page.integration.refreshing).await;
}

/// A key and a sign-in, which is refreshed first.
async fn both_verified(rig: &Rig, [key, sign_in]: [IntegrationId; 2], before: Option<Timestamp>) {
    verified_since(rig, key, before).await;
    refreshed(rig, sign_in).await;
    pass(rig, MINUTE).await;
    verified_since(rig, sign_in, before).await;
}

async fn verify_every(rig: &Rig, verification: VerificationSchedule) {
    prefer(rig, |preferences| preferences.verification = verification).await;
}

#[tokio::test]
async fn each_credential_is_verified_as_often_as_its_user_wishes() {
    let mut rig = Rig::start().await;
    let (key, sign_in) = (rig.add_key(&rig.make_key().await).await, rig.connect().await);
    rig.run().await;
    let before = verified_at(&rig, key).await;
    let known = asked(&rig);
    for hours in [20, 1] {
        pass(&rig, hours * HOUR).await;
        refreshed(&rig, sign_in).await;
    }
    assert_eq!(asked(&rig), known, "a day has not passed yet");
    let refreshes = rig.token_requests("refresh_token");
    pass(&rig, 4 * HOUR).await;
    both_verified(&rig, [key, sign_in], before).await;
    assert_eq!(asked(&rig), known + 2);
    assert_eq!(rig.token_requests("refresh_token"), refreshes + 1, "with the token that came of the one refresh");

    // Weekly: nothing for six days, and after eight.
    verify_every(&rig, VerificationSchedule::Weekly).await;
    let before = verified_at(&rig, key).await;
    pass(&rig, 6 * DAY).await;
    pass(&rig, MINUTE).await;
    assert_eq!(verified_at(&rig, key).await, before);
    pass(&rig, 2 * DAY).await;
    both_verified(&rig, [key, sign_in], before).await;
    assert_eq!(asked(&rig), known + 4);

    // Off, over a restart: never. Daily again: what is overdue is verified at once.
    verify_every(&rig, VerificationSchedule::Off).await;
    let mut rig = rig.restart().await;
    rig.run().await;
    pass(&rig, 20 * DAY).await;
    pass(&rig, MINUTE).await;
    assert_eq!(asked(&rig), known + 4);
    let before = verified_at(&rig, key).await;
    verify_every(&rig, VerificationSchedule::Daily).await;
    verified_since(&rig, key, before).await;
}

#[tokio::test]
async fn what_is_paused_is_not_verified_until_it_goes_on() {
    let mut rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    rig.run().await;
    rig.engine.pause_integration(id, true).await.unwrap();
    let (known, before) = (asked(&rig), verified_at(&rig, id).await);
    pass(&rig, 3 * DAY).await;
    pass(&rig, MINUTE).await;
    assert_eq!(asked(&rig), known);
    rig.engine.pause_integration(id, false).await.unwrap();
    verified_since(&rig, id, before).await;
}

/// Lets hour after hour pass until it is so. What the service has answered may not have been read yet, and nothing tells of it.
async fn hours_until(rig: &Rig, most: u32, is_so: impl AsyncFn() -> bool) -> u32 {
    const LOOKS: u32 = 30;
    for hours in 0..=most {
        for _ in 0..LOOKS {
            if is_so().await {
                return hours;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        pass(rig, HOUR).await;
    }
    panic!("not within {most} hours");
}

#[tokio::test]
async fn a_service_out_of_reach_is_asked_again_within_the_hour_and_wakes_nobody() {
    let mut rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    rig.run().await;
    let (known, before) = (asked(&rig), verified_at(&rig, id).await);
    let down = |times| Step { path: WHOAMI.into(), status: Some(503), times: Some(times), ..Step::default() };
    rig.sandbox.control().script(down(2)).unwrap();
    rig.events.clear();
    pass(&rig, 25 * HOUR).await;
    asked_when(&rig, known + 1).await;
    pass(&rig, 30 * MINUTE).await;
    assert_eq!(asked(&rig), known + 1, "it is not asked without end");
    let hours = hours_until(&rig, 2, async || asked(&rig) == known + 2).await;
    assert!(hours >= 1, "nor at once");
    let page = rig.page(id).await;
    assert_eq!(page.integration.status, StatusView::Connected, "what was said last stands");
    assert_eq!(verified_at(&rig, id).await, before);
    assert!(!rig.events.all().contains(&Event::AskedInVain { id }));
    assert_eq!(verdicts(&rig, id).await, 1, "and the log is not filled with it");
    hours_until(&rig, 2, async || verdicts(&rig, id).await == 2).await;
    assert!(verified_at(&rig, id).await > before);

    // After a second day in vain it is said, once, and goes by itself.
    rig.sandbox.control().script(down(99)).unwrap();
    let (known, before) = (asked(&rig), verified_at(&rig, id).await);
    let hours = hours_until(&rig, 60, async || verified_at(&rig, id).await > before).await;
    assert!((48..52).contains(&hours), "after {hours} hours");
    assert!(asked(&rig) > known + 20, "it was tried each hour of the second day");
    assert!(matches!(rig.page(id).await.integration.status, StatusView::Unverified { .. }));
    let tries = asked(&rig);
    hours_until(&rig, 5, async || asked(&rig) >= tries + 3).await;
    assert_eq!(verdicts(&rig, id).await, 3, "said once, not at each try");
    rig.sandbox.control().clear_script();
    hours_until(&rig, 3, async || rig.page(id).await.integration.status == StatusView::Connected).await;
}

#[tokio::test]
async fn a_key_that_was_ended_at_its_service_shows_by_itself() {
    let mut rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    rig.run().await;
    rig.sandbox.control().script(Step { path: WHOAMI.into(), status: Some(401), ..Step::default() }).unwrap();
    pass(&rig, 25 * HOUR).await;
    let page = rig.page_when(id, |page| matches!(page.integration.status, StatusView::NeedsYou { .. })).await;
    assert!(matches!(page.integration.last_verdict.unwrap().verdict, Verdict::Refused { .. }));
}

/// How many verdicts the log tells of.
async fn verdicts(rig: &Rig, id: IntegrationId) -> usize {
    let log = rig.engine.activity(Some(id), 50).await.unwrap();
    log.iter().filter(|entry| matches!(entry.what, ActivityKind::Verified { .. })).count()
}

#[tokio::test]
async fn many_that_are_overdue_are_verified_few_at_a_time() {
    const KEYS: usize = 12;
    let mut rig = Rig::start().await;
    let mut ids = Vec::new();
    for _ in 0..KEYS {
        ids.push(rig.add_key(&rig.make_key().await).await);
    }
    let sign_in = rig.connect().await;
    rig.engine.pause_integration(sign_in, true).await.unwrap(); // it is not what is counted
    rig.run().await;
    let known = asked(&rig);
    let held = Step { path: WHOAMI.into(), hold: Some("gate".into()), times: Some(2), ..Step::default() };
    rig.sandbox.control().script(held).unwrap();
    pass(&rig, 25 * HOUR).await;
    let arrived = rig.sandbox.control().wait_for_requests(&query(), Progress::Arrived, known + 2, PATIENCE).await;
    assert!(arrived.is_some());
    rig.engine.pause_integration(sign_in, false).await.unwrap();
    // A refresh does not wait behind them, and takes long enough for a third to come if it could.
    rig.engine.refresh_integration(sign_in).await.unwrap();
    assert_eq!(asked(&rig), known + 2, "two at once");
    rig.sandbox.control().release("gate");
    asked_when(&rig, known + KEYS).await;
}
