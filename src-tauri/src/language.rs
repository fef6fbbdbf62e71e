//! What tray, notifications, dialogs and the calendar file say, in the language that is spoken: from `locales/*/shell.ftl`, in the
//! same format as the page's texts.
//!
//! The choice lies sealed in the vault. What it came to is noted beside the vault as well, in plain text, so that a start that cannot
//! open the vault speaks the language that was spoken last. INVARIANT: the page is told of each change, and only of changes.

use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_langneg::{NegotiationStrategy, convert_vec_str_to_langids_lossy, negotiate_languages};
use serde::{Deserialize, Serialize};
use storm_domain::LanguageChoice;
use tauri::AppHandle;
use tauri_specta::Event as _;
use unic_langid::LanguageIdentifier;

use crate::note::Note;
use crate::shell_event::ShellEvent;
use crate::window;

/// Beside the vault. Holds a tag, or is not there.
const FILE: &str = "language";

/// A language there are messages in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub enum Language {
    /// English.
    #[serde(rename = "en")]
    English,
    /// German.
    #[serde(rename = "de")]
    German,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    Chinese,
}

/// What stands in a gap of a message.
pub(crate) type Gap<'a> = FluentValue<'a>;

impl Language {
    const ALL: [Self; 3] = [Self::English, Self::German, Self::Chinese];

    /// As the page and the folders name it (BCP 47).
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Chinese => "zh-CN",
        }
    }

    fn messages(self) -> &'static str {
        match self {
            Self::English => include_str!("../../locales/en/shell.ftl"),
            Self::German => include_str!("../../locales/de/shell.ftl"),
            Self::Chinese => include_str!("../../locales/zh-CN/shell.ftl"),
        }
    }

    fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The one of ours that fits what somebody reads, best first; English where none does.
    fn among(wanted: &[String]) -> Self {
        let available = Self::ALL.map(Language::identifier);
        let wanted = convert_vec_str_to_langids_lossy(wanted);
        let found = negotiate_languages(&wanted, &available, None, NegotiationStrategy::Filtering);
        found.first().and_then(|found| Self::of_tag(&found.to_string())).unwrap_or(Self::English)
    }

    fn identifier(self) -> LanguageIdentifier {
        self.tag().parse().unwrap_or_default()
    }

    /// A text without gaps.
    pub(crate) fn say(self, id: &str) -> String {
        self.say_of(id, [])
    }

    /// A text with what stands in its gaps.
    pub(crate) fn say_of<'a, const N: usize>(self, id: &str, gaps: [(&'static str, Gap<'a>); N]) -> String {
        let bundle = &BUNDLES[self as usize];
        let gaps: FluentArgs<'a> = gaps.into_iter().collect();
        let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) else { return id.to_owned() };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&gaps), &mut errors).into_owned();
        for error in errors {
            tracing::warn!(id, language = self.tag(), %error, "a text has a gap that is not filled");
        }
        text
    }
}

static BUNDLES: LazyLock<[FluentBundle<FluentResource>; 3]> = LazyLock::new(|| Language::ALL.map(bundle));

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![language.identifier()]);
    // All of them are written from left to right, and desktops show the marks of isolation as boxes.
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(language.messages().to_owned()).unwrap_or_else(|(readable, _)| readable);
    if bundle.add_resource(resource).is_err() {
        tracing::warn!(language = language.tag(), "a text stands there twice");
    }
    bundle
}

/// The language that is spoken now.
pub(crate) struct Speech {
    spoken: Mutex<Language>,
    note: Note,
    system: Language,
}

impl Speech {
    /// Before the vault can be asked: as it was left, or else as the system.
    pub(crate) fn at_start(data_folder: &Path) -> Self {
        Self::of(data_folder, Language::among(&sys_locale::get_locales().collect::<Vec<_>>()))
    }

    fn of(data_folder: &Path, system: Language) -> Self {
        let note = Note::of(data_folder, FILE);
        let last = note.read().and_then(|tag| Language::of_tag(&tag));
        Self { spoken: Mutex::new(last.unwrap_or(system)), note, system }
    }

