//! The claims of an ID token against what was asked for (OpenID Connect Core §3.1.3.7 and §12.2).

use serde::Deserialize;
use storm_domain::port::{IdTokenCheck, IdTokenOf};
use storm_domain::{IdTokenFault, IdTokenRules, Timestamp};
use storm_secret::IdToken;

use super::CLOCK_TOLERANCE;

/// What is looked at. Times are seconds since 1970.
#[derive(Deserialize)]
pub(super) struct Claims {
    iss: Option<String>,
    pub(super) sub: Option<String>,
    aud: Option<Audience>,
    azp: Option<String>,
    exp: Option<f64>,
    iat: Option<f64>,
    nbf: Option<f64>,
    nonce: Option<String>,
    pub(super) at_hash: Option<String>,
}

/// One audience or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn all(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several,
        }
    }
}

pub(super) fn check(
    claims: &Claims,
    rules: &IdTokenRules,
    check: &IdTokenCheck<'_>,
    read: impl Fn(&IdToken) -> Option<Claims>,
) -> Result<(), IdTokenFault> {
    let client_id = &check.client.client_id;
    ensure(claims.iss.as_ref() == Some(&rules.issuer), IdTokenFault::Issuer)?;
    ensure(claims.sub.as_ref().is_some_and(|sub| !sub.is_empty()), IdTokenFault::Subject)?;

    let audiences = claims.aud.as_ref().map_or(&[][..], Audience::all);
    ensure(audiences.contains(client_id), IdTokenFault::Audience)?;
    let is_for_us_alone = audiences.len() == 1 && claims.azp.is_none();
    ensure(is_for_us_alone || claims.azp.as_ref() == Some(client_id), IdTokenFault::AuthorizedParty)?;

    let (now, tolerance) = (seconds(check.at), CLOCK_TOLERANCE.as_secs_f64());
    ensure(claims.exp.is_some_and(|exp| now < exp + tolerance), IdTokenFault::Expired)?;
    ensure(claims.iat.is_some_and(|iat| iat <= now + tolerance), IdTokenFault::IssuedAt)?;
    ensure(claims.nbf.is_none_or(|nbf| nbf <= now + tolerance), IdTokenFault::IssuedAt)?;

    match check.of {
        IdTokenOf::SignIn(Some(nonce)) => {
            ensure(claims.nonce.as_deref().is_some_and(|sent| nonce.matches(sent)), IdTokenFault::Nonce)
        }
        IdTokenOf::SignIn(None) | IdTokenOf::Refresh(None) => Ok(()),
        IdTokenOf::Refresh(Some(earlier)) => {
            let Some(earlier) = read(earlier) else { return Ok(()) };
            let is_same = claims.sub == earlier.sub && claims.iss == earlier.iss;
            ensure(is_same, IdTokenFault::AnotherAccount)?;
            let is_other_nonce = claims.nonce.is_some() && earlier.nonce.is_some() && claims.nonce != earlier.nonce;
            ensure(!is_other_nonce, IdTokenFault::Nonce)
        }
    }
}

fn ensure(holds: bool, fault: IdTokenFault) -> Result<(), IdTokenFault> {
    if holds { Ok(()) } else { Err(fault) }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of this age fit a float's 53 bits")]
fn seconds(at: Timestamp) -> f64 {
    at.0 as f64 / 1000.0
}
