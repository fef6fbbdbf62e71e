//! The life of the application: how it starts, and how it ends.
//!
//! The first process of a user owns the vault; a later one brings the first one's window to the front and ends. Closing the
//! window keeps the program; Quit in the tray and SIGTERM end it after what is in flight.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use storm_agent::{Host, HostOptions};
use tauri::{App, AppHandle, Manager as _, RunEvent};
use tokio::sync::mpsc::unbounded_channel;

use crate::appearance::Look;
use crate::attention::{self, EventQueue};
use crate::autostart::HIDDEN;
use crate::diagnostics::{Desktop, ShownReport};
use crate::file_drop::FileDrops;
use crate::import::Imports;
use crate::language::Speech;
use crate::log::ProgramLog;
use crate::notification::Pace;
use crate::original::Originals;
use crate::practice::Practice;
use crate::settings::Settings;
use crate::shell::Shell;
use crate::tray::TrayPresence;
use crate::{bindings, log, notification, predecessor, window};

/// Runs until the user quits.
#[must_use]
pub fn run() -> ExitCode {
    let settings = match Settings::read() {
        Ok(settings) => settings,
        Err(error) => {
            eprintln!("storm-connect: {error}");
            return ExitCode::from(2);
        }
    };
    #[cfg(target_os = "linux")]
    crate::drawing::without_drivers();
    let log = log::begin(&settings.log_filter);
    predecessor::await_end_of_a_dying_one();

    let bindings = bindings::builder();
    let application = tauri::Builder::default()
        // First: a second process must end before it touches the vault.
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _| {
            // A start at login that comes second, as after a log-in that was restored, wants nothing shown.
            if !arguments.iter().any(|argument| argument == HIDDEN) {
                window::show(app);
            }
        }))
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(bindings.invoke_handler())
        .setup(move |app| {
            bindings.mount_events(app);
            set_up(app, settings, log)
                .inspect_err(|error| tracing::error!(%error, "the window could not be opened"))?;
            Ok(())
        })
        .build(tauri::generate_context!());
    match application {
        Ok(application) => {
            application.run(|app, event| {
                if let RunEvent::ExitRequested { code: None, api, .. } = event {
                    api.prevent_exit();
                    quit(app);
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            tracing::error!(%error, "the application could not be started");
            ExitCode::FAILURE
        }
    }
}

fn set_up(app: &App, settings: Settings, log: Arc<ProgramLog>) -> tauri::Result<()> {
    let handle = app.handle();
    let (drops, pending_drops) = FileDrops::queue();
    app.manage(TrayPresence::default());
    app.manage(Speech::at_start(&settings.data_folder));
    app.manage(Look::at_start(&settings.data_folder));
    app.state::<Look>().begin(handle);
    // First: the web view's processes start while the vault is opened. The page asks nothing before this function has ended.
    let hidden = settings.hidden;
    window::open(handle, app.state::<TrayPresence>().inner().clone(), drops, hidden)?;
    let (events, pending_events) = unbounded_channel();
    let pace = Pace { hour: settings.hour };
    let practice = Practice::new(settings.practice_port, settings.data_folder.join("practice.json"));
    let host = tauri::async_runtime::block_on(async {
        practice.resume().await;
        Host::start(HostOptions {
            data_folder: settings.data_folder,
            socket_path: settings.socket_path,
            events: Arc::new(EventQueue(events)),
            keyring: None,
            version: app.package_info().version.to_string(),
        })
    });
    host.surround(Arc::new(Desktop::around(settings.session, app.state::<TrayPresence>().inner().clone())));
    app.manage(Shell {
        host: Arc::clone(&host),
        clipboard: Arc::default(),
        practice,
        originals: Originals::default(),
        imports: Imports::new(settings.import_places, app.path().home_dir().ok()),
        autostart: settings.autostart,
        report: ShownReport::default(),
        log: Arc::clone(&log),
        ending: AtomicBool::new(false),
    });
    tauri::async_runtime::spawn(pending_drops.handle(handle.clone()));
    tauri::async_runtime::spawn(attention::follow(handle.clone(), host, pending_events, pace, hidden));
    tauri::async_runtime::spawn(log.tell(handle.clone()));
    tauri::async_runtime::spawn(quit_on_signal(handle.clone()));
    Ok(())
}

/// Ends the program after what is in flight. Asked a second time, it ends at once.
pub(crate) fn quit(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let shell = app.state::<Shell>();
        if !shell.ending.swap(true, Ordering::Relaxed) {
            notification::withdraw_all(&app).await;
            shell.host.shut_down().await;
            shell.practice.stop().await;
        }
        app.exit(0);
    });
}

async fn quit_on_signal(app: AppHandle) {
    match ended_by_signal().await {
        Ok(()) => quit(&app),
        Err(error) => tracing::warn!(%error, "signals are not followed"),
    }
}

#[cfg(unix)]
async fn ended_by_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn ended_by_signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
