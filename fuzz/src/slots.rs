//! Landing slots: whatever lies in their file, the vault reads it, gives out only what it sealed itself, and goes on working.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use storm_domain::port::Vault as _;
use storm_store::{SqliteVault, VaultFolder, open_vault};
use storm_testkit::{FakeClock, FakeKeyring, SeededEntropy};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

struct House {
    runtime: Runtime,
    vault: SqliteVault,
    slots: PathBuf,
    _folder: TempDir,
}

static HOUSE: LazyLock<House> = LazyLock::new(|| {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("data");
    let opening = open_vault(
        VaultFolder::new(path.clone()),
        Arc::new(FakeKeyring::default()),
        Arc::new(FakeClock::default()),
        Arc::new(SeededEntropy::default()),
    );
    let vault = runtime.block_on(opening).expect("an empty vault opens");
    House { runtime, vault, slots: path.join("landing").join("slots"), _folder: folder }
});

pub fn read(data: &[u8]) {
    let House { runtime, vault, slots, .. } = &*HOUSE;
    // As a crash or a hostile hand leaves it: shorter than a slot, or longer than all of them.
    std::fs::write(slots, data).expect("the file can be written");
    for landed in [runtime.block_on(vault.landed()), runtime.block_on(vault.overtaken())] {
        assert!(landed.is_ok_and(|landed| landed.is_empty()), "an answer that nobody sealed");
    }
    assert!(runtime.block_on(vault.integrations()).is_ok());
}
