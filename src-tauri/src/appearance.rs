//! Whether the program is light or dark, as its user chose.
//!
//! The page draws itself so; here is what the system draws around it. The choice lies sealed in the vault, and is noted beside it, so
//! that the first frame of a start that cannot open the vault is right, too. High contrast and colours that the system forces are left
//! to the system.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use storm_domain::Appearance;
use tauri::webview::Color;
use tauri::{AppHandle, Manager as _, Theme, WebviewWindow};

use crate::note::Note;
use crate::window;

/// Beside the vault. Holds [`word`], or is not there.
const FILE: &str = "appearance";

/// `--window` of the page's tokens.
const LIGHT_PAGE: Color = Color(245, 247, 249, 255);
const DARK_PAGE: Color = Color(18, 21, 26, 255);

/// What is chosen now.
pub(crate) struct Look {
    chosen: Mutex<Appearance>,
    note: Note,
    #[cfg(target_os = "linux")]
    desktop: desktop::Desktop,
}

impl Look {
    /// Before the vault can be asked: as it was left.
    pub(crate) fn at_start(data_folder: &Path) -> Self {
        let note = Note::of(data_folder, FILE);
        let chosen = note.read().as_deref().and_then(of_word).unwrap_or_default();
        Self {
            chosen: Mutex::new(chosen),
            note,
            #[cfg(target_os = "linux")]
            desktop: desktop::Desktop::default(),
        }
    }

    pub(crate) fn appearance(&self) -> Appearance {
        *self.chosen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the system draw what is around the page as it was chosen. To be called on the main thread, before there is a window.
    pub(crate) fn begin(&self, app: &AppHandle) {
        #[cfg(target_os = "linux")]
        self.desktop.begin(app);
        self.draw_around(app);
    }

    /// Follows what the user chose.
    pub(crate) fn follow(&self, app: &AppHandle, appearance: Appearance) {
        if !self.change(appearance) {
            return;
        }
        let (main, there) = (app.clone(), app.clone());
        let drawn = main.run_on_main_thread(move || {
            there.state::<Self>().draw_around(&there);
            if let Some(window) = there.get_webview_window(window::MAIN) {
                there.state::<Self>().colour(&window);
            }
        });
        if let Err(error) = drawn {
            tracing::warn!(%error, "what is around the page could not be drawn anew");
        }
    }

    /// Gives a window the page's own colour, until the page is drawn: no white flash in the dark.
    pub(crate) fn colour(&self, window: &WebviewWindow) {
        let is_dark = match self.appearance() {
            Appearance::Light => false,
            Appearance::Dark => true,
            Appearance::System => self.system_is_dark(window),
        };
        if let Err(error) = window.set_background_color(Some(if is_dark { DARK_PAGE } else { LIGHT_PAGE })) {
            tracing::warn!(%error, "the window has no colour of its own");
        }
    }

    /// Whether it is another one than before.
    fn change(&self, appearance: Appearance) -> bool {
        let before = std::mem::replace(&mut *self.chosen.lock().unwrap_or_else(PoisonError::into_inner), appearance);
        self.note.keep(Some(word(appearance)).filter(|_| appearance != Appearance::System));
        before != appearance
    }

    #[cfg(target_os = "linux")]
    fn draw_around(&self, _: &AppHandle) {
        self.desktop.draw(self.appearance());
    }

    #[cfg(not(target_os = "linux"))]
    fn draw_around(&self, app: &AppHandle) {
        app.set_theme(match self.appearance() {
            Appearance::System => None,
            Appearance::Light => Some(Theme::Light),
            Appearance::Dark => Some(Theme::Dark),
        });
    }

    #[cfg(target_os = "linux")]
    fn system_is_dark(&self, window: &WebviewWindow) -> bool {
        self.desktop.is_dark() || matches!(window.theme(), Ok(Theme::Dark))
    }

    #[cfg(not(target_os = "linux"))]
    fn system_is_dark(&self, window: &WebviewWindow) -> bool {
        matches!(window.theme(), Ok(Theme::Dark))
    }
}

/// As the page is told, and as it is noted.
pub(crate) fn word(appearance: Appearance) -> &'static str {
    match appearance {
        Appearance::System => "system",
        Appearance::Light => "light",
        Appearance::Dark => "dark",
    }
}

fn of_word(word: &str) -> Option<Appearance> {
    match word {
        "light" => Some(Appearance::Light),
        "dark" => Some(Appearance::Dark),
        _ => None,
    }
}

/// GTK has one setting for it. The window library sets that as the desktop says, whatever was chosen here: at the start, and
/// whenever the desktop changes. Its own `set_theme` cannot give it back to the desktop either: no theme is the light one there.
#[cfg(target_os = "linux")]
mod desktop {
    use std::sync::atomic::{AtomicBool, Ordering};

    use gtk::prelude::GtkSettingsExt as _;
    use storm_domain::Appearance;
    use tauri::{AppHandle, Manager as _};

    use super::Look;

    #[derive(Default)]
    pub(super) struct Desktop {
        /// What the desktop said last.
        is_dark: AtomicBool,
        /// It is set from here just now.
        is_own: AtomicBool,
    }

    impl Desktop {
        pub(super) fn begin(&self, app: &AppHandle) {
            let Some(settings) = gtk::Settings::default() else { return };
            self.is_dark.store(settings.is_gtk_application_prefer_dark_theme(), Ordering::Relaxed);
            let app = app.clone();
            settings.connect_gtk_application_prefer_dark_theme_notify(move |settings| {
                let look = app.state::<Look>();
                if look.desktop.is_own.load(Ordering::Relaxed) {
                    return;
                }
                look.desktop.is_dark.store(settings.is_gtk_application_prefer_dark_theme(), Ordering::Relaxed);
                look.desktop.draw(look.appearance());
            });
        }

        pub(super) fn draw(&self, appearance: Appearance) {
            let Some(settings) = gtk::Settings::default() else { return };
            let wanted = match appearance {
                Appearance::System => self.is_dark(),
                Appearance::Light => false,
                Appearance::Dark => true,
            };
            if settings.is_gtk_application_prefer_dark_theme() != wanted {
                self.is_own.store(true, Ordering::Relaxed);
                settings.set_gtk_application_prefer_dark_theme(wanted);
                self.is_own.store(false, Ordering::Relaxed);
            }
        }

        pub(super) fn is_dark(&self) -> bool {
            self.is_dark.load(Ordering::Relaxed)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_there_at_the_next_start_before_the_vault_is_open() {
        let folder = tempfile::tempdir().unwrap();
        let look = Look::at_start(folder.path());
        assert_eq!(look.appearance(), Appearance::System);
        assert!(look.change(Appearance::Dark));
        assert!(!look.change(Appearance::Dark), "nothing changed");
        let next = Look::at_start(folder.path());
        assert_eq!(next.appearance(), Appearance::Dark);
        assert!(next.change(Appearance::Light));
        assert_eq!(Look::at_start(folder.path()).appearance(), Appearance::Light);
        assert!(next.change(Appearance::System));
        assert_eq!(Look::at_start(folder.path()).appearance(), Appearance::System);
        assert_eq!(folder.path().read_dir().unwrap().count(), 0, "what the system says is not noted");
    }

    #[test]
    fn a_note_that_is_none_counts_as_no_note() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "<script>").unwrap();
        assert_eq!(Look::at_start(folder.path()).appearance(), Appearance::System);
    }
}
