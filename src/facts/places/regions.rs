//! The municipalities and counties: names, seats, population. It places no text by itself.

use std::collections::HashMap;

use super::fold::fold;
use super::table::{each_row, population, position};
use crate::facts::problem::Problem;
use crate::model::place::{Municipality, Position};

/// Index into [`Regions`]; 290 municipalities fit with room to spare.
pub(super) type MunicipalityId = u16;

/// One row of `municipalities.csv`.
#[derive(Debug)]
pub(super) struct Region {
    pub municipality: Municipality,
    /// The seat's centre.
    pub seat: Position,
    pub population: u32,
    /// The county's folded name, such as `ostergotlandslan`.
    pub county: String,
}

/// All municipalities, in the order of their codes.
#[derive(Debug, Default)]
pub(super) struct Regions {
    list: Vec<Region>,
    by_name: HashMap<String, MunicipalityId>,
}

impl Regions {
    pub(super) fn read(file: &str, text: &str, problems: &mut Vec<Problem>) -> Self {
        let mut regions = Self::default();
        let columns = ["name", "county", "lat", "lon", "population"];
        each_row(file, text, columns, problems, |[name, county, lat, lon, people]| {
            if name.is_empty() {
                return Err("a municipality without a name".to_owned());
            }
            let region = Region {
                municipality: Municipality::new(name),
                seat: position(lat, lon)?,
                population: population(people)?,
                county: fold(county),
            };
            let id = MunicipalityId::try_from(regions.list.len())
                .map_err(|_| "too many municipalities".to_owned())?;
            if regions.by_name.contains_key(name) {
                return Err(format!("the municipality “{name}” stands here twice"));
            }
            regions.by_name.insert(name.to_owned(), id);
            regions.list.push(region);
            Ok(())
        });
        regions
    }

    /// By the exact Swedish name.
    pub(super) fn id(&self, name: &str) -> Option<MunicipalityId> {
        self.by_name.get(name).copied()
    }

    /// As [`Self::id`], with the message for an operator.
    pub(super) fn require(&self, name: &str) -> Result<MunicipalityId, String> {
        self.id(name).ok_or_else(|| format!("there is no municipality “{name}”"))
    }

    pub(super) fn get(&self, id: MunicipalityId) -> Option<&Region> {
        self.list.get(usize::from(id))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Region> {
        self.list.iter()
    }

    /// The folded full name of the county that `key` names, "skane" or "skanelan".
    pub(super) fn county(&self, key: &str) -> Option<&str> {
        let mut counties = self.list.iter().map(|region| region.county.as_str());
        counties.find(|county| {
            let short = county.strip_suffix("lan").unwrap_or(county);
            *county == key || short == key || short.strip_suffix('s') == Some(key)
        })
    }
}
