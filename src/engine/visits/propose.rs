//! Times proposed to a centre that answers itself; also to one of which it is unknown.
//!
//! What staff answer is in `staff`. A visit that is booked stays so until they do.

use super::{days, details, hold, letters, manage, queue};
use crate::engine::session::Step;
use crate::engine::turn::Turn;
use crate::engine::{Need, menu, say};
use crate::model::action::Action;
use crate::model::effect::Effect;
use crate::model::id::{CentreId, VisitId};
use crate::model::request::RequestStatus;
use crate::model::time::Timestamp;
use crate::model::visit::{Visit, VisitStatus};

/// How many times a person may propose.
const MOST_PROPOSALS: usize = 3;

/// The visit that is being moved, and the times proposed so far.
fn so_far(turn: &Turn<'_>, id: &CentreId) -> (Option<VisitId>, Vec<Timestamp>) {
    match &turn.session.step {
        Step::Time { centre, moving, proposed } if centre == id => (*moving, proposed.clone()),
        _ => (None, Vec::new()),
    }
}

/// Adds a time to the proposals, or takes it back.
pub fn propose(turn: &mut Turn<'_>, id: &CentreId, at: Timestamp) -> Result<(), Need> {
    let Some(centre) = days::shown(turn, id).filter(|c| !c.takes_bookings()) else {
        menu::old_button(turn);
        return Ok(());
    };
    let offered = days::days(turn, centre)?.iter().any(|d| d.free.contains(&at));
    let (moving, mut proposed) = so_far(turn, id);
    if let Some(known) = proposed.iter().position(|p| *p == at) {
        proposed.remove(known);
    } else if offered && proposed.len() < MOST_PROPOSALS {
        proposed.push(at);
        proposed.sort_unstable();
    }
    let full = proposed.len() >= MOST_PROPOSALS;
    let lang = turn.lang;
    let mut choices = Vec::new();
    if !proposed.is_empty() {
        let label = if moving.is_some() { say::button_send_proposals(lang) } else { say::button_go_on(lang) };
        choices.push(Turn::choice(label, Action::SendProposals(id.clone())));
    }
    if !full {
        choices.push(days::other_day(turn, id));
    }
    choices.push(Turn::choice(say::button_leave(lang), Action::Leave));
    let text = say::proposed_so_far(lang, letters::times(lang, &proposed));
    turn.session.step = Step::Time { centre: id.clone(), moving, proposed };
    turn.replace();
    turn.ask(text, choices);
    Ok(())
}

/// The proposals are complete: a new visit needs its details first, an old one goes to staff.
pub fn send_proposals(turn: &mut Turn<'_>, id: &CentreId) -> Result<(), Need> {
    let (moving, proposed) = so_far(turn, id);
    let centre = days::shown(turn, id).filter(|_| !proposed.is_empty());
    let (Some(centre), Some((first, rest))) = (centre, proposed.split_first()) else {
        menu::old_button(turn);
        return Ok(());
    };
    let old = match moving {
        Some(visit) => manage::reachable(turn, visit)?.cloned(),
        None => None,
    };
    match old {
        Some(mut visit) if visit.status == VisitStatus::Booked => {
            visit.alternatives = proposed;
            wish_to_move(turn, visit)
        }
        Some(mut visit) if visit.status == VisitStatus::Draft => {
            (visit.starts_at, visit.alternatives) = (*first, rest.to_vec());
            details::say_summary(turn, &visit);
            turn.effect(Effect::SaveVisit(Box::new(visit)));
            Ok(())
        }
        Some(mut visit) if visit.status.can_move() => {
            let before = visit.clone();
            (visit.starts_at, visit.alternatives) = (*first, rest.to_vec());
            visit.sequence += 1;
            send(turn, visit)?;
            queue::freed(turn, &[before])
        }
        _ => draft(turn, centre, *first, rest),
    }
}

fn draft(
    turn: &mut Turn<'_>,
    centre: &crate::facts::centres::Centre,
    first: Timestamp,
    rest: &[Timestamp],
) -> Result<(), Need> {
    if let Some(why) = days::barred(turn, None)? {
        days::say_barred(turn, why);
        return Ok(());
    }
    hold::give_back_all(turn)?;
    let (mut visit, request) = hold::new_visit(turn, centre, first, VisitStatus::Draft)?;
    visit.alternatives = rest.to_vec();
    turn.save_request(request);
    hold::keep(turn, &mut visit);
    details::first(turn, visit);
    Ok(())
}

/// A booked visit: the person would rather have another time. Until staff answer, it stands.
fn wish_to_move(turn: &mut Turn<'_>, visit: Visit) -> Result<(), Need> {
    let lang = turn.lang;
    turn.forget_step();
    turn.change_request_of(&visit, |r| r.status = RequestStatus::Waiting)?;
    let (day, time) = say::day_and_time(visit.starts_at);
    let name = letters::centre_name(turn.facts, &visit.centre);
    let text = say::move_wished(lang, name, letters::times(lang, &visit.alternatives), day, time);
    turn.replace();
    turn.ask(text, letters::visit_choices(lang, &visit));
    turn.effect(Effect::SaveVisit(Box::new(visit)));
    Ok(())
}

/// Sends the proposals to the centre's staff.
pub fn send(turn: &mut Turn<'_>, mut visit: Visit) -> Result<(), Need> {
    let lang = turn.lang;
    turn.forget_step();
    turn.effect(Effect::DropVisitLetters(visit.id));
    visit.status = VisitStatus::Proposed;
    // When the last of the times begins, no answer is worth anything.
    let until = visit.proposals().into_iter().max().unwrap_or(visit.starts_at);
    visit.held_until = Some(until);
    hold::alarm(turn, &visit, until);
    turn.change_request_of(&visit, |r| r.status = RequestStatus::Waiting)?;
    let centre = turn.facts.centres.get(&visit.centre);
    let name = letters::centre_name(turn.facts, &visit.centre);
    let text = say::proposals_sent(lang, name, letters::times(lang, &visit.proposals()));
    let ring = centre.and_then(|c| c.phone()).map(|number| say::phone(lang, number)).unwrap_or_default();
    turn.replace();
    turn.ask(text.and(ring), letters::visit_choices(lang, &visit));
    turn.effect(Effect::SaveVisit(Box::new(visit)));
    Ok(())
}
