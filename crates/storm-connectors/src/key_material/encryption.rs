//! Encryption under a password: PBES2 (RFC 8018), and the older scheme of PKCS#12 (RFC 7292 appendix C) that is only ever read.
//!
//! The parameters are read before anything is derived, so that the caller can take what they cost from its budget.

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt as _, KeyInit, KeyIvInit as _};
use der::asn1::{AnyRef, ObjectIdentifier};
use der::{ErrorKind, Tag, Tagged as _};
use pkcs5::pbes2;
use pkcs12::kdf::{Pkcs12KeyType, derive_key};
use sha1::Sha1;
use zeroize::Zeroizing;

use super::der_form::parts;
use super::{KeyMaterialError, Secret, work};

const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
const PBKDF2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.12");
const SCRYPT: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.11591.4.11");
const SHA1_3DES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.3");
const SHA1_RC2_128: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.5");
const SHA1_RC2_40: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.6");
const HMAC_SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.7");
const HMAC_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.9");

const DAMAGED: KeyMaterialError = KeyMaterialError::Damaged { what: "what it says about its encryption is no sense" };
const UNUSUAL: KeyMaterialError = KeyMaterialError::Unsupported {
    what: "a file encrypted in an unusual or outdated way",
    instead: "Export it again with AES-256, for example with openssl pkcs8 -topk8.",
};

/// A password as the two schemes take it. PKCS#12 knows an empty one, and none at all.
#[derive(Clone, Copy)]
pub(super) enum Password<'a> {
    Text(&'a str),
    Null,
}

impl Password<'_> {
    fn utf8(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Null => &[],
        }
    }

    /// UTF-16, the high byte first, with a zero at the end (RFC 7292 §B.1).
    pub(super) fn utf16(&self) -> Secret {
        let Self::Text(text) = self else { return Secret::default() };
        let mut bytes = Zeroizing::new(Vec::with_capacity(2 * text.len() + 2));
        for unit in text.encode_utf16().chain([0]) {
            bytes.extend(unit.to_be_bytes());
        }
        bytes
    }
}

/// Why something did not decrypt.
pub(super) enum NotDecrypted {
    /// It has no length that this cipher makes.
    NotWhole,
    /// It came out without its padding: another password, or something was changed. What came out, to tell them apart.
    Garbled(Secret),
}

/// How something is encrypted.
pub(super) enum Encryption {
    Pbes2 { parameters: Box<pbes2::Parameters>, work: u64 },
    Pkcs12 { cipher: OldCipher, salt: Vec<u8>, iterations: i32 },
}

#[derive(Clone, Copy)]
pub(super) enum OldCipher {
    TripleDes,
    Rc2With40Bits,
    Rc2With128Bits,
}

impl Encryption {
    /// Reads an AlgorithmIdentifier.
    pub(super) fn of(algorithm: &AnyRef<'_>) -> Result<Self, KeyMaterialError> {
        let [id, parameters] = parts(algorithm.value()).and_then(|parts| parts.try_into().ok()).ok_or(DAMAGED)?;
        let cipher = match id.decode_as::<ObjectIdentifier>().map_err(|_| DAMAGED)? {
            PBES2 => return Self::of_pbes2(&parameters),
            SHA1_3DES => OldCipher::TripleDes,
            SHA1_RC2_40 => OldCipher::Rc2With40Bits,
            SHA1_RC2_128 => OldCipher::Rc2With128Bits,
            _ => return Err(UNUSUAL),
        };
        let [salt, iterations] = parts(parameters.value()).and_then(|parts| parts.try_into().ok()).ok_or(DAMAGED)?;
        Ok(Self::Pkcs12 { cipher, salt: octets(&salt)?.to_vec(), iterations: iterations_of(&iterations)? })
    }

    fn of_pbes2(parameters: &AnyRef<'_>) -> Result<Self, KeyMaterialError> {
        let work = work_of_pbes2(parameters)?;
        if work == u64::MAX {
            return Err(KeyMaterialError::TooCostly);
        }
        let parameters = pbes2::Parameters::try_from(*parameters).map_err(|error| match error.kind() {
            ErrorKind::OidUnknown { .. } => UNUSUAL,
            _ => DAMAGED,
        })?;
        Ok(Self::Pbes2 { parameters: Box::new(parameters), work })
    }

    /// What deriving its keys costs.
    pub(super) fn work(&self) -> u64 {
        match self {
            Self::Pbes2 { work, .. } => *work,
            // The key in blocks of 20 bytes, and one block for the initialization vector.
            Self::Pkcs12 { cipher, iterations, .. } => {
                let blocks = if matches!(cipher, OldCipher::TripleDes) { 3 } else { 2 };
                work::of_pkcs12(u64::from(iterations.unsigned_abs()), blocks)
            }
        }
    }

