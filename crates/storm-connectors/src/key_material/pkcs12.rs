//! PKCS#12 (RFC 7292): safes of bags, the safes encrypted, the bags encrypted once more, and a checksum over it all.
//!
//! INVARIANT: everything that the file shows openly is counted before the first key is derived, and what comes to light by opening
//! a safe before its bags are. Deliberately absent: safes for a recipient's key, signatures instead of a checksum, and bags inside
//! bags.

use aws_lc_rs::hmac;
use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode as _, Reader as _, SliceReader, Tag, Tagged as _};
use pkcs12::kdf::{Pkcs12KeyType, derive_key};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use super::der_form::{children, parts};
use super::encryption::{Encryption, NotDecrypted, Password, iterations_of, octets};
use super::work::{self, Work};
use super::{KeyMaterialError, Secret, Shape};

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
const KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.1");
const SHROUDED_KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
const CERTIFICATE_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
const NESTED_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.6");
const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA224: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.4");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");

/// Safes and bags together; no program comes near it.
const MOST_ELEMENTS: usize = 1_000;
const EXPORT_AGAIN: &str = "Export it again with the usual settings, protected by a password.";

/// What was inside.
#[derive(Default)]
pub(super) struct Contents {
    /// PKCS#8.
    pub(super) keys: Vec<Secret>,
    /// DER.
    pub(super) certificates: Vec<Vec<u8>>,
}

/// Opens a file with the given password; without one, an empty and an absent one are tried before asking.
pub(super) fn open(der: &[u8], password: Option<&str>) -> Result<Contents, KeyMaterialError> {
    let mut work = Work::of_one_file();
    let file = File::of(der)?;
    let candidates = match password {
        Some(text) => vec![Password::Text(text)],
        None => vec![Password::Text(""), Password::Null],
    };
    work.spend(file.checksum.work().saturating_mul(candidates.len() as u64))?;
    let safes = file.safes(&mut work)?;
    let Some(password) = candidates.iter().find(|password| file.checksum.fits(**password, file.content)) else {
        return Err(match password {
            None => KeyMaterialError::PasswordNeeded { shape: Shape::Pkcs12 },
            Some(text) if opens_something(&safes, Password::Text(text), &mut work) => {
                KeyMaterialError::Damaged { what: "the password opens it, but its checksum does not fit" }
            }
            Some(_) => KeyMaterialError::WrongPassword,
        });
    };
    let mut contents = Contents::default();
    for safe in &safes {
        safe.unpack(*password, &mut work, &mut contents)?;
    }
    Ok(contents)
}

struct File<'a> {
    /// What the checksum is over: the safes.
    content: &'a [u8],
    checksum: Checksum<'a>,
}

impl<'a> File<'a> {
    fn of(der: &'a [u8]) -> Result<Self, KeyMaterialError> {
        let parts = children(der).ok_or(KeyMaterialError::DER)?;
        let info = parts.get(1).ok_or(KeyMaterialError::DER)?;
        let (kind, content) = content_of(info)?;
        if kind != DATA {
            return Err(KeyMaterialError::Unsupported {
                what: "a PKCS#12 file that is signed instead of protected by a password",
                instead: EXPORT_AGAIN,
            });
        }
        let checksum = parts.get(2).ok_or(KeyMaterialError::Unsupported {
            what: "a PKCS#12 file without a checksum, so that nobody could tell whether it was changed",
            instead: EXPORT_AGAIN,
        })?;
        Ok(Self { content: octets(&content)?, checksum: Checksum::of(checksum)? })
    }

    /// The safes, with the cost of opening them and the bags that are in sight taken from the budget.
    fn safes(&self, work: &mut Work) -> Result<Vec<Safe<'a>>, KeyMaterialError> {
        let mut safes = Vec::new();
        let mut in_sight = 0;
        for info in elements(self.content)? {
            let (kind, content) = content_of(&info)?;
            let safe = match kind {
                DATA => Safe::Open(bags(octets(&content)?)?),
                ENCRYPTED_DATA => Safe::locked(&content)?,
                _ => {
                    return Err(KeyMaterialError::Unsupported {
                        what: "a PKCS#12 file for somebody else's key",
                        instead: EXPORT_AGAIN,
                    });
                }
            };
            if let Safe::Open(bags) = &safe {
                in_sight += bags.len();
            }
            if in_sight > MOST_ELEMENTS {
                return Err(KeyMaterialError::TooCostly);
            }
            work.spend(safe.work())?;
            safes.push(safe);
        }
        Ok(safes)
    }
}

