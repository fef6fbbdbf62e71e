//! The bytes of one slot: a header in plain, then the sealed answer. All zeros = empty.
//!
//! Header: `STLD` 4 · version 1 · integration 16 · fencing 8 · generation 8 (0 = a code exchange) · length of what follows 4;
//! numbers are big-endian. The header is bound to what is sealed by the envelope's associated data.

use storm_domain::{GenerationNumber, IntegrationId};
use uuid::Uuid;

const FORMAT: &[u8; 5] = b"STLD\x01";
/// Length of the header.
pub(crate) const HEADER: usize = FORMAT.len() + 16 + 8 + 8 + 4;
/// Length of a slot: the largest answer (1 MiB), its envelope and headers.
pub(crate) const LENGTH: u64 = 1024 * 1024 + 8 * 1024;

/// What an answer belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) integration: IntegrationId,
    pub(crate) fencing: u64,
    pub(crate) generation: Option<GenerationNumber>,
}

/// What a header says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Header {
    Empty,
    Filled(Place, usize),
    Damaged,
}

impl Place {
    /// The record's name in the envelope's context.
    pub(crate) fn record(&self) -> String {
        format!("{}/{}", self.integration, self.generation.map_or(0, |generation| generation.0))
    }

    pub(crate) fn header(&self, length: u32) -> Vec<u8> {
        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(FORMAT);
        header.extend_from_slice(self.integration.0.as_bytes());
        header.extend_from_slice(&self.fencing.to_be_bytes());
        header.extend_from_slice(&self.generation.map_or(0, |generation| generation.0).to_be_bytes());
        header.extend_from_slice(&length.to_be_bytes());
        header
    }
}

impl Header {
    pub(crate) fn read(bytes: &[u8; HEADER]) -> Self {
        if bytes.iter().all(|byte| *byte == 0) {
            return Self::Empty;
        }
        let Some(rest) = bytes.strip_prefix(FORMAT.as_slice()) else { return Self::Damaged };
        let number = |at: usize, length: usize| {
            rest[at..at + length].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
        };
        let Ok(integration) = Uuid::from_slice(&rest[..16]) else { return Self::Damaged };
        let generation = number(24, 8);
        let length = number(32, 4);
        if length > LENGTH - HEADER as u64 {
            return Self::Damaged;
        }
        let place = Place {
            integration: IntegrationId(integration),
            fencing: number(16, 8),
            generation: (generation != 0).then_some(GenerationNumber(generation)),
        };
        usize::try_from(length).map_or(Self::Damaged, |length| Self::Filled(place, length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_place_reads_back(integration: u128, fencing: u64, generation: u64, length in 0..1_000_000_u32) {
            let place = Place {
                integration: IntegrationId(Uuid::from_u128(integration)),
                fencing,
                generation: (generation != 0).then_some(GenerationNumber(generation)),
            };
            let header: [u8; HEADER] = place.header(length).try_into().unwrap();
            prop_assert_eq!(Header::read(&header), Header::Filled(place, length as usize));
        }
    }

    #[test]
    fn an_absurd_length_or_a_foreign_magic_is_damage() {
        let place = Place { integration: IntegrationId(Uuid::nil()), fencing: 1, generation: None };
        assert_eq!(Header::read(&place.header(u32::MAX).try_into().unwrap()), Header::Damaged);
        assert_eq!(Header::read(&[7; HEADER]), Header::Damaged);
        assert_eq!(Header::read(&[0; HEADER]), Header::Empty);
    }
}
