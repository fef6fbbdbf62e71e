//! Leases, intents and landing slots: what holds when two want the same credential, and what is found after a crash at any
//! step.

use crate::common::{House, LATER, NOW, add, begun, commit_of, id, intent, lease, owner, raw_answer, refresh_token};
use storm_domain::port::{GrantCommit, Vault};
use storm_domain::{
    ActivityKind, GenerationNumber, Integration, Lease, OAuthGrant, RefreshIntent, Timestamp, TokenEvent, TokenState,
    VaultError,
};
use storm_testkit::{oauth_grant, oauth_integration};

async fn commit(vault: &impl Vault, lease: &Lease, expected: Option<u64>) -> Result<GenerationNumber, VaultError> {
    let grant = oauth_grant("access", Some("refresh"));
    vault.commit_grant(commit_of(lease, expected.map(GenerationNumber), &grant)).await.map(|committed| committed.number)
}

/// How far a refresh came before the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    Prepared,
    Landed,
    Committed,
    Cleared,
}

#[tokio::test]
async fn slots_are_used_again_and_an_answer_that_waits_is_never_overwritten() {
    let house = House::default();
    let vault = house.open().await;
    let slots = house.folder().landing().join("slots");
    let size = || std::fs::metadata(&slots).unwrap().len();
    let waiting = add(&vault, oauth_integration(1), None).await;
    let held = begun(&vault, waiting, None).await;
    vault.land(&held, None, &raw_answer(b"waiting")).await.unwrap();
    let one = size();
    for number in 2..12 {
        let id = add(&vault, oauth_integration(number), None).await;
        let held = begun(&vault, id, None).await;
        vault.land(&held, None, &raw_answer(b"passing")).await.unwrap();
        commit(&vault, &held, None).await.unwrap();
        vault.clear_landing(&held).await.unwrap();
    }
    assert_eq!(size(), 2 * one, "ten refreshes one after the other need one slot");
    let landed = vault.landed().await.unwrap();
    assert_eq!(landed.len(), 1);
    assert_eq!(landed[0].answer.body.expose(), b"waiting");
}

#[tokio::test]
async fn a_slot_that_does_not_open_is_kept_aside_and_the_others_are_found() {
    let house = House::default();
    let vault = house.open().await;
    for number in [1, 2] {
        let id = add(&vault, oauth_integration(number), None).await;
        let held = begun(&vault, id, None).await;
        vault.land(&held, None, &raw_answer(b"answer")).await.unwrap();
    }
    vault.close().await;
    let path = house.folder().landing().join("slots");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[150] ^= 1; // inside the sealed answer of the first slot
    std::fs::write(&path, &bytes).unwrap();

    let vault = house.open().await;
    let landed = vault.landed().await.unwrap();
    assert_eq!(landed.iter().map(|found| found.integration_id).collect::<Vec<_>>(), [id(2)]);
    let aside = house.folder().landing().join("slot-0-0.damaged");
    assert_eq!(std::fs::read(aside).unwrap(), bytes[..bytes.len() / 2]);
    assert_eq!(vault.landed().await.unwrap().len(), 1);
}

