//! The volunteers' desk, seen from both ends: opening, taking, carrying on, letting go.
//!
//! Here is the routing, and what the flows share. It knows no platform: a thread is an address, and
//! whoever acts at the desk is an address with groups. Residents' own turns are in `handoff`.

mod advise;
mod claim;
mod loss;
mod post;
mod relay;
mod set_up;
mod staff;
mod wait;

pub(super) use self::claim::{ended, forget, gone, rated};
pub(super) use self::post::open;
pub(super) use self::relay::{from_resident, undelivered};
pub(super) use self::staff::{follow, leave_to_volunteers};
pub(super) use self::wait::{claim_silent, left_for_staff, nudge, queue};

use super::turn::Turn;
use super::{Need, say};
use crate::model::action::Action;
use crate::model::chat::{Address, Role, Scope};
use crate::model::desk::{Desk, DeskButton, DeskEffect, DeskInput, Post, Volunteer};
use crate::model::effect::Effect;
use crate::model::event::Input;
use crate::model::id::RequestId;
use crate::model::lang::Lang;
use crate::model::markup::Markup;
use crate::model::message::{Ask, Choice, Content, Letter, Message, Placement};
use crate::model::request::Request;

/// Something of the desk that an event turned out to depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeskNeed {
    /// The desk in use.
    Current,
    /// The desk of a community.
    Of(Address),
    /// The post of a thread.
    PostAt(Address),
    /// The post of a request.
    PostOf(RequestId),
    /// Every post of a resident.
    PostsFor(Address),
    /// The posts of a community whose requests are with people.
    OpenPostsIn(Address),
    /// Whether a post is being opened at this address.
    Opening(Address),
    /// Requests that wait and have no post at this community's desk, or at another in use.
    Unposted(Address),
    /// One volunteer.
    Volunteer(Address),
    /// Every volunteer.
    Volunteers,
    /// How many wait in front of a request.
    Ahead(RequestId),
    /// What was said in some requests.
    Heard(Vec<RequestId>),
}

/// The answer to a [`DeskNeed`].
#[derive(Clone, Debug)]
pub enum DeskFound {
    /// A desk, if there is one.
    Desk(Option<Desk>),
    /// Posts.
    Posts(Vec<Post>),
    /// Requests.
    Requests(Vec<Request>),
    /// Volunteers.
    Volunteers(Vec<Volunteer>),
    /// How far an opening has come.
    Opening(Opening),
    /// A number.
    Ahead(usize),
    /// Lines, oldest first.
    Heard(Vec<Heard>),
}

/// How far the opening of a post has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// Nobody has asked for it.
    Never,
    /// It is on its way: another would be a second thread.
    UnderWay,
    /// It has come to an end, with or without a thread.
    Ended,
}

/// One line of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Whether the bot or a person on our side said it.
    pub ours: bool,
    /// Whether a person on our side wrote it.
    pub by_person: bool,
    /// What, masked.
    pub text: String,
}

/// Whether this event is the desk's and not a resident's.
pub(super) fn is_here(turn: &Turn<'_>) -> bool {
    matches!(turn.event.role, Role::Volunteer { .. })
        || matches!(turn.event.input, Input::Desk(_))
        || turn.event.chat.scope == Scope::Desk
}

/// The routing of the desk.
pub(super) fn handle(turn: &mut Turn<'_>) -> Result<(), Need> {
    let event = turn.event;
    turn.lang = event.hints.lang.unwrap_or_default();
    match &event.input {
        Input::Desk(input) => match input.as_ref() {
            DeskInput::SetUp { desk, missing, allowed, reads } => {
                set_up::set_up(turn, desk, missing, *allowed, *reads)
            }
            DeskInput::Alias(alias) => set_up::alias(turn, alias),
            DeskInput::Opened { request, head, community, stood } => {
                post::opened(turn, *request, head, community, *stood)
            }
            DeskInput::Answer(text) => relay::from_form(turn, text),
            DeskInput::Advise { text, message } => advise::advise(turn, text, *message),
            DeskInput::Lost(loss) => loss::lost(turn, loss),
        },
        Input::Tap(Action::Desk(button, id)) => press(turn, *button, *id),
        Input::Tap(Action::DeskArticle(id, article)) => claim::send_article(turn, *id, article),
        Input::Tap(Action::DeskHand(id, to)) => claim::hand_to(turn, *id, *to),
        Input::Tap(Action::Publish(article, _)) => advise::publish(turn, article),
        Input::Tap(_) | Input::OldTap => {
            tell(turn, say::old_button, Vec::new());
            Ok(())
        }
        Input::Text(text) => relay::from_thread(turn, text),
        Input::Edited(text) => relay::edited(turn, text),
        Input::Deleted => relay::deleted(turn),
        Input::Unreadable(kind) => relay::unreadable(turn, *kind),
        _ => Ok(()),
    }
}

fn press(turn: &mut Turn<'_>, button: DeskButton, id: RequestId) -> Result<(), Need> {
    match button {
        DeskButton::Take => claim::take(turn, id),
        DeskButton::Release => claim::release(turn, id),
        DeskButton::Hand => claim::whom_to_hand(turn, id),
        DeskButton::Staff => claim::to_staff(turn, id),
        DeskButton::Suggest => claim::suggest(turn, id),
        // The adapter shows the form itself; where it cannot, the thread is the way.
        DeskButton::Answer => {
            tell(turn, say::desk_you_write_here, Vec::new());
            Ok(())
        }
        DeskButton::Resolve => claim::resolve(turn, id),
        DeskButton::Keep => claim::keep(turn, id),
    }
}

