//! The private screen as its own X client sees it: whether text is painted somewhere on it.
//!
//! Text has many shades at its edges; an empty window, a border and the root have few. The same measure for every program.

use std::collections::BTreeSet;
use std::time::Duration;

use storm_tests::{Outcome, StepError};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat};
use x11rb::rust_connection::RustConnection;

const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks; what a measured time may be too long by.
const PAUSE: Duration = Duration::from_millis(4);
/// More shades than any empty window has.
const SHADES_OF_TEXT: usize = 24;

/// A connection to the screen.
pub struct Screen {
    connection: RustConnection,
    root: u32,
}

fn failed(error: impl std::fmt::Display) -> StepError {
    StepError::Wrong(format!("the screen cannot be read: {error}"))
}

impl Screen {
    /// Connects to the private screen.
    ///
    /// # Errors
    /// When there is none.
    pub fn connect() -> Outcome<Self> {
        let (connection, number) = x11rb::connect(None).map_err(failed)?;
        let root = connection.setup().roots[number].root;
        Ok(Self { connection, root })
    }

    /// Waits until there is no text on the screen.
    ///
    /// # Errors
    /// When it stays.
    pub async fn await_blank(&self) -> Outcome {
        self.await_shades("an empty screen", |shades| shades < SHADES_OF_TEXT).await
    }

    /// Waits until there is text on the screen.
    ///
    /// # Errors
    /// When none comes.
    pub async fn await_text(&self) -> Outcome {
        self.await_shades("text on the screen", |shades| shades >= SHADES_OF_TEXT).await
    }

    async fn await_shades(&self, what: &str, wanted: impl Fn(usize) -> bool) -> Outcome {
        let mut seen = 0;
        let search = async {
            loop {
                seen = self.shades()?;
                if wanted(seen) {
                    return Ok(());
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        let found = tokio::time::timeout(PATIENCE, search).await;
        found.unwrap_or_else(|_| Err(StepError::InVain { what: what.to_owned(), seen: format!("{seen} shades") }))
    }

    /// Different colours in the upper left of where windows open, counted up to what text has.
    fn shades(&self) -> Outcome<usize> {
        let Area { x, y, width, height } = LOOKED_AT;
        let image = self.connection.get_image(ImageFormat::Z_PIXMAP, self.root, x, y, width, height, !0);
        let image = image.map_err(failed)?.reply().map_err(failed)?;
        let mut shades = BTreeSet::new();
        for pixel in image.data.chunks_exact(4) {
            shades.insert([pixel[0], pixel[1], pixel[2]]);
            if shades.len() >= SHADES_OF_TEXT {
                break;
            }
        }
        Ok(shades.len())
    }
}

struct Area {
    x: i16,
    y: i16,
    width: u16,
    height: u16,
}

/// Below a window's title bar, which has text of its own, and small, so that looking costs little.
const LOOKED_AT: Area = Area { x: 60, y: 90, width: 500, height: 300 };
