//! How a credential is written before it is sealed. The wire types are the vault's own, so that the domain may change its
//! shape without touching what lies on people's disks.

use serde::{Deserialize, Serialize};
use storm_domain::{
    ApiKeyCredential, Credential, KeyFileAccount, OAuthGrant, RefreshTokenLife, ServiceAccountKey, Timestamp,
    VaultError,
};
use storm_secret::{AccessToken, ApiKey, IdToken, PrivateKey, RefreshToken, SecretBytes};
use url::Url;

use crate::payload;

/// Everything of a credential but its secrets.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Head {
    ApiKey {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
    OauthGrant {
        expires_at: Option<Timestamp>,
        token_type: Option<String>,
        scopes: Option<Vec<String>>,
        obtained_at: Timestamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refresh_life: Option<RefreshTokenLife>,
    },
    ServiceAccountKey {
        key_id: Option<String>,
        /// With `token_uri`, what a file of Google's shape says of its account.
        client_email: Option<String>,
        project_id: Option<String>,
        token_uri: Option<Url>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        certificates: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        authorities: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fingerprint: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ends_at: Option<Timestamp>,
    },
}

/// The word that stands in the `kind` column.
pub(crate) fn kind(credential: &Credential) -> Result<&'static str, VaultError> {
    match credential {
        Credential::ApiKey(_) => Ok("api_key"),
        Credential::OAuthGrant(_) => Ok("oauth_grant"),
        Credential::ServiceAccountKey(_) => Ok("service_account_key"),
        _ => Err(VaultError::NewerSchema),
    }
}

pub(crate) fn encode(credential: &Credential) -> Result<SecretBytes, VaultError> {
    match credential {
        Credential::ApiKey(credential) => {
            let head = Head::ApiKey { id: credential.id.clone() };
            // EXPOSE: to be sealed.
            payload::encode(&head, &[Some(credential.key.expose().as_bytes()), None, None])
        }
        Credential::OAuthGrant(grant) => {
            let head = Head::OauthGrant {
                expires_at: grant.expires_at,
                token_type: grant.token_type.clone(),
                scopes: grant.scopes.clone(),
                obtained_at: grant.obtained_at,
                refresh_life: grant.refresh_life,
            };
            // EXPOSE: to be sealed.
            let refresh_token = grant.refresh_token.as_ref().map(|token| token.expose().as_bytes());
            // EXPOSE: to be sealed.
            let access_token = grant.access_token.as_ref().map(|token| token.expose().as_bytes());
            // EXPOSE: to be sealed.
            let id_token = grant.id_token.as_ref().map(|token| token.expose().as_bytes());
            let tokens = [refresh_token, access_token, id_token];
            match &grant.dpop_key {
                // EXPOSE: to be sealed.
                Some(key) => payload::encode(&head, &[&tokens[..], &[Some(key.expose().as_bytes())]].concat()),
                None => payload::encode(&head, &tokens),
            }
        }
        Credential::ServiceAccountKey(key) => {
            let head = Head::ServiceAccountKey {
                key_id: key.key_id.clone(),
                client_email: key.account.as_ref().map(|account| account.client_email.clone()),
                project_id: key.account.as_ref().and_then(|account| account.project_id.clone()),
                token_uri: key.account.as_ref().map(|account| account.token_uri.clone()),
                certificates: key.certificates.clone(),
                authorities: key.authorities.clone(),
                fingerprint: key.fingerprint.clone(),
                ends_at: key.ends_at,
            };
            // EXPOSE: to be sealed.
            payload::encode(&head, &[Some(key.private_key.expose().as_bytes()), None, None])
        }
        _ => Err(VaultError::NewerSchema),
    }
}

