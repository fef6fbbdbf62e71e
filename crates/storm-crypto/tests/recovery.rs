//! The recovery code: read back as it was printed, slips of the pen told, one vault each.
#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use proptest::prelude::*;
use storm_crypto::{MasterKey, RecoveryCodeError, RecoveryError, RecoveryKey};
use storm_secret::RecoveryCode;

const VAULT: [u8; 16] = [7; 16];

fn printed(key: &RecoveryKey) -> String {
    // EXPOSE: compared in a test.
    key.code().expose().to_owned()
}

fn read(text: &str) -> Result<RecoveryKey, RecoveryCodeError> {
    RecoveryKey::of_code(&RecoveryCode::new(text))
}

#[test]
fn a_code_is_eight_groups_of_four_and_reads_back_however_it_is_typed() {
    let key = RecoveryKey::make().unwrap();
    let code = printed(&key);
    assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4; 8], "{code}");
    let loose = code.replace('-', " ").to_lowercase().replace('0', "o").replace('1', "l");
    for typed in [code.clone(), code.replace('-', ""), format!(" {loose}\n")] {
        assert!(read(&typed).unwrap().is_same(&key), "{typed:?}");
    }
    assert!(!RecoveryKey::make().unwrap().is_same(&key));
    assert_eq!(format!("{key:?}"), "RecoveryKey(redacted)");
}

#[test]
fn what_is_wrong_with_a_code_is_told() {
    let code = printed(&RecoveryKey::make().unwrap());
    assert_eq!(read(&code[..code.len() - 1]).unwrap_err(), RecoveryCodeError::Length { found: 31 });
    assert_eq!(read("").unwrap_err(), RecoveryCodeError::Length { found: 0 });
    let foreign: String = code.char_indices().map(|(at, c)| if at == 6 { 'U' } else { c }).collect();
    assert_eq!(read(&foreign).unwrap_err(), RecoveryCodeError::Character { group: 2 });
}

proptest! {
    #[test]
    fn one_wrong_character_is_always_noticed(at in 0_usize..32, other in 0_usize..31) {
        const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let code = printed(&RecoveryKey::make().unwrap()).replace('-', "");
        let value = ALPHABET.iter().position(|known| *known == code.as_bytes()[at]).unwrap();
        let wrong = char::from(ALPHABET[(value + 1 + other) % 32]);
        let typed: String = code.chars().enumerate().map(|(index, c)| if index == at { wrong } else { c }).collect();
        prop_assert_eq!(read(&typed).unwrap_err(), RecoveryCodeError::Mistyped);
    }

    #[test]
    fn no_text_whatever_makes_it_panic(text in ".{0,60}") {
        prop_assert!(read(&text).is_err());
    }
}

#[test]
fn a_wrap_opens_with_its_code_for_its_vault_and_otherwise_not() {
    let (key, recovery) = (MasterKey::make().unwrap(), RecoveryKey::make().unwrap());
    let wrap = key.wrap_for_recovery(&recovery, VAULT).unwrap();
    assert!(MasterKey::unwrap_with_recovery(&wrap, &recovery, VAULT).unwrap().is_same(&key));
    let other = RecoveryKey::make().unwrap();
    assert_eq!(MasterKey::unwrap_with_recovery(&wrap, &other, VAULT).unwrap_err(), RecoveryError::WrongCode);
    assert_eq!(MasterKey::unwrap_with_recovery(&wrap, &recovery, [8; 16]).unwrap_err(), RecoveryError::WrongCode);
    for at in 0..wrap.len() {
        let mut damaged = wrap.clone();
        damaged[at] ^= 1;
        assert!(MasterKey::unwrap_with_recovery(&damaged, &recovery, VAULT).is_err(), "byte {at}");
    }
    assert_eq!(MasterKey::unwrap_with_recovery(&[], &recovery, VAULT).unwrap_err(), RecoveryError::UnknownFormat);
}
