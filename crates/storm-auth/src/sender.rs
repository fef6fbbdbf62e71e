//! What every request needs: the client, the clock in it, randomness, and the keys that were parsed before.

use std::sync::Arc;

use storm_domain::port::Entropy;

use crate::client_key::ClientKey;
use crate::dpop::Nonces;
use crate::http::Http;
use crate::kept::Kept;
use crate::signing_key::SigningKey;

/// One for the whole program.
pub(crate) struct Sender {
    pub(crate) http: Http,
    pub(crate) entropy: Arc<dyn Entropy>,
    /// Of grants that are bound to a key.
    pub(crate) signing_keys: Kept<SigningKey>,
    /// Of app registrations and service accounts.
    pub(crate) client_keys: Kept<ClientKey>,
    pub(crate) nonces: Nonces,
}

impl Sender {
    pub(crate) fn new(http: Http, entropy: Arc<dyn Entropy>) -> Self {
        Self { http, entropy, signing_keys: Kept::default(), client_keys: Kept::default(), nonces: Nonces::default() }
    }
}
