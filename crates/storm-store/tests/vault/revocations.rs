//! Credentials that outlive their integration until the service confirms their end.

use crate::common::{LATER, NOW, add, refresh_token};
use storm_domain::port::{NewRevocation, Vault};
use storm_domain::{Credential, Integration, IntegrationId, OAuthGrant, PendingRevocation, RevocationId, VaultError};
use storm_secret::IdToken;
use storm_testkit::{oauth_grant, oauth_integration};
use uuid::Uuid;

const REVOCATION: RevocationId = RevocationId(Uuid::from_u128(9));

fn grant() -> Credential {
    let id_token = Some(IdToken::new("who-the-user-is"));
    Credential::OAuthGrant(OAuthGrant { id_token, ..oauth_grant("access", Some("refresh")) })
}

fn pending(integration: Integration) -> PendingRevocation {
    PendingRevocation {
        id: REVOCATION,
        integration,
        asked_at: NOW,
        tries: 1,
        reason: "The service is busy.".into(),
        next_try_at: Some(LATER),
    }
}

/// An integration that was removed while its service did not confirm the end.
async fn left(vault: &impl Vault) -> (IntegrationId, PendingRevocation) {
    let id = add(vault, oauth_integration(1), Some(grant())).await;
    let pending = pending(vault.integration(id).await.unwrap());
    let new = NewRevocation { pending: pending.clone(), credential: grant() };
    vault.leave_to_revoke(id, vec![new]).await.unwrap();
    (id, pending)
}

contract! {
    async fn what_is_still_to_be_ended_outlives_its_integration_and_a_restart(house) {
        let vault = house.open().await;
        let (id, pending) = left(&vault).await;
        assert_eq!(vault.integration(id).await.unwrap_err(), VaultError::NotFound);
        let vault = house.reopen(vault).await;
        assert_eq!(vault.pending_revocations().await.unwrap(), [pending]);
        let kept = vault.credential_to_revoke(REVOCATION).await.unwrap();
        assert_eq!(refresh_token(&kept).as_deref(), Some("refresh"));
        let Credential::OAuthGrant(kept) = kept else { panic!("not a grant") };
        assert!(kept.access_token.is_some() && kept.id_token.is_none(), "only what revoking needs");
    }

    async fn a_try_is_written_down_and_what_was_erased_stays_away(house) {
        let vault = house.open().await;
        let (_, pending) = left(&vault).await;
        let tried = PendingRevocation { tries: 2, next_try_at: None, ..pending };
        vault.update_revocation(&tried).await.unwrap();
        assert_eq!(vault.pending_revocations().await.unwrap(), std::slice::from_ref(&tried));
        vault.erase_revocation(REVOCATION).await.unwrap();
        vault.erase_revocation(REVOCATION).await.unwrap();
        assert_eq!(vault.update_revocation(&tried).await.unwrap_err(), VaultError::NotFound);
        assert_eq!(vault.credential_to_revoke(REVOCATION).await.unwrap_err(), VaultError::NotFound);
        assert!(vault.pending_revocations().await.unwrap().is_empty());
    }

    async fn an_integration_that_is_gone_leaves_nothing_behind(house) {
        let vault = house.open().await;
        let new = NewRevocation { pending: pending(oauth_integration(1)), credential: grant() };
        assert_eq!(vault.leave_to_revoke(crate::common::id(1), vec![new]).await.unwrap_err(), VaultError::NotFound);
        assert!(vault.pending_revocations().await.unwrap().is_empty());
    }
}
