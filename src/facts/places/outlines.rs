//! The outlines of the municipalities on land, for drawing a map.
//!
//! Read from `municipalities_land.geojson`, which is simpler than the borders: to tell where a point
//! lies it is not good enough. Draws nothing.

use serde::Deserialize;

use crate::facts::problem::Problem;
use crate::model::place::Municipality;

use super::geojson::{Feature, features};
use super::regions::Regions;

/// A municipality's land: rings of longitude and latitude in degrees.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// The municipality.
    pub municipality: Municipality,
    /// Its outlines and holes; the even-odd rule tells which is which.
    pub rings: Vec<Vec<[f32; 2]>>,
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    Polygon(Vec<Vec<[f32; 2]>>),
    MultiPolygon(Vec<Vec<Vec<[f32; 2]>>>),
}

pub(super) fn read(file: &str, text: &str, regions: &Regions, problems: &mut Vec<Problem>) -> Vec<Outline> {
    let features = features(file, text, problems);
    let outline = |feature: Feature<Geometry>| {
        let municipality = match regions.require(&feature.properties.name) {
            Ok(_) => Municipality::new(feature.properties.name),
            Err(message) => {
                problems.push(Problem::error(file, None, message));
                return None;
            }
        };
        let rings = match feature.geometry {
            Geometry::Polygon(rings) => rings,
            Geometry::MultiPolygon(polygons) => polygons.into_iter().flatten().collect(),
        };
        Some(Outline { municipality, rings })
    };
    features.into_iter().filter_map(outline).collect()
}
