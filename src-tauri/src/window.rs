//! The one window.
//!
//! INVARIANT: it shows the program's own page and nothing else. Navigation, new windows and downloads are refused; closing
//! it keeps the program running, with the page loaded, so that it is back at once.

use std::path::PathBuf;
use std::time::Duration;

use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager as _, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent};
use tauri_plugin_dialog::{DialogExt as _, FileDialogBuilder};
use tauri_specta::Event as _;
use tokio::sync::oneshot;

use crate::appearance::{self, Look};
use crate::file_drop::FileDrops;
use crate::language::Speech;
use crate::notification;
use crate::shell_event::ShellEvent;
use crate::tray::TrayPresence;
#[cfg(target_os = "linux")]
use crate::{drawing, page_process};

/// Its label, which capabilities/main.json names.
pub(crate) const MAIN: &str = "main";

/// How long a panel may take at login before the window goes where it can be found without one.
const PATIENCE_WITH_PANEL: Duration = Duration::from_secs(10);

/// Opens the window; `hidden`, it is made ready and waits out of sight.
pub(crate) fn open(app: &AppHandle, tray: TrayPresence, drops: FileDrops, hidden: bool) -> tauri::Result<()> {
    // The page speaks and looks so from its first frame on, before it can ask anything.
    let (language, look) = (app.state::<Speech>().language().tag(), app.state::<Look>());
    let page = format!("index.html?language={language}&appearance={}", appearance::word(look.appearance()));
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App(page.into()))
        .title("Storm Connect")
        .inner_size(1180.0, 760.0)
        .min_inner_size(720.0, 480.0)
        .visible(!hidden)
        .devtools(cfg!(debug_assertions))
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .build()?;
    #[cfg(target_os = "linux")]
    window.with_webview(|view| {
        drawing::by_processor(&view.inner());
        page_process::bring_back(&view.inner());
    })?;
    look.colour(&window);
    let closing = window.clone();
    window.on_window_event(move |event| match event {
        WindowEvent::CloseRequested { api, .. } => {
            api.prevent_close();
            put_away(&closing, &tray);
        }
        WindowEvent::DragDrop(event) => drops.publish(event),
        _ => {}
    });
    Ok(())
}

/// Brings the window to the front.
pub(crate) fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    for outcome in [window.show(), window.unminimize(), window.set_focus()] {
        if let Err(error) = outcome {
            tracing::warn!(%error, "the window could not be shown");
        }
    }
}

/// Brings the window to the front and tells the page what to show.
pub(crate) fn tell(app: &AppHandle, event: &ShellEvent) {
    show(app);
    if let Err(error) = event.emit_to(app, MAIN) {
        tracing::warn!(%error, "the page could not be told");
    }
}

/// What is chosen in the system's file chooser.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted {
    Key,
    Authority,
    Calendar,
    LogTable,
    LogLines,
    Diagnostics,
    /// A sealed export, to be written.
    NewExport,
    /// One, to be read.
    Export,
    Import,
}

impl Wanted {
    /// The messages of its title and of the kind of file, and the endings of such files.
    fn words(self) -> (&'static str, &'static str, &'static [&'static str]) {
        match self {
            Self::Key => {
                let kinds = &["json", "pem", "key", "p8", "p12", "pfx", "der", "crt", "cer", "csv", "yaml", "yml"];
                ("dialog-key-title", "dialog-key-kind", kinds)
            }
            Self::Authority => ("dialog-authority-title", "dialog-authority-kind", &["pem", "crt", "cer", "der"]),
            Self::Import => {
                let kinds = &["env", "json", "yaml", "yml", "csv", "1pux", "bru", "txt"];
                ("dialog-import-title", "dialog-import-kind", kinds)
            }
            Self::Calendar => ("dialog-calendar-title", "dialog-calendar-kind", &["ics"]),
            Self::LogTable => ("dialog-log-title", "dialog-log-table-kind", &["csv"]),
            Self::LogLines => ("dialog-log-title", "dialog-log-lines-kind", &["jsonl"]),
            Self::Diagnostics => ("dialog-diagnostics-title", "dialog-diagnostics-kind", &["txt"]),
            Self::NewExport => ("dialog-new-export-title", "dialog-export-kind", &["storm-connect"]),
            Self::Export => ("dialog-export-title", "dialog-export-kind", &["storm-connect"]),
        }
    }

    /// What a file is called unless the user calls it something else.
    fn file_name(self) -> &'static str {
        match self {
            Self::Key | Self::Authority | Self::Export | Self::Import => "",
            Self::Calendar => "storm-connect.ics",
            Self::LogTable => "storm-connect-activity.csv",
            Self::LogLines => "storm-connect-activity.jsonl",
            Self::Diagnostics => "storm-connect-diagnostics.txt",
            Self::NewExport => "integrations.storm-connect",
        }
    }
}

