//! The map: Sweden's municipalities, where the centres are and where questions come from, drawn here.
//!
//! Nothing finer than a municipality, and no count below five. The table beside it says the same.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::facts::centres::Centre;
use crate::facts::places::{Outline, Places};
use crate::http::html::{self, Safe};
use crate::http::words::Terms;
use crate::model::place::{Municipality, Position};

/// The least count that is shown.
const FEW: i64 = 5;
/// From these counts on a municipality is drawn darker.
const SHADES: [i64; 4] = [FEW, 20, 50, 100];
/// The corner of the drawing, in degrees: west of Sweden, north of it.
const WEST: f32 = 10.5;
const NORTH: f32 = 69.2;
/// Units of the drawing per degree of latitude.
const SCALE: f32 = 52.0;
/// A degree of longitude is so much shorter, at the middle of Sweden (the cosine of 62°).
const NARROW: f32 = 0.469;
/// The drawing's size.
const WIDTH: u32 = 350;
const HEIGHT: u32 = 740;

/// The map and its table.
pub(super) struct Map {
    pub drawing: Safe,
    /// Shade and the counts that it stands for.
    pub scale: Vec<(usize, String)>,
    pub rows: Vec<Row>,
}

/// One municipality of the table.
pub(super) struct Row {
    pub municipality: String,
    pub requests: String,
    pub centres: String,
}

/// Where a point lies on the drawing, in whole units: finer is not seen.
fn place(lon: f32, lat: f32) -> (i32, i32) {
    (whole((lon - WEST) * SCALE * NARROW), whole((NORTH - lat) * SCALE))
}

#[expect(clippy::cast_possible_truncation, reason = "degrees of Sweden come to some hundreds")]
fn whole(x: f32) -> i32 {
    x.round() as i32
}

#[expect(clippy::cast_possible_truncation, reason = "degrees need no more digits on a drawing")]
fn degrees(position: Position) -> (f32, f32) {
    (position.lon() as f32, position.lat() as f32)
}

/// The shade of a count, 0 for one that is not shown.
fn shade(count: i64) -> usize {
    SHADES.iter().filter(|from| count >= **from).count()
}

/// The outline as a path; points that fall together are drawn once, and what becomes too small for
/// an area is left out.
fn path(outline: &Outline) -> String {
    let mut path = String::new();
    for ring in &outline.rings {
        let mut points: Vec<(i32, i32)> = ring.iter().map(|[lon, lat]| place(*lon, *lat)).collect();
        points.dedup();
        if points.first() == points.last() {
            points.pop();
        }
        if points.len() < 3 {
            continue;
        }
        let mut last: Option<(i32, i32)> = None;
        for (x, y) in points {
            // Steps are shorter to write than places.
            let _ = match last {
                None => write!(path, "M{x} {y}"),
                Some((a, b)) => write!(path, "l{} {}", x - a, y - b),
            };
            last = Some((x, y));
        }
        path.push('z');
    }
    path
}

/// Draws the map and writes the table.
pub(super) fn draw(w: Terms, places: &Places, centres: &[&Centre], counts: &[(Municipality, i64)]) -> Map {
    let known: BTreeMap<&str, i64> = counts.iter().map(|(m, count)| (m.as_str(), *count)).collect();
    let text = html::escape(&w.map_text(centres.len()));
    let mut svg = format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{text}\">");
    for outline in places.outlines() {
        let count = known.get(outline.municipality.as_str()).copied().unwrap_or(0);
        let (shade, path) = (shade(count), path(outline));
        let name = html::escape(outline.municipality.as_str());
        let _ = write!(svg, "<path class=\"area s{shade}\" d=\"{path}\"><title>{name}</title></path>");
    }
    for centre in centres {
        let (lon, lat) = degrees(centre.position);
        let ((x, y), name) = (place(lon, lat), html::escape(&centre.name));
        let _ = write!(
            svg,
            "<circle class=\"centre\" cx=\"{x}\" cy=\"{y}\" r=\"5\"><title>{name}</title></circle>"
        );
    }
    svg.push_str("</svg>");
    let until = SHADES.iter().skip(1).map(|next| Some(next - 1)).chain([None]);
    let scale = SHADES.iter().zip(until).zip(1..).map(|((from, until), shade)| {
        let range = until.map_or_else(|| format!("{from}+"), |until| format!("{from}–{until}"));
        (shade, w.map_scale(range))
    });
    Map { drawing: Safe::drawing(svg), scale: scale.collect(), rows: rows(w, centres, counts) }
}

/// Municipalities that have a centre or enough requests, the most requests first.
fn rows(w: Terms, centres: &[&Centre], counts: &[(Municipality, i64)]) -> Vec<Row> {
    let mut all: BTreeMap<&str, (i64, Vec<&str>)> = BTreeMap::new();
    for (municipality, count) in counts.iter().filter(|(_, count)| *count >= FEW) {
        all.entry(municipality.as_str()).or_default().0 = *count;
    }
    for centre in centres {
        all.entry(centre.municipality.as_str()).or_default().1.push(&centre.name);
    }
    let mut all: Vec<(&str, (i64, Vec<&str>))> = all.into_iter().collect();
    all.sort_by_key(|(name, (count, _))| (std::cmp::Reverse(*count), *name));
    let row = |(municipality, (count, centres)): (&str, (i64, Vec<&str>))| Row {
        municipality: municipality.to_owned(),
        requests: if count < FEW { w.map_hidden() } else { count.to_string() },
        centres: centres.join(", "),
    };
    all.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::source::Source;
    use crate::http::words::Words;
    use crate::model::lang::Lang;

    #[test]
    fn the_map_shows_every_municipality_and_hides_small_counts() {
        let source = Source::built_in();
        let (places, problems) = Places::read(&|name| source.text(name));
        assert_eq!(problems, []);
        let counts = [("Motala", 7), ("Norrköping", 4)].map(|(m, n)| (Municipality::new(m), n));
        let map = draw(Terms(Words(Lang::Sv)), &places, &[], &counts);
        let svg = map.drawing.to_string();
        assert_eq!(svg.matches("<path").count(), 290);
        assert_eq!(svg.matches("area s1").count(), 1, "Motala alone");
        assert_eq!(svg.matches("area s0").count(), 289);
        assert!(!svg.contains("d=\"\""), "no municipality is too small to be seen");
        assert!(svg.len() < 120_000, "{}", svg.len());
        let rows: Vec<_> = map.rows.iter().map(|r| (r.municipality.as_str(), r.requests.as_str())).collect();
        assert_eq!(rows, [("Motala", "7")]);
    }

    #[test]
    fn sweden_fits_the_drawing() {
        for (lon, lat) in [(10.96, 58.9), (24.16, 65.8), (20.55, 69.06), (13.36, 55.34)] {
            let (x, y) = place(lon, lat);
            assert!((0..350).contains(&x) && (0..740).contains(&y), "{lon} {lat}: {x} {y}");
        }
    }
}
