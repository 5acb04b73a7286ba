//! Mends words that the articles do not know, where a word they do know is one letter away.
//!
//! Two letters from eight letters on. Known words are never touched, so a correct text stays as
//! it is. Does not look at the words around.

use std::collections::{BTreeMap, HashMap};

use rapidfuzz::distance::osa;

use super::num::{at, index, letters_hash};
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
    /// Words by what is left of them with up to two letters deleted (symmetric deletion).
    deletions: Deletions,
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
        speller.deletions = Deletions::of(speller.words.iter().map(|(word, _)| word.as_str()));
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
            let same = self.deletions.with(key);
            for (known, frequency) in same.filter_map(|place| self.words.get(at(place))) {
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

/// Words by the hashes of their deletions: a table of lists, one after the other, which is built in
/// two passes without sorting.
#[derive(Debug, Default)]
struct Deletions {
    /// Where the list of each of [`LISTS`] begins, and last where the last one ends.
    starts: Vec<u32>,
    /// The part of a hash that its list does not tell, and the place of a word.
    entries: Vec<(u32, u32)>,
}

/// Lists in the table; some ten entries each.
const LISTS: usize = 1 << 16;

impl Deletions {
    fn of<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let mut keys: Vec<(u64, u32)> = Vec::new();
        for (place, word) in (0..).zip(words) {
            keys.extend(deletions(word).into_iter().map(|key| (key, place)));
        }
        let mut starts = vec![0_u32; LISTS + 1];
        for (key, _) in &keys {
            if let Some(count) = starts.get_mut(list_of(*key)) {
                *count += 1;
            }
        }
        // From the length of each list to its end; filling them from behind leaves their beginnings.
        let mut end = 0;
        for count in &mut starts {
            end += *count;
            *count = end;
        }
        let mut entries = vec![(0, 0); keys.len()];
        for (key, place) in keys.into_iter().rev() {
            if let Some(start) = starts.get_mut(list_of(key)) {
                *start -= 1;
                if let Some(entry) = entries.get_mut(at(*start)) {
                    *entry = (rest_of(key), place);
                }
            }
        }
        Self { starts, entries }
    }

    /// The words with this hash among their deletions; others too, if hashes collide.
    fn with(&self, key: u64) -> impl Iterator<Item = u32> {
        let list = list_of(key);
        let range = match self.starts.get(list..) {
            Some([start, end, ..]) => at(*start)..at(*end),
            _ => 0..0,
        };
        let entries = self.entries.get(range).unwrap_or_default();
        entries.iter().filter(move |(rest, _)| *rest == rest_of(key)).map(|(_, place)| *place)
    }
}

fn list_of(key: u64) -> usize {
    usize::try_from(key >> 48).unwrap_or(0)
}

fn rest_of(key: u64) -> u32 {
    u32::try_from(key >> 16 & u64::from(u32::MAX)).unwrap_or(0)
}

/// Hashes of the word with none, one and (if it is long) two letters taken out.
fn deletions(word: &str) -> Vec<u64> {
    let chars: Vec<char> = word.chars().collect();
    let skipping = |a: usize, b: usize| {
        letters_hash(chars.iter().enumerate().filter(|(i, _)| *i != a && *i != b).map(|(_, c)| *c))
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
