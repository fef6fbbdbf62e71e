//! A page or XML where JSON was asked for, with the answer somewhere inside.
//!
//! Error pages repeat the request, with its refresh token whole, shortened or starred out. So a page is believed only when
//! both tokens stand in it; the caller believes none with a failure status.

use std::borrow::Cow;

use super::document::Object;
use super::scan;

/// What markup makes of the characters that JSON needs; `&amp;` last, so that nothing is undone twice.
const ENTITIES: &[(&str, &str)] = &[
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#x22;", "\""),
    ("&apos;", "'"),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&amp;", "&"),
];

/// Both tokens and what stands with them; None = not both are there.
pub(super) fn read(text: &str) -> Option<Object> {
    let plain = ENTITIES.iter().fold(Cow::Borrowed(text), |text, (entity, character)| {
        if text.contains(entity) { Cow::Owned(text.replace(entity, character)) } else { text }
    });
    Some(scan::read(&plain)).filter(Object::holds_both_tokens)
}
