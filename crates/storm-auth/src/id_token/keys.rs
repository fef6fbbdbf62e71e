//! The published keys of services (RFC 7517), kept for a while.
//!
//! INVARIANT: a token that names no key is checked only where one key alone could have signed it, and a key is used for its own
//! purpose and algorithm only.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use storm_domain::{DiscoveryError, IdTokenFault, Timestamp, TransientKind};
use url::Url;

use crate::document;
use crate::http::Http;

/// How long keys are used without looking again; a key that is not among them is looked for at once.
const LONGEST_KEPT: Duration = Duration::from_secs(60 * 60);

/// Services whose keys are kept.
const MOST_SETS: usize = 64;

/// Keys of one service that are read; more is no key set.
const MOST_KEYS: usize = 100;

/// What signed a token, by its header.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<&'a str>,
}

/// Key sets that were fetched, the latest at the end.
#[derive(Default)]
pub(crate) struct KeySets(Mutex<Vec<Fetched>>);

struct Fetched {
    url: Url,
    at: Timestamp,
    keys: Arc<Vec<Jwk>>,
}

/// The keys of one service.
pub(super) struct KeySet(Arc<Vec<Jwk>>);

impl KeySets {
    /// The keys that were fetched before, unless that is long ago.
    pub(super) fn known(&self, url: &Url, now: Timestamp) -> Option<KeySet> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fetched = kept.iter().find(|fetched| fetched.url == *url)?;
        let age = now.since(fetched.at).max(fetched.at.since(now)); // a clock that was set back makes no key younger
        (age < LONGEST_KEPT).then(|| KeySet(Arc::clone(&fetched.keys)))
    }

    /// Fetches the keys and keeps them.
    pub(super) async fn fetch(
        &self,
        http: &Http,
        url: &Url,
        issuer: &Url,
        now: Timestamp,
    ) -> Result<KeySet, TransientKind> {
        let fetched = tokio::time::timeout(http.deadlines.other, document::fetch(http, url, issuer)).await;
        let document = match fetched {
            Ok(Ok(document)) => document,
            Ok(Err(DiscoveryError::Unreachable(kind))) => return Err(kind),
            Ok(Err(DiscoveryError::TooLarge)) => return Err(TransientKind::TooLarge),
            Ok(Err(_)) => return Err(TransientKind::NotAnAnswer),
            Err(_) => return Err(TransientKind::Timeout),
        };
        match document.status {
            200 => {}
            300..400 => return Err(TransientKind::Redirected),
            _ => return Err(TransientKind::ServiceBusy),
        }
        let keys = Arc::new(read(&document.body).ok_or(TransientKind::NotAnAnswer)?);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|fetched| fetched.url != *url);
        if kept.len() >= MOST_SETS {
            kept.remove(0);
        }
        kept.push(Fetched { url: url.clone(), at: now, keys: Arc::clone(&keys) });
        Ok(KeySet(keys))
    }
}

impl KeySet {
    /// The key that a token names, or the only one that could have signed it.
    pub(super) fn key_for(&self, wanted: Wanted<'_>) -> Result<DecodingKey, IdTokenFault> {
        let mut fitting = self.0.iter().filter(|key| fits(key, wanted.algorithm)).filter(|key| {
            let named = wanted.kid.is_none_or(|kid| key.common.key_id.as_deref() == Some(kid));
            // A service with a single key need not give it a name.
            named || (self.0.len() == 1 && key.common.key_id.is_none())
        });
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => DecodingKey::from_jwk(key).map_err(|_| IdTokenFault::Key),
            _ => Err(IdTokenFault::Key),
        }
    }
}

/// Keys of kinds that are not known here are passed over: a set may hold them for other clients.
fn read(body: &[u8]) -> Option<Vec<Jwk>> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<serde_json::Value>,
    }
    let set: Set = serde_json::from_slice(body).ok()?;
    Some(set.keys.into_iter().take(MOST_KEYS).filter_map(|key| serde_json::from_value(key).ok()).collect())
}

/// Whether a key is of the algorithm's kind and may check signatures.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let is_of_kind = match (&key.algorithm, algorithm) {
        (
            AlgorithmParameters::RSA(_),
            Algorithm::RS256
            | Algorithm::RS384
            | Algorithm::RS512
            | Algorithm::PS256
            | Algorithm::PS384
            | Algorithm::PS512,
        ) => true,
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES256) => key.curve == EllipticCurve::P256,
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES384) => key.curve == EllipticCurve::P384,
        (AlgorithmParameters::OctetKeyPair(key), Algorithm::EdDSA) => key.curve == EllipticCurve::Ed25519,
        _ => false,
    };
    let is_for_signatures = !matches!(&key.common.public_key_use, Some(used) if *used != PublicKeyUse::Signature);
    let is_for_algorithm = key.common.key_algorithm.is_none_or(|own| own.to_string() == format!("{algorithm:?}"));
    is_of_kind && is_for_signatures && is_for_algorithm
}
