//! From the bot to people: what it is about, consent, waiting, and silence while a person answers.
//!
//! Writes requests; how people take them is the desk's and the console's matter.

use super::session::Step;
use super::turn::Turn;
use super::{Need, desk, menu, privacy, say};
use crate::model::action::{Action, Points};
use crate::model::event::{Alarm, Command, Input};
use crate::model::id::RequestId;
use crate::model::message::{Choice, Content, Letter, Placement};
use crate::model::request::{Request, RequestKind, RequestStatus};
use crate::model::time::later;

/// The longest matter that is passed on, in characters.
const LONGEST_MATTER: usize = 2_000;

/// Asks what a person is to help with; the last unanswered question is taken as it.
pub(super) fn ask(turn: &mut Turn<'_>) -> Result<(), Need> {
    if !turn.is_private() {
        turn.say(say::person_group(turn.lang));
        return Ok(());
    }
    if let Some(id) = turn.session.talk
        && turn.own_request(id)?.is_some_and(|r| r.status.is_with_people())
    {
        return waiting(turn, id);
    }
    let last = match &turn.session.last {
        Some(last) => turn.own_request(last.request)?.filter(|r| r.status == RequestStatus::Unanswered),
        None => None,
    };
    match last.map(|r| r.question.clone()) {
        Some(question) => matter(turn, &question),
        None => {
            turn.session.step = Step::PersonMatter;
            let leave = Turn::choice(say::button_leave(turn.lang), Action::Leave);
            turn.ask(say::person_ask(turn.lang), vec![leave]);
        }
    }
    Ok(())
}

/// The matter is known: asks what may be shared.
pub(super) fn matter(turn: &mut Turn<'_>, text: &str) {
    let text: String = super::mask::mask_contacts(text).chars().take(LONGEST_MATTER).collect();
    turn.session.step = Step::PersonConsent(text);
    let lang = turn.lang;
    let choices = vec![
        Turn::choice(say::button_person_yes(lang), Action::PersonYes),
        Turn::choice(say::button_person_no(lang), Action::Leave),
    ];
    turn.ask(say::person_consent(lang), choices);
}

/// Consent: the request waits for people from here on.
pub(super) fn consent(turn: &mut Turn<'_>) -> Result<(), Need> {
    let Step::PersonConsent(matter) = turn.session.step.clone() else {
        menu::old_button(turn);
        return Ok(());
    };
    let mut request = turn.new_request(RequestKind::Conversation, RequestStatus::Waiting, &matter);
    if let Some(last) = turn.session.last.clone()
        && let Some(asked) = turn.own_request(last.request)?
    {
        request.topic.clone_from(&asked.topic);
        request.article.clone_from(&asked.article);
    }
    let id = request.id;
    turn.save_request(request.clone());
    turn.session.talk = Some(id);
    turn.forget_step();
    desk::open(turn, &request)?;
    look_again(turn, id);
    turn.replace();
    waiting(turn, id)
}

/// Looks again later whether somebody has come.
fn look_again(turn: &mut Turn<'_>, id: RequestId) {
    let patience = turn.facts.desk.nudge_minutes.saturating_mul(60);
    turn.send(Letter {
        to: turn.here().clone(),
        content: Content::Alarm(Alarm::StillWaiting(id)),
        due: Some(later(turn.now, patience)),
        placement: Placement::Below,
        request: None,
        visit: None,
    });
}

fn waiting(turn: &mut Turn<'_>, id: RequestId) -> Result<(), Need> {
    let lang = turn.lang;
    let queue = desk::queue(turn, id)?.unwrap_or_default();
    let centre = turn
        .session
        .municipality
        .as_ref()
        .and_then(|m| turn.facts.centres.shown().find(|c| c.municipality == *m));
    let ring =
        centre.and_then(|c| c.phone()).map(|number| say::person_ring(lang, number)).unwrap_or_default();
    let choices = vec![
        Turn::choice(say::button_help_on_site(lang), Action::Book),
        Turn::choice(say::button_end(lang), Action::PersonEnd(id)),
    ];
    turn.ask(say::person_waiting(lang).and(queue).and(ring), choices);
    Ok(())
}

/// Nobody has come yet: says so, and offers other ways.
pub(super) fn still_waiting(turn: &mut Turn<'_>, id: RequestId) -> Result<(), Need> {
    let waits = turn.own_request(id)?.filter(|r| r.status == RequestStatus::Waiting && !r.for_staff);
    let Some(request) = waits.cloned() else { return Ok(()) };
    if desk::nudge(turn, &request)? { Ok(()) } else { waiting(turn, id) }
}

