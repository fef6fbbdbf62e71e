//! Service accounts: make one, download its keys, switch keys off and on.

use hyper::StatusCode;
use hyper::header;
use serde_json::Value;

use super::layout::{mistake, page};
use super::markup::Markup;
use crate::SandboxError;
use crate::control::Control;
use crate::server::{Parameters, Reply};

const TITLE: &str = "Service accounts";

/// `GET /service-accounts`
pub(crate) fn show(control: &Control) -> Reply {
    let accounts = control.state().service_accounts;
    let content = Markup::default()
        .raw(
            "<form method=\"post\" action=\"/service-accounts\"><label for=\"service-account-name\">Name</label>\
             <input id=\"service-account-name\" name=\"name\" required placeholder=\"etl\">\
             <p class=\"note\">Its first key is downloaded as a file. The private key is not kept here.</p>\
             <button id=\"create-service-account\" class=\"primary\">Create and download key</button></form>",
        )
        .each(&accounts, account);
    Reply::page(StatusCode::OK, page(TITLE, content))
}

fn account(content: Markup, account: &Value) -> Markup {
    let email = account["email"].as_str().unwrap_or_default();
    content
        .raw("<section><h2>")
        .text(email)
        .raw("</h2><ul>")
        .each(account["keys"].as_array().into_iter().flatten(), |list, key| {
            let id = key["id"].as_str().unwrap_or_default();
            let disabled = key["disabled"].as_bool().unwrap_or_default();
            let (action, label) = if disabled { ("enable", "Enable") } else { ("disable", "Disable") };
            list.raw("<li><form method=\"post\" action=\"/service-accounts/keys/")
                .text(id)
                .raw("/")
                .raw(action)
                .raw("\"><code>")
                .text(id)
                .raw(if disabled { "</code> disabled <button id=\"" } else { "</code> <button id=\"" })
                .raw(action)
                .raw("-")
                .text(id)
                .raw("\">")
                .raw(label)
                .raw("</button></form></li>")
        })
        .raw("</ul><form method=\"post\" action=\"/service-accounts/")
        .text(email)
        .raw("/keys\"><button id=\"add-key-")
        .text(email)
        .raw("\">Create another key</button></form></section>")
}

/// `POST /service-accounts`: the key file as a download.
pub(crate) async fn create(control: &Control, form: &Parameters) -> Result<Reply, Reply> {
    let file = control.create_service_account(form.value("name").unwrap_or_default()).await.map_err(explain)?;
    Ok(download(&file))
}

/// `POST /service-accounts/{email}/keys`: the key file as a download.
pub(crate) async fn add_key(control: &Control, email: &str) -> Result<Reply, Reply> {
    let file = control.add_service_account_key(email).await.map_err(explain)?;
    Ok(download(&file))
}

/// `POST /service-accounts/keys/{id}/disable` and `…/enable`
pub(crate) async fn switch(control: &Control, key_id: &str, disabled: bool) -> Result<Reply, Reply> {
    control.set_service_account_key_disabled(key_id, disabled).await.map_err(explain)?;
    Ok(Reply::see_other("/service-accounts"))
}

/// The address contains only letters, digits and `-._@`, and the id only hexadecimal digits: both fit a file name.
fn download(file: &Value) -> Reply {
    let email = file["client_email"].as_str().unwrap_or_default();
    let name = email.split('@').next().unwrap_or_default();
    let id = file["private_key_id"].as_str().unwrap_or_default();
    let short_id = id.get(..12).unwrap_or(id);
    Reply::json(file)
        .with_header(header::CONTENT_DISPOSITION, &format!("attachment; filename=\"{name}-{short_id}.json\""))
}

fn explain(error: SandboxError) -> Reply {
    mistake(TITLE, &error.to_string(), "/service-accounts")
}