enum Safe<'a> {
    Open(Vec<Bag<'a>>),
    Locked { encryption: Encryption, data: &'a [u8] },
}

impl<'a> Safe<'a> {
    /// EncryptedData (RFC 5652 §8).
    fn locked(content: &AnyRef<'a>) -> Result<Self, KeyMaterialError> {
        let info = parts(content.value()).and_then(|parts| parts.get(1).copied()).ok_or(KeyMaterialError::DER)?;
        let [_, algorithm, data] =
            parts(info.value()).and_then(|parts| parts.try_into().ok()).ok_or(KeyMaterialError::DER)?;
        Ok(Self::Locked { encryption: Encryption::of(&algorithm)?, data: data.value() })
    }

    fn work(&self) -> u64 {
        match self {
            Self::Open(bags) => bags.iter().map(Bag::work).fold(0, u64::saturating_add),
            Self::Locked { encryption, .. } => encryption.work(),
        }
    }

    fn unpack(&self, password: Password<'_>, work: &mut Work, into: &mut Contents) -> Result<(), KeyMaterialError> {
        let (encryption, data) = match self {
            Self::Open(bags) => return bags.iter().try_for_each(|bag| bag.unpack(password, into)),
            Self::Locked { encryption, data } => (encryption, data),
        };
        let plain = encryption.decrypt(password, data).map_err(|_| INSIDE_DAMAGED)?;
        let bags = bags(&plain)?;
        // All of them before the first.
        work.spend(bags.iter().map(Bag::work).fold(0, u64::saturating_add))?;
        bags.iter().try_for_each(|bag| bag.unpack(password, into))
    }
}

const INSIDE_DAMAGED: KeyMaterialError = KeyMaterialError::Damaged { what: "what is inside cannot be decrypted" };

enum Bag<'a> {
    Key(AnyRef<'a>),
    Shrouded {
        encryption: Encryption,
        data: &'a [u8],
    },
    Certificate(&'a [u8]),
    /// Revocation lists and what else nobody signs in with.
    Other,
}

impl Bag<'_> {
    fn work(&self) -> u64 {
        if let Self::Shrouded { encryption, .. } = self { encryption.work() } else { 0 }
    }

    fn unpack(&self, password: Password<'_>, into: &mut Contents) -> Result<(), KeyMaterialError> {
        match self {
            Self::Key(info) => {
                into.keys.push(Zeroizing::new(der::Encode::to_der(info).map_err(|_| KeyMaterialError::DER)?))
            }
            Self::Shrouded { encryption, data } => {
                into.keys.push(encryption.decrypt(password, data).map_err(|_| INSIDE_DAMAGED)?);
            }
            Self::Certificate(certificate) => into.certificates.push(certificate.to_vec()),
            Self::Other => {}
        }
        Ok(())
    }
}

fn bags(contents: &[u8]) -> Result<Vec<Bag<'_>>, KeyMaterialError> {
    elements(contents)?.iter().map(bag).collect()
}

fn bag<'a>(bag: &AnyRef<'a>) -> Result<Bag<'a>, KeyMaterialError> {
    let parts_of = |part: &AnyRef<'a>| parts(part.value()).ok_or(KeyMaterialError::DER);
    let found = parts_of(bag)?;
    let [id, value, ..] = &found[..] else { return Err(KeyMaterialError::DER) };
    let inside = AnyRef::from_der(value.value()).map_err(|_| KeyMaterialError::DER)?;
    match id.decode_as::<ObjectIdentifier>().map_err(|_| KeyMaterialError::DER)? {
        KEY_BAG => Ok(Bag::Key(inside)),
        SHROUDED_KEY_BAG => {
            let [algorithm, data] = parts_of(&inside)?.try_into().map_err(|_| KeyMaterialError::DER)?;
            Ok(Bag::Shrouded { encryption: Encryption::of(&algorithm)?, data: octets(&data)? })
        }
        CERTIFICATE_BAG => {
            let found = parts_of(&inside)?;
            let value = found.get(1).ok_or(KeyMaterialError::DER)?.value();
            Ok(Bag::Certificate(octets(&AnyRef::from_der(value).map_err(|_| KeyMaterialError::DER)?)?))
        }
        NESTED_BAG => {
            Err(KeyMaterialError::Unsupported { what: "a PKCS#12 file with boxes inside boxes", instead: EXPORT_AGAIN })
        }
        _ => Ok(Bag::Other),
    }
}

