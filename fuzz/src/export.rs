//! Sealed exports: whatever a file says of itself is read or refused before anything is derived for it, and what lies inside one
//! is read and written again without a loss.
//!
//! Deliberately absent: deriving its key, which costs 64 MiB and a moment for each input. The tests of storm-crypto change a
//! sealed file in every part.

use sha2::{Digest as _, Sha256};
use storm_domain::{ExportFileError, Timestamp};
use storm_secret::SecretBytes;
use storm_store::fuzzing::{read_export_content, write_export_content};
use storm_store::{is_export, read_export_term};

use crate::limit;

const NOW: Timestamp = Timestamp(1_796_083_200_000);
const FRONT: &[u8] = b"STRMFILE\x01";

/// Taken as a file, as what follows the front of one whose check is right, and as what an opened one holds.
pub fn read(data: &[u8]) {
    look(data);
    let mut front = [FRONT, data].concat();
    assert!(is_export(&front), "it begins as one");
    let check = Sha256::digest(&front);
    front.extend_from_slice(&check);
    look(&front);

    let content = SecretBytes::new(data);
    if let Ok(export) = limit::within(|| read_export_content(&content)) {
        let written = write_export_content(&export).expect("what was read can be written");
        let again = read_export_content(&written).and_then(|again| write_export_content(&again));
        // EXPOSE: compared with itself.
        assert!(again.is_ok_and(|again| again.expose() == written.expose()), "an export changed");
    }
}

fn look(file: &[u8]) {
    match limit::within(|| read_export_term(file, NOW)) {
        Ok(term) => assert!(!term.is_over(NOW), "it has ended"),
        Err(ExportFileError::Ended { at }) => assert!(at < NOW, "it has not ended"),
        Err(_) => {}
    }
}
