//! Keys and certificates as they were found in a file or two, put together into one thing, or refused.

use storm_domain::Timestamp;
use zeroize::Zeroizing;

use super::certificate::Certificate;
use super::der_form::{children, form};
use super::encryption::{Encryption, NotDecrypted, Password, octets};
use super::material::{Holder, KeyMaterial, MaterialSecret};
use super::pkcs12::is_begun;
use super::private_key::{SigningKey, pem};
use super::shape::of_named_key;
use super::work::Work;
use super::{KeyMaterialError, Secret, Shape};

/// A private key in DER, as it was labelled.
pub(super) enum KeyPart {
    Pkcs8(Secret),
    Pkcs1(Secret),
    Sec1(Secret),
    Encrypted(Secret),
}

#[derive(Default)]
pub(super) struct Parts {
    pub(super) keys: Vec<KeyPart>,
    /// DER.
    pub(super) certificates: Vec<Vec<u8>>,
    pub(super) public_keys: usize,
    /// Certificates in PKCS#7, which never holds a key.
    pub(super) has_bundle: bool,
    pub(super) is_pkcs12: bool,
}

impl Parts {
    /// Puts one key and the certificates beside it together.
    ///
    /// # Errors
    /// When that is not what the parts are.
    pub(super) fn assemble(
        self,
        file_name: String,
        password: Option<&str>,
        now: Timestamp,
    ) -> Result<KeyMaterial, KeyMaterialError> {
        let [part] = &self.keys[..] else { return Err(self.without_one_key()) };
        let locked = if self.certificates.is_empty() { Shape::EncryptedKey } else { Shape::CertificateWithKey };
        let (shape, key) = part.open(password, locked)?;
        let certificates =
            self.certificates.iter().map(|der| Certificate::of_der(der)).collect::<Result<Vec<_>, _>>()?;
        let own = certificates.iter().position(|certificate| certificate.belongs_to(&key.public));
        if own.is_none() && !certificates.is_empty() {
            return Err(KeyMaterialError::CertificateOfAnotherKey);
        }
        let certificate = own.map(|own| certificates[own].summary(now));
        let is_p256 = key.algorithm == super::Algorithm::EcP256;
        let (shape, holder) = match &certificate {
            _ if self.is_pkcs12 => (Shape::Pkcs12, None),
            // The common name that the Azure command line gives to what it makes for an app.
            Some(certificate) if certificate.subject == "CLI-Login" => (Shape::EntraCertificate, None),
            Some(_) => (Shape::CertificateWithKey, None),
            None => of_named_key(shape, key.is_rsa(), is_p256, &file_name),
        };
        let holder = match holder {
            Some(id) if shape == Shape::GithubAppKey => Some(Holder::App(id)),
            Some(id) => Some(Holder::KeyId(id)),
            None => certificate.as_ref().map(|certificate| Holder::Subject(certificate.subject.clone())),
        };
        // The key's own certificate first, as every protocol wants it.
        let others = certificates.iter().enumerate().filter(|(index, _)| Some(*index) != own);
        let chain = own.map(|own| &certificates[own]).into_iter().chain(others.map(|(_, other)| other));
        let secret = MaterialSecret::PrivateKey {
            key: key.pem(),
            certificates: chain.map(|certificate| pem("CERTIFICATE", &certificate.der)).collect(),
        };
        Ok(KeyMaterial {
            shape,
            file_name,
            holder,
            algorithm: Some(key.algorithm),
            key_fingerprint: Some(key.fingerprint),
            certificate,
            cluster: None,
            secret,
        })
    }

    /// Whether one of `other`'s certificates is of this key. Never, while the key is under a password.
    pub(super) fn key_is_certified_by(&self, other: &Self) -> bool {
        let [part] = &self.keys[..] else { return false };
        let Ok((_, key)) = part.open(None, Shape::EncryptedKey) else { return false };
        let mut certificates = other.certificates.iter().filter_map(|der| Certificate::of_der(der).ok());
        certificates.any(|certificate| certificate.belongs_to(&key.public))
    }

    pub(super) fn has_locked_key(&self) -> bool {
        matches!(self.keys[..], [KeyPart::Encrypted(_)])
    }

    fn without_one_key(&self) -> KeyMaterialError {
        if self.keys.len() > 1 {
            KeyMaterialError::SeveralKeys
        } else if self.is_pkcs12 {
            KeyMaterialError::NoKey
        } else if !self.certificates.is_empty() || self.has_bundle {
            KeyMaterialError::CertificateAlone
        } else if self.public_keys > 0 {
            KeyMaterialError::PublicKey
        } else {
            KeyMaterialError::SomethingElse { what: "a PEM file without a key" }
        }
    }
}

impl KeyPart {
    fn open(&self, password: Option<&str>, locked: Shape) -> Result<(Shape, SigningKey), KeyMaterialError> {
        match self {
            Self::Pkcs8(der) => Ok((Shape::Pkcs8Key, SigningKey::of_pkcs8(der)?)),
            Self::Pkcs1(der) => Ok((Shape::Pkcs1Key, SigningKey::of_pkcs1(der)?)),
            Self::Sec1(der) => Ok((Shape::Sec1Key, SigningKey::of_sec1(der)?)),
            Self::Encrypted(der) => Ok((Shape::EncryptedKey, SigningKey::of_pkcs8(&decrypt(der, password, locked)?)?)),
        }
    }
}

/// EncryptedPrivateKeyInfo (RFC 5958 §3). It carries no checksum: what tells a wrong password from a damaged file is whether
/// what comes out begins as a key does.
fn decrypt(der: &[u8], password: Option<&str>, shape: Shape) -> Result<Secret, KeyMaterialError> {
    form(der)?;
    let parts = children(der).ok_or(KeyMaterialError::DER)?;
    let [algorithm, data] = &parts[..] else { return Err(KeyMaterialError::DER) };
    let encryption = Encryption::of(algorithm)?;
    Work::of_one_file().spend(encryption.work())?;
    let password = password.ok_or(KeyMaterialError::PasswordNeeded { shape })?;
    let plain = match encryption.decrypt(Password::Text(password), octets(data)?) {
        Ok(plain) => plain,
        Err(NotDecrypted::NotWhole) => return Err(KeyMaterialError::Damaged { what: "its encrypted part was cut" }),
        Err(NotDecrypted::Garbled(plain)) if is_begun(&plain) => return Err(CHANGED),
        Err(NotDecrypted::Garbled(_)) => return Err(KeyMaterialError::WrongPassword),
    };
    // By chance, one wrong password in 256 leaves a padding that looks right.
    match children(&plain) {
        Some(_) => Ok(Zeroizing::new(plain.to_vec())),
        None if is_begun(&plain) => Err(CHANGED),
        None => Err(KeyMaterialError::WrongPassword),
    }
}

const CHANGED: KeyMaterialError =
    KeyMaterialError::Damaged { what: "the password opens it, but what is inside was changed" };
