//! Rotations of client secrets: the stored step and the secret in use always fit.

use crate::common::{LATER, NOW, add};
use storm_domain::port::Vault;
use storm_domain::{
    AccountComparison, AppRegistration, GenerationNumber, Integration, RegistrationId, RotationEvent, RotationMode,
    RotationStep, SecretRotation, VaultError, Verdict,
};
use storm_secret::ClientSecret;
use storm_testkit::{oauth_grant, oauth_integration};
use uuid::Uuid;

const ID: RegistrationId = RegistrationId(Uuid::from_u128(7));

async fn register(vault: &impl Vault, secret: Option<&str>) {
    let registration = AppRegistration {
        id: ID,
        connector_id: "practice".into(),
        client_id: "client".into(),
        has_secret: secret.is_some(),
        secret_ends_at: None,
        fields: [].into(),
        created_at: NOW,
    };
    vault.put_registration(&registration, secret.map(ClientSecret::new).as_ref()).await.unwrap();
}

async fn begun(vault: &impl Vault) -> SecretRotation {
    register(vault, Some("old")).await;
    vault.begin_secret_rotation(ID, &ClientSecret::new("new"), RotationMode::Guided, NOW).await.unwrap()
}

fn tried(verdict: Verdict) -> RotationEvent {
    RotationEvent::NewTried { verdict, comparison: AccountComparison::Same }
}

fn refused() -> Verdict {
    Verdict::Refused { reason: String::new() }
}

async fn step(vault: &impl Vault, rotation: &SecretRotation, event: RotationEvent) -> SecretRotation {
    vault.update_secret_rotation(rotation.step(event, LATER).unwrap()).await.unwrap()
}

async fn switched(vault: &impl Vault, rotation: &SecretRotation) -> SecretRotation {
    let verified = step(vault, rotation, tried(Verdict::Works { account: None })).await;
    step(vault, &verified, RotationEvent::Switch { despite_difference: false }).await
}

/// The secret in use, and the other one.
async fn secrets(vault: &impl Vault) -> (String, Option<String>) {
    // EXPOSE: compared in a test.
    let text = |secret: ClientSecret| secret.expose().to_owned();
    let in_use = vault.registration_secret(ID).await.unwrap().map(text).unwrap();
    (in_use, vault.spare_secret(ID).await.unwrap().map(text))
}

fn pair(in_use: &str, other: Option<&str>) -> (String, Option<String>) {
    (in_use.to_owned(), other.map(str::to_owned))
}

