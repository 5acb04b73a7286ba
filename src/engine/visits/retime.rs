//! A visit gets another time at its centre: the seat moves, the code and the calendar entry stay.

use super::{confirm, days, details, hold, letters, manage, queue};
use crate::engine::session::Step;
use crate::engine::turn::Turn;
use crate::engine::{Need, menu, say};
use crate::model::effect::Effect;
use crate::model::id::VisitId;
use crate::model::time::Timestamp;
use crate::model::visit::{Promise, Visit, VisitStatus};

/// Gives the visit this time, if it is still free.
pub fn retime(turn: &mut Turn<'_>, id: VisitId, at: Timestamp) -> Result<(), Need> {
    let Some(visit) = manage::reachable(turn, id)?.cloned() else {
        manage::gone(turn);
        return Ok(());
    };
    let Some(centre) = days::shown(turn, &visit.centre) else {
        menu::old_button(turn);
        return Ok(());
    };
    if visit.status == VisitStatus::Booked && visit.starts_at == at {
        return manage::show(turn, id);
    }
    let Some(seat) = hold::free_seat(turn, centre, at)? else {
        turn.preface(say::seat_gone(turn.lang));
        let centre_id = visit.centre.clone();
        turn.session.step = Step::Time { centre: centre_id, moving: Some(id), proposed: Vec::new() };
        return days::choose_day(turn, centre, None);
    };
    let mut moved = visit.clone();
    (moved.starts_at, moved.seat, moved.minutes) = (at, seat, centre.booking.minutes);
    if visit.status == VisitStatus::Held {
        turn.request = Some(visit.request);
        turn.effect(Effect::DropVisitLetters(id));
        hold::keep(turn, &mut moved);
        details::say_summary(turn, &moved);
        turn.effect(Effect::SaveVisit(Box::new(moved)));
        return queue::freed(turn, &[visit]);
    }
    if !visit.status.can_move() {
        manage::gone(turn);
        return Ok(());
    }
    to(turn, &visit, moved)
}

/// Books the visit at its new time, tells the person, and gives the old seat to whoever waits for it.
pub fn to(turn: &mut Turn<'_>, before: &Visit, mut moved: Visit) -> Result<(), Need> {
    moved.sequence += 1;
    moved.promise = Promise::Silent;
    if turn.is_resident() {
        turn.forget_step();
    }
    confirm::agree(turn, &mut moved)?;
    letters::moved(turn, &moved);
    turn.effect(Effect::SaveVisit(Box::new(moved)));
    queue::freed(turn, std::slice::from_ref(before))
}
