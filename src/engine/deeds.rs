//! Staff at a request: answering, taking over, resolving. The resident is told in their own chat.
//!
//! The event's chat is the resident's; its author is a member of staff. Nothing happens on a request
//! that has changed since the person looked at it, or that is not this resident's.

use super::turn::Turn;
use super::{Need, desk, merge, say};
use crate::model::action::{Action, Points};
use crate::model::chat::Role;
use crate::model::deed::{Deed, RequestOp};
use crate::model::effect::Effect;
use crate::model::id::{CentreId, RequestId};
use crate::model::lang::Lang;
use crate::model::markup::Markup;
use crate::model::message::Choice;
use crate::model::request::{Request, RequestKind, RequestStatus};
use crate::model::staff::Refusal;

/// Does it, or nothing.
pub(super) fn act(turn: &mut Turn<'_>, op: &RequestOp) -> Result<(), Need> {
    let Some(request) = turn.own_request(op.request)?.cloned() else { return Ok(()) };
    if request.changed_at != op.seen || !matches!(turn.event.role, Role::Staff(_)) {
        turn.refusal = Some(Refusal::TooLate);
        return Ok(());
    }
    // What is said goes out in the language of the request, if the conversation has none by now.
    if turn.session.lang.is_none() {
        turn.lang = request.lang;
    }
    match &op.deed {
        Deed::Answer { name, text } => answer(turn, request, name, text)?,
        Deed::Take { account, name } => take(turn, request, *account, name),
        Deed::Resolve => resolve(turn, request)?,
        Deed::Reopen => reopen(turn, request),
        Deed::SetTopic(topic) => turn.save_request(Request { topic: Some(topic.clone()), ..request }),
        Deed::Assign(assignee) => turn.save_request(Request { assignee: *assignee, ..request }),
        Deed::AssignCentre(centre) => to_centre(turn, request, centre.as_ref()),
        Deed::ToVolunteers => to_volunteers(turn, request)?,
        Deed::Merge(into) => merge::merge(turn, request, *into)?,
        Deed::Split => turn.save_request(Request { merged_into: None, ..request }),
    }
    desk::follow(turn, &op.deed)
}

/// A person's answer; without taking over, the resident says whether it helped.
fn answer(turn: &mut Turn<'_>, mut request: Request, name: &str, text: &str) -> Result<(), Need> {
    let lang = turn.lang;
    merge::answer_all(turn, &request, name, text)?;
    // Answered by itself, it no longer waits for another's answer.
    request.merged_into = None;
    let id = request.id;
    let taken = request.status == RequestStatus::Claimed;
    if !taken {
        request.status = RequestStatus::Answered;
        // Nobody is waited for any longer; what the resident writes next is for the bot again.
        if turn.session.talk == Some(id) {
            turn.session.talk = None;
        }
    }
    turn.save_request(request);
    let choices = if taken { Vec::new() } else { did_it_help(lang, id) };
    turn.ask(from_person(lang, name, text), choices);
    Ok(())
}

/// What a person wrote, under their name.
pub(super) fn from_person(lang: Lang, name: &str, text: &str) -> Markup {
    say::person_answers(lang, name).and(paragraphs(text))
}

/// The buttons by which a resident says whether an answer helped.
pub(super) fn did_it_help(lang: Lang, id: RequestId) -> Vec<Choice> {
    vec![
        Turn::choice(say::button_yes_helped(lang), Action::Helped(id)),
        Turn::choice(say::button_not_helped(lang), Action::NotHelped(id)),
    ]
}

/// Whose centre's matter it is. Where a visit takes place is the visit's.
fn to_centre(turn: &mut Turn<'_>, request: Request, centre: Option<&CentreId>) {
    let known = centre.is_none_or(|id| turn.facts.centres.get(id).is_some());
    if !known || request.visit.is_some() {
        turn.refusal = Some(Refusal::Unknown);
        return;
    }
    turn.save_request(Request { centre: centre.cloned(), ..request });
}

/// Leaves a conversation to the volunteers. Only what a resident has agreed to show them.
fn to_volunteers(turn: &mut Turn<'_>, request: Request) -> Result<(), Need> {
    let id = request.id;
    let agreed = request.kind == RequestKind::Conversation && request.status.is_with_people();
    let free = request.owner.is_none() && request.merged_into.is_none();
    if !agreed || !free || !desk::leave_to_volunteers(turn, request)? {
        turn.refusal = Some(Refusal::Unknown);
        return Ok(());
    }
    turn.session.talk = Some(id);
    Ok(())
}

/// What somebody wrote, with its own paragraphs.
fn paragraphs(text: &str) -> Markup {
    let lines = |part: &str| Markup::lines(part.lines().map(Markup::from_user));
    Markup::paragraphs(text.replace("\r\n", "\n").split("\n\n").map(lines))
}

fn take(turn: &mut Turn<'_>, mut request: Request, account: i64, name: &str) {
    let id = request.id;
    // A volunteer who has it lets go of it with this.
    let was_staffs = request.status == RequestStatus::Claimed && request.owner.take().is_none();
    request.status = RequestStatus::Claimed;
    request.owner = None;
    request.assignee = Some(account);
    request.merged_into = None;
    request.epoch += 1;
    turn.session.talk = Some(id);
    turn.forget_step();
    turn.save_request(request);
    // First the fence, then the word of it, which must not fall to the fence.
    turn.effect(Effect::FenceRequest(id));
    if !was_staffs {
        let end = Turn::choice(say::button_end(turn.lang), Action::PersonEnd(id));
        turn.ask(say::person_here(turn.lang, name), vec![end]);
    }
}

fn resolve(turn: &mut Turn<'_>, mut request: Request) -> Result<(), Need> {
    let id = request.id;
    let talked = request.status.is_with_people();
    merge::split_all(turn, id)?;
    request.status = RequestStatus::Resolved;
    request.merged_into = None;
    request.epoch += 1;
    if turn.session.talk == Some(id) {
        turn.session.talk = None;
    }
    // No fence here: an answer that a person wrote a moment ago is still to arrive.
    turn.save_request(request);
    if talked {
        let lang = turn.lang;
        let stars = (1..=5).filter_map(Points::new);
        let choices =
            stars.map(|p| Turn::choice("★".repeat(usize::from(p.get())), Action::Rate(id, p))).collect();
        turn.ask(say::person_ended(lang).and(say::rate(lang)), choices);
    }
    Ok(())
}

fn reopen(turn: &mut Turn<'_>, mut request: Request) {
    request.status = RequestStatus::Waiting;
    request.owner = None;
    request.outcome = None;
    request.epoch += 1;
    turn.save_request(request);
}
