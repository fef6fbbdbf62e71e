//! The TCP stream under a connection, with a knife.
//!
//! HTTP libraries finish answers politely; a real network does not. [`Wire`] hands bytes through untouched until its
//! [`Knife`] is set, then lets exactly that many more bytes of the answer out and ends the connection with a TCP reset
//! (SO_LINGER 0), never with a clean close. Or it sends other bytes in place of the answer, and closes cleanly.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Buf as _, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// Stands for "no cut is planned".
const WHOLE: u64 = u64::MAX;
/// Time for the bytes before the cut to reach the other side: a reset discards what the kernel has not delivered yet.
const DELIVERY_TIME: Duration = Duration::from_millis(20);

/// Where to cut; shared between a connection and the requests on it.
#[derive(Clone)]
pub(crate) struct Knife(Arc<Cut>);

struct Cut {
    /// How many more bytes of the answer are let out.
    left: AtomicU64,
    /// What goes out in place of the answer.
    instead: Mutex<Option<Bytes>>,
}

impl Knife {
    /// A knife that cuts nothing.
    pub(crate) fn sheathed() -> Self {
        Self(Arc::new(Cut { left: AtomicU64::new(WHOLE), instead: Mutex::new(None) }))
    }

    /// Cuts after so many more bytes.
    pub(crate) fn cut_after(&self, bytes: u64) {
        self.0.left.store(bytes.min(WHOLE - 1), Ordering::Release);
    }

    /// Lets these bytes out in place of the answer, and nothing after them.
    pub(crate) fn send_instead(&self, bytes: Bytes) {
        *self.0.instead.lock().unwrap_or_else(PoisonError::into_inner) = Some(bytes);
    }

    fn take_instead(&self) -> Option<Bytes> {
        self.0.instead.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn left(&self) -> u64 {
        self.0.left.load(Ordering::Acquire)
    }
}

/// A TCP stream that can be cut.
pub(crate) struct Wire {
    stream: TcpStream,
    knife: Knife,
    instead: Option<Bytes>,
    wrote_before_cut: bool,
    delivery: Option<Pin<Box<Sleep>>>,
}

impl Wire {
    /// Wraps an accepted stream.
    pub(crate) fn new(stream: TcpStream, knife: Knife) -> Self {
        Self { stream, knife, instead: None, wrote_before_cut: false, delivery: None }
    }

    /// Sends what goes out in place of the answer, then closes; the error ends the connection for the library above.
    fn poll_instead(&mut self, context: &mut Context<'_>, mut bytes: Bytes) -> Poll<io::Result<usize>> {
        while bytes.has_remaining() {
            match Pin::new(&mut self.stream).poll_write(context, &bytes) {
                Poll::Ready(written) => bytes.advance(written?),
                Poll::Pending => {
                    self.instead = Some(bytes);
                    return Poll::Pending;
                }
            }
        }
        self.instead = Some(bytes);
        ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
        Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()))
    }

    /// Cuts: lets earlier bytes arrive, then arranges that dropping the stream resets it.
    fn poll_cut(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        if self.wrote_before_cut {
            let delivery = self.delivery.get_or_insert_with(|| Box::pin(sleep(DELIVERY_TIME)));
            ready!(delivery.as_mut().poll(context));
        }
        Poll::Ready(match self.stream.set_zero_linger() {
            Ok(()) => io::ErrorKind::ConnectionReset.into(),
            Err(error) => error,
        })
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(bytes) = self.instead.take().or_else(|| self.knife.take_instead()) {
            return self.poll_instead(context, bytes);
        }
        let left = self.knife.left();
        if left == WHOLE {
            return Pin::new(&mut self.stream).poll_write(context, bytes);
        }
        if left == 0 {
            return self.poll_cut(context).map(Err);
        }
        let allowed = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, &bytes[..allowed]))?;
        self.wrote_before_cut = true;
        self.knife.cut_after(left.saturating_sub(u64::try_from(written).unwrap_or(left)));
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.knife.left() == 0 {
            return self.poll_cut(context).map(Err);
        }
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.knife.left() != WHOLE {
            return self.poll_cut(context).map(Err);
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
