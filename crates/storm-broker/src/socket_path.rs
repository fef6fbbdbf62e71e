//! Where the host listens.

use std::ffi::OsString;
use std::path::PathBuf;

/// The environment variable that names another socket, for a host with another data folder. Read by the composition roots.
pub const SOCKET_VARIABLE: &str = "STORM_CONNECT_SOCKET";

/// The socket: `chosen` if the user chose one, else `storm-connect/host.sock` below `runtime_folder`
/// (`$XDG_RUNTIME_DIR`; ignored unless absolute, as its specification says), else in a folder of the user's own below `/tmp`.
#[cfg(unix)]
#[must_use]
pub fn socket_path(chosen: Option<OsString>, runtime_folder: Option<OsString>) -> PathBuf {
    if let Some(chosen) = chosen.filter(|path| !path.is_empty()) {
        return PathBuf::from(chosen);
    }
    let folder = match runtime_folder.map(PathBuf::from).filter(|folder| folder.is_absolute()) {
        Some(runtime_folder) => runtime_folder.join("storm-connect"),
        None => PathBuf::from(format!("/tmp/storm-connect-{}", rustix::process::geteuid().as_raw())),
    };
    folder.join("host.sock")
}

/// The named pipe: `chosen` if the user chose one, else the well-known one.
#[cfg(not(unix))]
#[must_use]
pub fn socket_path(chosen: Option<OsString>, _runtime_folder: Option<OsString>) -> PathBuf {
    chosen.filter(|path| !path.is_empty()).map_or_else(|| PathBuf::from(r"\\.\pipe\storm-connect"), PathBuf::from)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_chosen_socket_comes_before_the_runtime_folder() {
        let path = socket_path(Some("/somewhere/else.sock".into()), Some("/run/user/7".into()));
        assert_eq!(path, Path::new("/somewhere/else.sock"));
        let path = socket_path(Some("".into()), Some("/run/user/7".into()));
        assert_eq!(path, Path::new("/run/user/7/storm-connect/host.sock"));
    }

    #[test]
    fn without_a_usable_runtime_folder_it_lies_in_a_folder_named_after_the_user() {
        let expected = format!("/tmp/storm-connect-{}/host.sock", rustix::process::geteuid().as_raw());
        assert_eq!(socket_path(None, None), Path::new(&expected));
        assert_eq!(socket_path(None, Some("relative".into())), Path::new(&expected));
    }
}
