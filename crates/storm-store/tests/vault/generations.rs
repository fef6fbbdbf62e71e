//! Generations: round trips of every kind, compare-and-set, and what is erased when.

use crate::common::{LATER, NOW, add, begun, commit_of, id, refresh_token};
use storm_domain::port::Vault;
use storm_domain::{
    Credential, GenerationNumber, GenerationPhase, IntegrationId, Method, OAuthGrant, ServiceAccountKey, VaultError,
};
use storm_secret::IdToken;
use storm_testkit::{api_key, api_key_integration, integration, oauth_grant, oauth_integration, service_account_key};

const FIRST: GenerationNumber = GenerationNumber(1);
const SECOND: GenerationNumber = GenerationNumber(2);

async fn phases(vault: &impl Vault, id: IntegrationId) -> Vec<(u64, GenerationPhase)> {
    vault.generations(id).await.unwrap().into_iter().map(|info| (info.number.0, info.phase)).collect()
}

/// One whole refresh: lease, intent, commit, release.
async fn commit(
    vault: &impl Vault,
    id: IntegrationId,
    expected: Option<GenerationNumber>,
    grant: &OAuthGrant,
) -> Result<GenerationNumber, VaultError> {
    let lease = begun(vault, id, expected).await;
    let committed = vault.commit_grant(commit_of(&lease, expected, grant)).await;
    vault.release_lease(&lease).await.unwrap();
    committed.map(|committed| committed.number)
}

