//! The front page: what this is, and where to find what an app asks for.

use hyper::StatusCode;

use super::layout::page;
use super::markup::Markup;
use crate::control::Control;
use crate::server::Reply;

/// `GET /`
pub(crate) fn show(control: &Control) -> Reply {
    let state = control.state();
    let content = Markup::default()
        .raw(
            "<p>A service to rehearse with. It runs on this machine only, and nothing here is real: make keys, allow \
             apps, revoke them again, and see what happens.</p>\
             <dl><dt>Address and issuer</dt><dd><code id=\"base-url\">",
        )
        .text(&state.base_url)
        .raw(
            "</code></dd><dt>Client for desktop apps</dt><dd><code>practice-desktop</code> (no secret)</dd>\
             <dt>Client with a secret</dt><dd><code>practice-web</code> / <code>practice-secret</code></dd>\
             <dt>Account</dt><dd><code>ada@practice.example</code>, any password</dd></dl>",
        );
    Reply::page(StatusCode::OK, page("Practice service", content))
}
