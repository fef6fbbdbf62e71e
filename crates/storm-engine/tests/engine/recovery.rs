use storm_domain::port::Clock;
use storm_domain::port::{ClientIdentity, Provider, TokenGrant, TokenRequest, Vault};
use storm_domain::{
    ActivityKind, Backoff, Credential, GenerationNumber, GenerationPhase, InterruptedBy, LeaseOwner, ReconnectReason,
    RefreshIntent, Timestamp,
};
use storm_engine::view::StatusView;
use storm_sandbox::Step;

use crate::rig::Rig;

/// Where the program ends.
#[derive(Clone, Copy, PartialEq)]
enum Ends {
    AfterSending,
    AfterLanding,
}

/// Does the steps of a refresh by hand up to `ends`, as a program does that is killed there.
async fn break_off(rig: &Rig, id: storm_domain::IntegrationId, ends: Ends) -> GenerationNumber {
    let active = rig.vault.active_generation(id).await.unwrap().unwrap();
    let Credential::OAuthGrant(grant) = &active.credential else { panic!() };
    let owner = LeaseOwner { process: "killed".into(), boot: "test".into() };
    let now = rig.clock.now();
    let intent = RefreshIntent { integration_id: id, generation: Some(active.number), at: now, retries: 0 };
    let lease = rig.vault.begin_refresh(&intent, &owner, now, Timestamp(now.0 + 90_000)).await.unwrap();
    let provider = storm_auth::HttpProvider::new(
        std::sync::Arc::new(rig.clock.clone()),
        std::sync::Arc::new(storm_auth::OsEntropy),
    )
    .unwrap();
    let service = storm_connectors::Catalogue::embedded()
        .unwrap()
        .connector("practice")
        .unwrap()
        .oauth_service(&rig.fields())
        .unwrap();
    let client = ClientIdentity { client_id: "practice-desktop".into(), client_secret: None };
    let grant = TokenGrant::RefreshToken(grant.refresh_token.as_ref().unwrap());
    let answer = provider
        .send_token_request(TokenRequest { service: &service, client: &client, grant, dpop_key: None })
        .await
        .unwrap();
    if ends == Ends::AfterLanding {
        rig.vault.land(&lease, Some(active.number), &answer).await.unwrap();
    }
    active.number
}

#[tokio::test]
async fn f033_an_answer_that_landed_before_a_kill_is_used_without_asking_again() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let sent = break_off(&rig, id, Ends::AfterLanding).await;
    let mut rig = rig.restart().await;
    rig.run().await;
    let active = rig.vault.active_generation(id).await.unwrap().unwrap();
    assert!(active.number > sent);
    assert_eq!(rig.token_requests("refresh_token"), 1);
    let log = rig.engine.activity(Some(id), 20).await.unwrap();
    assert!(log.iter().any(|entry| entry.what == ActivityKind::RefreshRecovered), "{log:?}");
    rig.engine.refresh_integration(id).await.unwrap();
}

#[tokio::test]
async fn a_refresh_broken_off_at_a_strict_service_is_explained_after_the_restart() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    break_off(&rig, id, Ends::AfterSending).await;
    let mut rig = rig.restart().await;
    rig.run().await;
    let page = rig.page_when(id, |page| matches!(page.integration.status, StatusView::NeedsYou { .. })).await;
    let StatusView::NeedsYou { reason, .. } = page.integration.status else { panic!() };
    assert!(matches!(reason, ReconnectReason::RefreshInterrupted { by: InterruptedBy::Crash, .. }), "{reason:?}");
}

#[tokio::test]
async fn a_refresh_broken_off_at_a_service_with_grace_is_made_good_after_the_restart() {
    let rig = Rig::start().await;
    rig.sandbox.control().change_settings(|settings| settings.reuse_grace_s = 60);
    let id = rig.connect().await;
    let sent = break_off(&rig, id, Ends::AfterSending).await;
    let mut rig = rig.restart().await;
    rig.run().await;
    rig.page_when(id, |page| page.generations.iter().any(|generation| generation.number > sent)).await;
    rig.page_when(id, |page| page.integration.status == StatusView::Connected && !page.integration.refreshing).await;
    rig.engine.refresh_integration(id).await.unwrap();
}

#[tokio::test]
async fn a_stored_reconnect_whose_service_cannot_be_asked_waits_beside_the_old_grant_until_it_can() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let old = rig.vault.active_generation(id).await.unwrap().unwrap();
    let staged = rig.vault.stage_generation(id, &old.credential, rig.clock.now()).await.unwrap();
    let rig = rig.restart().await;
    let down = Step { path: "/api/whoami".into(), status: Some(503), ..Step::default() };
    rig.sandbox.control().script(down).unwrap();
    rig.engine.recover().await.unwrap();
    rig.clock.sleepers(2).await; // the pause before the next try, and the port of the sign-in, which lingers for a second
    let phase = |page: &storm_engine::view::IntegrationDetailView, number| {
        page.generations.iter().find(|generation| generation.number == number).map(|generation| generation.phase)
    };
    let page = rig.page(id).await;
    assert_eq!(phase(&page, old.number), Some(GenerationPhase::Active));
    assert_eq!(phase(&page, staged), Some(GenerationPhase::Staged));
    rig.clock.advance(Backoff::FIRST);
    rig.page_when(id, |page| phase(page, staged) == Some(GenerationPhase::Active)).await;
    rig.engine.refresh_integration(id).await.unwrap();
}
