//! Apps: OAuth clients, their redirect URIs, and the rotation of their secrets.

use hyper::StatusCode;
use serde_json::Value;

use super::layout::{mistake, page};
use super::markup::Markup;
use crate::SandboxError;
use crate::control::{Control, NewClient};
use crate::provider::ClientKind;
use crate::server::{Parameters, Reply};

const TITLE: &str = "Apps";

/// What was just made, shown once.
pub(crate) struct Fresh {
    client_id: String,
    client_secret: Option<String>,
}

/// `GET /apps`, and the answer to registering one.
pub(crate) fn show(control: &Control, fresh: Option<&Fresh>) -> Reply {
    let mut content = Markup::default();
    if let Some(fresh) = fresh {
        content = content
            .raw("<section class=\"fresh\"><p>Client id: <code id=\"new-client-id\">")
            .text(&fresh.client_id)
            .raw("</code></p>");
        if let Some(secret) = &fresh.client_secret {
            content = content
                .raw("<p>Copy the secret now. It is not shown again.</p><p><code id=\"new-client-secret\">")
                .text(secret)
                .raw("</code></p>");
        }
        content = content.raw("</section>");
    }
    let clients = control.state().clients;
    let content = content
        .raw(
            "<form method=\"post\" action=\"/apps\"><label for=\"app-name\">Name</label>\
             <input id=\"app-name\" name=\"name\" required>\
             <fieldset><legend>Kind</legend>\
             <label><input type=\"radio\" id=\"app-kind-public\" name=\"kind\" value=\"public\" checked> public (no secret)</label>\
             <label><input type=\"radio\" id=\"app-kind-confidential\" name=\"kind\" value=\"confidential\"> confidential</label>\
             <label><input type=\"checkbox\" id=\"app-loopback\" name=\"any_loopback_redirect\" value=\"yes\" checked> \
             desktop app: any address on 127.0.0.1</label></fieldset>\
             <label for=\"redirect-uris\">Redirect URIs, one a line</label>\
             <textarea id=\"redirect-uris\" name=\"redirect_uris\" rows=\"3\"></textarea>\
             <button id=\"register-app\" class=\"primary\">Register app</button></form>",
        )
        .each(&clients, client);
    Reply::page(StatusCode::OK, page(TITLE, content))
}

fn client(content: Markup, client: &Value) -> Markup {
    let text = |name: &str| client[name].as_str().unwrap_or_default();
    let strings = |name: &str| client[name].as_array().into_iter().flatten().filter_map(Value::as_str);
    let id = text("client_id");
    let content = content
        .raw("<section><h2>")
        .text(text("name"))
        .raw("</h2><p><code>")
        .text(id)
        .raw("</code> (")
        .text(text("kind"))
        .raw(")</p><ul>")
        .each(strings("redirect_uris"), |list, uri| list.raw("<li><code>").text(uri).raw("</code></li>"))
        .raw("</ul>");
    if text("kind") != "confidential" {
        return content.raw("</section>");
    }
    content
        .raw("<ul>")
        .each(strings("secret_ids"), |list, secret| {
            list.raw("<li><form method=\"post\" action=\"/apps/")
                .text(id)
                .raw("/secrets/")
                .text(secret)
                .raw("/delete\"><code>")
                .text(secret)
                .raw("</code> <button id=\"delete-secret-")
                .text(secret)
                .raw("\">Delete</button></form></li>")
        })
        .raw("</ul><form method=\"post\" action=\"/apps/")
        .text(id)
        .raw("/secrets\"><button id=\"add-secret-")
        .text(id)
        .raw("\">Add a secret</button></form></section>")
}

/// `POST /apps`
pub(crate) async fn register(control: &Control, form: &Parameters) -> Result<Reply, Reply> {
    let confidential = form.value("kind") == Some("confidential");
    let asked = NewClient {
        name: form.value("name").unwrap_or_default().to_owned(),
        kind: if confidential { ClientKind::Confidential } else { ClientKind::Public },
        redirect_uris: form.value("redirect_uris").unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
        any_loopback_redirect: Some(form.value("any_loopback_redirect").is_some()),
    };
    let made = control.create_client(asked).await.map_err(explain)?;
    Ok(show(control, Some(&Fresh { client_id: made.client_id, client_secret: made.client_secret })))
}

/// `POST /apps/{client_id}/secrets`
pub(crate) async fn add_secret(control: &Control, client_id: &str) -> Result<Reply, Reply> {
    let made = control.add_client_secret(client_id).await.map_err(explain)?;
    Ok(show(control, Some(&Fresh { client_id: client_id.to_owned(), client_secret: Some(made.client_secret) })))
}

/// `POST /apps/{client_id}/secrets/{secret_id}/delete`
pub(crate) async fn delete_secret(control: &Control, client_id: &str, secret_id: &str) -> Result<Reply, Reply> {
    control.delete_client_secret(client_id, secret_id).await.map_err(explain)?;
    Ok(Reply::see_other("/apps"))
}

fn explain(error: SandboxError) -> Reply {
    mistake(TITLE, &error.to_string(), "/apps")
}
