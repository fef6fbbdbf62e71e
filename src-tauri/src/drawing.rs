//! How the page is drawn on Linux: by the processor, without the drivers of graphics.
//!
//! Lists and forms gain nothing from OpenGL: its drivers cost memory and time at every start, show some users an empty window,
//! end the program of others, and are slower than the processor wherever the graphics are emulated.

use gtk::glib;
use webkit2gtk::{HardwareAccelerationPolicy, Settings, SettingsExt as _, WebView, WebViewExt};

/// Where EGL (libglvnd's) looks for its drivers, instead of where they are installed.
const DRIVERS: &str = "__EGL_VENDOR_LIBRARY_FILENAMES";

/// Has WebKit look for drivers while there are none to be found. It looks once for as long as the program runs, when the first
/// settings are made, and would load them whatever those say.
///
/// Nobody else notices: the variable is gone before another process is started. The page's could not do without drivers.
/// Where EGL does not know the variable, all is as it would be without this.
///
/// To be called before the program has threads, which an environment that changes could disturb. GTK may begin some in between;
/// what they could read stays where it is when the variable goes, since it is the last one.
#[expect(clippy::disallowed_methods, reason = "before there are threads, and taken back")]
pub(crate) fn without_drivers() {
    let before = std::env::var_os(DRIVERS);
    let hidden = glib::setenv(DRIVERS, "/dev/null", true);
    // That there is no screen to be drawn on is found out again, and said, by who opens the window.
    if hidden.is_ok() && gtk::init().is_ok() {
        drop(Settings::new());
    }
    match before {
        Some(before) => drop(glib::setenv(DRIVERS, before, true)),
        None => glib::unsetenv(DRIVERS),
    }
}

/// Has the page drawn by the processor.
pub(crate) fn by_processor(view: &WebView) {
    if let Some(settings) = WebViewExt::settings(view) {
        settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
    }
}
