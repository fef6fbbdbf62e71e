//! Rotations: the stored step and the active generation always fit.

use crate::common::{LATER, NOW, add};
use storm_domain::port::{NewMinting, Vault};
use storm_domain::{
    AccountComparison, GenerationNumber, GenerationPhase, IntegrationId, Rotation, RotationEvent, RotationMode,
    RotationStep, VaultError, Verdict,
};
use storm_testkit::{api_key, api_key_integration};

async fn begun(vault: &impl Vault) -> (IntegrationId, Rotation) {
    let id = add(vault, api_key_integration(1), Some(api_key("old"))).await;
    let rotation = vault.begin_rotation(id, &api_key("new"), RotationMode::Guided, NOW).await.unwrap();
    (id, rotation)
}

fn works() -> Verdict {
    Verdict::Works { account: None }
}

async fn step(vault: &impl Vault, rotation: Rotation, event: RotationEvent) -> Rotation {
    vault.update_rotation(rotation.step(event, LATER).unwrap(), LATER).await.unwrap()
}

async fn active(vault: &impl Vault, id: IntegrationId) -> u64 {
    vault.active_generation(id).await.unwrap().unwrap().number.0
}

contract! {
    async fn a_rotation_switches_the_active_generation_and_erases_the_old_one_at_its_end(house) {
        let vault = house.open().await;
        let (id, rotation) = begun(&vault).await;
        assert_eq!(rotation.step, RotationStep::Staged { verdict: None });
        assert_eq!((rotation.old, rotation.new), (GenerationNumber(1), GenerationNumber(2)));
        let tried = RotationEvent::NewTried { verdict: works(), comparison: AccountComparison::Same };
        let rotation = step(&vault, rotation, tried).await;
        assert_eq!(active(&vault, id).await, 1);
        let rotation = step(&vault, rotation, RotationEvent::Switch { despite_difference: false }).await;
        assert_eq!(active(&vault, id).await, 2);

        let vault = house.reopen(vault).await;
        assert_eq!(vault.rotation(id).await.unwrap(), Some(rotation.clone()));
        assert_eq!(vault.rotations().await.unwrap(), std::slice::from_ref(&rotation));
        let rotation = step(&vault, rotation, RotationEvent::Revoke).await;
        let refused = RotationEvent::OldTried { verdict: Verdict::Refused { reason: String::new() } };
        let rotation = step(&vault, rotation, refused).await;
        assert_eq!(vault.finish_rotation(id, LATER).await.unwrap_err(), VaultError::Conflict, "it is not over");
        step(&vault, rotation, RotationEvent::Clear).await;
        vault.finish_rotation(id, LATER).await.unwrap();
        vault.finish_rotation(id, LATER).await.unwrap();
        assert_eq!(vault.rotation(id).await.unwrap(), None);
        assert_eq!(active(&vault, id).await, 2);
        assert_eq!(vault.generation(id, GenerationNumber(1)).await.unwrap_err(), VaultError::NotFound);
    }

    async fn undo_switches_back_and_erases_the_new_one_at_the_end(house) {
        let vault = house.open().await;
        let (id, rotation) = begun(&vault).await;
        let tried = RotationEvent::NewTried { verdict: works(), comparison: AccountComparison::Same };
        let rotation = step(&vault, rotation, tried).await;
        let rotation = step(&vault, rotation, RotationEvent::Switch { despite_difference: false }).await;
        step(&vault, rotation, RotationEvent::Undo).await;
        assert_eq!(active(&vault, id).await, 1);
        vault.finish_rotation(id, LATER).await.unwrap();
        let infos = vault.generations(id).await.unwrap();
        assert_eq!(infos[0].phase, GenerationPhase::Retired);
        assert_eq!(infos[1].phase, GenerationPhase::Active);
    }

    async fn what_a_service_is_asked_to_make_has_its_number_before_it_is_there(house) {
        let vault = house.open().await;
        let id = add(&vault, api_key_integration(1), Some(api_key("old"))).await;
        let minting = || NewMinting {
            mode: RotationMode::Automatic,
            known: vec!["AKIA1".to_owned()],
            old: Some("AKIA1".to_owned()),
        };
        let rotation = vault.begin_minting(id, minting(), NOW).await.unwrap();
        assert_eq!(vault.begin_minting(id, minting(), NOW).await.unwrap_err(), VaultError::Conflict);
        let vault = house.reopen(vault).await;
        assert_eq!(vault.rotation(id).await.unwrap(), Some(rotation.clone()));
        assert_eq!(vault.generation(id, rotation.new).await.unwrap_err(), VaultError::NotFound);

        let minted = rotation.step(RotationEvent::Minted { id: "AKIA2".to_owned() }, LATER).unwrap();
        let staged = vault.keep_minted(minted.clone(), &api_key("new"), LATER).await.unwrap();
        assert_eq!(vault.keep_minted(minted, &api_key("twice"), LATER).await.unwrap_err(), VaultError::Conflict);
        assert_eq!(vault.generation(id, staged.new).await.unwrap().phase, GenerationPhase::Staged);
        assert_eq!(active(&vault, id).await, 1);
        let undone = step(&vault, staged, RotationEvent::Undo).await;
        vault.finish_rotation(id, LATER).await.unwrap();
        assert_eq!(vault.generation(id, undone.new).await.unwrap_err(), VaultError::NotFound);

        // One that was never made leaves nothing, and its number is not used again.
        let never = vault.begin_minting(id, minting(), NOW).await.unwrap();
        step(&vault, never.clone(), RotationEvent::Undo).await;
        vault.finish_rotation(id, LATER).await.unwrap();
        assert_eq!(vault.generations(id).await.unwrap().len(), 2);
        let next = vault.begin_rotation(id, &api_key("next"), RotationMode::Drill, NOW).await.unwrap();
        assert!(next.new > never.new && next.mode == RotationMode::Drill);
    }

    async fn a_second_rotation_beside_the_first_is_a_conflict_and_leaves_nothing(house) {
        let vault = house.open().await;
        let (id, _) = begun(&vault).await;
        assert_eq!(vault.begin_rotation(id, &api_key("third"), RotationMode::Guided, NOW).await.unwrap_err(), VaultError::Conflict);
        assert_eq!(vault.generations(id).await.unwrap().len(), 2);
    }

    async fn an_update_of_an_old_revision_is_a_conflict_and_switches_nothing(house) {
        let vault = house.open().await;
        let (id, read) = begun(&vault).await;
        let tried = RotationEvent::NewTried { verdict: works(), comparison: AccountComparison::Same };
        let verified = read.step(tried, LATER).unwrap();
        vault.update_rotation(verified.clone(), LATER).await.unwrap();
        let stale = verified.step(RotationEvent::Switch { despite_difference: false }, LATER).unwrap();
        assert_eq!(vault.update_rotation(stale, LATER).await.unwrap_err(), VaultError::Conflict);
        assert_eq!(active(&vault, id).await, 1);
    }

    async fn there_is_nothing_to_rotate_without_an_active_generation(house) {
        let vault = house.open().await;
        let id = add(&vault, api_key_integration(1), None).await;
        assert_eq!(vault.begin_rotation(id, &api_key("new"), RotationMode::Guided, NOW).await.unwrap_err(), VaultError::NotFound);
    }
}
