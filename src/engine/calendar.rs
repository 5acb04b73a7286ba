//! A visit as a calendar file (RFC 5545; delivery by RFC 5546, iTIP).
//!
//! Times are in UTC, so that no time-zone component is needed. A moved or cancelled visit keeps its
//! UID and raises SEQUENCE: calendars then replace the first entry.

use icalendar::{Alarm, Calendar, Component, Event, EventLike, EventStatus, Property, Trigger};

use super::say;
use crate::facts::Facts;
use crate::model::lang::Lang;
use crate::model::message::Card;
use crate::model::time::Timestamp;
use crate::model::visit::Visit;

/// What the calendar is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// Add or replace.
    Publish,
    /// Take away.
    Cancel,
}

impl Method {
    fn word(self) -> &'static str {
        match self {
            Self::Publish => "PUBLISH",
            Self::Cancel => "CANCEL",
        }
    }
}

/// "20270302T133000Z".
fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A text without what would break a line: the library escapes line feeds, but not the other controls.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The longest line, in bytes (RFC 5545, 3.1).
const LONGEST_LINE: usize = 75;

/// The same lines, folded so that none is too long: the library forgets the space that a folded line
/// begins with.
fn folded(file: &str) -> String {
    let mut out = String::with_capacity(file.len() + 64);
    for line in file.replace("\r\n ", "").split_terminator("\r\n") {
        let mut length = 0;
        for c in line.chars() {
            if length + c.len_utf8() > LONGEST_LINE {
                out.push_str("\r\n ");
                length = 1;
            }
            out.push(c);
            length += c.len_utf8();
        }
        out.push_str("\r\n");
    }
    out
}

/// The file. The MIME type names the same method as the file, as clients compare them.
pub(super) fn document(facts: &Facts, visit: &Visit, lang: Lang, method: Method, now: Timestamp) -> Card {
    let centre = facts.centres.get(&visit.centre);
    let name = centre.map_or_else(|| visit.centre.to_string(), |c| one_line(&c.name));
    let address = centre.and_then(|c| c.address.as_deref()).map(|a| format!("{name}, {}", one_line(a)));
    let title_of = name.clone();
    let mut event = Event::new();
    event
        .uid(&format!("{}@digidel", visit.id))
        .summary(&say::calendar_title(lang, &name))
        .description(&say::calendar_text(lang, &visit.code.to_string()))
        .location(&address.unwrap_or(name))
        .status(match method {
            Method::Publish => EventStatus::Confirmed,
            Method::Cancel => EventStatus::Cancelled,
        })
        .sequence(visit.sequence)
        .append_property(Property::new("DTSTAMP", utc(now)))
        .append_property(Property::new("DTSTART", utc(visit.starts_at)))
        .append_property(Property::new("DTEND", utc(visit.ends_at())))
        // RFC 5546 asks for an organizer in PUBLISH and CANCEL; the bot has no mailbox to name.
        .append_property(Property::new("ORGANIZER", "urn:digidel"));
    if method == Method::Publish {
        event.alarm(Alarm::display(
            &say::calendar_title(lang, &title_of),
            Trigger::before_start(chrono::TimeDelta::hours(2)),
        ));
    }
    let mut calendar = Calendar::new();
    calendar.append_property(Property::new("METHOD", method.word()));
    calendar.push(event.done());
    Card::Document {
        name: "digidel.ics".to_owned(),
        mime: format!("text/calendar; charset=utf-8; method={}", method.word()),
        content: folded(&calendar.to_string()),
    }
}

/// The file of a visit at a centre of any name: for `fuzzing`.
pub(super) fn any(facts: &Facts, name: &str) -> String {
    use crate::facts::centres::Centres;
    use crate::model::chat::{Address, Platform};
    use crate::model::id::{RequestId, VisitId};
    use crate::model::visit::{Promise, VisitStatus, Wishes};
    let Some(known) = facts.centres.iter().next() else { return String::new() };
    let mut centre = known.clone();
    name.clone_into(&mut centre.name);
    centre.address = Some(name.to_owned());
    let id = centre.id.clone();
    let facts = Facts { centres: Centres::new(vec![centre]), ..facts.clone() };
    let Ok(code) = "3QC4MG".parse() else { return String::new() };
    let visit = Visit {
        id: VisitId::from_number(1),
        code,
        centre: id,
        resident: Address::new(Platform::Web, "1"),
        starts_at: Timestamp::UNIX_EPOCH,
        minutes: 30,
        seat: 0,
        status: VisitStatus::Booked,
        held_until: None,
        alternatives: Vec::new(),
        name: None,
        about: None,
        article: None,
        wishes: Wishes::default(),
        promise: Promise::Silent,
        lang: Lang::Sv,
        request: RequestId::from_number(1),
        sequence: 0,
        asked_at: Timestamp::UNIX_EPOCH,
    };
    match document(&facts, &visit, Lang::Sv, Method::Publish, Timestamp::UNIX_EPOCH) {
        Card::Document { content, .. } => content,
        Card::Venue { .. } | Card::Picture { .. } => String::new(),
    }
}