/// The path the user chose in the system's file chooser; None = closed without a choice.
pub(crate) async fn choose_file(window: &WebviewWindow, wanted: Wanted) -> Option<PathBuf> {
    let (chosen, choice) = oneshot::channel();
    // The answer is not waited for any more when the window is gone.
    chooser(window, wanted).pick_file(move |path| drop(chosen.send(path)));
    choice.await.ok().flatten()?.into_path().ok()
}

/// The folder the user chose; None = closed without a choice.
pub(crate) async fn choose_folder(window: &WebviewWindow) -> Option<PathBuf> {
    let (chosen, choice) = oneshot::channel();
    let title = window.state::<Speech>().language().say("dialog-folder-title");
    let dialog = window.dialog().file().set_parent(window).set_title(title);
    dialog.pick_folder(move |path| drop(chosen.send(path)));
    choice.await.ok().flatten()?.into_path().ok()
}

/// The path under which the user wants a file saved; None = closed without a choice.
pub(crate) async fn choose_place(window: &WebviewWindow, wanted: Wanted) -> Option<PathBuf> {
    let (chosen, choice) = oneshot::channel();
    chooser(window, wanted).set_file_name(wanted.file_name()).save_file(move |path| drop(chosen.send(path)));
    let path = choice.await.ok().flatten()?.into_path().ok()?;
    if path.extension().is_some() {
        return Some(path);
    }
    // Some choosers leave it away. Whether to replace what lies there was not asked for the longer name.
    let whole = path.with_extension(wanted.words().2.first()?);
    Some(if whole.exists() { path } else { whole })
}

/// The paths the user chose; none = closed without a choice.
pub(crate) async fn choose_files(window: &WebviewWindow, wanted: Wanted) -> Vec<PathBuf> {
    let (chosen, choice) = oneshot::channel();
    chooser(window, wanted).pick_files(move |paths| drop(chosen.send(paths)));
    let paths = choice.await.ok().flatten().unwrap_or_default();
    paths.into_iter().filter_map(|path| path.into_path().ok()).collect()
}

fn chooser(window: &WebviewWindow, wanted: Wanted) -> FileDialogBuilder<tauri::Wry> {
    let language = window.state::<Speech>().language();
    let (title, kind, extensions) = wanted.words();
    window
        .dialog()
        .file()
        .set_parent(window)
        .set_title(language.say(title))
        .add_filter(language.say(kind), extensions)
        .add_filter(language.say("dialog-all-files"), &["*"])
}

/// After a start out of sight: where no tray turns up from which it could be opened, the window goes into the task bar.
pub(crate) async fn await_way_back(app: AppHandle) {
    let tray = app.state::<TrayPresence>().inner().clone();
    if tokio::time::timeout(PATIENCE_WITH_PANEL, tray.wait_until_shown()).await.is_ok() {
        return;
    }
    let Some(window) = app.get_webview_window(MAIN) else { return };
    if window.is_visible().unwrap_or(false) {
        return; // somebody started the program once more, which shows it
    }
    for outcome in [window.minimize(), window.show()] {
        if let Err(error) = outcome {
            tracing::warn!(%error, "the window could not be put where it can be found");
        }
    }
}

/// Into the tray; where there is no tray to come back from, into the task bar.
fn put_away(window: &WebviewWindow, tray: &TrayPresence) {
    let outcome = if tray.is_shown() {
        window.hide()
    } else {
        notification::tell_minimized(window.app_handle());
        window.minimize()
    };
    if let Err(error) = outcome {
        tracing::warn!(%error, "the window could not be put away");
    }
}

fn is_own_page(url: &Url) -> bool {
    let own = matches!(
        (url.scheme(), url.host_str(), url.port()),
        ("tauri", Some("localhost"), None) | ("http" | "https", Some("tauri.localhost"), None)
    );
    own || (tauri::is_dev() && url.host_str() == Some("localhost") && url.port() == Some(1420))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o01_the_window_stays_on_its_own_page() {
        for own in ["tauri://localhost/index.html", "http://tauri.localhost/", "https://tauri.localhost/#/health"] {
            assert!(is_own_page(&Url::parse(own).unwrap()), "{own}");
        }
    }

    #[test]
    fn o01_every_other_address_is_refused() {
        for other in [
            "https://evil.example/",
            "https://tauri.localhost.evil.example/",
            "https://tauri.localhost:8443/",
            "https://localhost/",
            "tauri://evil/",
            "http://127.0.0.1:4780/",
            "file:///etc/passwd",
            "data:text/html,x",
            "about:blank",
            "javascript:alert(1)",
            "blob:tauri://localhost/5",
        ] {
            assert!(!is_own_page(&Url::parse(other).unwrap()), "{other}");
        }
    }
}
