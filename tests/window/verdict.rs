//! Verdicts between "works" and "refused", in the real window.

use serde_json::json;
use storm_tests::step::KEY;
use storm_tests::{Journey, Outcome, ensure};

#[tokio::test]
async fn a_key_that_may_not_do_everything_is_saved_and_says_what_it_may_not() -> Outcome {
    let journey = Journey::begin().await?;
    let key = journey.practice.create_key("reports only").await?;
    let refused = json!({ "error": "insufficient_scope", "required": "read" }).to_string();
    journey.practice.script(json!({ "path": "/api/whoami", "status": 403, "body": refused, "times": 9 })).await?;
    journey.choose_practice().await?;
    let window = journey.window()?;
    window.click("method-api_key").await?;
    window.fill("field-base_url", journey.practice.base_url()).await?;
    window.fill("key-field", &key).await?;
    window.fill("integration-name", KEY).await?;
    window.click("key-save").await?;
    window.find("verdict-works_without").await?;
    window.await_text("verdict", "may not read the account").await?;
    window.click("connect-done").await?;
    journey.await_status(KEY, "limited").await?;
    journey.show_page(KEY).await?;
    let said = window.text("status-detail").await?;
    ensure(said.contains("may not read the account"), || format!("the page does not say what is missing: {said}"))
}
