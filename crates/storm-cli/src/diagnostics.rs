//! `storm diagnostics`: a report for whoever helps, as the host puts it together.

use storm_broker::{Request, Response};

use crate::{Stopped, host, say};

pub(crate) fn print() -> Result<(), Stopped> {
    match host::ask(&Request::Diagnostics, true)? {
        Response::Diagnostics(report) => say(&report),
        other => Err(host::stopped(other)),
    }
}
