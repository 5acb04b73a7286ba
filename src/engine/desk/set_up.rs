//! Setting up a desk, and the names of its volunteers.

use super::{DeskFound, DeskNeed, Need, actor, post, say, tell, volunteer};
use crate::engine::turn::Turn;
use crate::model::desk::{Desk, DeskEffect, Right, Volunteer};
use crate::model::effect::Effect;
use crate::model::markup::Markup;
use crate::model::request::Request;

/// The longest alias, in characters.
const LONGEST_ALIAS: usize = 30;

/// Puts a desk in use, and opens the posts of whoever waits already.
pub(super) fn set_up(
    turn: &mut Turn<'_>,
    desk: &Desk,
    missing: &[Right],
    allowed: bool,
    reads: bool,
) -> Result<(), Need> {
    if !allowed {
        tell(turn, say::desk_set_up_not_allowed, Vec::new());
        return Ok(());
    }
    if !missing.is_empty() {
        let rights = Markup::lines(missing.iter().map(|right| say::desk_right(turn.lang, *right)));
        tell(turn, |lang| say::desk_set_up_missing(lang).and(rights), Vec::new());
        return Ok(());
    }
    let waiting: Vec<Request> = match turn.situation.desk(DeskNeed::Unposted(desk.community.clone()))? {
        DeskFound::Requests(requests) => requests.clone(),
        _ => Vec::new(),
    };
    turn.effect(Effect::Desk(DeskEffect::SaveDesk(desk.clone())));
    for request in &waiting {
        post::open_at(turn, request, desk)?;
    }
    let done = |lang| {
        let done = say::desk_set_up_done(lang);
        if reads { done } else { done.and(say::desk_set_up_no_reading(lang)) }
    };
    tell(turn, done, Vec::new());
    Ok(())
}

/// The name that residents see from now on.
pub(super) fn alias(turn: &mut Turn<'_>, wanted: &str) -> Result<(), Need> {
    let Some((who, groups)) = actor(turn) else { return Ok(()) };
    let desk = super::desk(turn, DeskNeed::Current)?;
    if !desk.is_some_and(|desk| groups.contains(&desk.group)) {
        tell(turn, say::desk_not_yours, Vec::new());
        return Ok(());
    }
    let name = crate::engine::mask::mask_contacts(wanted);
    let name = Markup::from_user(&name).plain();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > LONGEST_ALIAS {
        tell(turn, say::desk_alias_bad, Vec::new());
        return Ok(());
    }
    let me = volunteer(turn, who)?;
    turn.effect(Effect::Desk(DeskEffect::SaveVolunteer(Volunteer { alias: name.clone(), ..me })));
    tell(turn, |lang| say::desk_alias_set(lang, name), Vec::new());
    Ok(())
}
