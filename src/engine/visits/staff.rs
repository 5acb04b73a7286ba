//! What staff decide about one visit: yes, no, another time; here, absent; somebody without a visit.
//!
//! Every deed is checked like a resident's button. Residents are told in their own chats; what could
//! not be done is told to staff as a [`Refusal`]. Hours and closures are in `arrange`.

use super::{arrange, hold, letters, manage, queue, reminders, retime};
use crate::engine::turn::Turn;
use crate::engine::{Need, say};
use crate::facts::centres::{Centre, times};
use crate::model::action::Action;
use crate::model::chat::Role;
use crate::model::effect::Effect;
use crate::model::id::{CentreId, VisitId};
use crate::model::message::{Ask, Content, Letter, Message, Placement};
use crate::model::request::{Outcome, RequestStatus};
use crate::model::staff::{Refusal, StaffOp, WhichVisit};
use crate::model::time::{Timestamp, in_sweden, later};
use crate::model::visit::{Visit, VisitStatus};

/// How long a time that staff propose is kept, in seconds: two days, as many look at a chat rarely …
const OFFER: i64 = 172_800;
/// … but at the latest until this long before it begins.
const LAST_CALL: i64 = 3_600;

/// Carries out a deed of staff.
pub fn decide(turn: &mut Turn<'_>, op: &StaffOp) -> Result<(), Need> {
    if !matches!(turn.event.role, Role::Staff(_)) {
        turn.refusal = Some(Refusal::NotStaff);
        return Ok(());
    }
    let done = match op {
        StaffOp::ConfirmVisit { visit, at } => confirm(turn, *visit, *at)?,
        StaffOp::DeclineVisit { visit, word } => decline(turn, *visit, word.as_deref())?,
        StaffOp::ProposeTime { visit, at } => propose(turn, *visit, *at)?,
        StaffOp::CancelVisit { visit, word } => cancel(turn, *visit, word.as_deref())?,
        StaffOp::CheckIn(which) => check_in(turn, which)?,
        StaffOp::NoShow(visit) => no_show(turn, *visit)?,
        StaffOp::WalkIn { centre, about } => walk_in(turn, centre, about.as_deref())?,
        StaffOp::CloseDays { centre, from, until, reason } => {
            arrange::close(turn, centre, (*from, *until), reason.as_deref())?
        }
        StaffOp::OpenDays { centre, from, until } => arrange::open(turn, centre, (*from, *until))?,
        StaffOp::Arrange { centre, said, note } => arrange::arrange(turn, centre, said, note.as_deref())?,
    };
    turn.refusal = done.err();
    Ok(())
}

/// What became of a deed.
pub type Done = Result<(), Refusal>;

/// The visit whose proposals wait for an answer.
fn waiting(turn: &Turn<'_>, id: VisitId) -> Result<Result<Visit, Refusal>, Need> {
    let Some(visit) = turn.situation.visit(id)? else { return Ok(Err(Refusal::Unknown)) };
    let waits = match visit.status {
        VisitStatus::Proposed => true,
        VisitStatus::Booked => !visit.alternatives.is_empty(),
        _ => false,
    };
    Ok(if waits { Ok(visit.clone()) } else { Err(Refusal::TooLate) })
}

/// A seat at a time that staff choose: ahead, within open time as far as it is known, and free.
fn seat(turn: &Turn<'_>, visit: &Visit, at: Timestamp) -> Result<Result<u16, Refusal>, Need> {
    let Some(centre) = turn.facts.centres.get(&visit.centre) else { return Ok(Err(Refusal::Unknown)) };
    let booking = &centre.booking;
    let hours = centre.hours.as_ref();
    let open = hours.is_none_or(|(_, hours)| times::fits(hours, booking, at, booking.minutes));
    if at <= turn.now || !open {
        return Ok(Err(Refusal::NotOpen));
    }
    let mut taken = turn.situation.taken(&centre.id)?.clone();
    if visit.status.takes_seat() {
        taken.remove(visit.starts_at, visit.seat);
    }
    Ok(taken.free_seat(at, booking.minutes, booking.seats).ok_or(Refusal::SeatTaken))
}

fn minutes_of(centre: Option<&Centre>, visit: &Visit) -> u16 {
    centre.map_or(visit.minutes, |c| c.booking.minutes)
}

