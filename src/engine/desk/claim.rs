//! Taking a request, and every way to let go of it. Each raises the request's epoch.
//!
//! The buttons are checked here against the request as it is now, so that of two who press at once
//! one wins and the other is told.

use super::staff::has_staff;
use super::wait::alarm_silent;
use super::{
    DeskNeed, Need, Seat, alias, end_button, heard, letter, post, posts, say, seat, tell, to_resident,
    to_thread, volunteer, volunteers,
};
use crate::engine::answers;
use crate::engine::turn::Turn;
use crate::model::action::{Action, Points};
use crate::model::chat::Address;
use crate::model::desk::{DeskEffect, DeskLetter, Notice, NoticeKind, Post, Proposal, Volunteer};
use crate::model::effect::Effect;
use crate::model::id::{ArticleId, RequestId, VolunteerId};
use crate::model::lang::Lang;
use crate::model::markup::Markup;
use crate::model::message::{Choice, Content};
use crate::model::request::{Request, RequestStatus};

/// How many articles are suggested at most.
const SUGGESTED: usize = 10;

/// Takes a request that waits.
pub(super) fn take(turn: &mut Turn<'_>, id: RequestId) -> Result<(), Need> {
    let Some(seat) = seat(turn, id)? else { return Ok(()) };
    match seat.request.status {
        RequestStatus::Waiting => {
            let me = seat.me.clone();
            give(turn, seat.request, seat.post, seat.desk.lang, &me);
            tell(turn, say::desk_you_took, Vec::new());
        }
        RequestStatus::Claimed if seat.is_mine() => tell(turn, say::desk_already_yours, Vec::new()),
        RequestStatus::Claimed if has_staff(&seat.request) => {
            tell(turn, say::desk_state_with_staff, Vec::new());
        }
        RequestStatus::Claimed => {
            let name = owner_name(turn, &seat.request)?;
            tell(turn, |lang| say::desk_taken_by(lang, name), Vec::new());
        }
        _ => tell(turn, say::desk_gone, Vec::new()),
    }
    Ok(())
}

fn owner_name(turn: &mut Turn<'_>, request: &Request) -> Result<String, Need> {
    let owner = match &request.owner {
        Some(owner) => Some(volunteer(turn, owner)?),
        None => None,
    };
    Ok(owner.map_or_else(|| say::desk_no_alias(turn.lang), |owner| alias(&owner, turn.lang)))
}

/// Makes somebody the owner: from here on the bot is silent.
fn give(turn: &mut Turn<'_>, mut request: Request, mut post: Post, lang: Lang, owner: &Volunteer) {
    request.status = RequestStatus::Claimed;
    request.owner = Some(owner.who.clone());
    request.for_staff = false;
    request.epoch += 1;
    post.heard_at = turn.now;
    post.warned = false;
    post.told = false;
    turn.effect(Effect::SaveRequest(Box::new(request.clone())));
    turn.effect(Effect::FenceRequest(request.id));
    turn.effect(Effect::Desk(DeskEffect::SavePost(post.clone())));
    let choices = vec![end_button(&request)];
    to_resident(turn, &request, say::desk_taken(request.lang, alias(owner, request.lang)), choices);
    to_thread(turn, &post, lang, say::desk_thread_taken(lang, alias(owner, lang)));
    post::show(turn, &request, &post, lang, Some(owner));
    alarm_silent(turn, &request, &post, turn.facts.desk.silence_minutes);
}

/// The request of a button that only its owner may press.
fn own(turn: &mut Turn<'_>, id: RequestId) -> Result<Option<Seat>, Need> {
    let Some(seat) = seat(turn, id)? else { return Ok(None) };
    if seat.request.status == RequestStatus::Claimed && seat.is_mine() {
        return Ok(Some(seat));
    }
    let word = match seat.request.status {
        _ if has_staff(&seat.request) => say::desk_state_with_staff,
        RequestStatus::Waiting | RequestStatus::Claimed => say::desk_take_first,
        _ => say::desk_gone,
    };
    tell(turn, word, Vec::new());
    Ok(None)
}

/// Lets go: the request waits again.
pub(super) fn release(turn: &mut Turn<'_>, id: RequestId) -> Result<(), Need> {
    let Some(seat) = own(turn, id)? else { return Ok(()) };
    let name = alias(&seat.me, seat.desk.lang);
    back_to_queue(turn, seat.request, Some(&seat.post), seat.desk.lang);
    to_thread(turn, &seat.post, seat.desk.lang, say::desk_thread_released(seat.desk.lang, name));
    tell(turn, say::desk_you_released, Vec::new());
    Ok(())
}

