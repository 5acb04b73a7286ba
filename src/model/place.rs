//! Where something is: a point, a municipality, and what a resident's words for a place came to.
//!
//! Only the words that everyone shares. How text becomes a place is decided in `facts::places`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Mean radius of the earth in kilometres (IUGG).
const EARTH_RADIUS_KM: f64 = 6371.0088;

/// A point on the earth, WGS84 degrees. Its fields are private so that it cannot be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawPosition")]
pub struct Position {
    lat: f64,
    lon: f64,
}

impl Position {
    /// `None` unless both are finite, `lat` within −90..=90 and `lon` within −180..=180 degrees.
    #[must_use]
    pub fn new(lat: f64, lon: f64) -> Option<Self> {
        // NaN and the infinities lie in neither range.
        ((-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon)).then_some(Self { lat, lon })
    }

    /// Latitude in degrees, −90..=90, north positive.
    #[must_use]
    pub fn lat(self) -> f64 {
        self.lat
    }

    /// Longitude in degrees, −180..=180, east positive.
    #[must_use]
    pub fn lon(self) -> f64 {
        self.lon
    }

    /// The great-circle distance in kilometres, as the crow flies.
    #[must_use]
    pub fn km_to(self, other: Self) -> f64 {
        let (lat1, lat2) = (self.lat.to_radians(), other.lat.to_radians());
        let half_lat = (lat2 - lat1) / 2.0;
        let half_lon = (other.lon - self.lon).to_radians() / 2.0;
        let a = half_lat.sin().powi(2) + lat1.cos() * lat2.cos() * half_lon.sin().powi(2);
        // Rounding can bring `a` a hair above 1 for opposite points, where asin is not defined.
        2.0 * EARTH_RADIUS_KM * a.sqrt().min(1.0).asin()
    }
}

/// What is written in JSON, before it is checked.
#[derive(Deserialize)]
struct RawPosition {
    lat: f64,
    lon: f64,
}

impl TryFrom<RawPosition> for Position {
    type Error = &'static str;

    fn try_from(raw: RawPosition) -> Result<Self, Self::Error> {
        Self::new(raw.lat, raw.lon).ok_or("a position needs lat −90..90 and lon −180..180")
    }
}

/// A Swedish municipality by its Swedish name without "kommun", such as "Motala".
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Municipality(String);

impl Municipality {
    /// Takes the name as it is; whether there is such a municipality is for `facts::places` to say.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The Swedish name, such as "Upplands Väsby".
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Municipality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What sort of place it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlaceKind {
    /// A whole municipality; its position is that of the seat.
    Municipality,
    /// A town, village or hamlet.
    Locality,
    /// A part of a town.
    Suburb,
    /// An old parish, a rural district or a postal town found nowhere else.
    Other,
    /// A five-digit postal code; its position is that of the postal town.
    Postcode,
    /// A point that the resident sent.
    Position,
}

/// A place in Sweden, with what is needed to find the nearest centre.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// As it is shown: "Borensberg", "591 32 Motala"; for a position the municipality's name.
    pub name: String,
    /// What sort of place it is.
    pub kind: PlaceKind,
    /// The municipality that it lies in.
    pub municipality: Municipality,
    /// Its point; a town's is somewhere in its middle.
    pub position: Position,
}

/// How sure it is that the place is the one that was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// The text is the place's name, another name for it, its postal code or a point.
    Exact,
    /// A misspelling was mended: show the name, so that the resident can object.
    Corrected,
    /// An unknown postal code, placed by its first digits: say that it is a guess.
    Guess,
}

/// What a resident's words for a place came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Resolved {
    /// One place, and how sure it is.
    One {
        /// The place.
        place: Place,
        /// How sure it is.
        certainty: Certainty,
    },
    /// 2 to 6 places in different municipalities, the likeliest first: ask which.
    Several(Vec<Place>),
    /// A point outside every Swedish municipality (abroad or far out at sea), or a well-known
    /// city or country elsewhere.
    Abroad,
    /// Nothing that we know.
    Unknown,
}
