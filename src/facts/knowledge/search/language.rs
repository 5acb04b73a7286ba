//! Which language a short text is in: naive Bayes over character 1–4-grams.
//!
//! Learnt when the bot starts from some hundred sentences a language
//! (`config/languages/*.txt`). Knows only the languages that it was given; a text in another one
//! gets the most similar of them, with a probability that should then not be trusted.

use std::collections::HashMap;

use super::num::{count, hash, log_softmax};
use crate::model::lang::Lang;

/// Longer n-grams than this carry words rather than a language.
const LONGEST: usize = 4;
/// Longer texts are cut; their beginning says enough.
const MOST_CHARS: usize = 300;
/// Added to every count, so that an n-gram that a language lacks does not rule it out.
const SMOOTHING: f32 = 0.3;
/// Neighbouring n-grams overlap, so that their evidence is not independent.
const DAMPING: f32 = 0.35;

/// The n-gram frequencies of the languages.
#[derive(Debug, Default)]
pub struct Languages {
    langs: Vec<Lang>,
    /// Logarithm of the probability of every n-gram in every language.
    grams: HashMap<u64, Vec<f32>>,
    /// The same for an n-gram that nobody has.
    unseen: Vec<f32>,
}

impl Languages {
    /// Learns from sentences in known languages.
    #[must_use]
    pub fn learn(sentences: &[(Lang, &str)]) -> Self {
        let mut langs: Vec<Lang> = sentences.iter().map(|(lang, _)| *lang).collect();
        langs.sort_unstable();
        langs.dedup();
        let mut counts: HashMap<u64, Vec<f32>> = HashMap::new();
        let mut totals = vec![0.0_f32; langs.len()];
        for (lang, text) in sentences {
            let Ok(place) = langs.binary_search(lang) else {
                continue;
            };
            for gram in grams(text) {
                let row = counts.entry(gram).or_insert_with(|| vec![0.0; langs.len()]);
                for cell in row.iter_mut().skip(place).take(1).chain(totals.iter_mut().skip(place).take(1)) {
                    *cell += 1.0;
                }
            }
        }
        let kinds = count(counts.len());
        let log = |n: f32, total: f32| ((n + SMOOTHING) / (total + SMOOTHING * kinds)).ln();
        for row in counts.values_mut() {
            row.iter_mut().zip(&totals).for_each(|(n, total)| *n = log(*n, *total));
        }
        let unseen = totals.iter().map(|total| log(0.0, *total)).collect();
        Self { langs, grams: counts, unseen }
    }

    /// How likely each language is; the shares add up to 1, or there are none for a text without
    /// letters.
    #[must_use]
    pub fn shares(&self, text: &str) -> Vec<(Lang, f32)> {
        let mut scores = vec![0.0_f32; self.langs.len()];
        let mut any = false;
        for gram in grams(text) {
            any = true;
            let row = self.grams.get(&gram).unwrap_or(&self.unseen);
            scores.iter_mut().zip(row).for_each(|(score, log)| *score += DAMPING * log);
        }
        log_softmax(&mut scores);
        self.langs.iter().copied().zip(scores.into_iter().map(f32::exp)).filter(|_| any).collect()
    }

    /// The most likely language and its probability, 0–1; nothing for a text without letters.
    #[must_use]
    pub fn guess(&self, text: &str) -> Option<(Lang, f32)> {
        self.shares(text).into_iter().max_by(|a, b| a.1.total_cmp(&b.1))
    }
}

/// Hashes of the 1–4-grams of the words, each padded with a space.
fn grams(text: &str) -> impl Iterator<Item = u64> {
    let lower: String = text.chars().take(MOST_CHARS).flat_map(char::to_lowercase).collect();
    let words: Vec<String> = lower
        .split(|c: char| !(c.is_alphabetic() || c == '\''))
        .filter(|w| !w.is_empty())
        .map(|w| format!(" {w} "))
        .collect();
    words.into_iter().flat_map(|word| {
        let chars: Vec<char> = word.chars().collect();
        let all = (1..=LONGEST).flat_map(|n| chars.windows(n).map(<[char]>::to_vec).collect::<Vec<_>>());
        all.filter(|gram| gram.as_slice() != [' '])
            .map(|gram| hash(gram.into_iter().flat_map(|c| u32::from(c).to_le_bytes())))
            .collect::<Vec<_>>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_apart_what_it_has_seen() {
        let languages = Languages::learn(&[
            (Lang::Sv, "hur skaffar jag ett lösenord på min telefon"),
            (Lang::En, "how do I get a password on my phone"),
            (Lang::Uk, "як отримати пароль на телефоні"),
        ]);
        assert_eq!(languages.guess("jag har glömt lösenordet").map(|g| g.0), Some(Lang::Sv));
        assert_eq!(languages.guess("what is my password").map(|g| g.0), Some(Lang::En));
        assert_eq!(languages.guess("пароль").map(|g| g.0), Some(Lang::Uk));
        assert_eq!(languages.guess("1234 !"), None);
        assert_eq!(Languages::default().guess("hej"), None);
    }
}
