//! What is written about a visit at once: to the person in this chat, or in the person's own.
//!
//! Writes letters only; whether a visit may be booked or moved is decided elsewhere.

use super::reminders;
use crate::engine::turn::Turn;
use crate::engine::{calendar, say};
use crate::facts::Facts;
use crate::model::action::Action;
use crate::model::id::CentreId;
use crate::model::lang::Lang;
use crate::model::markup::Markup;
use crate::model::message::{Ask, Card, Choice, Content, Letter, Message, Placement};
use crate::model::time::Timestamp;
use crate::model::visit::Visit;

pub fn centre_name(facts: &Facts, id: &CentreId) -> String {
    facts.centres.get(id).map_or_else(|| id.to_string(), |c| c.name.clone())
}

/// "tis 3 mars 14.30".
pub fn moment(lang: Lang, at: Timestamp) -> String {
    let (day, time) = say::day_and_time(at);
    format!("{} {}", say::day(lang, day), say::clock(lang, time))
}

/// Times as a list in a sentence.
pub fn times(lang: Lang, times: &[Timestamp]) -> Markup {
    Markup::lines(times.iter().map(|at| Markup::from_user(&moment(lang, *at))))
}

/// The language in which a visit's person is written to: that of the chat if it is theirs, else the
/// one in which they booked.
pub fn lang(turn: &Turn<'_>, visit: &Visit) -> Lang {
    if visit.resident == *turn.here() { turn.lang } else { visit.lang }
}

/// The buttons under a visit that lies ahead.
pub fn visit_choices(lang: Lang, visit: &Visit) -> Vec<Choice> {
    vec![
        Turn::choice(say::button_move(lang), Action::Move(visit.id)),
        Turn::choice(say::button_cancel(lang), Action::Cancel(visit.id)),
        Turn::choice(say::button_menu(lang), Action::Menu),
    ]
}

/// The buttons where a visit has come to nothing.
pub fn book_choices(lang: Lang) -> Vec<Choice> {
    vec![
        Turn::choice(say::button_book(lang), Action::Book),
        Turn::choice(say::button_menu(lang), Action::Menu),
    ]
}

/// Tells the person whose visit it is. In their own chat it is the answer of this turn; whoever acts
/// elsewhere, with the code or as staff, leaves their conversation as it is.
pub fn tell(turn: &mut Turn<'_>, visit: &Visit, text: Markup, card: Option<Card>, choices: Vec<Choice>) {
    let ask = if choices.is_empty() { Ask::Nothing } else { Ask::Choice(choices) };
    if visit.resident == *turn.here() {
        turn.request = Some(visit.request);
        turn.message(text, card, ask);
        return;
    }
    turn.send(Letter {
        to: visit.resident.clone(),
        content: Content::Message(Message { text, lang: visit.lang, card, ask }),
        due: None,
        placement: Placement::Below,
        request: Some(visit.request),
        visit: None,
    });
}

/// Says it to whoever acts here with the code, when the visit is somebody else's.
pub fn tell_here_too(
    turn: &mut Turn<'_>,
    visit: &Visit,
    text: impl FnOnce(Lang) -> Markup,
    card: Option<Card>,
) {
    if turn.is_resident() && visit.resident != *turn.here() {
        let (text, choices) = (text(turn.lang), book_choices(turn.lang));
        turn.message(text, card, Ask::Choice(choices));
    }
}

/// The confirmation, with the file for the calendar, and the code to show.
pub fn booked(turn: &mut Turn<'_>, visit: &Visit) {
    let lang = lang(turn, visit);
    let (day, time) = say::day_and_time(visit.starts_at);
    let text = Markup::paragraphs([
        say::booked(lang, centre_name(turn.facts, &visit.centre), day, time),
        say::booked_code(lang, visit.code.to_string()),
        bring(turn, visit),
    ]);
    agreed(turn, visit, text);
}

/// The new time, with the file that replaces the old one.
pub fn moved(turn: &mut Turn<'_>, visit: &Visit) {
    let (day, time) = say::day_and_time(visit.starts_at);
    let name = centre_name(turn.facts, &visit.centre);
    let text =
        |lang| say::moved(lang, name.as_str(), day, time).and(say::booked_code(lang, visit.code.to_string()));
    let lang = lang(turn, visit);
    agreed(turn, visit, text(lang));
    tell_here_too(turn, visit, text, None);
}

fn agreed(turn: &mut Turn<'_>, visit: &Visit, text: Markup) {
    let lang = lang(turn, visit);
    let card = calendar::document(turn.facts, visit, lang, calendar::Method::Publish, turn.now);
    tell(turn, visit, text, Some(card), visit_choices(lang, visit));
    reminders::write(turn, visit);
}

/// The file that takes the visit out of the calendar.
pub fn calendar_without(turn: &Turn<'_>, visit: &Visit) -> Card {
    calendar::document(turn.facts, visit, lang(turn, visit), calendar::Method::Cancel, turn.now)
}

/// What to bring: from the article behind the visit, else in general.
pub fn bring(turn: &Turn<'_>, visit: &Visit) -> Markup {
    let lang = lang(turn, visit);
    let article = visit.article.as_ref().and_then(|id| turn.facts.knowledge.article(id));
    match article.and_then(|a| a.text(lang)) {
        Some((_, text)) => say::article_bring(lang, text.bring.as_str()),
        None => say::booked_bring(lang),
    }
}

/// What staff write, as they wrote it.
pub fn staff_word(lang: Lang, word: Option<&str>) -> Markup {
    word.map(|word| say::staff_word(lang, word)).unwrap_or_default()
}
