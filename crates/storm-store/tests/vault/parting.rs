//! What becomes of a staged grant of another account: it is switched to with its row, moved out, or left to be revoked. Each is
//! one transaction, so that whatever fails leaves everything as it was.

use crate::common::{LATER, NOW, add, id, refresh_token};
use storm_domain::port::{NewRevocation, Vault};
use storm_domain::{
    Credential, GenerationNumber, GenerationPhase, Integration, IntegrationId, PendingRevocation, RevocationId,
    VaultError,
};
use storm_testkit::{oauth_grant, oauth_integration};
use uuid::Uuid;

const OLD: GenerationNumber = GenerationNumber(1);
const STAGED: GenerationNumber = GenerationNumber(2);

fn grant(refresh_token: &str) -> Credential {
    Credential::OAuthGrant(oauth_grant("access", Some(refresh_token)))
}

/// An integration with a grant in use and one beside it.
async fn undecided(vault: &impl Vault) -> IntegrationId {
    let id = add(vault, oauth_integration(1), Some(grant("ada"))).await;
    assert_eq!(vault.stage_generation(id, &grant("bob"), NOW).await.unwrap(), STAGED);
    id
}

async fn phases(vault: &impl Vault, id: IntegrationId) -> Vec<(u64, GenerationPhase)> {
    vault.generations(id).await.unwrap().into_iter().map(|info| (info.number.0, info.phase)).collect()
}

async fn in_use(vault: &impl Vault, id: IntegrationId) -> Option<String> {
    refresh_token(&vault.active_generation(id).await.unwrap().unwrap().credential)
}

contract! {
    async fn a_moved_grant_is_the_new_integrations_and_the_old_one_keeps_its_own(house) {
        let vault = house.open().await;
        let old = undecided(&vault).await;
        let added = vault.part_generation(old, STAGED, oauth_integration(2), LATER).await.unwrap();
        assert_eq!((added.id, added.revision), (id(2), 1));
        let vault = house.reopen(vault).await;
        assert_eq!(in_use(&vault, old).await.as_deref(), Some("ada"));
        assert_eq!(in_use(&vault, id(2)).await.as_deref(), Some("bob"));
        assert_eq!(phases(&vault, old).await, [(2, GenerationPhase::Retired), (1, GenerationPhase::Active)]);
        assert_eq!(phases(&vault, id(2)).await, [(1, GenerationPhase::Active)]);
        assert_eq!(vault.generation(old, STAGED).await.unwrap_err(), VaultError::NotFound, "it lies in one place");
    }

    async fn a_move_that_fails_leaves_the_grant_where_it_was(house) {
        let vault = house.open().await;
        let old = undecided(&vault).await;
        vault.part_generation(old, STAGED, oauth_integration(1), LATER).await.unwrap_err();
        let not_staged = vault.part_generation(old, OLD, oauth_integration(2), LATER).await;
        assert_eq!(not_staged.unwrap_err(), VaultError::Conflict);
        let missing = vault.part_generation(old, GenerationNumber(7), oauth_integration(2), LATER).await;
        assert_eq!(missing.unwrap_err(), VaultError::NotFound);
        assert_eq!(vault.integrations().await.unwrap().len(), 1);
        assert_eq!(phases(&vault, old).await, [(2, GenerationPhase::Staged), (1, GenerationPhase::Active)]);
        assert_eq!(refresh_token(&vault.generation(old, STAGED).await.unwrap().credential).as_deref(), Some("bob"));
    }

    async fn a_grant_and_its_row_come_into_use_together_or_not_at_all(house) {
        let vault = house.open().await;
        let id = undecided(&vault).await;
        let row = vault.integration(id).await.unwrap();
        let row_before = row.clone();
        let renamed = Integration { name: "Of Bob".into(), ..row.clone() };
        let stale = Integration { revision: row.revision + 1, ..renamed.clone() };
        for (row, expected) in [(stale, Some(OLD)), (renamed.clone(), Some(STAGED))] {
            let refused = vault.switch_with_row(row, expected, STAGED, LATER).await;
            assert_eq!(refused.unwrap_err(), VaultError::Conflict);
            assert_eq!(vault.integration(id).await.unwrap(), row_before);
            assert_eq!(in_use(&vault, id).await.as_deref(), Some("ada"));
        }
        let written = vault.switch_with_row(renamed, Some(OLD), STAGED, LATER).await.unwrap();
        assert_eq!((written.name.as_str(), written.revision), ("Of Bob", row.revision + 1));
        assert_eq!(vault.integration(id).await.unwrap(), written);
        assert_eq!(phases(&vault, id).await, [(2, GenerationPhase::Active), (1, GenerationPhase::Superseded)]);
    }

    async fn a_grant_nobody_wants_is_known_until_its_service_ended_it(house) {
        let vault = house.open().await;
        let id = undecided(&vault).await;
        let pending = PendingRevocation {
            id: RevocationId(Uuid::from_u128(9)),
            integration: vault.integration(id).await.unwrap(),
            asked_at: NOW,
            tries: 0,
            reason: String::new(),
            next_try_at: Some(NOW),
        };
        let left = NewRevocation { pending: pending.clone(), credential: grant("bob") };
        let of_the_active = vault.leave_generation_to_revoke(id, OLD, left.clone(), LATER).await;
        assert_eq!(of_the_active.unwrap_err(), VaultError::Conflict);
        assert!(vault.pending_revocations().await.unwrap().is_empty(), "nothing of it was written");
        vault.leave_generation_to_revoke(id, STAGED, left, LATER).await.unwrap();
        let vault = house.reopen(vault).await;
        assert_eq!(vault.pending_revocations().await.unwrap(), std::slice::from_ref(&pending));
        let kept = vault.credential_to_revoke(pending.id).await.unwrap();
        assert_eq!(refresh_token(&kept).as_deref(), Some("bob"));
        assert_eq!(phases(&vault, id).await, [(2, GenerationPhase::Retired), (1, GenerationPhase::Active)]);
        assert_eq!(in_use(&vault, id).await.as_deref(), Some("ada"));
    }
}
