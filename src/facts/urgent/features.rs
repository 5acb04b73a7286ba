//! What the weights are of: stems of words, pairs of stems that stand near each other, runs of letters.
//!
//! A feature is a number made of its letters, as to write each of them out takes longer than all else.
//! `tools/urgent/train.py` takes texts apart in the same way; a change here is a change there, and the
//! weights must be learnt anew. Knows no weights.

use crate::facts::rules::fold::fold;

/// Letters that stand for a word in `s:` and `p:`: its ending is grammar, mostly.
const STEM: usize = 5;
/// A pair of stems has at most two words between.
const NEAR: usize = 3;
/// The lengths of the runs of letters.
const RUNS: std::ops::RangeInclusive<usize> = 3..=5;
/// What comes later in a text is not read.
const MOST_WORDS: usize = 240;
/// Words longer than this, in letters, are cut: no language served has them.
const LONGEST_WORD: usize = 40;
/// A sentence of fewer words says too little by itself.
const LEAST_WORDS: usize = 4;

/// One thing that a text has: which, as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Feature(u64);

/// The letters of a feature, one after the other (FNV-1a, which is short and quick; nobody gains by
/// two features that meet).
#[derive(Clone, Copy)]
struct Letters(u64);

impl Letters {
    /// Begins a feature of a kind: `s`, `p` or `c`.
    fn of(kind: char) -> Self {
        Self(0xcbf2_9ce4_8422_2325).then(kind).then(':')
    }

    fn then(self, letter: char) -> Self {
        Self((self.0 ^ u64::from(u32::from(letter))).wrapping_mul(0x0100_0000_01b3))
    }

    fn all(self, letters: &[char]) -> Self {
        letters.iter().fold(self, |so_far, letter| so_far.then(*letter))
    }

    fn feature(self) -> Feature {
        Feature(self.0)
    }
}

impl Feature {
    /// The feature that the file of weights calls `name`, if it is one.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let (kind, letters) = name.split_once(':')?;
        let kind = ["s", "p", "c"].into_iter().find(|known| *known == kind)?.chars().next()?;
        Some(letters.chars().fold(Letters::of(kind), Letters::then).feature())
    }

    /// For tables of features, which need no better mixed number.
    pub(crate) fn number(self) -> u64 {
        self.0
    }
}

/// The parts of a text that are weighed: the whole, and where there are several, its sentences, as one of
/// them may say in a long story what matters. Each part's features are sorted, and each is there once.
pub(crate) fn parts(text: &str, mut weigh: impl FnMut(&[Feature])) {
    let mut found = Vec::new();
    let whole = Words::of(text);
    whole.features(&mut found);
    weigh(&found);
    let mut sentences = text.split(['.', '!', '?', '\n', '؟', '…']).filter(|s| s.contains(' ')).peekable();
    let first = sentences.next();
    if sentences.peek().is_none() {
        return;
    }
    for sentence in first.into_iter().chain(sentences).take(MOST_WORDS / LEAST_WORDS) {
        let words = Words::of(sentence);
        if words.ends.len() >= LEAST_WORDS {
            words.features(&mut found);
            weigh(&found);
        }
    }
}

/// The folded words of a text in a row, with "_" before, between and after them; every number is "0", as
/// its size says little.
struct Words {
    letters: Vec<char>,
    /// Where each word begins and ends in `letters`.
    ends: Vec<(usize, usize)>,
}

impl Words {
    fn of(text: &str) -> Self {
        let folded = fold(text);
        let mut words = Self { letters: Vec::with_capacity(folded.len() + 2), ends: Vec::new() };
        words.letters.push('_');
        for word in folded.split(' ').filter(|word| !word.is_empty()).take(MOST_WORDS) {
            let start = words.letters.len();
            for c in word.chars().take(LONGEST_WORD) {
                let digit = c.is_ascii_digit();
                if !(digit && words.letters.get(start..).is_some_and(|word| word.ends_with(&['0']))) {
                    words.letters.push(if digit { '0' } else { c });
                }
            }
            words.ends.push((start, words.letters.len()));
            words.letters.push('_');
        }
        words
    }

    fn features(&self, found: &mut Vec<Feature>) {
        found.clear();
        let stem = |(start, end): (usize, usize)| &self.letters[start..end.min(start + STEM)];
        for (place, word) in self.ends.iter().enumerate() {
            found.push(Letters::of('s').all(stem(*word)).feature());
            let pair = Letters::of('p').all(stem(*word)).then(' ');
            let next = self.ends.iter().skip(place + 1).take(NEAR);
            found.extend(next.map(|next| pair.all(stem(*next)).feature()));
        }
        for start in 0..self.letters.len() {
            let mut run = Letters::of('c');
            for (length, letter) in (1..=*RUNS.end()).zip(&self.letters[start..]) {
                run = run.then(*letter);
                if length >= *RUNS.start() {
                    found.push(run.feature());
                }
            }
        }
        found.sort_unstable();
        found.dedup();
    }
}

/// A count as a float. Counts here are far below 65,535; more saturates.
pub(crate) fn count(n: usize) -> f32 {
    f32::from(u16::try_from(n).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<Vec<Feature>> {
        let mut all = Vec::new();
        parts(text, |found| all.push(found.to_vec()));
        all
    }

    #[test]
    fn a_text_is_taken_apart() {
        let found = all("Gav KODEN, 5000!").concat();
        for name in ["s:gav", "s:koden", "s:0", "p:gav koden", "p:gav 0", "c:_ga", "c:n_0_", "c:av_ko"] {
            assert!(found.contains(&Feature::named(name).expect(name)), "{name}");
        }
        for name in ["s:5000", "p:koden gav", "c:ga", "c:_gav_k"] {
            assert!(!found.contains(&Feature::named(name).expect(name)), "{name}");
        }
        // Three stems, three pairs, and the runs of "_gav_koden_0_".
        assert_eq!(found.len(), 3 + 3 + 11 + 10 + 9);
        assert_eq!(Feature::named("x:gav"), None);
        assert_eq!(all(""), [vec![]]);
        let long = all(&"försäkringskassan ".repeat(2_000));
        assert!(long.concat().len() < 200, "{}", long.concat().len());
    }

    #[test]
    fn each_sentence_of_several_is_a_part() {
        assert_eq!(all("Hej. Jag gav bort min kod! Vad gör jag nu då").len(), 3);
        assert_eq!(all("Jag gav bort min kod.").len(), 1);
        assert_eq!(all("Jag gav bort min kod. Hjälp mig.").len(), 2);
    }
}
