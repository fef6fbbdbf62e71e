//! A change of the master key that is killed: before each call that changes a file, in the vault's folder or the keyring's. The
//! rotation runs in a process of its own; `killed.c` counts its calls and sends the SIGKILL.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use crate::common::keyed::{assert_whole, fill, key_of, sealed_under};
use async_trait::async_trait;
use sqlx::{Connection as _, SqliteConnection};
use storm_crypto::KeyId;
use storm_domain::port::{Keyring, KeyringError};
use storm_secret::{Passphrase, SecretBytes};
use storm_store::{OpenError, PassphraseCost, SqliteVault, VaultFolder, open_vault, open_with_passphrase};
use storm_testkit::{FakeClock, SeededEntropy};

const FOLDER: &str = "STORM_KILLED";
const CONTROL: &str = "STORM_KILLED_CONTROL";
const WHILE: &str = "STORM_KILLED_WHILE";
const PASSPHRASE: &str = "correct horse battery";

/// A keyring that outlives its process: a file for each entry.
struct FolderKeyring(PathBuf);

#[async_trait]
impl Keyring for FolderKeyring {
    fn backend(&self) -> String {
        "Folder".to_owned()
    }

    async fn read(&self, user: &str) -> Result<SecretBytes, KeyringError> {
        fs::read(self.0.join(user)).map(SecretBytes::new).map_err(of_io)
    }

    async fn write(&self, user: &str, secret: &SecretBytes) -> Result<(), KeyringError> {
        fs::write(self.0.join(user), secret.expose()).map_err(of_io) // EXPOSE: a keyring of this test's own.
    }

    async fn remove(&self, user: &str) -> Result<(), KeyringError> {
        match fs::remove_file(self.0.join(user)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(of_io(error)),
            _ => Ok(()),
        }
    }
}

fn of_io(error: io::Error) -> KeyringError {
    if error.kind() == io::ErrorKind::NotFound { KeyringError::NoEntry } else { KeyringError::Failed }
}

/// How the vault's key is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Keyring,
    Passphrase,
    Both,
}

/// A folder with a vault and a keyring in it.
struct Place(PathBuf);

impl Place {
    fn vault(&self) -> VaultFolder {
        VaultFolder::new(self.0.join("data"))
    }

    fn keyring(&self) -> FolderKeyring {
        FolderKeyring(self.0.join("keyring"))
    }

    fn keys(&self) -> Vec<KeyId> {
        let entries = fs::read_dir(self.0.join("keyring")).unwrap();
        entries.map(|entry| key_of(&entry.unwrap().file_name().into_string().unwrap())).collect()
    }

    async fn open(&self, kept: Kept) -> Result<SqliteVault, OpenError> {
        let clock = Arc::new(FakeClock::default());
        match kept {
            Kept::Passphrase => open_with_passphrase(self.vault(), Passphrase::new(PASSPHRASE), clock).await,
            _ => open_vault(self.vault(), Arc::new(self.keyring()), clock, Arc::<SeededEntropy>::default()).await,
        }
    }

    /// The vault's key, and whether a rotation is still under way.
    async fn header(&self) -> (KeyId, bool) {
        let url = format!("sqlite://{}?mode=ro", self.vault().database().display());
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let header = "SELECT key_id, next_key_id IS NOT NULL OR next_passphrase_wrap IS NOT NULL
            OR retired_key_id IS NOT NULL OR retired_traces FROM header";
        let (key, is_under_way): (String, bool) = sqlx::query_as(header).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        (key.parse().unwrap(), is_under_way)
    }

    async fn fill(&self, kept: Kept) {
        fs::create_dir_all(self.0.join("keyring")).unwrap();
        let vault = self.open(Kept::Keyring).await.unwrap();
        fill(&vault).await;
        if kept != Kept::Keyring {
            vault.put_passphrase(Passphrase::new(PASSPHRASE), PassphraseCost::LEAST).await.unwrap();
        }
        if kept == Kept::Passphrase {
            vault.take_key_from_keyring(&self.keyring()).await.unwrap();
        }
        vault.close().await;
    }

