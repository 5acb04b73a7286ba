//! The last yes: a held seat becomes a visit, a draft goes to the centre's staff.

use super::{days, hold, letters, manage, propose};
use crate::engine::turn::Turn;
use crate::engine::{Need, menu};
use crate::facts::centres::times;
use crate::model::effect::Effect;
use crate::model::id::VisitId;
use crate::model::request::RequestStatus;
use crate::model::visit::{Visit, VisitStatus};

/// The last yes. A hold that has run out is taken again if nobody took the seat meanwhile.
pub fn confirm(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    let known = turn.situation.visit(id)?.filter(|v| v.resident == *turn.here());
    let Some(visit) = known.cloned() else {
        menu::old_button(turn);
        return Ok(());
    };
    match visit.status {
        VisitStatus::Held | VisitStatus::Lapsed => {
            if let Some(why) = days::barred(turn, Some(id))? {
                days::say_barred(turn, why);
                return Ok(());
            }
            book(turn, visit)
        }
        VisitStatus::Draft => propose::send(turn, visit),
        status if status.is_open() => manage::show(turn, id),
        _ => {
            turn.forget_step();
            hold::say_gone(turn);
            Ok(())
        }
    }
}

fn book(turn: &mut Turn<'_>, mut visit: Visit) -> Result<(), Need> {
    let Some(seat) = seat(turn, &visit)? else {
        turn.forget_step();
        hold::say_gone(turn);
        return Ok(());
    };
    visit.seat = seat;
    turn.forget_step();
    agree(turn, &mut visit)?;
    letters::booked(turn, &visit);
    turn.effect(Effect::SaveVisit(Box::new(visit)));
    Ok(())
}

/// The visit's own seat while it is kept, else a free one if the centre still offers the time.
pub fn seat(turn: &Turn<'_>, visit: &Visit) -> Result<Option<u16>, Need> {
    let Some(centre) = turn.facts.centres.get(&visit.centre) else { return Ok(None) };
    let fits = |v: &Visit| {
        let hours = centre.hours.as_ref();
        hours.is_none_or(|(_, hours)| times::fits(hours, &centre.booking, v.starts_at, v.minutes))
    };
    if visit.takes_seat_at(turn.now) {
        return Ok(Some(visit.seat).filter(|_| fits(visit) && visit.starts_at > turn.now));
    }
    hold::free_seat(turn, centre, visit.starts_at)
}

/// Makes a visit agreed: what was written about it before is void.
pub fn agree(turn: &mut Turn<'_>, visit: &mut Visit) -> Result<(), Need> {
    visit.status = VisitStatus::Booked;
    visit.held_until = None;
    visit.alternatives.clear();
    turn.effect(Effect::DropVisitLetters(visit.id));
    turn.change_request_of(visit, |r| r.status = RequestStatus::Resolved)
}
