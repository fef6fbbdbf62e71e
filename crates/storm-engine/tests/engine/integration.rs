use std::time::Duration;

use storm_domain::port::Vault;
use storm_domain::{
    Appearance, ErrorCode, Event, LanguageChoice, ListSort, NotificationPreferences, Preferences, QuietHours,
    RefreshMargin, RefreshPreferences, VerificationSchedule,
};
use storm_engine::view::{RevocationView, StatusView};

use crate::rig::{Rig, failure};

#[tokio::test]
async fn a_removal_can_be_undone() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    let gone = rig.engine.disconnect_integration(id, false).await.unwrap();
    assert!(gone.undo_until.is_some());
    assert!(rig.engine.integrations().await.unwrap().is_empty());
    rig.engine.undo_disconnect(id).await.unwrap();
    assert_eq!(rig.page(id).await.integration.status, StatusView::Connected);
}

#[tokio::test]
async fn what_was_removed_is_erased_after_a_day_while_the_program_runs_on() {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let mut rig = Rig::start().await;
    rig.run().await;
    let id = rig.add_key(&rig.make_key().await).await;
    rig.engine.disconnect_integration(id, false).await.unwrap();
    rig.events.clear();
    rig.clock.advance(DAY - Duration::from_secs(1));
    assert_eq!(rig.vault.integrations().await.unwrap().len(), 1);
    // Hour by hour: the loop may be on its way to its sleep when the clock moves on.
    while !rig.vault.integrations().await.unwrap().is_empty() {
        rig.clock.advance(Duration::from_secs(60 * 60));
    }
    rig.events.wait_for(|event| *event == Event::IntegrationChanged { id }).await;
}

#[tokio::test]
async fn o51_a_grant_is_revoked_at_the_service_on_wish() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let gone = rig.engine.disconnect_integration(id, true).await.unwrap();
    assert_eq!(gone.revocation, RevocationView::Revoked);
    assert!(rig.sandbox.control().grants().iter().all(|grant| !grant.alive));
    assert!(rig.vault.integrations().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_name_stands_once() {
    let rig = Rig::start().await;
    let first = rig.add_key(&rig.make_key().await).await;
    rig.add_key(&rig.make_key().await).await;
    rig.engine.rename_integration(first, "Billing").await.unwrap();
    assert_eq!(failure(rig.engine.rename_integration(first, "practice 2").await).code, ErrorCode::FieldNotUsable);
    assert_eq!(failure(rig.engine.rename_integration(first, "  ").await).code, ErrorCode::FieldNotUsable);
    assert_eq!(rig.page(first).await.integration.name, "Billing");
}

#[tokio::test]
async fn a_paused_integration_rests_and_runs_again() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    rig.engine.pause_integration(id, true).await.unwrap();
    let page = rig.page(id).await;
    assert!(matches!(page.integration.status, StatusView::Paused { .. }));
    assert_eq!(page.integration.next_refresh_at, None);
    assert_eq!(failure(rig.engine.refresh_integration(id).await).code, ErrorCode::Paused);
    rig.engine.pause_integration(id, false).await.unwrap();
    assert!(rig.page(id).await.integration.next_refresh_at.is_some());
}

#[tokio::test]
async fn all_are_paused_together_and_what_was_paused_by_itself_stays_so() {
    let rig = Rig::start().await;
    let (alone, one, other) = (rig.connect().await, rig.connect().await, rig.add_key(&rig.make_key().await).await);
    rig.engine.pause_integration(alone, true).await.unwrap();
    rig.clock.advance(Duration::from_secs(60));
    rig.engine.pause_all().await.unwrap();
    let paused = async |id| matches!(rig.page(id).await.integration.status, StatusView::Paused { .. });
    for id in [alone, one, other] {
        assert!(paused(id).await);
    }
    rig.engine.resume_all().await.unwrap();
    assert!(paused(alone).await && !paused(one).await && !paused(other).await);
    rig.engine.resume_all().await.unwrap();
    assert!(!paused(alone).await, "it is the only one left");
    rig.engine.resume_all().await.unwrap();
}

