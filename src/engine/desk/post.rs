//! The post of a request: its title, labels, first message and buttons, and how they change.
//!
//! What is shown is the question and what the resident and the bot said of it, masked: never an
//! address, a name or a number.

use super::{
    DeskFound, DeskNeed, Need, Opening, alias, desk, heard, letter, message, posts, say, volunteer, written,
};
use crate::engine::turn::Turn;
use crate::model::action::Action;
use crate::model::chat::{Address, MessageRef};
use crate::model::desk::{Desk, DeskButton, DeskEffect, DeskLetter, Post, Volunteer};
use crate::model::effect::Effect;
use crate::model::id::RequestId;
use crate::model::lang::Lang;
use crate::model::markup::Markup;
use crate::model::message::{Choice, Content, Message};
use crate::model::request::{Request, RequestStatus};

/// How much of a question stands in the first message, in characters.
const LONGEST_QUESTION: usize = 900;
/// How much of one line of the conversation is shown, in characters.
const LONGEST_LINE: usize = 500;

/// Opens a post for a request that waits, if there is a desk.
pub(in crate::engine) fn open(turn: &mut Turn<'_>, request: &Request) -> Result<(), Need> {
    match desk(turn, DeskNeed::Current)? {
        Some(desk) => open_at(turn, request, &desk),
        None => Ok(()),
    }
}

/// Sees to it that a request has a post at this desk: one, whatever is under way already.
pub(super) fn open_at(turn: &mut Turn<'_>, request: &Request, at: &Desk) -> Result<(), Need> {
    if let Some(old) = posts(turn, DeskNeed::PostOf(request.id))?.first().cloned() {
        if old.community == at.community || desk(turn, DeskNeed::Of(old.community.clone()))?.is_some() {
            return Ok(());
        }
        // Its desk has been given up: nobody could take it there.
        turn.effect(Effect::Desk(DeskEffect::DropPost(request.id)));
        turn.send(letter(old.thread, Content::Desk(DeskLetter::Remove), None));
    }
    let opening = match turn.situation.desk(DeskNeed::Opening(at.opening(request.id)))? {
        DeskFound::Opening(opening) => *opening,
        _ => Opening::Never,
    };
    if opening == Opening::UnderWay {
        return Ok(());
    }
    write_opening(turn, request, at, opening == Opening::Ended)
}

/// The thread is gone: the request gets another.
pub(super) fn open_anew(turn: &mut Turn<'_>, request: &Request) -> Result<(), Need> {
    match desk(turn, DeskNeed::Current)? {
        // The letter that opened the lost one may not have come to its end: this one waits for it.
        Some(desk) => write_opening(turn, request, &desk, true),
        None => Ok(()),
    }
}

fn write_opening(turn: &mut Turn<'_>, request: &Request, desk: &Desk, again: bool) -> Result<(), Need> {
    let mut told = vec![request.id];
    told.extend(turn.session.last.as_ref().map(|last| last.request));
    let more = conversation(desk.lang, heard(turn, told)?);
    let open = DeskLetter::Open {
        request: request.id,
        title: title(request, desk.lang),
        head: head(request, desk.lang, None),
        labels: labels(request, desk.lang),
        more: (!more.is_empty()).then(|| message(desk.lang, more, Vec::new())),
        again,
    };
    turn.send(letter(desk.opening(request.id), Content::Desk(open), Some(request.id)));
    Ok(())
}

/// The post is there.
pub(super) fn opened(
    turn: &mut Turn<'_>,
    id: RequestId,
    head: &MessageRef,
    community: &Address,
    stood: bool,
) -> Result<(), Need> {
    let thread = turn.here().clone();
    let remove = |turn: &mut Turn<'_>| {
        turn.send(letter(turn.here().clone(), Content::Desk(DeskLetter::Remove), None));
    };
    let Some(request) = turn.situation.request(id)?.cloned() else {
        // The resident has deleted everything meanwhile.
        remove(turn);
        return Ok(());
    };
    if posts(turn, DeskNeed::PostOf(id))?.first().is_some_and(|known| known.thread != thread) {
        // One thread is the request's; another, from a desk before this one, came too late.
        remove(turn);
        return Ok(());
    }
    let Some(desk) = desk(turn, DeskNeed::Of(community.clone()))? else {
        // The desk was given up meanwhile.
        remove(turn);
        return if request.status == RequestStatus::Waiting { open(turn, &request) } else { Ok(()) };
    };
    let post = Post {
        request: id,
        thread,
        head: head.clone(),
        community: community.clone(),
        heard_at: turn.now,
        warned: false,
        told: false,
    };
    turn.effect(Effect::Desk(DeskEffect::SavePost(post.clone())));
    if stood || request.status != RequestStatus::Waiting || request.for_staff {
        // It was taken, left or ended while the post was being opened, or shows what it was before.
        let owner = match &request.owner {
            Some(owner) => Some(volunteer(turn, owner)?),
            None => None,
        };
        show(turn, &request, &post, desk.lang, owner.as_ref());
    }
    Ok(())
}

