//! `.netrc`: words in pairs behind `machine` or `default`, and macros, which are passed over (curl's and GNU inetutils' reading).

use crate::Format;
use crate::candidate::Reading;
use crate::named::{Entry, take_all};

use super::Text;

/// A word and its line.
struct Word<'a> {
    text: std::borrow::Cow<'a, str>,
    line: u32,
}

#[derive(Default)]
struct Machine {
    host: Option<String>,
    login: Option<String>,
    password: Option<zeroize::Zeroizing<String>>,
    line: u32,
}

pub(super) fn read(text: Text<'_>) -> Reading {
    let mut reading = Reading::new(Format::Netrc);
    for machine in machines(text.text) {
        let Some(password) = &machine.password else { continue };
        let entry = Entry {
            name: "password",
            value: password,
            shown: machine.host.as_ref().map_or_else(|| "default".to_owned(), |host| format!("machine {host}")),
            line: Some(machine.line),
            is_secret: true,
            host: machine.host.as_deref(),
            user: machine.login.as_deref(),
            ..Entry::default()
        };
        take_all(&[entry], text.now, &mut reading);
    }
    reading
}

fn machines(text: &str) -> Vec<Machine> {
    let (mut machines, mut present): (Vec<Machine>, Option<Machine>) = (Vec::new(), None);
    let words = words(text);
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        match word.text.as_ref() {
            "machine" => {
                machines.extend(present.take());
                present = words.next().map(|host| Machine { host: Some(host.text.into_owned()), ..Machine::default() });
            }
            "default" => {
                machines.extend(present.take());
                present = Some(Machine::default());
            }
            key @ ("login" | "password" | "account") => {
                let Some(value) = words.next() else { break };
                let Some(machine) = present.as_mut() else { continue };
                match key {
                    "login" => machine.login = Some(value.text.into_owned()),
                    "password" => {
                        machine.line = value.line;
                        machine.password = Some(zeroize::Zeroizing::new(value.text.into_owned()));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    machines.extend(present);
    machines
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut in_macro = false;
    for (number, line) in (1..).zip(text.lines()) {
        // A macro ends at an empty line.
        in_macro = in_macro && !line.trim().is_empty();
        let mut rest = line.trim();
        while !in_macro && !rest.is_empty() && !rest.starts_with('#') {
            let (word, after) = first_word(rest);
            rest = after.trim_start();
            in_macro = word == "macdef";
            if !in_macro {
                words.push(Word { text: word, line: number });
            }
        }
    }
    words
}

fn first_word(text: &str) -> (std::borrow::Cow<'_, str>, &str) {
    let Some(body) = text.strip_prefix('"') else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        return (text[..end].into(), &text[end..]);
    };
    let mut word = String::with_capacity(body.len());
    let mut characters = body.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return (word.into(), &body[at + 1..]),
            '\\' => word.extend(characters.next().map(|(_, c)| c)),
            c => word.push(c),
        }
    }
    (word.into(), "")
}
