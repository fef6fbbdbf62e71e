//! The real `storm` against a broker on a real socket.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)] // in a test a panic is a failure

use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use storm_broker::host::{Broker, Consumer, Lender};
use storm_broker::{
    AccessKeyLoan, IntegrationStatus, LentSecret, Loan, LogEntry, LogPage, LogRequest, LogVerdict, Status, VaultState,
};
use storm_domain::{ErrorCode, Failure};
use storm_secret::{AccessToken, ApiKey};
use tempfile::TempDir;
use tokio::process::Command;

const STORM: &str = env!("CARGO_BIN_EXE_storm");

struct FakeLender {
    vault: VaultState,
}

impl Lender for FakeLender {
    async fn status(&self) -> Status {
        let integration = |name: &str, connector: &str, status: &str, lending_allowed| IntegrationStatus {
            name: name.into(),
            connector: connector.into(),
            status: status.into(),
            lending_allowed,
        };
        Status {
            host_version: "9.9.9".into(),
            vault: self.vault,
            message: "The vault says so.".into(),
            integrations: vec![
                integration("github", "GitHub", "connected", true),
                integration("Mein CRM für später", "Salesforce", "reconnect", false),
            ],
            not_listed: 3,
        }
    }

    async fn lend(&self, name: &str, consumer: &Consumer, min_lifetime: Option<Duration>) -> Result<Loan, Failure> {
        let failed = |code| Err(Failure::new(code, "The words of the host.", None));
        let token =
            |text: String| Ok(Loan { secret: LentSecret::AccessToken(AccessToken::new(text)), expires_at: None });
        match name {
            "github" => token(format!("at-{}", min_lifetime.unwrap_or_default().as_secs())),
            "key" => Ok(Loan { secret: LentSecret::ApiKey(ApiKey::new("key-1")), expires_at: None }),
            "who asks" => token(consumer.name().to_owned()),
            "reconnect" => failed(ErrorCode::ReconnectNeeded),
            "locked" => failed(ErrorCode::VaultLocked),
            "not lent" => failed(ErrorCode::LendingNotAllowed),
            "offline" => failed(ErrorCode::ServiceUnreachable),
            "disk" => failed(ErrorCode::DiskFull),
            _ => failed(ErrorCode::NotFound),
        }
    }

    async fn lend_access_key(
        &self,
        name: &str,
        _consumer: &Consumer,
        min_lifetime: Option<Duration>,
    ) -> Result<AccessKeyLoan, Failure> {
        let loan = |session_token, expires_at| AccessKeyLoan {
            id: "AKIA1".into(),
            secret: ApiKey::new("secret/with+signs=\u{0022}\u{fc}"),
            session_token,
            expires_at,
        };
        match name {
            "lasting" => Ok(loan(None, None)),
            "short" => {
                let seconds = i64::try_from(min_lifetime.unwrap_or_default().as_secs()).unwrap();
                Ok(loan(Some(AccessToken::new("FwoG==")), Some((1_796_083_200 + seconds) * 1000 + 999)))
            }
            "beyond" => Ok(loan(None, Some(i64::MAX))),
            _ => Err(Failure::new(ErrorCode::NotSupported, "It is no key of AWS.", None)),
        }
    }

    async fn log(&self, asked: LogRequest) -> Result<LogPage, Failure> {
        if asked.name.as_deref().is_some_and(|name| name != "github") {
            return Err(Failure::new(ErrorCode::NotFound, "The words of the host.", None));
        }
        let entry = |sequence: u64| LogEntry {
            sequence,
            at: 1_767_225_600_000 + i64::try_from(sequence).unwrap() * 1000,
            integration: if sequence == 1 { String::new() } else { "github".into() },
            text: format!("\u{1b}[31m{} {:?} {:?}", asked.text, asked.topic, asked.max_age_seconds),
        };
        // Two entries a page, of five.
        let newest = asked.before.unwrap_or(6);
        let entries: Vec<_> = (1..newest).rev().take(2).map(entry).collect();
        let older = entries.last().map(|last| last.sequence).filter(|last| *last > 1);
        Ok(LogPage { entries, older })
    }

    async fn verify_log(&self) -> Result<LogVerdict, Failure> {
        match self.vault {
            VaultState::Unlocked => Ok(LogVerdict::Intact { entries: 1234 }),
            VaultState::Failed => Ok(LogVerdict::Broken { sequence: 7 }),
            _ => Err(Failure::new(ErrorCode::VaultLocked, "The words of the host.", None)),
        }
    }

