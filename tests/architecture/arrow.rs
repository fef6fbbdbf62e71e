//! Which crate may depend on which, and which crate alone may name a library.

use std::collections::BTreeMap;

use serde_json::Value;

/// Every crate, and what of the workspace it may depend on. `*` = everything below it.
const ARROWS: &[(&str, &[&str])] = &[
    ("storm-secret", &[]),
    ("storm-domain", &["storm-secret"]),
    ("storm-crypto", &["storm-secret"]),
    ("storm-store", &["storm-domain", "storm-crypto", "storm-secret"]),
    ("storm-connectors", &["storm-domain", "storm-secret"]),
    ("storm-import", &["storm-domain", "storm-connectors", "storm-secret"]),
    ("storm-auth", &["storm-domain", "storm-connectors", "storm-secret"]),
    ("storm-engine", &["storm-domain", "storm-connectors", "storm-import", "storm-secret"]),
    ("storm-broker", &["storm-engine", "storm-domain", "storm-secret"]),
    ("storm-cli", &["storm-broker", "storm-secret"]),
    ("storm-sandbox", &[]),
    ("storm-agent", &["*"]),
    ("storm-testkit", &["storm-domain", "storm-secret"]),
    ("storm-connect", &["*", "storm-agent"]),
    ("storm-fuzz", &["*"]),
    ("storm-tests", &["*", "storm-agent", "storm-testkit"]),
];

/// Crates that nothing but `storm-tests` may depend on, `*` or not.
const LEAVES: &[&str] = &["storm-cli", "storm-agent", "storm-testkit", "storm-connect", "storm-fuzz", "storm-tests"];

/// Libraries that only one crate may name; the composition roots may too, except where they are not named here.
const OWNED: &[(&[&str], &[&str])] = &[
    (&["aes-gcm"], &["storm-crypto", "storm-agent", "storm-connect"]),
    (&["sqlx", "keyring", "keyring-core"], &["storm-store", "storm-agent", "storm-connect"]),
    (&["aws-sigv4"], &["storm-auth"]),
    (&["oauth2", "reqwest"], &["storm-auth", "storm-agent", "storm-connect"]),
    (&["tauri", "tauri-specta", "tauri-plugin-notification", "tauri-plugin-dialog", "tray-icon"], &["storm-connect"]),
];

/// What the domain must not even link.
const IMPURE: &[&str] = &["tokio", "tauri", "sqlx", "reqwest", "keyring", "hyper", "rustix", "tracing", "getrandom"];

type Dependencies<'a> = BTreeMap<&'a str, Vec<&'a Value>>;

/// Normal and build dependencies of each package, dev-dependencies apart.
fn dependencies(metadata: &Value) -> Dependencies<'_> {
    let mut found = Dependencies::new();
    for package in metadata["packages"].as_array().unwrap() {
        let normal = package["dependencies"].as_array().unwrap().iter().filter(|one| one["kind"] != "dev");
        found.insert(name(package), normal.collect());
    }
    found
}

fn name(value: &Value) -> &str {
    value["name"].as_str().unwrap()
}

/// Arrows that the design does not have, and crates that it does not know.
pub fn faults(metadata: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for (package, dependencies) in dependencies(metadata) {
        let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| *known == package) else {
            faults.push(format!("{package} has no place in the design's list of crates"));
            continue;
        };
        for dependency in dependencies.into_iter().map(name).filter(|name| name.starts_with("storm-")) {
            let by_star = allowed.contains(&"*") && !LEAVES.contains(&dependency);
            if !by_star && !allowed.contains(&dependency) {
                faults.push(format!("{package} must not depend on {dependency}"));
            }
        }
    }
    faults
}

/// Libraries named by a crate that does not own them.
pub fn ownership_faults(metadata: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for (package, dependencies) in dependencies(metadata) {
        for library in dependencies.into_iter().map(name) {
            let owners = OWNED.iter().find(|(libraries, _)| libraries.contains(&library)).map(|(_, owners)| *owners);
            let foreign = owners.is_some_and(|owners| !owners.contains(&package)) && package != "storm-tests";
            let impure = package == "storm-domain" && IMPURE.contains(&library);
            if foreign || impure {
                faults.push(format!("{package} must not name {library}"));
            }
        }
    }
    faults
}

/// The command stays small only while it does not link the host half.
pub fn broker_faults(metadata: &Value) -> Vec<String> {
    let asks_for_host =
        |value: &Value| value.as_array().is_some_and(|features| features.iter().any(|one| one == "host"));
    let mut faults = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        if name(package) == "storm-broker" && asks_for_host(&package["features"]["default"]) {
            faults.push("storm-broker has its host half on by default".to_owned());
        }
    }
    for dependency in dependencies(metadata).remove("storm-cli").unwrap_or_default() {
        if name(dependency) == "storm-broker" && asks_for_host(&dependency["features"]) {
            faults.push("storm-cli links the broker's host half".to_owned());
        }
    }
    faults
}
