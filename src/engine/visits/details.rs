//! What staff need to know before a visit: what it is about and a name; then everything once more.
//!
//! Each step is short and can be skipped. Wishes are in `wishes`; the last yes is in `confirm`.

use super::{hold, letters, wishes};
use crate::engine::session::Step;
use crate::engine::turn::Turn;
use crate::engine::{Need, mask, menu, say};
use crate::model::action::Action;
use crate::model::effect::Effect;
use crate::model::id::{TopicId, VisitId};
use crate::model::lang::Lang;
use crate::model::markup::Markup;
use crate::model::message::Choice;
use crate::model::visit::{Company, Visit, VisitStatus, Wishes};

/// The longest name, in characters.
const LONGEST_NAME: usize = 40;
/// The longest text on what a visit is about, in characters.
const LONGEST_ABOUT: usize = 200;
/// The topics that are offered as buttons: what people most often bring (DOMAIN.md, 2).
const TOPICS: [&str; 6] =
    ["eid_bankid", "phone_basics", "computer_basics", "email", "password_account", "print_copy_scan"];

/// The first question about a new visit, which is saved here.
pub fn first(turn: &mut Turn<'_>, visit: Visit) {
    if visit.about.is_some() {
        wishes::say_wishes(turn, &visit);
    } else {
        say_about(turn, visit.id);
    }
    turn.effect(Effect::SaveVisit(Box::new(visit)));
}

