//! What a dropped file turned out to be: what may be shown of it, and the secret, which may not.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use storm_domain::{ApiKeyCredential, Fields, Method, ServiceAccountKey, Timestamp};
use storm_secret::{AccessToken, ApiKey, ClientSecret, PrivateKey};

use super::Shape;
use crate::catalogue::Catalogue;
use crate::connector::Connector;
use crate::method::{KeyFileKind, MethodSpec, Setup};

/// What ends within this time is worth a warning when it is taken in.
const ENDS_SOON: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What was read from one file, or from a certificate and its key.
#[derive(Debug, Clone)]
pub struct KeyMaterial {
    /// What kind of file it is.
    pub shape: Shape,
    /// The file's name without its folder, at most 120 characters, safe to show.
    pub file_name: String,
    /// Whom it is for.
    pub holder: Option<Holder>,
    /// Algorithm and size of the private key.
    pub algorithm: Option<Algorithm>,
    /// SHA-256 of the public key (its SubjectPublicKeyInfo), by which services list keys.
    pub key_fingerprint: Option<Fingerprint>,
    /// The certificate that belongs to the key.
    pub certificate: Option<CertificateSummary>,
    /// The cluster that it names, which the key or token is for.
    pub cluster: Option<Cluster>,
    /// The secret.
    pub secret: MaterialSecret,
}

/// The cluster of a kubeconfig's user.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cluster {
    /// Its address; None = the file tells no plain https one.
    pub server: Option<String>,
    /// The certificate authorities that sign it, PEM; empty = the system's. Public.
    pub authorities: String,
    /// The subject of the first of them.
    pub authority: Option<String>,
}

impl KeyMaterial {
    /// When its certificate ends; None = it has none.
    #[must_use]
    pub fn ends(&self) -> Option<Timestamp> {
        self.certificate.as_ref().map(|certificate| certificate.ends)
    }

    /// The key for a service account, if it holds one.
    #[must_use]
    pub fn service_account_key(&self) -> Option<ServiceAccountKey> {
        match &self.secret {
            MaterialSecret::ServiceAccount(key) => Some(key.clone()),
            MaterialSecret::PrivateKey { key, certificates } => Some(ServiceAccountKey {
                private_key: key.clone(),
                certificates: certificates.clone(),
                authorities: self.cluster.as_ref().map(|cluster| cluster.authorities.clone()).unwrap_or_default(),
                key_id: match &self.holder {
                    Some(Holder::KeyId(id)) => Some(id.clone()),
                    _ => None,
                },
                fingerprint: self.key_fingerprint.map(|fingerprint| fingerprint.base64()),
                ends_at: self.ends(),
                account: None,
            }),
            _ => None,
        }
    }

    /// The access keys in it that end only when somebody ends them; which of several is meant is for the user to say.
    #[must_use]
    pub fn lasting_keys(&self) -> Vec<&AccessKey> {
        match &self.secret {
            MaterialSecret::AccessKeys(keys) => keys.iter().filter(|key| key.session.is_none()).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether all it holds ends by itself within hours.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(&self.secret, MaterialSecret::AccessKeys(keys) if keys.iter().all(|key| key.session.is_some()))
    }

    /// The key to paste, if it holds one: the only one that lasts, or of several the one with this public id.
    #[must_use]
    pub fn api_key(&self, id: Option<&str>) -> Option<ApiKeyCredential> {
        if let MaterialSecret::ClusterToken(token) = &self.secret {
            return Some(ApiKeyCredential { id: None, key: token.clone() });
        }
        let mut wanted = self.lasting_keys().into_iter().filter(|key| id.is_none_or(|id| key.id == id));
        match (wanted.next(), wanted.next()) {
            (Some(key), None) => Some(ApiKeyCredential { id: Some(key.id.clone()), key: key.secret.clone() }),
            _ => None,
        }
    }

    /// What it says of a connector's fields, by their names. Never a secret; to be checked like what is typed.
    #[must_use]
    pub fn fields(&self) -> Fields {
        let server = self.cluster.as_ref().and_then(|cluster| cluster.server.clone());
        server.map(|server| ("server".to_owned(), server)).into_iter().collect()
    }

    /// The methods of the catalogue that it is for, in the catalogue's order: those that name its shape as their own, or else
    /// all that take its kind of key.
    #[must_use]
    pub fn takers<'a>(&self, catalogue: &'a Catalogue) -> Vec<(&'a Connector, Method)> {
        if self.is_temporary() {
            return Vec::new();
        }
        let all = || catalogue.connectors().iter().flat_map(|one| one.methods.iter().map(move |spec| (one, spec)));
        let own: Vec<_> = all().filter(|(_, spec)| spec.shapes.contains(&self.shape)).collect();
        let takers = if own.is_empty() { all().filter(|(one, spec)| self.fits(one, spec)).collect() } else { own };
        takers.into_iter().map(|(connector, spec)| (connector, spec.method())).collect()
    }

    /// Whether a method of a connector can use it, whatever its name says.
    #[must_use]
    pub fn is_for(&self, connector: &Connector, method: Method) -> bool {
        connector.method(method).is_some_and(|spec| spec.shapes.contains(&self.shape) || self.fits(connector, spec))
    }

