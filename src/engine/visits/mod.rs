//! Visits: from "I want to come" to "did you get help?".
//!
//! `days` leads from a centre to a time, `hold` keeps its seat, `details` asks what staff need to know,
//! `confirm` books, `propose` asks staff, `retime` moves, `queue` waits for a seat, `manage` works on
//! visits that exist, `drop_in` reminds those who need not book. `staff` and `arrange` carry out what
//! staff decide. `letters` and `reminders` write what follows. Free times are counted in
//! `facts::centres`.

mod arrange;
mod confirm;
mod days;
mod details;
mod drop_in;
mod hold;
mod letters;
mod manage;
mod propose;
mod queue;
mod reminders;
mod retime;
mod staff;
mod wishes;

pub(super) use self::confirm::confirm;
pub(super) use self::days::{begin, begin_move, day, days_from};
pub(super) use self::details::{
    about_chosen, about_skipped, about_written, ask_about, ask_name, named, summarise, unnamed,
};
pub(super) use self::drop_in::{go_there, is_only_way as is_only_drop_in, no_reminder, remind_me, remind_on};
pub(super) use self::hold::{give_back, hold_ends, slot};
pub(super) use self::manage::{
    ask_cancel, by_code, cancel, coming, give_up_all, list, send_calendar, show, show_pass,
};
pub(super) use self::propose::{propose, send_proposals};
pub(super) use self::queue::{accept, join, refuse};
pub(super) use self::retime::retime;
pub(super) use self::staff::decide;
pub(super) use self::wishes::{ask_wishes, interpreter_chosen, interpreter_written, no_more, noted, wish};
