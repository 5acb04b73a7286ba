//! Lists of words in `words.txt`: ordinary words, prepositions, units. It decides nothing.

use std::collections::HashSet;

use super::fold::Token;

/// The lists, read once; the text is part of the program, because it is language, not fact.
const TEXT: &str = include_str!("words.txt");

/// Sets of words in lower case with their diacritics.
#[derive(Debug, Default)]
pub(super) struct Words {
    never: HashSet<&'static str>,
    ordinary: HashSet<&'static str>,
    lookalike: HashSet<&'static str>,
    abroad: HashSet<&'static str>,
    region: HashSet<&'static str>,
    live: HashSet<&'static str>,
    at: HashSet<&'static str>,
    toward: HashSet<&'static str>,
    label: HashSet<&'static str>,
    filler: HashSet<&'static str>,
    unit: HashSet<&'static str>,
}

impl Words {
    pub(super) fn read() -> Self {
        let mut words = Self::default();
        let mut section = "";
        for line in TEXT.lines().filter(|line| !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[') {
                section = name.trim_end_matches(']');
            } else if let Some(set) = words.section(section) {
                set.extend(line.split_whitespace());
            }
        }
        words
    }

    fn section(&mut self, name: &str) -> Option<&mut HashSet<&'static str>> {
        match name {
            "never" => Some(&mut self.never),
            "ordinary" => Some(&mut self.ordinary),
            "lookalike" => Some(&mut self.lookalike),
            "abroad" => Some(&mut self.abroad),
            "region" => Some(&mut self.region),
            "live" => Some(&mut self.live),
            "at" => Some(&mut self.at),
            "toward" => Some(&mut self.toward),
            "label" => Some(&mut self.label),
            "filler" => Some(&mut self.filler),
            "unit" => Some(&mut self.unit),
            _ => None,
        }
    }

    /// Never a place, whatever hamlet is called so: "hej", "hjälp".
    pub(super) fn never(&self, word: &Token) -> bool {
        self.never.contains(word.exact.as_str())
    }

    /// Also an ordinary word or a person's name: "vara", "Nora", "bergs".
    pub(super) fn ordinary(&self, word: &Token) -> bool {
        let written = word.exact.as_str();
        let stem = written.strip_suffix('s').unwrap_or(written);
        self.ordinary.contains(written) || self.ordinary.contains(stem) || self.never(word)
    }

    /// An ordinary word that is spelt almost as a place: "totala".
    pub(super) fn lookalike(&self, word: &Token) -> bool {
        self.lookalike.contains(word.exact.as_str())
    }

    /// A city or country elsewhere.
    pub(super) fn abroad(&self, word: &str) -> bool {
        self.abroad.contains(word) || self.abroad.contains(word.strip_suffix('s').unwrap_or(word))
    }

    /// Sweden, a province, a part of the world.
    pub(super) fn region(&self, word: &Token) -> bool {
        let written = word.exact.as_str();
        self.region.contains(written) || self.region.contains(written.strip_suffix('s').unwrap_or(written))
    }

    /// A word for living somewhere: "bor", "asun".
    pub(super) fn live(&self, word: &Token) -> bool {
        self.live.contains(word.exact.as_str())
    }

    /// A word before a place where something is: "i", "near".
    pub(super) fn at(&self, word: &Token) -> bool {
        self.at.contains(word.exact.as_str())
    }

    /// A word before a place, a person or a thing: "till", "from".
    pub(super) fn toward(&self, word: &Token) -> bool {
        self.toward.contains(word.exact.as_str())
    }

    /// A word beside the name of a town: "kommun", "bibliotek".
    pub(super) fn label(&self, word: &Token) -> bool {
        self.label.contains(word.exact.as_str())
    }

    /// A word around a place in a text that is only a place: "centrala", "kommun", "i".
    pub(super) fn filler(&self, word: &Token) -> bool {
        self.filler.contains(word.exact.as_str())
    }

    /// A word after a number that counts something: "kronor".
    pub(super) fn unit(&self, word: &Token) -> bool {
        self.unit.contains(word.exact.as_str())
    }
}
