//! `storm token`: one credential on standard output.

use std::io::Write as _;

use storm_broker::{ExitCode as Exit, Request, Response};

use crate::command::{Format, TokenCommand};
use crate::{Stopped, access_key, host};

pub(crate) fn print(asked: &TokenCommand) -> Result<(), Stopped> {
    if asked.format == Format::Aws {
        return access_key::print(asked);
    }
    let request = Request::Token { name: asked.name.clone(), min_lifetime_seconds: asked.min_lifetime_seconds };
    let loan = match host::ask(&request, true)? {
        Response::Token(loan) => loan,
        other => return Err(host::stopped(other)),
    };
    let mut output = std::io::stdout().lock();
    // EXPOSE: this is what the command is for.
    let written = output.write_all(loan.secret.expose().as_bytes());
    written
        .and_then(|()| if asked.format == Format::Raw { Ok(()) } else { output.write_all(b"\n") })
        .and_then(|()| output.flush())
        .map_err(|error| Stopped::new(Exit::Other, format!("the token could not be written: {error}")))
}
