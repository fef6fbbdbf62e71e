//! How a value with secrets is written before it is sealed.
//!
//! A JSON head without any secret, and then the secrets as they are, each with its length in front. The secrets never pass
//! through a serializer, whose buffers nobody wipes. Format 1: version 1 byte, head length 4, head, and for each secret its
//! length 4 (all ones = absent) and its bytes; numbers are big-endian.

use serde::Serialize;
use serde::de::DeserializeOwned;
use storm_domain::VaultError;
use storm_secret::SecretBytes;

const VERSION: u8 = 1;
const ABSENT: u32 = u32::MAX;

/// Writes a head and its secrets into a buffer of its final size, so that no copy stays behind.
pub(crate) fn encode(head: &impl Serialize, secrets: &[Option<&[u8]>]) -> Result<SecretBytes, VaultError> {
    let head = serde_json::to_vec(head).map_err(|_| VaultError::Damaged)?;
    let secrets_length: usize = secrets.iter().map(|secret| 4 + secret.map_or(0, <[u8]>::len)).sum();
    let mut bytes = Vec::with_capacity(1 + 4 + head.len() + secrets_length);
    bytes.push(VERSION);
    bytes.extend_from_slice(&length_of(&head)?);
    bytes.extend_from_slice(&head);
    for secret in secrets {
        match secret {
            Some(secret) => {
                bytes.extend_from_slice(&length_of(secret)?);
                bytes.extend_from_slice(secret);
            }
            None => bytes.extend_from_slice(&ABSENT.to_be_bytes()),
        }
    }
    Ok(SecretBytes::new(bytes))
}

fn length_of(bytes: &[u8]) -> Result<[u8; 4], VaultError> {
    u32::try_from(bytes.len()).ok().filter(|length| *length != ABSENT).map(u32::to_be_bytes).ok_or(VaultError::TooLarge)
}

/// Reads what [`encode`] wrote: the head, and exactly `N` secrets.
pub(crate) fn decode<H: DeserializeOwned, const N: usize>(
    payload: &SecretBytes,
) -> Result<(H, [Option<SecretBytes>; N]), VaultError> {
    decode_grown(payload, N)
}

/// Reads what [`encode`] wrote when a record of this kind held `least` secrets or more, up to today's `N`. Those that it did not
/// hold yet are absent.
pub(crate) fn decode_grown<H: DeserializeOwned, const N: usize>(
    payload: &SecretBytes,
    least: usize,
) -> Result<(H, [Option<SecretBytes>; N]), VaultError> {
    // EXPOSE: taken apart into the typed secrets.
    let mut rest = payload.expose();
    let head = take_head(&mut rest)?;
    let mut secrets = [const { None }; N];
    for (index, secret) in secrets.iter_mut().enumerate() {
        if rest.is_empty() && index >= least {
            break;
        }
        if let Some(length) = take_length(&mut rest)? {
            *secret = Some(SecretBytes::new(take(&mut rest, length)?));
        }
    }
    if rest.is_empty() { Ok((head, secrets)) } else { Err(VaultError::Damaged) }
}

/// Reads what [`encode`] wrote: the head, and all secrets, however many there are.
pub(crate) fn decode_all<H: DeserializeOwned>(
    payload: &SecretBytes,
) -> Result<(H, Vec<Option<SecretBytes>>), VaultError> {
    // EXPOSE: taken apart into the typed secrets.
    let mut rest = payload.expose();
    let head = take_head(&mut rest)?;
    let mut secrets = Vec::new();
    while !rest.is_empty() {
        let length = take_length(&mut rest)?;
        secrets.push(length.map(|length| take(&mut rest, length).map(SecretBytes::new)).transpose()?);
    }
    Ok((head, secrets))
}

fn take_head<H: DeserializeOwned>(rest: &mut &[u8]) -> Result<H, VaultError> {
    if take(rest, 1)? != [VERSION] {
        return Err(VaultError::NewerSchema);
    }
    let head_length = take_length(rest)?.ok_or(VaultError::Damaged)?;
    serde_json::from_slice(take(rest, head_length)?).map_err(|_| VaultError::Damaged)
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], VaultError> {
    let (taken, left) = rest.split_at_checked(length).ok_or(VaultError::Damaged)?;
    *rest = left;
    Ok(taken)
}

fn take_length(rest: &mut &[u8]) -> Result<Option<usize>, VaultError> {
    let bytes: [u8; 4] = take(rest, 4)?.try_into().map_err(|_| VaultError::Damaged)?;
    let length = u32::from_be_bytes(bytes);
    Ok((length != ABSENT).then_some(length as usize))
}

/// A secret that must be there and must be text.
pub(crate) fn text(secret: Option<SecretBytes>) -> Result<String, VaultError> {
    optional_text(secret)?.ok_or(VaultError::Damaged)
}

/// A secret that must be text if it is there.
pub(crate) fn optional_text(secret: Option<SecretBytes>) -> Result<Option<String>, VaultError> {
    // EXPOSE: moved into the typed secret that the caller makes of it.
    let text = |secret: SecretBytes| String::from_utf8(secret.expose().to_vec()).map_err(|_| VaultError::Damaged);
    secret.map(text).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_head_and_secrets_come_back(head in ".{0,40}", secret in prop::collection::vec(any::<u8>(), 0..200)) {
            let payload = encode(&head, &[Some(&secret), None]).unwrap();
            let (read, [first, second]) = decode::<String, 2>(&payload).unwrap();
            prop_assert_eq!(read, head);
            prop_assert_eq!(first.unwrap().expose().to_vec(), secret);
            prop_assert!(second.is_none());
        }

        #[test]
        fn no_bytes_whatever_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = decode::<serde_json::Value, 2>(&SecretBytes::new(bytes));
        }
    }

    #[test]
    fn a_record_from_before_it_grew_opens_and_one_that_lost_a_secret_does_not() {
        let earlier = encode(&"head", &[Some(b"first"), None]).unwrap();
        let (_, [first, second, later]) = decode_grown::<String, 3>(&earlier, 2).unwrap();
        assert_eq!(first.unwrap().expose(), b"first");
        assert!(second.is_none() && later.is_none());
        assert_eq!(decode_grown::<String, 4>(&earlier, 3).unwrap_err(), VaultError::Damaged);
        assert_eq!(decode_grown::<String, 1>(&earlier, 1).unwrap_err(), VaultError::Damaged);
    }

    #[test]
    fn something_left_over_is_damage() {
        let payload = encode(&"head", &[None, None]).unwrap();
        assert_eq!(decode::<String, 1>(&payload).unwrap_err(), VaultError::Damaged);
    }
}
