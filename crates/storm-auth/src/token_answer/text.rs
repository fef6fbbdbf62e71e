//! Bytes to text: UTF-8, UTF-16 or Latin-1, with or without a byte order mark. Never fails.

use std::borrow::Cow;

use zeroize::Zeroizing;

/// The text, and whether it was anything but plain UTF-8.
pub(super) fn decode(bytes: &[u8]) -> (Zeroizing<String>, bool) {
    let (text, is_odd): (Cow<'_, str>, bool) = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => (decode_bytes(rest).0, true),
        [0xff, 0xfe, rest @ ..] => (decode_utf16(rest, u16::from_le_bytes), true),
        [0xfe, 0xff, rest @ ..] => (decode_utf16(rest, u16::from_be_bytes), true),
        [first, 0, ..] if *first != 0 => (decode_utf16(bytes, u16::from_le_bytes), true),
        [0, second, ..] if *second != 0 => (decode_utf16(bytes, u16::from_be_bytes), true),
        _ => decode_bytes(bytes),
    };
    (Zeroizing::new(text.into_owned()), is_odd)
}

fn decode_bytes(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), false),
        // Latin-1 gives every byte a character, so that a single one never costs the answer.
        Err(_) => (bytes.iter().copied().map(char::from).collect(), true),
    }
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Cow<'_, str> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
