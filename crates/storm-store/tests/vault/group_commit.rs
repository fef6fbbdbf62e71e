//! Group commit: many writers at once, each answered by itself, all of it durable.

use std::sync::Arc;

use crate::common::{House, add, begun, commit_of, id, raw_answer, refresh_token};
use storm_domain::port::{NewIntegration, Vault as _};
use storm_domain::{GenerationNumber, VaultError};
use storm_testkit::{api_key_integration, oauth_grant, oauth_integration};
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_refreshes_at_once_are_all_there_after_a_restart() {
    let house = House::default();
    let vault = Arc::new(house.open().await);
    let mut refreshes = JoinSet::new();
    for number in 0..100 {
        let vault = Arc::clone(&vault);
        refreshes.spawn(async move {
            let id = add(&*vault, oauth_integration(number), None).await;
            let lease = begun(&*vault, id, None).await;
            vault.land(&lease, None, &raw_answer(b"answer")).await.unwrap();
            let grant = oauth_grant("access", Some(&format!("refresh-{number}")));
            let committed = vault.commit_grant(commit_of(&lease, None, &grant)).await.unwrap();
            assert_eq!(committed.number, GenerationNumber(1));
        });
    }
    refreshes.join_all().await;
    vault.close().await;
    let vault = house.open().await;
    assert_eq!(vault.integrations().await.unwrap().len(), 100);
    assert!(vault.open_intents().await.unwrap().is_empty());
    assert!(vault.landed().await.unwrap().is_empty());
    for number in 0..100 {
        let active = vault.active_generation(id(number)).await.unwrap().unwrap();
        assert_eq!(refresh_token(&active.credential), Some(format!("refresh-{number}")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_update_the_same_revision_exactly_one_wins() {
    let house = House::default();
    let vault = Arc::new(house.open().await);
    add(&*vault, api_key_integration(1), None).await;
    let read = vault.integration(id(1)).await.unwrap();
    let mut updates = JoinSet::new();
    for number in 0..50 {
        let (vault, mut integration) = (Arc::clone(&vault), read.clone());
        integration.name = format!("Name {number}");
        updates.spawn(async move { vault.update_integration(integration).await });
    }
    let outcomes = updates.join_all().await;
    let won: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!(won.len(), 1);
    assert!(outcomes.iter().all(|outcome| outcome.is_ok() || *outcome == Err(VaultError::Conflict)));
    assert_eq!(vault.integration(id(1)).await.unwrap(), *won[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_fails_takes_nothing_of_its_batch_with_it() {
    let house = House::default();
    let vault = Arc::new(house.open().await);
    add(&*vault, api_key_integration(0), None).await;
    let mut writes = JoinSet::new();
    for number in 0..60_u128 {
        let vault = Arc::clone(&vault);
        let integration = api_key_integration(if number % 2 == 0 { 0 } else { number });
        writes.spawn(async move { vault.add_integration(NewIntegration { integration, credential: None }).await });
    }
    let outcomes = writes.join_all().await;
    let refused = outcomes.iter().filter(|outcome| matches!(outcome, Err(VaultError::Conflict))).count();
    assert_eq!(refused, 30);
    assert_eq!(vault.integrations().await.unwrap().len(), 31);
}

#[tokio::test]
async fn a_write_whose_caller_goes_away_is_carried_out_all_the_same() {
    let house = House::default();
    let vault = house.open().await;
    let new = NewIntegration { integration: api_key_integration(1), credential: None };
    let mut write = Box::pin(vault.add_integration(new));
    std::future::poll_fn(|context| {
        assert!(write.as_mut().poll(context).is_pending());
        std::task::Poll::Ready(())
    })
    .await;
    drop(write);
    let vault = house.reopen(vault).await;
    assert_eq!(vault.integrations().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_waits_when_the_vault_is_closed_is_written_first() {
    let house = House::default();
    let vault = Arc::new(house.open().await);
    let mut writes = JoinSet::new();
    for number in 0..20 {
        let vault = Arc::clone(&vault);
        writes.spawn(async move {
            let new = NewIntegration { integration: api_key_integration(number), credential: None };
            vault.add_integration(new).await
        });
    }
    tokio::task::yield_now().await; // every write is in the queue now: this runtime has one thread
    vault.close().await;
    let written = writes.join_all().await.into_iter().filter(Result::is_ok).count();
    assert_eq!(written, 20);
    assert_eq!(house.open().await.integrations().await.unwrap().len(), 20);
}
