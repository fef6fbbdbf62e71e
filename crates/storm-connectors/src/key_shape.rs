//! How a service's keys look: prefix, length, checksum. Used to recognise a key before it is sent anywhere.

use serde::Deserialize;

/// One form of a service's keys.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct KeyShape {
    /// What such a key begins with; never empty.
    pub prefix: String,
    /// What it is called, with its article: "a personal access token (classic)".
    pub what: String,
    /// What it is good for.
    #[serde(default)]
    pub kind: KeyKind,
    /// Whole length in characters, where it never varies.
    pub length: Option<usize>,
    /// Whole length by which such a key is told from one of another service that begins alike. Other lengths are no mistake.
    pub telling_length: Option<usize>,
    /// A checksum in the key itself.
    pub checksum: Option<Checksum>,
}

/// What a key is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeyKind {
    /// A secret key for real data.
    #[default]
    Secret,
    /// A secret key for test data.
    Test,
    /// A key meant for public pages; it authenticates nobody.
    Publishable,
    /// A secret of this service, but not one that can stand here.
    WrongKind,
}

/// A checksum that some keys carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Checksum {
    /// The last six characters are the CRC-32 of the part between prefix and checksum, in base 62.
    GithubCrc32,
    /// Routable tokens of GitLab: behind the last dot stand the length of the payload in two digits, and the CRC-32 of all before
    /// it in seven, both in base 36. Tokens without a dot are older, and have none.
    GitlabCrc32,
}

impl Checksum {
    /// Whether `key` carries the checksum it should; `prefix` is the part before the random characters.
    #[must_use]
    pub fn matches(self, key: &str, prefix: &str) -> bool {
        match self {
            Self::GithubCrc32 => {
                let Some((covered, sum)) =
                    key.strip_prefix(prefix).and_then(|rest| rest.split_at_checked(rest.len().checked_sub(6)?))
                else {
                    return false;
                };
                base62(crc32fast::hash(covered.as_bytes())) == sum
            }
            Self::GitlabCrc32 => {
                let Some((before, tail)) = key.rsplit_once('.') else { return true };
                let Some((length, sum)) = tail.split_at_checked(2).filter(|(_, sum)| sum.len() == 7) else {
                    return false;
                };
                let payload = before.strip_prefix(prefix).and_then(|rest| rest.split('.').next()).unwrap_or_default();
                let covered = &key[..key.len() - sum.len()];
                usize::from_str_radix(length, 36) == Ok(payload.len())
                    && u32::from_str_radix(sum, 36) == Ok(crc32fast::hash(covered.as_bytes()))
            }
        }
    }
}

/// Six digits of base 62: 0–9, A–Z, a–z.
fn base62(mut number: u32) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    digits.iter().copied().map(char::from).collect()
}

/// The shape with the longest prefix that `key` begins with.
pub(crate) fn longest_match<'a>(shapes: &'a [KeyShape], key: &str) -> Option<&'a KeyShape> {
    shapes.iter().filter(|shape| key.starts_with(&shape.prefix)).max_by_key(|shape| shape.prefix.len())
}
