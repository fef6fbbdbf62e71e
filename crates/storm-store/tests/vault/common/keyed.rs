//! A vault with something in every place that is sealed, and a search for what a key could open.

use std::fs;
use std::path::{Path, PathBuf};

use storm_crypto::KeyId;
use storm_domain::port::{NewRevocation, Vault as _};
use storm_domain::{
    ActivityKind, AppRegistration, Credential, GenerationNumber, NetworkSettings, OwnProxy, PendingRevocation,
    ProxyChoice, RegistrationId, RevocationId, RotationMode,
};
use storm_secret::{ClientSecret, ProxyPassword};
use storm_store::{ChainVerdict, SqliteVault};
use storm_testkit::{api_key, api_key_integration, oauth_grant, oauth_integration, service_account_key};
use uuid::Uuid;

use super::{LATER, NOW, add, begun, commit_of, id, raw_answer, refresh_token};

const REGISTRATION: RegistrationId = RegistrationId(Uuid::from_u128(1));
const REVOCATION: RevocationId = RevocationId(Uuid::from_u128(9));

/// Fills a new vault: keys, a grant that was refreshed, a client secret that rotates, network settings, a credential to be revoked, a log of
/// three entries and two backups.
pub async fn fill(vault: &SqliteVault) {
    add(vault, api_key_integration(1), Some(api_key("first key"))).await;
    add(vault, api_key_integration(2), Some(service_account_key(&"private".repeat(3_000)))).await;
    let granted = add(vault, oauth_integration(3), None).await;
    let mut active = None;
    for refresh in ["one", "two", "three", "four"] {
        let held = begun(vault, granted, active).await;
        vault.land(&held, active, &raw_answer(refresh.as_bytes())).await.unwrap();
        let grant = oauth_grant("access", Some(refresh));
        active = Some(vault.commit_grant(commit_of(&held, active, &grant)).await.unwrap().number);
        vault.clear_landing(&held).await.unwrap();
    }
    let registration = AppRegistration {
        id: REGISTRATION,
        connector_id: "practice".into(),
        client_id: "client".into(),
        has_secret: true,
        secret_ends_at: None,
        fields: [].into(),
        created_at: NOW,
    };
    vault.put_registration(&registration, Some(&ClientSecret::new("client secret"))).await.unwrap();
    vault
        .begin_secret_rotation(REGISTRATION, &ClientSecret::new("next secret"), RotationMode::Guided, NOW)
        .await
        .unwrap();
    let proxy = OwnProxy {
        address: "http://proxy.example:8080".parse().unwrap(),
        user: Some("ada".into()),
        password: Some(ProxyPassword::new("proxy password")),
    };
    let settings = NetworkSettings { proxy: ProxyChoice::Own(proxy), authorities: Vec::new() };
    vault.put_network_settings(&settings).await.unwrap();
    let left = add(vault, oauth_integration(4), None).await;
    let pending = PendingRevocation {
        id: REVOCATION,
        integration: vault.integration(left).await.unwrap(),
        asked_at: NOW,
        tries: 1,
        reason: "The service is busy.".into(),
        next_try_at: Some(LATER),
    };
    let credential = Credential::OAuthGrant(oauth_grant("access", Some("left")));
    vault.leave_to_revoke(left, vec![NewRevocation { pending, credential }]).await.unwrap();
    for at in [NOW, LATER, LATER] {
        vault.append_activity(Some(id(1)), "GitHub", &ActivityKind::Refreshed { took_ms: None }, at).await.unwrap();
    }
    for at in [NOW, LATER] {
        vault.backup(at).await.unwrap();
    }
}

/// Asserts that everything [`fill`] put in opens.
pub async fn assert_whole(vault: &SqliteVault) {
    for number in [1, 2] {
        assert!(vault.active_generation(id(number)).await.unwrap().is_some(), "{number}");
    }
    assert_grant_and_rest(vault).await;
    assert!(matches!(vault.verify_activity_chain().await.unwrap(), ChainVerdict::Intact { entries: 3.. }));
}

/// The same without the keys and the log.
pub async fn assert_grant_and_rest(vault: &SqliteVault) {
    let granted = vault.active_generation(id(3)).await.unwrap().unwrap();
    assert_eq!(refresh_token(&granted.credential).as_deref(), Some("four"));
    let before = vault.generation(id(3), GenerationNumber(granted.number.0 - 1)).await.unwrap();
    assert_eq!(refresh_token(&before.credential).as_deref(), Some("three"));
    assert!(vault.generations(id(3)).await.unwrap().len() >= 4);
    assert_eq!(vault.registration_secret(REGISTRATION).await.unwrap().unwrap().expose(), "client secret");
    assert_eq!(vault.spare_secret(REGISTRATION).await.unwrap().unwrap().expose(), "next secret");
    let ProxyChoice::Own(proxy) = vault.network_settings().await.unwrap().unwrap().proxy else { panic!("no proxy") };
    assert_eq!(proxy.password.unwrap().expose(), "proxy password");
    let left = vault.credential_to_revoke(REVOCATION).await.unwrap();
    assert_eq!(refresh_token(&left).as_deref(), Some("left"));
    assert!(vault.landed().await.unwrap().is_empty());
}

/// The key that a keyring's entry names.
pub fn key_of(user: &str) -> KeyId {
    user.rsplit(':').next().unwrap().parse().unwrap()
}

/// The files below a folder that hold an envelope under this key.
pub fn sealed_under(folder: &Path, key: KeyId) -> Vec<PathBuf> {
    let start = key.envelope_start();
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sealed_under(&path, key));
        } else if fs::read(&path).unwrap().windows(start.len()).any(|window| window == start) {
            found.push(path);
        }
    }
    found
}
