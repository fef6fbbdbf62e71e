//! A disk that is full stops a refresh before the refresh token is used, and nothing is lost.

use std::path::Path;

use storm_domain::ErrorCode;
use storm_engine::view::StatusView;
use storm_tests::program::run;
use storm_tests::{Browser, Desktop, Headless, Manner, Outcome, Practice, ensure};

/// A small file system of its own; gone when dropped.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    async fn mount() -> Outcome<Self> {
        let folder = storm_tests::program::private_folder()?;
        run("mount", &["-t", "tmpfs", "-o", "size=8m", "tmpfs", &folder.path().to_string_lossy()]).await?;
        Ok(Self { folder })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves no room for anything.
    fn fill(&self) -> Outcome {
        use std::io::Write as _;
        let mut ballast = std::fs::File::create(self.path().join("ballast"))?;
        for block in [1 << 16, 1 << 12, 1] {
            while ballast.write_all(&vec![0; block]).is_ok() {}
        }
        Ok(())
    }

    fn make_room(&self) -> Outcome {
        Ok(std::fs::remove_file(self.path().join("ballast"))?)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[tokio::test]
async fn a_full_disk_stops_a_refresh_before_the_token_is_used() -> Outcome {
    Browser::of(&Desktop::of_session()?).behave(Manner::Approve)?;
    if !rustix::process::geteuid().is_root() {
        eprintln!("SKIPPED: a small disk can only be mounted by root");
        return Ok(());
    }
    let disk = SmallDisk::mount().await?;
    let practice = Practice::start().await?;
    let headless = Headless::start(&disk.path().join("data")).await?;
    let id = headless.connect_sign_in(&practice, "Ada").await?;

    disk.fill()?;
    let since = practice.now().await?;
    let refreshed = headless.engine()?.refresh_integration(id).await;
    let told = refreshed.as_ref().err();
    let in_time = told.is_some_and(|failure| failure.code == ErrorCode::DiskFull && failure.message.contains("space"));
    ensure(in_time, || format!("a full disk was reported as {refreshed:?}"))?;
    let sent = practice.requests("/oauth/token", since).await?.len();
    ensure(sent == 0, || "the refresh token was used although its answer could not be kept".to_owned())?;

    disk.make_room()?;
    let refreshed = headless.engine()?.refresh_integration(id).await;
    ensure(refreshed.is_ok(), || format!("with room again: {refreshed:?}"))?;
    let status = headless.integration(id).await?.status;
    headless.stop().await;
    ensure(matches!(status, StatusView::Connected), || format!("{status:?}"))
}
