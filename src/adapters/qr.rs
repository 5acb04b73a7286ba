//! A text as a QR code in a PNG, for the platforms that show pictures.
//!
//! Draws nothing but the code, black on white with the quiet zone that readers need.

use fast_qr::ECL;
use fast_qr::qr::QRBuilder;

/// Pixels per module.
const SCALE: usize = 10;
/// Modules of white around the code (ISO/IEC 18004 asks for four).
const QUIET: usize = 4;

/// The code as a PNG; `None` if the text is too long for a QR code (2,331 bytes at this correction).
#[must_use]
pub fn png(text: &str) -> Option<Vec<u8>> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    let side = (code.size + 2 * QUIET) * SCALE;
    let dark = |x: usize, y: usize| -> bool {
        let (Some(x), Some(y)) = ((x / SCALE).checked_sub(QUIET), (y / SCALE).checked_sub(QUIET)) else {
            return false;
        };
        x < code.size && code.data.get(y * code.size + x).is_some_and(|module| module.value())
    };
    let pixels: Vec<u8> = (0..side)
        .flat_map(|y| (0..side).map(move |x| (x, y)))
        .map(|(x, y)| if dark(x, y) { 0 } else { 255 })
        .collect();
    let edge = u32::try_from(side).ok()?;
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, edge, edge);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header().ok()?.write_image_data(&pixels).ok()?;
    Some(out)
}
