//! Where a sealed value belongs.
//!
//! INVARIANT: an envelope opens only in the place it was sealed for. The parts are written with their lengths, so that no two
//! places have the same bytes.

use crate::KeyId;

/// The place of a sealed value; the associated data of its envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordContext<'a> {
    /// The vault's UUID.
    pub vault: [u8; 16],
    /// Which table; also the purpose that the subkey is derived for.
    pub table: &'a str,
    /// Which record of the table.
    pub record: &'a str,
    /// Which field of the record.
    pub field: &'a str,
    /// Which generation of the value; 0 where there is only one.
    pub generation: u64,
}

impl RecordContext<'_> {
    /// The associated data: every part with its length (8 bytes, big-endian) in front.
    pub(crate) fn associated_data(&self, format: &[u8], key_id: KeyId) -> Vec<u8> {
        let generation = self.generation.to_be_bytes();
        let parts: [&[u8]; 7] = [
            format,
            &self.vault,
            self.table.as_bytes(),
            self.record.as_bytes(),
            self.field.as_bytes(),
            &generation,
            key_id.as_bytes(),
        ];
        let mut aad = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
        for part in parts {
            aad.extend_from_slice(&(part.len() as u64).to_be_bytes());
            aad.extend_from_slice(part);
        }
        aad
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MasterKey;

    #[test]
    fn parts_that_read_the_same_in_a_row_are_still_told_apart() {
        let key_id = MasterKey::make().unwrap().id();
        let first = RecordContext { vault: [0; 16], table: "ab", record: "c", field: "", generation: 0 };
        let second = RecordContext { table: "a", record: "bc", ..first };
        assert_ne!(first.associated_data(b"1", key_id), second.associated_data(b"1", key_id));
    }
}
