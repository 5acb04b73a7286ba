//! The conversation: decides what to answer and what to keep. Pure.
//!
//! No async, clock, SQL, randomness or platform here, and nothing that can fail: whatever arrives
//! has an answer. [`react`] is the routing on one screen; each flow has a file of its own.

mod answers;
mod calendar;
mod deeds;
mod desk;
mod flow;
mod group;
mod handoff;
mod language;
pub mod mask;
mod menu;
mod merge;
mod my_data;
mod nearby;
mod privacy;
mod safety;
pub mod say;
pub mod session;
mod situation;
mod turn;
mod visits;

use self::answers::about as answers_about;
pub use self::answers::as_sent;
pub use self::desk::{DeskFound, DeskNeed, Heard, Opening};
use self::session::{Purpose, Step};
pub use self::situation::{Found, Need, Situation};
use self::turn::Turn;
use crate::facts::rules::Intent;
use crate::facts::{Facts, Understanding};
use crate::model::action::Action;
use crate::model::effect::Effect;
use crate::model::event::{Alarm, Command, Event, Input};
use crate::model::staff::Refusal;
use crate::model::visit::VisitCode;

/// What the engine decided.
#[derive(Clone, Debug)]
pub struct Reaction {
    /// The conversation's new state.
    pub session: session::Session,
    /// What to do, in order.
    pub effects: Vec<Effect>,
    /// Why a deed of staff changes nothing.
    pub refusal: Option<Refusal>,
}

/// Decides on an event.
///
/// # Errors
/// [`Need`]: something of the store that this event turned out to depend on. The caller adds it to
/// the situation and calls again; as the function is pure, nothing has happened yet.
pub fn react(
    facts: &Facts,
    situation: &Situation,
    event: &Event,
    understanding: Option<&Understanding>,
) -> Result<Reaction, Need> {
    let mut turn = Turn::new(facts, situation, event, understanding);
    match &event.input {
        Input::Gone => handoff::gone(&mut turn)?,
        Input::Moved(to) => turn.effect(Effect::MoveTo(to.clone())),
        Input::Alarm(alarm) => on_alarm(&mut turn, alarm)?,
        Input::Deed(op) => deeds::act(&mut turn, op)?,
        Input::Staff(op) => visits::decide(&mut turn, op)?,
        Input::Erase => privacy::erase(&mut turn)?,
        Input::Flood => menu::slow_down(&mut turn),
        _ if desk::is_here(&turn) => desk::handle(&mut turn)?,
        _ if group::is_personal(&turn) => group::send_to_private(&mut turn),
        _ if turn.is_with_people()? => handoff::relay(&mut turn)?,
        Input::Tap(action) => on_action(&mut turn, action)?,
        Input::OldTap => menu::old_button(&mut turn),
        Input::Command(command, rest) => on_command(&mut turn, *command, rest)?,
        Input::Location(position) => nearby::position(&mut turn, *position),
        Input::Text(text) => on_text(&mut turn, text)?,
        Input::Forwarded(text) => {
            turn.greet_once();
            safety::tell_masked(&mut turn);
            safety::examine(&mut turn, text);
        }
        Input::Edited(_) => {
            safety::tell_masked(&mut turn);
            menu::edited(&mut turn);
        }
        // At the desk they have been dealt with; a resident's deleted text needs no answer.
        Input::Deleted | Input::Desk(_) => {}
        Input::Unreadable(kind) => menu::unreadable(&mut turn, *kind),
    }
    Ok(turn.finish())
}

fn on_alarm(turn: &mut Turn<'_>, alarm: &Alarm) -> Result<(), Need> {
    match alarm {
        Alarm::HoldEnds(visit) => visits::hold_ends(turn, *visit),
        Alarm::GoThere { centre, date, request } => {
            visits::go_there(turn, centre, *date, *request);
            Ok(())
        }
        Alarm::StillWaiting(request) => handoff::still_waiting(turn, *request),
        Alarm::ClaimSilent(request, epoch) => desk::claim_silent(turn, *request, *epoch),
        Alarm::Undelivered(request, mishap) => desk::undelivered(turn, *request, *mishap),
    }
}

/// A text: what is urgent first, then what the flow waits for, then a wish, a place, a question.
fn on_text(turn: &mut Turn<'_>, text: &str) -> Result<(), Need> {
    safety::tell_masked(turn);
    let intent = turn.intent();
    match intent {
        // What cannot wait comes first and alone: no greeting, no flow.
        Some(Intent::FraudNow) => {
            safety::fraud_now(turn, text);
            return Ok(());
        }
        Some(Intent::Crisis) => {
            safety::crisis(turn);
            return Ok(());
        }
        _ => turn.greet_once(),
    }
    safety::tell_likely(turn);
    if on_step(turn, text, intent)? {
        return Ok(());
    }
    if let Some(code) = VisitCode::find(text)
        && visits::by_code(turn, &code)?
    {
        return Ok(());
    }
    match intent {
        Some(intent) => on_intent(turn, intent, text),
        None if turn.understands_scam() => {
            safety::examine(turn, text);
            Ok(())
        }
        None if turn.is_only_place() => {
            // A place in the middle of a booking is another place to book at.
            let booking = matches!(turn.session.step, Step::Time { .. });
            nearby::understood(turn, if booking { Purpose::Book } else { Purpose::Find }, text);
            Ok(())
        }
        None => match turn.wish_there() {
            Some(intent) => on_intent(turn, intent, text),
            None => {
                answers::question(turn, text);
                Ok(())
            }
        },
    }
}

