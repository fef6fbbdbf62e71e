//! What the vault port speaks of besides integrations and generations: leases, intents, landed answers, and its errors.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{GenerationNumber, IntegrationId, RawTokenAnswer, Timestamp};

/// Who holds a lease: one running process of one boot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseOwner {
    /// Random for each process, so that a reused process id is not taken for the old owner.
    pub process: String,
    /// Changes with every boot: a lease of an earlier boot is void.
    pub boot: String,
}

/// The right to send one integration's credential to the token endpoint, for one process at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// For which integration.
    pub integration_id: IntegrationId,
    /// Rises with every lease: a holder that was stopped past its deadline cannot overwrite its successor.
    pub fencing: u64,
    /// When others may take it over.
    pub deadline: Timestamp,
}

/// Written before a token request is sent; still there afterwards = the request was broken off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshIntent {
    /// For which integration.
    pub integration_id: IntegrationId,
    /// Which generation's refresh token is sent; None = a code exchange.
    pub generation: Option<GenerationNumber>,
    /// When.
    pub at: Timestamp,
    /// How often an open intent has been retried after a restart.
    pub retries: u32,
}

/// An answer found in a landing slot.
#[derive(Debug, Clone)]
pub struct Landed {
    /// For which integration.
    pub integration_id: IntegrationId,
    /// Under which lease it was obtained.
    pub fencing: u64,
    /// Which generation's refresh token it answers; None = a code exchange.
    pub generation: Option<GenerationNumber>,
    /// The answer as it came.
    pub answer: RawTokenAnswer,
}

/// Why the vault could not do something. No secret, no SQL, no path below the data folder is in any of them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VaultError {
    /// No such record.
    #[error("there is no such record")]
    NotFound,
    /// The record is not what the caller read: somebody else was faster.
    #[error("the record was changed by somebody else")]
    Conflict,
    /// Another process holds the lease.
    #[error("another process is refreshing this credential")]
    LeaseHeld {
        /// When it may be taken over.
        until: Timestamp,
    },
    /// The lease was taken over by another process.
    #[error("the lease was taken over")]
    LeaseLost,
    /// No space, or quota used up.
    #[error("the disk is full")]
    DiskFull,
    /// Read-only file system, or the permission is gone.
    #[error("the vault cannot be written")]
    NotWritable,
    /// The disk reported an error.
    #[error("the disk reported an error")]
    Disk,
    /// A record does not open with the right key.
    #[error("a record of the vault is damaged")]
    Damaged,
    /// The database itself is damaged.
    #[error("the vault's database is damaged")]
    DatabaseDamaged,
    /// The vault was written by a newer version of the program.
    #[error("the vault belongs to a newer version")]
    NewerSchema,
    /// A value is larger than its place: an answer of more than 1 MiB for its landing slot.
    #[error("the value is too large to be stored")]
    TooLarge,
    /// The vault is locked.
    #[error("the vault is locked")]
    Locked,
}
