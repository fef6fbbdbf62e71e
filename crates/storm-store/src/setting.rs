//! What the user chose for the whole program, sealed: a proxy's password is a secret, and who is trusted is nothing that another
//! program should be able to change on the disk.

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use storm_domain::{Authority, NetworkSettings, OwnProxy, ProxyChoice, VaultError};
use storm_secret::{ProxyPassword, SecretBytes};
use url::Url;

use crate::fault::of_sqlx;
use crate::payload;
use crate::seal::Seal;

pub(crate) const NETWORK: &str = "network";
pub(crate) const PREFERENCES: &str = "preferences";
pub(crate) const WINDOW: &str = "window";
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

pub(crate) async fn erase(connection: &mut SqliteConnection, name: &'static str) -> Result<(), VaultError> {
    sqlx::query("DELETE FROM setting WHERE name = ?1").bind(name).execute(connection).await.map_err(of_sqlx)?;
    Ok(())
}
