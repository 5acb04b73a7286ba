//! The words of the console for merging, passing on, saved views, keys and figures. One typed method
//! per key of `locales/`.
//!
//! Plain text: templates escape it. Decides nothing.

use super::{Terms, words};

words! {
    Terms:
    done_merged() = "console.done_merged";
    done_split() = "console.done_split";
    done_volunteers() = "console.done_volunteers";
    done_impossible() = "console.done_impossible";
    done_full() = "console.done_full";
    deed_merged() = "console.deed_merged";
    deed_split() = "console.deed_split";
    deed_volunteers() = "console.deed_volunteers";
    assign_centre() = "console.assign_centre";
    no_centre() = "console.no_centre";
    to_volunteers() = "console.to_volunteers";
    to_volunteers_hint() = "console.to_volunteers_hint";
    merge() = "console.merge";
    merge_into() = "console.merge_into";
    merge_hint() = "console.merge_hint";
    merge_do() = "console.merge_do";
    merged_into() = "console.merged_into";
    merged_of() = "console.merged_of";
    split() = "console.split";
    notice_handed() = "console.notice_handed";
    notice_requeued() = "console.notice_requeued";
    notice_desk_lost() = "console.notice_desk_lost";
    view_name() = "console.view_name";
    view_keep() = "console.view_keep";
    view_drop(name) = "console.view_drop";
    keys() = "console.keys";
    keys_text() = "console.keys_text";
    key_next() = "console.key_next";
    key_before() = "console.key_before";
    key_open() = "console.key_open";
    key_search() = "console.key_search";
    keys_on() = "console.keys_on";
    insight_wait() = "console.insight_wait";
    insight_wait_half() = "console.insight_wait_half";
    insight_wait_most() = "console.insight_wait_most";
    insight_wait_column() = "console.insight_wait_column";
    insight_wait_hour() = "console.insight_wait_hour";
    insight_wait_four() = "console.insight_wait_four";
    insight_wait_day() = "console.insight_wait_day";
    insight_wait_long() = "console.insight_wait_long";
    insight_wait_none() = "console.insight_wait_none";
    insight_minutes(n) = "console.insight_minutes";
    insight_hours(n) = "console.insight_hours";
    insight_not_shown() = "console.insight_not_shown";
    insight_rising() = "console.insight_rising";
    insight_before() = "console.insight_before";
    insight_now() = "console.insight_now";
    insight_missed() = "console.insight_missed";
    insight_missed_share() = "console.insight_missed_share";
    insight_centres() = "console.insight_centres";
}
