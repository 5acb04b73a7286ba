//! Reads `centres.toml` into centres, with a problem for every slip.
//!
//! Only translation and checking; what a centre means is in the parent module.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;

use super::{Booking, Centre, CentreStatus, Centres, Closure, Hours, HoursOf, Period, PositionOf, Source, VisitMode, Week};
use super::holidays::Holiday;
use crate::facts::problem::Problem;
use crate::model::id::CentreId;
use crate::model::place::{Municipality, Position};
use crate::model::time::Date;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    centre: Vec<toml::Spanned<toml::Value>>,
}

/// One `[[centre]]` as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: CentreId,
    name: String,
    municipality: String,
    status: CentreStatus,
    address: Option<String>,
    postal: Option<String>,
    #[serde(default)]
    phones: Vec<String>,
    municipality_phone: Option<String>,
    email: Option<String>,
    url: Option<String>,
    position: [f64; 2],
    position_of: PositionOf,
    #[serde(default)]
    modes: Vec<VisitMode>,
    hours: Option<EntryHours>,
    #[serde(default)]
    booking: Booking,
    #[serde(default)]
    languages: Vec<String>,
    confirmed: Option<String>,
    #[serde(default, rename = "source")]
    sources: Vec<Source>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryHours {
    of: HoursOf,
    as_of: Option<String>,
    week: Week,
    #[serde(default)]
    exceptions: BTreeMap<Date, Vec<Period>>,
    #[serde(default)]
    closures: Vec<Closure>,
    #[serde(default)]
    open_on: Vec<Holiday>,
}

pub(super) fn read(file: &str, text: &str) -> (Centres, Vec<Problem>) {
    let parsed: File = match toml::from_str(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            let line = error.span().map(|span| line_of(text, span.start));
            return (Centres::default(), vec![Problem::error(file, line, error.message())]);
        }
    };
    let mut problems = Vec::new();
    let mut seen = HashSet::new();
    let mut centres = Vec::new();
    for entry in parsed.centre {
        let line = line_of(text, entry.span().start);
        match entry.into_inner().try_into::<Entry>().map_err(|e| e.message().to_owned()).and_then(check) {
            Ok(centre) if !seen.insert(centre.id.clone()) => {
                problems.push(Problem::error(file, line, format!("the id \"{}\" stands twice", centre.id)));
            }
            Ok(centre) => centres.push(centre),
            Err(message) => problems.push(Problem::error(file, line, message)),
        }
    }
    (Centres(centres), problems)
}

/// The line, from 1, of a byte offset.
fn line_of(text: &str, offset: usize) -> u32 {
    let before = text.get(..offset).unwrap_or(text);
    u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX)
}

fn check(entry: Entry) -> Result<Centre, String> {
    let [lat, lon] = entry.position;
    let position = Position::new(lat, lon)
        .filter(|p| (54.0..70.0).contains(&p.lat()) && (10.0..25.0).contains(&p.lon()))
        .ok_or(format!("the position {lat}, {lon} is not in Sweden (latitude first)"))?;
    let booking = entry.booking;
    if !(10..=120).contains(&booking.minutes) || !(1..=50).contains(&booking.seats) {
        return Err("booking: minutes must be 10–120 and seats 1–50".to_owned());
    }
    if entry.name.trim().is_empty() {
        return Err("the name is empty".to_owned());
    }
    if let Some(day) = entry.hours.as_ref().and_then(|h| h.week.disorder()) {
        return Err(format!("hours: the periods of {day:?} overlap or stand in the wrong order"));
    }
    if let Some(closure) = entry.hours.iter().flat_map(|h| &h.closures).find(|c| c.from > c.until) {
        return Err(format!("hours: the closure from {} ends before it begins", closure.from));
    }
    if entry.modes.contains(&VisitMode::Slots) && entry.hours.is_none() {
        return Err("a centre with bookable times (slots) needs hours".to_owned());
    }
    let (hours, hours_as_of) = match entry.hours {
        Some(h) => {
            let hours = Hours { week: h.week, exceptions: h.exceptions, closures: h.closures, open_on: h.open_on };
            (Some((h.of, hours)), h.as_of)
        }
        None => (None, None),
    };
    Ok(Centre {
        id: entry.id,
        name: entry.name,
        municipality: Municipality::new(entry.municipality),
        status: entry.status,
        address: entry.address,
        postal: entry.postal,
        phones: entry.phones,
        municipality_phone: entry.municipality_phone,
        email: entry.email,
        url: entry.url,
        position,
        position_of: entry.position_of,
        modes: entry.modes,
        hours,
        hours_as_of,
        booking,
        languages: entry.languages,
        confirmed: entry.confirmed,
        sources: entry.sources,
    })
}