    async fn diagnostics(&self) -> Result<String, Failure> {
        match self.vault {
            VaultState::Unlocked => Ok("Program\n  version  9.9.9\n".into()),
            _ => Err(Failure::new(ErrorCode::VaultLocked, "The words of the host.", None)),
        }
    }

    fn hand_over(&self) -> bool {
        false
    }
}

struct Desk {
    folder: TempDir,
    programs: TempDir,
}

impl Desk {
    fn empty() -> Self {
        // The programs on the file system of the build, so that storm can be linked there: a copy that is still open for
        // writing in a process another test just forked could not be run.
        let programs = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let desk = Self { folder: tempfile::tempdir().unwrap(), programs };
        std::fs::DirBuilder::new().mode(0o700).create(desk.socket().parent().unwrap()).unwrap();
        desk
    }

    fn serving() -> Self {
        let desk = Self::empty();
        desk.serve(VaultState::Unlocked);
        desk
    }

    fn serve(&self, vault: VaultState) {
        tokio::spawn(Broker::bind(&self.socket()).unwrap().serve(Arc::new(FakeLender { vault })));
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("run/host.sock")
    }

    fn storm(&self, program: impl AsRef<Path>, arguments: &[&str]) -> Command {
        let mut command = Command::new(program.as_ref());
        command.args(arguments).env_clear().env("STORM_CONNECT_SOCKET", self.socket()).stdin(Stdio::null());
        command
    }

    async fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        finished(self.storm(STORM, arguments).output().await.unwrap())
    }

    /// `storm` under another path, without siblings.
    fn storm_alone(&self) -> PathBuf {
        let storm = self.programs.path().join("storm");
        std::fs::hard_link(STORM, &storm).unwrap();
        storm
    }

    /// `storm` with a script of our own as its sibling `storm-agent`.
    fn storm_with_agent(&self, script: &str) -> PathBuf {
        let agent = self.programs.path().join("storm-agent");
        std::fs::write(&agent, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&agent, std::fs::Permissions::from_mode(0o755)).unwrap();
        self.storm_alone()
    }
}