contract! {
    async fn a_lease_is_held_against_others_until_its_deadline(house) {
        let vault = house.open().await;
        let id = add(&vault, oauth_integration(1), None).await;
        let first = vault.acquire_lease(id, &owner("one", "boot"), NOW, LATER).await.unwrap();
        let refused = vault.acquire_lease(id, &owner("two", "boot"), NOW, LATER).await.unwrap_err();
        assert_eq!(refused, VaultError::LeaseHeld { until: LATER });
        let past = Timestamp(LATER.0 + 1);
        let second = vault.acquire_lease(id, &owner("two", "boot"), past, Timestamp(past.0 + 1)).await.unwrap();
        assert!(second.fencing > first.fencing);
    }

    async fn a_lease_of_this_process_of_another_boot_or_given_back_is_free(house) {
        let vault = house.open().await;
        let id = add(&vault, oauth_integration(1), None).await;
        let mut fencing = vault.acquire_lease(id, &owner("one", "boot"), NOW, LATER).await.unwrap().fencing;
        for (process, boot) in [("one", "boot"), ("two", "next boot")] {
            let taken = vault.acquire_lease(id, &owner(process, boot), NOW, LATER).await.unwrap();
            assert!(taken.fencing > fencing);
            fencing = taken.fencing;
            vault.release_lease(&taken).await.unwrap();
        }
        assert!(vault.acquire_lease(id, &owner("three", "next boot"), NOW, LATER).await.is_ok());
    }

    async fn a_crash_keeps_no_lease_from_the_next_start(house) {
        let vault = house.open().await;
        let id = add(&vault, oauth_integration(1), None).await;
        let crashed = vault.acquire_lease(id, &owner("crashed", "boot"), NOW, LATER).await.unwrap();
        let vault = house.reopen(vault).await;
        let next = vault.acquire_lease(id, &owner("next", "boot"), NOW, LATER).await.unwrap();
        assert!(next.fencing > crashed.fencing);
    }

    async fn there_is_no_lease_for_an_integration_that_is_not_there(house) {
        let vault = house.open().await;
        let refused = vault.acquire_lease(id(1), &owner("one", "boot"), NOW, LATER).await;
        assert_eq!(refused.unwrap_err(), VaultError::NotFound);
    }

    async fn a_holder_that_was_overtaken_can_do_nothing_any_more(house) {
        let vault = house.open().await;
        let id = add(&vault, oauth_integration(1), None).await;
        let overtaken = vault.acquire_lease(id, &owner("one", "boot"), NOW, NOW).await.unwrap();
        let (two, until) = (owner("two", "boot"), Timestamp(LATER.0 + 1));
        let holder = vault.begin_refresh(&intent(id, None), &two, LATER, until).await.unwrap();
        let refused = vault.begin_refresh(&intent(id, None), &owner("one", "boot"), LATER, until).await;
        assert_eq!(refused.unwrap_err(), VaultError::LeaseHeld { until });
        assert_eq!(commit(&vault, &overtaken, None).await.unwrap_err(), VaultError::LeaseLost);
        assert_eq!(vault.clear_intent(&overtaken).await.unwrap_err(), VaultError::LeaseLost);
        vault.release_lease(&overtaken).await.unwrap();
        assert_eq!(commit(&vault, &holder, None).await.unwrap(), GenerationNumber(1));
    }

    async fn an_intent_survives_until_its_grant_is_committed_or_it_is_cleared(house) {
        let vault = house.open().await;
        let id = add(&vault, oauth_integration(1), None).await;
        let sent = RefreshIntent { retries: 3, ..intent(id, Some(GenerationNumber(8))) };
        vault.begin_refresh(&sent, &owner("this", "boot"), NOW, LATER).await.unwrap();
        let vault = house.reopen(vault).await;
        assert_eq!(vault.open_intents().await.unwrap(), [sent]);
        let next = lease(&vault, id).await;
        vault.clear_intent(&next).await.unwrap();
        assert!(vault.open_intents().await.unwrap().is_empty());
        let second = begun(&vault, id, None).await;
        commit(&vault, &second, None).await.unwrap();
        assert!(vault.open_intents().await.unwrap().is_empty());
    }

    async fn a_commit_brings_the_row_the_log_and_the_lease_up_to_date_whatever_changed_meanwhile(house) {
        let vault = house.open().await;
        let id = add(&vault, oauth_integration(1), None).await;
        let held = begun(&vault, id, None).await;
        vault.land(&held, None, &raw_answer(b"answer")).await.unwrap();
        let row = vault.integration(id).await.unwrap();
        vault.update_integration(Integration { name: "Renamed".into(), ..row }).await.unwrap();

        let grant = OAuthGrant { scopes: Some(vec!["read".into()]), ..oauth_grant("access", Some("refresh")) };
        let event = TokenEvent::CredentialSaved { expires_at: grant.expires_at, refreshable: true };
        let log = vec![ActivityKind::Refreshed { took_ms: None }];
        let committed = GrantCommit { event: Some(event), log, ..commit_of(&held, None, &grant) };
        let committed = vault.commit_grant(committed).await.unwrap();

        let row = vault.integration(id).await.unwrap();
        assert_eq!(row, committed.integration);
        assert_eq!((row.name.as_str(), row.last_refreshed_at), ("Renamed", Some(grant.obtained_at)));
        assert_eq!(row.granted_scopes, ["read"]);
        assert!(matches!(row.state, TokenState::Active { expires_at, .. } if expires_at == grant.expires_at));
        let log = vault.activity(Some(id), 10).await.unwrap();
        assert!(matches!(log.as_slice(), [entry] if entry.integration_name == "Renamed"));
        assert!(vault.landed().await.unwrap().is_empty(), "the slot is emptied");
        let next = vault.acquire_lease(id, &owner("another", "boot"), NOW, LATER).await;
        assert!(next.is_ok(), "the lease is given back");
    }

    async fn after_a_crash_at_any_step_the_answer_is_there_exactly_while_it_is_needed(house) {
        let mut vault = house.open().await;
        for reached in [Reached::Prepared, Reached::Landed, Reached::Committed, Reached::Cleared] {
            let id = add(&vault, oauth_integration(1), None).await;
            let held = begun(&vault, id, None).await;
            if reached >= Reached::Landed {
                vault.land(&held, None, &raw_answer(b"{\"refresh_token\":\"r1\"}")).await.unwrap();
            }
            if reached >= Reached::Committed {
                commit(&vault, &held, None).await.unwrap();
            }
            if reached >= Reached::Cleared {
                vault.clear_landing(&held).await.unwrap();
            }
            vault = house.reopen(vault).await;

            let landed = vault.landed().await.unwrap();
            assert_eq!(landed.len(), usize::from(reached == Reached::Landed), "{reached:?}");
            assert_eq!(vault.open_intents().await.unwrap().len(), usize::from(reached <= Reached::Landed), "{reached:?}");
            if let [found] = landed.as_slice() {
                assert_eq!((found.integration_id, found.fencing, found.generation), (id, held.fencing, None));
                assert_eq!(found.answer.body.expose(), b"{\"refresh_token\":\"r1\"}");
                let expected = raw_answer(b"");
                assert_eq!(found.answer.status, expected.status);
                assert_eq!(found.answer.content_type, expected.content_type);
                assert_eq!(found.answer.retry_after, expected.retry_after);
                assert_eq!(found.answer.server_time, expected.server_time);
                assert_eq!(found.answer.received_at, expected.received_at);
                let again = lease(&vault, id).await;
                commit(&vault, &again, None).await.unwrap();
                assert!(vault.landed().await.unwrap().is_empty(), "settled by the later commit");
            }
            vault.erase_integration(id).await.unwrap();
        }
    }

    async fn an_answer_of_one_mebibyte_lands_and_a_larger_one_is_refused(house) {
        let vault = house.open().await;
        let id = add(&vault, oauth_integration(1), None).await;
        let held = lease(&vault, id).await;
        let body = vec![b'"'; 1024 * 1024];
        let mut answer = raw_answer(&body);
        answer.content_type = Some("\"".repeat(100_000));
        vault.land(&held, Some(GenerationNumber(3)), &answer).await.unwrap();
        let too_large = vault.land(&held, None, &raw_answer(&vec![0; 1024 * 1024 + 1])).await;
        assert_eq!(too_large.unwrap_err(), VaultError::TooLarge);
        let vault = house.reopen(vault).await;
        let landed = vault.landed().await.unwrap();
        assert_eq!(landed.len(), 1);
        assert_eq!(landed[0].generation, Some(GenerationNumber(3)));
        assert_eq!(landed[0].answer.body.expose(), body);
    }

    async fn a_replay_under_a_new_lease_commits_what_landed_under_the_old_one(house) {
        let vault = house.open().await;
        let id = add(&vault, oauth_integration(1), None).await;
        let old = begun(&vault, id, None).await;
        vault.land(&old, None, &raw_answer(b"answer")).await.unwrap();
        let vault = house.reopen(vault).await;
        let new = lease(&vault, id).await;
        assert_eq!(commit(&vault, &old, None).await.unwrap_err(), VaultError::LeaseLost);
        commit(&vault, &new, None).await.unwrap();
        vault.clear_landing(&new).await.unwrap();
        let active = vault.active_generation(id).await.unwrap().unwrap();
        assert_eq!(refresh_token(&active.credential).as_deref(), Some("refresh"));
        assert!(vault.landed().await.unwrap().is_empty());
        assert!(vault.open_intents().await.unwrap().is_empty());
    }
}
