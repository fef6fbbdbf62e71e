//! Landing slots: whatever lies in their file, an answer whose slot was left alone is still there, one whose slot was touched
//! does not open, nothing is overwritten before it was copied aside, and the next answer lands.

use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::sync::LazyLock;

use storm_crypto::MasterKey;
use storm_domain::{IntegrationId, RawTokenAnswer};
use storm_store::VaultFolder;
use storm_store::fuzzing::{Filled, LandingSlots};
use tempfile::TempDir;
use uuid::Uuid;

use crate::answer::answer;

/// As the format says.
const HEADER: usize = 41;
const SLOT: usize = 1024 * 1024 + 8 * 1024;
const BODIES: [&[u8]; 2] = [b"{\"refresh_token\":\"first\"}", b"{\"refresh_token\":\"second\"}"];
const NEXT: &[u8] = b"{\"refresh_token\":\"next\"}";
/// In memory where there is such a place, since every reading syncs the file.
const IN_MEMORY: &str = "/dev/shm";

struct House {
    slots: LandingSlots,
    landing: PathBuf,
    /// What the two slots hold, each as far as it is filled.
    filled: [Vec<u8>; 2],
    _folder: TempDir,
}

static HOUSE: LazyLock<House> = LazyLock::new(|| {
    let folder = tempfile::tempdir_in(IN_MEMORY).or_else(|_| tempfile::tempdir()).expect("a folder");
    let vault = VaultFolder::new(folder.path().join("data"));
    let landing = vault.landing();
    let key = MasterKey::make().expect("randomness");
    let slots = LandingSlots::new(vault, key, Uuid::nil()).expect("a folder");
    for (number, body) in (1..).zip(BODIES) {
        slots.land(integration(number), 1, &json(body)).expect("it lands");
    }
    let file = fs::read(landing.join("slots")).expect("it was made");
    let lengths = slots.read().expect("it reads").into_iter().map(|filled| HEADER + filled.length);
    let filled: Vec<_> = lengths.enumerate().map(|(slot, length)| file[slot * SLOT..][..length].to_vec()).collect();
    House { slots, landing, filled: filled.try_into().expect("two slots"), _folder: folder }
});

/// After an even byte, the file itself. After an odd one, changes of a good file: which slot, where in it, what is added there;
/// what is left over says where the file is cut.
pub fn read(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else { return };
    let house = &*HOUSE;
    let (slots, length) = if kind % 2 == 0 { ([rest.to_vec(), Vec::new()], rest.len()) } else { house.changed(rest) };
    house.write(&slots, length);

    let found = house.slots.read().expect("any file is read");
    for (number, bytes) in slots.iter().enumerate() {
        let is_whole = *bytes == house.filled[number] && length >= number * SLOT + bytes.len();
        let body = opened(&found, number);
        assert_eq!(body, is_whole.then_some(BODIES[number]), "slot {number}");
        let left = &bytes[..bytes.len().min(length.saturating_sub(number * SLOT))];
        let is_filled = left.iter().take(HEADER).any(|byte| *byte != 0);
        let is_kept = found.iter().any(|filled| filled.slot == number) || house.has_aside(number, left);
        assert!(!is_filled || is_kept, "slot {number} was overwritten");
    }

    house.slots.land(integration(3), 1, &json(NEXT)).expect("the next answer lands");
    let after = house.slots.read().expect("it reads");
    // EXPOSE: compared with what was landed.
    let has_next = |filled: &Filled| filled.answer.as_ref().is_some_and(|answer| answer.body.expose() == NEXT);
    assert!(after.iter().any(has_next), "the next answer is not there");
    for number in 0..BODIES.len() {
        assert_eq!(opened(&after, number).is_some_and(|body| body != NEXT), opened(&found, number).is_some());
    }
}

impl House {
    fn changed(&self, changes: &[u8]) -> ([Vec<u8>; 2], usize) {
        let mut slots = self.filled.clone();
        let (changes, left_over) = changes.as_chunks::<4>();
        for [slot, high, low, added] in changes {
            let bytes = &mut slots[usize::from(slot % 2)];
            let at = usize::from(u16::from_be_bytes([*high, *low])) % bytes.len();
            bytes[at] = bytes[at].wrapping_add(*added);
        }
        let length = match left_over {
            [cut] => usize::from(*cut),
            [cut, ..] => SLOT + usize::from(*cut),
            [] => 2 * SLOT,
        };
        (slots, length)
    }

    fn write(&self, slots: &[Vec<u8>; 2], length: usize) {
        for entry in fs::read_dir(&self.landing).expect("it is there") {
            fs::remove_file(entry.expect("an entry").path()).expect("it is ours");
        }
        let mut file = File::create(self.landing.join("slots")).expect("the folder is ours");
        for (number, bytes) in slots.iter().enumerate() {
            file.seek(SeekFrom::Start((number * SLOT) as u64)).expect("a file");
            file.write_all(bytes).expect("there is room");
        }
        file.set_len(length as u64).expect("there is room");
    }

    fn has_aside(&self, number: usize, bytes: &[u8]) -> bool {
        fs::read(self.landing.join(format!("slot-{number}-0.damaged"))).is_ok_and(|aside| aside.starts_with(bytes))
    }
}

/// The answer of a slot, if it opens.
fn opened(found: &[Filled], number: usize) -> Option<&[u8]> {
    let answer = found.iter().find(|filled| filled.slot == number)?.answer.as_ref()?;
    Some(answer.body.expose()) // EXPOSE: compared with what was landed.
}

fn integration(number: u128) -> IntegrationId {
    IntegrationId(Uuid::from_u128(number))
}

fn json(body: &[u8]) -> RawTokenAnswer {
    answer(200, Some("application/json"), body)
}
