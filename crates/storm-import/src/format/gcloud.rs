//! gcloud's application default credentials: a service account's key is taken, its own sign-ins are not.

use storm_connectors::{DroppedFile, read_key_material};

use crate::Format;
use crate::candidate::{Place, Reading};
use crate::error::ReadError;
use crate::named::take_material;
use crate::text::line_of;
use crate::tree::Tree;

use super::Text;

pub(super) fn read(text: Text<'_>) -> Result<Reading, ReadError> {
    let mut reading = Reading::new(Format::Gcloud);
    let tree = Tree::json(text.text, Format::Gcloud.title())?;
    let kind = tree.text("type").unwrap_or_default();
    let place = Place::new(kind, line_of(text.text, "\"type\""));
    match kind {
        "service_account" => {
            let file = DroppedFile { bytes: text.text.as_bytes(), name: text.name };
            let material = read_key_material(file, None, text.now)?;
            if !take_material(&material, place.clone(), &mut reading) {
                reading.leave(place, "It is a service account's key, which no service here takes.");
            }
        }
        "authorized_user" => reading.leave(
            place,
            "This is gcloud’s own sign-in, made for its own app. Add Google here, and sign in once more; end this one with gcloud auth application-default revoke.",
        ),
        _ => reading.leave(place, "It names where else access is to be had, and holds no credential itself."),
    }
    Ok(reading)
}
