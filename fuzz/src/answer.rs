//! A token answer as the network brings it.

use storm_domain::{RawTokenAnswer, Timestamp};
use storm_secret::SecretBytes;

pub(crate) fn answer(status: u16, content_type: Option<&str>, body: &[u8]) -> RawTokenAnswer {
    RawTokenAnswer {
        status,
        content_type: content_type.map(str::to_owned),
        retry_after: None,
        server_time: None,
        received_at: Timestamp(1_796_083_200_000),
        body: SecretBytes::new(body),
        dpop_key: None,
    }
}
