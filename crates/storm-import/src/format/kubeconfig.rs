//! A kubeconfig: the tokens of its users. Nothing that it names is run, read or asked.

use crate::Format;
use crate::candidate::{Place, Reading};
use crate::error::ReadError;
use crate::named::{Entry, take_all};
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
        if has("client-key-data") || has("client-key") {
            reading.leave(
                place,
                "This user has a certificate. Drop the file on the window, where it is asked what its key signs.",
            );
        } else if has("exec") || has("auth-provider") {
            reading.leave(place, "This user runs a program for its access; nothing lies here.");
        } else if has("tokenFile") {
            reading.leave(place, "Its token lies in another file, which was not opened.");
        }
    }
    Ok(reading)
}

/// The server of the first context of a user.
fn server_of<'a>(tree: &'a Tree, user: &str) -> Option<&'a str> {
    let context = tree.list("contexts").iter().filter_map(|context| context.get("context"));
    let cluster = context.filter(|context| context.text("user") == Some(user)).find_map(|one| one.text("cluster"))?;
    let mut clusters = tree.list("clusters").iter().filter(|one| one.text("name") == Some(cluster));
    clusters.find_map(|one| one.at(&["cluster", "server"])?.as_text())
}
