//! Who may have the socket, and what may lie in its place.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::fake_lender::{Served, private_folder};
use storm_broker::host::{BindError, Broker};
use storm_broker::{Client, ClientError, FolderError};

fn mode(path: &Path) -> u32 {
    std::fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn folder_and_socket_are_private_and_the_socket_goes_with_its_host() {
    let temporary = tempfile::tempdir().unwrap();
    let socket = temporary.path().join("made-on-the-way/host.sock");
    let broker = Broker::bind(&socket).unwrap();
    assert_eq!(mode(socket.parent().unwrap()), 0o700);
    assert_eq!(mode(&socket), 0o600);
    drop(broker);
    assert!(!socket.exists());
    assert!(matches!(Client::connect(&socket), Err(ClientError::NoHost)));
}

#[tokio::test]
async fn a_living_host_keeps_its_socket() {
    let served = Served::start(1);
    assert!(matches!(Broker::bind(&served.socket), Err(BindError::AlreadyServed(_))));
    assert!(Client::connect(&served.socket).is_ok());
}

#[tokio::test]
async fn the_socket_of_a_killed_host_is_replaced() {
    let temporary = tempfile::tempdir().unwrap();
    let socket = private_folder(temporary.path()).join("host.sock");
    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    assert!(socket.exists(), "a killed host leaves its socket behind");
    assert!(matches!(Client::connect(&socket), Err(ClientError::NoHost)));
    assert!(Broker::bind(&socket).is_ok());
}

#[tokio::test]
async fn a_socket_that_another_program_answers_on_is_left_alone() {
    let temporary = tempfile::tempdir().unwrap();
    let socket = private_folder(temporary.path()).join("host.sock");
    let _other = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    assert!(matches!(Broker::bind(&socket), Err(BindError::AlreadyServed(_))));
    assert!(socket.exists());
}

#[tokio::test]
async fn a_file_or_link_in_the_sockets_place_is_refused_and_left_alone() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = private_folder(temporary.path());
    let target = folder.join("precious");
    std::fs::write(&target, "data").unwrap();
    let link = folder.join("host.sock");
    std::os::unix::fs::symlink(&target, &link).unwrap();
    assert!(matches!(Broker::bind(&target), Err(BindError::NotASocket(_))));
    assert!(matches!(Broker::bind(&link), Err(BindError::NotASocket(_))));
    assert_eq!(std::fs::read_to_string(&target).unwrap(), "data");
    assert!(link.is_symlink());
}

#[tokio::test]
async fn a_folder_that_is_a_link_or_open_to_others_is_refused_by_both_sides() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = private_folder(temporary.path());
    let link = temporary.path().join("link");
    std::os::unix::fs::symlink(&folder, &link).unwrap();
    let through_link = link.join("host.sock");
    assert!(matches!(Broker::bind(&through_link), Err(BindError::Folder(FolderError::NotAFolder(_)))));
    assert!(matches!(Client::connect(&through_link), Err(ClientError::Folder(FolderError::NotAFolder(_)))));

    let open = folder.join("host.sock");
    let _host = Broker::bind(&open).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert!(matches!(Broker::bind(&open), Err(BindError::Folder(FolderError::OpenToOthers(_)))));
    assert!(matches!(Client::connect(&open), Err(ClientError::Folder(FolderError::OpenToOthers(_)))));
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_is_an_error_in_words() {
    let temporary = tempfile::tempdir().unwrap();
    let socket = private_folder(temporary.path()).join("x".repeat(200));
    let error = Broker::bind(&socket).unwrap_err();
    assert!(matches!(error, BindError::NotBound { reason: std::io::ErrorKind::InvalidInput, .. }), "{error}");
}
