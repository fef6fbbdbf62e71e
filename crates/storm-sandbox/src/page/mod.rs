//! The pages a person sees: plain HTML without scripts, one file per page.
//!
//! INVARIANT: text from outside reaches a page only through [`Markup::text`], which escapes; `raw` takes nothing but
//! text written in this program.

mod app;
mod authorization;
mod control;
mod home;
mod key;
mod layout;
mod markup;
mod service_account;

use std::sync::Arc;

pub(crate) use authorization::{consent, device_code, device_decided, refused, sign_in};
pub(crate) use markup::Markup;

use crate::control::Control;
use crate::server::{Reply, Request, Service};

/// The style sheet.
pub(crate) fn style_sheet() -> Reply {
    Reply::style_sheet(include_str!("style.css"))
}

/// The pages outside the authorization flow.
pub(crate) async fn route(
    service: &Arc<Service>,
    request: &Request,
    method: &str,
    parts: &[&str],
) -> Result<Reply, Reply> {
    let control = Control::new(Arc::clone(service));
    let form = request.form();
    match (method, parts) {
        ("GET", [""]) => Ok(home::show(&control)),
        ("GET", ["keys"]) => Ok(key::show(&control, None)),
        ("POST", ["keys"]) => key::create(&control, &form).await,
        ("POST", ["keys", id, "revoke"]) => key::revoke(&control, id).await,
        ("GET", ["apps"]) => Ok(app::show(&control, None)),
        ("POST", ["apps"]) => app::register(&control, &form).await,
        ("POST", ["apps", id, "secrets"]) => app::add_secret(&control, id).await,
        ("POST", ["apps", id, "secrets", secret, "delete"]) => app::delete_secret(&control, id, secret).await,
        ("GET", ["service-accounts"]) => Ok(service_account::show(&control)),
        ("POST", ["service-accounts"]) => service_account::create(&control, &form).await,
        ("POST", ["service-accounts", "keys", id, "disable"]) => service_account::switch(&control, id, true).await,
        ("POST", ["service-accounts", "keys", id, "enable"]) => service_account::switch(&control, id, false).await,
        ("POST", ["service-accounts", email, "keys"]) => service_account::add_key(&control, email).await,
        ("GET", ["control"]) => Ok(control::show(&control)),
        ("POST", ["control", "end-grants"]) => control::end_grants(&control).await,
        ("POST", ["control", "fail-next-token"]) => control::fail_next_token(&control, &form),
        ("POST", ["control", "settings"]) => control::save_settings(&control, &form),
        ("POST", ["control", "reset"]) => control::reset(&control).await,
        _ => Err(Reply::refusal(hyper::StatusCode::NOT_FOUND, "not_found")),
    }
}