fn finished(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn a_token_is_printed_with_a_newline_or_raw() {
    let desk = Desk::serving();
    assert_eq!(desk.run(&["token", "github"]).await, (0, "at-0\n".into(), String::new()));
    assert_eq!(desk.run(&["token", "github", "--min-ttl", "90"]).await, (0, "at-90\n".into(), String::new()));
    assert_eq!(desk.run(&["token", "--raw", "key"]).await, (0, "key-1".into(), String::new()));
}

#[tokio::test]
async fn an_access_key_is_printed_as_aws_tools_read_it() {
    let desk = Desk::serving();
    let (code, output, words) = desk.run(&["token", "lasting", "--format", "aws"]).await;
    assert_eq!((code, words.as_str()), (0, ""));
    let read: serde_json::Value = serde_json::from_str(&output).unwrap();
    let expected =
        serde_json::json!({ "Version": 1, "AccessKeyId": "AKIA1", "SecretAccessKey": "secret/with+signs=\"ü" });
    assert_eq!(read, expected, "a key that does not end has no end");

    let (_, output, _) = desk.run(&["token", "--format=aws", "short", "--min-ttl", "60"]).await;
    let read: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert_eq!(read["SessionToken"], "FwoG==");
    assert_eq!(read["Expiration"], "2026-12-01T00:01:00Z", "whole seconds, rounded down");

    for name in ["beyond", "github"] {
        let (code, output, words) = desk.run(&["token", name, "--format", "aws"]).await;
        assert_eq!((code, output.as_str()), (1, ""), "{name}: {words}");
        assert!(!words.contains("secret"), "{words}");
    }
}

#[tokio::test]
async fn each_refusal_has_its_exit_code_its_words_and_an_empty_standard_output() {
    let desk = Desk::serving();
    let table = [("unheard of", 3), ("reconnect", 4), ("locked", 5), ("not lent", 7), ("offline", 8), ("disk", 1)];
    for (name, exit) in table {
        let (code, output, words) = desk.run(&["token", name]).await;
        assert_eq!((code, output.as_str()), (exit, ""), "{name}");
        assert!(words.starts_with("storm: The words of the host."), "{words}");
    }
}

#[tokio::test]
async fn a_mistyped_name_is_answered_with_the_one_that_may_be_meant() {
    let (code, _, words) = Desk::serving().run(&["token", "gihtub"]).await;
    assert_eq!((code, words.as_str()), (3, "storm: The words of the host. Did you mean “github”?\n"));
}

#[tokio::test]
async fn the_host_is_told_which_program_called_storm() {
    let desk = Desk::serving();
    let storm = format!("exec 3>&1; {STORM} token 'who asks' >&3; true");
    let (code, output, _) = finished(desk.storm("/bin/sh", &["-c", &storm]).output().await.unwrap());
    let shell = std::fs::canonicalize("/bin/sh").unwrap().file_name().unwrap().to_string_lossy().into_owned();
    assert_eq!((code, output), (0, format!("{shell} (through storm)\n")));
}

#[tokio::test]
async fn status_is_a_table_for_people_and_a_document_for_programs() {
    let desk = Desk::serving();
    let (code, output, _) = desk.run(&["status"]).await;
    assert_eq!(code, 0);
    assert_eq!(
        output,
        "Storm Connect 9.9.9: The vault says so.\n  github               GitHub      connected\n  \
         Mein CRM für später  Salesforce  reconnect, not lent\n  and 3 more\n"
    );
    let (code, output, words) = desk.run(&["status", "--json"]).await;
    assert_eq!((code, words.as_str()), (0, ""));
    assert!(output.starts_with(r#"{"host_version":"9.9.9","vault":"unlocked","#) && output.ends_with("}\n"));
}

#[tokio::test]
async fn status_ends_with_5_while_the_vault_is_locked_and_still_prints_it() {
    let desk = Desk::empty();
    desk.serve(VaultState::Locked);
    let (code, output, words) = desk.run(&["status", "--json"]).await;
    assert_eq!((code, words.as_str()), (5, "storm: The vault says so.\n"));
    assert!(output.contains(r#""vault":"locked""#));
}

#[tokio::test]
async fn a_command_line_that_is_not_understood_ends_with_2() {
    let (code, output, words) = Desk::empty().run(&["tkoen"]).await;
    assert_eq!((code, output.as_str()), (2, ""));
    assert_eq!(words, "storm: there is no command “tkoen”\nTry: storm help\n");
}

#[tokio::test]
async fn help_and_version_need_no_host() {
    let desk = Desk::empty();
    let (code, output, _) = desk.run(&["help"]).await;
    assert!(code == 0 && output.contains("storm token NAME"));
    assert_eq!(desk.run(&["--version"]).await.1, concat!("storm ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[tokio::test]
async fn status_starts_no_host() {
    let (code, output, words) = Desk::empty().run(&["status"]).await;
    assert_eq!((code, output.as_str()), (6, ""));
    assert_eq!(words, "storm: Storm Connect is not running\n");
}

#[tokio::test]
async fn an_agent_that_cannot_start_is_said_at_once() {
    let desk = Desk::empty();
    let storm = desk.storm_with_agent("exit 1");
    let (code, _, words) = finished(desk.storm(storm, &["token", "github"]).output().await.unwrap());
    assert_eq!(code, 6);
    assert!(words.contains("run storm agent to see why"), "{words}");
}

#[tokio::test]
async fn without_an_agent_there_is_no_host() {
    let desk = Desk::empty();
    let alone = desk.storm_alone();
    let nowhere = desk.folder.path().join("run");
    let output = desk.storm(alone, &["token", "github"]).env("PATH", nowhere).output().await.unwrap();
    let (code, _, words) = finished(output);
    assert_eq!(code, 6);
    assert!(words.contains("neither beside storm nor on the PATH"), "{words}");
}

#[tokio::test]
async fn with_no_host_an_agent_is_started_and_asked() {
    let desk = Desk::empty();
    for pipe in ["started", "stay"] {
        let made = Command::new("mkfifo").arg(desk.programs.path().join(pipe)).status().await.unwrap();
        assert!(made.success());
    }
    let storm = desk.storm_with_agent(r#"cd "$(dirname "$0")"; echo "$@" >started; read -r _ <stay"#);
    let path = std::env::var_os("PATH").unwrap();
    let running = desk.storm(storm, &["token", "github"]).env("PATH", path).stdout(Stdio::piped()).spawn().unwrap();
    let arguments = tokio::fs::read_to_string(desk.programs.path().join("started")).await.unwrap();
    assert_eq!(arguments, format!("--idle-exit 600 --socket {}\n", desk.socket().display()));
    desk.serve(VaultState::Unlocked);
    let (code, output, _) = finished(running.wait_with_output().await.unwrap());
    assert_eq!((code, output.as_str()), (0, "at-0\n"));
    tokio::fs::write(desk.programs.path().join("stay"), "\n").await.unwrap();
}

#[tokio::test]
async fn agent_becomes_the_sibling_with_all_its_arguments() {
    let desk = Desk::empty();
    let storm = desk.storm_with_agent(r#"echo "$@"; exit 42"#);
    let output = desk.storm(storm, &["agent", "--socket", "x y", "--help"]).output().await.unwrap();
    assert_eq!(finished(output), (42, "--socket x y --help\n".into(), String::new()));
}

#[tokio::test]
async fn a_crowd_of_a_hundred_is_served_to_the_last() {
    let desk = Desk::serving();
    let crowd: Vec<_> = (0..100)
        .map(|_| desk.storm(STORM, &["token", "github"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    for storm in crowd {
        assert_eq!(finished(storm.wait_with_output().await.unwrap()), (0, "at-0\n".into(), String::new()));
    }
}

#[tokio::test]
async fn a_socket_in_a_folder_open_to_others_is_not_believed() {
    let desk = Desk::serving();
    std::fs::set_permissions(desk.socket().parent().unwrap(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let (code, output, words) = desk.run(&["token", "github"]).await;
    assert_eq!((code, output.as_str()), (6, ""));
    assert!(words.contains("chmod 700"), "{words}");
}

#[tokio::test]
async fn the_log_is_asked_for_page_by_page_until_there_is_enough_of_it() {
    let desk = Desk::serving();
    let (code, out, err) = desk.run(&["log", "lent", "--topic", "lending", "--since", "1h", "--limit", "3"]).await;
    assert_eq!((code, err.as_str()), (0, ""));
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 3, "{out}");
    assert_eq!(lines[0], r#"2026-01-01T00:00:05Z  github   [31mlent Some("lending") Some(3600)"#);
    let (_, all, _) = desk.run(&["log"]).await;
    assert_eq!(all.lines().count(), 5);
    assert!(all.lines().last().unwrap().contains("Z  Storm Connect  "), "{all}");
    assert_eq!(desk.run(&["log", "--limit", "0"]).await, (0, String::new(), String::new()));
}

#[tokio::test]
async fn the_log_for_a_program_is_one_document_a_line() {
    let (code, out, _) = Desk::serving().run(&["log", "--json", "--of", "github"]).await;
    let lines: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((code, lines.len()), (0, 5));
    assert_eq!(lines[0]["sequence"], 5);
    assert_eq!(lines[0]["time"], "2026-01-01T00:00:05Z");
    assert_eq!(lines[4]["integration"], "");
}

#[tokio::test]
async fn the_log_of_nobody_ends_like_a_token_of_nobody() {
    let (code, out, err) = Desk::serving().run(&["log", "--of", "gitlab"]).await;
    assert_eq!((code, out.as_str()), (3, ""));
    assert!(err.contains("The words of the host."), "{err}");
}

#[tokio::test]
async fn the_check_of_the_log_says_it_in_its_exit_code() {
    let said = async |vault: VaultState, line: &[&str]| {
        let desk = Desk::empty();
        desk.serve(vault);
        desk.run(line).await
    };
    let intact = said(VaultState::Unlocked, &["log", "verify"]).await;
    assert_eq!(intact, (0, "Intact: 1234 entries\n".to_owned(), String::new()));
    let intact = said(VaultState::Unlocked, &["log", "verify", "--json"]).await;
    assert_eq!(intact, (0, "{\"log\":\"intact\",\"entries\":1234}\n".to_owned(), String::new()));
    let (code, out, err) = said(VaultState::Failed, &["log", "verify"]).await;
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("entry 7 does not follow"), "{err}");
    let (code, out, _) = said(VaultState::Failed, &["log", "verify", "--json"]).await;
    assert_eq!((code, out.as_str()), (1, "{\"log\":\"broken\",\"sequence\":7}\n"));
    let (code, out, err) = said(VaultState::Locked, &["log", "verify"]).await;
    assert_eq!((code, out.as_str()), (5, ""));
    assert!(err.contains("The words of the host."), "{err}");
}

#[tokio::test]
async fn the_report_is_printed_as_the_host_wrote_it() {
    let said = async |vault| {
        let desk = Desk::empty();
        desk.serve(vault);
        desk.run(&["diagnostics"]).await
    };
    let report = "Program\n  version  9.9.9\n".to_owned();
    assert_eq!(said(VaultState::Unlocked).await, (0, report, String::new()));
    let (code, out, err) = said(VaultState::Locked).await;
    assert_eq!((code, out.as_str()), (5, ""));
    assert!(err.contains("The words of the host."), "{err}");
}
