//! What an envelope promises, for any value, any place and any change.

use proptest::prelude::*;
use storm_crypto::{MasterKey, OpenError, RecordContext};
use storm_secret::SecretBytes;

const HERE: RecordContext<'static> =
    RecordContext { vault: [7; 16], table: "generation", record: "a", field: "credential", generation: 3 };

fn opened(key: &MasterKey, context: &RecordContext<'_>, envelope: &[u8]) -> Result<Vec<u8>, OpenError> {
    key.open(context, envelope).map(|plaintext| plaintext.expose().to_vec())
}

#[test]
fn the_same_value_is_never_sealed_to_the_same_bytes() {
    let key = MasterKey::make().unwrap();
    let value = SecretBytes::new(*b"value");
    assert_ne!(key.seal(&HERE, &value).unwrap(), key.seal(&HERE, &value).unwrap());
}

#[test]
fn another_place_does_not_open() {
    let key = MasterKey::make().unwrap();
    let envelope = key.seal(&HERE, &SecretBytes::new(*b"value")).unwrap();
    let elsewhere = [
        RecordContext { vault: [8; 16], ..HERE },
        RecordContext { table: "registration", ..HERE },
        RecordContext { record: "b", ..HERE },
        RecordContext { field: "summary", ..HERE },
        RecordContext { generation: 2, ..HERE },
    ];
    for place in elsewhere {
        assert_eq!(opened(&key, &place, &envelope), Err(OpenError::Damaged), "{place:?}");
    }
    assert_eq!(opened(&key, &HERE, &envelope).unwrap(), b"value");
}

#[test]
fn a_wrong_key_a_damaged_envelope_and_an_unknown_format_are_told_apart() {
    let key = MasterKey::make().unwrap();
    let mut envelope = key.seal(&HERE, &SecretBytes::new(*b"value")).unwrap();
    assert_eq!(opened(&MasterKey::make().unwrap(), &HERE, &envelope), Err(OpenError::WrongKeyId));
    let last = envelope.len() - 1;
    envelope[last] ^= 1;
    assert_eq!(opened(&key, &HERE, &envelope), Err(OpenError::Damaged));
    envelope[4] = 2; // the version
    assert_eq!(opened(&key, &HERE, &envelope), Err(OpenError::UnknownFormat));
    assert_eq!(opened(&key, &HERE, b""), Err(OpenError::UnknownFormat));
}

proptest! {
    #[test]
    fn any_value_comes_back(value in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let key = MasterKey::make().unwrap();
        let envelope = key.seal(&HERE, &SecretBytes::new(value.clone())).unwrap();
        prop_assert_eq!(envelope.len(), value.len() + MasterKey::ENVELOPE_OVERHEAD);
        prop_assert_eq!(opened(&key, &HERE, &envelope).unwrap(), value);
    }

    #[test]
    fn any_changed_bit_is_noticed(at in any::<prop::sample::Index>(), bit in 0..8_u32) {
        let key = MasterKey::make().unwrap();
        let mut envelope = key.seal(&HERE, &SecretBytes::new(*b"a value of some length")).unwrap();
        let at = at.index(envelope.len());
        envelope[at] ^= 1 << bit;
        prop_assert!(opened(&key, &HERE, &envelope).is_err());
    }

    #[test]
    fn any_cut_is_noticed(length in any::<prop::sample::Index>()) {
        let key = MasterKey::make().unwrap();
        let envelope = key.seal(&HERE, &SecretBytes::new(*b"a value of some length")).unwrap();
        prop_assert!(opened(&key, &HERE, &envelope[..length.index(envelope.len())]).is_err());
    }
}
