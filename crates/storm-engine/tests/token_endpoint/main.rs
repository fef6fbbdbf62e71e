//! What a token endpoint can do to a refresh, case by case of tests/faults/cases.txt: the real engine, the real SQLite vault and
//! the real protocol clients against the practice service. What counts is what is stored afterwards.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod broken_off;
mod certificate;
mod clocks;
mod grammar;
mod lifetime;
mod odd;
mod odd_answers;
mod passing;
#[expect(dead_code, reason = "the rest of it serves the engine's other tests")]
#[path = "../engine/person.rs"]
mod person;
mod refused;
mod restored;
#[expect(dead_code, reason = "the rest of it serves the engine's other tests")]
#[path = "../engine/rig.rs"]
mod rig;
mod scene;
mod size;
mod tunnel;
mod unreachable;
