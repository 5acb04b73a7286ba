//! The centres: where they are, when they are open, and how a visit is arranged.
//!
//! Reads `centres.toml` and answers questions on what it says. Invents nothing: what no source says
//! is `None`, and a visit mode that nobody has stated is `Unknown`.

pub mod holidays;
pub mod hours;
mod read;
pub mod times;

use serde::{Deserialize, Serialize};

pub use self::hours::{Closure, Hours, OpenState, Period, Week};
pub use self::times::{DayTimes, Taken};
use crate::model::id::CentreId;
use crate::model::place::{Municipality, Position};
use crate::model::time::Date;

/// What is known of whether a centre exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CentreStatus {
    /// In the list of DigidelCenters, or confirmed by staff.
    Listed,
    /// Was granted money; named in no later list.
    Granted,
    /// Named by others only.
    Uncertain,
    /// Only a plan: never shown as a centre.
    Planned,
    /// A library with digital help that is no DigidelCenter.
    LibraryHelp,
}

/// How a visit is arranged. A centre may have several ways; none stated means unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitMode {
    /// Come during the hours; no booking needed.
    DropIn,
    /// Free times are booked at once.
    Slots,
    /// Times are proposed, and staff answer.
    OnRequest,
}

/// Whether the position is that of the building.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionOf {
    /// The building itself.
    Building,
    /// Only the middle of the town: good for distances, not for finding the door.
    Town,
}

/// Whose hours the hours are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoursOf {
    /// The library's or the house's.
    Host,
    /// The digital help's own.
    Help,
}

/// The rules of a centre's bookings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Booking {
    /// Length of a visit in minutes, 10–120.
    pub minutes: u16,
    /// How many visits at the same time, 1–50.
    pub seats: u16,
    /// How long before its start a visit can be booked at the latest, in minutes.
    pub lead_minutes: u32,
    /// How many days ahead can be booked.
    pub horizon_days: u16,
    /// When the staff have a break, every day.
    pub breaks: Vec<Period>,
}

impl Default for Booking {
    fn default() -> Self {
        Self { minutes: 30, seats: 1, lead_minutes: 120, horizon_days: 42, breaks: Vec::new() }
    }
}

/// Where a fact comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The field that it backs.
    pub field: String,
    /// A page, or a description of the source.
    pub from: String,
    /// The date that it speaks of, as precisely as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// Whether the source says it plainly about this centre.
    pub certain: bool,
    /// Doubts, for those who maintain the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One centre.
#[derive(Clone, Debug, PartialEq)]
pub struct Centre {
    /// Its identifier.
    pub id: CentreId,
    /// Its name as people know it.
    pub name: String,
    /// Its municipality.
    pub municipality: Municipality,
    /// Whether it exists, as far as is known.
    pub status: CentreStatus,
    /// Street and number.
    pub address: Option<String>,
    /// Postal code and town.
    pub postal: Option<String>,
    /// Phone numbers, the best first.
    pub phones: Vec<String>,
    /// The municipality's switchboard.
    pub municipality_phone: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Web page.
    pub url: Option<String>,
    /// Where it lies.
    pub position: Position,
    /// How good the position is.
    pub position_of: PositionOf,
    /// How a visit is arranged; empty: nobody has said.
    pub modes: Vec<VisitMode>,
    /// When it is open, and whose hours these are; `None`: unknown.
    pub hours: Option<(HoursOf, Hours)>,
    /// The year or date that the hours are from.
    pub hours_as_of: Option<String>,
    /// The rules of its bookings.
    pub booking: Booking,
    /// Languages spoken beside Swedish, as BCP 47 codes.
    pub languages: Vec<String>,
    /// The latest date for which a source speaks of the help as running.
    pub confirmed: Option<String>,
    /// Where the facts come from.
    pub sources: Vec<Source>,
}

impl Centre {
    /// Whether a time can be booked at once.
    #[must_use]
    pub fn takes_bookings(&self) -> bool {
        self.modes.contains(&VisitMode::Slots) && self.hours.is_some()
    }

