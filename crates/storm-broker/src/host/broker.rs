//! The socket: claimed by one host, private to one user.
//!
//! INVARIANT: the lock file beside the socket is held from before it is bound until after it is removed, so whoever holds the
//! lock may replace what lies there, and nobody ever takes the socket of a living host.

use std::path::PathBuf;

use thiserror::Error;

use crate::FolderError;

/// The socket cannot be listened on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BindError {
    /// Another host listens there.
    #[error("another host already listens on {0}")]
    AlreadyServed(PathBuf),
    /// Its folder cannot be trusted.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Something that is not a socket lies there, and it is not ours to remove.
    #[error("{0} is not a socket; remove it or choose another path")]
    NotASocket(PathBuf),
    /// The system refuses.
    #[error("{socket} cannot be listened on: {reason}")]
    NotBound {
        /// Which.
        socket: PathBuf,
        /// The system's word for it; `InvalidInput` = the path is too long for a socket.
        reason: std::io::ErrorKind,
    },
    /// There is no such socket on this system.
    #[error("lending to other programs is not possible on this system yet")]
    NotOnThisSystem,
}

#[cfg(unix)]
pub use unix::Broker;

#[cfg(unix)]
mod unix {
    use std::fs::{File, Permissions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, OpenOptionsExt as _, PermissionsExt as _};
    use std::path::{Path, PathBuf};
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::net::{UnixListener, UnixStream};
    use tokio::sync::Semaphore;
    use tokio::task::JoinSet;

    use super::super::{Consumer, Lender, connection};
    use super::BindError;
    use crate::FolderError;
    use crate::private_folder::{check_folder_of, folder_of};

    /// More at a time are asked to come again.
    const CONNECTION_LIMIT: usize = 64;

    /// Before accepting is tried again when the system has nothing left to accept with.
    const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

    /// A claimed and bound socket.
    #[derive(Debug)]
    pub struct Broker {
        listener: UnixListener,
        socket: PathBuf,
        _claim: File,
    }

    impl Broker {
        /// Claims and binds the socket. Must be called within a tokio runtime.
        ///
        /// # Errors
        /// [`BindError::AlreadyServed`] when another host lives; others say what stands in the way.
        pub fn bind(socket: &Path) -> Result<Self, BindError> {
            let refused = |error: io::Error| BindError::NotBound { socket: socket.to_path_buf(), reason: error.kind() };
            make_folder(folder_of(socket))?;
            check_folder_of(socket)?;
            let claim = File::options()
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .open(socket.with_extension("lock"))
                .map_err(refused)?;
            claim.try_lock().map_err(|error| match error {
                std::fs::TryLockError::WouldBlock => BindError::AlreadyServed(socket.to_path_buf()),
                std::fs::TryLockError::Error(error) => refused(error),
            })?;
            remove_stale(socket)?;
            let listener = UnixListener::bind(socket).map_err(refused)?;
            std::fs::set_permissions(socket, Permissions::from_mode(0o600)).map_err(refused)?;
            Ok(Self { listener, socket: socket.to_path_buf(), _claim: claim })
        }

        /// Answers until the future is dropped. The socket is gone before the last connection ends, so that whoever waits
        /// for that end finds it free.
        pub async fn serve<L: Lender>(self, lender: Arc<L>) {
            let mut connections = JoinSet::new();
            let broker = self;
            let free = Arc::new(Semaphore::new(CONNECTION_LIMIT));
            loop {
                while connections.try_join_next().is_some() {}
                let stream = match broker.listener.accept().await {
                    Ok((stream, _)) => stream,
                    Err(error) => {
                        tracing::warn!(reason = %error.kind(), "a connection could not be accepted");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                        continue;
                    }
                };
                let Some(consumer) = admit(&stream) else { continue };
                match Arc::clone(&free).try_acquire_owned() {
                    Ok(place) => {
                        let lender = Arc::clone(&lender);
                        connections.spawn(async move {
                            connection::serve(stream, &consumer, lender).await;
                            drop(place);
                        });
                    }
                    Err(_) => connection::turn_away(&stream),
                }
            }
        }
    }

    impl Drop for Broker {
        fn drop(&mut self) {
            if let Err(error) = std::fs::remove_file(&self.socket) {
                tracing::warn!(reason = %error.kind(), "the socket could not be removed");
            }
        }
    }

    fn make_folder(folder: &Path) -> Result<(), FolderError> {
        match std::fs::DirBuilder::new().mode(0o700).create(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(FolderError::NotUsable { folder: folder.to_path_buf(), reason: error.kind() })
            }
            _ => Ok(()),
        }
    }

    /// Removes a socket that a killed host left behind; the claim says that none of ours lives, connecting says that no
    /// other program does.
    fn remove_stale(socket: &Path) -> Result<(), BindError> {
        let refused = |error: io::Error| BindError::NotBound { socket: socket.to_path_buf(), reason: error.kind() };
        match std::fs::symlink_metadata(socket) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(refused(error)),
            Ok(found) if !found.file_type().is_socket() => return Err(BindError::NotASocket(socket.to_path_buf())),
            Ok(_) => {}
        }
        match std::os::unix::net::UnixStream::connect(socket) {
            Ok(_) => Err(BindError::AlreadyServed(socket.to_path_buf())),
            Err(_) => std::fs::remove_file(socket).map_err(refused),
        }
    }

    /// The peer's user is checked even though the folder is private: a descriptor can be handed on.
    fn admit(stream: &UnixStream) -> Option<Consumer> {
        let own = rustix::process::geteuid().as_raw();
        match stream.peer_cred() {
            Ok(peer) if is_own_user(peer.uid(), own) => Some(Consumer::of_process(peer.pid())),
            Ok(peer) => {
                tracing::warn!(user = peer.uid(), "a process of another user was refused");
                None
            }
            Err(error) => {
                tracing::warn!(reason = %error.kind(), "a process that could not be identified was refused");
                None
            }
        }
    }

    /// Root is another user too: what runs as root has no business with a person's integrations.
    fn is_own_user(peer: u32, own: u32) -> bool {
        peer == own
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn only_the_same_user_is_admitted_and_root_is_not() {
            assert!(is_own_user(1000, 1000));
            assert!(!is_own_user(1001, 1000));
            assert!(!is_own_user(0, 1000));
        }
    }
}

#[cfg(not(unix))]
pub use elsewhere::Broker;

#[cfg(not(unix))]
mod elsewhere {
    use std::path::Path;
    use std::sync::Arc;

    use super::super::Lender;
    use super::BindError;

    /// Named pipes with an explicit DACL are not written yet.
    #[derive(Debug)]
    pub struct Broker(std::convert::Infallible);

    impl Broker {
        /// Not possible yet.
        ///
        /// # Errors
        /// Always [`BindError::NotOnThisSystem`].
        pub fn bind(_socket: &Path) -> Result<Self, BindError> {
            Err(BindError::NotOnThisSystem)
        }

        /// Not reachable: there is no broker to serve.
        pub async fn serve<L: Lender>(self, _lender: Arc<L>) {
            match self.0 {}
        }
    }
}
