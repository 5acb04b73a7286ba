//! Where one need not book: "remind me to go".
//!
//! No seat and no visit: a note to the bot itself, which looks on the day whether the centre is open.

use super::{days, letters, reminders};
use crate::engine::turn::Turn;
use crate::engine::{Need, menu, say};
use crate::facts::centres::Centre;
use crate::model::action::Action;
use crate::model::effect::Effect;
use crate::model::event::Alarm;
use crate::model::id::{CentreId, RequestId};
use crate::model::message::{Choice, Content, Letter, Placement};
use crate::model::request::{RequestKind, RequestStatus};
use crate::model::time::{Date, Timestamp, in_sweden, later, swedish_instant};

/// How many days can be chosen among.
const SHOWN_DAYS: usize = 6;
/// How far ahead they are looked for, in days.
const AHEAD: i32 = 42;
/// How long before opening the reminder comes, in seconds.
const BEFORE: i64 = 7_200;

/// Whether to come without booking is the one way that the centre has named.
pub fn is_only_way(centre: &Centre) -> bool {
    centre.is_drop_in() && centre.modes.len() == 1
}

/// When a reminder for a day goes out: before opening, but not at night, and not in the past.
fn due(centre: &Centre, date: Date, now: Timestamp) -> Option<Timestamp> {
    let (_, hours) = centre.hours.as_ref()?;
    let opens = swedish_instant(date, hours.on(date).first()?.from)?;
    let due = reminders::not_at_night(later(opens, -BEFORE));
    (due > now && opens > now).then_some(due)
}

/// Asks on which day.
pub fn remind_me(turn: &mut Turn<'_>, id: &CentreId) {
    let Some(centre) = days::shown(turn, id).filter(|c| c.is_drop_in()) else {
        menu::old_button(turn);
        return;
    };
    let lang = turn.lang;
    let today = in_sweden(turn.now).date();
    let dates = today.series(jiff::Span::new().days(1)).take_while(|d| (*d - today).get_days() <= AHEAD);
    let mut choices: Vec<Choice> = dates
        .filter(|date| due(centre, *date, turn.now).is_some())
        .take(SHOWN_DAYS)
        .map(|date| Turn::choice(say::day(lang, date), Action::RemindOn(id.clone(), date)))
        .collect();
    let text = if choices.is_empty() {
        say::no_days_to_remind(lang, centre.name.as_str())
    } else {
        say::remind_which_day(lang, centre.name.as_str())
    };
    choices.push(Turn::choice(say::button_menu(lang), Action::Menu));
    turn.replace();
    turn.ask(text, choices);
}

/// Reminds on this day.
pub fn remind_on(turn: &mut Turn<'_>, id: &CentreId, date: Date) {
    let centre = days::shown(turn, id).filter(|c| c.is_drop_in());
    let Some((centre, due)) = centre.and_then(|c| Some((c, due(c, date, turn.now)?))) else {
        remind_me(turn, id);
        return;
    };
    let lang = turn.lang;
    let mut request = turn.new_request(RequestKind::Visit, RequestStatus::Resolved, &centre.name);
    request.centre = Some(id.clone());
    let request_id = request.id;
    turn.save_request(request);
    turn.send(Letter {
        to: turn.here().clone(),
        content: Content::Alarm(Alarm::GoThere { centre: id.clone(), date, request: request_id }),
        due: Some(due),
        placement: Placement::Below,
        request: Some(request_id),
        visit: None,
    });
    let choices = vec![
        Turn::choice(say::button_no_reminder(lang), Action::NoReminder(request_id)),
        Turn::choice(say::button_menu(lang), Action::Menu),
    ];
    turn.replace();
    turn.ask(say::will_remind(lang, date, centre.name.as_str()), choices);
}

/// Does not remind after all.
pub fn no_reminder(turn: &mut Turn<'_>, id: RequestId) -> Result<(), Need> {
    if !turn.change_request(id, |request| request.status = RequestStatus::Closed)? {
        menu::old_button(turn);
        return Ok(());
    }
    turn.effect(Effect::FenceRequest(id));
    turn.replace();
    turn.ask(say::reminder_gone(turn.lang), letters::book_choices(turn.lang));
    Ok(())
}

/// The day has come: says when it is open, or that it is not.
pub fn go_there(turn: &mut Turn<'_>, id: &CentreId, date: Date, request: RequestId) {
    let lang = turn.lang;
    turn.request = Some(request);
    let centre = turn.facts.centres.get(id);
    let today = in_sweden(turn.now).date() == date;
    let Some((centre, (_, hours))) = centre.filter(|_| today).and_then(|c| Some((c, c.hours.as_ref()?)))
    else {
        return;
    };
    let name = centre.name.as_str();
    let periods: Vec<String> = hours.on(date).iter().map(|p| say::period(lang, *p)).collect();
    let text = if periods.is_empty() {
        say::closed_today(lang, name)
    } else {
        say::go_today(lang, name, periods.join(", ")).and(say::booked_bring(lang))
    };
    let choices = vec![
        Turn::choice(say::button_show_centre(lang), Action::Centre(id.clone())),
        Turn::choice(say::button_menu(lang), Action::Menu),
    ];
    turn.ask(text, choices);
}
