//! The tray on macOS and Windows: tauri's own.

use std::sync::Mutex;

use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager as _};

use super::view::TrayView;
use super::{Choice, TrayPresence, follow_choice, icon};

const ID: &str = "main";

/// The tray; None when it could not be made.
pub(crate) struct Tray(Option<TrayIcon>);

/// What the menu's entries do, by their index.
#[derive(Default)]
struct Choices(Mutex<Vec<Choice>>);

impl Tray {
    pub(crate) async fn start(app: &AppHandle) -> Self {
        app.manage(Choices::default());
        let built = TrayIconBuilder::with_id(ID)
            .show_menu_on_left_click(true)
            .on_menu_event(|app, event| {
                let choices = app.state::<Choices>();
                let chosen = event.id().as_ref().parse::<usize>().ok().and_then(|index| {
                    choices.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(index).cloned()
                });
                if let Some(choice) = chosen {
                    follow_choice(app, &choice);
                }
            })
            .build(app)
            .inspect_err(|error| tracing::warn!(%error, "there is no tray"));
        app.state::<TrayPresence>().set(built.is_ok());
        Self(built.ok())
    }

    pub(crate) async fn show(&self, view: TrayView) {
        let Some(tray) = &self.0 else { return };
        if let Err(error) = draw(tray, view) {
            tracing::warn!(%error, "the tray could not be changed");
        }
    }
}

fn draw(tray: &TrayIcon, view: TrayView) -> tauri::Result<()> {
    let app = tray.app_handle();
    let menu = Menu::new(app)?;
    let mut choices = Vec::new();
    let mut add = |label: &str, choice: Choice| {
        // "&" would mark an access key.
        let item = MenuItem::with_id(app, choices.len().to_string(), label.replace('&', "&&"), true, None::<&str>)?;
        choices.push(choice);
        menu.append(&item)
    };
    for (label, event) in view.reconnects {
        add(&label, event.map_or(Choice::Open, Choice::Show))?;
    }
    add(&view.language.say("tray-open"), Choice::Open)?;
    if let Some(pause) = view.pause {
        add(&pause.label(view.language), Choice::Pause(pause))?;
    }
    add(&view.language.say("tray-quit"), Choice::Quit)?;
    let separator = PredefinedMenuItem::separator(app)?;
    menu.insert(&separator, choices.len() - 1)?;
    *app.state::<Choices>().0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = choices;
    tray.set_icon(Some(icon::image(view.shape)?))?;
    tray.set_tooltip(Some(format!("Storm Connect: {}", view.summary)))?;
    tray.set_menu(Some(menu))
}
