//! How a raw answer is written before it is sealed.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use storm_domain::{RawTokenAnswer, Timestamp, VaultError};
use storm_secret::{PrivateKey, SecretBytes};

use crate::payload;

/// The largest body that fits into a slot, in bytes.
const LARGEST_BODY: usize = 1024 * 1024;
/// A longer `Content-Type`, or one that is not printable ASCII, must not keep an answer from fitting.
const LONGEST_CONTENT_TYPE: usize = 1024;

#[derive(Serialize, Deserialize)]
struct Head {
    status: u16,
    content_type: Option<String>,
    retry_after: Option<Duration>,
    server_time: Option<Timestamp>,
    received_at: Timestamp,
}

pub(crate) fn encode_answer(answer: &RawTokenAnswer) -> Result<SecretBytes, VaultError> {
    if answer.body.len() > LARGEST_BODY {
        return Err(VaultError::TooLarge);
    }
    let head = Head {
        status: answer.status,
        content_type: answer.content_type.as_deref().map(shortened),
        retry_after: answer.retry_after,
        server_time: answer.server_time,
        received_at: answer.received_at,
    };
    // EXPOSE: to be sealed.
    let body = Some(answer.body.expose());
    match &answer.dpop_key {
        // EXPOSE: to be sealed.
        Some(key) => payload::encode(&head, &[body, Some(key.expose().as_bytes())]),
        None => payload::encode(&head, &[body]),
    }
}

fn shortened(content_type: &str) -> String {
    content_type.chars().filter(|c| matches!(c, ' '..='~')).take(LONGEST_CONTENT_TYPE).collect()
}

pub(crate) fn decode_answer(payload: &SecretBytes) -> Result<RawTokenAnswer, VaultError> {
    let (head, [body, dpop_key]) = payload::decode_grown::<Head, 2>(payload, 1)?;
    Ok(RawTokenAnswer {
        status: head.status,
        content_type: head.content_type,
        retry_after: head.retry_after,
        server_time: head.server_time,
        received_at: head.received_at,
        body: body.ok_or(VaultError::Damaged)?,
        dpop_key: payload::optional_text(dpop_key)?.map(PrivateKey::new),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_lands_with_the_key_that_its_tokens_are_bound_to() {
        let answer = |dpop_key: Option<&str>| RawTokenAnswer {
            status: 200,
            content_type: None,
            retry_after: None,
            server_time: None,
            received_at: Timestamp(1),
            body: SecretBytes::new(*b"{}"),
            dpop_key: dpop_key.map(PrivateKey::new),
        };
        let landed = |dpop_key| decode_answer(&encode_answer(&answer(dpop_key)).unwrap()).unwrap();
        assert_eq!(landed(Some("key")).dpop_key.unwrap().expose(), "key");
        assert!(landed(None).dpop_key.is_none());
        assert_eq!(landed(Some("key")).body.expose(), b"{}");
    }
}