    /// Opens what a kill left, and asserts that it is whole; says whether the change was finished or withdrawn.
    async fn outcome(&self, kept: Kept, old: KeyId, when: &str) -> &'static str {
        let vault = self.open(kept).await.unwrap_or_else(|error| panic!("{when}: {error:?}"));
        assert_whole(&vault).await;
        vault.close().await;
        let (key, is_under_way) = self.header().await;
        assert!(!is_under_way, "half, {when}");
        let expected = if kept == Kept::Passphrase { Vec::new() } else { vec![key] };
        assert_eq!(self.keys(), expected, "{when}");
        if key == old {
            return "withdrawn";
        }
        assert_eq!(sealed_under(&self.0, old), [] as [PathBuf; 0], "{when}");
        assert!(self.vault().last_good_backup().await.is_some(), "{when}");
        "finished"
    }

    /// Another folder with the same in it.
    fn copy_to(&self, to: PathBuf) -> Self {
        copy(&self.0, &to);
        Self(to)
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// What the process is killed in.
#[derive(Debug, Clone, Copy)]
enum Work {
    /// The change of the key, from where the vault is closed.
    Turning,
    /// The opening after a change that was killed itself.
    Opening,
}

/// The process that is killed.
fn be_killed(kept: Kept) -> bool {
    let (Some(folder), Some(control)) = (std::env::var_os(FOLDER), std::env::var_os(CONTROL)) else { return false };
    let control = File::options().read(true).write(true).open(control).unwrap();
    let place = Place(folder.into());
    let mut end = [0; 8];
    control.read_exact_at(&mut end, 16).unwrap();
    runtime().block_on(async {
        if std::env::var_os(WHILE).is_some_and(|work| work == "Opening") {
            control.write_all_at(&end, 0).unwrap();
            return place.open(kept).await.unwrap().close().await;
        }
        let vault = place.open(kept).await.unwrap();
        let passphrase = (kept != Kept::Keyring).then(|| Passphrase::new(PASSPHRASE));
        let rotation = vault.prepare_key_rotation(passphrase, PassphraseCost::LEAST).await.unwrap();
        vault.close().await;
        control.write_all_at(&end, 0).unwrap();
        let (vault, outcome) = rotation.run(&place.keyring(), &FakeClock::default()).await.unwrap();
        outcome.unwrap();
        control.write_all_at(&[0; 8], 0).unwrap();
        vault.close().await;
    });
    true
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Does the work in a process that ends before the call of this number; returns how many calls there were.
fn work_until(end: u64, work: Work, library: &Path, place: &Place, name: &str) -> (u64, bool) {
    let control = place.0.with_extension("control");
    fs::write(&control, [[0; 8], [0; 8], end.to_ne_bytes()].concat()).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("key_rotation_killed::{name}"), "--nocapture", "--test-threads=1"])
        .env("LD_PRELOAD", library)
        .envs([(FOLDER, &place.0), (CONTROL, &control)])
        .env(WHILE, format!("{work:?}"))
        .output()
        .unwrap();
    let said = || format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let is_killed = output.status.signal() == Some(9);
    assert!(is_killed || output.status.success(), "before call {end}: {}", said());
    let calls = fs::read(&control).unwrap()[8..16].try_into().unwrap();
    (u64::from_ne_bytes(calls), is_killed)
}

fn library_in(folder: &Path) -> PathBuf {
    let library = folder.join("killed.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vault/killed.c");
    let built = Command::new("cc").args(["-O2", "-shared", "-fPIC", "-o"]).arg(&library).arg(source).status().unwrap();
    assert!(built.success());
    library
}