/// Brings the first message up to date. The thread of what has ended goes to sleep.
pub(super) fn show(
    turn: &mut Turn<'_>,
    request: &Request,
    post: &Post,
    lang: Lang,
    owner: Option<&Volunteer>,
) {
    let (head, message, labels) = (post.head.clone(), head(request, lang, owner), labels(request, lang));
    let change = if request.status.is_with_people() {
        DeskLetter::Show { head, message, labels }
    } else {
        DeskLetter::Close { head, message, labels }
    };
    turn.send(letter(post.thread.clone(), Content::Desk(change), None));
}

fn topic(request: &Request, lang: Lang) -> String {
    request.topic.as_deref().map_or_else(|| say::desk_no_topic(lang), |topic| say::topic(lang, topic))
}

fn title(request: &Request, lang: Lang) -> String {
    format!("{} · {}", topic(request, lang), request.id)
}

fn labels(request: &Request, lang: Lang) -> Vec<String> {
    let state = match request.status {
        RequestStatus::Waiting if request.for_staff => say::desk_label_staff(lang),
        RequestStatus::Waiting => say::desk_label_waiting(lang),
        RequestStatus::Claimed if request.owner.is_none() => say::desk_label_staff(lang),
        RequestStatus::Claimed => say::desk_label_claimed(lang),
        _ => say::desk_label_done(lang),
    };
    vec![state, topic(request, lang), say::language_name(lang, request.lang.code())]
}

fn cut(text: &str, longest: usize) -> String {
    let mut cut: String = text.chars().take(longest).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

fn head(request: &Request, lang: Lang, owner: Option<&Volunteer>) -> Message {
    let state = match (request.status, owner) {
        (RequestStatus::Waiting, _) if request.for_staff => say::desk_state_staff(lang),
        (RequestStatus::Waiting, _) => say::desk_state_waiting(lang),
        (RequestStatus::Claimed, Some(owner)) => say::desk_state_claimed(lang, alias(owner, lang)),
        (RequestStatus::Claimed, None) => say::desk_state_with_staff(lang),
        _ => say::desk_state_done(lang),
    };
    let question = written(&cut(&request.question, LONGEST_QUESTION));
    let language = say::language_name(lang, request.lang.code());
    let text = Markup::paragraphs([
        say::desk_head(lang, topic(request, lang), language),
        question,
        state,
        say::desk_rules(lang),
    ]);
    message(lang, text, buttons(request, lang))
}

fn buttons(request: &Request, lang: Lang) -> Vec<Choice> {
    let button = |label: String, button| Turn::choice(label, Action::Desk(button, request.id));
    match request.status {
        RequestStatus::Waiting => {
            let mut choices = vec![button(say::button_desk_take(lang), DeskButton::Take)];
            if !request.for_staff {
                choices.push(button(say::button_desk_staff(lang), DeskButton::Staff));
            }
            choices
        }
        // Staff have it: nothing is to be pressed until they let go.
        RequestStatus::Claimed if request.owner.is_none() => Vec::new(),
        RequestStatus::Claimed => vec![
            button(say::button_desk_answer(lang), DeskButton::Answer),
            button(say::button_desk_suggest(lang), DeskButton::Suggest),
            button(say::button_desk_resolve(lang), DeskButton::Resolve),
            button(say::button_desk_release(lang), DeskButton::Release),
            button(say::button_desk_hand(lang), DeskButton::Hand),
            button(say::button_desk_staff(lang), DeskButton::Staff),
        ],
        RequestStatus::Resolved => vec![button(say::button_desk_keep(lang), DeskButton::Keep)],
        _ => Vec::new(),
    }
}

/// What was said before, a paragraph per line.
fn conversation(lang: Lang, lines: &[super::Heard]) -> Markup {
    let said = lines.iter().map(|line| {
        let text = written(&cut(&line.text, LONGEST_LINE));
        if line.ours { say::desk_bot_said(lang, text) } else { say::desk_resident_says(lang, text) }
    });
    let said = Markup::paragraphs(said);
    if said.is_empty() { said } else { say::desk_so_far(lang).and(said) }
}
