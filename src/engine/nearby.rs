//! Where help is: from a place to the nearest centres, and what is known of one.
//!
//! Says "unknown" where nothing is known, and how old a fact is. A position is used once.

use super::session::{Purpose, Step};
use super::turn::Turn;
use super::{flow, say, visits};
use crate::facts::centres::{
    Centre, CentreStatus, HoursOf, Near, OpenState, PositionOf, VisitMode, is_stale,
};
use crate::facts::rules::Intent;
use crate::model::action::Action;
use crate::model::id::CentreId;
use crate::model::markup::Markup;
use crate::model::message::{Ask, Card, Choice};
use crate::model::place::{Certainty, Municipality, Place, PlaceKind, Position, Resolved};
use crate::model::request::{RequestKind, RequestStatus};
use crate::model::time::in_sweden;

/// How many centres are shown.
const SHOWN: usize = 3;
/// From this distance on, in kilometres, a centre is honestly far away.
const FAR: f64 = 50.0;

/// Asks for a place.
pub(super) fn ask(turn: &mut Turn<'_>, purpose: Purpose) {
    turn.session.step = Step::Place(purpose);
    let lang = turn.lang;
    let text = if flow::is_booking(purpose) { say::ask_place_to_book(lang) } else { say::ask_place(lang) };
    let label = say::button_share_position(lang);
    turn.replace();
    turn.message(text, None, Ask::Location { label, choices: Vec::new() });
}

/// A wish to find or book, perhaps with a place in the same breath.
pub(super) fn wished(turn: &mut Turn<'_>, purpose: Purpose, text: &str) {
    let named = turn.understanding.and_then(|u| u.place.as_ref());
    if named.is_some() {
        understood(turn, purpose, text);
        return;
    }
    match turn.session.municipality.clone().and_then(|m| own_place(turn, &m)) {
        Some(place) if flow::is_booking(purpose) || turn.intent() == Some(Intent::OpeningHours) => {
            show(turn, purpose, &place, Certainty::Exact, text);
        }
        _ => ask(turn, purpose),
    }
}

/// The municipality that was spoken of before, as a place.
fn own_place(turn: &Turn<'_>, municipality: &Municipality) -> Option<Place> {
    let position = turn.facts.places.seat(municipality)?;
    let (name, kind) = (municipality.as_str().to_owned(), PlaceKind::Municipality);
    Some(Place { name, kind, municipality: municipality.clone(), position })
}

/// The place that the text was understood as.
pub(super) fn understood(turn: &mut Turn<'_>, purpose: Purpose, text: &str) {
    match turn.understanding.and_then(|u| u.place.clone()) {
        Some(Resolved::One { place, certainty }) => show(turn, purpose, &place, certainty, text),
        Some(Resolved::Several(places)) => which(turn, purpose, places),
        Some(Resolved::Abroad) => turn.say(say::outside_sweden(turn.lang)),
        Some(Resolved::Unknown) | None => not_understood(turn, text),
    }
}

fn which(turn: &mut Turn<'_>, purpose: Purpose, places: Vec<Place>) {
    let lang = turn.lang;
    let choices = (0..)
        .zip(&places)
        .map(|(n, place)| {
            let label = say::button_place(lang, &place.name, place.municipality.as_str());
            Turn::choice(label, Action::Place(n))
        })
        .collect();
    turn.session.step = Step::WhichPlace(purpose, places);
    turn.ask(say::which_place(lang), choices);
}

/// One of several places, chosen by button.
pub(super) fn chosen(turn: &mut Turn<'_>, number: u8) {
    let chosen = match &turn.session.step {
        Step::WhichPlace(purpose, places) => places.get(usize::from(number)).cloned().map(|p| (*purpose, p)),
        _ => None,
    };
    match chosen {
        Some((purpose, place)) => {
            let name = place.name.clone();
            turn.replace();
            show(turn, purpose, &place, Certainty::Exact, &name);
        }
        None => super::menu::old_button(turn),
    }
}

