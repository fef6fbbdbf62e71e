//! A browser that never comes back, in the real window. Takes the five minutes that a person is given: the program has one
//! clock, the computer's, and nothing that would shorten it for a test could be trusted to be absent from a release.

use std::time::Duration;

use storm_tests::step::oauth;
use storm_tests::{Journey, Look, Manner, Outcome, PATIENCE, StepError, ensure, eventually};

const FIVE_MINUTES: Duration = Duration::from_secs(5 * 60);
const A_BUSY_MACHINE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_browser_that_never_comes_back_is_given_up_after_five_minutes() -> Outcome {
    let journey = Journey::begin().await?;
    journey.browser.behave(Manner::Leave)?;
    oauth::fill_in(&journey).await?;
    let begun = tokio::time::Instant::now();
    let window = journey.window()?;
    window.click("authorize").await?;
    let link = window.text("authorization-link").await?;
    let port = loopback_port(&link)?;
    let listens = async || tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok();
    ensure(listens().await, || format!("nothing listens on {port}"))?;
    window.await_text_for("authorization-failed", "in time", FIVE_MINUTES + A_BUSY_MACHINE).await?;
    ensure(begun.elapsed() >= FIVE_MINUTES, || format!("given up after {:?}", begun.elapsed()))?;
    // It lingers a second, for a browser that comes at the last moment.
    eventually("the port to close", PATIENCE, async || {
        Ok(if listens().await { Look::NotYet(format!("{port} is open")) } else { Look::Found(()) })
    })
    .await?;
    ensure(journey.rows().await?.is_empty(), || "a half-connected integration stays".to_owned())?;
    window.find("authorize-again").await.map(drop)
}

fn loopback_port(link: &str) -> Outcome<u16> {
    let named = link.split_once("127.0.0.1%3A").and_then(|(_, rest)| rest.split('%').next()?.parse().ok());
    named.ok_or_else(|| StepError::Wrong(format!("the link names no port: {link}")))
}
