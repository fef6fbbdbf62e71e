//! The guided tour: the whole main job in the real window, step by step, with a picture of each.
//!
//! `storm-tour FOLDER` says what happens as it happens, keeps the pictures in FOLDER, and ends with success only if every
//! step did what it should. Needs the private desktop; `make tour` provides it.

use std::path::PathBuf;
use std::process::ExitCode;

use storm_tests::step::reconnect::Way;
use storm_tests::step::{add_integration, api_key, list, oauth, reconnect, refresh, rotation, service_account};
use storm_tests::{Album, Journey, Outcome, ensure};

/// Fewer pictures would leave a step out.
const LEAST_PICTURES: u32 = 12;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: storm-tour FOLDER");
        return ExitCode::from(2);
    };
    match walk(folder.clone()).await {
        Ok(pictures) => {
            println!("\nThe tour is done: every step did what it should. {pictures} pictures in {}", folder.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("\nThe tour failed: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn walk(folder: PathBuf) -> Outcome<u32> {
    let mut journey = Journey::begin_with(Album::in_folder(folder)?).await?;
    let outcome = steps(&mut journey).await;
    if outcome.is_err() {
        // What the window showed when it went wrong helps more than anything else.
        let _ = journey.picture_of_desktop("where-it-failed").await;
    }
    outcome?;
    ensure(journey.pictures() >= LEAST_PICTURES, || format!("only {} pictures were taken", journey.pictures()))?;
    Ok(journey.pictures())
}

async fn steps(journey: &mut Journey) -> Outcome {
    println!("Step 1: add an integration");
    add_integration::walk(journey).await?;
    println!("Step 2: connect with an API key");
    api_key::walk(journey).await?;
    println!("Step 3: connect with OAuth 2.0");
    oauth::walk(journey).await?;
    println!("Step 4: connect with a service account");
    service_account::walk(journey).await?;
    println!("Step 5: the list and the pages");
    list::walk(journey).await?;
    println!("Step 6: tokens are refreshed by themselves");
    refresh::walk(journey).await?;
    println!("Step 7: reconnect, from the notification, the tray and the list");
    for way in [Way::Notification, Way::Tray, Way::Button] {
        reconnect::walk(journey, way).await?;
    }
    println!("Step 8: rotate an API key (with a crash in the middle) and a service account's key");
    rotation::walk_key(journey).await?;
    rotation::walk_key_file(journey).await?;
    println!("In the dark");
    journey.restart_in_the_dark().await?;
    journey.picture("list-dark").await?;
    journey.show_page(storm_tests::step::SIGN_IN).await?;
    journey.picture("page-dark").await?;
    journey.say("The window follows the desktop's dark theme.");
    Ok(())
}
