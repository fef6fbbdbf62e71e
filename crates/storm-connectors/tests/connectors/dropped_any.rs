//! Any bytes, and any good file with something changed: a reason or key material, quickly, and nothing of the file in the reason.

use std::sync::LazyLock;

use proptest::prelude::*;
use storm_connectors::{DroppedFile, KeyMaterialError, group_dropped, read_dropped, read_key_material};
use storm_secret::Passphrase;

use crate::golden::{Golden, NOW, good, longest, timed};

/// What a reason must not contain: runs of sixteen letters and digits of the file, as a key's text has.
fn shows_something(error: &KeyMaterialError, bytes: &[u8]) -> bool {
    const RUN: usize = 16;
    let said = format!("{error} {error:?}");
    let is_key_text = |window: &[u8]| window.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte));
    let windows = bytes.windows(RUN).filter(|window| is_key_text(window));
    windows.filter_map(|window| std::str::from_utf8(window).ok()).any(|window| said.contains(window))
}

/// All but those that are made to take long.
static LIGHT: LazyLock<Vec<Golden>> = LazyLock::new(|| {
    good().into_iter().filter(|golden| !golden.file.contains("heavy") && !golden.file.contains("100000")).collect()
});

fn check(golden: &Golden, bytes: &[u8]) -> Result<(), TestCaseError> {
    let (read, time) = timed(|| golden.read_as(bytes));
    prop_assert!(time < longest(), "{} took {time:?}", golden.file);
    if let Err(error) = read {
        prop_assert!(!shows_something(&error, bytes), "{}: {error}", golden.file);
        prop_assert!(error.to_string().ends_with('.'), "{error}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_give_key_material_or_a_reason(bytes in prop::collection::vec(any::<u8>(), 0..3000), name in ".{0,40}") {
        let file = DroppedFile { bytes: &bytes, name: &name };
        prop_assert!(read_key_material(file, Some(&Passphrase::new("practice")), NOW).is_err());
        prop_assert!(read_dropped(&[file, file], None, NOW).is_err());
        prop_assert!(group_dropped(&[file, file, file]).concat().len() == 3);
    }

    #[test]
    fn any_der_gives_key_material_or_a_reason(head in prop::sample::select(vec![0x02u8, 0x04, 0x06, 0x30]), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let inner = [&[head, bytes.len() as u8][..], &bytes].concat();
        let whole = [&[0x30, 0x82, 0, inner.len() as u8][..], &inner].concat();
        let read = read_key_material(DroppedFile { bytes: &whole, name: "x" }, None, NOW);
        prop_assert!(read.is_err());
    }

    #[test]
    fn a_good_file_with_a_byte_changed(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let golden = which.get(&LIGHT);
        let mut bytes = golden.bytes.clone();
        *at.get_mut(&mut bytes) = byte;
        check(golden, &bytes)?;
    }

    #[test]
    fn a_good_file_that_is_cut(which in any::<prop::sample::Index>(), from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
        let golden = which.get(&LIGHT);
        let (from, to) = (from.index(golden.bytes.len()), to.index(golden.bytes.len()));
        let kept = [&golden.bytes[..from.min(to)], &golden.bytes[from.max(to)..]].concat();
        check(golden, &kept)?;
        check(golden, &golden.bytes[..to])?;
    }

    #[test]
    fn two_good_files_run_together(one in any::<prop::sample::Index>(), other in any::<prop::sample::Index>()) {
        let (one, other) = (one.get(&LIGHT), other.get(&LIGHT));
        check(one, &[&one.bytes[..], &other.bytes].concat())?;
    }

    #[test]
    fn a_wrong_password_is_never_taken_for_a_damaged_file(which in any::<prop::sample::Index>(), password in "[ -~]{1,20}") {
        let locked: Vec<&Golden> = LIGHT.iter().filter(|golden| golden.password.is_some()).collect();
        let golden = which.get(&locked);
        prop_assume!(golden.password.as_ref() != Some(&password));
        let file = DroppedFile { bytes: &golden.bytes, name: &golden.name };
        let error = read_key_material(file, Some(&Passphrase::new(password)), NOW).unwrap_err();
        prop_assert_eq!(error, KeyMaterialError::WrongPassword, "{}", golden.file);
    }

    #[test]
    fn a_kubeconfig_of_any_shape(text in "(apiVersion: v1\n)?(users:|clusters: \\[\\]|  - |name: a|user:|token: x{0,20}|\\{|\\[|&a|\\*a|\n| ){0,20}") {
        let text = format!("apiVersion: v1\n{text}");
        if let Err(error) = read_key_material(DroppedFile { bytes: text.as_bytes(), name: "config" }, None, NOW) {
            prop_assert!(error.to_string().ends_with('.'));
        }
    }
}
