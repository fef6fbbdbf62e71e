//! What kind of file system a folder lies on: a disk of this computer, or one across a network; and how much room is on it.
//!
//! Known on Linux, by what `statfs(2)` says; for FUSE, which is many things, by the mount table. Elsewhere nothing is said,
//! which counts as a disk of this computer with room enough.

use std::path::Path;

/// `f_type` of network file systems (statfs(2), linux/magic.h). 9p is how virtual machines show folders of their host: no memory
/// is shared with whoever has the file open there.
const NETWORK: [(u32, &str); 8] = [
    (0x6969, "NFS"),
    (0x517B, "SMB"),
    (0xFF53_4D42, "SMB"),
    (0xFE53_4D42, "SMB"),
    (0x0102_1997, "9P"),
    (0x5346_414F, "AFS"),
    (0x6B41_4653, "AFS"),
    (0x00C3_6400, "Ceph"),
];
const FUSE: u32 = 0x6573_5546;

/// FUSE file systems that lie across a network, by the part of their type behind `fuse.`.
const NETWORK_FUSE: [&str; 9] =
    ["sshfs", "rclone", "s3fs", "davfs", "davfs2", "glusterfs", "curlftpfs", "gvfsd-fuse", "google-drive-ocamlfuse"];

/// The network file system that `folder`, or the nearest folder above it that exists, lies on.
#[cfg(target_os = "linux")]
pub(crate) fn network_file_system_of(folder: &Path) -> Option<String> {
    let existing = folder.ancestors().find_map(|folder| folder.canonicalize().ok())?;
    let found = rustix::fs::statfs(&existing).ok()?;
    // Magic numbers have 32 bits, in a field that is signed and longer on some systems.
    let kind = u32::try_from(i128::from(found.f_type) & 0xFFFF_FFFF).ok()?;
    let mounts = if kind == FUSE { std::fs::read_to_string("/proc/self/mountinfo").ok()? } else { String::new() };
    network_name(kind, || type_of_mount(&mounts, &existing))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn network_file_system_of(_: &Path) -> Option<String> {
    None
}

/// What an unprivileged user may still write there, in bytes. Some file systems know no sizes at all.
#[cfg(target_os = "linux")]
pub(crate) fn free_space_of(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    (found.f_blocks > 0).then(|| found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn free_space_of(_: &Path) -> Option<u64> {
    None
}

fn network_name<'a>(kind: u32, fuse_type: impl FnOnce() -> Option<&'a str>) -> Option<String> {
    if kind != FUSE {
        return NETWORK.iter().find(|(magic, _)| *magic == kind).map(|(_, name)| (*name).to_owned());
    }
    let name = fuse_type()?.strip_prefix("fuse.")?;
    NETWORK_FUSE.contains(&name).then(|| name.to_owned())
}

/// The type of the mount that `folder` lies in, out of proc_pid_mountinfo(5).
fn type_of_mount<'a>(mounts: &'a str, folder: &Path) -> Option<&'a str> {
    let mount = |line: &'a str| {
        let (before, after) = line.split_once(" - ")?;
        let point = before.split(' ').nth(4)?.replace("\\040", " ");
        folder.starts_with(&point).then_some((point.len(), after.split(' ').next()?))
    };
    mounts.lines().filter_map(mount).max_by_key(|(length, _)| *length).map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:35 / /srv/ada rw,nosuid - fuse.sshfs ada@server:/srv/ada rw,user_id=0
41 40 0:36 / /srv/ada/Old\\040disk rw - fuseblk /dev/sdb1 rw
42 22 0:37 / /mnt/local rw - fuse.encfs encfs rw
";

    fn of_fuse(folder: &str) -> Option<String> {
        network_name(FUSE, || type_of_mount(MOUNTS, Path::new(folder)))
    }

    #[test]
    fn f112_network_file_systems_are_known_by_what_the_system_says() {
        for (magic, name) in NETWORK {
            assert_eq!(network_name(magic, || None).as_deref(), Some(name));
        }
        for (local, magic) in [("ext4", 0xEF53), ("btrfs", 0x9123_683E), ("xfs", 0x5846_5342), ("tmpfs", 0x0102_1994)] {
            assert_eq!(network_name(magic, || None), None, "{local}");
        }
        assert_eq!(of_fuse("/srv/ada/.local/share").as_deref(), Some("sshfs"));
        assert_eq!(of_fuse("/srv/ada/Old disk/data"), None, "a disk of this computer inside a network folder");
        assert_eq!(of_fuse("/mnt/local/data"), None, "an encrypted folder of this computer");
        assert_eq!(of_fuse("/srv"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_room_on_a_disk_is_known_and_a_folder_that_is_not_there_has_none() {
        let folder = tempfile::tempdir().unwrap();
        assert!(free_space_of(folder.path()).is_some_and(|free| free > 0));
        assert_eq!(free_space_of(Path::new("/proc")), None, "it knows no sizes");
        assert_eq!(free_space_of(&folder.path().join("none")), None);
    }

    #[test]
    fn a_folder_of_this_computer_that_is_not_there_yet_is_local() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(network_file_system_of(&folder.path().join("not/made/yet")), None);
    }
}
