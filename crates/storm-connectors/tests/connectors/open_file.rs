//! Opening what was dropped. The names in front are the cases of the fault matrix.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use storm_connectors::{OpenFileError, open_dropped_file, read_key_file};
use tempfile::tempdir;

fn refusal(path: &Path) -> OpenFileError {
    open_dropped_file(path).unwrap_err()
}

#[test]
fn an_ordinary_file_and_a_link_to_one_are_read() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("key.json");
    fs::write(&file, b"{}").unwrap();
    assert_eq!(open_dropped_file(&file).unwrap().expose(), b"{}");
    let link = folder.path().join("link.json");
    symlink(&file, &link).unwrap();
    assert_eq!(open_dropped_file(&link).unwrap().expose(), b"{}");
}

#[test]
fn f137_ten_sparse_gigabytes_are_not_read() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("huge");
    File::create(&file).unwrap().set_len(10 << 30).unwrap();
    assert_eq!(refusal(&file), OpenFileError::TooLarge);
}

#[test]
fn f137_a_dropped_file_may_have_four_mebibytes() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("archive.p12");
    File::create(&file).unwrap().set_len(4 * 1024 * 1024).unwrap();
    assert_eq!(open_dropped_file(&file).unwrap().len(), 4 * 1024 * 1024);
    File::options().write(true).open(&file).unwrap().set_len(4 * 1024 * 1024 + 1).unwrap();
    assert_eq!(open_dropped_file(&file).unwrap_err(), OpenFileError::TooLarge);
    assert_eq!(open_dropped_file(folder.path()).unwrap_err(), OpenFileError::Folder);
}

#[test]
fn f138_a_folder() {
    assert_eq!(refusal(tempdir().unwrap().path()), OpenFileError::Folder);
}

#[test]
fn f140_a_pipe_that_nobody_writes_to_does_not_hold_us_up() {
    let folder = tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    assert_eq!(refusal(&pipe), OpenFileError::NotAFile);
}

#[test]
fn f142_devices() {
    for device in ["/dev/random", "/dev/null", "/dev/zero", "/dev/tty"] {
        assert_eq!(refusal(Path::new(device)), OpenFileError::NotAFile, "{device}");
    }
}

#[test]
fn f143_a_socket() {
    let folder = tempdir().unwrap();
    let socket = folder.path().join("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    assert_eq!(refusal(&socket), OpenFileError::NotAFile);
}

#[test]
fn f144_a_link_to_a_system_file_shows_nothing_of_it() {
    let folder = tempdir().unwrap();
    let link = folder.path().join("key.json");
    symlink("/etc/shadow", &link).unwrap();
    match open_dropped_file(&link) {
        Err(refused) => assert_eq!(refused, OpenFileError::NotReadable),
        // Run by the superuser it can be read, and is still no key file.
        Ok(bytes) => {
            let refused = read_key_file(bytes.expose(), "key.json").unwrap_err().to_string();
            assert!(!refused.contains("root"), "{refused}");
        }
    }
}

#[test]
fn f145_f146_links_that_lead_nowhere() {
    let folder = tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    symlink(&two, &one).unwrap();
    symlink(&one, &two).unwrap();
    assert_eq!(refusal(&one), OpenFileError::LinkLoop);
    let dangling = folder.path().join("dangling");
    symlink(folder.path().join("gone"), &dangling).unwrap();
    assert_eq!(refusal(&dangling), OpenFileError::NotFound);
    assert_eq!(refusal(&dangling.join("below")), OpenFileError::NotFound);
}

#[test]
fn f149_a_file_without_permission() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("key.json");
    fs::write(&file, b"{}").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    // The superuser reads it all the same; everybody else is told.
    let expected = if File::open(&file).is_ok() { Ok(2) } else { Err(OpenFileError::NotReadable) };
    assert_eq!(open_dropped_file(&file).map(|bytes| bytes.len()), expected);
}

#[test]
fn f151_a_placeholder_of_a_cloud_drive() {
    let folder = tempdir().unwrap();
    let placeholder = folder.path().join(".key.json.icloud");
    fs::write(&placeholder, b"bplist00").unwrap();
    assert_eq!(refusal(&placeholder), OpenFileError::NotDownloaded);
}
