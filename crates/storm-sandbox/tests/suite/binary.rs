use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::Command;

use super::support::{PATIENCE, send};

#[cfg(unix)]
#[tokio::test]
async fn the_program_says_when_it_is_ready_and_stops_when_told() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_storm-sandbox"))
        .args(["--port", "0", "--access-token-lifetime", "12", "--reuse-grace", "3"])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    tokio::time::timeout(PATIENCE, output.read_line(&mut line)).await.unwrap().unwrap();
    let base = line.trim_end().strip_prefix("READY ").unwrap();
    let state = send(base, "GET", "/control/api/state", &[], "").await.unwrap().json();
    assert_eq!(state["settings"]["access_token_lifetime_s"], 12);
    assert_eq!(state["settings"]["reuse_grace_s"], 3);

    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    let status = tokio::time::timeout(PATIENCE, child.wait()).await.unwrap().unwrap();
    assert!(status.success());
    let mut rest = String::new();
    output.read_to_string(&mut rest).await.unwrap();
    assert_eq!(rest, "");
}

#[tokio::test]
async fn a_taken_port_is_said_plainly() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_storm-sandbox")).args(["--port", &port]).output().await.unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains(&port));
}
