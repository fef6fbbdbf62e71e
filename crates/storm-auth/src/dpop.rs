//! Proof of possession (RFC 9449): tokens that are of use only with a key of ours, and one signed proof for each request.
//!
//! INVARIANT: a request is sent a second time only when the service refused to look at the first without its nonce: an answer of
//! 400 or 401 that says `use_dpop_nonce` and brings one (§8, §9). Such an answer says that nothing was done, so no refresh token
//! was used. Never a third time, both within one deadline. A proof has a fresh `jti` and names method and address, without query
//! and fragment; with an access token also its hash.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, EllipticCurve, EllipticCurveKeyParameters, EllipticCurveKeyType, Jwk,
};
use jsonwebtoken::{Algorithm, Header};
use reqwest::RequestBuilder;
use reqwest::header::{HeaderValue, WWW_AUTHENTICATE};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use storm_domain::port::ClientKeyError;
use storm_domain::{Delivery, HttpMethod, RawTokenAnswer, SendFailure, TransientKind};
use storm_secret::{AccessToken, PrivateKey};
use url::Url;
use zeroize::Zeroizing;

use crate::authorization::make_random_text;
use crate::http::{Answer, LARGEST_ANSWER};
use crate::sender::Sender;
use crate::signing_key::SigningKey;

const HEADER: &str = "DPoP";
const NONCE_WANTED: &str = "use_dpop_nonce";

#[derive(Serialize)]
struct Claims<'a> {
    jti: String,
    htm: &'a str,
    htu: &'a str,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ath: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
}

/// A request that is proved.
pub(crate) struct Proved<'a> {
    pub(crate) key: &'a PrivateKey,
    pub(crate) method: HttpMethod,
    pub(crate) url: &'a Url,
    /// What the request presents, if it does.
    pub(crate) access_token: Option<&'a AccessToken>,
    /// For both requests together.
    pub(crate) deadline: Duration,
}

/// A new key in PEM (PKCS#8), ES256; None = the library could not make one.
pub(crate) fn make_key() -> Option<PrivateKey> {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?;
    let der = pair.to_pkcs8v1().ok()?;
    let text = Zeroizing::new(BASE64_STANDARD.encode(der.as_ref()));
    Some(PrivateKey::new(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", &*text)))
}

/// Sends with a proof, and once more with the service's nonce if that is what it wants. `prepare` makes the request anew each
/// time, because what else is in it may be of use only once.
pub(crate) async fn send(
    sender: &Sender,
    proved: &Proved<'_>,
    prepare: impl Fn() -> Result<RequestBuilder, SendFailure>,
) -> Result<RawTokenAnswer, SendFailure> {
    let begun = sender.http.clock.monotonic();
    let origin = proved.url.origin().ascii_serialization();
    let known = sender.nonces.last(&origin);
    let attempt = |nonce: Option<String>, deadline: Duration| {
        let origin = &origin;
        let prepare = &prepare;
        async move {
            let proof = make_proof(sender, proved, nonce.as_deref())?;
            let answered =
                sender.http.send_for_answer(prepare()?.header(HEADER, proof), deadline, LARGEST_ANSWER).await?;
            if let Some(nonce) = nonce_of(&answered) {
                sender.nonces.note(origin, nonce);
            }
            Ok(answered)
        }
    };
    let first = attempt(known, proved.deadline).await?;
    let Some(nonce) = wanted_nonce(&first) else { return Ok(first.raw) };
    let left = proved.deadline.saturating_sub(sender.http.clock.monotonic().saturating_sub(begun));
    if left.is_zero() {
        return Ok(first.raw);
    }
    Ok(attempt(Some(nonce), left).await?.raw)
}

/// What the next proof for this origin is to hold (RFC 9449 §8.2).
fn nonce_of(answer: &Answer) -> Option<&str> {
    answer.headers.get("DPoP-Nonce")?.to_str().ok()
}

/// The nonce without which nothing was done.
fn wanted_nonce(answer: &Answer) -> Option<String> {
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
    }
    let is_wanted = match answer.raw.status {
        // EXPOSE: only the error code is read.
        400 | 401 => serde_json::from_slice::<Refusal>(answer.raw.body.expose())
            .is_ok_and(|refusal| refusal.error == NONCE_WANTED),
        _ => false,
    };
    let challenge = format!("error=\"{NONCE_WANTED}\"");
    let mut challenges = answer.headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    let is_challenged = answer.raw.status == 401 && challenges.any(|sent| sent.contains(&challenge));
    nonce_of(answer).filter(|_| is_wanted || is_challenged).map(str::to_owned)
}

fn make_proof(sender: &Sender, proved: &Proved<'_>, nonce: Option<&str>) -> Result<HeaderValue, SendFailure> {
    // EXPOSE: the key is parsed for signing.
    let text = proved.key.expose();
    let key = sender.signing_keys.get(text, || SigningKey::of_pem(text)).map_err(|_| not_usable())?;
    let mut url = proved.url.clone();
    url.set_query(None);
    url.set_fragment(None);
    let claims = Claims {
        jti: make_random_text(&*sender.entropy),
        htm: proved.method.name(),
        htu: url.as_str(),
        iat: sender.http.clock.now().0.div_euclid(1000),
        // EXPOSE: the proof holds its hash.
        ath: proved.access_token.map(|token| BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(token.expose()))),
        nonce,
    };
    let mut header = Header::new(Algorithm::ES256);
    header.typ = Some("dpop+jwt".to_owned());
    header.jwk = Some(public_key(&key).ok_or_else(not_usable)?);
    let proof = key.sign(header, &claims).map_err(|_: ClientKeyError| not_usable())?;
    // EXPOSE: sent with the request it proves.
    let mut value = HeaderValue::from_str(proof.expose()).map_err(|_| not_usable())?;
    value.set_sensitive(true);
    Ok(value)
}

fn public_key(key: &SigningKey) -> Option<Jwk> {
    let (x, y) = key.public_point()?;
    Some(Jwk {
        common: CommonParameters::default(),
        algorithm: AlgorithmParameters::EllipticCurve(EllipticCurveKeyParameters {
            key_type: EllipticCurveKeyType::EC,
            curve: EllipticCurve::P256,
            x: BASE64_URL_SAFE_NO_PAD.encode(x),
            y: BASE64_URL_SAFE_NO_PAD.encode(y),
        }),
    })
}

/// A grant's key that cannot be read can prove nothing; the grant is not to blame.
fn not_usable() -> SendFailure {
    SendFailure { delivery: Delivery::NotSent, kind: TransientKind::UnusableToken }
}

/// The last nonce of each origin (§8.2), which spares the second request.
#[derive(Default)]
pub(crate) struct Nonces(Mutex<HashMap<String, String>>);

impl Nonces {
    fn last(&self, origin: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(origin).cloned()
    }

    fn note(&self, origin: &str, nonce: &str) {
        const MOST_ORIGINS: usize = 1024;
        let mut nonces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if nonces.len() >= MOST_ORIGINS && !nonces.contains_key(origin) {
            nonces.clear(); // each is had again at the price of one request
        }
        nonces.insert(origin.to_owned(), nonce.to_owned());
    }
}
