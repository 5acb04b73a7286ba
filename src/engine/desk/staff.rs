//! Staff at a request that the desk knows: the thread is told, the post shows it, and it comes back.
//!
//! What staff do to the request itself is `deeds`. While they have it the desk neither hears nor says
//! anything in it.

use super::claim::back_to_queue;
use super::{DeskNeed, Need, post, posts, say, to_thread, volunteer, written};
use crate::engine::turn::Turn;
use crate::model::deed::Deed;
use crate::model::desk::{DeskEffect, Post};
use crate::model::effect::Effect;
use crate::model::lang::Lang;
use crate::model::markup::Markup;
use crate::model::request::{Request, RequestStatus};

/// Whether a member of staff has taken it.
pub(super) fn has_staff(request: &Request) -> bool {
    request.status == RequestStatus::Claimed && request.owner.is_none()
}

/// Tells the desk what staff have just done to requests that have a post.
pub(in crate::engine) fn follow(turn: &mut Turn<'_>, deed: &Deed) -> Result<(), Need> {
    for request in turn.saved_requests() {
        let Some(post) = posts(turn, DeskNeed::PostOf(request.id))?.first().cloned() else { continue };
        let Some(before) = turn.situation.request(request.id)? else { continue };
        let lang = super::relay::lang_of(turn, &post)?;
        let Some(text) = word(deed, before, &request, lang) else { continue };
        to_thread(turn, &post, lang, text);
        let owner = match request.owner.as_ref().filter(|_| request.status.is_with_people()) {
            Some(owner) => Some(volunteer(turn, owner)?),
            None => None,
        };
        turn.effect(Effect::Desk(DeskEffect::SavePost(Post { told: false, ..post.clone() })));
        post::show(turn, &request, &post, lang, owner.as_ref());
    }
    Ok(())
}

/// What the desk is told of a deed; `None`: it does not concern it.
fn word(deed: &Deed, before: &Request, now: &Request, lang: Lang) -> Option<Markup> {
    match deed {
        Deed::Take { .. } if has_staff(now) && !has_staff(before) => Some(say::desk_thread_staff_took(lang)),
        Deed::Answer { text, .. } if now.status == RequestStatus::Claimed && now.owner.is_some() => {
            Some(say::desk_thread_staff_wrote(lang, written(text)))
        }
        Deed::Answer { .. } if before.status.is_with_people() && !now.status.is_with_people() => {
            Some(say::desk_thread_staff_answered(lang))
        }
        Deed::Resolve if before.status.is_with_people() && !now.status.is_with_people() => {
            Some(say::desk_thread_staff_resolved(lang))
        }
        _ => None,
    }
}

/// Staff leave a request to the volunteers: it waits at the desk. `false`: there is no desk.
pub(in crate::engine) fn leave_to_volunteers(turn: &mut Turn<'_>, request: Request) -> Result<bool, Need> {
    let Some(desk) = super::desk(turn, DeskNeed::Current)? else { return Ok(false) };
    let post = posts(turn, DeskNeed::PostOf(request.id))?.first().cloned();
    // Whoever waited for staff is told again if nobody comes here either; for the rest that is settled.
    let moves = request.status == RequestStatus::Waiting && request.for_staff;
    let free = Request { for_staff: false, assignee: None, ..request };
    let waiting = back_to_queue(turn, free, post.as_ref(), desk.lang);
    if let Some(post) = post {
        let lang = super::relay::lang_of(turn, &post)?;
        to_thread(turn, &post, lang, say::desk_thread_back(lang));
    }
    if moves {
        super::wait::alarm_waiting(turn, &waiting);
    }
    post::open_at(turn, &waiting, &desk)?;
    Ok(true)
}
