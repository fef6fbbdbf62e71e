//! A disk that is really full. Runs only where STORM_TEST_SMALL_DISK names a folder on a small file system of its own
//! (`mount -t tmpfs -o size=6m tmpfs FOLDER`), which the test fills up.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use crate::common::{House, LATER, NOW, add, begun, commit_of, id, intent, lease, owner, raw_answer};
use storm_domain::VaultError;
use storm_domain::port::Vault as _;
use storm_store::OpenError;
use storm_testkit::{oauth_grant, oauth_integration};

/// Takes what space is left, in ever smaller pieces.
fn fill(path: &Path) {
    let mut file = File::create(path).unwrap();
    for size in [1 << 16, 1 << 10, 1] {
        let piece = vec![b'x'; size];
        let refusal = loop {
            if let Err(error) = file.write_all(&piece) {
                break error;
            }
        };
        assert_eq!(refusal.kind(), io::ErrorKind::StorageFull);
    }
}

#[tokio::test]
async fn f088_a_full_disk_refuses_before_the_request_and_holds_the_answer_after_it() {
    let Some(disk) = std::env::var_os("STORM_TEST_SMALL_DISK") else {
        // Past the harness, which would capture eprintln: a skipped test must be loud.
        writeln!(io::stderr(), "SKIPPED f088: STORM_TEST_SMALL_DISK is not set").unwrap();
        return;
    };
    let house = House { directory: tempfile::tempdir_in(&disk).unwrap(), ..House::default() };
    let filler = Path::new(&disk).join("filler");
    let vault = house.open().await;
    for number in [1, 2] {
        add(&vault, oauth_integration(number), None).await;
    }
    let prepared = begun(&vault, id(1), None).await;
    fill(&filler);

    let refused = vault.begin_refresh(&intent(id(2), None), &owner("this", "boot"), NOW, LATER).await;
    assert_eq!(refused.unwrap_err(), VaultError::DiskFull, "nothing is sent without a slot");
    let body = vec![b'a'; 1024 * 1024];
    vault.land(&prepared, None, &raw_answer(&body)).await.unwrap();
    let grant = oauth_grant(&"long".repeat(50_000), Some("refresh"));
    let refused = vault.commit_grant(commit_of(&prepared, None, &grant)).await;
    assert_eq!(refused.unwrap_err(), VaultError::DiskFull);
    assert_eq!(vault.integrations().await.unwrap().len(), 2, "what is there can still be read");
    vault.close().await;
    assert_eq!(house.refusal().await, OpenError::DiskFull);

    fs::remove_file(&filler).unwrap();
    let vault = house.open().await;
    assert_eq!(vault.open_intents().await.unwrap().len(), 1);
    assert_eq!(vault.landed().await.unwrap()[0].answer.body.expose(), body);
    let again = lease(&vault, id(1)).await;
    vault.commit_grant(commit_of(&again, None, &grant)).await.unwrap();
    assert!(vault.landed().await.unwrap().is_empty());
}