/// The resident waits on.
pub(super) fn wait_on(turn: &mut Turn<'_>, id: RequestId) -> Result<(), Need> {
    if !turn.own_request(id)?.is_some_and(|r| r.status == RequestStatus::Waiting) {
        menu::old_button(turn);
        return Ok(());
    }
    look_again(turn, id);
    turn.replace();
    waiting(turn, id)
}

/// The resident leaves it for staff.
pub(super) fn to_staff(turn: &mut Turn<'_>, id: RequestId) -> Result<(), Need> {
    let waits = turn.own_request(id)?.filter(|r| r.status == RequestStatus::Waiting);
    let Some(mut request) = waits.cloned() else {
        menu::old_button(turn);
        return Ok(());
    };
    request.for_staff = true;
    turn.save_request(request.clone());
    desk::left_for_staff(turn, &request)?;
    turn.replace();
    let choices = end_choice(turn);
    turn.ask(say::person_passed_on(turn.lang), choices);
    Ok(())
}

/// A person owns the conversation: the bot keeps silent, and only ends or rates it.
pub(super) fn relay(turn: &mut Turn<'_>) -> Result<(), Need> {
    super::safety::tell_masked(turn);
    match &turn.event.input {
        Input::Tap(Action::PersonEnd(id)) => end(turn, *id),
        // What one may always ask for.
        Input::Tap(Action::ForgetNow) => privacy::forget(turn),
        Input::Tap(Action::Forget) | Input::Command(Command::Forget, _) => {
            privacy::ask_forget(turn);
            Ok(())
        }
        Input::Tap(Action::MyData) | Input::Command(Command::MyData, _) => privacy::my_data(turn),
        Input::Tap(Action::Privacy) | Input::Command(Command::Privacy, _) => {
            privacy::explain(turn);
            Ok(())
        }
        Input::Tap(_) | Input::OldTap | Input::Command(..) => {
            let choices = end_choice(turn);
            turn.ask(say::person_taken(turn.lang), choices);
            Ok(())
        }
        _ => {
            let request = match turn.session.talk {
                Some(id) => turn.own_request(id)?.cloned(),
                None => None,
            };
            if let Some(request) = request {
                desk::from_resident(turn, &request)?;
            }
            Ok(())
        }
    }
}

fn end_choice(turn: &Turn<'_>) -> Vec<Choice> {
    let end = |id| Turn::choice(say::button_end(turn.lang), Action::PersonEnd(id));
    turn.session.talk.map(end).into_iter().collect()
}

/// The resident ends it.
pub(super) fn end(turn: &mut Turn<'_>, id: RequestId) -> Result<(), Need> {
    let was_claimed = turn.own_request(id)?.is_some_and(|r| r.status == RequestStatus::Claimed);
    let known = turn.change_request(id, |request| {
        if request.status.is_with_people() {
            request.status = RequestStatus::Closed;
            request.epoch += 1;
        }
    })?;
    if !known {
        menu::old_button(turn);
        return Ok(());
    }
    turn.session.talk = None;
    if let Some(request) = turn.own_request(id)?.filter(|r| r.status.is_with_people()).cloned() {
        let ended = Request { status: RequestStatus::Closed, epoch: request.epoch + 1, ..request };
        desk::ended(turn, &ended)?;
    }
    let choices = if was_claimed {
        (1..=5)
            .filter_map(Points::new)
            .map(|p| Turn::choice("★".repeat(usize::from(p.get())), Action::Rate(id, p)))
            .collect()
    } else {
        vec![Turn::choice(say::button_menu(turn.lang), Action::Menu)]
    };
    let text = say::person_ended(turn.lang);
    turn.ask(if was_claimed { text.and(say::rate(turn.lang)) } else { text }, choices);
    Ok(())
}

/// The resident has blocked the bot or left: nobody is to wait for them.
pub(super) fn gone(turn: &mut Turn<'_>) -> Result<(), Need> {
    turn.forget_step();
    let Some(id) = turn.session.talk.take() else { return Ok(()) };
    let Some(request) = turn.own_request(id)?.filter(|r| r.status.is_with_people()).cloned() else {
        return Ok(());
    };
    let ended = Request { status: RequestStatus::Closed, epoch: request.epoch + 1, ..request };
    turn.save_request(ended.clone());
    desk::gone(turn, &ended)
}

/// The resident's points for the conversation.
pub(super) fn rate(turn: &mut Turn<'_>, id: RequestId, points: Points) -> Result<(), Need> {
    if turn.change_request(id, |request| request.points = Some(points.get()))? {
        desk::rated(turn, id, points)?;
        turn.replace();
        turn.say(say::rated(turn.lang));
    } else {
        menu::old_button(turn);
    }
    Ok(())
}
