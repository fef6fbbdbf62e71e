//! Sealed records: what was changed in any place never opens, and what is no envelope at all is refused.
//!
//! They are those of format 1 that storm-crypto keeps for ever, so that an input means the same in every run.

use std::sync::LazyLock;

use storm_crypto::{MasterKey, RecordContext, RecoveryKey};
use storm_secret::{Passphrase, RecoveryCode, SecretBytes};

use crate::limit;

const VAULT: [u8; 16] = [7; 16];
const CONTEXT: RecordContext<'_> =
    RecordContext { vault: VAULT, table: "generation", record: "a", field: "credential", generation: 3 };
const KEYRING_LINE: &str = "v1.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const ENVELOPE: &str = "5354524d01f6a8d78d6465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f80818283\
    c8c9cacbcccdcecfd0d1d2d39dd97dc8f2763674b716f369e0662c40cd387f10507775493e4c02572552aa47f0b628ee3396d04bc558";
const RECOVERY_CODE: &str = "208H-44RM-2MB1-E60S-38DH-R78Y-3Z47-B6JV";
const RECOVERY_WRAP: &str = "5354525201404142434445464748494a4b4c4d4e4fc8c9cacbcccdcecfd0d1d2d3\
    e304be6fc852eecf58657ec1a0adebb935c2894ba62b9ad2cd9d6496791440987c9c718a8ac1a8dc962cbdea9890d2a9";
/// Longer ones may ask for a derivation, whose cost is bounded but would make this slow.
const PASSPHRASE_WRAP_START: usize = 32;

struct Sealed {
    key: MasterKey,
    envelope: Vec<u8>,
    recovery: RecoveryKey,
    wrap: Vec<u8>,
}

static SEALED: LazyLock<Sealed> = LazyLock::new(|| Sealed {
    key: MasterKey::of_keyring_line(&SecretBytes::new(KEYRING_LINE)).expect("it is a key"),
    envelope: bytes(ENVELOPE),
    recovery: RecoveryKey::of_code(&RecoveryCode::new(RECOVERY_CODE)).expect("it is a code"),
    wrap: bytes(RECOVERY_WRAP),
});

/// Taken as an envelope and everything else that is read at an opening, and as changes of good ones.
pub fn open(data: &[u8]) {
    let Sealed { key, envelope, recovery, wrap } = &*SEALED;
    let opens = |envelope: &[u8]| limit::within(|| key.open(&CONTEXT, envelope)).is_ok();
    assert_eq!(opens(data), data == envelope, "nobody else has the key");
    let altered = changed(envelope, data);
    assert_eq!(opens(&altered), altered == *envelope, "a changed record opened");
    let elsewhere = RecordContext { generation: 4, ..CONTEXT };
    assert!(key.open(&elsewhere, envelope).is_err(), "it belongs to one place");

    let altered = changed(wrap, data);
    let unwrapped = MasterKey::unwrap_with_recovery(&altered, recovery, VAULT);
    assert_eq!(unwrapped.is_ok(), altered == *wrap, "a changed wrap opened");
    assert!(MasterKey::unwrap_with_recovery(wrap, recovery, [8; 16]).is_err(), "it belongs to one vault");
    if data.len() < PASSPHRASE_WRAP_START {
        assert!(MasterKey::unwrap(data, &Passphrase::new("practice"), VAULT).is_err());
    }

    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(read) = RecoveryKey::of_code(&RecoveryCode::new(text))
    {
        let again = RecoveryKey::of_code(&read.code());
        assert!(again.is_ok_and(|again| again.is_same(&read)), "a recovery code changed");
    }
    if let Ok(read) = MasterKey::of_keyring_line(&SecretBytes::new(data)) {
        let again = MasterKey::of_keyring_line(&read.keyring_line());
        assert!(again.is_ok_and(|again| again.is_same(&read)), "a keyring line changed");
    }
}

/// Pairs of a place and what is added to the byte there; a byte that is left over says where to cut.
fn changed(sealed: &[u8], changes: &[u8]) -> Vec<u8> {
    let mut changed = sealed.to_vec();
    let (pairs, left_over) = changes.as_chunks::<2>();
    for [place, added] in pairs {
        let place = usize::from(*place) % changed.len();
        changed[place] = changed[place].wrapping_add(*added);
    }
    if let [cut] = left_over {
        changed.truncate(usize::from(*cut));
    }
    changed
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("it is hex")).collect()
}
