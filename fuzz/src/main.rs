//! The targets under libFuzzer: `STORM_FUZZ` names the one to run, `STORM_FUZZ_SEEDS` the folder that its first inputs go to.
//! `scripts/fuzz.sh` builds it with what libFuzzer is guided by.

#![no_main]
#![allow(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "libFuzzer leaves only the environment to tell it something"
)]

use std::sync::LazyLock;
use std::{env, fs};

use libfuzzer_sys::fuzz_target;
use storm_fuzz::Target;

static CHOSEN: LazyLock<&Target> = LazyLock::new(|| {
    let name = env::var("STORM_FUZZ").unwrap_or_default();
    Target::of_name(&name).expect("STORM_FUZZ must name a target")
});

fuzz_target!(init: write_seeds(), |data: &[u8]| CHOSEN.run(data));

fn write_seeds() {
    let Some(folder) = env::var_os("STORM_FUZZ_SEEDS") else { return };
    for (name, bytes) in CHOSEN.seeds().expect("the seeds can be read") {
        fs::write(std::path::Path::new(&folder).join(name), bytes).expect("the folder can be written");
    }
}