pub(super) fn not_understood(turn: &mut Turn<'_>, text: &str) {
    let label = say::button_share_position(turn.lang);
    let choices = vec![Turn::choice(say::button_leave(turn.lang), Action::Leave)];
    let shown: String = text.chars().take(40).collect();
    turn.message(say::unknown_place(turn.lang, shown), None, Ask::Location { label, choices });
}

/// A shared position.
pub(super) fn position(turn: &mut Turn<'_>, position: Position) {
    turn.greet_once();
    let purpose = match turn.session.step {
        Step::Place(purpose) | Step::WhichPlace(purpose, _) => purpose,
        _ => Purpose::Find,
    };
    match turn.facts.places.locate(position) {
        Some(municipality) => {
            let name = municipality.as_str().to_owned();
            let place = Place { name: name.clone(), kind: PlaceKind::Position, municipality, position };
            show(turn, purpose, &place, Certainty::Exact, &name);
        }
        None => turn.say(say::outside_sweden(turn.lang)),
    }
}

/// The nearest centres of a place.
fn show(turn: &mut Turn<'_>, purpose: Purpose, place: &Place, certainty: Certainty, asked: &str) {
    let lang = turn.lang;
    let facts = turn.facts;
    turn.session.municipality = Some(place.municipality.clone());
    turn.forget_step();
    let near = facts.centres.nearest(place.position, Some(&place.municipality), SHOWN);
    let mut request = turn.new_request(RequestKind::Centre, RequestStatus::Answered, asked);
    request.centre = near.first().map(|n| n.centre.id.clone());
    turn.save_request(request);
    let mut parts = vec![certainty_note(turn, place, certainty)];
    let own = near.first().is_some_and(|n| n.centre.municipality == place.municipality);
    parts.push(match near.first() {
        _ if own => say::own_centre(lang, place.municipality.as_str()),
        Some(first) if first.km >= FAR => far_note(turn, place, first),
        _ => say::centres_near(lang, place.name.as_str()),
    });
    parts.extend(near.iter().enumerate().map(|(i, n)| {
        let own = own && n.centre.municipality == place.municipality;
        // The first one in full; of the others what decides whether to go there instead.
        if i == 0 { line(turn, n, own) } else { short_line(turn, n) }
    }));
    if flow::is_booking(purpose) {
        parts.push(say::book_where(lang));
    }
    let mut choices: Vec<Choice> = near.iter().map(|n| centre_choice(purpose, n.centre)).collect();
    choices.push(Turn::choice(say::button_menu(lang), Action::Menu));
    let venue = near.first().and_then(|n| venue(n.centre));
    turn.message(Markup::paragraphs(parts), venue, Ask::Choice(choices));
}

fn centre_choice(purpose: Purpose, centre: &Centre) -> Choice {
    let action = match purpose {
        Purpose::Find => Action::Centre(centre.id.clone()),
        Purpose::Book => Action::BookAt(centre.id.clone()),
    };
    Turn::choice(centre.name.clone(), action)
}

fn certainty_note(turn: &Turn<'_>, place: &Place, certainty: Certainty) -> Markup {
    match certainty {
        Certainty::Exact => Markup::default(),
        Certainty::Corrected => say::corrected_place(turn.lang, place.name.as_str()),
        Certainty::Guess => say::guessed_place(turn.lang, place.name.as_str(), place.municipality.as_str()),
    }
}

/// Nothing within reach: say so, and what other help there is.
fn far_note(turn: &Turn<'_>, place: &Place, first: &Near<'_>) -> Markup {
    let lang = turn.lang;
    let municipality = &place.municipality;
    let others = turn.facts.centres.other_help(place.position, Some(municipality), 2);
    let closer: Vec<Markup> = others
        .iter()
        .filter(|n| n.km < first.km)
        .map(|n| line(turn, n, n.centre.municipality == *municipality))
        .collect();
    let far = say::far_away(lang, say::distance(lang, first.km))
        .and(say::host_library(lang, municipality.as_str()));
    if closer.is_empty() { far } else { far.and(say::other_help(lang)).and(Markup::paragraphs(closer)) }
}

