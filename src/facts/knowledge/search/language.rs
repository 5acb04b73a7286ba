//! Which language a short text is in: naive Bayes over character 1–4-grams.
//!
//! Learnt when the bot starts from some hundred sentences a language
//! (`config/languages/*.txt`). Knows only the languages that it was given; a text in another one
//! gets the most similar of them, with a probability that should then not be trusted.

use super::num::{HashedMap, at, count, index, letter_hash, log_softmax};
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
    /// Where the row of every n-gram begins in `logs`.
    grams: HashedMap<u64, u32>,
    /// Rows of logarithms: the probability of an n-gram in every language.
    logs: Vec<f32>,
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
        let width = langs.len();
        let mut rows: HashedMap<u64, u32> = HashedMap::default();
        let mut counts: Vec<f32> = Vec::new();
        let mut totals = vec![0.0_f32; width];
        for (lang, text) in sentences {
            let Ok(place) = langs.binary_search(lang) else {
                continue;
            };
            each_gram(text, |gram| {
                let row = at(*rows.entry(gram).or_insert(index(counts.len())));
                if row == counts.len() {
                    counts.resize(row + width, 0.0);
                }
                for cell in [counts.get_mut(row + place), totals.get_mut(place)].into_iter().flatten() {
                    *cell += 1.0;
                }
            });
        }
        let kinds = count(rows.len());
        // The same few counts come again and again; most n-grams are in one language only.
        let log = |n: f32, total: f32| ((n + SMOOTHING) / (total + SMOOTHING * kinds)).ln();
        let unseen: Vec<f32> = totals.iter().map(|total| log(0.0, *total)).collect();
        for row in counts.chunks_exact_mut(width.max(1)) {
            for ((n, total), none) in row.iter_mut().zip(&totals).zip(&unseen) {
                *n = if *n > 0.0 { log(*n, *total) } else { *none };
            }
        }
        Self { langs, grams: rows, logs: counts, unseen }
    }

    /// How likely each language is; the shares add up to 1, or there are none for a text without
    /// letters.
    #[must_use]
    pub fn shares(&self, text: &str) -> Vec<(Lang, f32)> {
        let mut scores = vec![0.0_f32; self.langs.len()];
        let mut any = false;
        each_gram(text, |gram| {
            any = true;
            let row = self.grams.get(&gram).and_then(|row| self.logs.get(at(*row)..));
            let row = row.unwrap_or(&self.unseen);
            scores.iter_mut().zip(row).for_each(|(score, log)| *score += DAMPING * log);
        });
        log_softmax(&mut scores);
        self.langs.iter().copied().zip(scores.into_iter().map(f32::exp)).filter(|_| any).collect()
    }

    /// The most likely language and its probability, 0–1; nothing for a text without letters.
    #[must_use]
    pub fn guess(&self, text: &str) -> Option<(Lang, f32)> {
        self.shares(text).into_iter().max_by(|a, b| a.1.total_cmp(&b.1))
    }
}

/// Hands over the hashes of the 1–4-grams of the words, each padded with a space.
fn each_gram(text: &str, mut take: impl FnMut(u64)) {
    let lower: String = text.chars().take(MOST_CHARS).flat_map(char::to_lowercase).collect();
    let mut padded = Vec::new();
    for word in lower.split(|c: char| !(c.is_alphabetic() || c == '\'')).filter(|w| !w.is_empty()) {
        padded.clear();
        padded.extend(std::iter::once(' ').chain(word.chars()).chain(std::iter::once(' ')));
        for (from, first) in padded.iter().enumerate() {
            let mut hash = letter_hash(0, *first);
            if *first != ' ' {
                take(hash);
            }
            for letter in padded.iter().skip(from + 1).take(LONGEST - 1) {
                hash = letter_hash(hash, *letter);
                take(hash);
            }
        }
    }
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