/// The request waits again, and the resident is told; the post shows it if there is one.
pub(super) fn back_to_queue(
    turn: &mut Turn<'_>,
    mut request: Request,
    post: Option<&Post>,
    lang: Lang,
) -> Request {
    let was_claimed = request.status == RequestStatus::Claimed;
    request.status = RequestStatus::Waiting;
    request.owner = None;
    request.epoch += 1;
    turn.effect(Effect::SaveRequest(Box::new(request.clone())));
    if was_claimed {
        let choices =
            vec![Turn::choice(say::button_help_on_site(request.lang), Action::Book), end_button(&request)];
        to_resident(turn, &request, say::desk_released(request.lang), choices);
        super::wait::alarm_waiting(turn, &request);
    }
    if let Some(post) = post {
        turn.effect(Effect::Desk(DeskEffect::SavePost(Post { told: false, ..post.clone() })));
        post::show(turn, &request, post, lang, None);
    }
    request
}

/// Asks whom the request is to be handed to.
pub(super) fn whom_to_hand(turn: &mut Turn<'_>, id: RequestId) -> Result<(), Need> {
    let Some(seat) = own(turn, id)? else { return Ok(()) };
    let lang = turn.lang;
    let others = volunteers(turn, DeskNeed::Volunteers)?;
    let choices: Vec<Choice> = others
        .iter()
        .filter(|v| v.who != seat.me.who)
        .map(|v| Turn::choice(alias(v, lang), Action::DeskHand(id, v.id)))
        .collect();
    let text = if choices.is_empty() { say::desk_nobody_to_hand } else { say::desk_whom_to_hand };
    tell(turn, text, choices);
    Ok(())
}

/// Hands the request to another volunteer.
pub(super) fn hand_to(turn: &mut Turn<'_>, id: RequestId, to: VolunteerId) -> Result<(), Need> {
    let Some(seat) = own(turn, id)? else { return Ok(()) };
    let to = volunteers(turn, DeskNeed::Volunteers)?.iter().find(|v| v.id == to).cloned();
    let Some(to) = to.filter(|to| to.who != seat.me.who) else {
        tell(turn, say::old_button, Vec::new());
        return Ok(());
    };
    give(turn, seat.request, seat.post, seat.desk.lang, &to);
    tell(turn, say::desk_you_handed, Vec::new());
    Ok(())
}

/// Leaves the request for staff; a volunteer may still take it.
pub(super) fn to_staff(turn: &mut Turn<'_>, id: RequestId) -> Result<(), Need> {
    let Some(seat) = seat(turn, id)? else { return Ok(()) };
    let mut request = seat.request.clone();
    if !request.status.is_with_people() || (request.status == RequestStatus::Claimed && !seat.is_mine()) {
        tell(turn, say::desk_take_first, Vec::new());
        return Ok(());
    }
    request.status = RequestStatus::Waiting;
    request.owner = None;
    request.for_staff = true;
    request.epoch += 1;
    turn.effect(Effect::SaveRequest(Box::new(request.clone())));
    turn.effect(Effect::Desk(DeskEffect::TellStaff(Notice { kind: NoticeKind::Handed, request: Some(id) })));
    let choices = vec![end_button(&request)];
    to_resident(turn, &request, say::person_passed_on(request.lang), choices);
    turn.effect(Effect::Desk(DeskEffect::SavePost(Post { told: false, ..seat.post.clone() })));
    to_thread(turn, &seat.post, seat.desk.lang, say::desk_thread_staff(seat.desk.lang));
    post::show(turn, &request, &seat.post, seat.desk.lang, None);
    tell(turn, say::desk_you_left_to_staff, Vec::new());
    Ok(())
}

/// Shows the articles that may answer: that of the question, and those on its topic.
pub(super) fn suggest(turn: &mut Turn<'_>, id: RequestId) -> Result<(), Need> {
    let Some(seat) = own(turn, id)? else { return Ok(()) };
    let (facts, request, lang) = (turn.facts, &seat.request, turn.lang);
    let first = request.article.as_ref().and_then(|id| facts.knowledge.article(id));
    let same = |a: &&crate::facts::knowledge::Article| {
        request.topic.as_deref() == Some(a.topic.as_str()) && Some(&a.id) != request.article.as_ref()
    };
    let choices: Vec<Choice> = first
        .into_iter()
        .chain(facts.knowledge.articles().filter(same))
        .take(SUGGESTED)
        .filter_map(|a| {
            Some(Turn::choice(a.text(lang)?.1.title.clone(), Action::DeskArticle(id, a.id.clone())))
        })
        .collect();
    let text = if choices.is_empty() { say::desk_no_articles } else { say::desk_which_article };
    tell(turn, text, choices);
    Ok(())
}

