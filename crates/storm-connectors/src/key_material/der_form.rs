//! What a DER document is, seen from its outermost parts alone: nothing here recurses, so that depth costs nothing.

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode as _, Reader as _, SliceReader, Tag, Tagged as _};

use super::KeyMaterialError;

/// PKCS#7 `data`, in which a PKCS#12 file holds its contents.
const PKCS7_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const PKCS7_SIGNED: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");

/// The documents that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Pkcs12,
    Pkcs8,
    Pkcs1,
    Sec1,
    EncryptedPkcs8,
    Certificate,
    PublicKey,
    /// Certificates in PKCS#7.
    Bundle,
    /// Any other PKCS#7 or CMS message.
    Message,
    Other,
}

/// The parts of a sequence, at most eight of them; None = it is no sequence, or its parts are damaged.
pub(super) fn children(der: &[u8]) -> Option<Vec<AnyRef<'_>>> {
    let sequence = AnyRef::from_der(der).ok()?;
    (sequence.tag() == Tag::Sequence).then(|| parts(sequence.value()))?
}

/// At most eight elements that stand one after the other.
pub(super) fn parts(bytes: &[u8]) -> Option<Vec<AnyRef<'_>>> {
    const MOST: usize = 8;
    let mut reader = SliceReader::new(bytes).ok()?;
    let mut found = Vec::new();
    while !reader.is_finished() && found.len() < MOST {
        found.push(AnyRef::decode(&mut reader).ok()?);
    }
    Some(found)
}

/// Tells what a document is.
///
/// # Errors
/// When it is cut off, or not written in DER at all.
pub(super) fn form(bytes: &[u8]) -> Result<Form, KeyMaterialError> {
    check_length(bytes)?;
    let parts = children(bytes).ok_or(KeyMaterialError::DER)?;
    let tags: Vec<Tag> = parts.iter().map(|part| part.tag()).collect();
    let first_id = parts.first().and_then(|part| part.decode_as::<ObjectIdentifier>().ok());
    let number = parts.first().filter(|part| part.tag() == Tag::Integer).map(|part| part.value());
    Ok(match (&tags[..], number) {
        ([Tag::Integer, Tag::Sequence, ..], Some([3])) if is_content(&parts[1]) => Form::Pkcs12,
        ([Tag::Integer, Tag::Sequence, Tag::OctetString, ..], _) => Form::Pkcs8,
        ([Tag::Integer, Tag::Integer, Tag::Integer, ..], _) => Form::Pkcs1,
        ([Tag::Integer, Tag::Integer], _) | ([Tag::Sequence, Tag::BitString], _) => Form::PublicKey,
        ([Tag::Integer, Tag::OctetString, ..], Some([1])) => Form::Sec1,
        ([Tag::Sequence, Tag::OctetString], _) => Form::EncryptedPkcs8,
        ([Tag::Sequence, Tag::Sequence, Tag::BitString], _) => Form::Certificate,
        ([Tag::ObjectIdentifier, ..], _) if first_id == Some(PKCS7_SIGNED) => Form::Bundle,
        ([Tag::ObjectIdentifier, _], _) => Form::Message,
        _ => Form::Other,
    })
}

fn is_content(part: &AnyRef<'_>) -> bool {
    let id = parts(part.value()).and_then(|parts| parts.first()?.decode_as::<ObjectIdentifier>().ok());
    id.is_some_and(|id| id == PKCS7_DATA || id == PKCS7_SIGNED)
}

/// The length that the outermost element claims, against the bytes that are there.
fn check_length(bytes: &[u8]) -> Result<(), KeyMaterialError> {
    let (length, header) = match bytes {
        [_, 0x80, ..] => {
            return Err(KeyMaterialError::Unsupported {
                what: "a file in BER with indefinite lengths",
                instead: "Export it again with openssl or the service itself.",
            });
        }
        [_, short @ 0..=0x7f, ..] => (usize::from(*short), 2),
        [_, long @ 0x81..=0x84, rest @ ..] => {
            let count = usize::from(long - 0x80);
            let digits = rest.get(..count).ok_or(KeyMaterialError::Truncated)?;
            (digits.iter().fold(0, |sum: usize, byte| (sum << 8) | usize::from(*byte)), 2 + count)
        }
        [_, _, ..] => return Err(KeyMaterialError::DER),
        _ => return Err(KeyMaterialError::Truncated),
    };
    match (bytes.len() - header).cmp(&length) {
        std::cmp::Ordering::Less => Err(KeyMaterialError::Truncated),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(KeyMaterialError::Damaged { what: "something follows after its end" }),
    }
}
