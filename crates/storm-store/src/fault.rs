//! Turns what SQLite and the file system report into the vault's own errors. No SQL, path or value passes through here.

use std::io;

use sqlx::error::{DatabaseError, ErrorKind};
use sqlx::migrate::MigrateError;
use storm_crypto::{OpenError as EnvelopeError, SealError};
use storm_domain::VaultError;

/// The primary result codes of SQLite that mean something to us (https://www.sqlite.org/rescode.html).
mod code {
    pub const PERM: u32 = 3;
    pub const BUSY: u32 = 5;
    pub const LOCKED: u32 = 6;
    pub const READONLY: u32 = 8;
    pub const CORRUPT: u32 = 11;
    pub const FULL: u32 = 13;
    pub const CANTOPEN: u32 = 14;
    pub const NOTADB: u32 = 26;
    /// Extended: a page that should be there is not, because the file or its log was shortened.
    pub const IOERR_SHORT_READ: u32 = 522;
}

/// What a database error means.
pub(crate) fn of_sqlx(error: sqlx::Error) -> VaultError {
    match error {
        sqlx::Error::Database(error) => of_database(error.as_ref()),
        sqlx::Error::Io(error) => of_io(&error),
        sqlx::Error::RowNotFound => VaultError::NotFound,
        sqlx::Error::PoolClosed | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => VaultError::Locked,
        _ => VaultError::DatabaseDamaged, // a column that does not decode, a name that is not there
    }
}

fn of_database(error: &dyn DatabaseError) -> VaultError {
    match error.kind() {
        ErrorKind::UniqueViolation => return VaultError::Conflict,
        ErrorKind::ForeignKeyViolation => return VaultError::NotFound,
        _ => {}
    }
    let extended = error.code().and_then(|code| code.parse::<u32>().ok());
    if extended == Some(code::IOERR_SHORT_READ) {
        return VaultError::DatabaseDamaged;
    }
    match extended.map(|extended| extended & 0xff) {
        Some(code::FULL) => VaultError::DiskFull,
        Some(code::READONLY | code::PERM | code::CANTOPEN | code::BUSY | code::LOCKED) => VaultError::NotWritable,
        Some(code::CORRUPT | code::NOTADB) => VaultError::DatabaseDamaged,
        _ => VaultError::Disk,
    }
}

/// What a migration error means. One that we do not know was applied by a newer version.
pub(crate) fn of_migration(error: MigrateError) -> VaultError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => of_sqlx(error),
        MigrateError::VersionMissing(_) | MigrateError::VersionMismatch(_) => VaultError::NewerSchema,
        _ => VaultError::DatabaseDamaged,
    }
}

/// What a file error means.
pub(crate) fn of_io(error: &io::Error) -> VaultError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => VaultError::DiskFull,
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => VaultError::NotWritable,
        _ => VaultError::Disk,
    }
}

/// A record that does not open.
pub(crate) fn of_envelope(error: EnvelopeError) -> VaultError {
    match error {
        EnvelopeError::UnknownFormat => VaultError::NewerSchema,
        _ => VaultError::Damaged,
    }
}

/// A record that could not be sealed: the system has no randomness, so the vault may as well be locked.
pub(crate) fn of_seal(_: SealError) -> VaultError {
    VaultError::Locked
}
