//! The instance before this one, which may have crashed a moment ago.
//!
//! While the session bus still lists a process that is dying, nothing sent to it is answered, and the single-instance plugin
//! would take that for a reason not to start. A ping settles it: an instance that lives answers, and one that is gone is
//! forgotten by the bus before the ping has failed.

#[cfg(target_os = "linux")]
use gtk::gio::{BusType, Cancellable, DBusCallFlags, DBusConnection, bus_get_sync};
#[cfg(target_os = "linux")]
use gtk::glib::{Error, Variant, prelude::ToVariant as _};

/// The name that the single-instance plugin makes of the application's.
#[cfg(target_os = "linux")]
const NAME: &str = "dev.stormconnect.app.SingleInstance";

/// Waits while the bus lists an instance that is dying. Returns at once when there is none or it lives, and soon when it does
/// not answer.
#[cfg(target_os = "linux")]
pub(crate) fn await_end_of_a_dying_one() {
    /// Each failed ping ends with the bus having dealt with a dead process; the next look finds its name gone.
    const MOST_PINGS: usize = 3;
    // Without a bus there is nobody to be found; the plugin says so.
    let Ok(bus) = bus_get_sync(BusType::Session, Cancellable::NONE) else { return };
    for _ in 0..MOST_PINGS {
        let bus_itself = ("org.freedesktop.DBus", "/org/freedesktop/DBus");
        let listed = call(&bus, bus_itself, "org.freedesktop.DBus", "NameHasOwner", Some(&(NAME,).to_variant()));
        if !listed.is_ok_and(|listed| listed.child_value(0).get().unwrap_or(false)) {
            return;
        }
        match call(&bus, (NAME, "/"), "org.freedesktop.DBus.Peer", "Ping", None) {
            Ok(_) => return,
            Err(error) => tracing::info!(%error, "the instance before this one did not answer"),
        }
    }
}

#[cfg(target_os = "linux")]
fn call(
    bus: &DBusConnection,
    (name, path): (&str, &str),
    interface: &str,
    method: &str,
    arguments: Option<&Variant>,
) -> Result<Variant, Error> {
    /// Milliseconds. One that lives answers in a few.
    const PATIENCE_MS: i32 = 2_000;
    let flags = DBusCallFlags::NO_AUTO_START;
    bus.call_sync(Some(name), path, interface, method, arguments, None, flags, PATIENCE_MS, Cancellable::NONE)
}

/// Only the session bus keeps names of the dead.
#[cfg(not(target_os = "linux"))]
pub(crate) fn await_end_of_a_dying_one() {}