/// One centre in a list: name, distance, address, open or not, how to come, phone, how old the facts are.
fn line(turn: &Turn<'_>, near: &Near<'_>, own: bool) -> Markup {
    let lang = turn.lang;
    let centre = near.centre;
    let about = if centre.position_of == PositionOf::Town && own && near.km < 1.0 {
        centre.municipality.as_str().to_owned()
    } else {
        say::distance(lang, near.km)
    };
    Markup::lines([
        say::centre_line(lang, centre.name.as_str(), about),
        address(turn, centre),
        open_now(turn, centre),
        mode(turn, centre),
        if centre.hours.is_none() && centre.phone().is_some() {
            Markup::default()
        } else {
            phone(turn, centre)
        },
        confirmed(turn, centre),
    ])
}

/// One of the farther centres: name, distance, where, open or not, phone, how old the facts are.
fn short_line(turn: &Turn<'_>, near: &Near<'_>) -> Markup {
    let (lang, centre) = (turn.lang, near.centre);
    Markup::lines([
        say::centre_line(lang, centre.name.as_str(), say::distance(lang, near.km)),
        if centre.address.is_some() { address(turn, centre) } else { Markup::default() },
        open_now(turn, centre),
        mode(turn, centre),
        if centre.hours.is_some() && centre.phone().is_some() {
            phone(turn, centre)
        } else {
            Markup::default()
        },
        confirmed(turn, centre),
    ])
}

fn address(turn: &Turn<'_>, centre: &Centre) -> Markup {
    match (&centre.address, &centre.postal) {
        (Some(street), Some(postal)) => say::centre_at(turn.lang, format!("{street}, {postal}")),
        (Some(street), None) => say::centre_at(turn.lang, street.as_str()),
        _ => say::centre_no_address(turn.lang, centre.municipality.as_str()),
    }
}

fn open_now(turn: &Turn<'_>, centre: &Centre) -> Markup {
    let lang = turn.lang;
    let Some((_, hours)) = &centre.hours else {
        return match centre.phone() {
            Some(number) => say::hours_unknown_ring(lang, number),
            None => say::hours_unknown(lang),
        };
    };
    let now = match hours.state_at(turn.now) {
        OpenState::OpenUntil(time) => say::open_until(lang, time),
        OpenState::OpensToday(time) => say::opens_today(lang, time),
        OpenState::OpensOn(date, time) => say::opens_on(lang, date, time),
        OpenState::Closed => say::closed_long(lang),
    };
    Markup::lines([now, age_of_hours(turn, centre)])
}

fn age_of_hours(turn: &Turn<'_>, centre: &Centre) -> Markup {
    let today = in_sweden(turn.now).date();
    match centre.hours_as_of.as_deref() {
        Some(as_of) if is_stale(Some(as_of), today) => say::hours_old(turn.lang, as_of),
        Some(_) => Markup::default(),
        None => say::hours_of_host(turn.lang),
    }
}

fn mode(turn: &Turn<'_>, centre: &Centre) -> Markup {
    let lang = turn.lang;
    let of = |mode: &VisitMode| match mode {
        VisitMode::DropIn => say::mode_drop_in(lang),
        VisitMode::Slots => say::mode_slots(lang),
        VisitMode::OnRequest => say::mode_on_request(lang),
    };
    if centre.modes.is_empty() { say::mode_unknown(lang) } else { Markup::lines(centre.modes.iter().map(of)) }
}

fn phone(turn: &Turn<'_>, centre: &Centre) -> Markup {
    match (centre.phones.first(), &centre.municipality_phone) {
        (Some(number), _) => say::phone(turn.lang, number.as_str()),
        (None, Some(number)) => say::municipality_phone(turn.lang, number.as_str()),
        (None, None) => say::no_phone(turn.lang),
    }
}