contract! {
    async fn keys_in_use_are_found_together_with_the_ends_of_their_certificates(house) {
        let vault = house.open().await;
        let Credential::ServiceAccountKey(key) = service_account_key("pem") else { panic!() };
        let certified = ServiceAccountKey { ends_at: Some(LATER), ..key };
        let file = integration(1, Method::ServiceAccount);
        add(&vault, file, Some(Credential::ServiceAccountKey(certified))).await;
        add(&vault, api_key_integration(2), Some(api_key("old"))).await;
        add(&vault, oauth_integration(3), Some(Credential::OAuthGrant(oauth_grant("at", Some("rt"))))).await;
        add(&vault, api_key_integration(4), None).await;
        let next = vault.stage_generation(id(2), &api_key("new"), LATER).await.unwrap();
        vault.switch_generation(id(2), Some(GenerationNumber(1)), next, LATER).await.unwrap();
        let mut keys = vault.keys_in_use().await.unwrap();
        keys.sort_by_key(|key| key.integration_id);
        let told: Vec<_> = keys.iter().map(|key| (key.integration_id, key.generation, key.ends_at)).collect();
        assert_eq!(told, [(id(1), GenerationNumber(1), Some(LATER)), (id(2), next, None)]);
        assert_eq!(keys[1].saved_at, LATER);
    }

    async fn every_kind_of_credential_comes_back_after_a_restart(house) {
        let vault = house.open().await;
        let pem = "-----BEGIN PRIVATE KEY-----\nMIIE\"\\\u{e9}\n-----END PRIVATE KEY-----\n";
        let mut grant = oauth_grant("access", Some("refresh"));
        grant.scopes = Some(vec!["read".into(), "write".into()]);
        grant.id_token = Some(IdToken::new("id.token.x"));
        add(&vault, api_key_integration(1), Some(api_key("sk-1"))).await;
        add(&vault, oauth_integration(2), Some(Credential::OAuthGrant(grant.clone()))).await;
        add(&vault, api_key_integration(3), Some(service_account_key(pem))).await;
        let vault = house.reopen(vault).await;

        let Credential::ApiKey(key) = vault.generation(id(1), FIRST).await.unwrap().credential else { panic!() };
        assert_eq!(key.key.expose(), "sk-1");
        let Credential::OAuthGrant(read) = vault.generation(id(2), FIRST).await.unwrap().credential else { panic!() };
        assert_eq!(read.refresh_token.unwrap().expose(), "refresh");
        assert_eq!(read.access_token.unwrap().expose(), "access");
        assert_eq!(read.id_token.unwrap().expose(), "id.token.x");
        assert_eq!((read.expires_at, read.obtained_at), (grant.expires_at, grant.obtained_at));
        assert_eq!((read.scopes, read.token_type), (grant.scopes, grant.token_type));
        let Credential::ServiceAccountKey(key) = vault.generation(id(3), FIRST).await.unwrap().credential else { panic!() };
        assert_eq!(key.private_key.expose(), pem);
        let account = key.account.unwrap();
        assert_eq!(account.client_email, "etl@project.iam.example.com");
        assert_eq!(account.token_uri.as_str(), "https://oauth2.example.com/token");
    }

    async fn a_staged_generation_lies_beside_the_active_one_until_it_is_switched_to(house) {
        let vault = house.open().await;
        let id = add(&vault, api_key_integration(1), Some(api_key("old"))).await;
        assert_eq!(vault.stage_generation(id, &api_key("new"), NOW).await.unwrap(), SECOND);
        assert_eq!(phases(&vault, id).await, [(2, GenerationPhase::Staged), (1, GenerationPhase::Active)]);
        vault.switch_generation(id, Some(FIRST), SECOND, LATER).await.unwrap();
        assert_eq!(phases(&vault, id).await, [(2, GenerationPhase::Active), (1, GenerationPhase::Superseded)]);
        assert_eq!(vault.generations(id).await.unwrap()[1].changed_at, LATER);
        vault.switch_generation(id, Some(SECOND), FIRST, LATER).await.unwrap();
        assert_eq!(vault.active_generation(id).await.unwrap().unwrap().number, FIRST);
    }

    async fn a_switch_from_another_generation_than_the_active_one_is_a_conflict(house) {
        let vault = house.open().await;
        let id = add(&vault, api_key_integration(1), Some(api_key("old"))).await;
        vault.stage_generation(id, &api_key("new"), NOW).await.unwrap();
        for expected in [None, Some(SECOND), Some(GenerationNumber(7))] {
            assert_eq!(vault.switch_generation(id, expected, SECOND, NOW).await.unwrap_err(), VaultError::Conflict);
        }
        let missing = vault.switch_generation(id, Some(FIRST), GenerationNumber(7), NOW).await;
        assert_eq!(missing.unwrap_err(), VaultError::NotFound);
        assert_eq!(vault.switch_generation(id, Some(FIRST), FIRST, NOW).await.unwrap_err(), VaultError::Conflict);
        assert_eq!(phases(&vault, id).await, [(2, GenerationPhase::Staged), (1, GenerationPhase::Active)]);
    }

    async fn a_retired_generation_has_no_secret_but_stays_in_the_history(house) {
        let vault = house.open().await;
        let id = add(&vault, api_key_integration(1), Some(api_key("old"))).await;
        vault.stage_generation(id, &api_key("new"), NOW).await.unwrap();
        assert_eq!(vault.retire_generation(id, FIRST, NOW).await.unwrap_err(), VaultError::Conflict);
        vault.retire_generation(id, SECOND, NOW).await.unwrap();
        vault.retire_generation(id, SECOND, NOW).await.unwrap();
        assert_eq!(vault.generation(id, SECOND).await.unwrap_err(), VaultError::NotFound);
        assert_eq!(phases(&vault, id).await, [(2, GenerationPhase::Retired), (1, GenerationPhase::Active)]);
        assert_eq!(vault.switch_generation(id, Some(FIRST), SECOND, NOW).await.unwrap_err(), VaultError::Conflict);
        assert_eq!(vault.stage_generation(id, &api_key("third"), NOW).await.unwrap(), GenerationNumber(3));
    }

    async fn nothing_is_staged_for_an_integration_that_is_not_there(house) {
        let vault = house.open().await;
        assert_eq!(vault.stage_generation(id(1), &api_key("key"), NOW).await.unwrap_err(), VaultError::NotFound);
    }

    async fn the_last_two_grants_are_kept_and_older_ones_erased(house) {
        let vault = house.open().await;
        let id = add(&vault, oauth_integration(1), None).await;
        let mut active = None;
        for number in 1..=4 {
            let grant = oauth_grant("access", Some(&format!("refresh-{number}")));
            active = Some(commit(&vault, id, active, &grant).await.unwrap());
        }
        assert_eq!(
            phases(&vault, id).await,
            [
                (4, GenerationPhase::Active),
                (3, GenerationPhase::Superseded),
                (2, GenerationPhase::Retired),
                (1, GenerationPhase::Retired)
            ]
        );
        let previous = vault.generation(id, GenerationNumber(3)).await.unwrap();
        assert_eq!(refresh_token(&previous.credential).as_deref(), Some("refresh-3"));
    }

    async fn the_history_of_grants_does_not_grow_without_end(house) {
        let vault = house.open().await;
        let id = add(&vault, oauth_integration(1), None).await;
        let mut active = None;
        for _ in 0..40 {
            active = Some(commit(&vault, id, active, &oauth_grant("access", Some("refresh"))).await.unwrap());
        }
        let kept = phases(&vault, id).await;
        assert_eq!(active, Some(GenerationNumber(40)));
        assert!((20..=23).contains(&kept.len()), "{} generations", kept.len());
    }

    async fn a_grant_without_a_refresh_token_inherits_the_one_before(house) {
        let vault = house.open().await;
        let id = add(&vault, oauth_integration(1), None).await;
        commit(&vault, id, None, &oauth_grant("a1", Some("keep me"))).await.unwrap();
        commit(&vault, id, Some(FIRST), &oauth_grant("a2", None)).await.unwrap();
        let third = commit(&vault, id, Some(SECOND), &oauth_grant("a3", Some(""))).await.unwrap();
        let active = vault.generation(id, third).await.unwrap();
        assert_eq!(refresh_token(&active.credential).as_deref(), Some("keep me"));
    }

    async fn a_grant_obtained_with_another_generation_than_the_active_one_is_a_conflict(house) {
        let vault = house.open().await;
        let id = add(&vault, oauth_integration(1), None).await;
        commit(&vault, id, None, &oauth_grant("a1", Some("r1"))).await.unwrap();
        let late = commit(&vault, id, None, &oauth_grant("a2", Some("r2"))).await;
        assert_eq!(late.unwrap_err(), VaultError::Conflict);
        assert_eq!(phases(&vault, id).await, [(1, GenerationPhase::Active)]);
        assert_eq!(vault.open_intents().await.unwrap().len(), 1, "the refused commit does not remove the intent");
    }
}
