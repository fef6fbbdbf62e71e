//! The body of an answer: bytes or filler, at once or in slow pieces.
//!
//! The body also carries the request's [`Completion`]: it is finished when hyper has taken the last piece, or aborted
//! when hyper drops the body before that.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::completion::Completion;

/// What filler is cut from.
static FILLER: [u8; 64 * 1024] = [b'.'; 64 * 1024];

/// What there is to send.
pub(crate) enum Content {
    /// These bytes.
    Bytes(Bytes),
    /// So many filler bytes.
    Filler(u64),
}

impl Content {
    fn left(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Self::Filler(left) => *left,
        }
    }

    fn take(&mut self, most: usize) -> Bytes {
        match self {
            Self::Bytes(bytes) => bytes.split_to(most.min(bytes.len())),
            Self::Filler(left) => {
                let piece = most.min(FILLER.len()).min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= u64::try_from(piece).unwrap_or(*left);
                Bytes::from_static(&FILLER[..piece])
            }
        }
    }
}

/// How fast to send.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    /// The size of a piece.
    pub(crate) piece_bytes: usize,
    /// The wait before each piece.
    pub(crate) delay: Duration,
}

/// The body of an answer.
pub(crate) struct AnswerBody {
    content: Content,
    pace: Option<Pace>,
    wait: Option<Pin<Box<Sleep>>>,
    announces_length: bool,
    completion: Option<Completion>,
}

impl AnswerBody {
    /// A body to be sent at once.
    pub(crate) fn new(content: Content, completion: Option<Completion>) -> Self {
        Self { content, pace: None, wait: None, announces_length: true, completion }
    }

    /// Sends in slow pieces.
    pub(crate) fn paced(mut self, pace: Option<Pace>) -> Self {
        self.pace = pace;
        self
    }

    fn finish(&mut self) {
        if let Some(completion) = &mut self.completion {
            completion.finish();
        }
    }

    /// Leaves the length to the headers, which may lie about it.
    pub(crate) fn without_length(mut self) -> Self {
        self.announces_length = false;
        self
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = &mut *self;
        if this.content.left() == 0 {
            this.finish();
            return Poll::Ready(None);
        }
        let mut most = usize::MAX;
        if let Some(pace) = this.pace {
            if !pace.delay.is_zero() {
                let wait = this.wait.get_or_insert_with(|| Box::pin(sleep(pace.delay)));
                ready!(wait.as_mut().poll(context));
                this.wait = None;
            }
            most = pace.piece_bytes;
        }
        let piece = this.content.take(most);
        if this.content.left() == 0 {
            this.finish();
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.announces_length && self.content.left() == 0
    }

    fn size_hint(&self) -> SizeHint {
        if self.announces_length { SizeHint::with_exact(self.content.left()) } else { SizeHint::default() }
    }
}
