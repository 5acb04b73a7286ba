//! The municipality of a point, by the borders in `municipalities.geojson`.
//!
//! The areas take in lakes and the territorial sea. Borders were simplified: within some 100 m of
//! one the neighbour can be named.

use serde::Deserialize;

use super::geojson::features;
use super::regions::{MunicipalityId, Regions};
use crate::facts::problem::Problem;
use crate::model::place::Position;

/// Up to so many kilometres outside every area the nearest is taken, because islets were dropped
/// and borders simplified. Not more: the territorial sea is inside already, so what lies further
/// out is abroad or on the high sea.
const NEAR_KM: f64 = 1.0;
/// Kilometres in one degree of latitude.
const DEGREE_KM: f64 = 111.2;

/// The areas of all municipalities.
#[derive(Debug, Default)]
pub(super) struct Borders(Vec<Area>);

/// One polygon of a municipality: its outline and, after it, its holes.
#[derive(Debug)]
struct Area {
    municipality: MunicipalityId,
    rings: Vec<Vec<Point>>,
    low: Point,
    high: Point,
}

/// Longitude and latitude in degrees, in the order of `GeoJSON`.
type Point = [f64; 2];

#[derive(Deserialize)]
struct Geometry {
    /// `MultiPolygon` only.
    coordinates: Vec<Vec<Vec<Point>>>,
}

impl Borders {
    pub(super) fn read(file: &str, text: &str, regions: &Regions, problems: &mut Vec<Problem>) -> Self {
        let features = features::<Geometry>(file, text, problems);
        let mut areas = Vec::with_capacity(features.len());
        for feature in features {
            match regions.require(&feature.properties.name) {
                Ok(id) => {
                    let polygons = feature.geometry.coordinates.into_iter();
                    areas.extend(polygons.map(|rings| Area::new(id, rings)));
                }
                Err(message) => problems.push(Problem::error(file, None, message)),
            }
        }
        Self(areas)
    }

    /// The municipality that the point lies in, or just outside of.
    pub(super) fn locate(&self, position: Position) -> Option<MunicipalityId> {
        let point = [position.lon(), position.lat()];
        let inside = self.0.iter().find(|area| area.near(point, 0.0) && area.contains(point));
        inside.map(|area| area.municipality).or_else(|| {
            let near = self.0.iter().filter(|area| area.near(point, NEAR_KM));
            let nearest =
                near.map(|area| (area.km_to(point), area.municipality)).min_by(|a, b| a.0.total_cmp(&b.0));
            nearest.filter(|&(km, _)| km <= NEAR_KM).map(|(_, municipality)| municipality)
        })
    }
}

impl Area {
    fn new(municipality: MunicipalityId, rings: Vec<Vec<Point>>) -> Self {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for [lon, lat] in rings.iter().flatten().copied() {
            let ([west, south], [east, north]) = (low, high);
            low = [west.min(lon), south.min(lat)];
            high = [east.max(lon), north.max(lat)];
        }
        Self { municipality, rings, low, high }
    }

    /// Whether the point lies in the box around the area, widened by `km`.
    fn near(&self, [lon, lat]: Point, km: f64) -> bool {
        let ([west, south], [east, north]) = (self.low, self.high);
        let up = km / DEGREE_KM;
        // A degree of longitude is shorter the further north; at the pole the box has no width.
        let side = up / lat.to_radians().cos().max(0.01);
        (west - side..=east + side).contains(&lon) && (south - up..=north + up).contains(&lat)
    }

    /// Even-odd rule: a line from the point westwards crosses the rings an odd number of times.
    fn contains(&self, [lon, lat]: Point) -> bool {
        let crossings = self.sides().filter(|&([x1, y1], [x2, y2])| {
            (y1 > lat) != (y2 > lat) && lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1
        });
        crossings.count() % 2 == 1
    }

    /// Kilometres to the nearest side, on a plane, which is exact enough for some kilometres.
    fn km_to(&self, [lon, lat]: Point) -> f64 {
        let narrow = lat.to_radians().cos();
        let flat = |[x, y]: Point| [(x - lon) * narrow * DEGREE_KM, (y - lat) * DEGREE_KM];
        self.sides().map(|(a, b)| from_origin(flat(a), flat(b))).fold(f64::INFINITY, f64::min)
    }

    /// The sides of all rings. `GeoJSON` repeats a ring's first point as its last.
    fn sides(&self) -> impl Iterator<Item = (Point, Point)> {
        self.rings.iter().flat_map(|ring| ring.iter().copied().zip(ring.iter().copied().skip(1)))
    }
}

/// The distance from the origin to the line between two points.
fn from_origin([x1, y1]: Point, [x2, y2]: Point) -> f64 {
    let (dx, dy) = (x2 - x1, y2 - y1);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 { (-(x1 * dx + y1 * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    (x1 + along * dx).hypot(y1 + along * dy)
}
