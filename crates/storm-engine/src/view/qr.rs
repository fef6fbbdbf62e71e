//! An address as a QR code: modules in the form that an SVG path draws.

use qrcode::{Color, EcLevel, QrCode};
use serde::{Deserialize, Serialize};

/// A QR code (ISO/IEC 18004). No quiet zone is in it; whoever draws it leaves four modules free around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct QrView {
    /// Modules on a side.
    pub size: u32,
    /// An SVG path, one unit for each module, that covers exactly the dark ones.
    pub path: String,
}

impl QrView {
    /// The code of an address; None when it is too long for one.
    pub(crate) fn of(address: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(address, EcLevel::M).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (y, row) in code.to_colors().chunks(width).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|one, other| one == other) {
                let length = run.len();
                if run.first() == Some(&Color::Dark) {
                    path.push_str(&format!("M{x} {y}h{length}v1h-{length}z"));
                }
                x += length;
            }
        }
        Some(Self { size: u32::try_from(width).ok()?, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The path drawn pixel by pixel, as a camera would see it, with the quiet zone around.
    fn photographed(view: &QrView) -> Vec<String> {
        const SCALE: usize = 4;
        const QUIET: usize = 4;
        let size = usize::try_from(view.size).unwrap();
        let side = (size + 2 * QUIET) * SCALE;
        let mut dark = vec![false; side * side];
        for run in view.path.split('z').filter(|run| !run.is_empty()) {
            let numbers = run.trim_start_matches('M').split(['h', 'v', ' ']).map(|text| text.parse::<i64>().unwrap());
            let [x, y, length, height, back] = numbers.collect::<Vec<_>>()[..] else { panic!("{run}") };
            assert_eq!((height, back), (1, -length), "{run}");
            let at = |n: i64| (usize::try_from(n).unwrap() + QUIET) * SCALE;
            for row in at(y)..at(y + 1) {
                dark[row * side + at(x)..row * side + at(x + length)].fill(true);
            }
        }
        let mut image =
            rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| if dark[y * side + x] { 0 } else { 255 });
        image.detect_grids().iter().map(|grid| grid.decode().unwrap().1).collect()
    }

    #[test]
    fn a_camera_reads_the_address_back() {
        for address in
            ["https://service.example/device?user_code=WDJB-MJHT", &format!("https://a.example/{}", "x".repeat(400))]
        {
            assert_eq!(photographed(&QrView::of(address).unwrap()), [address]);
        }
    }

    #[test]
    fn an_address_that_no_code_holds_has_none() {
        assert_eq!(QrView::of(&"x".repeat(4000)), None);
    }
}
