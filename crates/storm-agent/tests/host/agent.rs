//! The real `storm-agent`.

use std::path::Path;
use std::process::Stdio;

use storm_broker::{Request, Response, VaultState};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};

use super::desk::{Desk, ask};

const PASSPHRASE: &str = "canary horse battery staple";

fn agent(desk: &Desk, arguments: &[&str]) -> Command {
    agent_on(desk, &desk.socket(), arguments)
}

/// Without a session bus, so that there is no keyring, and without anything of the user's.
pub fn agent_on(desk: &Desk, socket: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_storm-agent"));
    command.arg("--data-folder").arg(desk.data()).arg("--socket").arg(socket).args(arguments);
    command.env_clear().env("STORM_CONNECT_LOG", "debug").env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

pub fn signal(agent: &Child, signal: rustix::process::Signal) {
    let id = i32::try_from(agent.id().unwrap()).unwrap();
    rustix::process::kill_process(rustix::process::Pid::from_raw(id).unwrap(), signal).unwrap();
}

async fn first_line(agent: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(agent.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
    line
}

#[tokio::test]
async fn an_agent_without_a_keyring_makes_a_vault_with_the_passphrase_it_reads_and_stops_cleanly() {
    let desk = Desk::new();
    for turn in ["made", "opened again"] {
        let mut running = agent(&desk, &["--passphrase-stdin"]).spawn().unwrap();
        running.stdin.take().unwrap().write_all(format!("{PASSPHRASE}\n").as_bytes()).await.unwrap();
        assert_eq!(first_line(&mut running).await, "READY\n", "{turn}");
        let Response::Status(status) = ask(&desk.socket(), Request::Status).await else { panic!("no status") };
        assert_eq!(status.vault, VaultState::Unlocked);
        signal(&running, rustix::process::Signal::TERM);
        let mut log = String::new();
        running.stderr.take().unwrap().read_to_string(&mut log).await.unwrap();
        assert_eq!(running.wait().await.unwrap().code(), Some(0), "{log}");
        assert!(!log.contains("canary"), "the passphrase is in the log");
        assert!(!desk.socket().exists());
    }
}

#[tokio::test]
async fn an_agent_that_cannot_open_its_vault_says_so_and_answers_that_it_is_locked() {
    let desk = Desk::new();
    let mut running = agent(&desk, &[]).spawn().unwrap();
    let line = first_line(&mut running).await;
    assert!(line.starts_with("LOCKED This session has no D-Bus session bus"), "{line}");
    assert!(line.ends_with("Or choose a passphrase to protect the vault instead.\n"), "{line}");
    let Response::Status(status) = ask(&desk.socket(), Request::Status).await else { panic!("no status") };
    assert_eq!(status.vault, VaultState::Locked);
    signal(&running, rustix::process::Signal::INT);
    assert_eq!(running.wait().await.unwrap().code(), Some(0));
}

#[tokio::test]
async fn a_wrong_passphrase_ends_the_agent_with_words() {
    let desk = Desk::new();
    let mut running = agent(&desk, &["--passphrase-stdin"]).spawn().unwrap();
    running.stdin.take().unwrap().write_all(b"short\n").await.unwrap();
    let output = running.wait_with_output().await.unwrap();
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(
        words.ends_with("storm-agent: The passphrase is too short. Choose one of at least 12 characters.\n"),
        "{words}"
    );
}

#[tokio::test]
async fn an_idle_agent_leaves() {
    let desk = Desk::new();
    let output = agent(&desk, &["--idle-exit", "1"]).spawn().unwrap().wait_with_output().await.unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(!desk.socket().exists());
}

#[tokio::test]
async fn a_second_agent_leaves_the_first_alone() {
    let desk = Desk::new();
    let mut first = agent(&desk, &[]).spawn().unwrap();
    first_line(&mut first).await;
    let second = agent(&desk, &[]).spawn().unwrap().wait_with_output().await.unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(String::from_utf8(second.stderr).unwrap().contains("another host already listens on"));
    assert!(matches!(ask(&desk.socket(), Request::Status).await, Response::Status(_)));
    signal(&first, rustix::process::Signal::TERM);
    assert_eq!(first.wait().await.unwrap().code(), Some(0));
}

#[tokio::test]
async fn an_agent_gives_its_vault_to_a_window() {
    let desk = Desk::new();
    let mut running = agent(&desk, &["--passphrase-stdin"]).spawn().unwrap();
    running.stdin.take().unwrap().write_all(format!("{PASSPHRASE}\n").as_bytes()).await.unwrap();
    assert_eq!(first_line(&mut running).await, "READY\n");
    let window = desk.host().await;
    window.wait_until_listening().await.unwrap();
    assert_eq!(running.wait().await.unwrap().code(), Some(0));
    assert_eq!(window.view().vault, storm_engine::view::VaultView::PassphraseNeeded);
    window.shut_down().await;
}
