//! What the user chose for the whole program, sealed: a proxy's password is a secret, and who is trusted is nothing that another
//! program should be able to change on the disk.

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use storm_domain::{
    Authority, IntegrationId, ListSort, NetworkSettings, OwnProxy, Preferences, ProxyChoice, VaultError,
};
use storm_secret::{ProxyPassword, SecretBytes};
use url::Url;

use crate::fault::of_sqlx;
use crate::payload;
use crate::seal::Seal;

pub(crate) const NETWORK: &str = "network";
const PREFERENCES: &str = "preferences";
/// Where older versions kept the order of the list and whether letters are keys.
const WINDOW: &str = "window";
const LIST_TOP: &str = "list_top";
/// There only while the vault is tried.
pub(crate) const SELF_TEST: &str = "self_test";

/// Everything but the password.
#[derive(Serialize, Deserialize)]
struct Head {
    proxy: Choice,
    authorities: Vec<Authority>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "choice", rename_all = "snake_case")]
enum Choice {
    System,
    Direct,
    Own { address: Url, user: Option<String> },
}

pub(crate) fn encode(settings: &NetworkSettings) -> Result<SecretBytes, VaultError> {
    let (proxy, password) = match &settings.proxy {
        ProxyChoice::System => (Choice::System, None),
        ProxyChoice::Direct => (Choice::Direct, None),
        ProxyChoice::Own(own) => {
            (Choice::Own { address: own.address.clone(), user: own.user.clone() }, own.password.as_ref())
        }
    };
    let head = Head { proxy, authorities: settings.authorities.clone() };
    // EXPOSE: to be sealed.
    payload::encode(&head, &[password.map(|password| password.expose().as_bytes())])
}

pub(crate) fn decode(opened: &SecretBytes) -> Result<NetworkSettings, VaultError> {
    let (head, [password]): (Head, _) = payload::decode(opened)?;
    let password = payload::optional_text(password)?.map(ProxyPassword::new);
    let proxy = match head.proxy {
        Choice::System => ProxyChoice::System,
        Choice::Direct => ProxyChoice::Direct,
        Choice::Own { address, user } => ProxyChoice::Own(OwnProxy { address, user, password }),
    };
    Ok(NetworkSettings { proxy, authorities: head.authorities })
}

pub(crate) async fn put(
    connection: &mut SqliteConnection,
    seal: &Seal,
    name: &'static str,
    setting: &SecretBytes,
) -> Result<(), VaultError> {
    sqlx::query("INSERT INTO setting (name, sealed) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET sealed = ?2")
        .bind(name)
        .bind(seal.setting(name, setting)?)
        .execute(connection)
        .await
        .map_err(of_sqlx)?;
    Ok(())
}

pub(crate) async fn one(
    connection: &mut SqliteConnection,
    seal: &Seal,
    name: &'static str,
) -> Result<Option<SecretBytes>, VaultError> {
    let sealed: Option<Vec<u8>> = sqlx::query_scalar("SELECT sealed FROM setting WHERE name = ?1")
        .bind(name)
        .fetch_optional(connection)
        .await
        .map_err(of_sqlx)?;
    sealed.map(|sealed| seal.open_setting(name, &sealed)).transpose()
}

/// What is preferred, with what an older version kept apart from it until something is chosen anew.
pub(crate) async fn preferences(
    connection: &mut SqliteConnection,
    seal: &Seal,
) -> Result<Option<Preferences>, VaultError> {
    let kept = one(connection, seal, PREFERENCES).await?;
    let kept = kept.map(|kept| payload::decode::<Preferences, 0>(&kept).map(|(kept, [])| kept)).transpose()?;
    let Some(of_window) = one(connection, seal, WINDOW).await? else { return Ok(kept) };
    let (OfWindow { sort, letter_keys }, []) = payload::decode(&of_window)?;
    Ok(Some(Preferences { sort, letter_keys, ..kept.unwrap_or_default() }))
}

/// Keeps what is preferred, in one place from now on. To be called in a transaction.
pub(crate) async fn put_preferences(
    connection: &mut SqliteConnection,
    seal: &Seal,
    preferences: &Preferences,
) -> Result<(), VaultError> {
    put(connection, seal, PREFERENCES, &payload::encode(preferences, &[])?).await?;
    erase(connection, WINDOW).await
}

pub(crate) async fn erase(connection: &mut SqliteConnection, name: &'static str) -> Result<(), VaultError> {
    sqlx::query("DELETE FROM setting WHERE name = ?1").bind(name).execute(connection).await.map_err(of_sqlx)?;
    Ok(())
}

/// What stood on top of the list.
pub(crate) async fn list_top(connection: &mut SqliteConnection, seal: &Seal) -> Result<Vec<IntegrationId>, VaultError> {
    let kept = one(connection, seal, LIST_TOP).await?;
    Ok(kept.map(|kept| payload::decode(&kept)).transpose()?.map(|(top, [])| top).unwrap_or_default())
}

/// Notes it.
pub(crate) async fn put_list_top(
    connection: &mut SqliteConnection,
    seal: &Seal,
    top: &[IntegrationId],
) -> Result<(), VaultError> {
    put(connection, seal, LIST_TOP, &payload::encode(&top, &[])?).await
}

#[derive(Deserialize)]
struct OfWindow {
    sort: ListSort,
    letter_keys: bool,
}

#[cfg(test)]
mod tests {
    use storm_crypto::MasterKey;
    use storm_domain::LanguageChoice;
    use uuid::Uuid;

    use super::*;
    use crate::{VaultFolder, database};

    #[tokio::test]
    async fn what_an_older_version_kept_in_two_places_is_taken_over_once() {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = database::connect(&VaultFolder::new(directory.path())).await.unwrap();
        database::migrate(&mut connection).await.unwrap();
        let seal = Seal::new(MasterKey::make().unwrap(), Uuid::nil());
        assert_eq!(preferences(&mut connection, &seal).await.unwrap(), None);

        // As they were written then, word for word.
        let window = serde_json::json!({ "sort": "connector", "letter_keys": false });
        put(&mut connection, &seal, WINDOW, &payload::encode(&window, &[]).unwrap()).await.unwrap();
        let of_window = Preferences { sort: ListSort::Connector, letter_keys: false, ..Preferences::default() };
        assert_eq!(preferences(&mut connection, &seal).await.unwrap(), Some(of_window.clone()));
        let older = serde_json::json!({
            "notifications": { "needs_you": true, "replace_soon": true, "quiet": null },
            "language": "de",
        });
        put(&mut connection, &seal, PREFERENCES, &payload::encode(&older, &[]).unwrap()).await.unwrap();
        let both = Preferences { language: LanguageChoice::German, ..of_window };
        assert_eq!(preferences(&mut connection, &seal).await.unwrap(), Some(both.clone()));

        let chosen = Preferences { sort: ListSort::Name, ..both };
        put_preferences(&mut connection, &seal, &chosen).await.unwrap();
        assert_eq!(preferences(&mut connection, &seal).await.unwrap(), Some(chosen), "the old row has no say any more");
        assert!(one(&mut connection, &seal, WINDOW).await.unwrap().is_none());
    }
}
