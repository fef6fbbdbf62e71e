//! The list of targets, and what each begins with.

use std::path::Path;
use std::{fs, io};

use crate::{dropped, export, import, pasted, payload, sealed, slots, token_answer};

/// Takes any bytes, and panics when something does not hold that must.
pub struct Target {
    /// As `make fuzz` calls it, and its folder in `seeds`.
    pub name: &'static str,
    run: fn(&[u8]),
    /// Endings of the golden files that it begins with, beside its own seeds.
    golden: &'static [&'static str],
}

/// Every target.
pub const TARGETS: [Target; 12] = [
    Target {
        name: "aws",
        run: dropped::aws,
        golden: &[".csv", ".env", "aws-credentials", "-session", "-profile", "-profiles"],
    },
    Target { name: "import", run: import::read, golden: &[] },
    Target { name: "json_key", run: dropped::json_key, golden: &[".json"] },
    Target {
        name: "kubeconfig",
        run: dropped::kubeconfig,
        golden: &[".yaml", "kube-certificate-ec", "kube-token-flow"],
    },
    Target { name: "landing_slots", run: slots::read, golden: &[] },
    Target { name: "pasted_text", run: pasted::check, golden: &[".pub", "aws-nested"] },
    Target { name: "pem", run: dropped::pem, golden: &[".pem", ".der", ".p8", "openssh"] },
    Target { name: "pkcs12", run: dropped::pkcs12, golden: &[".p12", ".pfx", ".p7m"] },
    Target { name: "sealed_export", run: export::read, golden: &[] },
    Target { name: "sealed_record", run: sealed::open, golden: &[] },
    Target { name: "stored_payload", run: payload::read, golden: &[] },
    Target { name: "token_answer", run: token_answer::read, golden: &[] },
];

impl Target {
    /// The target of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<&'static Self> {
        TARGETS.iter().find(|target| target.name == name)
    }

    /// Holds the target to one input.
    pub fn run(&self, input: &[u8]) {
        (self.run)(input);
    }

    /// Its inputs by name: the golden files of what it reads, and what lies in its folder, among them every input that once
    /// made it fail.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn seeds(&self) -> io::Result<Vec<(String, Vec<u8>)>> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let golden = here.join("../crates/storm-connectors/tests/files");
        let imported = here.join("../crates/storm-import/tests");
        let is_golden = |name: &str| self.golden.iter().any(|ending| name.ends_with(ending));
        let mut seeds = files(&here.join("seeds").join(self.name), |_| true)?;
        seeds.extend(files(&golden.join("good"), is_golden)?);
        seeds.extend(files(&golden.join("hostile"), is_golden)?);
        if self.name == "import" {
            let is_file = |name: &str| !name.ends_with(".expected");
            seeds.extend(files(&imported.join("golden"), is_file)?);
            seeds.extend(files(&imported.join("hostile"), is_file)?);
        }
        Ok(seeds)
    }
}

fn files(folder: &Path, is_wanted: impl Fn(&str) -> bool) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_wanted(&name) {
            found.push((name, fs::read(entry.path())?));
        }
    }
    found.sort();
    Ok(found)
}
