//! Every target in the ordinary tests: its seeds, every input that once made it fail, and a few changes of each.
#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::collections::BTreeSet;
use std::fs;

use storm_fuzz::{TARGETS, Target};

/// Beyond this a changed file costs more than it tells: keys are derived again for each.
const LONGEST_CHANGED: usize = 1024;
const CHANGES: u64 = 8;

macro_rules! holds {
    ($($target:ident),*) => {
        $(#[test]
        fn $target() {
            hold(stringify!($target));
        })*

        #[test]
        fn every_target_is_tested_and_has_seeds_of_its_own() {
            let tested = BTreeSet::from([$(stringify!($target).to_owned()),*]);
            assert_eq!(tested, TARGETS.iter().map(|target| target.name.to_owned()).collect());
            let folders = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/seeds")).unwrap();
            let folders: BTreeSet<_> = folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            assert_eq!(tested, folders);
        }
    };
}

holds!(
    aws,
    import,
    json_key,
    kubeconfig,
    landing_slots,
    pasted_text,
    pem,
    pkcs12,
    sealed_export,
    sealed_record,
    stored_payload,
    token_answer
);

fn hold(name: &str) {
    let target = Target::of_name(name).unwrap();
    let seeds = target.seeds().unwrap();
    assert!(!seeds.is_empty());
    for (seed, bytes) in &seeds {
        println!("{seed}"); // the last one is what it failed at
        target.run(bytes);
        if bytes.len() <= LONGEST_CHANGED {
            (0..CHANGES).for_each(|number| target.run(&changed(bytes, number)));
        }
    }
}

/// The same bytes with one of them changed, and every other time an end cut off. The same in every run.
fn changed(bytes: &[u8], number: u64) -> Vec<u8> {
    let mut random = number;
    let mut next = |below: usize| {
        // SplitMix64 (Steele, Lea and Flood 2014).
        random = random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (random ^ random >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ mixed >> 31) % below.max(1) as u64).unwrap()
    };
    let mut changed = bytes.to_vec();
    let at = next(bytes.len());
    if let Some(byte) = changed.get_mut(at) {
        *byte ^= 1 << next(8);
    }
    if number % 2 == 1 {
        changed.truncate(next(bytes.len()));
    }
    changed
}