    /// Whether one can come without booking.
    #[must_use]
    pub fn is_drop_in(&self) -> bool {
        self.modes.contains(&VisitMode::DropIn)
    }

    /// The number to ring: its own, else the municipality's.
    #[must_use]
    pub fn phone(&self) -> Option<&str> {
        self.phones.first().or(self.municipality_phone.as_ref()).map(String::as_str)
    }

    /// The free times, by its hours and rules.
    #[must_use]
    pub fn free_times(&self, taken: &Taken, now: crate::model::time::Timestamp) -> Vec<DayTimes> {
        match &self.hours {
            Some((_, hours)) => times::free(hours, &self.booking, taken, now),
            None => Vec::new(),
        }
    }
}

/// A centre and how far it is, in kilometres as the crow flies.
#[derive(Clone, Debug, PartialEq)]
pub struct Near<'a> {
    /// The centre.
    pub centre: &'a Centre,
    /// Kilometres.
    pub km: f64,
}

/// All centres.
#[derive(Clone, Debug, Default)]
pub struct Centres(Vec<Centre>);

impl Centres {
    /// A list of centres, as tests and the reader make it.
    #[must_use]
    pub fn new(centres: Vec<Centre>) -> Self {
        Self(centres)
    }

    /// The centre of an identifier.
    #[must_use]
    pub fn get(&self, id: &CentreId) -> Option<&Centre> {
        self.0.iter().find(|c| c.id == *id)
    }

    /// Every entry of the list, in its order.
    pub fn iter(&self) -> impl Iterator<Item = &Centre> {
        self.0.iter()
    }

    /// The centres that residents are shown: no plans, no other help.
    pub fn shown(&self) -> impl Iterator<Item = &Centre> {
        self.0.iter().filter(|c| !matches!(c.status, CentreStatus::Planned | CentreStatus::LibraryHelp))
    }

    /// The nearest centres: that of the own municipality first, the others by distance.
    #[must_use]
    pub fn nearest(&self, from: Position, municipality: Option<&Municipality>, count: usize) -> Vec<Near<'_>> {
        rank(self.shown(), from, municipality, count)
    }

    /// The nearest libraries with digital help that are no DigidelCenters.
    #[must_use]
    pub fn other_help(&self, from: Position, municipality: Option<&Municipality>, count: usize) -> Vec<Near<'_>> {
        let others = self.0.iter().filter(|c| c.status == CentreStatus::LibraryHelp);
        rank(others, from, municipality, count)
    }

    /// Reads `centres.toml`. Centres with errors are left out; the rest are good.
    #[must_use]
    pub fn read(file: &str, text: &str) -> (Self, Vec<super::problem::Problem>) {
        read::read(file, text)
    }
}

fn rank<'a>(
    centres: impl Iterator<Item = &'a Centre>,
    from: Position,
    municipality: Option<&Municipality>,
    count: usize,
) -> Vec<Near<'a>> {
    let mut all: Vec<Near<'a>> =
        centres.map(|centre| Near { centre, km: centre.position.km_to(from) }).collect();
    let elsewhere = |near: &Near<'_>| municipality.is_none_or(|m| near.centre.municipality != *m);
    all.sort_by(|a, b| elsewhere(a).cmp(&elsewhere(b)).then(a.km.total_cmp(&b.km)));
    all.truncate(count);
    all
}

/// A date that staff wrote, if it is one: "2026-03-01", "2026-03", "2026".
#[must_use]
pub fn year_of(as_of: &str) -> Option<i16> {
    as_of.split(|c: char| !c.is_ascii_digit()).filter(|p| p.len() == 4).filter_map(|p| p.parse().ok()).max()
}

/// Whether a fact of this date is older than six months on a day, or has no date.
#[must_use]
pub fn is_stale(as_of: Option<&str>, today: Date) -> bool {
    let Some(as_of) = as_of else { return true };
    match as_of.parse::<Date>() {
        Ok(date) => (today - date).get_days() > 183,
        Err(_) => year_of(as_of).is_none_or(|year| year < today.year()),
    }
}
