//! A vault that was put back from an older copy: what is sent for it, and when.

use std::time::Duration;

use storm_domain::ErrorCode;
use storm_domain::port::Clock as _;

use crate::scene::Scene;

#[tokio::test]
async fn f104_a_vault_put_back_from_a_copy_sends_no_refresh_token_before_its_user_goes_on() {
    let scene = Scene::set().await;
    let present = scene.stored().await.access_token;
    scene.rig.engine.hold_back();

    assert_eq!(scene.lent().await.ok(), present, "what is still valid is handed out");
    let refused = scene.rig.engine.refresh_integration(scene.id).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::VaultRestored);
    // Past the end of the access token: neither the schedule nor a tool sends anything.
    scene.rig.clock.sleepers(1).await;
    scene.rig.clock.advance(Duration::from_secs(2 * 3600));
    assert_eq!(scene.lent().await.unwrap_err().code, ErrorCode::VaultRestored);
    assert_eq!(scene.refreshes().len(), 0);

    scene.rig.engine.go_on().await.unwrap();
    let now = scene.rig.clock.now();
    scene.rig.page_when(scene.id, |page| page.integration.access_expires_at > Some(now)).await;
    assert_eq!(scene.refreshes().len(), 1);
}
