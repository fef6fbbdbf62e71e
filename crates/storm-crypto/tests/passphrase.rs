//! The passphrase wrap, at the least cost that is ever accepted.

use storm_crypto::{MasterKey, PassphraseCost, UnwrapError};
use storm_secret::Passphrase;

const VAULT: [u8; 16] = [7; 16];

#[test]
fn the_right_passphrase_opens_and_a_wrong_one_is_told_apart() {
    let key = MasterKey::make().unwrap();
    let wrap = key.wrap(&Passphrase::new("correct horse"), VAULT, PassphraseCost::LEAST).unwrap();
    assert!(MasterKey::unwrap(&wrap, &Passphrase::new("correct horse"), VAULT).unwrap().is_same(&key));
    let refusal = |passphrase: &str, vault| MasterKey::unwrap(&wrap, &Passphrase::new(passphrase), vault).unwrap_err();
    assert_eq!(refusal("correct house", VAULT), UnwrapError::WrongPassphrase);
    assert_eq!(refusal("correct horse", [8; 16]), UnwrapError::WrongPassphrase);
}

#[test]
fn a_stored_cost_out_of_bounds_is_refused_before_any_memory_is_taken() {
    let key = MasterKey::make().unwrap();
    let wrap = key.wrap(&Passphrase::new("correct horse"), VAULT, PassphraseCost::LEAST).unwrap();
    for (at, parameter) in [(5, u32::MAX), (5, 1024), (9, 0), (9, 11), (13, 0), (13, 17)] {
        let mut changed = wrap.clone();
        changed[at..at + 4].copy_from_slice(&parameter.to_be_bytes());
        let refusal = MasterKey::unwrap(&changed, &Passphrase::new("correct horse"), VAULT).unwrap_err();
        assert_eq!(refusal, UnwrapError::CostOutOfBounds, "{parameter} at {at}");
    }
    let refusal = MasterKey::unwrap(&wrap[1..], &Passphrase::new("correct horse"), VAULT).unwrap_err();
    assert_eq!(refusal, UnwrapError::UnknownFormat);
}

#[test]
fn costs_are_bounded() {
    assert_eq!(PassphraseCost::bounded(256 * 1024, 3, 4), Some(PassphraseCost::STANDARD));
    assert_eq!(PassphraseCost::bounded(64 * 1024, 1, 1), Some(PassphraseCost::LEAST));
    for (memory_kib, passes, lanes) in [(64 * 1024 - 1, 1, 1), (1024 * 1024 + 1, 1, 1), (65_536, 0, 1), (65_536, 1, 17)]
    {
        assert_eq!(PassphraseCost::bounded(memory_kib, passes, lanes), None);
    }
}
