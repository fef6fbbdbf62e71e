//! What the broker needs of the program behind it.

use std::future::Future;
use std::time::Duration;

use storm_domain::Failure;

use super::Consumer;
use crate::{AccessKeyLoan, Loan, LogPage, LogRequest, LogVerdict, Status};

/// The host as the broker sees it. Whether something may be lent, and writing down that it was, is its part.
pub trait Lender: Send + Sync + 'static {
    /// Where the host and its integrations stand.
    fn status(&self) -> impl Future<Output = Status> + Send;

    /// Lends the credential of the integration called `name`, still good for `min_lifetime`.
    fn lend(
        &self,
        name: &str,
        consumer: &Consumer,
        min_lifetime: Option<Duration>,
    ) -> impl Future<Output = Result<Loan, Failure>> + Send;

    /// Lends the access key of the integration called `name`, or a short-lived one in its place, still good for `min_lifetime`.
    fn lend_access_key(
        &self,
        name: &str,
        consumer: &Consumer,
        min_lifetime: Option<Duration>,
    ) -> impl Future<Output = Result<AccessKeyLoan, Failure>> + Send;

    /// A page of the activity log.
    fn log(&self, asked: LogRequest) -> impl Future<Output = Result<LogPage, Failure>> + Send;

    /// Goes through the whole activity log.
    fn verify_log(&self) -> impl Future<Output = Result<LogVerdict, Failure>> + Send;

    /// A report for whoever helps, whatever the vault stands at.
    fn diagnostics(&self) -> impl Future<Output = Result<String, Failure>> + Send;

    /// Begins to close the vault for the application's window. False = this host keeps it.
    fn hand_over(&self) -> bool;
}
