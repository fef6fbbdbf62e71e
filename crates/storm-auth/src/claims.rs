//! Whose an ID token is (OpenID Connect Core §2, §5.1). Read only to name an account.
//!
//! Deliberately absent: whether the token is to be believed. What stands in here came over TLS from the token endpoint itself
//! (Core §3.1.3.7, 6) or was checked before.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;
use storm_domain::{Account, ProviderWords};
use storm_secret::IdToken;

/// Each of them loosely: a claim of another kind than expected names nobody, and costs no other claim.
#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    sub: Value,
    #[serde(default)]
    email: Value,
    #[serde(default)]
    email_verified: Value,
    #[serde(default)]
    preferred_username: Value,
    #[serde(default)]
    name: Value,
}

/// The account that an ID token names: its `sub`, and of the other claims the one that a person recognises best.
pub(crate) fn account_in(id_token: &IdToken) -> Option<Account> {
    // EXPOSE: this is where it is read; only what names the account leaves.
    let payload = id_token.expose().split('.').nth(1)?;
    let payload = BASE64_URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: Claims = serde_json::from_slice(&payload).ok()?;
    let id = shown(&claims.sub)?;
    let is_unverified = claims.email_verified == Value::Bool(false);
    let email = shown(&claims.email).filter(|_| !is_unverified);
    let label = email.or_else(|| shown(&claims.preferred_username)).or_else(|| shown(&claims.name));
    Some(Account { label: label.unwrap_or_else(|| id.clone()), id })
}

fn shown(claim: &Value) -> Option<String> {
    let cleaned = ProviderWords::cleaned(claim.as_str()?.trim(), "").code;
    (!cleaned.is_empty()).then_some(cleaned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn named(claims: &Value) -> Option<(String, String)> {
        let payload = BASE64_URL_SAFE_NO_PAD.encode(claims.to_string());
        account_in(&IdToken::new(format!("e30.{payload}.c2ln"))).map(|account| (account.id, account.label))
    }

    #[test]
    fn the_best_known_name_is_shown_and_the_subject_tells_accounts_apart() {
        let mut claims = json!({ "sub": "7", "email": "ada@x.example", "preferred_username": "ada", "name": "Ada" });
        let labels = [("ada@x.example", "email"), ("ada", "preferred_username"), ("Ada", "name"), ("7", "")];
        for (label, removed_next) in labels {
            assert_eq!(named(&claims), Some(("7".to_owned(), label.to_owned())));
            claims.as_object_mut().unwrap().remove(removed_next);
        }
    }

    #[test]
    fn an_address_that_nobody_verified_is_no_name() {
        let claims = json!({ "sub": "7", "email": "ceo@x.example", "email_verified": false, "name": "Eve" });
        assert_eq!(named(&claims), Some(("7".to_owned(), "Eve".to_owned())));
    }

    #[test]
    fn what_names_nobody_is_nobody() {
        assert_eq!(named(&json!({ "email": "ada@x.example" })), None);
        assert_eq!(named(&json!({ "sub": 7 })), None);
        for token in ["", "a", "a.b", "a.!!.c", "a.bm90IGpzb24.c"] {
            assert!(account_in(&IdToken::new(token)).is_none(), "{token}");
        }
    }

    #[test]
    fn control_and_direction_marks_are_not_shown() {
        let claims = json!({ "sub": "7", "name": "A\u{202e}da\n" });
        assert_eq!(named(&claims), Some(("7".to_owned(), "Ada".to_owned())));
    }
}
