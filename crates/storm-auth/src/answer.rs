//! A service's answer in JSON or XML, read at the places that the connector names.
//!
//! INVARIANT: what was read is wiped when it is dropped, since a key may stand in it.

use std::borrow::Cow;

use serde_json::Value;
use storm_domain::{AnswerFormat, RawTokenAnswer};
use zeroize::Zeroize as _;

use crate::xml::Xml;

/// An answer, in whichever form.
pub(crate) enum Document {
    Json(Value),
    Xml(Xml),
}

impl Document {
    pub(crate) fn read(format: AnswerFormat, answer: &RawTokenAnswer) -> Option<Self> {
        // EXPOSE: only the places that the connector names are read.
        let body = answer.body.expose();
        match format {
            AnswerFormat::Json => serde_json::from_slice(body).ok().map(Self::Json),
            AnswerFormat::Xml => Xml::read(body).map(Self::Xml),
        }
    }

    /// A text or a number as text, which may be a key: no copy of it stays behind.
    pub(crate) fn text_at(&self, pointer: &str) -> Option<String> {
        match self {
            Self::Json(value) => value.pointer(pointer).and_then(text),
            Self::Xml(xml) => xml.at(pointer).filter(|text| !text.is_empty()).map(str::to_owned),
        }
    }

    pub(crate) fn at(&self, pointer: &str) -> Option<Cow<'_, Value>> {
        match self {
            Self::Json(value) => value.pointer(pointer).map(Cow::Borrowed),
            Self::Xml(xml) => xml.at(pointer).map(|text| Cow::Owned(Value::from(text))),
        }
    }
}

impl Drop for Document {
    fn drop(&mut self) {
        // The other form wipes itself.
        if let Self::Json(value) = self {
            wipe(value);
        }
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(values) => values.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A text or a number, as text.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Whether a person was meant to read it.
pub(crate) fn is_page(answer: &RawTokenAnswer) -> bool {
    // EXPOSE: only how it begins is looked at.
    let start: Vec<u8> = answer.body.expose().trim_ascii_start().iter().take(9).map(u8::to_ascii_lowercase).collect();
    let is_html = answer.content_type.as_deref().is_some_and(|text| text.trim_start().starts_with("text/html"));
    is_html || start.starts_with(b"<!doctype") || start.starts_with(b"<html")
}