/// A request at the desk, and who acts on it.
struct Seat {
    request: Request,
    post: Post,
    desk: Desk,
    me: Volunteer,
}

impl Seat {
    fn is_mine(&self) -> bool {
        self.request.owner.as_ref() == Some(&self.me.who)
    }
}

/// Who acts, and the groups that they belong to.
fn actor<'a>(turn: &Turn<'a>) -> Option<(&'a Address, &'a [String])> {
    match &turn.event.role {
        Role::Volunteer { who, groups } => Some((who, groups)),
        _ => None,
    }
}

fn desk(turn: &Turn<'_>, need: DeskNeed) -> Result<Option<Desk>, Need> {
    Ok(match turn.situation.desk(need)? {
        DeskFound::Desk(desk) => desk.clone(),
        _ => None,
    })
}

fn posts<'a>(turn: &Turn<'a>, need: DeskNeed) -> Result<&'a [Post], Need> {
    Ok(match turn.situation.desk(need)? {
        DeskFound::Posts(posts) => posts,
        _ => &[],
    })
}

fn volunteers<'a>(turn: &Turn<'a>, need: DeskNeed) -> Result<&'a [Volunteer], Need> {
    Ok(match turn.situation.desk(need)? {
        DeskFound::Volunteers(volunteers) => volunteers,
        _ => &[],
    })
}

fn heard<'a>(turn: &Turn<'a>, requests: Vec<RequestId>) -> Result<&'a [Heard], Need> {
    Ok(match turn.situation.desk(DeskNeed::Heard(requests))? {
        DeskFound::Heard(lines) => lines,
        _ => &[],
    })
}

/// The volunteer of an address; somebody new has no alias yet.
fn volunteer(turn: &mut Turn<'_>, who: &Address) -> Result<Volunteer, Need> {
    if let Some(known) = volunteers(turn, DeskNeed::Volunteer(who.clone()))?.first() {
        return Ok(known.clone());
    }
    let new = Volunteer { id: turn.fresh.volunteer(), who: who.clone(), alias: String::new() };
    turn.effect(Effect::Desk(DeskEffect::SaveVolunteer(new.clone())));
    Ok(new)
}

/// The name that others see.
fn alias(volunteer: &Volunteer, lang: Lang) -> String {
    if volunteer.alias.is_empty() { say::desk_no_alias(lang) } else { volunteer.alias.clone() }
}

/// The request of a button, if whoever pressed it may act on it; else they are told why not.
fn seat(turn: &mut Turn<'_>, id: RequestId) -> Result<Option<Seat>, Need> {
    let Some((who, groups)) = actor(turn) else { return Ok(None) };
    let request = turn.situation.request(id)?.cloned();
    let post = posts(turn, DeskNeed::PostOf(id))?.first().cloned();
    let (Some(request), Some(post)) = (request, post) else {
        tell(turn, say::desk_gone, Vec::new());
        return Ok(None);
    };
    let desk = desk(turn, DeskNeed::Of(post.community.clone()))?;
    let Some(desk) = desk.filter(|d| groups.contains(&d.group)) else {
        if request.owner.as_ref() == Some(who) && request.status.is_with_people() {
            loss::owner_left(turn, request, &post)?;
        }
        tell(turn, say::desk_not_yours, Vec::new());
        return Ok(None);
    };
    let me = volunteer(turn, who)?;
    Ok(Some(Seat { request, post, desk, me }))
}

/// Answers whoever acts, for them alone.
fn tell(turn: &mut Turn<'_>, text: impl FnOnce(Lang) -> Markup, choices: Vec<Choice>) {
    let (to, lang) = (turn.event.answered_at().clone(), turn.lang);
    send(turn, to, message(lang, text(lang), choices), None);
}

fn message(lang: Lang, text: Markup, choices: Vec<Choice>) -> Message {
    let ask = if choices.is_empty() { Ask::Nothing } else { Ask::Choice(choices) };
    Message { text, lang, card: None, ask }
}

fn letter(to: Address, content: Content, request: Option<RequestId>) -> Letter {
    Letter { to, content, due: None, placement: Placement::Below, request, visit: None }
}

fn send(turn: &mut Turn<'_>, to: Address, message: Message, request: Option<RequestId>) {
    turn.send(letter(to, Content::Message(message), request));
}

/// Says something to the resident of a request, in the resident's language.
fn to_resident(turn: &mut Turn<'_>, request: &Request, text: Markup, choices: Vec<Choice>) {
    let message = message(request.lang, text, choices);
    send(turn, request.resident.clone(), message, Some(request.id));
}

/// Says something in a thread, for all at the desk.
fn to_thread(turn: &mut Turn<'_>, post: &Post, lang: Lang, text: Markup) {
    send(turn, post.thread.clone(), message(lang, text, Vec::new()), None);
}

/// The button that ends the conversation, for residents.
fn end_button(request: &Request) -> Choice {
    Turn::choice(say::button_end(request.lang), Action::PersonEnd(request.id))
}

/// What a person wrote, with its lines and paragraphs, and with no way to format, link or turn.
fn written(text: &str) -> Markup {
    let masked = super::mask::mask_contacts(text);
    let paragraphs =
        masked.split("\n\n").map(|paragraph| Markup::lines(paragraph.lines().map(Markup::from_user)));
    Markup::paragraphs(paragraphs)
}
