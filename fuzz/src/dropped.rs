//! Dropped files: read within their time, and nothing of their text stands in an error.

use std::time::{Duration, Instant};

use storm_connectors::{DroppedFile, read_dropped, read_key_material};
use storm_domain::Timestamp;
use storm_secret::Passphrase;

use crate::PLANTED;

const NOW: Timestamp = Timestamp(1_795_000_000_000);
/// Two seconds are promised; instruments make everything several times slower.
const LONGEST: Duration = Duration::from_secs(20);

pub fn read(data: &[u8], name: &str, password: Option<&str>) {
    let password = password.map(Passphrase::new);
    let begun = Instant::now();
    let file = DroppedFile { bytes: data, name };
    match read_key_material(file, password.as_ref(), NOW) {
        Ok(material) => {
            assert!(!material.file_name.contains('/'));
            assert!(!format!("{material:?}").contains("PRIVATE KEY"), "a secret is printed");
            if let Some(holder) = &material.holder {
                assert!(holder.name().chars().count() <= 200 && !holder.name().contains(char::is_control));
            }
        }
        Err(error) => {
            let said = error.to_string();
            assert!(!said.contains(PLANTED), "{said}");
            assert!(said.ends_with('.'), "{said}");
        }
    }
    // As one of two files.
    let (one, other) = data.split_at(data.len() / 2);
    let files = [DroppedFile { bytes: one, name }, DroppedFile { bytes: other, name: "other.pem" }];
    if let Err(error) = read_dropped(&files, password.as_ref(), NOW) {
        assert!(!error.to_string().contains(PLANTED));
    }
    assert!(begun.elapsed() < LONGEST, "it took {:?}", begun.elapsed());
}
