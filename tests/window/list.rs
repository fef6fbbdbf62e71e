//! The list in the real window: labels, filters, bulk actions, the palette and the sheet of keys, by mouse and keyboard.

use storm_tests::step::{KEY, ROBOT, SIGN_IN, api_key, oauth, service_account};
use storm_tests::{Journey, Look, Outcome, PATIENCE, Window, ensure, eventually};
use thirtyfour::Key;

async fn set_up() -> Outcome<Journey> {
    let mut journey = Journey::begin().await?;
    api_key::walk(&mut journey).await?;
    oauth::walk(&mut journey).await?;
    service_account::walk(&mut journey).await?;
    journey.show_list().await?;
    Ok(journey)
}

#[tokio::test]
async fn labels_filters_bulk_actions_the_palette_and_the_keys_do_what_they_say() -> Outcome {
    let mut journey = set_up().await?;

    // Two are labelled together, by the keyboard.
    for name in [KEY, ROBOT] {
        let row = journey.await_status(name, "connected").await?;
        let css = format!("[data-test=integration][data-id=\"{}\"] [data-test=row-select]", row.id);
        journey.window()?.click_css(&css).await?;
    }
    let window = journey.window()?;
    window.await_text("selected-count", "2 selected").await?;
    window.press("l").await?;
    window.find("label-field").await?;
    window.press("nightly").await?;
    window.press(Key::Enter).await?;
    window.await_text("toasts", "2 labelled").await?;

    // The filter shows them and no other, and both come back after a restart, in the order that was chosen.
    window.click("sort").await?;
    window.click_css("[data-test=sort-choice][data-value=created]").await?;
    journey.restart().await?;
    journey.await_names(&[ROBOT, SIGN_IN, KEY]).await?;
    let window = journey.window()?;
    window.click("filter-label").await?;
    window.click_css("[data-test=filter-label-choice][data-value=nightly]").await?;
    journey.await_names(&[ROBOT, KEY]).await?;
    journey.picture("filtered").await?;

    // All that are shown are paused and run again; the third is left alone.
    let window = journey.window()?;
    window.click("select-all").await?;
    journey.picture("selected").await?;
    let window = journey.window()?;
    window.click("bulk-pause").await?;
    window.await_text("toasts", "2 paused").await?;
    for name in [KEY, ROBOT] {
        journey.await_status(name, "paused").await?;
    }
    window.click("select-all").await?;
    window.click("bulk-resume").await?;
    window.await_text("toasts", "2 resumed").await?;
    window.click("filter-label-clear").await?;
    for name in [KEY, SIGN_IN, ROBOT] {
        journey.await_status(name, "connected").await?;
    }

    // The palette by the keyboard alone.
    let window = journey.window()?;
    window.press_with_control('k').await?;
    window.find("palette-field").await?;
    window.press("ada acc").await?;
    let opens = format!("open:{}", journey.await_status(SIGN_IN, "connected").await?.id);
    let active = format!("[data-test=palette-option][data-command=\"{opens}\"][aria-selected=true]");
    window.find_css(&active).await?;
    journey.picture("palette").await?;
    let window = journey.window()?;
    window.press(Key::Enter).await?;
    window.await_text("page-name", SIGN_IN).await?;
    window.await_gone("palette").await?;

    // Escape leads back to its row, from where "?" shows the keys, and Escape to the row again.
    window.press(Key::Escape).await?;
    await_focused(window, SIGN_IN).await?;
    window.press("?").await?;
    window.await_text("shortcuts", "Run a command").await?;
    journey.picture("keys").await?;
    let window = journey.window()?;
    window.press(Key::Escape).await?;
    window.await_gone("shortcuts").await?;
    await_focused(window, SIGN_IN).await?;

    // What a screen reader is told of the list.
    let grid = window.find("integration-list").await?;
    ensure(grid.attr("role").await?.as_deref() == Some("grid"), || "it is no grid".to_owned())?;
    ensure(grid.attr("aria-rowcount").await?.as_deref() == Some("4"), || "it does not say how many".to_owned())
}

async fn await_focused(window: &Window, name: &str) -> Outcome {
    eventually("the row to have the focus", PATIENCE, async || {
        let text = window.execute("return document.activeElement.textContent").await?;
        Ok(if text == name { Look::Found(()) } else { Look::NotYet(text.to_string()) })
    })
    .await
}
