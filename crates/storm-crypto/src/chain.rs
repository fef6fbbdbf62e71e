//! Links of a chain that shows tampering: each link covers the one before it and its own content.
//!
//! The links are HMAC-SHA256 under a key derived from the master key, not bare SHA-256: who can write the file but has no
//! key cannot make the chain good again after a change.

use hkdf::hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::MasterKey;

const CHAIN_KEY_INFO: &str = "storm-connect/v1/activity-chain";

/// One link.
#[derive(Debug, Clone, Copy)]
pub struct ChainLink(pub [u8; 32]);

impl ChainLink {
    /// What the first link follows.
    pub const START: Self = Self([0; 32]);

    /// Compares in constant time.
    #[must_use]
    pub fn matches(&self, stored: &[u8]) -> bool {
        bool::from(self.0.as_slice().ct_eq(stored))
    }
}

/// Makes the links.
pub struct ChainKey(Zeroizing<[u8; 64]>);

impl MasterKey {
    /// The key of the vault's chain.
    #[must_use]
    pub fn derive_chain_key(&self) -> ChainKey {
        ChainKey(self.derive_subkey(&[], &[CHAIN_KEY_INFO]))
    }
}

impl ChainKey {
    /// The link that follows `previous` and covers `parts`, each with its length in front.
    #[must_use]
    pub fn link(&self, previous: &ChainLink, parts: &[&[u8]]) -> ChainLink {
        let mut mac = Hmac::<Sha256>::new((&*self.0).into());
        mac.update(&previous.0);
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        ChainLink(mac.finalize().into_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_depends_on_key_predecessor_and_every_part() {
        let key = MasterKey::make().unwrap().derive_chain_key();
        let link = key.link(&ChainLink::START, &[b"ab", b"c"]);
        assert!(key.link(&ChainLink::START, &[b"ab", b"c"]).matches(&link.0));
        assert!(!key.link(&ChainLink::START, &[b"a", b"bc"]).matches(&link.0));
        assert!(!key.link(&link, &[b"ab", b"c"]).matches(&link.0));
        let other = MasterKey::make().unwrap().derive_chain_key();
        assert!(!other.link(&ChainLink::START, &[b"ab", b"c"]).matches(&link.0));
        assert!(!link.matches(&link.0[..31]));
    }
}