/// What the flow waits for. `false`: the text is something else, and the flow stays where it is.
fn on_step(turn: &mut Turn<'_>, text: &str, intent: Option<Intent>) -> Result<bool, Need> {
    match turn.session.step.clone() {
        Step::Name(visit) if !turn.is_question() && intent.is_none() => {
            visits::named(turn, visit, text).map(|()| true)
        }
        Step::About(visit) if intent.is_none() => visits::about_written(turn, visit, text).map(|()| true),
        Step::Wishes(visit) if intent == Some(Intent::No) => visits::no_more(turn, visit).map(|()| true),
        Step::Wishes(visit) | Step::Note(visit) if intent.is_none() => {
            visits::noted(turn, visit, text).map(|()| true)
        }
        Step::Interpreter(visit) if intent.is_none() => {
            visits::interpreter_written(turn, visit, text).map(|()| true)
        }
        Step::Confirm(visit) if intent == Some(Intent::Yes) => visits::confirm(turn, visit).map(|()| true),
        Step::Confirm(_) if intent == Some(Intent::No) => flow::leave(turn).map(|()| true),
        Step::Place(purpose) | Step::WhichPlace(purpose, _)
            if turn.is_only_place() || intent.is_none() && !turn.is_question() && turn.names_place() =>
        {
            nearby::understood(turn, purpose, text);
            Ok(true)
        }
        Step::Place(_) if intent.is_none() && !turn.is_question() => {
            nearby::not_understood(turn, text);
            Ok(true)
        }
        Step::PersonMatter if !matches!(intent, Some(Intent::No | Intent::Menu)) => {
            handoff::matter(turn, text);
            Ok(true)
        }
        Step::PersonConsent(_) if intent == Some(Intent::Yes) => handoff::consent(turn).map(|()| true),
        Step::PersonConsent(_) if intent == Some(Intent::No) => flow::leave(turn).map(|()| true),
        _ => Ok(false),
    }
}

fn on_intent(turn: &mut Turn<'_>, intent: Intent, text: &str) -> Result<(), Need> {
    match intent {
        Intent::FraudNow => safety::fraud_now(turn, text),
        Intent::Crisis => safety::crisis(turn),
        Intent::Greeting => menu::greeting(turn),
        Intent::Thanks => menu::thanks(turn),
        Intent::Helped => answers::said_to_help(turn)?,
        Intent::NotHelped => answers::said_not_to_help(turn, text)?,
        Intent::Goodbye => menu::goodbye(turn),
        Intent::Insult => menu::insult(turn),
        Intent::AreYouRobot => menu::robot(turn),
        Intent::Speak(lang) => menu::speak(turn, lang),
        Intent::Languages => menu::languages(turn),
        Intent::OpeningHours | Intent::FindCentre => nearby::wished(turn, Purpose::Find, text),
        Intent::Book => nearby::wished(turn, Purpose::Book, text),
        Intent::Cancel | Intent::Move | Intent::MyVisits => visits::list(turn)?,
        Intent::Person => handoff::ask(turn)?,
        Intent::Menu | Intent::Yes | Intent::No => menu::menu(turn),
        Intent::Help => menu::help(turn),
        Intent::Privacy => privacy::explain(turn),
        Intent::Forget => privacy::ask_forget(turn),
        Intent::MyData => privacy::my_data(turn)?,
        Intent::Easier => answers::easier_again(turn)?,
        Intent::ScamCheck => safety::invite_scam(turn),
    }
    Ok(())
}

fn on_command(turn: &mut Turn<'_>, command: Command, rest: &str) -> Result<(), Need> {
    if command != Command::Start {
        turn.greet_once();
    }
    match command {
        Command::Start => menu::start(turn, rest)?,
        Command::Help => menu::help(turn),
        Command::Ask if rest.trim().is_empty() => answers::invite(turn),
        Command::Ask => on_text(turn, rest)?,
        Command::Centre => nearby::wished(turn, Purpose::Find, rest),
        Command::Book => nearby::wished(turn, Purpose::Book, rest),
        Command::Visits => visits::list(turn)?,
        Command::Person => handoff::ask(turn)?,
        Command::Language => menu::languages(turn),
        Command::Settings => menu::settings(turn),
        Command::MyData => privacy::my_data(turn)?,
        Command::Forget => privacy::ask_forget(turn),
        Command::Privacy => privacy::explain(turn),
    }
    Ok(())
}

