//! An export or a restore that the program does not live to finish: nothing is lost, and nothing is refreshed in two places.

use storm_domain::Hold;
use storm_engine::view::{RestoreOutcome, SignIns, StatusView};
use storm_sandbox::{JournalQuery, Progress, Step};

use crate::export::{export, open, plan, restore, status, whole};
use crate::rig::{Rig, failure};
use crate::rotation_crash::Mortal;

#[tokio::test]
async fn a_program_that_ends_before_the_file_is_written_has_stopped_the_sign_in_and_gives_it_back() {
    let mut rig = Rig::start().await;
    let id = rig.connect().await;
    let token = rig.refresh_token(id).await;
    let doomed = rig.doomed_engine(rig.events.clone());
    let (reached, handed) = tokio::sync::oneshot::channel();
    let user = tokio::spawn(async move {
        let never = async |export| {
            reached.send(export).unwrap();
            std::future::pending().await
        };
        doomed.export::<(), _>(plan(&[id], SignIns::Move), never).await
    });
    handed.await.unwrap();
    user.abort();
    assert!(user.await.unwrap_err().is_cancelled());

    rig = rig.restart().await;
    rig.run().await;
    assert!(matches!(status(&rig, id).await, StatusView::Paused { hold: Some(Hold::MovedAway), .. }));
    rig.clock.advance(std::time::Duration::from_secs(24 * 60 * 60));
    failure(rig.engine.refresh_integration(id).await);
    assert_eq!(rig.token_requests("refresh_token"), 0);
    assert_eq!(rig.refresh_token(id).await, token, "it lies where it lay");
    rig.engine.take_back(id).await.unwrap();
    rig.engine.refresh_integration(id).await.unwrap();
    assert_eq!(status(&rig, id).await, StatusView::Connected);
    failure(rig.engine.take_back(id).await);
}

/// Restores a sign-in with a program that dies at this event. Whether it lived to the end.
async fn restore_until_death(rig: &Rig, file: &[u8], event: usize) -> bool {
    let mortal = Mortal::dies_at(event);
    let doomed = rig.doomed_engine(mortal);
    let opened =
        storm_store::open_export(file, &storm_secret::Passphrase::new("correct horse battery"), rig.engine.now());
    let held = doomed.hold_export(opened.unwrap()).await.unwrap();
    let request = whole(&held, 0);
    tokio::spawn(async move { doomed.restore(request).await.unwrap() }).await.is_ok()
}

#[tokio::test]
async fn a_restore_that_is_cut_off_at_any_of_its_steps_is_there_whole_or_not_at_all_and_goes_on() {
    for event in 1.. {
        let (old, mut new) = (Rig::start().await, Rig::start().await);
        let id = old.connect().await;
        let file = export(&old, &[id], SignIns::Move).await.unwrap();
        let lived = restore_until_death(&new, &file, event).await;
        new = new.restart().await;
        new.run().await;
        // What its user does then: restore again, or verify what is there.
        let opened = open(&new, &file).await;
        match new.engine.integrations().await.unwrap().first() {
            None => {
                let restored = restore(&new, whole(&opened, 0)).await;
                assert!(matches!(restored.outcome, RestoreOutcome::SwitchedOn { .. }), "event {event}: {restored:?}");
            }
            Some(_) => {
                failure(new.engine.restore(whole(&opened, 0)).await);
                new.engine.verify_integration(id).await.unwrap();
            }
        }
        let page = new.page_when(id, |page| page.integration.status == StatusView::Connected).await;
        assert_eq!(page.integration.id, id, "event {event}");
        new.engine.refresh_integration(id).await.unwrap();
        assert_eq!(new.engine.integrations().await.unwrap().len(), 1, "event {event}");
        if lived {
            assert!(event > 3, "only {event} events");
            return;
        }
    }
}

#[tokio::test]
async fn a_restore_whose_first_refresh_is_cut_off_by_a_kill_is_taken_up_like_any_other_refresh() {
    let (old, mut new) = (Rig::start().await, Rig::start().await);
    let id = old.connect().await;
    let file = export(&old, &[id], SignIns::Move).await.unwrap();
    old.next_token_answer(Step { hold: Some("gate".into()), ..Step::default() });
    let doomed = new.doomed_engine(new.events.clone());
    let opened =
        storm_store::open_export(&file, &storm_secret::Passphrase::new("correct horse battery"), new.engine.now());
    let held = doomed.hold_export(opened.unwrap()).await.unwrap();
    let request = whole(&held, 0);
    let user = tokio::spawn(async move { doomed.restore(request).await });
    let query = JournalQuery { path: Some("/oauth/token".into()), ..JournalQuery::default() };
    let patience = std::time::Duration::from_secs(10);
    old.sandbox.control().wait_for_requests(&query, Progress::Held, 2, patience).await.unwrap();
    user.abort();
    assert!(user.await.unwrap_err().is_cancelled());
    old.sandbox.control().release("gate");

    new = new.restart().await;
    assert!(matches!(status(&new, id).await, StatusView::Paused { hold: Some(Hold::Unproved), .. }));
    new.run().await;
    new.engine.verify_integration(id).await.unwrap();
    assert_eq!(status(&new, id).await, StatusView::Connected);
    new.engine.refresh_integration(id).await.unwrap();
}
