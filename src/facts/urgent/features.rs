//! What the weights are of: stems of words, pairs of stems that stand near each other, runs of letters.
//!
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
const MOST_WORDS: usize = 120;
/// Words longer than this, in letters, are cut: no language served has them.
const LONGEST_WORD: usize = 40;

/// Calls `found` with every feature of a text, each once, and returns how many there were.
pub(crate) fn each(text: &str, mut found: impl FnMut(&str)) -> usize {
    let words = words(text);
    let mut features: Vec<String> = Vec::with_capacity(words.len() * 20);
    let stems: Vec<String> = words.iter().map(|word| word.chars().take(STEM).collect()).collect();
    for (place, stem) in stems.iter().enumerate() {
        features.push(format!("s:{stem}"));
        features.extend(stems.iter().skip(place + 1).take(NEAR).map(|next| format!("p:{stem} {next}")));
    }
    // The edges of words are written "_", so that the weights' file shows them.
    let letters: Vec<char> = format!("_{}_", words.join("_")).chars().collect();
    for length in RUNS {
        features.extend(letters.windows(length).map(|run| format!("c:{}", run.iter().collect::<String>())));
    }
    features.sort_unstable();
    features.dedup();
    for feature in &features {
        found(feature);
    }
    features.len()
}

/// The folded words; every number is "0", as its size says little.
fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let words = folded.split(' ').filter(|word| !word.is_empty()).take(MOST_WORDS);
    words.map(without_digits).collect()
}

fn without_digits(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars().take(LONGEST_WORD) {
        match c {
            '0'..='9' if out.ends_with('0') => {}
            '0'..='9' => out.push('0'),
            c => out.push(c),
        }
    }
    out
}

/// A count as a float. Counts here are far below 65,535; more saturates.
pub(crate) fn count(n: usize) -> f32 {
    f32::from(u16::try_from(n).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        let count = each(text, |feature| all.push(feature.to_owned()));
        assert_eq!(count, all.len());
        all
    }

    #[test]
    fn a_text_is_taken_apart() {
        let all = features("Gav KODEN, 5000!");
        for feature in ["s:gav", "s:koden", "s:0", "p:gav koden", "p:gav 0", "c:_ga", "c:n_0_", "c:av_ko"] {
            assert!(all.iter().any(|f| f == feature), "{feature} is not in {all:?}");
        }
        assert!(!all.iter().any(|f| f.contains('5')));
        assert_eq!(features(""), ["c:__"; 0]);
        let long = features(&"försäkringskassan ".repeat(2_000));
        assert!(long.len() < 200, "{}", long.len());
    }
}
