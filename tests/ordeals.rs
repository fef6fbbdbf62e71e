//! The ordeals, each in a length that fits into every test run. `make kill9`, `make fault-loops`, `make single-flight`,
//! `make rotate-under-load`, `make rotate-crash` and `make listener-attack` run them longer.

#![expect(clippy::expect_used, reason = "a test ends where it fails")]

use storm_tests::program::built;
use tokio::process::Command;

/// Runs an ordeal, which says itself whether everything held.
async fn endure(words: &[&str]) {
    let program = built("storm-ordeal").expect("it is built with the tests");
    let output = Command::new(program).args(words).kill_on_drop(true).output().await.expect("it runs");
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{complained}");
}

#[tokio::test]
async fn f093_killed_anywhere_at_a_lenient_service_no_grant_is_lost() {
    endure(&["kill9", "grace", "150"]).await;
}

#[tokio::test]
async fn f093_killed_anywhere_at_a_strict_service_every_loss_is_explained() {
    endure(&["kill9", "strict", "150"]).await;
}

#[tokio::test]
async fn f094_a_power_cut_at_any_moment_takes_nothing_that_was_promised() {
    endure(&["power-cut"]).await;
}

#[tokio::test]
async fn every_file_call_of_a_refresh_may_fail_and_no_grant_is_burnt() {
    endure(&["fault-loops", "refresh"]).await;
}

#[tokio::test]
async fn o50_four_hundred_askers_at_once_cost_one_token_request_and_an_overtaken_lease_overwrites_nothing() {
    endure(&["single-flight", "20"]).await;
}

#[tokio::test]
async fn o25_logins_under_attack_all_succeed_and_none_is_hijacked() {
    endure(&["listener-attack", "3"]).await;
}

#[tokio::test]
async fn o52_no_call_of_another_tool_fails_while_its_key_is_rotated() {
    endure(&["rotate-under-load", "1"]).await;
}

#[tokio::test]
async fn o52_killed_at_any_call_of_a_rotation_there_is_always_a_working_credential() {
    endure(&["rotate-crash", "9"]).await;
}