pub(crate) fn decode(payload: &SecretBytes) -> Result<Credential, VaultError> {
    // A grant that is bound to a key of ours has that as its fourth secret.
    let (head, [first, second, third, fourth]) = payload::decode_grown(payload, 3)?;
    Ok(match head {
        Head::ApiKey { id } => Credential::ApiKey(ApiKeyCredential { id, key: ApiKey::new(payload::text(first)?) }),
        Head::OauthGrant { expires_at, token_type, scopes, obtained_at, refresh_life } => {
            Credential::OAuthGrant(OAuthGrant {
                refresh_token: payload::optional_text(first)?.map(RefreshToken::new),
                access_token: payload::optional_text(second)?.map(AccessToken::new),
                expires_at,
                token_type,
                scopes,
                id_token: payload::optional_text(third)?.map(IdToken::new),
                dpop_key: payload::optional_text(fourth)?.map(PrivateKey::new),
                obtained_at,
                refresh_life,
            })
        }
        Head::ServiceAccountKey {
            key_id,
            client_email,
            project_id,
            token_uri,
            certificates,
            authorities,
            fingerprint,
            ends_at,
        } => {
            let account = client_email.zip(token_uri);
            Credential::ServiceAccountKey(ServiceAccountKey {
                private_key: PrivateKey::new(payload::text(first)?),
                certificates,
                authorities,
                key_id,
                fingerprint,
                ends_at,
                account: account.map(|(client_email, token_uri)| KeyFileAccount {
                    client_email,
                    project_id,
                    token_uri,
                }),
            })
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(dpop_key: Option<&str>) -> Credential {
        Credential::OAuthGrant(OAuthGrant {
            refresh_token: Some(RefreshToken::new("rt")),
            access_token: None,
            expires_at: None,
            token_type: Some("DPoP".to_owned()),
            scopes: None,
            id_token: Some(IdToken::new("id")),
            dpop_key: dpop_key.map(PrivateKey::new),
            obtained_at: Timestamp(1),
            refresh_life: None,
        })
    }

    #[test]
    fn o55_the_key_of_a_grant_is_kept_with_its_tokens_and_a_grant_without_one_is_written_as_before() {
        let Credential::OAuthGrant(read) = decode(&encode(&grant(Some("key"))).unwrap()).unwrap() else { panic!() };
        assert_eq!(read.dpop_key.unwrap().expose(), "key");
        assert_eq!((read.refresh_token.unwrap().expose(), read.id_token.unwrap().expose()), ("rt", "id"));

        let head = Head::OauthGrant {
            expires_at: None,
            token_type: Some("DPoP".to_owned()),
            scopes: None,
            obtained_at: Timestamp(1),
            refresh_life: None,
        };
        let earlier = payload::encode(&head, &[Some(b"rt"), None, Some(b"id")]).unwrap();
        assert_eq!(earlier.expose(), encode(&grant(None)).unwrap().expose(), "three secrets, as ever");
        let Credential::OAuthGrant(read) = decode(&earlier).unwrap() else { panic!() };
        assert!(read.dpop_key.is_none() && read.refresh_token.is_some());
    }

    #[test]
    fn a_key_that_an_earlier_version_wrote_opens_and_one_with_a_certificate_keeps_all_of_it() {
        let earlier = serde_json::json!({
            "kind": "service_account_key", "key_id": "k1", "client_email": "a@b.example", "project_id": null,
            "token_uri": "https://oauth2.googleapis.com/token",
        });
        let earlier = payload::encode(&earlier, &[Some(b"pem"), None, None]).unwrap();
        let Credential::ServiceAccountKey(read) = decode(&earlier).unwrap() else { panic!() };
        assert_eq!((read.key_id.as_deref(), read.certificates.as_str()), (Some("k1"), ""));
        assert_eq!(read.account.as_ref().unwrap().client_email, "a@b.example");

        let key = ServiceAccountKey {
            certificates: "cert".to_owned(),
            key_id: None,
            fingerprint: Some("f".to_owned()),
            ends_at: Some(Timestamp(7)),
            account: None,
            ..read
        };
        let Credential::ServiceAccountKey(read) =
            decode(&encode(&Credential::ServiceAccountKey(key.clone())).unwrap()).unwrap()
        else {
            panic!()
        };
        assert_eq!(
            (read.certificates, read.fingerprint, read.ends_at),
            (key.certificates, key.fingerprint, key.ends_at)
        );
        assert!(read.key_id.is_none() && read.account.is_none());
    }

    #[test]
    fn the_id_of_a_key_is_kept_with_it_and_a_key_without_one_is_written_as_before() {
        let key = |id: Option<&str>| {
            Credential::ApiKey(ApiKeyCredential { id: id.map(str::to_owned), key: ApiKey::new("secret") })
        };
        let read = |payload: &SecretBytes| {
            let Credential::ApiKey(read) = decode(payload).unwrap() else { panic!("not a key") };
            assert_eq!(read.key.expose(), "secret");
            read.id
        };
        assert_eq!(read(&encode(&key(Some("AKIA1"))).unwrap()).as_deref(), Some("AKIA1"));
        let earlier =
            payload::encode(&serde_json::json!({ "kind": "api_key" }), &[Some(b"secret"), None, None]).unwrap();
        assert_eq!(read(&earlier), None);
        assert_eq!(earlier.expose(), encode(&key(None)).unwrap().expose());
    }
}
