//! The form of a centre: what it says, laid over what staff have said before.
//!
//! Only what differs from the centre as it is becomes part of the override, so that a fact which is
//! later put right in the file is not hidden by an old form.

use std::collections::BTreeMap;

use crate::console::session::{Fields, Staff};
use crate::facts::centres::{Booking, Centre, Override, Period, VisitMode, Week, year_of};
use crate::http::words::Terms;
use crate::model::time::{Date, Weekday};

/// The longest line of a field, in characters.
const LONGEST: usize = 200;

/// A day of the week in the form: its key, its name, its periods.
pub(super) struct DayField {
    pub key: &'static str,
    pub name: String,
    pub periods: String,
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The days of the week; what was typed stays when it could not be saved.
pub(super) fn day_fields(staff: &Staff, centre: &Centre, fields: Option<&Fields>) -> Vec<DayField> {
    let w = staff.w;
    let names = [w.day_mon(), w.day_tue(), w.day_wed(), w.day_thu(), w.day_fri(), w.day_sat(), w.day_sun()];
    let periods = |n: i8| -> String {
        let Ok(day) = Weekday::from_monday_zero_offset(n) else { return String::new() };
        let hours = centre.hours.as_ref().map(|(_, hours)| hours.week.on(day)).unwrap_or_default();
        hours.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    DAYS.into_iter()
        .zip(names)
        .zip(0_i8..)
        .map(|((key, name), n)| DayField {
            key,
            name,
            periods: fields.map_or_else(|| periods(n), |f| f.get(key).to_owned()),
        })
        .collect()
}

/// Days with other hours, as the form has them: a line each.
pub(super) fn exceptions(said: &Override) -> String {
    let line = |(date, periods): (&Date, &Vec<Period>)| {
        let periods: Vec<String> = periods.iter().map(ToString::to_string).collect();
        format!("{date} {}", periods.join(", ")).trim_end().to_owned()
    };
    said.exceptions.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn periods(text: &str) -> Result<Vec<Period>, String> {
    let parts = text.split(',').map(str::trim).filter(|p| !p.is_empty());
    parts.map(|p| p.parse::<Period>().map_err(|e| e.to_string())).collect()
}

fn read_exceptions(w: Terms, text: &str) -> Result<BTreeMap<Date, Vec<Period>>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let read = |line: &str| {
        let (date, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let date = date.parse::<Date>().map_err(|_| w.centre_exception_wrong(line))?;
        Ok((date, periods(rest).map_err(|_| w.centre_exception_wrong(line))?))
    };
    lines.map(read).collect()
}

fn week(fields: &Fields) -> Result<Week, String> {
    let day = |key: &str| periods(fields.get(key));
    Ok(Week {
        mon: day("mon")?,
        tue: day("tue")?,
        wed: day("wed")?,
        thu: day("thu")?,
        fri: day("fri")?,
        sat: day("sat")?,
        sun: day("sun")?,
    })
}

fn modes(fields: &Fields) -> Vec<VisitMode> {
    fields
        .all("mode")
        .filter_map(|mode| match mode {
            "drop_in" => Some(VisitMode::DropIn),
            "slots" => Some(VisitMode::Slots),
            "on_request" => Some(VisitMode::OnRequest),
            _ => None,
        })
        .collect()
}

/// The date on which the facts were right: the one that was typed, today, or the one before.
fn confirmed(w: Terms, fields: &Fields, centre: &Centre, today: Date) -> Result<Option<String>, String> {
    if fields.some("confirm").is_some() {
        return Ok(Some(today.to_string()));
    }
    let Some(typed) = fields.some("confirmed_on").filter(|on| Some(*on) != centre.confirmed.as_deref())
    else {
        return Ok(None);
    };
    match typed.parse::<Date>() {
        Ok(date) if date <= today && year_of(typed).is_some_and(|year| year > 2_000) => {
            Ok(Some(date.to_string()))
        }
        _ => Err(w.centre_confirmed_wrong()),
    }
}

/// What the form says of the centre, laid over what staff have said before.
///
/// # Errors
/// What is wrong with it, for whoever filled it in.
pub(super) fn said(
    w: Terms,
    fields: &Fields,
    before: Override,
    centre: &Centre,
    today: Date,
) -> Result<Override, String> {
    let (week, modes) = (week(fields)?, modes(fields));
    let number = |name: &str, now: u16| match fields.some(name) {
        None => Ok(now),
        Some(typed) => typed.parse().map_err(|_| w.centre_number_wrong()),
    };
    let booking = Booking {
        minutes: number("minutes", centre.booking.minutes)?,
        seats: number("seats", centre.booking.seats)?,
        ..centre.booking.clone()
    };
    let hours_changed = centre.hours.as_ref().map_or(!week.is_empty(), |(_, hours)| hours.week != week);
    let exceptions = if fields.has("exceptions") {
        read_exceptions(w, fields.get("exceptions"))?
    } else {
        before.exceptions
    };
    let confirmed = confirmed(w, fields, centre, today)?;
    let as_of = (hours_changed || fields.some("confirm").is_some()).then(|| today.to_string());
    let text = |name: &str, now: Option<&String>, before: Option<String>| {
        let typed: String = fields.get(name).chars().filter(|c| !c.is_control()).take(LONGEST).collect();
        let changed = fields.has(name) && typed != now.map(String::as_str).unwrap_or_default();
        if changed { Some(typed) } else { before }
    };
    let phones: Vec<String> = fields
        .get("phones")
        .lines()
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .map(|p| p.chars().take(40).collect())
        .collect();
    let phones = (fields.has("phones") && phones != centre.phones).then_some(phones);
    Ok(Override {
        address: text("address", centre.address.as_ref(), before.address),
        postal: text("postal", centre.postal.as_ref(), before.postal),
        email: text("email", centre.email.as_ref(), before.email),
        url: text("url", centre.url.as_ref(), before.url),
        phones: phones.or(before.phones),
        modes: (modes != centre.modes).then_some(modes).or(before.modes),
        confirmed: confirmed.or(before.confirmed),
        as_of: as_of.or(before.as_of),
        booking: (booking != centre.booking).then_some(booking).or(before.booking),
        week: hours_changed.then_some(week).or(before.week),
        exceptions,
        closures: before.closures,
    })
}
