//! `storm token --format aws`: an access key, as a `credential_process` gives it to AWS tools
//! (<https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sourcing-external.html>).

use std::io::Write as _;

use serde::Serialize;
use storm_broker::{AccessKeyLoan, ExitCode as Exit, Request, Response};
use storm_secret::SecretBytes;
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

use crate::command::TokenCommand;
use crate::{Stopped, host};

/// Room for the names of the members and what is public.
const ROOM_BYTES: usize = 512;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document<'a> {
    version: u32,
    access_key_id: &'a str,
    secret_access_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<&'a str>,
    /// Without one, AWS tools take it for a key that does not end, and never ask again.
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<String>,
}

pub(crate) fn print(asked: &TokenCommand) -> Result<(), Stopped> {
    let request = Request::AccessKey { name: asked.name.clone(), min_lifetime_seconds: asked.min_lifetime_seconds };
    let loan = match host::ask(&request, true)? {
        Response::AccessKey(loan) => loan,
        other => return Err(host::stopped(other)),
    };
    let document = document(&loan)?;
    let mut output = std::io::stdout().lock();
    // EXPOSE: this is what the command is for.
    output
        .write_all(document.expose())
        .and_then(|()| output.flush())
        .map_err(|error| Stopped::new(Exit::Other, format!("the key could not be written: {error}")))
}

fn document(loan: &AccessKeyLoan) -> Result<SecretBytes, Stopped> {
    let unwritten = || Stopped::new(Exit::Other, "the key could not be written as AWS tools read it");
    // EXPOSE: goes into the text that is printed, and wiped with it.
    let (secret, token) = (loan.secret.expose(), loan.session_token.as_ref().map(|token| token.expose()));
    let document = Document {
        version: 1,
        access_key_id: &loan.id,
        secret_access_key: secret,
        session_token: token,
        expiration: loan.expires_at.map(|at| moment(at).ok_or_else(unwritten)).transpose()?,
    };
    // Room for all of it at once, even if each character is escaped: a text that grows leaves copies of the secret behind.
    let secret_bytes = secret.len() + token.map_or(0, str::len);
    let mut text = Vec::with_capacity(ROOM_BYTES + loan.id.len() + secret_bytes * "\\u0000".len());
    let written = serde_json::to_writer(&mut text, &document);
    text.push(b'\n');
    let text = SecretBytes::new(text);
    written.map(|()| text).map_err(|_| unwritten())
}

/// ISO 8601 in UTC, with whole seconds: a key that seems to end a moment early is asked for a moment early.
fn moment(milliseconds: i64) -> Option<String> {
    UtcDateTime::from_unix_timestamp(milliseconds.div_euclid(1000)).ok()?.format(&Rfc3339).ok()
}
