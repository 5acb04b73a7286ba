//! What the desk needs and has lost: a thread, its place, its group, the whole community, an owner.
//!
//! No request is lost with it: each goes back to the queue, and staff are told.

use super::claim::back_to_queue;
use super::staff::has_staff;
use super::{DeskNeed, Need, desk, post, posts, say, to_thread};
use crate::engine::turn::Turn;
use crate::model::desk::{DeskEffect, Loss, Notice, NoticeKind, Post};
use crate::model::effect::Effect;
use crate::model::request::Request;

/// Something is gone.
pub(super) fn lost(turn: &mut Turn<'_>, loss: &Loss) -> Result<(), Need> {
    match loss {
        Loss::Thread => thread(turn),
        Loss::Place(_) | Loss::Group(_) | Loss::Community => whole(turn, loss),
    }
}

fn tell_staff(turn: &mut Turn<'_>, kind: NoticeKind, request: Option<&Request>) {
    let notice = Notice { kind, request: request.map(|r| r.id) };
    turn.effect(Effect::Desk(DeskEffect::TellStaff(notice)));
}

/// A thread was deleted: its request gets another.
fn thread(turn: &mut Turn<'_>) -> Result<(), Need> {
    let Some(gone) = posts(turn, DeskNeed::PostAt(turn.here().clone()))?.first().cloned() else {
        return Ok(());
    };
    turn.effect(Effect::Desk(DeskEffect::DropPost(gone.request)));
    let Some(request) = turn.situation.request(gone.request)?.cloned() else { return Ok(()) };
    // What staff have, and what has ended, needs no thread.
    if !request.status.is_with_people() || has_staff(&request) {
        return Ok(());
    }
    let lang = super::relay::lang_of(turn, &gone)?;
    let request = back_to_queue(turn, request, None, lang);
    tell_staff(turn, NoticeKind::Requeued, Some(&request));
    post::open_anew(turn, &request)?;
    Ok(())
}

/// The desk itself is gone.
fn whole(turn: &mut Turn<'_>, loss: &Loss) -> Result<(), Need> {
    let community = turn.here().clone();
    let Some(desk) = desk(turn, DeskNeed::Of(community.clone()))? else { return Ok(()) };
    let hit = match loss {
        Loss::Place(place) => desk.place == *place,
        Loss::Group(group) => desk.group == *group,
        Loss::Community => true,
        Loss::Thread => false,
    };
    if !hit {
        return Ok(());
    }
    let open: Vec<Post> = posts(turn, DeskNeed::OpenPostsIn(community.clone()))?.to_vec();
    turn.effect(Effect::Desk(DeskEffect::DropDesk(community)));
    tell_staff(turn, NoticeKind::DeskLost, None);
    for post in open {
        let Some(request) = turn.situation.request(post.request)?.cloned() else { continue };
        // Where only the group is gone the threads still stand: with another group they are used again.
        let stands = matches!(loss, Loss::Group(_));
        if !stands {
            turn.effect(Effect::Desk(DeskEffect::DropPost(request.id)));
        }
        if has_staff(&request) {
            continue;
        }
        let request = back_to_queue(turn, request, Some(&post).filter(|_| stands), desk.lang);
        tell_staff(turn, NoticeKind::Requeued, Some(&request));
    }
    Ok(())
}

/// The owner no longer belongs to the group, or has left.
pub(super) fn owner_left(turn: &mut Turn<'_>, request: Request, post: &Post) -> Result<(), Need> {
    let lang = super::relay::lang_of(turn, post)?;
    let request = back_to_queue(turn, request, Some(post), lang);
    tell_staff(turn, NoticeKind::Requeued, Some(&request));
    to_thread(turn, post, lang, say::desk_thread_owner_left(lang));
    Ok(())
}
