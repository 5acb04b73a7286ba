//! What is said at the volunteers' desk: to the volunteer, in the thread, and to the resident who waits.

use rust_i18n::t;

use super::{Plain, Say, sentence};
use crate::model::desk::Right;
use crate::model::lang::Lang;
use crate::model::markup::Markup;

sentences! {
    desk_gone() = "desk.gone";
    desk_not_yours() = "desk.not_yours";
    desk_you_write_here() = "desk.you_write_here";
    desk_you_took() = "desk.you_took";
    desk_already_yours() = "desk.already_yours";
    desk_taken_by(name) = "desk.taken_by";
    desk_take_first() = "desk.take_first";
    desk_you_released() = "desk.you_released";
    desk_nobody_to_hand() = "desk.nobody_to_hand";
    desk_whom_to_hand() = "desk.whom_to_hand";
    desk_you_handed() = "desk.you_handed";
    desk_you_left_to_staff() = "desk.you_left_to_staff";
    desk_no_articles() = "desk.no_articles";
    desk_which_article() = "desk.which_article";
    desk_article_sent() = "desk.article_sent";
    desk_you_resolved() = "desk.you_resolved";
    desk_nothing_to_keep() = "desk.nothing_to_keep";
    desk_kept() = "desk.kept";
    desk_nothing_sent() = "desk.nothing_sent";
    desk_you_answered() = "desk.you_answered";
    desk_cannot_read() = "desk.cannot_read";
    desk_taken(name) = "desk.taken";
    desk_released() = "desk.released";
    desk_resolved(name) = "desk.resolved";
    desk_article_from(name) = "desk.article_from";
    desk_says(name, text) = "desk.says";
    desk_resident_says(text) = "desk.resident_says";
    desk_bot_said(text) = "desk.bot_said";
    desk_so_far() = "desk.so_far";
    desk_head(topic, language) = "desk.head";
    desk_rules() = "desk.rules";
    desk_state_waiting() = "desk.state_waiting";
    desk_state_staff() = "desk.state_staff";
    desk_state_claimed(name) = "desk.state_claimed";
    desk_state_with_staff() = "desk.state_with_staff";
    desk_state_done() = "desk.state_done";
    desk_thread_taken(name) = "desk.thread_taken";
    desk_thread_released(name) = "desk.thread_released";
    desk_thread_staff() = "desk.thread_staff";
    desk_thread_article(name, title) = "desk.thread_article";
    desk_thread_resolved(name) = "desk.thread_resolved";
    desk_thread_ended() = "desk.thread_ended";
    desk_thread_rated(points) = "desk.thread_rated";
    desk_thread_nudge(minutes) = "desk.thread_nudge";
    desk_thread_warned(name, minutes) = "desk.thread_warned";
    desk_thread_owner_left() = "desk.thread_owner_left";
    desk_thread_gone() = "desk.thread_gone";
    desk_thread_staff_took() = "desk.thread_staff_took";
    desk_thread_staff_wrote(text) = "desk.thread_staff_wrote";
    desk_thread_staff_answered() = "desk.thread_staff_answered";
    desk_thread_staff_resolved() = "desk.thread_staff_resolved";
    desk_thread_back() = "desk.thread_back";
    desk_stays_waiting() = "desk.stays_waiting";
    desk_stays_with_staff() = "desk.stays_with_staff";
    desk_lost_gone() = "desk.lost_gone";
    desk_lost_refused() = "desk.lost_refused";
    desk_lost_unknown() = "desk.lost_unknown";
    desk_sent_voice() = "desk.sent_voice";
    desk_sent_picture() = "desk.sent_picture";
    desk_sent_file() = "desk.sent_file";
    desk_sent_other() = "desk.sent_other";
    desk_queue(place) = "desk.queue";
    desk_queue_first() = "desk.queue_first";
    desk_open_until(time) = "desk.open_until";
    desk_opens_today(time) = "desk.opens_today";
    desk_opens_on(day, time) = "desk.opens_on";
    desk_hours_unknown() = "desk.hours_unknown";
    desk_still_waiting() = "desk.still_waiting";
    desk_set_up_not_allowed() = "desk.set_up_not_allowed";
    desk_set_up_missing() = "desk.set_up_missing";
    desk_set_up_done() = "desk.set_up_done";
    desk_set_up_no_reading() = "desk.set_up_no_reading";
    desk_alias_bad() = "desk.alias_bad";
    desk_alias_set(name) = "desk.alias_set";
    desk_preview() = "desk.preview";
    desk_published() = "desk.published";
}

labels! {
    desk_no_alias() = "desk.no_alias";
    desk_no_topic() = "desk.no_topic";
    desk_label_waiting() = "desk.label_waiting";
    desk_label_claimed() = "desk.label_claimed";
    desk_label_staff() = "desk.label_staff";
    desk_label_done() = "desk.label_done";
    button_desk_take() = "desk.button_take";
    button_desk_release() = "desk.button_release";
    button_desk_hand() = "desk.button_hand";
    button_desk_staff() = "desk.button_staff";
    button_desk_suggest() = "desk.button_suggest";
    button_desk_answer() = "desk.button_answer";
    button_desk_resolve() = "desk.button_resolve";
    button_desk_keep() = "desk.button_keep";
    button_publish(title) = "desk.button_publish";
    button_wait() = "desk.button_wait";
    button_leave_for_staff() = "desk.button_leave_for_staff";
}

/// What the bot is to be allowed to do at a desk's place.
#[must_use]
pub fn desk_right(lang: Lang, right: Right) -> Markup {
    Markup::trusted(t!(format!("desk.right_{}", right.word()), locale = lang.code()).into_owned())
}
