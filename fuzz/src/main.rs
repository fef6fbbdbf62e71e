//! One program for every target; the environment variable `STORM_FUZZ` names the one to run.
//!
//! A target gets any bytes and panics when something does not hold that must. `scripts/fuzz.sh` builds it, makes the first
//! inputs, and runs one after the other.

#![no_main]

mod dropped;
mod pasted;
mod sealed;
mod slots;
mod token_answer;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

type Target = fn(&[u8]);

const TARGETS: [(&str, Target); 9] = [
    ("json_key", |data| dropped::read(data, "key.json", None)),
    ("pem", |data| dropped::read(data, "key.pem", Some("practice"))),
    ("pkcs12", |data| dropped::read(data, "key.p12", Some("practice"))),
    ("aws", |data| dropped::read(data, "credentials", None)),
    ("kubeconfig", |data| dropped::read(data, "config", None)),
    ("pasted_text", pasted::check),
    ("token_answer", token_answer::read),
    ("landing_slots", slots::read),
    ("sealed_record", sealed::open),
];

static CHOSEN: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("STORM_FUZZ").unwrap_or_default();
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("STORM_FUZZ must name one of {:?}", TARGETS.map(|(name, _)| name))).1
});

/// Stands in the first inputs where a secret would; no message may repeat it.
const PLANTED: &str = "PLANTEDSECRET";

fuzz_target!(|data: &[u8]| CHOSEN(data));
