//! A sealed file: opened by its passphrase until its end, changed nowhere, and each refusal told from the others.
//! At the least cost that is ever accepted.
#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use storm_crypto::{OpenFileError, PassphraseCost, SealedFile, SealedFileHead};
use storm_secret::{Passphrase, SecretBytes};

const HEAD: SealedFileHead = SealedFileHead { id: [9; 16], made_at: 1_000, ends_at: 2_000 };
const CONTENT: &[u8] = b"what is in it";
/// Where each part begins: magic, version, id, made, ends, wrap (format, cost, salt, nonce, key, tag), envelope, check.
const VERSION_AT: usize = 8;
const ID_AT: usize = 9;
const MADE_AT: usize = 25;
const ENDS_AT: usize = 33;
const WRAP_AT: usize = 41;
const COST_AT: usize = WRAP_AT + 5;
const SALT_AT: usize = COST_AT + 12;
const ENVELOPE_AT: usize = WRAP_AT + 93;
const CHECK: usize = 32;

fn right() -> Passphrase {
    Passphrase::new("correct horse battery")
}

fn sealed() -> Vec<u8> {
    SealedFile::seal(&right(), PassphraseCost::LEAST, HEAD, &SecretBytes::new(CONTENT)).unwrap()
}

fn open(file: &[u8], passphrase: &Passphrase, now: i64) -> Result<Vec<u8>, OpenFileError> {
    // EXPOSE: compared in a test.
    SealedFile::read(file)?.open(passphrase, now).map(|content| content.expose().to_vec())
}

/// A change that its author also made the check good for.
fn forged(file: &[u8], at: usize, change: &[u8]) -> Vec<u8> {
    let mut forged = file[..file.len() - CHECK].to_vec();
    forged[at..at + change.len()].copy_from_slice(change);
    let check = Sha256::digest(&forged);
    forged.extend_from_slice(&check);
    forged
}

#[test]
fn it_opens_with_its_passphrase_up_to_its_last_moment_and_says_when_it_has_ended() {
    let file = sealed();
    assert_eq!(SealedFile::read(&file).unwrap().head(), HEAD);
    assert_eq!(open(&file, &right(), 2_000).unwrap(), CONTENT);
    assert_eq!(open(&file, &right(), 2_001), Err(OpenFileError::Ended { at: 2_000 }));
    assert_eq!(open(&file, &Passphrase::new("correct house battery"), 1_500), Err(OpenFileError::WrongPassphrase));
}

#[test]
fn two_files_of_one_content_and_passphrase_share_nothing_but_their_head() {
    let (one, other) = (sealed(), sealed());
    assert_eq!(one[..SALT_AT], other[..SALT_AT]);
    assert_ne!(one[SALT_AT..], other[SALT_AT..]);
    assert!(!one.windows(CONTENT.len()).any(|part| part == CONTENT));
}

#[test]
fn a_byte_that_was_changed_anywhere_is_noticed_before_the_passphrase_is_tried() {
    let file = sealed();
    for at in 0..file.len() {
        let mut damaged = file.clone();
        damaged[at] ^= 1;
        // The version becomes 0, which was never written.
        let expected = if at < VERSION_AT { OpenFileError::NotSealed } else { OpenFileError::Damaged };
        assert_eq!(SealedFile::read(&damaged).map(|_| ()), Err(expected), "byte {at}");
    }
}

#[test]
fn a_file_that_was_cut_or_grew_is_damaged_and_an_empty_one_is_none() {
    let file = sealed();
    for length in VERSION_AT..file.len() {
        assert_eq!(SealedFile::read(&file[..length]).map(|_| ()), Err(OpenFileError::Damaged), "{length} bytes");
    }
    for length in 0..VERSION_AT {
        assert_eq!(SealedFile::read(&file[..length]).map(|_| ()), Err(OpenFileError::NotSealed), "{length} bytes");
    }
    let mut grown = file;
    grown.push(0);
    assert_eq!(SealedFile::read(&grown).map(|_| ()), Err(OpenFileError::Damaged));
}

#[test]
fn a_later_version_is_said_even_where_nothing_else_of_it_is_understood() {
    let file = sealed();
    let mut newer = file.clone();
    newer[VERSION_AT] = 2;
    assert_eq!(SealedFile::read(&newer).map(|_| ()), Err(OpenFileError::NewerVersion));
    assert_eq!(SealedFile::read(&newer[..VERSION_AT + 1]).map(|_| ()), Err(OpenFileError::NewerVersion));
}

#[test]
fn a_later_end_or_an_earlier_making_that_somebody_wrote_into_it_does_not_open_it() {
    let file = sealed();
    for (at, change) in [(ENDS_AT, 9_000_i64), (ENDS_AT, 2_001), (MADE_AT, 0)] {
        let forged = forged(&file, at, &change.to_be_bytes());
        assert_eq!(open(&forged, &right(), 1_500), Err(OpenFileError::Damaged), "{change} at {at}");
    }
    let ended = forged(&file, ENDS_AT, &9_000_i64.to_be_bytes());
    assert_eq!(open(&ended, &right(), 5_000), Err(OpenFileError::Damaged), "after its real end");
}

#[test]
fn what_was_changed_on_purpose_does_not_open_in_any_part_of_it() {
    let file = sealed();
    let flipped = |at: usize| forged(&file, at, &[file[at] ^ 1]);
    // The wrap cannot tell a change of its own from another passphrase; all else is known to be damage.
    for at in [ID_AT, SALT_AT, SALT_AT + 16, SALT_AT + 28, ENVELOPE_AT - 1] {
        assert_eq!(open(&flipped(at), &right(), 1_500), Err(OpenFileError::WrongPassphrase), "byte {at}");
    }
    let end = file.len() - CHECK;
    for at in [WRAP_AT, ENVELOPE_AT, ENVELOPE_AT + 5, ENVELOPE_AT + 9, ENVELOPE_AT + 41, ENVELOPE_AT + 53, end - 1] {
        assert_eq!(open(&flipped(at), &right(), 1_500), Err(OpenFileError::Damaged), "byte {at}");
    }
}

#[test]
fn the_parts_of_two_files_under_one_passphrase_do_not_go_together() {
    let file = sealed();
    let other = SealedFile::seal(
        &right(),
        PassphraseCost::LEAST,
        SealedFileHead { ends_at: 9_000, ..HEAD },
        &SecretBytes::new(CONTENT),
    )
    .unwrap();
    let end = file.len() - CHECK;
    assert_eq!(open(&forged(&file, ENVELOPE_AT, &other[ENVELOPE_AT..end]), &right(), 1), Err(OpenFileError::Damaged));
    assert_eq!(open(&forged(&file, 0, &other[..ENVELOPE_AT]), &right(), 1), Err(OpenFileError::Damaged));
}

#[test]
fn a_file_that_asks_for_too_much_or_too_little_is_refused_before_any_memory_is_taken() {
    let file = sealed();
    for (at, parameter) in [(0, u32::MAX), (0, 1024 * 1024 + 1), (0, 1024), (4, 0), (4, 11), (8, 0), (8, 17)] {
        let greedy = forged(&file, COST_AT + at, &parameter.to_be_bytes());
        assert_eq!(open(&greedy, &right(), 1_500), Err(OpenFileError::CostOutOfBounds), "{parameter} at {at}");
    }
}

proptest! {
    #[test]
    fn no_bytes_whatever_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(SealedFile::read(&[&b"STRMFILE"[..], &bytes].concat()).is_err());
        let _ = SealedFile::read(&bytes);
    }
}