/// Whether anything inside can be decrypted with it: then the password is right, and the file was changed.
fn opens_something(safes: &[Safe<'_>], password: Password<'_>, work: &mut Work) -> bool {
    let locked = safes.iter().flat_map(|safe| match safe {
        Safe::Open(bags) => bags.iter().filter_map(of_shrouded).collect::<Vec<_>>(),
        Safe::Locked { encryption, data } => vec![(encryption, *data)],
    });
    for (encryption, data) in locked {
        if work.spend(encryption.work()).is_err() {
            return false;
        }
        match encryption.decrypt(password, data) {
            Ok(plain) => return children(&plain).is_some(),
            Err(NotDecrypted::Garbled(plain)) if is_begun(&plain) => return true,
            Err(_) => {}
        }
    }
    false
}

fn of_shrouded<'a, 'b>(bag: &'b Bag<'a>) -> Option<(&'b Encryption, &'a [u8])> {
    if let Bag::Shrouded { encryption, data } = bag { Some((encryption, data)) } else { None }
}

/// Whether bytes begin as a key or a list of bags of about their own length. Chance does so once in millions.
pub(super) fn is_begun(plain: &[u8]) -> bool {
    let length = match plain {
        [0x30, short @ 0..=0x7f, 0x02, 0x01, 0x00 | 0x01, ..] => 2 + usize::from(*short),
        [0x30, 0x81, length, 0x02 | 0x30, ..] => 3 + usize::from(*length),
        [0x30, 0x82, high, low, 0x02 | 0x30, ..] => 4 + usize::from(u16::from_be_bytes([*high, *low])),
        _ => return false,
    };
    length <= plain.len() && plain.len() - length <= 16
}

/// MacData: a key from the password, and HMAC with it over the safes.
struct Checksum<'a> {
    hash: ObjectIdentifier,
    digest: &'a [u8],
    salt: &'a [u8],
    iterations: i32,
}

impl<'a> Checksum<'a> {
    fn of(part: &AnyRef<'a>) -> Result<Self, KeyMaterialError> {
        let found = parts(part.value()).ok_or(KeyMaterialError::DER)?;
        let [digest_info, salt, iterations @ ..] = &found[..] else { return Err(KeyMaterialError::DER) };
        let [algorithm, digest] =
            parts(digest_info.value()).and_then(|parts| parts.try_into().ok()).ok_or(KeyMaterialError::DER)?;
        let hash = parts(algorithm.value()).and_then(|parts| parts.first()?.decode_as().ok());
        let hash: ObjectIdentifier = hash.ok_or(KeyMaterialError::DER)?;
        if ![SHA1, SHA224, SHA256, SHA384, SHA512].contains(&hash) {
            return Err(KeyMaterialError::Unsupported {
                what: "a PKCS#12 file with an unusual checksum",
                instead: EXPORT_AGAIN,
            });
        }
        let iterations = iterations.first().map_or(Ok(1), iterations_of)?;
        Ok(Self { hash, digest: octets(&digest)?, salt: octets(salt)?, iterations })
    }

    fn work(&self) -> u64 {
        let is_long = self.hash == SHA384 || self.hash == SHA512;
        work::of_pkcs12(u64::from(self.iterations.unsigned_abs()), if is_long { 2 } else { 1 })
    }

    fn fits(&self, password: Password<'_>, content: &[u8]) -> bool {
        let password = password.utf16();
        let (salt, rounds, kind) = (self.salt, self.iterations, Pkcs12KeyType::Mac);
        let (algorithm, key) = match self.hash {
            SHA1 => (hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, derive_key::<Sha1>(&password, salt, kind, rounds, 20)),
            SHA224 => (hmac::HMAC_SHA224, derive_key::<Sha224>(&password, salt, kind, rounds, 28)),
            SHA256 => (hmac::HMAC_SHA256, derive_key::<Sha256>(&password, salt, kind, rounds, 32)),
            SHA384 => (hmac::HMAC_SHA384, derive_key::<Sha384>(&password, salt, kind, rounds, 48)),
            _ => (hmac::HMAC_SHA512, derive_key::<Sha512>(&password, salt, kind, rounds, 64)),
        };
        let key = Zeroizing::new(key);
        hmac::verify(&hmac::Key::new(algorithm, &key), content, self.digest).is_ok()
    }
}

/// A ContentInfo: what kind, and what is in it.
fn content_of<'a>(info: &AnyRef<'a>) -> Result<(ObjectIdentifier, AnyRef<'a>), KeyMaterialError> {
    let found = parts(info.value()).ok_or(KeyMaterialError::DER)?;
    let [kind, content, ..] = &found[..] else { return Err(KeyMaterialError::DER) };
    let kind = kind.decode_as::<ObjectIdentifier>().map_err(|_| KeyMaterialError::DER)?;
    Ok((kind, AnyRef::from_der(content.value()).map_err(|_| KeyMaterialError::DER)?))
}

/// The elements of a sequence, as many as are sensible.
fn elements(sequence: &[u8]) -> Result<Vec<AnyRef<'_>>, KeyMaterialError> {
    let sequence = AnyRef::from_der(sequence).map_err(|_| KeyMaterialError::DER)?;
    if sequence.tag() != Tag::Sequence {
        return Err(KeyMaterialError::DER);
    }
    let mut reader = SliceReader::new(sequence.value()).map_err(|_| KeyMaterialError::DER)?;
    let mut found = Vec::new();
    while !reader.is_finished() {
        if found.len() == MOST_ELEMENTS {
            return Err(KeyMaterialError::TooCostly);
        }
        found.push(AnyRef::decode(&mut reader).map_err(|_| KeyMaterialError::DER)?);
    }
    Ok(found)
}
