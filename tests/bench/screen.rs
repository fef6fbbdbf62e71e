//! The private screen as its own X client sees it: whether text is painted where a list has its first row.
//!
//! Text has many shades at its edges; an empty window, a border and the root have few. The same measure for every program.

use std::collections::BTreeSet;
use std::time::Duration;

use storm_tests::{Outcome, StepError};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat, MapState, Window};
use x11rb::rust_connection::RustConnection;

const PATIENCE: Duration = Duration::from_secs(90);
/// Between two looks; what a measured time may be too long by.
const PAUSE: Duration = Duration::from_millis(4);
/// More shades than any empty window has.
const SHADES_OF_TEXT: usize = 24;

/// A connection to the screen.
pub struct Screen {
    connection: RustConnection,
    root: Window,
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

    /// Waits until no program's window is there.
    ///
    /// # Errors
    /// When one stays.
    pub async fn await_blank(&self) -> Outcome {
        self.await_look("an empty screen", || {
            Ok(if self.corner()?.is_none() { Ok(()) } else { Err("a window".to_owned()) })
        })
        .await
    }

    /// Waits until the window shows text where a list has its first row.
    ///
    /// # Errors
    /// When none comes.
    pub async fn await_first_row(&self) -> Outcome {
        self.await_look("text in the first row", || {
            let Some((x, y)) = self.corner()? else { return Ok(Err("no window".to_owned())) };
            let shades = self.shades(x + FIRST_ROW.x, y + FIRST_ROW.y)?;
            Ok(if shades >= SHADES_OF_TEXT { Ok(()) } else { Err(format!("{shades} shades")) })
        })
        .await
    }

    async fn await_look(&self, what: &str, look: impl Fn() -> Outcome<Result<(), String>>) -> Outcome {
        let mut seen = String::new();
        let search = async {
            loop {
                match look()? {
                    Ok(()) => return Ok(()),
                    Err(instead) => seen = instead,
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        let found = tokio::time::timeout(PATIENCE, search).await;
        found.unwrap_or_else(|_| Err(StepError::InVain { what: what.to_owned(), seen }))
    }

    /// Where the frame of the program's window begins. The desktop itself has small windows only.
    fn corner(&self) -> Outcome<Option<(i16, i16)>> {
        const LEAST: u16 = 600;
        let tree = self.connection.query_tree(self.root).map_err(failed)?.reply().map_err(failed)?;
        for window in tree.children {
            let geometry = self.connection.get_geometry(window).map_err(failed)?;
            let attributes = self.connection.get_window_attributes(window).map_err(failed)?;
            // A window may be gone before it is looked at.
            let (Ok(place), Ok(attributes)) = (geometry.reply(), attributes.reply()) else { continue };
            if place.width >= LEAST && place.height >= LEAST && attributes.map_state == MapState::VIEWABLE {
                return Ok(Some((place.x, place.y)));
            }
        }
        Ok(None)
    }

    /// Different colours from this place on, counted up to what text has.
    fn shades(&self, x: i16, y: i16) -> Outcome<usize> {
        let Area { width, height, .. } = FIRST_ROW;
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

/// In a window with its title bar: beside the sidebar, below all that is there before the list is. The empty window has its text here.
const FIRST_ROW: Area = Area { x: 250, y: 175, width: 420, height: 40 };
