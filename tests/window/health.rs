//! Health in the real window: what needs its user now, what will, and the calendar file of it.

use std::path::Path;

use icalendar::{Calendar, CalendarComponent, Component as _, DatePerhapsTime};
use storm_tests::step::{KEY, SIGN_IN, api_key, oauth};
use storm_tests::{Journey, Look, Outcome, PATIENCE, StepError, ensure, eventually};

const SAVE: &str = "Save the forecast";

/// Says on the page of the key that it ends in ten days, and gives that day.
async fn let_end_in_ten_days(journey: &Journey) -> Outcome<String> {
    journey.show_page(KEY).await?;
    let window = journey.window()?;
    window.click("tab-credentials").await?;
    // By the window's own clock.
    let day = window
        .execute(
            "const day = new Date(Date.now() + 10 * 24 * 3600e3); \
             return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, '0')).join('-')",
        )
        .await?;
    let day = day.as_str().unwrap_or_default().to_owned();
    window.fill("replacement-ends", &day).await?;
    window.click("replacement-save").await?;
    window.await_text("replacement-due", "due now").await?;
    Ok(day)
}

/// The calendar, once it is there: whole from the first moment.
async fn saved(path: &Path) -> Outcome<Calendar> {
    let text = eventually("the calendar file", PATIENCE, async || {
        Ok(std::fs::read_to_string(path).map_or_else(|error| Look::NotYet(error.to_string()), Look::Found))
    })
    .await?;
    text.parse().map_err(|error| StepError::Wrong(format!("no calendar: {error}\n{text}")))
}

/// The one event: its id, title and day.
fn only_event(calendar: &Calendar) -> Outcome<(String, String, String)> {
    let [CalendarComponent::Event(event)] = &calendar.components[..] else {
        return Err(StepError::Wrong(format!("{calendar}")));
    };
    let day = match event.get_start() {
        Some(DatePerhapsTime::Date(day)) => day.to_string(),
        other => return Err(StepError::Wrong(format!("not a whole day: {other:?}"))),
    };
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Ok((text(event.get_uid()), text(event.get_summary()), day))
}

#[tokio::test]
async fn what_needs_its_user_is_reconnected_from_health_and_what_will_is_in_the_calendar() -> Outcome {
    let mut journey = Journey::begin().await?;
    api_key::walk(&mut journey).await?;
    oauth::walk(&mut journey).await?;
    let day = let_end_in_ten_days(&journey).await?;
    journey.window()?.click("nav-health").await?;
    journey.window()?.find("needs-none").await?;
    journey.picture("health").await?;

    // The service ends the grant; health hears of it while it is looked at.
    journey.practice.revoke_grants().await?;
    let row = journey.show_page(SIGN_IN).await?;
    let window = journey.window()?;
    window.await_text("refresh-history", "None yet").await?;
    window.click("refresh-now").await?;
    window.find("attention").await?;
    window.await_text("refresh-summary", "1 did not work").await?;
    window.click("nav-health").await?;
    window.await_text("needs-now", SIGN_IN).await?;
    window.await_text("figure-needs", "1").await?;
    window.await_text("forecast-entry", &format!("{KEY}\nkey ends")).await?;
    journey.picture("health-needs-you").await?;
    let visits = journey.browser.visits()?;
    let button = format!("[data-test=need][data-id=\"{}\"] [data-test=need-action]", row.id);
    journey.window()?.click_css(&button).await?;
    journey.browser.await_visit(visits).await?;
    let window = journey.window()?;
    window.find("authorization-completed").await?;
    window.click("connect-done").await?;
    window.find("needs-none").await?;

    // Written where the user chooses, and once more over it.
    let path = journey.home.file("forecast.ics");
    window.click("forecast-export").await?;
    window.save_in_dialog(SAVE, &path).await?;
    window.await_text("toast", "One date was saved").await?;
    let (uid, title, on) = only_event(&saved(&path).await?)?;
    ensure(title == format!("{KEY}: the key ends") && on == day, || format!("“{title}” on {on}, not {day}"))?;
    let text = std::fs::read_to_string(&path)?;
    ensure(!text.contains("ada@practice.example"), || format!("it names an account: {text}"))?;
    let again = journey.home.file("again.ics");
    window.click("forecast-export").await?;
    window.save_in_dialog(SAVE, &again).await?;
    let (second, ..) = only_event(&saved(&again).await?)?;
    ensure(second == uid, || format!("{uid} became {second}"))?;

    window.click_css("[data-test=forecast-entry] button").await?;
    window.find_css("[data-test=tab-credentials][data-state=active]").await?;
    journey.restart_in_the_dark().await?;
    journey.window()?.click("nav-health").await?;
    journey.window()?.find("forecast-entry").await?;
    journey.picture("health-dark").await?;
    journey.window()?.click("figure-troubled").await?;
    let rows = journey.rows().await?;
    ensure(rows.len() == 1 && rows[0].name == KEY, || format!("{rows:?}"))
}
