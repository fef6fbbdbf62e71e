//! One of each released format, made by an independent implementation. They open for ever: a failure here means that
//! somebody's vault does not open any more.
#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use storm_crypto::{MasterKey, RecordContext, RecoveryKey};
use storm_secret::{Passphrase, RecoveryCode, SecretBytes};

const KEYRING_LINE: &str = "v1.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const ENVELOPE_1: &str = "5354524d01f6a8d78d\
    6465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f80818283\
    c8c9cacbcccdcecfd0d1d2d3\
    9dd97dc8f2763674b716f369e0662c40cd387f10507775493e4c02572552aa47f0b628ee3396d04bc558";
const PASSPHRASE_WRAP_1: &str = "5354525701000100000000000100000001\
    000102030405060708090a0b0c0d0e0f\
    c8c9cacbcccdcecfd0d1d2d3\
    d2e261556abafbb9742ef38588df634e7d99a9b514fe3824524414da6b800ddc89ef765a3d62f3f8e3f8d567431737fa";
const RECOVERY_CODE_1: &str = "208H-44RM-2MB1-E60S-38DH-R78Y-3Z47-B6JV";
const RECOVERY_WRAP_1: &str = "5354525201\
    404142434445464748494a4b4c4d4e4f\
    c8c9cacbcccdcecfd0d1d2d3\
    e304be6fc852eecf58657ec1a0adebb935c2894ba62b9ad2cd9d6496791440987c9c718a8ac1a8dc962cbdea9890d2a9";

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn key() -> MasterKey {
    MasterKey::of_keyring_line(&SecretBytes::new(KEYRING_LINE)).unwrap()
}

#[test]
fn the_key_id_and_keyring_line_of_format_1_stay_as_they_are() {
    assert_eq!(key().id().to_string(), "f6a8d78d");
    assert_eq!(key().keyring_line().expose(), KEYRING_LINE.as_bytes());
}

#[test]
fn an_envelope_of_format_1_opens() {
    let context =
        RecordContext { vault: [7; 16], table: "generation", record: "a", field: "credential", generation: 3 };
    assert_eq!(key().open(&context, &bytes(ENVELOPE_1)).unwrap().expose(), b"a value sealed in format 1");
}

#[test]
fn a_passphrase_wrap_of_format_1_opens() {
    let unwrapped = MasterKey::unwrap(&bytes(PASSPHRASE_WRAP_1), &Passphrase::new("correct horse"), [7; 16]).unwrap();
    assert!(unwrapped.is_same(&key()));
}

#[test]
fn a_recovery_wrap_of_format_1_opens() {
    let recovery = RecoveryKey::of_code(&RecoveryCode::new(RECOVERY_CODE_1)).unwrap();
    let unwrapped = MasterKey::unwrap_with_recovery(&bytes(RECOVERY_WRAP_1), &recovery, [7; 16]).unwrap();
    assert!(unwrapped.is_same(&key()));
}
