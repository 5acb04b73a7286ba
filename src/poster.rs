//! A poster for a centre's wall: an A4 page with a QR code that opens the bot at this centre.
//!
//! Draws an SVG, which every printer's software and every browser can print; knows neither the
//! centres nor the sentences.

use std::fmt::Write as _;

use fast_qr::ECL;
use fast_qr::qr::{QRBuilder, QRCode};

use crate::http::html::escape;

/// The page in millimetres (ISO 216, A4).
const WIDTH: f64 = 210.0;
const HEIGHT: f64 = 297.0;
/// The edge of the code in millimetres: readable from about a metre and a half.
const CODE: f64 = 120.0;
/// Modules of white around the code (ISO/IEC 18004 asks for four).
const QUIET: usize = 4;
/// The longest line of the title, in characters.
const TITLE_LINE: usize = 24;
/// The longest other line.
const LINE: usize = 44;

/// What stands on a poster.
#[derive(Clone, Debug)]
pub struct Poster<'a> {
    /// The language, as in `xml:lang`.
    pub lang: &'a str,
    /// The large question at the top.
    pub title: &'a str,
    /// The centre.
    pub centre: &'a str,
    /// Short lines under the code.
    pub lines: [&'a str; 3],
    /// What the code opens.
    pub link: &'a str,
}

/// The page; `None` if the link is too long for a QR code.
#[must_use]
pub fn svg(poster: &Poster<'_>) -> Option<String> {
    // A quarter of the code may be torn or dirty.
    let code = QRBuilder::new(poster.link).ecl(ECL::Q).build().ok()?;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}mm\" height=\"{HEIGHT}mm\" \
         viewBox=\"0 0 {WIDTH} {HEIGHT}\" xml:lang=\"{}\" font-family=\"'Source Sans 3','Noto Sans',Arial,sans-serif\" \
         text-anchor=\"middle\">\n<title>{}</title>\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n\
         <rect width=\"{WIDTH}\" height=\"8\" fill=\"#00527a\"/>\n",
        escape(poster.lang),
        escape(poster.centre),
    );
    let mut y = 32.0;
    for line in wrapped(poster.title, TITLE_LINE) {
        text(&mut out, y, 14.0, 700, "#111", &line);
        y += 17.0;
    }
    y += 1.0;
    for line in wrapped(poster.centre, LINE) {
        text(&mut out, y, 9.0, 600, "#00527a", &line);
        y += 11.0;
    }
    draw(&mut out, &code, (WIDTH - CODE) / 2.0, y - 4.0);
    y += CODE + 8.0;
    for line in poster.lines.iter().flat_map(|line| wrapped(line, LINE)) {
        text(&mut out, y, 8.0, 400, "#111", &line);
        y += 11.0;
    }
    let shown = poster.link.trim_start_matches("https://");
    text(&mut out, HEIGHT - 14.0, 5.0, 400, "#444", shown);
    out.push_str("</svg>\n");
    Some(out)
}

fn text(out: &mut String, y: f64, size: f64, weight: u16, colour: &str, line: &str) {
    let x = WIDTH / 2.0;
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "<text x=\"{x}\" y=\"{y:.1}\" font-size=\"{size}\" font-weight=\"{weight}\" fill=\"{colour}\">{}</text>",
        escape(line)
    );
}

/// The code as one path of squares, with its quiet zone.
fn draw(out: &mut String, code: &QRCode, x: f64, y: f64) {
    let modules = code.size + 2 * QUIET;
    let mut path = String::new();
    for (n, module) in code.data.iter().take(code.size * code.size).enumerate() {
        if module.value() {
            let _ = write!(path, "M{} {}h1v1h-1z", n % code.size + QUIET, n / code.size + QUIET);
        }
    }
    let _ = writeln!(
        out,
        "<svg x=\"{x:.1}\" y=\"{y:.1}\" width=\"{CODE}\" height=\"{CODE}\" viewBox=\"0 0 {modules} {modules}\" \
         shape-rendering=\"crispEdges\"><path d=\"{path}\" fill=\"#000\"/></svg>"
    );
}

/// Lines of at most `width` characters, cut between words.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poster_holds_its_words_and_its_code() {
        let link = "https://t.me/digidel_bot?start=motala";
        let title = "Behöver du hjälp med mobilen, datorn eller nätet?";
        let lines = ["Rikta mobilens kamera mot rutan.", "Ställ din fråga.", "Det är gratis."];
        let poster = Poster { lang: "sv", title, centre: "Motala <bibliotek> & hus", lines, link };
        let page = svg(&poster).expect("a short link");
        assert!(
            page.contains("viewBox=\"0 0 210 297\"") && page.contains("Motala &lt;bibliotek&gt; &amp; hus")
        );
        assert!(page.contains("t.me/digidel_bot?start=motala") && page.contains("crispEdges"));
        for line in lines {
            assert!(page.contains(line));
        }
        let long = "x".repeat(4_000);
        assert_eq!(svg(&Poster { link: &long, ..poster }), None);
    }

    #[test]
    fn long_lines_are_cut_between_words() {
        assert_eq!(wrapped("ett två tre fyra", 8), ["ett två", "tre fyra"]);
    }
}