#[tokio::test]
async fn preferences_are_the_defaults_until_they_are_chosen_and_outlive_a_restart() {
    let rig = Rig::start().await;
    assert_eq!(rig.engine.preferences().await.unwrap(), Preferences::default());
    let quiet = |from, until| Preferences {
        notifications: NotificationPreferences { quiet: Some(QuietHours { from, until }), ..Default::default() },
        language: LanguageChoice::German,
        appearance: Appearance::Dark,
        refresh: RefreshPreferences { margin: RefreshMargin::Early, keep_warm: false },
        verification: VerificationSchedule::Weekly,
        sort: ListSort::Connector,
        letter_keys: false,
        asked_start_at_login: true,
    };
    rig.engine.set_preferences(quiet(1_320, 420)).await.unwrap();
    let refused = failure(rig.engine.set_preferences(quiet(420, 420)).await);
    assert_eq!((refused.code, refused.field.as_deref()), (ErrorCode::FieldNotUsable, Some("quiet")));
    let refresh = RefreshPreferences { margin: RefreshMargin::Own { minutes: 121 }, keep_warm: true };
    let refused = failure(rig.engine.set_preferences(Preferences { refresh, ..Preferences::default() }).await);
    assert_eq!((refused.code, refused.field.as_deref()), (ErrorCode::FieldNotUsable, Some("minutes")));
    assert!(refused.message.contains("1 to 120 minutes"), "{}", refused.message);
    let rig = rig.restart().await;
    assert_eq!(rig.engine.preferences().await.unwrap(), quiet(1_320, 420));
    assert!(rig.events.all().contains(&Event::PreferencesChanged));
}

#[tokio::test]
async fn labels_are_kept_over_a_restart_and_refused_whole() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    let typed = |labels: &[&str]| labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>();
    rig.events.clear();
    rig.engine.set_labels(id, &typed(&[" prod ", "Team A"])).await.unwrap();
    rig.events.wait_for(|event| *event == Event::IntegrationChanged { id }).await;
    let refused = failure(rig.engine.set_labels(id, &typed(&["new", "PROD", "prod"])).await);
    assert_eq!((refused.code, refused.field.as_deref()), (ErrorCode::FieldNotUsable, Some("labels")));
    assert!(refused.message.contains("“PROD” is there already"), "{}", refused.message);
    let rig = rig.restart().await;
    assert_eq!(rig.engine.integrations().await.unwrap()[0].labels, ["prod", "Team A"]);
    rig.engine.set_labels(id, &[]).await.unwrap();
    assert!(rig.page(id).await.integration.labels.is_empty());
    rig.engine.disconnect_integration(id, false).await.unwrap();
    assert_eq!(failure(rig.engine.set_labels(id, &typed(&["prod"])).await).code, ErrorCode::NotFound);
}
#[tokio::test]
async fn what_stood_on_top_of_the_list_is_shown_first_as_it_is_now() {
    let rig = Rig::start().await;
    let mut added = Vec::new();
    for _ in 0..3 {
        added.push(rig.add_key(&rig.make_key().await).await);
    }
    let [one, other, gone] = added[..] else { panic!("three were added") };
    assert!(rig.engine.top_integrations().await.unwrap().is_empty(), "nobody looked yet");
    rig.engine.note_top(&[other, gone, one]).await.unwrap();
    rig.engine.disconnect_integration(gone, false).await.unwrap();
    rig.engine.set_labels(one, &["prod".to_owned()]).await.unwrap();
    let rig = rig.restart().await;
    let (top, all) = (rig.engine.top_integrations().await.unwrap(), rig.engine.integrations().await.unwrap());
    assert_eq!(top.iter().map(|row| row.id).collect::<Vec<_>>(), [other, one]);
    assert!(top.iter().all(|row| all.contains(row)), "they are what the whole list says of them");
}

#[tokio::test]
async fn what_there_is_something_to_say_of_is_what_the_list_does_not_call_connected() {
    let rig = Rig::start().await;
    let ids = [rig.connect().await, rig.add_key(&rig.make_key().await).await, rig.add_key(&rig.make_key().await).await];
    let [well, paused, gone] = ids;
    let outstanding = rig.engine.outstanding().await.unwrap();
    assert_eq!((outstanding.count, outstanding.rows.len()), (3, 0));
    assert!(outstanding.connector_ids.contains(&rig.page(well).await.integration.connector.id));

    rig.engine.pause_integration(paused, true).await.unwrap();
    rig.engine.disconnect_integration(gone, false).await.unwrap();
    let (outstanding, all) = (rig.engine.outstanding().await.unwrap(), rig.engine.integrations().await.unwrap());
    assert_eq!(outstanding.count, all.len());
    assert_eq!(outstanding.rows, all.into_iter().filter(|row| row.id == paused).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_row_alone_is_as_the_list_and_the_page_have_it_and_gone_with_its_integration() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let row = rig.engine.integration_row(id).await.unwrap();
    assert_eq!(rig.engine.integrations().await.unwrap(), std::slice::from_ref(&row));
    assert_eq!(rig.page(id).await.integration, row);
    rig.engine.disconnect_integration(id, false).await.unwrap();
    assert_eq!(failure(rig.engine.integration_row(id).await).code, ErrorCode::NotFound);
}
