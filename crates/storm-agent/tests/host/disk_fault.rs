//! A disk that takes nothing any more while the vault is open, or before it is: said, nothing sent that could not be kept, and
//! nothing lost.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::io::Errno;
use storm_agent::Host;
use storm_domain::{ErrorCode, Event};
use storm_engine::view::{VaultNotice, VaultView};
use storm_sandbox::{Progress, Step};

use super::bad_disk::{BadDisk, on_a_bad_disk};
use super::desk::{Desk, PATIENCE, is_open};
use super::estate::{Estate, ID, lent, refresh, token_requests};

/// The vault was open when its disk stopped taking anything: nothing is sent, and the token that is there is lent.
async fn assert_nothing_is_sent(estate: &Estate, host: &Host) {
    let (before, refreshes) = (lent(host).await, estate.refreshes());
    for _ in 0..2 {
        let failure = refresh(host).await.unwrap_err();
        assert_eq!(failure.code, ErrorCode::VaultNotWritable, "{failure}");
    }
    assert_eq!(estate.refreshes(), refreshes, "a refresh token was sent whose answer could not be kept");
    assert_eq!(lent(host).await, before);
    assert_eq!(host.view().notices, [], "nothing is in memory only");
}

/// Opening says that the disk cannot be written, and changes nothing.
async fn assert_stays_closed(estate: &Estate) {
    let host = estate.desk.host().await;
    let VaultView::Failed { failure } = host.view().vault else { panic!("{:?}", host.view()) };
    assert_eq!(failure.code, ErrorCode::VaultNotWritable, "{failure}");
    assert!(failure.message.contains("nothing was changed"), "{failure}");
    host.shut_down().await;
}

/// The grant is the one that was there, and goes on.
async fn assert_goes_on(estate: &Estate, host: &Host) {
    let generation = estate.grant().refresh_generation;
    refresh(host).await.unwrap();
    let grant = estate.grant();
    assert!(grant.alive && grant.refresh_generation == generation + 1, "{grant:?}");
    assert_eq!(estate.desk.keyring.writes(), 1, "a new key was made");
}

/// A file system of its own on a disk made of a file, which ends with it.
struct LoopDisk {
    image: PathBuf,
    point: PathBuf,
}

impl LoopDisk {
    /// None = it cannot be mounted here.
    fn new(place: &Path) -> Option<Self> {
        let disk = Self { image: place.join("image"), point: place.join("disk") };
        std::fs::File::create(&disk.image).unwrap().set_len(64 << 20).unwrap();
        std::fs::create_dir(&disk.point).unwrap();
        (run("mkfs.ext4", &["-q", "-F", &disk.image.to_string_lossy()]) && disk.mount()).then_some(disk)
    }

    fn mount(&self) -> bool {
        let (image, point) = (self.image.to_string_lossy(), self.point.to_string_lossy());
        run("mount", &["-o", "loop,errors=remount-ro", &image, &point])
    }

    fn unmount(&self) -> bool {
        run("umount", &[&self.point.to_string_lossy()])
    }

    /// The kernel finds the file system damaged, and mounts it read-only under whoever has it open.
    fn turn_read_only(&self) {
        let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap();
        let point = self.point.to_string_lossy();
        let device = mounts.lines().find_map(|line| {
            let mut words = line.split(' ');
            let device = words.next()?;
            (words.next()? == point).then(|| device.trim_start_matches("/dev/").to_owned())
        });
        std::fs::write(format!("/sys/fs/ext4/{}/trigger_fs_error", device.unwrap()), "1").unwrap();
        assert_eq!(
            std::fs::write(self.point.join("x"), "x").unwrap_err().kind(),
            std::io::ErrorKind::ReadOnlyFilesystem
        );
    }
}

impl Drop for LoopDisk {
    fn drop(&mut self) {
        run("umount", &["-l", &self.point.to_string_lossy()]);
    }
}

