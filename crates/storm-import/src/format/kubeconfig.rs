//! A kubeconfig: the tokens of its users, and the certificate of the user whom its current context names, for whom the reader of
//! dropped files knows the cluster. Nothing that it names is run, read or asked.

use storm_connectors::{DroppedFile, read_key_material};

use crate::Format;
use crate::candidate::{Place, Reading};
use crate::error::ReadError;
use crate::named::{Entry, take_all, take_material};
use crate::text::line_of;
use crate::tree::Tree;

use super::Text;

pub(super) fn read(text: Text<'_>) -> Result<Reading, ReadError> {
    let mut reading = Reading::new(Format::Kubeconfig);
    let tree = Tree::yaml(text.text, Format::Kubeconfig.title())?;
    for user in tree.list("users") {
        let (Some(name), Some(settings)) = (user.text("name"), user.get("user")) else { continue };
        let shown = format!("user {name}");
        if let Some(token) = settings.text("token").filter(|token| !token.is_empty()) {
            let server = server_of(&tree, name);
            let entry = Entry {
                name: "token",
                value: token,
                shown,
                line: line_of(text.text, token),
                is_secret: true,
                title: Some(format!("Kubernetes {name}")),
                // Answers whoever is known to the cluster.
                verify_url: server.map(|server| format!("{}/api", server.trim_end_matches('/'))),
                ..Entry::default()
            };
            take_all(&[entry], text.now, &mut reading);
            continue;
        }
        let has = |name: &str| settings.get(name).is_some();
        let place = Place::new(&shown, line_of(text.text, name));
        if has("exec") || has("auth-provider") {
            reading.leave(place, "This user runs a program for its access; nothing lies here.");
        } else if has("client-key-data") && user_in_use(&tree) == Some(name) {
            take_certificate(text, place, &mut reading);
        } else if has("client-key-data") {
            reading.leave(
                place,
                "This user has a certificate, which is taken once the current context is one of this user’s: kubectl config use-context.",
            );
        } else if has("client-key") {
            reading.leave(
                place,
                "The certificate of this user lies in other files, which were not opened. Drop them on the window together with this one.",
            );
        } else if has("tokenFile") {
            reading.leave(place, "Its token lies in another file, which was not opened.");
        }
    }
    Ok(reading)
}

/// The user of the current context.
fn user_in_use(tree: &Tree) -> Option<&str> {
    let current = tree.text("current-context")?;
    let context = tree.list("contexts").iter().find(|context| context.text("name") == Some(current))?;
    context.get("context")?.text("user")
}

fn take_certificate(text: Text<'_>, place: Place, reading: &mut Reading) {
    let file = DroppedFile { bytes: text.text.as_bytes(), name: text.name };
    match read_key_material(file, None, text.now) {
        Ok(material) if material.fields().contains_key("server") => {
            if !take_material(&material, place.clone(), reading) {
                reading.leave(place, "This user has a certificate, which no service here takes.");
            }
        }
        Ok(_) => reading.leave(place, "This user has a certificate, but the file tells no https address of its cluster. Drop it on the window, and enter the address there."),
        Err(error) => reading.leave(place, error.to_string()),
    }
}

/// The server of the first context of a user.
fn server_of<'a>(tree: &'a Tree, user: &str) -> Option<&'a str> {
    let context = tree.list("contexts").iter().filter_map(|context| context.get("context"));
    let cluster = context.filter(|context| context.text("user") == Some(user)).find_map(|one| one.text("cluster"))?;
    let mut clusters = tree.list("clusters").iter().filter(|one| one.text("name") == Some(cluster));
    clusters.find_map(|one| one.at(&["cluster", "server"])?.as_text())
}
