//! AWS: the files of its command line, profile by profile so that one which cannot be taken stands in no other's way, and the console's
//! CSV. What a key is, `storm-connectors` knows.

use storm_connectors::{DroppedFile, KeyMaterial, KeyMaterialError, read_key_material};
use storm_domain::{Fields, Timestamp};

use crate::Format;
use crate::candidate::{Place, Reading};
use crate::error::ReadError;
use crate::named::{aws_candidate, checked_aws};
use crate::text::line_of;

use super::Text;
use super::section::{Section, sections};

pub(super) fn of_profiles(text: Text<'_>, format: Format) -> Reading {
    let mut reading = Reading::new(format);
    for section in sections(text.text) {
        take_profile(&section, text.now, &mut reading);
    }
    reading
}

pub(super) fn of_csv(text: Text<'_>) -> Result<Reading, ReadError> {
    let mut reading = Reading::new(Format::AwsAccessKeyCsv);
    let material = material(text.text, "accessKeys.csv", text.now)?;
    take_keys(&material, text.text, 1, None, Fields::new(), &mut reading);
    Ok(reading)
}

fn take_profile(section: &Section<'_>, now: Timestamp, reading: &mut Reading) {
    let shown = format!("[{}]", section.name);
    let value = |name: &str| section.value(name);
    if value("aws_access_key_id").is_none() && value("aws_secret_access_key").is_none() {
        if value("credential_process").is_some() {
            reading.leave(
                Place::new(&shown, Some(section.line)),
                "This profile runs a program for its key; nothing lies here.",
            );
        }
        return;
    }
    let fields: Fields = [("region", value("region")), ("base_url", value("endpoint_url"))]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect();
    match material(section.text, "credentials", now) {
        Ok(material) => take_keys(&material, section.text, section.line, Some(&shown), fields, reading),
        Err(error) => reading.leave(Place::new(&shown, Some(section.line)), error.to_string()),
    }
}

fn material(text: &str, name: &str, now: Timestamp) -> Result<KeyMaterial, KeyMaterialError> {
    read_key_material(DroppedFile { bytes: text.as_bytes(), name }, None, now)
}

fn take_keys(
    material: &KeyMaterial,
    text: &str,
    first: u32,
    shown: Option<&str>,
    fields: Fields,
    reading: &mut Reading,
) {
    if material.is_temporary() {
        let temporary = "This is a temporary key, which ends within hours and cannot be kept alive.";
        return reading.leave(Place::new(shown.unwrap_or_default(), Some(first)), temporary);
    }
    for key in material.lasting_keys() {
        let line = line_of(text, &key.id).map(|line| first + line - 1);
        let place = Place::new(shown.or(key.profile.as_deref()).unwrap_or(&key.id), line);
        match checked_aws((&key.id, &key.secret), false) {
            Ok(credential) => {
                let mut candidate = aws_candidate(place, credential, fields.clone());
                candidate.name =
                    key.profile.as_ref().filter(|name| *name != "default").map(|name| format!("AWS {name}"));
                reading.take(candidate);
            }
            Err(reason) => reading.leave(place, reason),
        }
    }
}
