//! Fraud in progress and lives in danger in words that no rule foresaw: weighed, not matched.
//!
//! A linear model adds up what the words of a text say (`features`), and of each of its sentences; where
//! the search has the embedding model, a small network weighs that together with the meaning. The weights are data, in `config/urgent.tsv`, learnt from
//! labelled phrasings by `tools/urgent/train.py`. The rules come first; what is said to somebody in
//! danger is the engine's.

pub(crate) mod features;
pub mod measure;
mod read;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use serde::Serialize;

use super::problem::Problem;

/// Of so many parts, the whole and at least three sentences, is a long story.
const LONG: usize = 3;

/// What somebody is in the middle of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Danger {
    /// A fraud is going on, or a code or money has just been given away.
    Fraud,
    /// Somebody's life or health is in danger.
    Crisis,
}

/// How sure the bot is of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// So likely that the numbers to ring belong above whatever else is answered.
    Likely,
    /// So sure that nothing else is answered.
    Sure,
}

/// What an emergency was recognised by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// A rule of `rules.toml`.
    Rule,
    /// The weights of the words alone.
    Words,
    /// The weights of the words and of the meaning.
    Meaning,
}

/// An emergency.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Urgent {
    /// Which.
    pub danger: Danger,
    /// How sure it is.
    pub certainty: Certainty,
    /// What it was recognised by.
    pub by: By,
}

/// One number for each danger.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Pair {
    fraud: f32,
    crisis: f32,
}

/// From where on a text counts as likely and as sure.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Thresholds {
    likely: Pair,
    sure: Pair,
}

/// The weights of one file.
#[derive(Debug, Default)]
struct Weights {
    /// What a text without any known word begins with.
    bias: Pair,
    words: HashMap<u64, Pair, BuildHasherDefault<AsItIs>>,
    alone: Thresholds,
    /// Below this much by its words, a text is not worth embedding for.
    doubt: Pair,
    meaning: Option<Meaning>,
}

/// The part of the weights that reads vectors: what is dangerous is no straight slice of all that can
/// be meant, so units between pick out regions.
#[derive(Debug, Default)]
struct Meaning {
    bias: Pair,
    units: Vec<Unit>,
    thresholds: Thresholds,
}

/// One of the units: what it adds to the sums by as much as it is excited.
#[derive(Debug, Default)]
struct Unit {
    bias: f32,
    adds: Pair,
    /// How much the sums of the words excite it.
    words: Pair,
    dimensions: Vec<f32>,
}

/// Features are numbers as well mixed as any hash of them.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |sum, byte| (sum << 8) | u64::from(*byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// Tells emergencies by weights.
pub struct Urgency(Weights);

/// What the words of a text add up to.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    sums: Pair,
    /// Whether the text is so long that its vector is of much beside the matter.
    long: bool,
}

impl Urgency {
    /// Reads the text of `urgent.tsv`. With an error nothing is weighed, and the problem says where.
    #[must_use]
    pub fn read(file: &str, text: &str) -> (Self, Vec<Problem>) {
        let (weights, problems) = read::read(file, text);
        (Self(weights), problems)
    }

    /// What the words of a text add up to: of the whole, or of the sentence that says more.
    #[must_use]
    pub fn words(&self, text: &str) -> Words {
        let mut most = Pair { fraud: f32::NEG_INFINITY, crisis: f32::NEG_INFINITY };
        let mut parts = 0;
        features::parts(text, |found| {
            let weights = found.iter().filter_map(|feature| self.0.words.get(&feature.number()));
            let sum = weights.fold(Pair::default(), |sum, weight| sum.plus(*weight));
            // Long texts are not more urgent for being long.
            most = most.max(sum.times(1.0 / features::count(found.len().max(1)).sqrt()));
            parts += 1;
        });
        Words { sums: self.0.bias.plus(most), long: parts > LONG }
    }

    /// Whether the vector of the text could change what its words say.
    #[must_use]
    pub fn wants_vector(&self, words: Words) -> bool {
        let doubt = self.0.doubt;
        self.0.meaning.is_some() && (words.sums.fraud >= doubt.fraud || words.sums.crisis >= doubt.crisis)
    }

