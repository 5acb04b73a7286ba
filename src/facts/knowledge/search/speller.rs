//! Mends words that the articles do not know, where a word they do know is one letter away.
//!
//! Two letters from eight letters on. Known words are never touched, so a correct text stays as
//! it is. Does not look at the words around.

use std::collections::{BTreeMap, HashMap};

use rapidfuzz::distance::osa;

use super::num::{at, hash, index};
use super::text;

/// Shorter words have too many neighbours.
const SHORTEST: usize = 4;
/// From this length on two letters may differ.
const LONG: usize = 8;
/// Longer words are left alone: their deletions would be many.
const LONGEST: usize = 24;

/// A vocabulary with an index of its words by what is left when letters are taken out.
#[derive(Debug, Default)]
pub struct Speller {
    /// Word → place in `words`.
    known: HashMap<String, u32>,
    /// Words and how often they occur.
    words: Vec<(String, u32)>,
    /// Hash of a word with up to two letters deleted, and the word's place (symmetric deletion);
    /// sorted, which is built faster than a map of lists.
    deletions: Vec<(u64, u32)>,
    /// Folded word → how it is mostly spelt in Swedish, where that differs.
    spellings: HashMap<String, String>,
}

impl Speller {
    /// Builds the vocabulary from folded words.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut speller = Self::default();
        for word in words {
            if let Some(entry) = speller.known.get(word).and_then(|i| speller.words.get_mut(at(*i))) {
                entry.1 += 1;
            } else {
                speller.known.insert(word.to_owned(), index(speller.words.len()));
                speller.words.push((word.to_owned(), 1));
            }
        }
        for (i, (word, _)) in speller.words.iter().enumerate() {
            speller.deletions.extend(deletions(word).into_iter().map(|key| (key, index(i))));
        }
        speller.deletions.sort_unstable();
        speller
    }

    /// Learns from Swedish texts where å, ä and ö belong.
    #[must_use]
    pub fn with_spellings<'a>(mut self, texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for word in texts.into_iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric())) {
            *counts.entry(word.to_lowercase()).or_default() += 1;
        }
        let mut best: HashMap<String, (u32, String)> = HashMap::new();
        for (word, n) in counts.into_iter().filter(|(word, _)| !word.is_empty()) {
            let entry = best.entry(text::fold(&word)).or_default();
            if n > entry.0 {
                *entry = (n, word);
            }
        }
        best.retain(|folded, (_, word)| folded != word);
        self.spellings = best.into_iter().map(|(folded, (_, word))| (folded, word)).collect();
        self
    }

    /// The usual Swedish spelling of a folded word: *losenord* is *lösenord*.
    #[must_use]
    pub fn spell<'a>(&'a self, folded: &'a str) -> &'a str {
        self.spellings.get(folded).map_or(folded, String::as_str)
    }

    /// Whether the articles use the (folded) word.
    #[must_use]
    pub fn knows(&self, word: &str) -> bool {
        self.known.contains_key(word)
    }

    /// The word itself if it is known or nothing is near, otherwise the nearest known word; of
    /// equally near ones the most frequent, then the first in the alphabet.
    #[must_use]
    pub fn mend(&self, word: &str) -> String {
        let letters = word.chars().count();
        if !(SHORTEST..=LONGEST).contains(&letters)
            || self.knows(word)
            || word.contains(|c: char| c.is_numeric())
        {
            return word.to_owned();
        }
        let reach = if letters >= LONG { 2 } else { 1 };
        let mut best: Option<(usize, u32, &str)> = None;
        for key in deletions(word) {
            let from = self.deletions.partition_point(|(other, _)| *other < key);
            let same = self.deletions.iter().skip(from).take_while(|(other, _)| *other == key);
            for (known, frequency) in same.filter_map(|(_, i)| self.words.get(at(*i))) {
                let distance = osa::distance(word.chars(), known.chars());
                let better = best.is_none_or(|(d, f, w)| {
                    (distance, std::cmp::Reverse(*frequency), known.as_str()) < (d, std::cmp::Reverse(f), w)
                });
                if distance <= reach && better {
                    best = Some((distance, *frequency, known));
                }
            }
        }
        best.map_or(word, |(_, _, known)| known).to_owned()
    }
}

/// Hashes of the word with none, one and (if it is long) two letters taken out.
fn deletions(word: &str) -> Vec<u64> {
    let chars: Vec<char> = word.chars().collect();
    let skipping = |a: usize, b: usize| {
        let kept = chars.iter().enumerate().filter(move |(i, _)| *i != a && *i != b).map(|(_, c)| *c);
        hash(kept.flat_map(|c| u32::from(c).to_le_bytes()))
    };
    if !(SHORTEST - 1..=LONGEST + 1).contains(&chars.len()) {
        return Vec::new();
    }
    let mut keys = vec![skipping(usize::MAX, usize::MAX)];
    keys.extend((0..chars.len()).map(|i| skipping(i, i)));
    if chars.len() + 1 >= LONG {
        keys.extend(
            (0..chars.len())
                .flat_map(|i| (i + 1..chars.len()).map(move |j| (i, j)))
                .map(|(i, j)| skipping(i, j)),
        );
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mends_only_unknown_words_within_reach() {
        let speller = Speller::new(["losenord", "losenord", "bankid", "skriva", "skrivare", "telefon"]);
        assert_eq!(speller.mend("lossenord"), "losenord");
        assert_eq!(speller.mend("lsoenrod"), "losenord", "two swaps in a long word");
        assert_eq!(speller.mend("bnakid"), "bankid");
        assert_eq!(speller.mend("bnkdi"), "bnkdi", "two errors in a short word");
        assert_eq!(speller.mend("skriva"), "skriva", "known words stay");
        assert_eq!(speller.mend("hus"), "hus");
        assert_eq!(speller.mend("cykelpump"), "cykelpump");
    }

    #[test]
    fn knows_where_the_dots_belong() {
        let speller = Speller::default().with_spellings(["Får jag låna?", "hur får man hjälp", "var far"]);
        assert_eq!(speller.spell("far"), "får", "the most frequent spelling");
        assert_eq!(speller.spell("hur"), "hur");
    }
}
