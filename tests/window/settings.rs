//! What is chosen in the settings counts at once, and after the next start: in the page's own colours, in when a token is refreshed next,
//! in how often credentials are verified.

use serde_json::Value;
use storm_tests::step::{SIGN_IN, oauth};
use storm_tests::{Journey, Look, Outcome, PATIENCE, StepError, ensure, eventually};
use thirtyfour::Key;

/// How light the page's ground is, from 0 to 255; and what the page believes of the system.
const GROUND: &str = "const canvas = document.createElement('canvas').getContext('2d'); \
    canvas.fillStyle = getComputedStyle(document.body).backgroundColor; canvas.fillRect(0, 0, 1, 1); \
    return [canvas.getImageData(0, 0, 1, 1).data[1], matchMedia('(prefers-color-scheme: dark)').matches]";

/// Waits for the page's ground to be light or dark.
async fn await_ground(journey: &Journey, dark: bool) -> Outcome {
    eventually(if dark { "a dark page" } else { "a light page" }, PATIENCE, async || {
        let ground = journey.window()?.execute(GROUND).await?;
        let is_dark = ground[0].as_u64().is_some_and(|green| green < 60);
        let is_light = ground[0].as_u64().is_some_and(|green| green > 200);
        Ok(if if dark { is_dark } else { is_light } { Look::Found(()) } else { Look::NotYet(ground.to_string()) })
    })
    .await
}

/// Waits until the page takes the system for dark or not: what is drawn around the page follows the choice, too.
async fn await_around(journey: &Journey, dark: bool) -> Outcome {
    eventually("what is around the page", PATIENCE, async || {
        let ground = journey.window()?.execute(GROUND).await?;
        Ok(if ground[1] == Value::Bool(dark) { Look::Found(()) } else { Look::NotYet(ground.to_string()) })
    })
    .await
}

/// In how many minutes the sign-in is refreshed next, as its page says.
async fn minutes_left(journey: &Journey) -> Outcome<u32> {
    journey.show_page(SIGN_IN).await?;
    let said = journey.window()?.await_text("next-refresh", "min").await?;
    let digits: String = said.chars().filter(char::is_ascii_digit).collect();
    digits.parse().map_err(|_| StepError::Wrong(format!("no minutes: {said}")))
}

async fn show_settings(journey: &Journey, group: &str) -> Outcome {
    journey.window()?.click("nav-settings").await?;
    journey.window()?.click(&format!("settings-go-{group}")).await
}

#[tokio::test]
async fn light_or_dark_counts_at_once_and_from_the_first_frame_of_the_next_start() -> Outcome {
    let mut journey = Journey::begin().await?;
    await_ground(&journey, false).await?;
    show_settings(&journey, "general").await?;
    journey.picture("light").await?;
    journey.window()?.click("appearance-dark").await?;
    await_ground(&journey, true).await?;
    await_around(&journey, true).await?;
    journey.picture("dark").await?;

    journey.restart().await?;
    let page = journey.window()?.execute("return [location.search, document.documentElement.dataset.theme]").await?;
    ensure(page[0].as_str().is_some_and(|search| search.contains("appearance=dark")) && page[1] == "dark", || {
        format!("the page was not opened dark: {page}")
    })?;
    await_ground(&journey, true).await?;
    await_around(&journey, true).await?;
    show_settings(&journey, "general").await?;
    journey.window()?.find_css("[data-test=appearance-dark]:checked").await?;
    journey.picture_of_desktop("dark-after-a-restart").await?;

    // As the system again, which is light; and light by choice where the system is dark.
    journey.window()?.click("appearance-system").await?;
    await_ground(&journey, false).await?;
    await_around(&journey, false).await?;
    journey.restart_in_the_dark().await?;
    await_ground(&journey, true).await?;
    show_settings(&journey, "general").await?;
    journey.window()?.click("appearance-light").await?;
    await_ground(&journey, false).await?;
    journey.picture("light-on-a-dark-desktop").await?;
    journey.window()?.click("appearance-system").await?;
    await_ground(&journey, true).await
}

#[tokio::test]
async fn refreshing_and_verifying_are_planned_by_what_was_chosen_and_stay_so() -> Outcome {
    let mut journey = Journey::begin().await?;
    oauth::walk(&mut journey).await?;
    let standard = minutes_left(&journey).await?;
    ensure((44..=48).contains(&standard), || format!("a fifth of an hour before its end, not in {standard} minutes"))?;

    show_settings(&journey, "connections").await?;
    journey.window()?.click("margin-early").await?;
    journey.window()?.find_css("[data-test=margin-early]:checked").await?;
    let early = minutes_left(&journey).await?;
    ensure((31..=36).contains(&early), || format!("two fifths before its end, not in {early} minutes"))?;

    show_settings(&journey, "connections").await?;
    journey.window()?.click("margin-own").await?;
    journey.window()?.fill("margin-minutes", "200").await?;
    journey.window()?.press(Key::Tab).await?;
    journey.window()?.await_text("refreshing-problem", "from 1 to 120").await?;
    journey.picture("a-margin-that-is-none").await?;
    journey.window()?.fill("margin-minutes", "20").await?;
    journey.window()?.press(Key::Tab).await?;
    journey.window()?.await_gone("refreshing-problem").await?;
    journey.window()?.click("verification-weekly").await?;
    journey.picture("connections").await?;
    let own = minutes_left(&journey).await?;
    ensure((36..=40).contains(&own), || format!("twenty minutes before its end, not in {own} minutes"))?;
    journey.picture("next-refresh").await?;

    journey.restart().await?;
    let kept = minutes_left(&journey).await?;
    ensure((36..=40).contains(&kept), || format!("as before the restart, not in {kept} minutes"))?;
    show_settings(&journey, "connections").await?;
    let window = journey.window()?;
    window.find_css("[data-test=margin-own]:checked").await?;
    window.find_css("[data-test=verification-weekly]:checked").await?;
    let minutes = window.execute("return document.querySelector('[data-test=margin-minutes]').value").await?;
    ensure(minutes == "20", || format!("{minutes}"))
}