    pub(super) fn decrypt(&self, password: Password<'_>, data: &[u8]) -> Result<Secret, NotDecrypted> {
        let mut buffer = Zeroizing::new(data.to_vec());
        let length = match self {
            Self::Pbes2 { parameters, .. } => {
                parameters.decrypt_in_place(password.utf8(), &mut buffer).map(<[u8]>::len).ok()
            }
            Self::Pkcs12 { cipher: OldCipher::TripleDes, salt, iterations } => {
                decrypt_old::<des::TdesEde3>(password, salt, *iterations, 24, &mut buffer)
            }
            Self::Pkcs12 { cipher: OldCipher::Rc2With40Bits, salt, iterations } => {
                decrypt_old::<rc2::Rc2>(password, salt, *iterations, 5, &mut buffer)
            }
            Self::Pkcs12 { cipher: OldCipher::Rc2With128Bits, salt, iterations } => {
                decrypt_old::<rc2::Rc2>(password, salt, *iterations, 16, &mut buffer)
            }
        };
        match length {
            Some(length) => {
                buffer.truncate(length);
                Ok(buffer)
            }
            None if data.is_empty() || !data.len().is_multiple_of(8) => Err(NotDecrypted::NotWhole),
            None => Err(NotDecrypted::Garbled(buffer)),
        }
    }
}

fn decrypt_old<C: BlockCipherDecrypt + KeyInit>(
    password: Password<'_>,
    salt: &[u8],
    iterations: i32,
    key_length: usize,
    buffer: &mut [u8],
) -> Option<usize> {
    let password = password.utf16();
    let derive = |what, length| Zeroizing::new(derive_key::<Sha1>(&password, salt, what, iterations, length));
    let (key, vector) = (derive(Pkcs12KeyType::EncryptionKey, key_length), derive(Pkcs12KeyType::Iv, 8));
    let decryptor = cbc::Decryptor::<C>::new_from_slices(&key, &vector).ok()?;
    decryptor.decrypt_padded::<Pkcs7>(buffer).map(<[u8]>::len).ok()
}

/// Read by hand, because the numbers may be larger than the library's types, and that is a reason of its own.
fn work_of_pbes2(parameters: &AnyRef<'_>) -> Result<u64, KeyMaterialError> {
    let derivation = parts(parameters.value()).and_then(|parts| parts.first().copied()).ok_or(DAMAGED)?;
    let [id, numbers] = parts(derivation.value()).and_then(|parts| parts.try_into().ok()).ok_or(DAMAGED)?;
    let id = id.decode_as::<ObjectIdentifier>().map_err(|_| DAMAGED)?;
    let numbers = parts(numbers.value()).ok_or(DAMAGED)?;
    let number_at = |index: usize| numbers.get(index).ok_or(DAMAGED).and_then(number);
    match id {
        PBKDF2 => {
            let function = numbers.iter().skip(2).find(|part| part.tag() == Tag::Sequence);
            let function =
                function.and_then(|part| parts(part.value())?.first()?.decode_as().ok()).unwrap_or(HMAC_SHA1);
            // A key of 32 bytes is the longest there is; SHA-1 gives 20 at a time.
            let blocks = if function == HMAC_SHA1 { 2 } else { 1 };
            Ok(work::of_pbkdf2(number_at(1)?, blocks, function != HMAC_SHA1 && function != HMAC_SHA256))
        }
        SCRYPT if number_at(1)? != u64::MAX && !number_at(1)?.is_power_of_two() => Err(DAMAGED),
        SCRYPT => Ok(work::of_scrypt(number_at(1)?, number_at(2)?, number_at(3)?)),
        _ => Err(UNUSUAL),
    }
}

/// A count of iterations; 0 and less are no sense, and more than 31 bits no program writes.
pub(super) fn iterations_of(part: &AnyRef<'_>) -> Result<i32, KeyMaterialError> {
    i32::try_from(number(part)?).map_err(|_| KeyMaterialError::TooCostly)
}

/// A number of one or more; the largest there is when it has no room.
fn number(part: &AnyRef<'_>) -> Result<u64, KeyMaterialError> {
    let bytes = part.value();
    let is_positive = part.tag() == Tag::Integer && bytes.first().is_some_and(|byte| byte & 0x80 == 0);
    if !is_positive || bytes.iter().all(|byte| *byte == 0) {
        return Err(DAMAGED);
    }
    if bytes.len() > 8 {
        return Ok(u64::MAX);
    }
    Ok(bytes.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
}

pub(super) fn octets<'a>(part: &AnyRef<'a>) -> Result<&'a [u8], KeyMaterialError> {
    if part.tag() == Tag::OctetString { Ok(part.value()) } else { Err(KeyMaterialError::DER) }
}
