//! Planted secrets are nowhere in the data folder: not as they are, not in base64, not in hex, not as a hint.

use std::path::Path;

use crate::common::{House, NOW, add, begun, commit_of, raw_answer};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use storm_domain::port::Vault as _;
use storm_domain::{AppRegistration, Credential, GenerationNumber, RegistrationId, RotationMode};
use storm_secret::{ClientSecret, IdToken};
use storm_testkit::{api_key, api_key_integration, oauth_grant, oauth_integration, service_account_key};
use uuid::Uuid;

const CANARIES: [&str; 9] = [
    "canary-api-key-7Qm2xW9vFs",
    "canary-new-key-Zk81LpT",
    "canary-access-token-5VbN",
    "canary-refresh-token-x3R",
    "canary-id-token-hU6sD0a",
    "canary-private-key-Jw4Ef",
    "canary-client-secret-Yg2",
    "canary-next-secret-b7TqE",
    "canary-landed-body-Ma9Co",
];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The canary and what it looks like encoded; base64 at each of its three offsets, without the characters that depend on
/// what stands beside it.
fn disguises(canary: &str) -> Vec<Vec<u8>> {
    let bytes = canary.as_bytes();
    let mut disguises = vec![bytes.to_vec(), hex(bytes).into_bytes(), hex(bytes).to_uppercase().into_bytes()];
    for engine in [&STANDARD, &URL_SAFE_NO_PAD] {
        for (offset, skipped) in [(0, 0), (1, 2), (2, 3)] {
            let shifted = [vec![b'x'; offset], bytes.to_vec()].concat();
            let encoded = engine.encode(&shifted);
            disguises.push(encoded.as_bytes()[skipped..encoded.len() - 4].to_vec());
        }
    }
    disguises.push(bytes.iter().flat_map(|byte| [*byte, 0]).collect()); // UTF-16
    disguises
}

/// Bytes as text, one character for each, because searching a text is fast in an unoptimized test too.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn files(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            let mut bytes = std::fs::read(&path).unwrap();
            let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            bytes.truncate(end); // landing slots are mostly zeros
            found.push((path.display().to_string(), latin(&bytes)));
        }
    }
}

fn assert_nowhere(house: &House, secrets: &[String]) {
    let mut found = Vec::new();
    files(house.folder().path(), &mut found);
    assert!(found.iter().any(|(path, text)| path.ends_with("vault.db") && !text.is_empty()));
    for secret in secrets {
        for disguise in disguises(secret) {
            let disguise = latin(&disguise);
            for (path, text) in &found {
                assert!(!text.contains(&disguise), "{secret} is in {path} as {disguise:?}");
            }
        }
    }
}

#[test]
fn a_planted_secret_would_be_found_in_every_disguise() {
    let canary = CANARIES[0];
    for prefix in ["", "x", "xy", "xyz"] {
        let encoded = STANDARD.encode(format!("{prefix}{canary} and more"));
        let hit =
            disguises(canary).iter().any(|disguise| encoded.as_bytes().windows(disguise.len()).any(|w| w == disguise));
        assert!(hit, "base64 behind {prefix:?}");
    }
}

#[tokio::test]
async fn no_planted_secret_is_anywhere_in_the_data_folder() {
    let house = House::default();
    let vault = house.open().await;
    let [key, new_key, access, refresh, id_token, private_key, client_secret, next_secret, body] = CANARIES;
    let rotated = add(&vault, api_key_integration(1), Some(api_key(key))).await;
    vault.begin_rotation(rotated, &api_key(new_key), RotationMode::Guided, NOW).await.unwrap();
    add(&vault, api_key_integration(2), Some(service_account_key(private_key))).await;
    let granted = add(&vault, oauth_integration(3), None).await;
    let registration = AppRegistration {
        id: RegistrationId(Uuid::from_u128(1)),
        connector_id: "practice".into(),
        client_id: "client".into(),
        has_secret: true,
        secret_ends_at: None,
        fields: [].into(),
        created_at: NOW,
    };
    vault.put_registration(&registration, Some(&ClientSecret::new(client_secret))).await.unwrap();
    vault
        .begin_secret_rotation(registration.id, &ClientSecret::new(next_secret), RotationMode::Guided, NOW)
        .await
        .unwrap();

    let mut expected = None;
    for _ in 0..3 {
        let lease = begun(&vault, granted, expected).await;
        vault.land(&lease, expected, &raw_answer(body.as_bytes())).await.unwrap();
        let mut grant = oauth_grant(access, Some(refresh));
        grant.id_token = Some(IdToken::new(id_token));
        expected = Some(vault.commit_grant(commit_of(&lease, expected, &grant)).await.unwrap().number);
    }
    assert_eq!(expected, Some(GenerationNumber(3)));
    vault.backup(NOW).await.unwrap();

    let mut secrets: Vec<String> = CANARIES.iter().map(|canary| (*canary).to_owned()).collect();
    for user in house.keyring.users() {
        use storm_domain::port::Keyring as _;
        let line = house.keyring.read(&user).await.unwrap();
        secrets.push(String::from_utf8(line.expose().to_vec()).unwrap());
    }
    secrets.push("cana…9vFs".to_owned()); // the hint that the window shows of the key
    assert_nowhere(&house, &secrets); // with the write-ahead log still there
    let Credential::ApiKey(read) = vault.generation(rotated, GenerationNumber(2)).await.unwrap().credential else {
        panic!("another kind");
    };
    assert_eq!(read.key.expose(), new_key);
    vault.close().await;
    assert_nowhere(&house, &secrets);
}
