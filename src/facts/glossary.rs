//! Hard words and what they mean, in every language that has a list of them.
//!
//! Knows when a text asks what a word means, and what to say of it. Longer questions are for the
//! articles; which of the two answers is the engine's to decide.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::problem::Problem;
use super::rules::fold::{Folded, fold};
use super::source::Source;
use crate::model::lang::Lang;

/// A word of the glossary, the same in every language: `webblasare`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TermId(String);

/// A word in one language.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The word as every text of the language writes it.
    pub term: String,
    /// What it means, in a sentence or two of plain words.
    pub plain: String,
    /// Other ways to write it.
    #[serde(default)]
    pub also: Vec<String>,
}

/// The file of one language.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    ask: Vec<String>,
    #[serde(default)]
    skip: Vec<String>,
    terms: BTreeMap<String, Term>,
}

/// What stands before and after the word in a question about it, folded.
#[derive(Debug, PartialEq, Eq)]
struct Frame {
    before: String,
    after: String,
}

/// The words of all languages.
#[derive(Debug, Default)]
pub struct Glossary {
    terms: BTreeMap<(Lang, TermId), Term>,
    frames: Vec<Frame>,
    skip: Vec<String>,
    /// Every way to write a word, folded.
    written: BTreeMap<String, TermId>,
}

impl Glossary {
    /// Reads `glossary/<language>.toml` of every language that has one.
    #[must_use]
    pub fn read(source: &Source) -> (Self, Vec<Problem>) {
        let mut glossary = Self::default();
        let mut problems = Vec::new();
        for lang in Lang::ALL {
            let name = format!("glossary/{lang}.toml");
            let Some(text) = source.text(&name) else { continue };
            match toml::from_str::<File>(&text) {
                Ok(file) => glossary.add(lang, file, &name, &mut problems),
                Err(error) => problems.push(Problem::error(&name, line(&text, &error), error.message())),
            }
        }
        // The longest frame first: "vad är * för något" before "vad är *".
        glossary.frames.sort_by_key(|frame| std::cmp::Reverse(frame.before.len() + frame.after.len()));
        (glossary, problems)
    }

    fn add(&mut self, lang: Lang, file: File, name: &str, problems: &mut Vec<Problem>) {
        for ask in &file.ask {
            match ask.split_once('*') {
                Some((before, after)) => {
                    let frame = Frame { before: fold(before), after: fold(after) };
                    if !self.frames.contains(&frame) {
                        self.frames.push(frame);
                    }
                }
                None => {
                    let message = format!("\"{ask}\" must have a * where the word stands");
                    problems.push(Problem::error(name, None, message));
                }
            }
        }
        self.skip.extend(file.skip.iter().map(|word| fold(word)));
        for (id, term) in file.terms {
            let id = TermId(id);
            let bare = term.term.split('(').next().unwrap_or_default();
            let inside =
                term.term.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(word, _)| word);
            let ways = term.also.iter().map(String::as_str).chain([bare]).chain(inside);
            for way in ways.map(fold).filter(|way| !way.is_empty()) {
                self.written.entry(way).or_insert_with(|| id.clone());
            }
            self.terms.insert((lang, id), term);
        }
    }

    /// The word that a text asks about, if that is all it does.
    #[must_use]
    pub fn asked(&self, text: &Folded) -> Option<&TermId> {
        self.frames.iter().find_map(|frame| self.written.get(self.inside(frame, text.as_str())?))
    }

    /// What stands in the place of the word.
    fn inside<'a>(&self, frame: &Frame, folded: &'a str) -> Option<&'a str> {
        let rest = folded.strip_prefix(frame.before.as_str())?.strip_suffix(frame.after.as_str())?;
        let whole = (frame.before.is_empty() || rest.starts_with(' '))
            && (frame.after.is_empty() || rest.ends_with(' '));
        let mut word = rest.trim();
        while let Some((_, rest)) =
            word.split_once(' ').filter(|(first, _)| self.skip.iter().any(|s| s == first))
        {
            word = rest;
        }
        (whole && !word.is_empty()).then_some(word)
    }

    /// The word in a language, or in the nearest one that has it.
    #[must_use]
    pub fn term(&self, id: &TermId, lang: Lang) -> Option<&Term> {
        let order = [lang, Lang::Sv, Lang::En];
        order.into_iter().find_map(|lang| self.terms.get(&(lang, id.clone())))
    }

    /// Every word of a language.
    pub fn of(&self, lang: Lang) -> impl Iterator<Item = &Term> {
        self.terms.iter().filter(move |((l, _), _)| *l == lang).map(|(_, term)| term)
    }
}

fn line(text: &str, error: &toml::de::Error) -> Option<u32> {
    let start = error.span()?.start;
    u32::try_from(text.get(..start)?.matches('\n').count() + 1).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn glossary() -> Glossary {
        let (glossary, problems) = Glossary::read(&Source::built_in());
        assert_eq!(problems, []);
        glossary
    }

    #[test]
    fn knows_a_question_about_a_word_in_any_language() {
        let glossary = glossary();
        for (text, word) in [
            ("Vad är en webbläsare?", "webblasare"),
            ("vad betyder ordet e-legitimation", "e_legitimation"),
            ("va e en app", "app"),
            ("vad är Kivra för något?", "kivra"),
            ("what does QR code mean?", "qr_kod"),
            ("What is a power of attorney", "fullmakt"),
            ("شو هو BankID", "bankid"),
            ("BankID چیست؟", "bankid"),
            ("waa maxay Swish?", "swish"),
            ("що таке Kivra", "kivra"),
            ("mitä Freja tarkoittaa?", "freja"),
            ("co to jest Kivra?", "kivra"),
        ] {
            assert_eq!(glossary.asked(&Folded::of(text)), Some(&TermId(word.to_owned())), "{text}");
        }
    }

    #[test]
    fn leaves_other_questions_alone() {
        let glossary = glossary();
        for text in
            ["vad är klockan", "hur skaffar jag BankID", "vad är ett bra lösenord", "app", "", "what is"]
        {
            assert_eq!(glossary.asked(&Folded::of(text)), None, "{text}");
        }
    }

    #[test]
    fn explains_in_the_readers_language_or_the_nearest() {
        let glossary = glossary();
        let app = TermId("app".to_owned());
        assert_eq!(glossary.term(&app, Lang::En).unwrap().term, "app");
        assert_eq!(glossary.term(&app, Lang::SvEasy).unwrap(), glossary.term(&app, Lang::Sv).unwrap());
        assert!(glossary.term(&TermId("wifi".to_owned()), Lang::Ar).unwrap().plain.contains("Wifi"));
        assert!(glossary.term(&TermId("nothing".to_owned()), Lang::Ar).is_none());
    }
}
