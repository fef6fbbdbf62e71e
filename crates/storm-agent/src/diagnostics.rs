//! A report for whoever helps: this process, its system, its vault and its engine, and what went wrong by code.
//!
//! INVARIANT: [`Report`] has no room for a secret, a person, a host or a path of anybody's own.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use storm_broker::host::BindError;
use storm_domain::{ErrorCode, Failure, Timestamp};
use storm_engine::diagnostics::{Report, Section, Value, Version, Word};
use storm_engine::view::{KeyProblem, LogCheckView, ProtectionView, VaultNotice, VaultView};
use storm_store::VaultFolder;

use crate::host::{Host, Listening, Standing};

/// What a shell around the host knows besides, such as a window. It is asked anew for each report, on a thread that may wait.
pub trait Surroundings: Send + Sync {
    /// Its facts.
    fn sections(&self) -> Vec<Section>;
}

/// What became of another host that had the socket when this one started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum OtherHost {
    #[default]
    NotMet,
    HandedOver,
    KeptItsVault,
    NotAnswered,
}

/// Failures that were told to the window and to other tools in this run, by their code.
#[derive(Debug, Default)]
pub(crate) struct ToldFailures(Mutex<HashMap<ErrorCode, (u64, Timestamp)>>);

impl ToldFailures {
    fn note(&self, code: ErrorCode, at: Timestamp) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, last) = told.entry(code).or_insert((0, at));
        (*count, *last) = (*count + 1, at);
    }

    /// What was told last first.
    fn section(&self) -> Section {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut told: Vec<_> = told.iter().collect();
        told.sort_by_key(|(_, (_, last))| std::cmp::Reverse(*last));
        told.into_iter().fold(Section::new("Failures told in this run"), |section, (code, (count, last))| {
            section.with([Word::Code(*code), Word::Nothing, Word::Nothing], Value::Tally(*count, *last))
        })
    }
}

impl Host {
    /// Has the shell's own facts in every report from now on; the first shell that says so stays.
    pub fn surround(&self, surroundings: Arc<dyn Surroundings>) {
        let _ = self.surroundings.set(surroundings); // a host has one shell
    }

    /// Notes that a failure was told, for the next report.
    pub fn note_failure(&self, failure: &Failure) {
        self.told.note(failure.code, self.clock.now());
    }

    /// What is known now.
    pub async fn diagnostics(&self) -> Report {
        let mut sections = vec![self.program(), system()];
        if let Some(surroundings) = self.surroundings.get().cloned() {
            let asked = tokio::task::spawn_blocking(move || surroundings.sections());
            sections.extend(asked.await.unwrap_or_default()); // a report without them is better than none
        }
        sections.push(self.vault());
        sections.push(self.told.section());
        if let Ok(engine) = self.engine() {
            sections.extend(engine.diagnostics().await.unwrap_or_else(|failure| vec![unread(&failure)]));
        }
        Report { made_at: self.clock.now(), sections }
    }

    fn program(&self) -> Section {
        let listening = match &*self.listening.borrow() {
            Listening::NotYet => "not yet",
            Listening::Yes => "yes",
            Listening::No(error) if matches!(**error, BindError::AlreadyServed(_)) => "no, another host does",
            Listening::No(_) => "no",
        };
        let other = match *self.other_host.lock().unwrap_or_else(PoisonError::into_inner) {
            OtherHost::NotMet => "not met",
            OtherHost::HandedOver => "handed its vault over",
            OtherHost::KeptItsVault => "kept its vault",
            OtherHost::NotAnswered => "did not answer",
        };
        Section::new("Program")
            .with("version", Version::of(&self.version))
            .with("build", if cfg!(debug_assertions) { "debug" } else { "release" })
            .with("host", if self.has_window { "window" } else { "agent" })
            .with("other tools can ask", listening)
            .with("another host at start", other)
    }

    fn vault(&self) -> Section {
        let view = self.view();
        let (state, problem) = state_of(&view.vault);
        let mut section = Section::new("Vault").with("state", state);
        if let Some(problem) = problem {
            section.add("keyring problem", Word::Problem(problem));
        }
        if let VaultView::Failed { failure } = &view.vault {
            section.add("failure", Word::Code(failure.code));
        }
        section.add("keyring", keyring_name(&self.keyring.backend()));
        if let Some(ProtectionView { keyring, keyring_lost, passphrase, recovery_code, .. }) = view.protection {
            section.add("opens by keyring", keyring);
            section.add("keyring lost it", keyring_lost);
            section.add("opens by passphrase", passphrase);
            section.add("opens by recovery code", recovery_code);
        }
        for way in view.ways_out {
            section.add("way out", Word::Way(way));
        }
        let is_put_back = view.notices.iter().any(|notice| matches!(notice, VaultNotice::Restored { .. }));
        section.add("put back from a copy", is_put_back);
        if let Standing::Open(vault) = &*self.standing.borrow() {
            section.add("activity log", state_of_log(&vault.care.log_check()));
        }
        add_files(section, &self.folder)
    }
}

fn unread(failure: &Failure) -> Section {
    Section::new("Integrations").with("not read", Word::Code(failure.code))
}

