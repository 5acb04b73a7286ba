//! Visits: booking, proposing, showing, moving and cancelling them.
//!
//! `book` leads from a centre to a visit, `manage` works on visits that exist, `letters` writes what
//! follows from them. Free times are counted in `facts::centres`.

mod book;
mod letters;
mod manage;

pub(super) use self::book::{
    ask_name, begin, begin_move, confirm, day, give_back, hold_ends, named, propose, send_proposals, slot,
    summarise, unnamed,
};
pub(super) use self::manage::{ask_cancel, by_code, cancel, list, send_calendar, show};