/// A button. It is a request, not proof: each flow checks it against the situation.
fn on_action(turn: &mut Turn<'_>, action: &Action) -> Result<(), Need> {
    turn.greet_once();
    match action {
        Action::Menu | Action::Private(None) => menu::menu(turn),
        Action::Resume => flow::resume(turn)?,
        Action::Leave => flow::leave(turn)?,
        Action::Languages => menu::languages(turn),
        Action::Speak(lang) => menu::speak(turn, *lang),
        Action::Ask => answers::invite(turn),
        Action::Find => nearby::ask(turn, Purpose::Find),
        Action::Centre(id) => nearby::details(turn, id),
        Action::Book => nearby::wished(turn, Purpose::Book, ""),
        Action::BookAt(id) | Action::Private(Some(id)) => visits::begin(turn, id, None)?,
        Action::Day(id, date) => visits::day(turn, id, *date)?,
        Action::Slot(id, at) => visits::slot(turn, id, *at)?,
        Action::DaysFrom(id, date) => visits::days_from(turn, id, *date)?,
        Action::NoName => visits::unnamed(turn)?,
        Action::About(id) => visits::ask_about(turn, *id)?,
        Action::Topic(id, topic) => visits::about_chosen(turn, *id, topic)?,
        Action::NoAbout(id) => visits::about_skipped(turn, *id)?,
        Action::Wish(id, wish) => visits::wish(turn, *id, *wish)?,
        Action::Interpreter(id, lang) => visits::interpreter_chosen(turn, *id, *lang)?,
        Action::NoMoreWishes(id) => visits::no_more(turn, *id)?,
        Action::Confirm(id) => visits::confirm(turn, *id)?,
        Action::Propose(id, at) => visits::propose(turn, id, *at)?,
        Action::SendProposals(id) => visits::send_proposals(turn, id)?,
        Action::Visits
        | Action::Visit(_)
        | Action::Move(_)
        | Action::Cancel(_)
        | Action::CancelNow(_)
        | Action::Retime(..)
        | Action::Accept(_)
        | Action::Refuse(_)
        | Action::Coming(_)
        | Action::Pass(_)
        | Action::Calendar(_) => on_visit(turn, action)?,
        Action::Queue(id, date) => visits::join(turn, id, *date)?,
        Action::RemindMe(id) => visits::remind_me(turn, id),
        Action::RemindOn(id, date) => visits::remind_on(turn, id, *date),
        Action::NoReminder(id) => visits::no_reminder(turn, *id)?,
        Action::Place(n) => nearby::chosen(turn, *n),
        Action::Helped(id) => answers::helped(turn, *id)?,
        Action::NotHelped(id) => answers::not_helped(turn, *id)?,
        Action::Article(id) => answers::show(turn, id)?,
        Action::Easier(id) => answers::easier(turn, id)?,
        Action::NoneOfThese(id) => answers::none_of_these(turn, *id)?,
        Action::Person => handoff::ask(turn)?,
        Action::PersonYes => handoff::consent(turn)?,
        Action::PersonEnd(id) => handoff::end(turn, *id)?,
        Action::Rate(id, points) => handoff::rate(turn, *id, *points)?,
        Action::PersonWait(id) => handoff::wait_on(turn, *id)?,
        Action::PersonStaff(id) => handoff::to_staff(turn, *id)?,
        Action::Desk(..) | Action::DeskArticle(..) | Action::DeskHand(..) | Action::Publish(..) => {
            menu::old_button(turn);
        }
        Action::Privacy => privacy::explain(turn),
        Action::MyData => privacy::my_data(turn)?,
        Action::Forget => privacy::ask_forget(turn),
        Action::ForgetNow => privacy::forget(turn)?,
    }
    Ok(())
}

/// A button under a visit that exists.
fn on_visit(turn: &mut Turn<'_>, action: &Action) -> Result<(), Need> {
    match action {
        Action::Visit(id) => visits::show(turn, *id),
        Action::Move(id) => visits::begin_move(turn, *id),
        Action::Cancel(id) => visits::ask_cancel(turn, *id),
        Action::CancelNow(id) => visits::cancel(turn, *id),
        Action::Retime(id, at) => visits::retime(turn, *id, *at),
        Action::Accept(id) => visits::accept(turn, *id),
        Action::Refuse(id) => visits::refuse(turn, *id),
        Action::Coming(id) => visits::coming(turn, *id),
        Action::Pass(id) => visits::show_pass(turn, *id),
        Action::Calendar(id) => visits::send_calendar(turn, *id),
        _ => visits::list(turn),
    }
}

/// The calendar file of a visit at a centre of any name: for `fuzzing`.
pub(crate) fn fuzz_calendar(facts: &Facts, name: &str) -> String {
    calendar::any(facts, name)
}
