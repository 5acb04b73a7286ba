//! Which language a turn is spoken in.
//!
//! A language that the person asked for stays until they ask for another. Until then the bot goes by
//! what they write, if that is clear, else by what their platform says. Guessing a text's language is
//! the search's (`facts::knowledge::search::language`).

use super::session::Session;
use crate::facts::Understanding;
use crate::model::event::{Event, Input};
use crate::model::lang::Lang;

/// How sure the language of a text must be before the conversation changes to it.
const SURE: f32 = 0.9;
/// From how many words a text may change the language of a conversation that has one, or overrule what
/// the platform says of the person. A stray word or a name must not.
const WORDS_TO_CHANGE: usize = 3;
/// From how many words it may set the first one where nothing is known, or change it where the script is
/// another too.
const WORDS_TO_BEGIN: usize = 2;

/// What language to speak, and what else the person seems to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spoken {
    /// The language of this turn.
    pub lang: Lang,
    /// The language that they wrote in although they had asked for the other.
    pub wrote: Option<Lang>,
}

/// Decides on the language of a turn.
pub(super) fn of(session: &Session, event: &Event, understanding: Option<&Understanding>) -> Spoken {
    let written = match &event.input {
        Input::Text(text) => understanding.and_then(|u| written_in(text, u)),
        _ => None,
    };
    let Some(current) = session.lang else {
        let hint = event.hints.lang;
        let enough = |w: &Written| match hint {
            Some(hint) if !same(w.lang, hint) => WORDS_TO_CHANGE,
            _ => WORDS_TO_BEGIN,
        };
        let begun = written.filter(|w| w.words >= enough(w) || w.own_script).map(|w| w.lang);
        return Spoken { lang: begun.or(hint).unwrap_or_default(), wrote: None };
    };
    let another = written
        .filter(|w| !same(w.lang, current))
        .filter(|w| w.words >= WORDS_TO_CHANGE || (w.own_script && w.words >= WORDS_TO_BEGIN))
        .map(|w| w.lang);
    match another {
        Some(lang) if session.lang_wished => Spoken { lang: current, wrote: Some(lang) },
        Some(lang) if !session.is_in_flow() => Spoken { lang, wrote: None },
        _ => Spoken { lang: current, wrote: None },
    }
}

/// What a text is written in.
struct Written {
    lang: Lang,
    words: usize,
    /// It is in a script that Swedish and English do not use, so that one word says enough.
    own_script: bool,
}

/// The language of a text that somebody wrote themselves; nothing where that is not clear.
fn written_in(text: &str, understanding: &Understanding) -> Option<Written> {
    // A pasted message is somebody else's words, and a place's name is in no language.
    if understanding.examination.is_some() || understanding.only_place {
        return None;
    }
    let (lang, sure) = understanding.found.lang?;
    let own_script = text.chars().filter(|c| c.is_alphabetic()).any(|c| !is_latin(c));
    let words = text.split_whitespace().enumerate().filter(|(n, word)| is_word(word, *n == 0)).count();
    (sure >= SURE && Lang::OFFERED.contains(&lang)).then_some(Written { lang, words, own_script })
}

/// Whether a word says something of the language. A code, a number or a single letter is in none, nor is
/// a name: a capital letter that does not begin the text.
fn is_word(word: &str, begins: bool) -> bool {
    word.chars().count() >= 2
        && word.chars().any(char::is_alphabetic)
        && !word.chars().any(char::is_numeric)
        && (begins || !word.starts_with(char::is_uppercase) || word.chars().all(|c| !c.is_lowercase()))
}

/// Latin letters with all their diacritics: Basic Latin to Latin Extended-B, and Latin Extended
/// Additional (Unicode blocks).
fn is_latin(c: char) -> bool {
    matches!(c, '\u{0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

/// Easy Swedish is written in Swedish.
fn same(a: Lang, b: Lang) -> bool {
    let plain = |lang| if lang == Lang::SvEasy { Lang::Sv } else { lang };
    plain(a) == plain(b)
}