    pub(crate) fn language(&self) -> Language {
        *self.spoken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows what the user chose, and tells the page when that is another language than before.
    pub(crate) fn follow(&self, app: &AppHandle, choice: LanguageChoice) {
        let Some(language) = self.change(choice) else { return };
        if let Err(error) = (ShellEvent::LanguageSpoken { language }).emit_to(app, window::MAIN) {
            tracing::warn!(%error, "the page could not be told of the language");
        }
    }

    /// The new language, if it is another one.
    fn change(&self, choice: LanguageChoice) -> Option<Language> {
        let (language, is_own) = match choice {
            LanguageChoice::System => (self.system, false),
            LanguageChoice::English => (Language::English, true),
            LanguageChoice::German => (Language::German, true),
            LanguageChoice::Chinese => (Language::Chinese, true),
        };
        let mut spoken = self.spoken.lock().unwrap_or_else(PoisonError::into_inner);
        let is_other = *spoken != language;
        *spoken = language;
        // A choice that happens to be the system's language outlives a change of the system, too.
        self.note.keep(is_own.then_some(language.tag()));
        is_other.then_some(language)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use fluent_bundle::FluentResource;

    use super::*;

    fn among(wanted: &[&str]) -> Language {
        Language::among(&wanted.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_first_language_of_the_system_that_there_is_counts() {
        for (wanted, spoken) in [
            (&["de-AT", "en-GB"][..], Language::German),
            (&["fr-FR", "de-DE"], Language::German),
            (&["zh-CN"], Language::Chinese),
            (&["zh-Hans-SG"], Language::Chinese),
            (&["zh"], Language::Chinese),
            (&["en-US", "de"], Language::English),
            (&["fr", "C"], Language::English),
            (&["not a tag"], Language::English),
            (&[], Language::English),
        ] {
            assert_eq!(among(wanted), spoken, "{wanted:?}");
        }
    }

    #[test]
    fn a_choice_is_spoken_at_the_next_start_before_the_vault_is_open() {
        let folder = tempfile::tempdir().unwrap();
        let speech = Speech::of(folder.path(), Language::English);
        assert_eq!(speech.language(), Language::English);
        assert_eq!(speech.change(LanguageChoice::German), Some(Language::German));
        assert_eq!(speech.change(LanguageChoice::German), None, "nothing changed");
        let next = Speech::of(folder.path(), Language::Chinese);
        assert_eq!(next.language(), Language::German);
        assert_eq!(next.change(LanguageChoice::System), Some(Language::Chinese));
        assert_eq!(Speech::of(folder.path(), Language::English).language(), Language::English);
    }

    #[test]
    fn a_note_that_is_none_counts_as_no_note() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "../../etc").unwrap();
        assert_eq!(Speech::of(folder.path(), Language::German).language(), Language::German);
    }

    #[test]
    fn counts_have_their_plural() {
        let said = |language: Language| [0, 1, 3].map(|n| language.say_of("tray-all-well", [("n", n.into())]));
        assert_eq!(
            said(Language::English),
            ["Nothing is connected yet", "1 integration, nothing to do", "3 integrations, nothing to do"]
        );
        assert_eq!(
            said(Language::German),
            ["Noch ist nichts verbunden", "1 Integration, nichts zu tun", "3 Integrationen, nichts zu tun"]
        );
        assert_eq!(said(Language::Chinese), ["尚未连接任何服务", "1 个集成，无需处理", "3 个集成，无需处理"]);
    }

    /// Ids and what stands in them, of messages that can be read whole.
    fn ids(language: Language) -> BTreeMap<String, BTreeSet<String>> {
        FluentResource::try_new(language.messages().to_owned()).expect("a message cannot be read");
        let mut found = BTreeMap::new();
        let mut id = String::new();
        for line in language.messages().lines() {
            if let Some((name, _)) = line.split_once(" =").filter(|(name, _)| !name.starts_with([' ', '#', '}'])) {
                id = name.to_owned();
            }
            let gaps = line.split('$').skip(1);
            let gaps =
                gaps.map(|rest| rest.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or("").to_owned());
            found.entry(id.clone()).or_insert_with(BTreeSet::new).extend(gaps);
        }
        found
    }

    #[test]
    fn every_text_that_is_said_is_there_in_every_language() {
        let english = ids(Language::English);
        assert!(english.len() > 40, "{}", english.len());
        for language in [Language::German, Language::Chinese] {
            let own = ids(language);
            assert_eq!(own.keys().collect::<Vec<_>>(), english.keys().collect::<Vec<_>>(), "{language:?}");
            for (id, gaps) in own {
                assert!(gaps.is_subset(&english[&id]), "{language:?}: {id} has a gap of its own");
            }
        }
        let sources = [
            include_str!("tray/mod.rs"),
            include_str!("tray/view.rs"),
            include_str!("tray/native.rs"),
            include_str!("tray/status_notifier.rs"),
            include_str!("notification/mod.rs"),
            include_str!("notification/reason.rs"),
            include_str!("notification/reminder.rs"),
            include_str!("window.rs"),
            include_str!("calendar.rs"),
        ];
        let is_said = |id: &String| sources.iter().any(|source| source.contains(&format!("\"{id}\"")));
        assert_eq!(english.keys().filter(|id| !is_said(id)).collect::<Vec<_>>(), [""; 0], "nobody says it");
        let starts = ["tray-", "notification-", "need-", "reminder-", "date-", "dialog-", "calendar-"];
        for source in sources {
            let quoted = source.split('"').filter(|text| starts.iter().any(|start| text.starts_with(start)));
            for id in quoted.filter(|text| text.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-')) {
                assert!(english.contains_key(id), "there is no text {id}");
            }
        }
    }
}
