#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod chain;
mod context;
mod envelope;
mod master_key;
mod passphrase;
mod recovery;
mod sealed_file;

pub use chain::{ChainKey, ChainLink};
pub use context::RecordContext;
pub use envelope::{OpenError, SealError};
pub use master_key::{KeyId, KeyLineError, MasterKey};
pub use passphrase::{PassphraseCost, UnwrapError, WrapError};
pub use recovery::{RecoveryCodeError, RecoveryError, RecoveryKey};
pub use sealed_file::{OpenFileError, SealFileError, SealedFile, SealedFileHead};

/// The system gave no random bytes.
fn make_random<const LENGTH: usize>() -> Result<[u8; LENGTH], getrandom::Error> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