fn state_of(vault: &VaultView) -> (&'static str, Option<KeyProblem>) {
    match vault {
        VaultView::Opening => ("opening", None),
        VaultView::Unlocked { .. } => ("open", None),
        VaultView::KeyringLocked { prompt_open: true, .. } => ("keyring locked, its prompt is open", None),
        VaultView::KeyringLocked { .. } => ("keyring locked", None),
        VaultView::NoKeyring { problem, .. } => ("no keyring", Some(*problem)),
        VaultView::PassphraseNeeded => ("passphrase needed", None),
        VaultView::KeyMissing { problem, .. } => ("key missing", Some(*problem)),
        VaultView::Failed { .. } => ("failed", None),
    }
}

fn state_of_log(check: &LogCheckView) -> &'static str {
    match check {
        LogCheckView::Checking => "being checked",
        LogCheckView::Intact { .. } => "intact",
        LogCheckView::Broken { .. } => "changed outside of the program",
        LogCheckView::NotChecked { .. } => "could not be checked",
    }
}

/// A keyring is named by whoever runs it; only names that are known are repeated.
fn keyring_name(backend: &str) -> &'static str {
    const KNOWN: [&str; 6] =
        ["GNOME Keyring", "KWallet", "KeePassXC", "Secret Service", "Keychain", "Credential Manager"];
    KNOWN.into_iter().find(|known| *known == backend).unwrap_or("another")
}

fn add_files(section: Section, folder: &VaultFolder) -> Section {
    let backups: Vec<_> = std::fs::read_dir(folder.backups())
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|file| file.metadata().ok())
        .collect();
    let newest = backups.iter().filter_map(|file| file.modified().ok()?.duration_since(UNIX_EPOCH).ok()).max();
    let newest = newest.and_then(|age| i64::try_from(age.as_millis()).ok()).map(Timestamp);
    section
        .with("data folder", place_of(folder.path()))
        .with("on a network file system", folder.network_file_system().is_some())
        .with("database", size_of(&folder.database()))
        .with("write-ahead log", size_of(&folder.database().with_extension("db-wal")))
        .with("copies", backups.len())
        .with("newest copy", newest)
}

fn size_of(file: &Path) -> Value {
    std::fs::metadata(file).map_or_else(|_| "not there".into(), |file| Value::Bytes(file.len()))
}

/// Where the data lies, as far as that names nobody: a folder of somebody's own choice may be called anything.
fn place_of(folder: &Path) -> &'static str {
    const USUAL: [&str; 3] = [
        "~/.local/share/storm-connect",
        "~/Library/Application Support/storm-connect",
        "~/AppData/Roaming/storm-connect",
    ];
    let home = directories::BaseDirs::new().map(|folders| folders.home_dir().to_owned());
    let Some(below) = home.and_then(|home| folder.strip_prefix(home).ok().map(Path::to_owned)) else {
        return "outside of the home folder";
    };
    let is_it = |usual: &&str| Path::new("~").join(&below) == Path::new(usual);
    USUAL.into_iter().find(is_it).unwrap_or("elsewhere in the home folder")
}

fn system() -> Section {
    let section = Section::new("System").with("system", std::env::consts::OS).with("processor", std::env::consts::ARCH);
    if cfg!(target_os = "linux") {
        let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
        let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        return section
            .with("distribution", distribution(&release))
            .with("its version", entry(&release, "VERSION_ID").and_then(Version::of))
            .with("kernel", Version::of(&kernel));
    }
    let version = std::fs::read_to_string("/System/Library/CoreServices/SystemVersion.plist").unwrap_or_default();
    let version = version.split_once("<key>ProductVersion</key>").and_then(|(_, rest)| rest.split_once("<string>"));
    section.with("its version", version.and_then(|(_, rest)| Version::of(rest)))
}

/// Who makes it may call it anything, so only names that are known are repeated (os-release(5)).
fn distribution(release: &str) -> &'static str {
    const KNOWN: &str = "almalinux alpine amzn arch centos debian elementary endeavouros fedora gentoo kali linuxmint manjaro \
                         nixos opensuse-leap opensuse-tumbleweed pop raspbian rhel rocky sles ubuntu void zorin";
    entry(release, "ID").and_then(|id| KNOWN.split_whitespace().find(|known| *known == id)).unwrap_or("another")
}

fn entry<'a>(release: &'a str, name: &str) -> Option<&'a str> {
    let value = release.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
    Some(value.trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_distribution_only_a_known_name_and_the_numbers_of_its_version_are_repeated() {
        let debian = "PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nVERSION_ID=\"13\"\nID=debian\n";
        assert_eq!((distribution(debian), entry(debian, "VERSION_ID")), ("debian", Some("13")));
        let own = "ID=ada-linux\nVERSION_ID=ada\n";
        assert_eq!((distribution(own), entry(own, "VERSION_ID").and_then(Version::of)), ("another", None));
        assert_eq!((distribution(""), entry("", "VERSION_ID")), ("another", None));
    }

    #[test]
    fn a_keyring_is_named_only_by_a_known_name() {
        assert_eq!(keyring_name("KWallet"), "KWallet");
        assert_eq!(keyring_name("Ada's keyring"), "another");
    }

    #[test]
    fn a_failure_is_counted_by_its_code_and_what_was_told_last_stands_first() {
        let told = ToldFailures::default();
        for (code, at) in [(ErrorCode::DiskFull, 1_000), (ErrorCode::NotFound, 2_000), (ErrorCode::DiskFull, 3_000)] {
            told.note(code, Timestamp(at));
        }
        let said = told.section().to_string();
        let lines: Vec<_> = said.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "  disk_full                   2, last 1970-01-01T00:00:03Z",
                "  not_found                   1, last 1970-01-01T00:00:02Z"
            ]
        );
    }
}