    /// The emergency in a text by its words and, where there is one, its vector.
    #[must_use]
    pub fn judge(&self, words: Words, vector: Option<&[f32]>) -> Option<Urgent> {
        let Some((meaning, vector)) = self.0.meaning.as_ref().zip(vector) else {
            return self.0.alone.judge(words.sums, By::Words);
        };
        let sum = meaning.units.iter().fold(meaning.bias, |sum, unit| sum.plus(unit.says(words, vector)));
        let alone = || words.long.then(|| self.0.alone.judge(words.sums, By::Words)).flatten();
        meaning.thresholds.judge(sum, By::Meaning).or_else(alone)
    }
}

impl Urgent {
    /// The same of a text that may be a message somebody has received: that tells of a fraud in words
    /// like a victim's, so it takes more to be likely, and it is never sure.
    #[must_use]
    pub fn told_of(self, pasted: bool) -> Option<Self> {
        match self.certainty {
            Certainty::Sure if pasted => Some(Self { certainty: Certainty::Likely, ..self }),
            Certainty::Likely if pasted => None,
            _ => Some(self),
        }
    }
}

impl Unit {
    fn says(&self, words: Words, vector: &[f32]) -> Pair {
        let start = self.bias + self.words.fraud * words.sums.fraud + self.words.crisis * words.sums.crisis;
        let sum = self.dimensions.iter().zip(vector).fold(start, |sum, (weight, x)| sum + weight * x);
        self.adds.times(sum.max(0.0))
    }
}

impl Thresholds {
    /// A life goes before money, unless the money is surer.
    fn judge(&self, sum: Pair, by: By) -> Option<Urgent> {
        let certainty = |sum: f32, likely: f32, sure: f32| {
            (sum >= likely).then_some(if sum >= sure { Certainty::Sure } else { Certainty::Likely })
        };
        let crisis = certainty(sum.crisis, self.likely.crisis, self.sure.crisis);
        let fraud = certainty(sum.fraud, self.likely.fraud, self.sure.fraud);
        let (danger, certainty) = match (crisis, fraud) {
            (Some(crisis), fraud) if fraud.is_none_or(|fraud| fraud <= crisis) => (Danger::Crisis, crisis),
            (_, Some(fraud)) => (Danger::Fraud, fraud),
            (_, None) => return None,
        };
        Some(Urgent { danger, certainty, by })
    }
}

impl Pair {
    fn plus(self, other: Self) -> Self {
        Self { fraud: self.fraud + other.fraud, crisis: self.crisis + other.crisis }
    }

    fn times(self, factor: f32) -> Self {
        Self { fraud: self.fraud * factor, crisis: self.crisis * factor }
    }

    fn max(self, other: Self) -> Self {
        Self { fraud: self.fraud.max(other.fraud), crisis: self.crisis.max(other.crisis) }
    }
}

/// Any text as the file of weights: for `fuzzing`.
pub(super) fn fuzz(text: &str) -> usize {
    read::read("urgent.tsv", text).1.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Urgency {
        let file = include_str!("../../../fuzz/seeds/files/weights.tsv");
        let (urgency, problems) = Urgency::read("urgent.tsv", file);
        assert!(problems.is_empty(), "{problems:?}");
        urgency
    }

    #[test]
    fn in_a_long_story_one_sentence_is_heard() {
        let urgency = small();
        let judge = |text: &str| urgency.judge(urgency.words(text), Some(&[0.0])).map(|u| (u.danger, u.by));
        let rest = "hon var sa rar och fragade om mina barn och min hund";
        assert_eq!(judge(&format!("{rest} gav kod {rest}")), None);
        let story = format!("{rest}. {rest}. Jag gav kod nu. {rest}.");
        assert_eq!(judge(&story), Some((Danger::Fraud, By::Words)));
    }

    #[test]
    fn words_and_meaning_add_up() {
        let urgency = small();
        let judge = |text: &str, vector: Option<&[f32]>| {
            urgency.judge(urgency.words(text), vector).map(|u| (u.danger, u.certainty, u.by))
        };
        let none = judge("en annan fråga", None);
        assert_eq!(none, None);
        assert!(matches!(judge("gav kod", None), Some((Danger::Fraud, _, By::Words))));
        assert!(matches!(
            judge("gav kod", Some(&[9.0])),
            Some((Danger::Fraud, Certainty::Sure, By::Meaning))
        ));
        assert_eq!(judge("gav kod", Some(&[-9.0])).map(|(danger, ..)| danger), Some(Danger::Crisis));
        assert!(urgency.wants_vector(urgency.words("gav kod")));
    }
}
