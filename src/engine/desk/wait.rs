//! Waiting, honestly: the place in the queue, the desk's hours, nudges, and claims that fall silent.
//!
//! Nobody is promised anything: where it is not known whether somebody is there, that is said.

use super::claim::back_to_queue;
use super::{DeskFound, DeskNeed, Need, end_button, letter, posts, say, to_thread, volunteer};
use crate::engine::turn::Turn;
use crate::facts::centres::hours::OpenState;
use crate::model::action::Action;
use crate::model::chat::Address;
use crate::model::desk::{DeskEffect, Notice, NoticeKind, Post};
use crate::model::effect::Effect;
use crate::model::event::Alarm;
use crate::model::id::RequestId;
use crate::model::markup::Markup;
use crate::model::message::{Choice, Content, Letter};
use crate::model::request::{Request, RequestStatus};
use crate::model::time::later;

/// What is known of the wait: the place in the queue, and when the desk is open. `None`: no desk.
pub(in crate::engine) fn queue(turn: &Turn<'_>, id: RequestId) -> Result<Option<Markup>, Need> {
    if super::desk(turn, DeskNeed::Current)?.is_none() {
        return Ok(None);
    }
    let ahead = match turn.situation.desk(DeskNeed::Ahead(id))? {
        DeskFound::Ahead(ahead) => *ahead,
        _ => 0,
    };
    let lang = turn.lang;
    let place = if ahead == 0 { say::desk_queue_first(lang) } else { say::desk_queue(lang, ahead + 1) };
    Ok(Some(place.and(hours(turn))))
}

/// What the desk's hours say of now.
fn hours(turn: &Turn<'_>) -> Markup {
    let lang = turn.lang;
    let hours = &turn.facts.desk.hours;
    if hours.week.is_empty() {
        return say::desk_hours_unknown(lang);
    }
    match hours.state_at(turn.now) {
        OpenState::OpenUntil(time) => say::desk_open_until(lang, time),
        OpenState::OpensToday(time) => say::desk_opens_today(lang, time),
        OpenState::OpensOn(day, time) => say::desk_opens_on(lang, day, time),
        OpenState::Closed => say::desk_hours_unknown(lang),
    }
}

fn alarm(turn: &mut Turn<'_>, to: Address, alarm: Alarm, minutes: i64) {
    let due = Some(later(turn.now, minutes.saturating_mul(60)));
    turn.send(Letter { due, ..letter(to, Content::Alarm(alarm), None) });
}

/// Looks again after the waiting time.
pub(super) fn alarm_waiting(turn: &mut Turn<'_>, request: &Request) {
    let minutes = turn.facts.desk.nudge_minutes;
    alarm(turn, request.resident.clone(), Alarm::StillWaiting(request.id), minutes);
}

/// Looks after some minutes whether the owner has been heard of.
pub(super) fn alarm_silent(turn: &mut Turn<'_>, request: &Request, post: &Post, minutes: i64) {
    alarm(turn, post.thread.clone(), Alarm::ClaimSilent(request.id, request.epoch), minutes);
}

/// Nobody has come yet: the desk is reminded, and the resident may wait on, book or leave it.
/// `false`: there is no desk.
pub(in crate::engine) fn nudge(turn: &mut Turn<'_>, request: &Request) -> Result<bool, Need> {
    let Some(queue) = queue(turn, request.id)? else { return Ok(false) };
    let minutes = usize::try_from(turn.facts.desk.nudge_minutes).unwrap_or(0);
    if let Some(post) = posts(turn, DeskNeed::PostOf(request.id))?.first().cloned() {
        let lang = super::relay::lang_of(turn, &post)?;
        let waited = turn.now.duration_since(request.opened_at).as_mins();
        to_thread(
            turn,
            &post,
            lang,
            say::desk_thread_nudge(lang, say::Minutes(usize::try_from(waited).unwrap_or(minutes))),
        );
    } else {
        // Its post could not be opened; perhaps it can be now.
        super::open(turn, request)?;
    }
    let choices = choices(turn, request);
    turn.ask(say::desk_still_waiting(turn.lang).and(queue), choices);
    Ok(true)
}

/// What one can do instead of only waiting.
pub(super) fn choices(turn: &Turn<'_>, request: &Request) -> Vec<Choice> {
    let lang = turn.lang;
    vec![
        Turn::choice(say::button_wait(lang), Action::PersonWait(request.id)),
        Turn::choice(say::button_help_on_site(lang), Action::Book),
        Turn::choice(say::button_leave_for_staff(lang), Action::PersonStaff(request.id)),
        end_button(request),
    ]
}

/// The resident leaves the request for staff.
pub(in crate::engine) fn left_for_staff(turn: &mut Turn<'_>, request: &Request) -> Result<(), Need> {
    let notice = Notice { kind: NoticeKind::Handed, request: Some(request.id) };
    turn.effect(Effect::Desk(DeskEffect::TellStaff(notice)));
    if let Some(post) = posts(turn, DeskNeed::PostOf(request.id))?.first().cloned() {
        let lang = super::relay::lang_of(turn, &post)?;
        turn.effect(Effect::Desk(DeskEffect::SavePost(Post { told: false, ..post.clone() })));
        to_thread(turn, &post, lang, say::desk_thread_staff(lang));
        super::post::show(turn, request, &post, lang, None);
    }
    Ok(())
}

/// Whoever took a request may have fallen silent: a warning first, then it waits again.
pub(in crate::engine) fn claim_silent(turn: &mut Turn<'_>, id: RequestId, epoch: i64) -> Result<(), Need> {
    let Some(request) = turn.situation.request(id)?.cloned() else { return Ok(()) };
    if request.status != RequestStatus::Claimed || request.epoch != epoch {
        return Ok(());
    }
    let Some(post) = posts(turn, DeskNeed::PostOf(id))?.first().cloned() else { return Ok(()) };
    let rules = &turn.facts.desk;
    let silent = turn.now.duration_since(post.heard_at).as_mins();
    let limit =
        if post.warned { rules.silence_minutes + rules.warning_minutes } else { rules.silence_minutes };
    let warning = rules.warning_minutes;
    if silent < limit {
        alarm_silent(turn, &request, &post, limit - silent);
        return Ok(());
    }
    let lang = super::relay::lang_of(turn, &post)?;
    let owner = match &request.owner {
        Some(owner) => super::alias(&volunteer(turn, owner)?, lang),
        None => say::desk_no_alias(lang),
    };
    if post.warned {
        back_to_queue(turn, request, Some(&post), lang);
        to_thread(turn, &post, lang, say::desk_thread_released(lang, owner));
    } else {
        let minutes = usize::try_from(warning).unwrap_or(0);
        to_thread(turn, &post, lang, say::desk_thread_warned(lang, owner, say::Minutes(minutes)));
        turn.effect(Effect::Desk(DeskEffect::SavePost(Post { warned: true, ..post.clone() })));
        alarm_silent(turn, &request, &post, warning);
    }
    Ok(())
}
