//! Holds the arrows between the crates and the rules that a compiler does not know.
//!
//! The arrows come from `cargo metadata`, so a forbidden dependency fails here before anybody relies on it. The rules about
//! sources are searches over the files themselves. Dev-dependencies are apart: a test may name what it likes.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the sources must fail")]

mod arrow;
mod source;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[track_caller]
fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn only_the_arrows_of_the_design_exist() {
    assert_none(&arrow::faults(&metadata()));
}

#[test]
fn each_library_that_touches_the_world_is_named_by_one_crate() {
    assert_none(&arrow::ownership_faults(&metadata()));
}

#[test]
fn the_command_links_only_the_protocol_half_of_the_broker() {
    assert_none(&arrow::broker_faults(&metadata()));
}

#[test]
fn a_forbidden_arrow_is_reported() {
    let package =
        |name: &str, dependencies: Value| json!({ "name": name, "dependencies": dependencies, "features": {} });
    let forbidden = json!({ "packages": [
        package("storm-domain", json!([{ "name": "storm-store", "kind": null }, { "name": "tokio", "kind": null }])),
        package("storm-engine", json!([{ "name": "reqwest", "kind": null }, { "name": "storm-testkit", "kind": null }])),
        package("storm-cli", json!([{ "name": "storm-broker", "kind": null, "features": ["host"] }])),
        package("storm-new", json!([])),
    ]});
    let faults = arrow::faults(&forbidden).join("\n");
    assert!(faults.contains("storm-domain must not depend on storm-store"), "{faults}");
    assert!(faults.contains("storm-engine must not depend on storm-testkit"), "{faults}");
    assert!(faults.contains("storm-new has no place"), "{faults}");
    let faults = arrow::ownership_faults(&forbidden).join("\n");
    assert!(faults.contains("storm-domain must not name tokio"), "{faults}");
    assert!(faults.contains("storm-engine must not name reqwest"), "{faults}");
    assert_eq!(arrow::broker_faults(&forbidden).len(), 1);
}

#[test]
fn a_dev_dependency_is_not_an_arrow() {
    let dev = json!({ "packages": [
        { "name": "storm-engine", "dependencies": [{ "name": "storm-testkit", "kind": "dev" }], "features": {} },
    ]});
    assert_none(&arrow::faults(&dev));
}

#[test]
fn every_borrowed_secret_says_why() {
    assert_none(&source::unexplained_exposures(&root()));
}

#[test]
fn an_unexplained_exposure_is_reported_and_an_explained_one_is_not() {
    let bare = "fn send() {\n    post(key.expose());\n}\n";
    assert_eq!(source::unexplained_lines(bare), [2]);
    let explained = "fn send() {\n    // EXPOSE: the request needs it.\n    post(key.expose());\n}\n";
    assert!(source::unexplained_lines(explained).is_empty());
    let far = "// EXPOSE: too far above.\n\n\n\n\nfn send() { post(key.expose()); }\n";
    assert_eq!(source::unexplained_lines(far), [6]);
    let in_tests = "#[cfg(test)]\nmod tests { fn check() { key.expose(); } }\n";
    assert!(source::unexplained_lines(in_tests).is_empty());
}

#[test]
fn the_domain_has_no_files_environment_or_clock() {
    assert_none(&source::impure_domain(&root()));
}

#[test]
fn only_the_api_layer_of_the_window_names_the_host() {
    assert_none(&source::host_outside_api(&root()));
}

#[test]
fn no_file_names_a_folder_of_the_machine_it_was_written_on() {
    assert_none(&source::machine_paths(&root()));
}

#[test]
fn lock_files_name_no_registry_host() {
    assert_none(&source::resolved_hosts(&root()));
}
