//! `.pypirc`: a user and a password for each index.

use crate::Format;
use crate::candidate::Reading;
use crate::named::{Entry, take_all};
use crate::text::line_of;

use super::Text;
use super::section::sections;

pub(super) fn read(text: Text<'_>) -> Reading {
    let mut reading = Reading::new(Format::Pypirc);
    for section in sections(text.text) {
        let Some(password) = section.value("password") else { continue };
        let known = match section.name {
            "pypi" => Some("pypi.org"),
            "testpypi" => Some("test.pypi.org"),
            _ => None,
        };
        let entry = Entry {
            name: "password",
            value: password,
            shown: format!("[{}]", section.name),
            line: line_of(section.text, password).map(|line| section.line + line - 1),
            is_secret: true,
            host: section.value("repository").or(known),
            user: section.value("username"),
            ..Entry::default()
        };
        take_all(&[entry], text.now, &mut reading);
    }
    reading
}