fn confirmed(turn: &Turn<'_>, centre: &Centre) -> Markup {
    let old = is_stale(centre.confirmed.as_deref(), in_sweden(turn.now).date());
    match &centre.confirmed {
        Some(date) if old && centre.phone().is_some() => say::confirmed_ring(turn.lang, date.as_str()),
        Some(date) => say::confirmed_on(turn.lang, date.as_str()),
        None => say::never_confirmed(turn.lang),
    }
}

/// The pin on the map; only where the building is known, as a pin on the town's middle misleads.
fn venue(centre: &Centre) -> Option<Card> {
    (centre.position_of == PositionOf::Building).then(|| Card::Venue {
        name: centre.name.clone(),
        address: centre.address.clone().unwrap_or_else(|| centre.municipality.as_str().to_owned()),
        position: centre.position,
    })
}

/// Everything that is known of a centre.
pub(super) fn details(turn: &mut Turn<'_>, id: &CentreId) {
    let lang = turn.lang;
    let Some(centre) = turn.facts.centres.get(id).filter(|c| c.status != CentreStatus::Planned) else {
        super::menu::old_button(turn);
        return;
    };
    turn.session.municipality = Some(centre.municipality.clone());
    let spoken: Vec<String> = centre.languages.iter().map(|l| say::language_name(lang, l)).collect();
    let page = centre.url.as_ref().map(|url| say::page(lang, Markup::trusted(format!("<{url}>"))));
    let doubt = matches!(centre.status, CentreStatus::Uncertain | CentreStatus::Granted);
    let text = Markup::paragraphs([
        say::centre_name(lang, centre.name.as_str(), centre.municipality.as_str()),
        if doubt { say::uncertain_centre(lang) } else { Markup::default() },
        Markup::lines([address(turn, centre), phone(turn, centre)]),
        if centre.hours.is_some() { open_now(turn, centre) } else { say::hours_unknown(lang) },
        week(turn, centre),
        mode(turn, centre),
        if spoken.is_empty() { Markup::default() } else { say::languages_spoken(lang, spoken.join(", ")) },
        page.unwrap_or_default(),
        if centre.position_of == PositionOf::Town { say::town_point(lang) } else { Markup::default() },
        confirmed(turn, centre),
    ]);
    let mut choices = Vec::new();
    if !visits::is_only_drop_in(centre) {
        choices.push(Turn::choice(say::button_book_here(lang), Action::BookAt(id.clone())));
    }
    if centre.is_drop_in() && centre.hours.is_some() {
        choices.push(Turn::choice(say::button_remind_me(lang), Action::RemindMe(id.clone())));
    }
    choices.extend([
        Turn::choice(say::button_other_centre(lang), Action::Find),
        Turn::choice(say::button_menu(lang), Action::Menu),
    ]);
    turn.message(text, venue(centre), Ask::Choice(choices));
}

/// The ordinary week, a line a day.
fn week(turn: &Turn<'_>, centre: &Centre) -> Markup {
    let lang = turn.lang;
    let Some((of, hours)) = &centre.hours else { return Markup::default() };
    let title = match of {
        HoursOf::Help => say::hours_title(lang),
        HoursOf::Host => say::hours_of_host(lang),
    };
    let days = (1..=7).filter_map(|n| jiff::civil::Weekday::from_monday_one_offset(n).ok());
    let lines = days.map(|day| {
        let name = say::weekday(lang, day);
        let periods: Vec<String> = hours.week.on(day).iter().map(|p| say::period(lang, *p)).collect();
        if periods.is_empty() {
            say::hours_closed_day(lang, name)
        } else {
            say::hours_day(lang, name, periods.join(", "))
        }
    });
    Markup::lines(std::iter::once(title).chain(lines))
}