fn run(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

/// Past the harness, which would capture it: a skipped test must be loud.
fn skip(case: &str) {
    writeln!(std::io::stderr().lock(), "SKIPPED {case}: no file system can be mounted here").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f089_a_file_system_that_turns_read_only_is_said_before_anything_is_sent() {
    let place = tempfile::tempdir().unwrap();
    let Some(disk) = LoopDisk::new(place.path()) else { return skip("f089") };
    let estate = Estate::at(Desk::below(&disk.point)).await;
    let host = estate.desk.host().await;
    refresh(&host).await.unwrap();
    disk.turn_read_only();
    assert_nothing_is_sent(&estate, &host).await;
    host.shut_down().await;

    assert_stays_closed(&estate).await;
    drop(host); // and what it had open
    assert!(disk.unmount() && disk.mount());
    let host = estate.desk.host().await;
    assert!(is_open(&host), "{:?}", host.view());
    assert_goes_on(&estate, &host).await;
    host.shut_down().await;
    drop(estate);
}

#[test]
fn f090_files_that_may_no_longer_be_written_are_said_before_anything_is_sent() {
    on_a_bad_disk(
        "disk_fault::f090_files_that_may_no_longer_be_written_are_said_before_anything_is_sent",
        async |disk| {
            let estate = Estate::at(Desk::below(&disk.folder)).await;
            let host = estate.desk.host().await;
            refresh(&host).await.unwrap();
            disk.fail(Errno::ACCESS);
            assert_nothing_is_sent(&estate, &host).await;
            assert!(disk.mend() > 0, "the disk did not fail");
            assert_goes_on(&estate, &host).await;
            host.shut_down().await;

            disk.fail(Errno::ACCESS);
            assert_stays_closed(&estate).await;
            disk.mend();
            let host = estate.desk.host().await;
            assert!(is_open(&host), "{:?}", host.view());
            assert_goes_on(&estate, &host).await;
            host.shut_down().await;
        },
    );
}

/// The disk begins to fail while the service's answer is under way: the old refresh token is spent.
async fn answered_onto_a_bad_disk(estate: &Estate, host: &Host, begin_to_fail: impl FnOnce()) -> String {
    let before = lent(host).await;
    let control = estate.service.control();
    control
        .script(Step { path: "/oauth/token".to_owned(), hold: Some("answer".to_owned()), ..Step::default() })
        .unwrap();
    let failed = async {
        control.wait_for_requests(&token_requests(), Progress::Held, 1, PATIENCE).await.expect("nothing was sent");
        begin_to_fail();
        estate.desk.events.clear();
        control.release("answer");
    };
    let (failure, ()) = tokio::join!(refresh(host), failed);
    let failure = failure.unwrap_err();
    assert_eq!(failure.code, ErrorCode::VaultNotWritable, "{failure}");
    before
}

/// Waits for the notice that tokens are in memory only, or for its end.
async fn unsaved(estate: &Estate, host: &Host, whose: &[VaultNotice]) {
    let noticed = async {
        while host.view().notices != whose {
            estate.desk.events.wait_for(|event| *event == Event::VaultChanged).await;
            estate.desk.events.clear();
        }
    };
    tokio::time::timeout(PATIENCE, noticed).await.unwrap_or_else(|_| panic!("{:?}", host.view().notices));
}

/// What cannot be stored is in memory, lent, said loudly, never sent for again; and stored once the disk takes it.
async fn assert_kept_in_memory_until_stored(
    estate: &Estate,
    host: &Host,
    begin_to_fail: impl FnOnce(),
    disk: &BadDisk,
) {
    let before = answered_onto_a_bad_disk(estate, host, begin_to_fail).await;
    let spent = estate.refreshes();
    assert_eq!((spent, estate.grant().refresh_generation), (1, 2));
    unsaved(estate, host, &[VaultNotice::Unsaved { integrations: vec![ID] }]).await;
    let fresh = lent(host).await;
    assert_ne!(fresh, before, "the new access token is not handed out");
    for _ in 0..3 {
        assert!(refresh(host).await.is_err(), "taken for stored");
    }
    assert_eq!(estate.refreshes(), spent, "sent again before the last answer was stored");

    assert!(disk.mend() > 0, "the disk did not fail");
    estate.desk.events.clear();
    unsaved(estate, host, &[]).await; // nobody has to ask for it
    assert_eq!(estate.refreshes(), spent);
    assert_eq!(lent(host).await, fresh);
    host.shut_down().await;
    let host = estate.desk.host().await;
    assert_eq!((lent(&host).await, estate.refreshes()), (fresh, spent), "it was not stored");
    assert_goes_on(estate, &host).await;
    host.shut_down().await;
}

#[test]
fn f091_what_a_used_up_quota_does_not_take_is_kept_in_memory_said_and_stored_later() {
    on_a_bad_disk(
        "disk_fault::f091_what_a_used_up_quota_does_not_take_is_kept_in_memory_said_and_stored_later",
        async |disk| {
            let estate = Estate::at(Desk::below(&disk.folder)).await;
            let host = estate.desk.host().await;
            assert_kept_in_memory_until_stored(&estate, &host, || disk.fail(Errno::DQUOT), &disk).await;
        },
    );
}

#[test]
fn f092_what_a_failing_sync_leaves_in_doubt_is_kept_in_memory_said_and_stored_later() {
    on_a_bad_disk(
        "disk_fault::f092_what_a_failing_sync_leaves_in_doubt_is_kept_in_memory_said_and_stored_later",
        async |disk| {
            let estate = Estate::at(Desk::below(&disk.folder)).await;
            let host = estate.desk.host().await;
            assert_kept_in_memory_until_stored(&estate, &host, || disk.fail_syncs(Errno::IO), &disk).await;
        },
    );
}
