//! What comes between a request and its answer, while the answer is on its way: sleep, and another network.

use std::sync::Arc;
use std::time::Duration;

use storm_domain::port::{Clock as _, Vault as _};
use storm_domain::{ErrorCode, Failure, InterruptedBy, ReconnectReason, Timestamp};
use storm_engine::view::StatusView;
use storm_sandbox::{JournalQuery, Progress, Step};
use tokio::task::JoinHandle;

use crate::scene::Scene;
use crate::tunnel::Tunnel;

const HOUR: Duration = Duration::from_secs(3600);
const NIGHT: Duration = Duration::from_secs(8 * 3600);
const PATIENCE: Duration = Duration::from_secs(10);

/// A refresh on which the service has acted, and whose answer stands at a gate until it is released.
async fn under_way(scene: &Scene, step: Step) -> JoinHandle<Result<(), Failure>> {
    let control = scene.rig.sandbox.control();
    let query = JournalQuery { path: Some("/oauth/token".into()), ..JournalQuery::default() };
    let query = JournalQuery { since: control.state().last_sequence, ..query };
    scene.rig.next_token_answer(Step { apply_first: true, hold: Some("answer".into()), ..step });
    let (engine, id) = (Arc::clone(&scene.rig.engine), scene.id);
    let refresh = tokio::spawn(async move { engine.refresh_integration(id).await });
    control.wait_for_requests(&query, Progress::Held, 1, PATIENCE).await.unwrap();
    refresh
}

/// The computer sleeps through the night: its monotonic clock stands still.
fn sleep_through_the_night(scene: &Scene) {
    scene.rig.clock.set_wall(scene.rig.clock.now().after(NIGHT));
}

/// It is unknown what became of the request, and the same refresh token is to be sent again.
async fn ensure_outcome_unknown(scene: &Scene, refresh: JoinHandle<Result<(), Failure>>) {
    let failure = refresh.await.unwrap().unwrap_err();
    assert_eq!(failure.code, ErrorCode::ServiceUnreachable, "{failure:?}");
    assert_eq!(scene.rig.vault.open_intents().await.unwrap().len(), 1);
    let status = scene.status().await;
    assert!(matches!(status, StatusView::Retrying { .. }), "{status:?}");
}

async fn ensure_made_good_with_the_same_token(scene: &Scene) {
    scene.ensure_mends_by_itself().await;
    let sent: Vec<_> = scene.refreshes().into_iter().take(2).map(|entry| entry.refresh_token_sha256).collect();
    assert_eq!(sent[0], sent[1], "the same refresh token was sent again");
    assert!(scene.rig.vault.open_intents().await.unwrap().is_empty());
}

/// A strict service refuses the same token, and the user is told when the refresh was broken off, and by what.
async fn ensure_explained(scene: &Scene, at: Timestamp, by: InterruptedBy) {
    let failure = scene.rig.engine.refresh_integration(scene.id).await.unwrap_err();
    assert_eq!(failure.code, ErrorCode::ReconnectNeeded);
    let StatusView::NeedsYou { reason, .. } = scene.status().await else { panic!("{:?}", scene.status().await) };
    assert_eq!(reason, ReconnectReason::RefreshInterrupted { at, by });
    assert!(scene.rig.vault.open_intents().await.unwrap().is_empty(), "it is not tried again at each start");
}

fn reset() -> Step {
    Step { reset_after_bytes: Some(0), ..Step::default() }
}

#[tokio::test]
async fn f080_a_sleep_exactly_between_request_and_answer_is_an_unknown_outcome_and_asked_again() {
    let scene = Scene::set().await;
    scene.rig.sandbox.control().change_settings(|settings| settings.reuse_grace_s = 600);
    let refresh = under_way(&scene, reset()).await;
    sleep_through_the_night(&scene);
    scene.rig.sandbox.control().release("answer");
    ensure_outcome_unknown(&scene, refresh).await;
    ensure_made_good_with_the_same_token(&scene).await;
}

#[tokio::test]
async fn f080_a_strict_service_makes_such_a_sleep_a_reconnect_that_names_it() {
    let scene = Scene::set().await;
    let sent_at = scene.rig.clock.now();
    let refresh = under_way(&scene, reset()).await;
    sleep_through_the_night(&scene);
    scene.rig.sandbox.control().release("answer");
    ensure_outcome_unknown(&scene, refresh).await;
    ensure_explained(&scene, sent_at, InterruptedBy::Sleep).await;
}

#[tokio::test]
async fn f080_an_answer_that_waited_through_the_sleep_is_kept_and_its_token_is_as_old_as_the_request() {
    let scene = Scene::set().await;
    let (sent_at, before) = (scene.rig.clock.now(), scene.stored().await);
    let refresh = under_way(&scene, Step::default()).await;
    sleep_through_the_night(&scene);
    scene.rig.sandbox.control().release("answer");
    refresh.await.unwrap().unwrap();
    let after = scene.stored().await;
    assert_ne!(after.refresh_token, before.refresh_token);
    assert_eq!(after.expires_at, Some(sent_at.after(HOUR)));
    let lent = scene.lent().await.unwrap();
    assert!(Some(&lent) != after.access_token.as_ref(), "what ended in the night is not lent");
    assert_eq!(scene.refreshes().len(), 2);
}

#[tokio::test]
async fn f081_a_network_that_changes_under_a_request_leaves_its_outcome_unknown_and_it_is_asked_again() {
    let scene = Scene::set().await;
    scene.rig.sandbox.control().change_settings(|settings| settings.reuse_grace_s = 600);
    let mut tunnel = Tunnel::dig(scene.rig.sandbox.address()).await;
    scene.move_service_to(&tunnel.base_url()).await;
    let refresh = under_way(&scene, Step::default()).await;
    tunnel.cut().await;
    ensure_outcome_unknown(&scene, refresh).await;
    scene.rig.sandbox.control().release("answer");
    tunnel.mend().await;
    ensure_made_good_with_the_same_token(&scene).await;
}

#[tokio::test]
async fn f081_a_strict_service_makes_such_a_change_a_reconnect_that_names_the_network() {
    let scene = Scene::set().await;
    let sent_at = scene.rig.clock.now();
    let mut tunnel = Tunnel::dig(scene.rig.sandbox.address()).await;
    scene.move_service_to(&tunnel.base_url()).await;
    let refresh = under_way(&scene, Step::default()).await;
    tunnel.cut().await;
    ensure_outcome_unknown(&scene, refresh).await;
    scene.rig.sandbox.control().release("answer");
    tunnel.mend().await;
    ensure_explained(&scene, sent_at, InterruptedBy::Network).await;
}
