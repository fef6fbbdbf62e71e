//! Length-prefixed frames: 32 bits of length, big-endian, then that many bytes.
//!
//! INVARIANT: the length is judged before a single byte is allocated for it, and a frame that was read is wiped when dropped.

use std::io::{self, Read};

use storm_secret::SecretBytes;
use thiserror::Error;

/// Longest body of a frame.
pub const FRAME_LIMIT_BYTES: usize = 64 * 1024;

pub(crate) const HEADER_BYTES: usize = 4;

/// A frame that cannot be read or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FrameError {
    /// Longer than [`FRAME_LIMIT_BYTES`].
    #[error("a message is longer than {FRAME_LIMIT_BYTES} bytes")]
    TooLong,
    /// The connection broke or ran out of time.
    #[error("the connection broke: {0}")]
    Connection(#[from] io::Error),
}

/// The header of a body of this length.
pub(crate) fn header_of(length: usize) -> Result<[u8; HEADER_BYTES], FrameError> {
    match u32::try_from(length) {
        Ok(short) if length <= FRAME_LIMIT_BYTES => Ok(short.to_be_bytes()),
        _ => Err(FrameError::TooLong),
    }
}

/// The length a header announces, if it is one we read.
pub(crate) fn length_in(header: [u8; HEADER_BYTES]) -> Result<usize, FrameError> {
    match usize::try_from(u32::from_be_bytes(header)) {
        Ok(length) if length <= FRAME_LIMIT_BYTES => Ok(length),
        _ => Err(FrameError::TooLong),
    }
}

/// Reads the body of one frame.
pub(crate) fn read_frame(from: &mut impl Read) -> Result<SecretBytes, FrameError> {
    let mut header = [0; HEADER_BYTES];
    from.read_exact(&mut header)?;
    let mut body = vec![0; length_in(header)?];
    from.read_exact(&mut body)?;
    Ok(SecretBytes::new(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_of_4_gigabytes_is_refused_before_anything_is_allocated() {
        let mut endless = [0xff; HEADER_BYTES].chain(io::repeat(b' '));
        assert!(matches!(read_frame(&mut endless), Err(FrameError::TooLong)));
    }

    #[test]
    fn the_longest_frame_is_read_and_one_byte_more_is_not() {
        let longest = header_of(FRAME_LIMIT_BYTES).unwrap();
        assert_eq!(read_frame(&mut longest.chain(io::repeat(b'x'))).unwrap().len(), FRAME_LIMIT_BYTES);
        assert!(matches!(header_of(FRAME_LIMIT_BYTES + 1), Err(FrameError::TooLong)));
        let over = u32::try_from(FRAME_LIMIT_BYTES + 1).unwrap().to_be_bytes();
        assert!(matches!(length_in(over), Err(FrameError::TooLong)));
    }

    #[test]
    fn a_frame_that_breaks_off_is_an_error_not_a_short_frame() {
        let broken = [0, 0, 0, 9, b'{'];
        assert!(matches!(read_frame(&mut broken.as_slice()), Err(FrameError::Connection(_))));
    }
}
