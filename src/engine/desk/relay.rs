//! Carrying texts from one end to the other: masked, escaped, and with their changes.
//!
//! Only the owner's texts leave the thread, under the alias; lines that begin with `//` stay.

use super::staff::has_staff;
use super::{
    DeskNeed, Need, Seat, actor, alias, desk, letter, message, posts, say, seat, tell, to_thread, written,
};
use crate::engine::turn::Turn;
use crate::model::desk::{DeskEffect, Notice, NoticeKind, Post};
use crate::model::effect::Effect;
use crate::model::event::{Input, Mishap, Unreadable};
use crate::model::id::RequestId;
use crate::model::lang::Lang;
use crate::model::markup::Markup;
use crate::model::message::{Content, Message};
use crate::model::request::{Request, RequestStatus};

/// The language of the desk that a post belongs to.
pub(super) fn lang_of(turn: &Turn<'_>, post: &Post) -> Result<Lang, Need> {
    Ok(desk(turn, DeskNeed::Of(post.community.clone()))?.map_or(Lang::Sv, |desk| desk.lang))
}

/// The post of this event's thread.
fn post_here(turn: &Turn<'_>) -> Result<Option<Post>, Need> {
    Ok(posts(turn, DeskNeed::PostAt(turn.here().clone()))?.first().cloned())
}

/// The request of this event's thread, if its owner speaks and may. Everybody else's words stay.
fn owner_here(turn: &mut Turn<'_>) -> Result<Option<Seat>, Need> {
    let (Some(post), Some((who, _))) = (post_here(turn)?, actor(turn)) else { return Ok(None) };
    let owns = turn.situation.request(post.request)?.is_some_and(|request| {
        request.status == RequestStatus::Claimed && request.owner.as_ref() == Some(who)
    });
    if owns { seat(turn, post.request) } else { Ok(None) }
}

/// What of a text is meant for the resident.
fn outward(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    lines.join("\n").trim().to_owned()
}

fn for_resident(seat: &Seat, text: &str) -> Message {
    let lang = seat.request.lang;
    message(lang, say::desk_says(lang, alias(&seat.me, lang), written(text)), Vec::new())
}

fn carry_on(turn: &mut Turn<'_>, seat: &Seat, text: &str) {
    let content = Content::Message(for_resident(seat, text));
    let letter = letter(seat.request.resident.clone(), content, Some(seat.request.id));
    turn.effect(Effect::Desk(DeskEffect::Relay(Box::new(letter))));
}

/// Somebody writes in a thread.
pub(super) fn from_thread(turn: &mut Turn<'_>, text: &str) -> Result<(), Need> {
    let text = outward(text);
    let Some(seat) = owner_here(turn)? else {
        return if text.is_empty() { Ok(()) } else { stays_here(turn) };
    };
    super::claim::heard_of(turn, &seat.post);
    if !text.is_empty() {
        carry_on(turn, &seat, &text);
    }
    Ok(())
}

/// A volunteer writes where nobody of the desk speaks to the resident: they are told why, once, as
/// they may believe that it is read. Where another has the request they only talk among themselves.
fn stays_here(turn: &mut Turn<'_>) -> Result<(), Need> {
    let (Some(post), Some((_, groups))) = (post_here(turn)?, actor(turn)) else { return Ok(()) };
    let Some(desk) = desk(turn, DeskNeed::Of(post.community.clone()))? else { return Ok(()) };
    let Some(request) = turn.situation.request(post.request)? else { return Ok(()) };
    let word = match request.status {
        RequestStatus::Waiting => say::desk_stays_waiting(desk.lang),
        RequestStatus::Claimed if has_staff(request) => say::desk_stays_with_staff(desk.lang),
        _ => return Ok(()),
    };
    if groups.contains(&desk.group) && !post.told {
        to_thread(turn, &post, desk.lang, word);
        turn.effect(Effect::Desk(DeskEffect::SavePost(Post { told: true, ..post })));
    }
    Ok(())
}

/// An answer from a form: the thread sees it too, as it stands nowhere else.
pub(super) fn from_form(turn: &mut Turn<'_>, text: &str) -> Result<(), Need> {
    let Some(seat) = owner_here(turn)? else {
        tell(turn, say::desk_take_first, Vec::new());
        return Ok(());
    };
    super::claim::heard_of(turn, &seat.post);
    let text = outward(text);
    if text.is_empty() {
        tell(turn, say::desk_nothing_sent, Vec::new());
        return Ok(());
    }
    carry_on(turn, &seat, &text);
    let lang = seat.desk.lang;
    to_thread(turn, &seat.post, lang, say::desk_says(lang, alias(&seat.me, lang), written(&text)));
    tell(turn, say::desk_you_answered, Vec::new());
    Ok(())
}