/// Sends an article to the resident.
pub(super) fn send_article(turn: &mut Turn<'_>, id: RequestId, article: &ArticleId) -> Result<(), Need> {
    let Some(seat) = own(turn, id)? else { return Ok(()) };
    let Some(article) = turn.facts.knowledge.article(article) else {
        tell(turn, say::gone_article, Vec::new());
        return Ok(());
    };
    let (request, lang) = (&seat.request, seat.desk.lang);
    let Some(body) = answers::body(turn, article, request.lang) else {
        tell(turn, say::gone_article, Vec::new());
        return Ok(());
    };
    let from = say::desk_article_from(request.lang, alias(&seat.me, request.lang));
    to_resident(turn, request, from.and(body), Vec::new());
    let title = article.text(lang).map_or_else(String::new, |(_, text)| text.title.clone());
    to_thread(turn, &seat.post, lang, say::desk_thread_article(lang, alias(&seat.me, lang), title));
    heard_of(turn, &seat.post);
    tell(turn, say::desk_article_sent, Vec::new());
    Ok(())
}

/// The owner has been heard of.
pub(super) fn heard_of(turn: &mut Turn<'_>, post: &Post) {
    let post = Post { heard_at: turn.now, warned: false, ..post.clone() };
    turn.effect(Effect::Desk(DeskEffect::SavePost(post)));
}

/// It is done: the resident is told and asked for points.
pub(super) fn resolve(turn: &mut Turn<'_>, id: RequestId) -> Result<(), Need> {
    let Some(seat) = own(turn, id)? else { return Ok(()) };
    let mut request = seat.request.clone();
    request.status = RequestStatus::Resolved;
    request.epoch += 1;
    turn.effect(Effect::SaveRequest(Box::new(request.clone())));
    let text = say::desk_resolved(request.lang, alias(&seat.me, request.lang)).and(say::rate(request.lang));
    to_resident(turn, &request, text, stars(id));
    let lang = seat.desk.lang;
    to_thread(turn, &seat.post, lang, say::desk_thread_resolved(lang, alias(&seat.me, lang)));
    post::show(turn, &request, &seat.post, lang, Some(&seat.me));
    tell(turn, say::desk_you_resolved, Vec::new());
    Ok(())
}

fn stars(id: RequestId) -> Vec<Choice> {
    (1..=5)
        .filter_map(Points::new)
        .map(|p| Turn::choice("★".repeat(usize::from(p.get())), Action::Rate(id, p)))
        .collect()
}

/// Proposes the answer to staff, as an example or an article.
pub(super) fn keep(turn: &mut Turn<'_>, id: RequestId) -> Result<(), Need> {
    let Some(seat) = seat(turn, id)? else { return Ok(()) };
    let lines = heard(turn, vec![id])?;
    let answer: Vec<&str> = lines.iter().filter(|l| l.by_person).map(|l| l.text.as_str()).collect();
    if seat.request.status.is_with_people() || answer.is_empty() {
        tell(turn, say::desk_nothing_to_keep, Vec::new());
        return Ok(());
    }
    let proposal = Proposal {
        request: id,
        question: seat.request.question.clone(),
        answer: answer.join("\n\n"),
        lang: seat.request.lang,
    };
    turn.effect(Effect::Desk(DeskEffect::Propose(proposal)));
    tell(turn, say::desk_kept, Vec::new());
    Ok(())
}

/// The resident ended it: the desk is told, and the thread sleeps.
pub(in crate::engine) fn ended(turn: &mut Turn<'_>, request: &Request) -> Result<(), Need> {
    end(turn, request, say::desk_thread_ended)
}

/// The resident has blocked the bot or left: the desk is told, and the thread sleeps.
pub(in crate::engine) fn gone(turn: &mut Turn<'_>, request: &Request) -> Result<(), Need> {
    end(turn, request, say::desk_thread_gone)
}

fn end(turn: &mut Turn<'_>, request: &Request, word: fn(Lang) -> Markup) -> Result<(), Need> {
    let Some(post) = posts(turn, DeskNeed::PostOf(request.id))?.first().cloned() else { return Ok(()) };
    let lang = super::relay::lang_of(turn, &post)?;
    to_thread(turn, &post, lang, word(lang));
    post::show(turn, request, &post, lang, None);
    Ok(())
}

/// The resident gave points: the desk may know.
pub(in crate::engine) fn rated(turn: &mut Turn<'_>, id: RequestId, points: Points) -> Result<(), Need> {
    let Some(post) = posts(turn, DeskNeed::PostOf(id))?.first().cloned() else { return Ok(()) };
    let Some(request) = turn.own_request(id)?.cloned() else { return Ok(()) };
    let lang = super::relay::lang_of(turn, &post)?;
    to_thread(turn, &post, lang, say::desk_thread_rated(lang, usize::from(points.get())));
    post::show(turn, &request, &post, lang, None);
    Ok(())
}

/// The resident deletes everything: their threads go too.
pub(in crate::engine) fn forget(turn: &mut Turn<'_>) -> Result<(), Need> {
    let resident: Address = turn.here().clone();
    let threads: Vec<Address> =
        posts(turn, DeskNeed::PostsFor(resident))?.iter().map(|p| p.thread.clone()).collect();
    for thread in threads {
        turn.send(letter(thread, Content::Desk(DeskLetter::Remove), None));
    }
    Ok(())
}
