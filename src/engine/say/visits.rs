//! What is said about visits, beside the sentences of booking in the parent module.

use rust_i18n::t;

use super::{Plain, Say, sentence};
use crate::model::lang::Lang;
use crate::model::markup::Markup;

sentences! {
    held_for_you() = "visit.held_for_you";
    day_full(day, centre) = "visit.day_full";
    queued(day, centre) = "visit.queued";
    too_many_queues() = "visit.too_many_queues";
    left_queue(centre, day) = "visit.left_queue";
    queue_ended(centre, day) = "visit.queue_ended";
    draft_gone(centre) = "visit.draft_gone";
    queue_closed(centre, day) = "visit.queue_closed";
    offer(centre, day, time, until) = "visit.offer";
    offer_gone(centre) = "visit.offer_gone";
    offer_left() = "visit.offer_left";
    counter(centre, day, time, last_day, last_time) = "visit.counter";
    declined(centre) = "visit.declined";
    staff_word(word) = "visit.staff_word";
    move_wished(centre, times, day, time) = "visit.move_wished";
    move_declined(centre, day, time) = "visit.move_declined";
    proposals_unanswered(centre) = "visit.proposals_unanswered";
    cancelled_by_staff(centre, day, time) = "visit.cancelled_by_staff";
    displaced(centre, day, time) = "visit.displaced";
    displaced_choose() = "visit.displaced_choose";
    ask_about() = "visit.ask_about";
    ask_wishes() = "visit.ask_wishes";
    wishes_so_far() = "visit.wishes_so_far";
    ask_interpreter() = "visit.ask_interpreter";
    ask_note() = "visit.ask_note";
    summary_interpreter(language) = "visit.summary_interpreter";
    summary_company() = "visit.summary_company";
    summary_note(note) = "visit.summary_note";
    summary_proposals(centre, times) = "visit.summary_proposals";
    summary_send() = "visit.summary_send";
    paused(day) = "visit.paused";
    missed_you(centre, day, time) = "visit.missed_you";
    coming(centre, time) = "visit.coming";
    ask_outcome(centre) = "visit.ask_outcome";
    visit_queued_line(day, centre) = "visit.queued_line";
    visit_offered_line(day, time, centre) = "visit.offered_line";
    visit_displaced_line(day, time, centre) = "visit.displaced_line";
    pass() = "visit.pass";
    remind_which_day(centre) = "visit.remind_which_day";
    will_remind(day, centre) = "visit.will_remind";
    no_days_to_remind(centre) = "visit.no_days_to_remind";
    go_today(centre, periods) = "visit.go_today";
    closed_today(centre) = "visit.closed_today";
    reminder_gone() = "visit.reminder_gone";
}

labels! {
    button_go_on() = "button.go_on";
    button_queue() = "button.queue";
    button_leave_queue() = "button.leave_queue";
    button_earlier_days() = "button.earlier_days";
    button_later_days() = "button.later_days";
    label_full(day) = "button.label_full";
    button_accept() = "button.accept";
    button_refuse() = "button.refuse";
    button_propose_again() = "button.propose_again";
    button_other_time() = "button.other_time";
    button_change_about() = "button.change_about";
    button_no_about() = "button.no_about";
    button_no_wishes() = "button.no_wishes";
    button_wishes_done() = "button.wishes_done";
    button_interpreter() = "button.interpreter";
    button_no_interpreter() = "button.no_interpreter";
    button_company() = "button.company";
    button_alone() = "button.alone";
    button_note() = "button.note";
    button_coming() = "button.coming";
    button_pass() = "button.pass";
    button_remind_me() = "button.remind_me";
    button_no_reminder() = "button.no_reminder";
    button_show_centre() = "button.show_centre";
    pass_alt(code) = "visit.pass_alt";
}
