//! What lies inside an envelope: any bytes are read or refused, the first secret is found where the format has it, and what
//! was read is written and read again without a loss.

use storm_domain::Credential;
use storm_secret::SecretBytes;
use storm_store::fuzzing::{read_answer, read_credential, write_answer, write_credential};

use crate::limit;

pub fn read(data: &[u8]) {
    let payload = SecretBytes::new(data);
    if let Ok(credential) = limit::within(|| read_credential(&payload)) {
        assert_eq!(main_secret(&credential), first_secret(data), "a secret was lost");
        let written = write_credential(&credential).expect("what was read can be written");
        let again = write_credential(&read_credential(&written).expect("what was written can be read"));
        // EXPOSE: compared with itself.
        assert!(again.is_ok_and(|again| again.expose() == written.expose()), "a credential changed");
    }
    if let Ok(answer) = limit::within(|| read_answer(&payload)) {
        // EXPOSE: compared with the bytes that it was read from.
        assert_eq!(Some(answer.body.expose()), first_secret(data), "an answer was lost");
        let written = write_answer(&answer).expect("what was read can be written");
        let again = read_answer(&written).expect("what was written can be read");
        // EXPOSE: compared with what was read first.
        assert_eq!(again.body.expose(), answer.body.expose(), "an answer changed");
        assert_eq!(again.status, answer.status);
        // EXPOSE: as above.
        let [one, other] = [&again, &answer].map(|answer| answer.dpop_key.as_ref().map(|key| key.expose()));
        assert_eq!(one, other, "the key of an answer changed");
    }
}

/// What the credential is of no use without.
fn main_secret(credential: &Credential) -> Option<&[u8]> {
    // EXPOSE: compared with the bytes that it was read from.
    let secret = match credential {
        Credential::ApiKey(credential) => Some(credential.key.expose()),
        Credential::OAuthGrant(grant) => grant.refresh_token.as_ref().map(|token| token.expose()),
        Credential::ServiceAccountKey(key) => Some(key.private_key.expose()),
        _ => panic!("a kind of credential that this target does not know"),
    };
    secret.map(str::as_bytes)
}

/// Behind version, length of the head and head: its length, all ones for an absent one, and its bytes.
fn first_secret(payload: &[u8]) -> Option<&[u8]> {
    let (head, rest) = payload.get(1..)?.split_first_chunk()?;
    let (length, secret) = rest.get(u32::from_be_bytes(*head) as usize..)?.split_first_chunk()?;
    secret.get(..u32::from_be_bytes(*length) as usize)
}