/// A text in a thread was changed: so is what the resident reads.
pub(super) fn edited(turn: &mut Turn<'_>, text: &str) -> Result<(), Need> {
    let Some(seat) = owner_here(turn)? else { return Ok(()) };
    let text = outward(text);
    let effect = if text.is_empty() {
        DeskEffect::Withdraw
    } else {
        DeskEffect::Amend(Box::new(for_resident(&seat, &text)))
    };
    turn.effect(Effect::Desk(effect));
    Ok(())
}

/// A text in a thread was deleted. Who did it is not told; only what was carried on is taken back.
pub(super) fn deleted(turn: &mut Turn<'_>) -> Result<(), Need> {
    if post_here(turn)?.is_some() {
        turn.effect(Effect::Desk(DeskEffect::Withdraw));
    }
    Ok(())
}

/// The platform does not let the bot read the thread: the owner is told once which ways there are.
pub(super) fn unreadable(turn: &mut Turn<'_>, kind: Unreadable) -> Result<(), Need> {
    let Some(seat) = owner_here(turn)? else {
        return if kind == Unreadable::Other { stays_here(turn) } else { Ok(()) };
    };
    // Of something without words nothing is kept back.
    let tell = kind == Unreadable::Other && !seat.post.told;
    if tell {
        to_thread(turn, &seat.post, seat.desk.lang, say::desk_cannot_read(seat.desk.lang));
    }
    super::claim::heard_of(turn, &Post { told: seat.post.told || tell, ..seat.post });
    Ok(())
}

/// A letter did not arrive: whoever answers is told, as nobody else can know.
pub(in crate::engine) fn undelivered(turn: &mut Turn<'_>, id: RequestId, mishap: Mishap) -> Result<(), Need> {
    let open = turn.situation.request(id)?.filter(|request| request.status.is_with_people());
    let Some(request) = open.filter(|request| !has_staff(request)) else { return Ok(()) };
    let post = posts(turn, DeskNeed::PostOf(id))?.first().cloned();
    let Some(post) = post else {
        if mishap == Mishap::Unopened {
            let notice = Notice { kind: NoticeKind::Requeued, request: Some(request.id) };
            turn.effect(Effect::Desk(DeskEffect::TellStaff(notice)));
        }
        return Ok(());
    };
    let lang = lang_of(turn, &post)?;
    let word = match mishap {
        Mishap::Gone => say::desk_lost_gone(lang),
        Mishap::Refused => say::desk_lost_refused(lang),
        Mishap::Unknown => say::desk_lost_unknown(lang),
        Mishap::Unopened => return Ok(()),
    };
    to_thread(turn, &post, lang, word);
    Ok(())
}

/// The resident writes while a person owns the request: the thread of a volunteer reads it. What
/// staff are told is not the desk's, but what stands there already follows its changes.
pub(in crate::engine) fn from_resident(turn: &mut Turn<'_>, request: &Request) -> Result<(), Need> {
    let Some(post) = posts(turn, DeskNeed::PostOf(request.id))?.first().cloned() else { return Ok(()) };
    let lang = lang_of(turn, &post)?;
    let heard = request.owner.is_some();
    let says = |text: &str| message(lang, say::desk_resident_says(lang, written(text)), Vec::new());
    match &turn.event.input {
        Input::Text(text) | Input::Forwarded(text) if heard => {
            let letter = letter(post.thread.clone(), Content::Message(says(text)), None);
            turn.effect(Effect::Desk(DeskEffect::Relay(Box::new(letter))));
        }
        Input::Edited(text) => turn.effect(Effect::Desk(DeskEffect::Amend(Box::new(says(text))))),
        Input::Deleted => turn.effect(Effect::Desk(DeskEffect::Withdraw)),
        Input::Unreadable(kind) if heard => to_thread(turn, &post, lang, named(lang, *kind)),
        _ => {}
    }
    Ok(())
}

/// What cannot be carried on is named.
fn named(lang: Lang, kind: Unreadable) -> Markup {
    match kind {
        Unreadable::Voice => say::desk_sent_voice(lang),
        Unreadable::Picture => say::desk_sent_picture(lang),
        Unreadable::File => say::desk_sent_file(lang),
        Unreadable::Sticker | Unreadable::Contact | Unreadable::Other => say::desk_sent_other(lang),
    }
}