/// One line, without the blanks around and within it, at most so many characters; `None` if empty.
pub fn line(text: &str, longest: usize) -> Option<String> {
    let joined = mask::mask_contacts(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = joined.chars().take(longest).collect();
    Some(short).filter(|line| !line.is_empty())
}

fn say_about(turn: &mut Turn<'_>, id: VisitId) {
    let lang = turn.lang;
    turn.session.step = Step::About(id);
    let topic = |key: &&str| {
        let topic = key.parse::<TopicId>().ok()?;
        Some(Turn::choice(say::topic(lang, key), Action::Topic(id, topic)))
    };
    let mut choices: Vec<Choice> = TOPICS.iter().filter_map(topic).collect();
    choices.push(Turn::choice(say::button_no_about(lang), Action::NoAbout(id)));
    choices.push(Turn::choice(say::button_leave(lang), Action::Leave));
    turn.replace();
    turn.ask(say::ask_about(lang), choices);
}

/// Asks what a visit is about, also again.
pub fn ask_about(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    if hold::unconfirmed(turn, id)?.is_some() {
        say_about(turn, id);
    }
    Ok(())
}

/// A topic was chosen.
pub fn about_chosen(turn: &mut Turn<'_>, id: VisitId, topic: &TopicId) -> Result<(), Need> {
    if !TOPICS.contains(&topic.as_str()) {
        menu::old_button(turn);
        return Ok(());
    }
    let about = say::topic(turn.lang, topic.as_str());
    set_about(turn, id, Some(about), Some(topic))
}

/// What it is about was written.
pub fn about_written(turn: &mut Turn<'_>, id: VisitId, text: &str) -> Result<(), Need> {
    set_about(turn, id, line(text, LONGEST_ABOUT), None)
}

/// It is about nothing that needs saying.
pub fn about_skipped(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    set_about(turn, id, None, None)
}

fn set_about(
    turn: &mut Turn<'_>,
    id: VisitId,
    about: Option<String>,
    topic: Option<&TopicId>,
) -> Result<(), Need> {
    let Some(mut visit) = hold::unconfirmed(turn, id)? else { return Ok(()) };
    visit.about.clone_from(&about);
    visit.article = None;
    turn.change_request_of(&visit, |request| {
        request.topic = topic.map(ToString::to_string);
        request.article = None;
        if let Some(about) = about {
            request.question = about;
        }
    })?;
    // Asked again from the summary, the other questions have their answers.
    if visit.name.is_some() || visit.wishes.any() {
        say_summary(turn, &visit);
    } else {
        wishes::say_wishes(turn, &visit);
    }
    turn.effect(Effect::SaveVisit(Box::new(visit)));
    Ok(())
}

pub fn say_ask_name(turn: &mut Turn<'_>, visit: &Visit) {
    let lang = turn.lang;
    turn.session.step = Step::Name(visit.id);
    let is_held = visit.status == VisitStatus::Held;
    let skip = if is_held { say::button_no_name(lang) } else { say::button_no_about(lang) };
    let choices =
        vec![Turn::choice(skip, Action::NoName), Turn::choice(say::button_leave(lang), Action::Leave)];
    let held = if is_held { say::held_for_you(lang) } else { Markup::default() };
    turn.replace();
    turn.ask(say::ask_name(lang).and(held), choices);
}

/// Asks for the name again, after an interruption.
pub fn ask_name(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    if let Some(visit) = hold::unconfirmed(turn, id)? {
        say_ask_name(turn, &visit);
    }
    Ok(())
}

/// The name was written.
pub fn named(turn: &mut Turn<'_>, id: VisitId, text: &str) -> Result<(), Need> {
    let name = line(text, usize::MAX);
    if name.as_ref().is_some_and(|n| n.chars().count() > LONGEST_NAME) {
        turn.say(say::name_too_long(turn.lang));
        return Ok(());
    }
    let Some(mut visit) = hold::unconfirmed(turn, id)? else { return Ok(()) };
    visit.name = name;
    say_summary(turn, &visit);
    turn.effect(Effect::SaveVisit(Box::new(visit)));
    Ok(())
}

/// No name is wanted.
pub fn unnamed(turn: &mut Turn<'_>) -> Result<(), Need> {
    match turn.session.step {
        Step::Name(id) => summarise(turn, id),
        _ => {
            menu::old_button(turn);
            Ok(())
        }
    }
}

/// Repeats everything before the last yes.
pub fn summarise(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    if let Some(visit) = hold::unconfirmed(turn, id)? {
        say_summary(turn, &visit);
    }
    Ok(())
}

pub fn say_summary(turn: &mut Turn<'_>, visit: &Visit) {
    let lang = turn.lang;
    turn.session.step = Step::Confirm(visit.id);
    let (day, time) = say::day_and_time(visit.starts_at);
    let centre = letters::centre_name(turn.facts, &visit.centre);
    let is_draft = visit.status == VisitStatus::Draft;
    let what = if is_draft {
        say::summary_proposals(lang, centre, letters::times(lang, &visit.proposals()))
    } else {
        say::summary(lang, centre, day, time, say::Minutes(visit.minutes.into()))
    };
    let ask = if is_draft { say::summary_send(lang) } else { say::summary_confirm(lang) };
    let label = if is_draft { say::button_send_proposals(lang) } else { say::button_confirm(lang) };
    let choices = vec![
        Turn::choice(label, Action::Confirm(visit.id)),
        Turn::choice(say::button_other_time(lang), Action::Move(visit.id)),
        Turn::choice(say::button_change_about(lang), Action::About(visit.id)),
        Turn::choice(say::button_leave(lang), Action::Leave),
    ];
    turn.replace();
    turn.ask(Markup::paragraphs([what, details(lang, visit), ask]), choices);
}

fn interpreter(lang: Lang, wishes: &Wishes) -> Markup {
    let asked = wishes.interpreter.as_ref();
    asked.map(|i| say::summary_interpreter(lang, say::interpreter(lang, i))).unwrap_or_default()
}

/// What was said about a visit, a line each.
pub fn details(lang: Lang, visit: &Visit) -> Markup {
    let wishes = &visit.wishes;
    Markup::lines([
        visit.name.as_deref().map(|n| say::summary_name(lang, n)).unwrap_or_default(),
        visit.about.as_deref().map(|a| say::summary_about(lang, a)).unwrap_or_default(),
        interpreter(lang, wishes),
        match wishes.company {
            Company::Accompanied => say::summary_company(lang),
            Company::Alone => Markup::default(),
        },
        wishes.note.as_deref().map(|n| say::summary_note(lang, n)).unwrap_or_default(),
    ])
}
