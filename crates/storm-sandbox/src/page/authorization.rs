//! Sign-in, consent, the code of a device, and the page that refuses.

use hyper::StatusCode;

use super::layout::bare;
use super::markup::Markup;
use crate::oauth::scope_description;
use crate::server::Reply;

/// The sign-in page.
pub(crate) fn sign_in(attempt: &str, app: &str, account: &str, mistake: Option<&str>) -> Reply {
    let mut content = Markup::default().raw("<p>Sign in to continue to <strong>").text(app).raw("</strong>.</p>");
    if let Some(mistake) = mistake {
        content = content.raw("<p id=\"error\" role=\"alert\">").text(mistake).raw("</p>");
    }
    let content = content
        .raw("<form method=\"post\" action=\"/oauth/sign-in\"><input type=\"hidden\" name=\"attempt\" value=\"")
        .text(attempt)
        .raw("\"><label for=\"account\">E-mail address</label><input id=\"account\" name=\"account\" autocomplete=\"username\" value=\"")
        .text(account)
        .raw(
            "\"><label for=\"password\">Password</label><input id=\"password\" name=\"password\" type=\"password\" \
             autocomplete=\"off\" required aria-describedby=\"password-note\">\
             <p class=\"note\" id=\"password-note\">This is a rehearsal: any password will do. Do not type a real one.</p>\
             <button id=\"sign-in\" class=\"primary\">Sign in</button></form>",
        );
    Reply::page(StatusCode::OK, bare("Sign in", content))
}

/// The consent page.
pub(crate) fn consent(attempt: &str, app: &str, account: &str, scopes: &[String], redirect_uri: &str) -> Reply {
    let content = Markup::default()
        .raw("<p><strong id=\"app\">")
        .text(app)
        .raw("</strong> asks for access to the account <strong id=\"consent-account\">")
        .text(account)
        .raw("</strong>:</p><ul id=\"scopes\">")
        .each(scopes, |list, scope| {
            list.raw("<li><code>").text(scope).raw("</code> ").raw(scope_description(scope)).raw("</li>")
        })
        .raw("</ul><p class=\"note\">You will return to ")
        .text(redirect_uri)
        .raw("</p><form method=\"post\" action=\"/oauth/consent\" class=\"choice\"><input type=\"hidden\" name=\"attempt\" value=\"")
        .text(attempt)
        .raw(
            "\"><button id=\"deny\" name=\"decision\" value=\"deny\">Deny</button>\
             <button id=\"approve\" class=\"primary\" name=\"decision\" value=\"approve\">Approve</button></form>",
        );
    Reply::consent_page(bare("Allow access?", content))
}

/// Where a person types the code that a device shows.
pub(crate) fn device_code(typed: &str, mistake: Option<&str>) -> Reply {
    let mut content = Markup::default().raw("<p>Type the code that your device shows.</p>");
    if let Some(mistake) = mistake {
        content = content.raw("<p id=\"error\" role=\"alert\">").text(mistake).raw("</p>");
    }
    let content = content
        .raw(
            "<form method=\"post\" action=\"/oauth/device\"><label for=\"user-code\">Code</label>\
             <input id=\"user-code\" name=\"user_code\" autocomplete=\"off\" autocapitalize=\"characters\" required value=\"",
        )
        .text(typed)
        .raw("\"><button id=\"enter-code\" class=\"primary\">Continue</button></form>");
    Reply::page(StatusCode::OK, bare("Connect a device", content))
}

/// What the person did about a device.
pub(crate) fn device_decided(approved: bool) -> Reply {
    let words = if approved { "The device is connected. " } else { "The device was refused. " };
    let content =
        Markup::default().raw("<p id=\"decided\" role=\"status\">").raw(words).raw("You may close this page.</p>");
    Reply::page(StatusCode::OK, bare("Connect a device", content))
}

/// Tells the person, and nobody else, why this does not go on.
pub(crate) fn refused(why: &str) -> Reply {
    let content = Markup::default().raw("<p id=\"error\" role=\"alert\">").text(why).raw("</p>");
    Reply::page(StatusCode::BAD_REQUEST, bare("This request was refused", content))
}
