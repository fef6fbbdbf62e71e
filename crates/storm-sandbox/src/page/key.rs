//! API keys: make one, see it once, revoke it.

use hyper::StatusCode;
use serde_json::Value;

use super::layout::{mistake, page};
use super::markup::Markup;
use crate::control::{Control, KeyCreated, NewKey};
use crate::server::{Parameters, Reply};

const TITLE: &str = "API keys";

/// `GET /keys`, and the answer to making one.
pub(crate) fn show(control: &Control, fresh: Option<&KeyCreated>) -> Reply {
    let mut content = Markup::default();
    if let Some(fresh) = fresh {
        content = content
            .raw("<section class=\"fresh\"><p>Copy the key now. It is not shown again.</p><p><code id=\"new-key\">")
            .text(&fresh.key)
            .raw("</code></p></section>");
    }
    let keys = control.state().keys;
    let content = content
        .raw(
            "<form method=\"post\" action=\"/keys\"><label for=\"key-name\">Name</label>\
             <input id=\"key-name\" name=\"name\" placeholder=\"Nightly sync\">\
             <label for=\"key-account\">Account</label>\
             <input id=\"key-account\" name=\"account\" value=\"ada@practice.example\">\
             <fieldset><legend>May</legend>\
             <label><input type=\"checkbox\" id=\"permission-read\" name=\"permission\" value=\"read\" checked> read</label>\
             <label><input type=\"checkbox\" id=\"permission-reports\" name=\"permission\" value=\"reports\" checked> \
             reports</label></fieldset>\
             <button id=\"create-key\" class=\"primary\">Create key</button></form>\
             <table id=\"keys\"><thead><tr><th>Name</th><th>Key</th><th>Account</th><th>May</th><th></th></tr></thead><tbody>",
        )
        .each(&keys, row)
        .raw("</tbody></table>");
    Reply::page(StatusCode::OK, page(TITLE, content))
}

fn row(table: Markup, key: &Value) -> Markup {
    let text = |name: &str| key[name].as_str().unwrap_or_default();
    let permissions: Vec<&str> =
        key["permissions"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let row = table
        .raw("<tr><td>")
        .text(text("name"))
        .raw("</td><td><code>")
        .text(text("masked"))
        .raw("</code></td><td>")
        .text(text("account"))
        .raw("</td><td>")
        .text(&permissions.join(", "))
        .raw("</td><td>");
    if key["revoked_at_ms"].is_null() {
        row.raw("<form method=\"post\" action=\"/keys/")
            .text(text("id"))
            .raw("/revoke\"><button id=\"revoke-")
            .text(text("id"))
            .raw("\">Revoke</button></form></td></tr>")
    } else {
        row.raw("revoked</td></tr>")
    }
}

/// `POST /keys`
pub(crate) async fn create(control: &Control, form: &Parameters) -> Result<Reply, Reply> {
    let permissions: Vec<String> = form.values("permission").map(str::to_owned).collect();
    let asked = NewKey {
        account: form.value("account").map(str::to_owned),
        name: form.value("name").unwrap_or_default().to_owned(),
        permissions: Some(permissions),
        expires_in: None,
    };
    match control.create_key(asked).await {
        Ok(fresh) => Ok(show(control, Some(&fresh))),
        Err(error) => Err(mistake(TITLE, &error.to_string(), "/keys")),
    }
}

/// `POST /keys/{id}/revoke`
pub(crate) async fn revoke(control: &Control, id: &str) -> Result<Reply, Reply> {
    control.revoke_key(id).await.map_err(|error| mistake(TITLE, &error.to_string(), "/keys"))?;
    Ok(Reply::see_other("/keys"))
}
