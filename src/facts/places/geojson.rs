//! What the files of borders and of outlines have in common: `GeoJSON` features with a name.
//!
//! Reads; what a geometry means is its reader's to say.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::facts::problem::Problem;

/// A municipality's name and shape.
#[derive(Deserialize)]
pub(super) struct Feature<Geometry> {
    pub properties: Properties,
    pub geometry: Geometry,
}

#[derive(Deserialize)]
pub(super) struct Properties {
    pub name: String,
}

#[derive(Deserialize)]
struct Collection<Geometry> {
    features: Vec<Feature<Geometry>>,
}

/// The features of a file; none, with a problem, if it cannot be read.
pub(super) fn features<Geometry: DeserializeOwned>(
    file: &str,
    text: &str,
    problems: &mut Vec<Problem>,
) -> Vec<Feature<Geometry>> {
    match serde_json::from_str::<Collection<Geometry>>(text) {
        Ok(collection) => collection.features,
        Err(error) => {
            let line = u32::try_from(error.line()).ok().filter(|&line| line > 0);
            problems.push(Problem::error(file, line, error.to_string()));
            Vec::new()
        }
    }
}
