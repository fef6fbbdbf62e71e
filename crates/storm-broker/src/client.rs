//! The blocking client: what a consumer uses to ask the host.

use std::io;
use std::path::Path;
#[cfg(unix)]
use std::{io::Write as _, os::unix::net::UnixStream, time::Duration};

use thiserror::Error;

use crate::{FolderError, FrameError, MessageError, Request, Response};
#[cfg(unix)]
use crate::{frame::read_frame, private_folder::check_folder_of};

/// Longer than the host takes at most to answer a request, a refresh at a slow service included.
#[cfg(unix)]
const ANSWER_DEADLINE: Duration = Duration::from_secs(90);

/// The host takes a request at once or never.
#[cfg(unix)]
const SEND_DEADLINE: Duration = Duration::from_secs(5);

/// The host could not be asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ClientError {
    /// Nobody listens.
    #[error("Storm Connect is not running")]
    NoHost,
    /// Whoever listens there need not be the user's host.
    #[error("the host's socket cannot be trusted: {0}")]
    Folder(#[source] FolderError),
    /// There is no such socket on this system.
    #[error("lending to other programs is not possible on this system yet")]
    NotOnThisSystem,
    /// The socket is there, but cannot be connected to.
    #[error("the host cannot be connected to: {0}")]
    NotConnected(#[source] io::Error),
    /// The conversation broke off.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The answer makes no sense.
    #[error(transparent)]
    Message(#[from] MessageError),
}

/// A connection to the host. Any number of requests, one after the other.
#[derive(Debug)]
pub struct Client {
    #[cfg(unix)]
    stream: UnixStream,
    #[cfg(not(unix))]
    never: std::convert::Infallible,
}

#[cfg(unix)]
impl Client {
    /// Connects to the host.
    ///
    /// # Errors
    /// [`ClientError::NoHost`] when nobody listens; others when the socket cannot be trusted or used.
    pub fn connect(socket: &Path) -> Result<Self, ClientError> {
        check_folder_of(socket).map_err(|error| match error {
            FolderError::Missing(_) => ClientError::NoHost,
            error => ClientError::Folder(error),
        })?;
        let stream = UnixStream::connect(socket).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => ClientError::NoHost,
            _ => ClientError::NotConnected(error),
        })?;
        stream.set_read_timeout(Some(ANSWER_DEADLINE)).map_err(ClientError::NotConnected)?;
        stream.set_write_timeout(Some(SEND_DEADLINE)).map_err(ClientError::NotConnected)?;
        Ok(Self { stream })
    }

    /// Asks one thing.
    ///
    /// # Errors
    /// When the connection breaks, the deadline passes, or the answer makes no sense. A refusal is an answer.
    pub fn ask(&mut self, request: &Request) -> Result<Response, ClientError> {
        let frame = request.encode()?;
        // EXPOSE: a request holds no secret; its frame only shares the type.
        let sent = self.stream.write_all(frame.expose());
        // A host that is full answers before it reads, and its answer is worth more than the broken pipe.
        let answer = read_frame(&mut self.stream);
        match (sent, answer) {
            (_, Ok(body)) => Ok(Response::decode(&body)?),
            (Err(error), Err(_)) => Err(FrameError::Connection(error).into()),
            (Ok(()), Err(error)) => Err(error.into()),
        }
    }

    /// Waits until the host ends the connection, as it does at the end of a hand-over.
    ///
    /// # Errors
    /// When it does not in time, or says something instead.
    pub fn wait_for_end(mut self) -> Result<(), ClientError> {
        match io::Read::read(&mut self.stream, &mut [0]) {
            Ok(0) => Ok(()),
            Ok(_) => Err(MessageError::NotUnderstood.into()),
            // A host that ends in a hurry resets the connection.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(()),
            Err(error) => Err(FrameError::Connection(error).into()),
        }
    }
}

#[cfg(not(unix))]
impl Client {
    /// Named pipes are not written yet.
    ///
    /// # Errors
    /// Always [`ClientError::NotOnThisSystem`].
    pub fn connect(_socket: &Path) -> Result<Self, ClientError> {
        Err(ClientError::NotOnThisSystem)
    }

    /// Not reachable: there is no connection to ask on.
    ///
    /// # Errors
    /// None.
    pub fn ask(&mut self, _request: &Request) -> Result<Response, ClientError> {
        match self.never {}
    }

    /// Not reachable: there is no connection that could end.
    ///
    /// # Errors
    /// None.
    pub fn wait_for_end(self) -> Result<(), ClientError> {
        match self.never {}
    }
}