    fn fits(&self, connector: &Connector, spec: &MethodSpec) -> bool {
        let Setup::ServiceAccount(setup) = &spec.setup else { return false };
        let is_rsa = matches!(self.algorithm, Some(Algorithm::Rsa(_)));
        match (&self.secret, setup.takes) {
            (MaterialSecret::ServiceAccount(key), KeyFileKind::Account) => {
                let token_uri = key.account.as_ref().map(|account| &account.token_uri);
                token_uri.is_some_and(|token_uri| connector.has_token_host(&Fields::new(), token_uri))
            }
            (MaterialSecret::PrivateKey { .. }, KeyFileKind::RsaKey) => is_rsa,
            (MaterialSecret::PrivateKey { .. }, KeyFileKind::P256Key) => self.algorithm == Some(Algorithm::EcP256),
            (MaterialSecret::PrivateKey { .. }, KeyFileKind::Certificate) => is_rsa && self.certificate.is_some(),
            (MaterialSecret::PrivateKey { .. }, KeyFileKind::ClientCertificate) => {
                self.certificate.is_some() && self.algorithm != Some(Algorithm::EcSecp256k1)
            }
            _ => false,
        }
    }
}

/// Whom or what the credentials are for. Never a secret; at most 200 characters without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Holder {
    /// The e-mail address of a service account.
    Email(String),
    /// An AWS access key id.
    AccessKeyId(String),
    /// The id of a key at its service.
    KeyId(String),
    /// An OAuth client id.
    ClientId(String),
    /// An app.
    App(String),
    /// The subject of a certificate: its common name where it has one.
    Subject(String),
    /// A user of a configuration.
    User(String),
}

impl Holder {
    /// The text alone.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Email(name)
            | Self::AccessKeyId(name)
            | Self::KeyId(name)
            | Self::ClientId(name)
            | Self::App(name)
            | Self::Subject(name)
            | Self::User(name) => name,
        }
    }
}

/// Algorithm and size of a private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// RSA with this many bits.
    Rsa(usize),
    /// NIST P-256.
    EcP256,
    /// NIST P-384.
    EcP384,
    /// NIST P-521.
    EcP521,
    /// secp256k1.
    EcSecp256k1,
    /// RFC 8032.
    Ed25519,
}

impl fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(bits) => write!(formatter, "RSA {bits}"),
            Self::EcP256 => formatter.write_str("EC P-256"),
            Self::EcP384 => formatter.write_str("EC P-384"),
            Self::EcP521 => formatter.write_str("EC P-521"),
            Self::EcSecp256k1 => formatter.write_str("EC secp256k1"),
            Self::Ed25519 => formatter.write_str("Ed25519"),
        }
    }
}

/// SHA-256 of something public. Printed in hexadecimal pairs, as services show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(super) fn of(public: &[u8]) -> Self {
        Self(Sha256::digest(public).into())
    }

    /// As Snowflake and OpenSSH write it.
    #[must_use]
    pub fn base64(&self) -> String {
        format!("SHA256:{}", STANDARD.encode(self.0))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            write!(formatter, "{}{byte:02X}", if index == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

/// What may be shown of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateSummary {
    /// Its subject: the common name where it has one.
    pub subject: String,
    /// Valid from.
    pub begins: Timestamp,
    /// Valid until.
    pub ends: Timestamp,
    /// How that stands to the present time that the caller gave.
    pub validity: Validity,
    /// SHA-256 of the whole certificate.
    pub fingerprint: Fingerprint,
}

/// How a certificate's dates stand to the present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Validity {
    /// It begins later. A clock that is slow looks the same.
    NotYet,
    /// It is valid for more than 30 days.
    Current,
    /// It ends within 30 days.
    EndsSoon,
    /// It has ended: a warning, for the service decides whether it still takes it.
    Ended,
}

impl Validity {
    pub(super) fn at(now: Timestamp, begins: Timestamp, ends: Timestamp) -> Self {
        if now > ends {
            Self::Ended
        } else if now < begins {
            Self::NotYet
        } else if ends.since(now) <= ENDS_SOON {
            Self::EndsSoon
        } else {
            Self::Current
        }
    }
}

/// The secret of a dropped file, in the type that fits.
#[derive(Debug, Clone)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "one for each file that is dropped, and moved into a credential at once")]
pub enum MaterialSecret {
    /// A private key, and its certificates if there are any.
    PrivateKey {
        /// PEM, PKCS#8, without a password.
        key: PrivateKey,
        /// PEM, the key's own certificate first; empty = none. Public.
        certificates: String,
    },
    /// A service account, as [`crate::read_key_file`] reads it.
    ServiceAccount(ServiceAccountKey),
    /// Access keys of AWS, at least one, no two of the same id.
    AccessKeys(Vec<AccessKey>),
    /// An app registration.
    Client {
        /// Shown.
        id: String,
        /// Its password.
        secret: ClientSecret,
    },
    /// A bearer token of a cluster.
    ClusterToken(ApiKey),
}

/// An access key of AWS.
#[derive(Debug, Clone)]
pub struct AccessKey {
    /// The profile or the user that it stands under, as a file of several keys names it.
    pub profile: Option<String>,
    /// Shown.
    pub id: String,
    /// What requests are signed with.
    pub secret: ApiKey,
    /// Only with temporary keys, which end within hours.
    pub session: Option<AccessToken>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_within_thirty_days_is_soon() {
        const DAY: i64 = 86_400_000;
        let at = |now: i64| Validity::at(Timestamp(now), Timestamp(0), Timestamp(100 * DAY));
        assert_eq!(at(-1), Validity::NotYet);
        assert_eq!(at(0), Validity::Current);
        assert_eq!(at(70 * DAY - 1), Validity::Current);
        assert_eq!(at(70 * DAY), Validity::EndsSoon);
        assert_eq!(at(100 * DAY), Validity::EndsSoon);
        assert_eq!(at(100 * DAY + 1), Validity::Ended);
    }
}