contract! {
    async fn the_end_of_a_secret_is_not_that_of_the_next_one(house) {
        let vault = house.open().await;
        begun(&vault).await;
        let end = async |vault: &dyn Vault| vault.registrations().await.unwrap()[0].secret_ends_at;
        let noted = AppRegistration { secret_ends_at: Some(LATER), ..vault.registrations().await.unwrap().remove(0) };
        vault.put_registration(&noted, None).await.unwrap();
        let vault = house.reopen(vault).await;
        assert_eq!(end(&vault).await, Some(LATER));
        let rotation = vault.secret_rotation(ID).await.unwrap().unwrap();
        switched(&vault, &rotation).await;
        assert_eq!(end(&vault).await, None);
        vault.put_registration(&noted, None).await.unwrap();
        assert_eq!(end(&vault).await, Some(LATER), "it has one of its own");
    }

    async fn the_secrets_change_places_at_the_switch_and_the_old_one_is_erased_at_the_end(house) {
        let vault = house.open().await;
        let rotation = begun(&vault).await;
        assert_eq!((rotation.old, rotation.new), (GenerationNumber(0), GenerationNumber(1)));
        assert_eq!(secrets(&vault).await, pair("old", Some("new")));
        let rotation = switched(&vault, &rotation).await;
        assert_eq!(secrets(&vault).await, pair("new", Some("old")));

        let vault = house.reopen(vault).await;
        assert_eq!(vault.secret_rotation(ID).await.unwrap(), Some(rotation.clone()));
        assert_eq!(vault.secret_rotations().await.unwrap(), std::slice::from_ref(&rotation));
        let rotation = step(&vault, &rotation, RotationEvent::Revoke).await;
        let rotation = step(&vault, &rotation, RotationEvent::OldTried { verdict: refused() }).await;
        assert_eq!(secrets(&vault).await, pair("new", Some("old")));
        let rotation = step(&vault, &rotation, RotationEvent::Clear).await;
        assert_eq!(secrets(&vault).await, pair("new", None));
        assert_eq!(rotation.step, RotationStep::Done);
    }

    async fn undo_brings_the_old_secret_back_and_the_next_rotation_takes_another_number(house) {
        let vault = house.open().await;
        let rotation = begun(&vault).await;
        let rotation = switched(&vault, &rotation).await;
        step(&vault, &rotation, RotationEvent::Undo).await;
        assert_eq!(secrets(&vault).await, pair("old", None));
        let next = vault.begin_secret_rotation(ID, &ClientSecret::new("third"), RotationMode::Guided, LATER).await.unwrap();
        assert_eq!((next.old, next.new), (GenerationNumber(0), GenerationNumber(2)));
        switched(&vault, &next).await;
        assert_eq!(secrets(&vault).await, pair("third", Some("old")));
    }

    async fn a_drill_never_brings_its_secret_into_use_and_erases_it_at_the_end(house) {
        let vault = house.open().await;
        register(&vault, Some("old")).await;
        let drill = vault.begin_secret_rotation(ID, &ClientSecret::new("new"), RotationMode::Drill, NOW).await.unwrap();
        let untold = step(&vault, &drill, tried(Verdict::CouldNotReach { reason: String::new() })).await;
        let row = Integration { registration_id: Some(ID), ..oauth_integration(1) };
        let credential = storm_domain::Credential::OAuthGrant(oauth_grant("access", Some("refresh")));
        let id = add(&vault, row, Some(credential)).await;
        assert!(vault.refresh_basis(id).await.unwrap().untold_secret.is_none(), "no refresh may try it");
        let verified = step(&vault, &untold, tried(Verdict::Works { account: None })).await;
        let vault = house.reopen(vault).await;
        assert_eq!(vault.secret_rotation(ID).await.unwrap().unwrap().mode, RotationMode::Drill);
        let discarding = step(&vault, &verified, RotationEvent::Discard).await;
        assert_eq!(secrets(&vault).await, pair("old", Some("new")), "it is tried until it is dead");
        let ordered = step(&vault, &discarding, RotationEvent::RevokeOrdered).await;
        let end = step(&vault, &ordered, tried(refused())).await;
        assert_eq!((end.step, secrets(&vault).await), (RotationStep::Rehearsed, pair("old", None)));

        let drill = vault.begin_secret_rotation(ID, &ClientSecret::new("third"), RotationMode::Drill, LATER).await.unwrap();
        let end = step(&vault, &drill, RotationEvent::Unprovable).await;
        assert_eq!((end.step, secrets(&vault).await), (RotationStep::Untold, pair("old", None)));
    }

    async fn a_second_rotation_or_another_secret_beside_the_first_is_a_conflict_and_changes_nothing(house) {
        let vault = house.open().await;
        let rotation = begun(&vault).await;
        let third = ClientSecret::new("third");
        assert_eq!(vault.begin_secret_rotation(ID, &third, RotationMode::Guided, NOW).await.unwrap_err(), VaultError::Conflict);
        let registration = vault.registrations().await.unwrap().remove(0);
        assert_eq!(vault.put_registration(&registration, Some(&third)).await.unwrap_err(), VaultError::Conflict);
        vault.put_registration(&registration, None).await.unwrap();
        assert_eq!(secrets(&vault).await, pair("old", Some("new")));
        step(&vault, &rotation, RotationEvent::Undo).await;
        vault.put_registration(&registration, Some(&third)).await.unwrap();
        assert_eq!(secrets(&vault).await, pair("third", None));
        assert_eq!(vault.secret_rotation(ID).await.unwrap(), None);
    }

    async fn an_update_of_an_old_revision_is_a_conflict_and_switches_nothing(house) {
        let vault = house.open().await;
        let read = begun(&vault).await;
        let verified = step(&vault, &read, tried(Verdict::Works { account: None })).await;
        let stale = verified.step(RotationEvent::Switch { despite_difference: false }, LATER).unwrap();
        let stale = SecretRotation { revision: read.revision, ..stale };
        assert_eq!(vault.update_secret_rotation(stale).await.unwrap_err(), VaultError::Conflict);
        assert_eq!(secrets(&vault).await, pair("old", Some("new")));
    }

    async fn there_is_nothing_to_rotate_without_a_secret(house) {
        let vault = house.open().await;
        register(&vault, None).await;
        let begun = vault.begin_secret_rotation(ID, &ClientSecret::new("new"), RotationMode::Guided, NOW).await;
        assert_eq!(begun.unwrap_err(), VaultError::NotFound);
        assert_eq!(vault.secret_rotation(ID).await.unwrap(), None);
    }

    async fn a_refresh_starts_from_the_secret_in_use_and_learns_of_one_that_only_it_can_try(house) {
        let vault = house.open().await;
        let rotation = begun(&vault).await;
        let row = Integration { registration_id: Some(ID), ..oauth_integration(1) };
        let credential = storm_domain::Credential::OAuthGrant(oauth_grant("access", Some("refresh")));
        let id = add(&vault, row, Some(credential)).await;
        let basis = async || {
            let basis = vault.refresh_basis(id).await.unwrap();
            // EXPOSE: compared in a test.
            let text = |secret: ClientSecret| secret.expose().to_owned();
            (basis.registration.unwrap().1.map(text).unwrap(), basis.untold_secret.map(text))
        };
        assert_eq!(basis().await, pair("old", None), "it was not tried yet");
        let untold = tried(Verdict::CouldNotReach { reason: String::new() });
        let rotation = step(&vault, &rotation, untold).await;
        assert_eq!(basis().await, pair("old", Some("new")));
        let not_taken = step(&vault, &rotation, tried(refused())).await;
        assert_eq!(basis().await, pair("old", None));
        switched(&vault, &not_taken).await;
        assert_eq!(basis().await, pair("new", None));
    }
}
