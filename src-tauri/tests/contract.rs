//! What the page may do, as files say it: each is compared with what the program registers.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

fn file(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json_file(path: &str) -> Value {
    serde_json::from_str(&file(path)).unwrap()
}

fn exported_bindings() -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bindings.ts");
    storm_connect::export_bindings(&path).unwrap();
    fs::read_to_string(path).unwrap()
}

#[test]
fn the_committed_bindings_are_those_of_the_commands() {
    assert!(
        exported_bindings() == file("../ui/src/bindings.ts"),
        "ui/src/bindings.ts is out of date: cargo run -p storm-connect --example export-bindings"
    );
}

#[test]
fn every_registered_command_is_granted_and_nothing_else_is() {
    let bindings = exported_bindings();
    let registered: BTreeSet<&str> =
        bindings.split("__TAURI_INVOKE(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(registered.len() > 30, "the bindings were not understood");

    let permissions: toml::Table = file("permissions/main.toml").parse().unwrap();
    let [permission] = permissions["permission"].as_array().unwrap().as_slice() else {
        panic!("permissions/main.toml declares one permission");
    };
    let allowed = permission["commands"]["allow"].as_array().unwrap();
    let granted: BTreeSet<&str> = allowed.iter().map(|command| command.as_str().unwrap()).collect();
    assert_eq!(granted, registered);
    assert_eq!(granted.len(), allowed.len(), "a command is listed twice");
}

#[test]
fn the_page_is_granted_commands_and_listening_only() {
    let capability = json_file("capabilities/main.json");
    assert_eq!(capability["windows"], json!(["main"]));
    assert_eq!(
        capability["permissions"],
        json!(["use-commands", "core:event:allow-listen", "core:event:allow-unlisten"])
    );
    assert_eq!(capability["remote"], Value::Null);
    let capabilities = fs::read_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("capabilities")).unwrap();
    assert_eq!(capabilities.count(), 1, "another capability may grant more");
}

#[test]
fn the_content_security_policy_allows_nothing_inline_and_nothing_foreign() {
    let security = &json_file("tauri.conf.json")["app"]["security"];
    let policy: BTreeSet<&str> = security["csp"].as_str().unwrap().split("; ").collect();
    assert_eq!(
        policy,
        BTreeSet::from([
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src ipc: http://ipc.localhost",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ])
    );
    assert_eq!(security["freezePrototype"], json!(true));
    for exception in ["devCsp", "dangerousDisableAssetCspModification", "assetProtocol"] {
        assert_eq!(security[exception], Value::Null, "{exception}");
    }
    assert_eq!(json_file("tauri.conf.json")["app"]["withGlobalTauri"], json!(false));
}
