//! Service accounts: machines that sign their way in with an RSA key (RFC 7523).
//!
//! INVARIANT: the service keeps public keys only; a private key exists in the answer that hands it out, once. A key can
//! be disabled and enabled again; an account may have several, so that a new one can be proved before the old one goes.

use std::collections::{BTreeMap, VecDeque};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::SandboxError;
use crate::secret::{Fingerprint, hexadecimal};

/// The project every service account belongs to.
pub(crate) const PROJECT_ID: &str = "practice-project";
/// The domain of addresses made from a plain name.
const EMAIL_DOMAIN: &str = "practice-project.iam.practice.example";

/// One public key of a service account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ServiceAccountKey {
    /// The `kid` of its assertions.
    pub(crate) id: String,
    /// The public key: RSAPublicKey (RFC 8017) in DER, in base64.
    pub(crate) public_key: String,
    /// Whether it is switched off.
    pub(crate) disabled: bool,
    /// When it was made, in Unix milliseconds.
    pub(crate) created_at_ms: i64,
    /// When it last signed an assertion that was taken, in Unix milliseconds.
    #[serde(default)]
    pub(crate) last_used_at_ms: Option<i64>,
}

/// One service account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ServiceAccount {
    /// Its address, and its name everywhere.
    pub(crate) email: String,
    /// The numeric client_id of its key files.
    pub(crate) client_id: String,
    /// Its keys, oldest first.
    pub(crate) keys: Vec<ServiceAccountKey>,
    /// Its living access tokens, oldest first.
    pub(crate) access_tokens: VecDeque<Fingerprint>,
}

/// A new key pair: the private half goes out, the public half stays.
pub(crate) struct GeneratedKey {
    id: String,
    private_key_pem: String,
    public_key: String,
}

impl GeneratedKey {
    /// Generates RSA 2048; takes a good fraction of a second of processor time, so call it off the runtime.
    pub(crate) fn generate() -> Result<Self, SandboxError> {
        let failed = |_| SandboxError::KeyGeneration;
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
        let private: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
        let mut id = [0_u8; 20];
        getrandom::fill(&mut id).map_err(|_| SandboxError::Randomness)?;
        Ok(Self {
            id: hexadecimal(&id),
            private_key_pem: pem("PRIVATE KEY", private.as_ref()),
            public_key: STANDARD.encode(pair.public_key().as_ref()),
        })
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let encoded = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, remaining) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = remaining;
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}

/// All service accounts, by address.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ServiceAccounts {
    accounts: BTreeMap<String, ServiceAccount>,
}

impl ServiceAccounts {
    /// The address for what someone typed: a full address as it is, a plain name in the project's domain.
    pub(crate) fn email_from_input(input: &str) -> Option<String> {
        let input = input.trim().to_lowercase();
        let fits = |c: char| c.is_ascii_alphanumeric() || "-._@".contains(c);
        if input.is_empty() || input.len() > 120 || !input.chars().all(fits) {
            return None;
        }
        match input.matches('@').count() {
            0 => Some(format!("{input}@{EMAIL_DOMAIN}")),
            1 if !input.starts_with('@') && !input.ends_with('@') => Some(input),
            _ => None,
        }
    }

    /// Adds a key, and the account if it is new. Returns the key file, the only time the private key is seen.
    pub(crate) fn add_key(&mut self, email: &str, key: GeneratedKey, base_url: &str, now_ms: i64) -> Value {
        let account = self.accounts.entry(email.to_owned()).or_insert_with(|| ServiceAccount {
            email: email.to_owned(),
            client_id: numeric_id(email),
            keys: Vec::new(),
            access_tokens: VecDeque::new(),
        });
        account.keys.push(ServiceAccountKey {
            id: key.id.clone(),
            public_key: key.public_key,
            disabled: false,
            created_at_ms: now_ms,
            last_used_at_ms: None,
        });
        json!({
            "type": "service_account",
            "project_id": PROJECT_ID,
            "private_key_id": key.id,
            "private_key": key.private_key_pem,
            "client_email": email,
            "client_id": account.client_id,
            "auth_uri": format!("{base_url}/oauth/authorize"),
            "token_uri": format!("{base_url}/oauth/token"),
        })
    }

    /// The account with this address.
    pub(crate) fn by_email(&self, email: &str) -> Option<&ServiceAccount> {
        self.accounts.get(email)
    }

    /// The account that owns a key, and the key.
    pub(crate) fn by_key_id(&self, key_id: &str) -> Option<(&ServiceAccount, &ServiceAccountKey)> {
        self.accounts.values().find_map(|account| Some((account, account.keys.iter().find(|key| key.id == key_id)?)))
    }

    /// Switches a key on or off; false when there is no such key.
    pub(crate) fn set_disabled(&mut self, key_id: &str, disabled: bool) -> bool {
        let key = self.accounts.values_mut().flat_map(|account| &mut account.keys).find(|key| key.id == key_id);
        key.map(|key| key.disabled = disabled).is_some()
    }

    /// A key signed an assertion that was taken.
    pub(crate) fn note_use(&mut self, key_id: &str, now_ms: i64) {
        let mut keys = self.accounts.values_mut().flat_map(|account| &mut account.keys);
        if let Some(key) = keys.find(|key| key.id == key_id) {
            key.last_used_at_ms = Some(now_ms);
        }
    }

    /// Ends a key for good; false when there is no such key.
    pub(crate) fn delete(&mut self, key_id: &str) -> bool {
        let mut accounts = self.accounts.values_mut();
        let Some(account) = accounts.find(|account| account.keys.iter().any(|key| key.id == key_id)) else {
            return false;
        };
        account.keys.retain(|key| key.id != key_id);
        true
    }

    /// The access tokens issued to an account.
    pub(crate) fn issued_to(&mut self, email: &str) -> Option<&mut VecDeque<Fingerprint>> {
        self.accounts.get_mut(email).map(|account| &mut account.access_tokens)
    }

    /// All accounts by address.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &ServiceAccount> {
        self.accounts.values()
    }
}

/// Twenty-one digits derived from the address, like Google's.
fn numeric_id(email: &str) -> String {
    let fingerprint = Fingerprint::of(&format!("client:{email}"));
    let mut number = [0_u8; 8];
    number.copy_from_slice(&fingerprint.bytes()[..8]);
    format!("1{:020}", u64::from_be_bytes(number))
}

#[cfg(test)]
mod tests {
    use super::{GeneratedKey, ServiceAccounts};

    #[test]
    fn a_plain_name_becomes_an_address_and_nonsense_nothing() {
        assert_eq!(
            ServiceAccounts::email_from_input(" ETL ").as_deref(),
            Some("etl@practice-project.iam.practice.example")
        );
        assert_eq!(ServiceAccounts::email_from_input("etl@a.example").as_deref(), Some("etl@a.example"));
        for nonsense in ["", "a@b@c", "@a", "a b", "<script>"] {
            assert_eq!(ServiceAccounts::email_from_input(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn the_private_key_leaves_and_is_not_kept() {
        let mut accounts = ServiceAccounts::default();
        let file = accounts.add_key("etl@a.example", GeneratedKey::generate().unwrap(), "http://127.0.0.1:1", 0);
        let pem = file["private_key"].as_str().unwrap();
        assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n") && pem.ends_with("-----END PRIVATE KEY-----\n"));
        assert!(jsonwebtoken::EncodingKey::from_rsa_pem(pem.as_bytes()).is_ok());
        let kept = serde_json::to_string(&accounts).unwrap();
        assert!(!kept.contains("PRIVATE") && !kept.contains(&pem[60..100]));
    }
}
