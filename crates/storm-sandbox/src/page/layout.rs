//! The frame around every page.

use hyper::StatusCode;

use super::markup::Markup;
use crate::server::Reply;

const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
    <meta name=\"color-scheme\" content=\"light dark\">\
    <link rel=\"stylesheet\" href=\"/style.css\"><title>";

const NAVIGATION: &str = "<nav aria-label=\"Practice\"><a href=\"/\">Practice</a><a href=\"/keys\">API keys</a>\
    <a href=\"/apps\">Apps</a><a href=\"/service-accounts\">Service accounts</a><a href=\"/control\">Control</a></nav>";

/// A page with the navigation.
pub(crate) fn page(title: &'static str, content: Markup) -> Markup {
    frame(title, Markup::default().raw(NAVIGATION), content)
}

/// A page that stands alone, as in the middle of a sign-in.
pub(crate) fn bare(title: &'static str, content: Markup) -> Markup {
    frame(title, Markup::default().raw("<header>Practice</header>"), content)
}

fn frame(title: &'static str, top: Markup, content: Markup) -> Markup {
    Markup::default()
        .raw(HEAD)
        .raw(title)
        .raw(" – Practice</title></head><body>")
        .then(top)
        .raw("<main><h1>")
        .raw(title)
        .raw("</h1>")
        .then(content)
        .raw("</main></body></html>")
}

/// A page that says why something was not done, with a way back.
pub(crate) fn mistake(title: &'static str, why: &str, back: &'static str) -> Reply {
    let content = Markup::default()
        .raw("<p id=\"error\" role=\"alert\">")
        .text(why)
        .raw("</p><p><a href=\"")
        .raw(back)
        .raw("\">Back</a></p>");
    Reply::page(StatusCode::BAD_REQUEST, page(title, content))
}
