//! Going back to a flow that was interrupted, and leaving one.
//!
//! Repeats the question that a step waits for; the flows themselves are elsewhere.

use super::session::{Purpose, Step};
use super::turn::Turn;
use super::{Need, handoff, menu, nearby, say, visits};
use crate::model::visit::VisitStatus;

pub(super) fn resume(turn: &mut Turn<'_>) -> Result<(), Need> {
    match turn.session.step.clone() {
        Step::Idle => {
            turn.preface(say::nothing_open(turn.lang));
            menu::menu(turn);
        }
        Step::Place(purpose) | Step::WhichPlace(purpose, _) => nearby::ask(turn, purpose),
        Step::Time { centre, moving, .. } => visits::begin(turn, &centre, moving)?,
        Step::About(visit) => visits::ask_about(turn, visit)?,
        Step::Wishes(visit) | Step::Interpreter(visit) | Step::Note(visit) => {
            visits::ask_wishes(turn, visit)?;
        }
        Step::Name(visit) => visits::ask_name(turn, visit)?,
        Step::Confirm(visit) => visits::summarise(turn, visit)?,
        Step::PersonMatter => handoff::ask(turn)?,
        Step::PersonConsent(matter) => handoff::matter(turn, &matter),
    }
    Ok(())
}

/// Leaves the flow; a held seat is given back.
pub(super) fn leave(turn: &mut Turn<'_>) -> Result<(), Need> {
    if let Some(id) = turn.session.step.visit() {
        visits::give_back(turn, id, VisitStatus::Cancelled)?;
    }
    turn.forget_step();
    turn.preface(say::left_flow(turn.lang));
    menu::menu(turn);
    Ok(())
}

/// Whether a place is asked for in order to book.
pub(super) fn is_booking(purpose: Purpose) -> bool {
    purpose == Purpose::Book
}