/// Kills the rotation of a vault before the first of its calls and every `stride` calls from there, and opens what is left.
fn killed_everywhere(kept: Kept, first: u64, stride: usize, name: &str) {
    if be_killed(kept) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let library = library_in(directory.path());
    let runtime = runtime();
    let whole = Place(directory.path().join("whole"));
    runtime.block_on(whole.fill(kept));
    let (old, _) = runtime.block_on(whole.header());

    let all = whole.copy_to(directory.path().join("all"));
    let (calls, is_killed) = work_until(u64::MAX, Work::Turning, &library, &all, name);
    assert!(!is_killed && calls > 50, "only {calls} calls were counted");
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    for end in (first..=calls).step_by(stride) {
        let place = whole.copy_to(directory.path().join(format!("until-{end}")));
        let (_, is_killed) = work_until(end, Work::Turning, &library, &place, name);
        assert!(is_killed, "call {end} of {calls} never came");
        let outcome = runtime.block_on(place.outcome(kept, old, &format!("before call {end}")));
        *outcomes.entry(outcome).or_default() += 1;
        fs::remove_dir_all(&place.0).unwrap();
    }
    println!("{kept:?}: killed before {calls} calls, from {first} by {stride}: {outcomes:?}");
    assert_eq!(outcomes.len(), 2, "{outcomes:?}");
}

#[test]
fn a_change_of_the_key_in_the_keyring_that_is_killed_before_any_odd_write_is_finished_or_withdrawn() {
    let name = "a_change_of_the_key_in_the_keyring_that_is_killed_before_any_odd_write_is_finished_or_withdrawn";
    killed_everywhere(Kept::Keyring, 1, 2, name);
}

#[test]
fn a_change_of_the_key_in_the_keyring_that_is_killed_before_any_even_write_is_finished_or_withdrawn() {
    let name = "a_change_of_the_key_in_the_keyring_that_is_killed_before_any_even_write_is_finished_or_withdrawn";
    killed_everywhere(Kept::Keyring, 2, 2, name);
}

#[test]
fn a_change_of_the_key_under_a_passphrase_that_is_killed_is_finished_or_withdrawn() {
    let name = "a_change_of_the_key_under_a_passphrase_that_is_killed_is_finished_or_withdrawn";
    killed_everywhere(Kept::Passphrase, 1, 7, name);
}

#[test]
fn a_change_of_a_key_that_is_kept_in_both_ways_and_killed_is_finished_or_withdrawn() {
    let name = "a_change_of_a_key_that_is_kept_in_both_ways_and_killed_is_finished_or_withdrawn";
    killed_everywhere(Kept::Both, 1, 7, name);
}

#[test]
fn an_opening_that_is_killed_while_it_finishes_a_change_is_made_up_for_by_the_next() {
    let (kept, name) =
        (Kept::Keyring, "an_opening_that_is_killed_while_it_finishes_a_change_is_made_up_for_by_the_next");
    if be_killed(kept) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let library = library_in(directory.path());
    let runtime = runtime();
    let whole = Place(directory.path().join("whole"));
    runtime.block_on(whole.fill(kept));
    let (old, _) = runtime.block_on(whole.header());
    let all = whole.copy_to(directory.path().join("all"));
    let (calls, _) = work_until(u64::MAX, Work::Turning, &library, &all, name);
    let mut openings = 0;
    for end in (4..calls).step_by(usize::try_from(calls / 7).unwrap()) {
        let left = whole.copy_to(directory.path().join(format!("until-{end}")));
        assert!(work_until(end, Work::Turning, &library, &left, name).1);
        let all = left.copy_to(directory.path().join(format!("until-{end}-all")));
        let (in_opening, _) = work_until(u64::MAX, Work::Opening, &library, &all, name);
        for again in (1..in_opening).step_by(11) {
            let place = left.copy_to(directory.path().join(format!("until-{end}-{again}")));
            let (_, is_killed) = work_until(again, Work::Opening, &library, &place, name);
            assert!(is_killed, "call {again} of {in_opening} never came");
            runtime.block_on(place.outcome(kept, old, &format!("before call {end}, then {again}")));
            fs::remove_dir_all(&place.0).unwrap();
            openings += 1;
        }
    }
    println!("killed in {openings} openings after a change that was killed itself");
    assert!(openings > 20, "only {openings}");
}