/// Yes to one of the proposed times.
fn confirm(turn: &mut Turn<'_>, id: VisitId, at: Timestamp) -> Result<Done, Need> {
    let visit = match waiting(turn, id)? {
        Ok(visit) => visit,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if !visit.proposals().contains(&at) {
        return Ok(Err(Refusal::NotOpen));
    }
    let seat = match seat(turn, &visit, at)? {
        Ok(seat) => seat,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let minutes = minutes_of(turn.facts.centres.get(&visit.centre), &visit);
    let mut agreed = Visit { starts_at: at, seat, minutes, ..visit.clone() };
    if visit.status == VisitStatus::Booked {
        retime::to(turn, &visit, agreed)?;
        return Ok(Ok(()));
    }
    super::confirm::agree(turn, &mut agreed)?;
    letters::booked(turn, &agreed);
    turn.effect(Effect::SaveVisit(Box::new(agreed)));
    Ok(Ok(()))
}

/// No to every proposal, with a word.
fn decline(turn: &mut Turn<'_>, id: VisitId, word: Option<&str>) -> Result<Done, Need> {
    let mut visit = match waiting(turn, id)? {
        Ok(visit) => visit,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let lang = letters::lang(turn, &visit);
    let name = letters::centre_name(turn.facts, &visit.centre);
    let (day, time) = say::day_and_time(visit.starts_at);
    let said = letters::staff_word(lang, word);
    if visit.status == VisitStatus::Booked {
        visit.alternatives.clear();
        turn.change_request_of(&visit, |r| r.status = RequestStatus::Resolved)?;
        let text = say::move_declined(lang, name, day, time).and(said);
        letters::tell(turn, &visit, text, None, letters::visit_choices(lang, &visit));
    } else {
        visit.status = VisitStatus::Declined;
        turn.effect(Effect::DropVisitLetters(id));
        turn.change_request_of(&visit, |r| r.status = RequestStatus::Closed)?;
        let choices = vec![
            Turn::choice(say::button_propose_again(lang), Action::BookAt(visit.centre.clone())),
            Turn::choice(say::button_menu(lang), Action::Menu),
        ];
        letters::tell(turn, &visit, say::declined(lang, name).and(said), None, choices);
    }
    turn.effect(Effect::SaveVisit(Box::new(visit)));
    Ok(Ok(()))
}

/// Another time, kept for the resident until an answer. A visit that is booked is not given up for a
/// time that nobody has agreed to: staff decline with a word instead.
fn propose(turn: &mut Turn<'_>, id: VisitId, at: Timestamp) -> Result<Done, Need> {
    let visit = match waiting(turn, id)? {
        Ok(visit) if visit.status == VisitStatus::Proposed => visit,
        Ok(_) => return Ok(Err(Refusal::TooLate)),
        Err(refusal) => return Ok(Err(refusal)),
    };
    let seat = match seat(turn, &visit, at)? {
        Ok(seat) => seat,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let until = later(turn.now, OFFER).min(later(at, -LAST_CALL));
    if until <= turn.now {
        return Ok(Err(Refusal::TooLate));
    }
    let minutes = minutes_of(turn.facts.centres.get(&visit.centre), &visit);
    let offer = Visit {
        starts_at: at,
        seat,
        minutes,
        status: VisitStatus::Offered,
        held_until: Some(until),
        alternatives: Vec::new(),
        ..visit
    };
    let lang = letters::lang(turn, &offer);
    let (day, time) = say::day_and_time(at);
    let (last_day, last_time) = say::day_and_time(until);
    let name = letters::centre_name(turn.facts, &offer.centre);
    let text = say::counter(lang, name, day, time, last_day, last_time);
    let choices = vec![
        Turn::choice(say::button_accept(lang), Action::Accept(id)),
        Turn::choice(say::button_propose_again(lang), Action::Move(id)),
        Turn::choice(say::button_refuse(lang), Action::Refuse(id)),
    ];
    turn.effect(Effect::DropVisitLetters(id));
    letters::tell(turn, &offer, text, None, choices);
    hold::alarm(turn, &offer, until);
    turn.effect(Effect::SaveVisit(Box::new(offer)));
    Ok(Ok(()))
}

/// Calls a visit off, with a word.
fn cancel(turn: &mut Turn<'_>, id: VisitId, word: Option<&str>) -> Result<Done, Need> {
    let Some(visit) = turn.situation.visit(id)?.cloned() else { return Ok(Err(Refusal::Unknown)) };
    if !visit.status.is_open() {
        return Ok(Err(Refusal::TooLate));
    }
    let (ended, card) = manage::call_off(turn, &visit)?;
    let lang = letters::lang(turn, &visit);
    let (day, time) = say::day_and_time(visit.starts_at);
    let name = letters::centre_name(turn.facts, &visit.centre);
    let text = say::cancelled_by_staff(lang, name, day, time).and(letters::staff_word(lang, word));
    letters::tell(turn, &visit, text, card, letters::book_choices(lang));
    turn.effect(Effect::SaveVisit(Box::new(ended)));
    queue::freed(turn, &[visit])?;
    Ok(Ok(()))
}

fn which<'a>(turn: &Turn<'a>, which: &WhichVisit) -> Result<Option<&'a Visit>, Need> {
    match which {
        WhichVisit::Id(id) => turn.situation.visit(*id),
        WhichVisit::Code(code) => turn.situation.code(code),
    }
}

/// The person has come, on the day of the visit; also when "did not come" was a slip.
fn check_in(turn: &mut Turn<'_>, which_visit: &WhichVisit) -> Result<Done, Need> {
    let Some(visit) = which(turn, which_visit)?.cloned() else { return Ok(Err(Refusal::Unknown)) };
    let today = in_sweden(visit.starts_at).date() == in_sweden(turn.now).date();
    if !today || !matches!(visit.status, VisitStatus::Booked | VisitStatus::NoShow) {
        return Ok(Err(Refusal::TooLate));
    }
    let arrived = Visit { status: VisitStatus::Arrived, ..visit };
    turn.effect(Effect::DropVisitLetters(arrived.id));
    reminders::ask_outcome(turn, &arrived);
    turn.effect(Effect::SaveVisit(Box::new(arrived)));
    Ok(Ok(()))
}

/// The person did not come. A friendly line, and no question whether it helped.
fn no_show(turn: &mut Turn<'_>, id: VisitId) -> Result<Done, Need> {
    let Some(visit) = turn.situation.visit(id)?.cloned() else { return Ok(Err(Refusal::Unknown)) };
    let begun = visit.starts_at <= turn.now;
    if !begun || !matches!(visit.status, VisitStatus::Booked | VisitStatus::Arrived) {
        return Ok(Err(Refusal::TooLate));
    }
    let missed = Visit { status: VisitStatus::NoShow, ..visit };
    turn.effect(Effect::DropVisitLetters(id));
    turn.change_request_of(&missed, |r| {
        r.status = RequestStatus::Closed;
        r.outcome = None::<Outcome>;
    })?;
    let lang = letters::lang(turn, &missed);
    let (day, time) = say::day_and_time(missed.starts_at);
    let text = say::missed_you(lang, letters::centre_name(turn.facts, &missed.centre), day, time);
    let due = reminders::not_at_night(turn.now);
    turn.send(Letter {
        to: missed.resident.clone(),
        content: Content::Message(Message {
            text,
            lang,
            card: None,
            ask: Ask::Choice(letters::book_choices(lang)),
        }),
        due: (due > turn.now).then_some(due),
        placement: Placement::Below,
        request: Some(missed.request),
        // A slip of staff's is taken back together with this letter, if it still waits.
        visit: Some(id),
    });
    turn.effect(Effect::SaveVisit(Box::new(missed)));
    Ok(Ok(()))
}

/// Somebody came without a visit: counted like one, and gone from the free times while it lasts.
fn walk_in(turn: &mut Turn<'_>, id: &CentreId, about: Option<&str>) -> Result<Done, Need> {
    let Some(centre) = turn.facts.centres.get(id) else { return Ok(Err(Refusal::Unknown)) };
    let booking = &centre.booking;
    let free = turn.situation.taken(id)?.free_seat(turn.now, booking.minutes, booking.seats);
    let (mut visit, mut request) = hold::new_visit(turn, centre, turn.now, VisitStatus::Arrived)?;
    // A chair that is not among those that can be booked, if all of these are taken.
    visit.seat = free.unwrap_or(booking.seats);
    visit.about = about.map(ToOwned::to_owned);
    request.status = RequestStatus::Resolved;
    if let Some(about) = about {
        about.clone_into(&mut request.question);
    }
    turn.save_request(request);
    turn.effect(Effect::SaveVisit(Box::new(visit)));
    Ok(Ok(()))
}
