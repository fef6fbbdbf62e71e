//! The control page: the strings a person may pull in a rehearsal.

use hyper::StatusCode;

use super::layout::{mistake, page};
use super::markup::Markup;
use crate::control::{Control, GrantFilter, GrantView, Step};
use crate::server::{Parameters, Reply};

const TITLE: &str = "Control";

/// What the next answer of the token endpoint can be: value, words, status, body.
const FAILURES: [(&str, &str, u16, &str); 5] = [
    (
        "invalid_grant",
        "invalid_grant: the person must reconnect",
        400,
        r#"{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"#,
    ),
    ("invalid_client", "invalid_client: the client secret is wrong", 401, r#"{"error":"invalid_client"}"#),
    ("temporarily_unavailable", "503: try again later", 503, r#"{"error":"temporarily_unavailable"}"#),
    ("too_many_requests", "429: too many requests", 429, r#"{"error":"too_many_requests"}"#),
    ("html", "a sign-in page of the network in between", 200, "<html><title>Welcome to the hotel</title></html>"),
];
/// The failure that cuts the connection instead of answering.
const LOST_ANSWER: &str = "lost_answer";

/// `GET /control`
pub(crate) fn show(control: &Control) -> Reply {
    let state = control.state();
    let content = Markup::default()
        .raw(
            "<section><h2>Grants</h2><table id=\"grants\"><thead><tr><th>Account</th><th>App</th><th>Scopes</th>\
             <th>Refreshes</th><th>State</th></tr></thead><tbody>",
        )
        .each(&control.grants(), grant)
        .raw(
            "</tbody></table><form method=\"post\" action=\"/control/end-grants\">\
             <button id=\"end-all-grants\">End all grants now</button></form></section>\
             <section><h2>Next token answer</h2><form method=\"post\" action=\"/control/fail-next-token\">\
             <label for=\"failure\">fails with</label><select id=\"failure\" name=\"failure\">",
        )
        .each(&FAILURES, |list, (value, words, _, _)| {
            list.raw("<option value=\"").raw(value).raw("\">").raw(words).raw("</option>")
        })
        .raw(
            "<option value=\"lost_answer\">nothing: tokens are issued, and the connection breaks</option></select>\
             <button id=\"fail-next-token\">Fail the next answer</button></form><p>Answers waiting to fail: <span id=\"scripted\">",
        )
        .text(&state.scripted.to_string())
        .raw(
            "</span></p></section><section><h2>Settings</h2><form method=\"post\" action=\"/control/settings\">\
             <label for=\"access-token-lifetime\">Access tokens live, in seconds</label>\
             <input id=\"access-token-lifetime\" name=\"access_token_lifetime_s\" inputmode=\"numeric\" value=\"",
        )
        .text(&state.settings.access_token_lifetime_s.to_string())
        .raw("\"><button id=\"save-settings\" class=\"primary\">Save</button></form><pre id=\"settings\">")
        .text(&serde_json::to_string_pretty(&state.settings).unwrap_or_default())
        .raw(
            "</pre></section><section><h2>Begin again</h2><p>Forgets every grant, key, service account and registered app.</p>\
             <form method=\"post\" action=\"/control/reset\"><button id=\"reset\">Reset</button></form></section>",
        );
    Reply::page(StatusCode::OK, page(TITLE, content))
}

fn grant(table: Markup, grant: &GrantView) -> Markup {
    let ended = grant.killed_reason.and_then(|reason| serde_json::to_value(reason).ok());
    let state = ended.as_ref().and_then(serde_json::Value::as_str).unwrap_or("alive");
    table
        .raw("<tr><td>")
        .text(&grant.account)
        .raw("</td><td>")
        .text(&grant.client_id)
        .raw("</td><td>")
        .text(&grant.scopes.join(" "))
        .raw("</td><td>")
        .text(&grant.refresh_generation.saturating_sub(1).to_string())
        .raw("</td><td>")
        .text(state)
        .raw("</td></tr>")
}

/// `POST /control/end-grants`
pub(crate) async fn end_grants(control: &Control) -> Result<Reply, Reply> {
    control.revoke_grants(&GrantFilter::default()).await?;
    Ok(Reply::see_other("/control"))
}

/// `POST /control/fail-next-token`
pub(crate) fn fail_next_token(control: &Control, form: &Parameters) -> Result<Reply, Reply> {
    let asked = form.value("failure").unwrap_or_default();
    let path = "/oauth/token".to_owned();
    let step = if asked == LOST_ANSWER {
        Step { path, apply_first: true, reset_after_bytes: Some(0), ..Step::default() }
    } else {
        let failure = FAILURES.iter().find(|(value, ..)| *value == asked);
        let (value, _, status, body) =
            failure.ok_or_else(|| mistake(TITLE, "There is no such failure.", "/control"))?;
        let content_type = if *value == "html" { "text/html" } else { "application/json" };
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Step { path, status: Some(*status), headers, body: Some((*body).to_owned()), ..Step::default() }
    };
    control.script(step)?;
    Ok(Reply::see_other("/control"))
}

/// `POST /control/settings`
pub(crate) fn save_settings(control: &Control, form: &Parameters) -> Result<Reply, Reply> {
    let lifetime_s = form.value("access_token_lifetime_s").and_then(|text| text.trim().parse().ok());
    let lifetime_s = lifetime_s.ok_or_else(|| mistake(TITLE, "The lifetime is a number of seconds.", "/control"))?;
    control.change_settings(|settings| settings.access_token_lifetime_s = lifetime_s);
    Ok(Reply::see_other("/control"))
}

/// `POST /control/reset`
pub(crate) async fn reset(control: &Control) -> Result<Reply, Reply> {
    control.reset().await?;
    Ok(Reply::see_other("/control"))
}
