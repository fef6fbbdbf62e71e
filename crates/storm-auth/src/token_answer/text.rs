//! Bytes to text: UTF-8, UTF-16, UTF-32 or Latin-1, with or without a byte order mark, compressed or not. Never fails, and
//! never unpacks more than is read of an answer.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::{GzDecoder, ZlibDecoder};
use zeroize::Zeroizing;

use crate::http::LARGEST_ANSWER;

/// The text, and whether it was anything but plain UTF-8.
pub(super) fn decode(bytes: &[u8]) -> (Zeroizing<String>, bool) {
    match bytes {
        [0x1f, 0x8b, ..] => (decode_plain(&unpacked(GzDecoder::new(bytes))).0, true),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => (decode_plain(&unpacked(ZlibDecoder::new(bytes))).0, true),
        _ => decode_plain(bytes),
    }
}

/// As much as is whole, and no more than is read of an answer: a bomb is cut off, and so is what was damaged on its way.
fn unpacked(mut packed: impl Read) -> Zeroizing<Vec<u8>> {
    let mut plain = Zeroizing::new(vec![0; LARGEST_ANSWER]);
    let mut length = 0;
    while let Ok(read @ 1..) = packed.read(&mut plain[length..]) {
        length += read;
    }
    plain.truncate(length);
    plain
}

fn decode_plain(bytes: &[u8]) -> (Zeroizing<String>, bool) {
    let (text, is_odd): (Cow<'_, str>, bool) = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => (decode_bytes(rest).0, true),
        [0xff, 0xfe, 0, 0, rest @ ..] => (decode_utf32(rest, u32::from_le_bytes), true),
        [0, 0, 0xfe, 0xff, rest @ ..] => (decode_utf32(rest, u32::from_be_bytes), true),
        [first, 0, 0, 0, ..] if *first != 0 => (decode_utf32(bytes, u32::from_le_bytes), true),
        [0, 0, 0, fourth, ..] if *fourth != 0 => (decode_utf32(bytes, u32::from_be_bytes), true),
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

fn decode_utf32(bytes: &[u8], unit: fn([u8; 4]) -> u32) -> Cow<'_, str> {
    let units = bytes.chunks_exact(4).map(|four| unit([four[0], four[1], four[2], four[3]]));
    units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Cow<'_, str> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
