//! A disk that fails when the test says so. The test's body runs in a process of its own, and `bad_disk.c` stands between
//! that process and the files below one folder: everything above it is the real thing.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::io::Errno;

const DISK: &str = "STORM_BAD_DISK";
const CONTROL: &str = "STORM_BAD_DISK_CONTROL";

/// The folder whose files fail, and the switch for it.
pub struct BadDisk {
    pub folder: PathBuf,
    control: File,
}

/// Runs `body` where its disk can be made to fail. `name` = the path of the test without its crate.
pub fn on_a_bad_disk<F: Future<Output = ()>>(name: &str, body: impl FnOnce(BadDisk) -> F) {
    if let (Some(folder), Some(control)) = (std::env::var_os(DISK), std::env::var_os(CONTROL)) {
        let control = OpenOptions::new().read(true).write(true).open(control).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        return runtime.block_on(body(BadDisk { folder: folder.into(), control }));
    }
    let place = tempfile::tempdir().unwrap();
    let (library, disk, control) =
        (place.path().join("bad_disk.so"), place.path().join("disk"), place.path().join("control"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/host/bad_disk.c");
    let built = Command::new("cc").args(["-O2", "-shared", "-fPIC", "-o"]).arg(&library).arg(source).status().unwrap();
    assert!(built.success());
    std::fs::create_dir(&disk).unwrap();
    std::fs::write(&control, [0; 24]).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env("LD_PRELOAD", library)
        .envs([(DISK, disk), (CONTROL, control)])
        .output()
        .unwrap();
    let (said, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains(" 1 passed"), "{said}\n{log}");
}

impl BadDisk {
    /// From now on everything that would change a file fails.
    pub fn fail(&self, with: Errno) {
        self.set(1, 0);
        self.set(0, u64::from(with.raw_os_error().unsigned_abs()));
    }

    /// From now on every sync fails, and everything else works.
    pub fn fail_syncs(&self, with: Errno) {
        self.set(1, 1);
        self.set(0, u64::from(with.raw_os_error().unsigned_abs()));
    }

    /// Nothing fails any more. How many calls have failed so far.
    pub fn mend(&self) -> u64 {
        self.set(0, 0);
        let mut failed = [0; 8];
        self.control.read_exact_at(&mut failed, 16).unwrap();
        u64::from_ne_bytes(failed)
    }

    fn set(&self, word: u64, value: u64) {
        self.control.write_all_at(&value.to_ne_bytes(), word * 8).unwrap();
    }
}
