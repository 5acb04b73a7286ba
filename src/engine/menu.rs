//! Hello, help, the menu, the language, and everything that is not a text.
//!
//! Keeps flows as they are: the menu offers to go on with one.

use super::turn::Turn;
use super::{Need, nearby, say, visits};
use crate::model::action::Action;
use crate::model::event::Unreadable;
use crate::model::id::CentreId;
use crate::model::lang::Lang;
use crate::model::message::{Ask, Choice};

/// The buttons of the menu, in the order of what people come for.
fn buttons(turn: &Turn<'_>) -> Vec<Choice> {
    let lang = turn.lang;
    let mut choices: Vec<Choice> = turn.resume_choice().into_iter().collect();
    choices.extend([
        Turn::choice(say::button_ask(lang), Action::Ask),
        Turn::choice(say::button_find(lang), Action::Find),
        Turn::choice(say::button_book(lang), Action::Book),
        Turn::choice(say::button_visits(lang), Action::Visits),
        Turn::choice(say::button_person(lang), Action::Person),
        Turn::choice(say::button_languages(lang), Action::Languages),
    ]);
    choices
}

pub(super) fn menu(turn: &mut Turn<'_>) {
    let choices = buttons(turn);
    turn.replace();
    turn.ask(say::menu(turn.lang), choices);
}

pub(super) fn greeting(turn: &mut Turn<'_>) {
    let text = if turn.session.greeted { say::greeting_again(turn.lang) } else { turn.greeting() };
    turn.session.greeted = true;
    let choices = buttons(turn);
    turn.ask(text, choices);
}

/// `/start`, with what a poster's QR code carried: a centre, or `book-` and a centre.
pub(super) fn start(turn: &mut Turn<'_>, payload: &str) -> Result<(), Need> {
    let payload = payload.trim();
    let (book, id) = match payload.strip_prefix("book-") {
        Some(id) => (true, id),
        None => (false, payload),
    };
    let centre = id.parse::<CentreId>().ok().filter(|id| turn.facts.centres.get(id).is_some());
    match centre {
        Some(centre) => {
            turn.greet_once();
            if book {
                visits::begin(turn, &centre, None)?;
            } else {
                nearby::details(turn, &centre);
            }
        }
        None => greeting(turn),
    }
    Ok(())
}

pub(super) fn help(turn: &mut Turn<'_>) {
    let choices = buttons(turn);
    turn.ask(say::help(turn.lang), choices);
}

pub(super) fn robot(turn: &mut Turn<'_>) {
    let choices = person_or_menu(turn);
    turn.ask(say::robot(turn.lang), choices);
}

pub(super) fn thanks(turn: &mut Turn<'_>) {
    let choices = turn.resume_choice().into_iter().chain([menu_button(turn)]).collect();
    turn.ask(say::thanks(turn.lang), choices);
}

pub(super) fn goodbye(turn: &mut Turn<'_>) {
    turn.say(say::goodbye(turn.lang));
}

pub(super) fn insult(turn: &mut Turn<'_>) {
    let choices = person_or_menu(turn);
    turn.ask(say::insult(turn.lang), choices);
}

fn person_or_menu(turn: &Turn<'_>) -> Vec<Choice> {
    let person = Turn::choice(say::button_person(turn.lang), Action::Person);
    turn.resume_choice().into_iter().chain([person, menu_button(turn)]).collect()
}

fn menu_button(turn: &Turn<'_>) -> Choice {
    Turn::choice(say::button_menu(turn.lang), Action::Menu)
}

pub(super) fn old_button(turn: &mut Turn<'_>) {
    let choices = buttons(turn);
    turn.ask(say::old_button(turn.lang), choices);
}

/// The languages, each under its own name.
pub(super) fn languages(turn: &mut Turn<'_>) {
    let choices = Lang::OFFERED
        .iter()
        .map(|lang| Turn::choice(lang.own_name().to_owned(), Action::Speak(*lang)))
        .collect();
    turn.replace();
    turn.ask(say::languages(turn.lang), choices);
}

pub(super) fn speak(turn: &mut Turn<'_>, lang: Lang) {
    turn.lang = lang;
    turn.session.lang = Some(lang);
    turn.session.lang_wished = true;
    let choices = buttons(turn);
    turn.replace();
    turn.ask(say::language_set(lang), choices);
}

/// Language and privacy in one place.
pub(super) fn settings(turn: &mut Turn<'_>) {
    let lang = turn.lang;
    let mut choices: Vec<Choice> =
        Lang::OFFERED.iter().map(|l| Turn::choice(l.own_name().to_owned(), Action::Speak(*l))).collect();
    choices.extend([
        Turn::choice(say::button_privacy(lang), Action::Privacy),
        Turn::choice(say::button_my_data(lang), Action::MyData),
        Turn::choice(say::button_forget(lang), Action::Forget),
    ]);
    turn.ask(say::languages(lang), choices);
}

pub(super) fn edited(turn: &mut Turn<'_>) {
    turn.say(say::edited(turn.lang));
}

pub(super) fn unreadable(turn: &mut Turn<'_>, kind: Unreadable) {
    turn.greet_once();
    let text = match kind {
        Unreadable::Voice => say::only_text_voice(turn.lang),
        Unreadable::Picture => say::only_text_picture(turn.lang),
        Unreadable::Sticker | Unreadable::File | Unreadable::Contact | Unreadable::Other => {
            say::only_text(turn.lang)
        }
    };
    let choices = turn.resume_choice().into_iter().chain([menu_button(turn)]).collect::<Vec<_>>();
    turn.message(text, None, Ask::Choice(choices));
}

/// More came than the bot takes of one person.
pub(super) fn slow_down(turn: &mut Turn<'_>) {
    turn.say(say::slow_down(turn.lang));
}
