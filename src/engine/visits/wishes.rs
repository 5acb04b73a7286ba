//! What somebody needs to take part: an interpreter, company, or something in their own words.
//!
//! One question that most people pass with one button. Nothing is asked about health.

use super::{details, hold};
use crate::engine::session::Step;
use crate::engine::turn::Turn;
use crate::engine::{Need, say};
use crate::model::action::{Action, Wish};
use crate::model::effect::Effect;
use crate::model::id::VisitId;
use crate::model::lang::Lang;
use crate::model::message::Choice;
use crate::model::visit::{Company, Interpreter, Visit};

/// The longest note, in characters.
const LONGEST_NOTE: usize = 300;
/// The longest name of a language, in characters.
const LONGEST_LANGUAGE: usize = 40;
/// The languages that are offered as buttons; any other can be written.
const LANGUAGES: [Lang; 6] = [Lang::Ar, Lang::Fa, Lang::So, Lang::Uk, Lang::Fi, Lang::Pl];

pub fn say_wishes(turn: &mut Turn<'_>, visit: &Visit) {
    let lang = turn.lang;
    let (id, wishes) = (visit.id, &visit.wishes);
    turn.session.step = Step::Wishes(id);
    let done = if wishes.any() { say::button_wishes_done(lang) } else { say::button_no_wishes(lang) };
    let interpreter = match wishes.interpreter {
        Some(_) => say::button_no_interpreter(lang),
        None => say::button_interpreter(lang),
    };
    let company = match wishes.company {
        Company::Accompanied => say::button_alone(lang),
        Company::Alone => say::button_company(lang),
    };
    let choices = vec![
        Turn::choice(done, Action::NoMoreWishes(id)),
        Turn::choice(interpreter, Action::Wish(id, Wish::Interpreter)),
        Turn::choice(company, Action::Wish(id, Wish::Company)),
        Turn::choice(say::button_note(lang), Action::Wish(id, Wish::Note)),
        Turn::choice(say::button_leave(lang), Action::Leave),
    ];
    let text = if wishes.any() {
        say::wishes_so_far(lang).and(details::details(lang, visit))
    } else {
        say::ask_wishes(lang)
    };
    turn.replace();
    turn.ask(text, choices);
}

/// Asks again, after an interruption.
pub fn ask_wishes(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    if let Some(visit) = hold::unconfirmed(turn, id)? {
        say_wishes(turn, &visit);
    }
    Ok(())
}

/// A wish was chosen, or taken back.
pub fn wish(turn: &mut Turn<'_>, id: VisitId, wish: Wish) -> Result<(), Need> {
    let Some(mut visit) = hold::unconfirmed(turn, id)? else { return Ok(()) };
    match wish {
        Wish::Interpreter if visit.wishes.interpreter.is_none() => {
            say_languages(turn, id);
            return Ok(());
        }
        Wish::Interpreter => visit.wishes.interpreter = None,
        Wish::Company => {
            visit.wishes.company = match visit.wishes.company {
                Company::Alone => Company::Accompanied,
                Company::Accompanied => Company::Alone,
            }
        }
        Wish::Note => {
            turn.session.step = Step::Note(id);
            turn.replace();
            let back = back(turn);
            turn.ask(say::ask_note(turn.lang), vec![back]);
            return Ok(());
        }
    }
    save(turn, visit);
    Ok(())
}

/// Back to the question itself.
fn back(turn: &Turn<'_>) -> Choice {
    Turn::choice(say::button_back(turn.lang), Action::Resume)
}

fn save(turn: &mut Turn<'_>, visit: Visit) {
    say_wishes(turn, &visit);
    turn.effect(Effect::SaveVisit(Box::new(visit)));
}

fn say_languages(turn: &mut Turn<'_>, id: VisitId) {
    turn.session.step = Step::Interpreter(id);
    let own = |lang: &Lang| Turn::choice(lang.own_name().to_owned(), Action::Interpreter(id, *lang));
    let mut choices: Vec<Choice> = LANGUAGES.iter().map(own).collect();
    choices.push(back(turn));
    turn.replace();
    turn.ask(say::ask_interpreter(turn.lang), choices);
}

/// The interpreter's language was chosen.
pub fn interpreter_chosen(turn: &mut Turn<'_>, id: VisitId, lang: Lang) -> Result<(), Need> {
    interpreter(turn, id, Some(Interpreter::Known(lang)))
}

/// The interpreter's language was written.
pub fn interpreter_written(turn: &mut Turn<'_>, id: VisitId, text: &str) -> Result<(), Need> {
    interpreter(turn, id, details::line(text, LONGEST_LANGUAGE).map(Interpreter::from))
}

fn interpreter(turn: &mut Turn<'_>, id: VisitId, interpreter: Option<Interpreter>) -> Result<(), Need> {
    let Some(mut visit) = hold::unconfirmed(turn, id)? else { return Ok(()) };
    visit.wishes.interpreter = interpreter;
    save(turn, visit);
    Ok(())
}

/// What else is needed was written.
pub fn noted(turn: &mut Turn<'_>, id: VisitId, text: &str) -> Result<(), Need> {
    let Some(mut visit) = hold::unconfirmed(turn, id)? else { return Ok(()) };
    visit.wishes.note = details::line(text, LONGEST_NOTE);
    save(turn, visit);
    Ok(())
}

/// Nothing more is wished for: on to the name.
pub fn no_more(turn: &mut Turn<'_>, id: VisitId) -> Result<(), Need> {
    if let Some(visit) = hold::unconfirmed(turn, id)? {
        details::say_ask_name(turn, &visit);
    }
    Ok(())
}
