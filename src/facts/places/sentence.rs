//! A place inside a sentence, only when it is sure: many hamlets are called as ordinary words and
//! persons are, so a name must be a well-known one, or the sentence must show that it is a place.

use std::ops::Range;

use super::Places;
use super::fold::{Token, exact, tokens};
use super::gazetteer::Entry;
use super::names::{Called, LONGEST_NAME};
use super::postcode::{self, Code};
use super::rank::rank;
use crate::model::place::{Certainty, PlaceKind, Resolved};

/// A name borne by so many people is known without further signs.
const WELL_KNOWN: u32 = 10_000;
/// One borne by so many needs a preposition or a capital.
const KNOWN: u32 = 1_000;
/// One borne by so many is believed in lower case after "bor i".
const VILLAGE: u32 = 200;
/// A word for living somewhere may stand so many words before the name: "bor jag nu i Motala".
const LIVE_REACH: usize = 4;
/// A misspelt word in a sentence must have so many letters to be mended.
const MENDED_LETTERS: usize = 6;
/// Longer texts are read up to here: the words of a long letter, not of a pasted book.
const MOST_WORDS: usize = 150;

/// What a sentence shows about a word.
#[derive(Clone, Copy, Debug)]
struct Signs {
    lead: Lead,
    case: Case,
}

/// What stands around a word, from the weakest to the strongest sign of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lead {
    Nothing,
    /// "till …", "from …": persons and things follow these too.
    Toward,
    /// "i …", "near …".
    At,
    /// "bor i …", "… kommun".
    Strong,
}

/// How the word's first letter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Lower,
    /// Upper case where every word would have it: a sentence begins, or all words have it.
    Opening,
    Upper,
}

/// How much a name needs to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fame {
    WellKnown,
    Known,
    Small,
    Ordinary,
}

/// A place found in a sentence.
#[derive(Debug)]
struct Hit {
    /// Indexes of its words.
    words: Range<usize>,
    resolved: Resolved,
    strong: bool,
}

impl Places {
    /// A place that a sentence mentions, with the bytes of the sentence that name it.
    ///
    /// It would rather miss a place than take an ordinary word for one. Of several places the one
    /// after a word such as "bor" is taken, else the first.
    #[must_use]
    pub fn mention(&self, sentence: &str) -> Option<(Resolved, Range<usize>)> {
        self.mention_among(sentence, &tokens(sentence))
    }

    /// The same, of a sentence whose words are known.
    pub(super) fn mention_among(&self, sentence: &str, words: &[Token]) -> Option<(Resolved, Range<usize>)> {
        let words = words.get(..MOST_WORDS).unwrap_or(words);
        if let Some(code) = self.sure_code(sentence, words) {
            return Some((self.postcodes.resolve(code.number, &self.regions), code.range));
        }
        let hits = self.hits(sentence, words);
        let strong = hits.iter().position(|hit| hit.strong).unwrap_or(0);
        let hit = self.with_surroundings(hits.into_iter().nth(strong)?, words);
        let (first, last) = (words.get(hit.words.start)?, words.get(hit.words.end.checked_sub(1)?)?);
        Some((hit.resolved, first.range.start..last.range.end))
    }

    /// A code that is no price and no count.
    fn sure_code(&self, sentence: &str, words: &[Token]) -> Option<Code> {
        let code = postcode::find(sentence)?;
        let after = words.iter().find(|word| word.range.start >= code.range.end);
        let before = words.iter().rfind(|word| word.range.end <= code.range.start);
        let counted = after.is_some_and(|word| self.words.unit(word));
        let cue = |word: &Token| {
            let postal = ["post", "zip", "kod", "code", "индекс", "رمز"];
            self.words.at(word)
                || self.words.live(word)
                || self.words.toward(word)
                || postal.iter().any(|start| word.key.starts_with(start))
        };
        let named = || before.is_some_and(cue) || words.iter().any(|word| word.key.starts_with("postn"));
        let town = || {
            after.is_some_and(|word| {
                let top = self.called(std::slice::from_ref(word)).rank(&self.gazetteer);
                top.top().is_some_and(|(_, weight)| weight >= VILLAGE)
            })
        };
        let alone = words.len() <= 3;
        let sure = if self.postcodes.knows(code.number) {
            code.unmistakable || alone || named() || town()
        } else {
            named() && code.unmistakable
        };
        (sure && !counted).then_some(code)
    }

    /// All names that are believed, longest first at each word, none overlapping.
    fn hits(&self, sentence: &str, words: &[Token]) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut start = 0;
        while start < words.len() {
            let longest = LONGEST_NAME.min(words.len() - start);
            let found = (1..=longest).rev().find_map(|len| self.hit(sentence, words, start..start + len));
            start = found.as_ref().map_or(start + 1, |hit| hit.words.end);
            hits.extend(found);
        }
        hits
    }

    fn hit(&self, sentence: &str, words: &[Token], at: Range<usize>) -> Option<Hit> {
        let name = words.get(at.clone())?;
        // Only a single word can be inflected or misspelt; most words together are no name.
        if name.len() > 1 && self.called(name).entries.is_empty() {
            return None;
        }
        let signs = self.signs(sentence, words, &at)?;
        if let ([word], Lead::Strong) = (name, signs.lead)
            && self.words.abroad(&word.exact)
        {
            return Some(Hit { words: at, resolved: Resolved::Abroad, strong: true });
        }
        if matches!(name, [word] if self.words.region(word) || self.words.abroad(&word.exact))
            || name.iter().all(|word| self.words.never(word))
            || words.get(at.end).is_some_and(Token::is_county)
        {
            return None;
        }
        let called = self.called(name);
        let resolved = if called.entries.is_empty() {
            let [word] = name else { return None };
            self.inflected(word, signs).or_else(|| self.mended(word, signs))?
        } else {
            self.believed(&called, name, signs)?
        };
        Some(Hit { words: at, resolved, strong: signs.lead == Lead::Strong })
    }

    fn signs(&self, sentence: &str, words: &[Token], at: &Range<usize>) -> Option<Signs> {
        let word = words.get(at.start)?;
        let before = words.get(..at.start)?;
        let previous = before.last();
        let gap = previous.map_or(0, |previous| previous.range.end)..word.range.start;
        let opens =
            previous.is_none() || sentence.get(gap).is_some_and(|gap| gap.contains(['.', '!', '?', '\n']));
        let follows = |kind: &dyn Fn(&Token) -> bool| !opens && previous.is_some_and(kind);
        let live = before.iter().rev().take(LIVE_REACH).any(|word| self.words.live(word));
        let at_place = follows(&|word| self.words.at(word));
        let labelled = words.get(at.end).is_some_and(|word| self.words.label(word));
        let lead = if live && at_place || follows(&|word| self.words.live(word)) || labelled {
            Lead::Strong
        } else if at_place {
            Lead::At
        } else if follows(&|word| self.words.toward(word)) {
            Lead::Toward
        } else {
            Lead::Nothing
        };
        let shouted = words.len() > 1 && words.iter().all(|word| word.capital);
        let case = match (word.capital, opens || shouted) {
            (false, _) => Case::Lower,
            (true, true) => Case::Opening,
            (true, false) => Case::Upper,
        };
        Some(Signs { lead, case })
    }

    fn believed(&self, called: &Called<'_>, name: &[Token], signs: Signs) -> Option<Resolved> {
        let spelt = |entry: &Entry| exact(self.gazetteer.name_of(entry)) == called.written;
        // "märks" is not Mark's and "or" is not Ör: marks may be left out of longer words, not put in.
        let marked = called.written.contains(['å', 'ä', 'ö']) || called.written.len() < 3;
        // "a by" is not Åby: each word of the name must be one in the sentence.
        let fits = |entry: &&Entry| {
            (name.len() == 1 || self.gazetteer.words_of(entry) == name.len()) && (!marked || spelt(entry))
        };
        let entries = || called.entries.iter().filter(fits);
        let ranked = rank(&self.gazetteer, entries(), &called.written);
        let (top, weight) = ranked.top()?;
        let municipality = entries().any(|e| e.kind == PlaceKind::Municipality && !e.alias);
        let (strong, at) = (signs.lead == Lead::Strong, signs.lead >= Lead::At);
        let capital = signs.case == Case::Upper;
        let enough = match self.fame(name, top, weight, municipality) {
            Fame::WellKnown => true,
            Fame::Known => signs.lead >= Lead::Toward || signs.case != Case::Lower,
            Fame::Small => strong && weight >= VILLAGE || at && capital,
            Fame::Ordinary => {
                let known = weight >= KNOWN && top.counted;
                strong && (capital || known && spelt(top)) || at && capital && known
            }
        };
        enough.then(|| ranked.resolved(&self.gazetteer, &self.regions, Certainty::Exact))
    }

    fn fame(&self, name: &[Token], top: &Entry, weight: u32, municipality: bool) -> Fame {
        let letters: usize = name.iter().map(|word| word.key.chars().count()).sum();
        // Short other names, many of them made by machine, are words of some language.
        let doubtful = top.alias && letters <= if self.gazetteer.key_of(top).is_ascii() { 5 } else { 3 };
        if name.iter().all(|word| self.words.ordinary(word)) {
            Fame::Ordinary
        } else if doubtful {
            Fame::Small
        } else if weight >= WELL_KNOWN || municipality {
            Fame::WellKnown
        } else if weight >= KNOWN && top.counted {
            Fame::Known
        } else {
            Fame::Small
        }
    }

    /// A large town with a case ending of Finnish, Russian, Ukrainian or Polish, or an Arabic
    /// preposition written with it.
    fn inflected(&self, word: &Token, signs: Signs) -> Option<Resolved> {
        let key = word.key.as_str();
        let mut stems: Vec<String> = Vec::new();
        for ending in ["issa", "ista", "ssa", "sta", "lla", "lta"] {
            stems.extend(key.strip_suffix(ending).map(str::to_owned));
        }
        for particle in ['ب', 'ل', 'و'] {
            stems.extend(key.strip_prefix(particle).map(str::to_owned));
        }
        if signs.lead >= Lead::Toward {
            for ending in ["ie", "iu", "u", "i", "em", "е", "и", "і", "у", "ы", "а", "ом", "ем"] {
                let Some(stem) = key.strip_suffix(ending) else {
                    continue;
                };
                stems.extend(["", "a", "а", "о"].map(|vowel| format!("{stem}{vowel}")));
                stems.extend(stem.strip_suffix('з').map(|stem| format!("{stem}г")));
            }
        }
        let known = |stem: &String| stem.chars().count() >= 4;
        let found = stems.iter().filter(|stem| known(stem)).map(|stem| self.gazetteer.named(stem));
        let found = found.filter(|entries| entries.iter().any(|entry| entry.weight >= WELL_KNOWN));
        let entries = found.max_by_key(|entries| entries.iter().map(|entry| entry.weight).max())?;
        if self.words.ordinary(word) {
            return None;
        }
        let ranked = rank(&self.gazetteer, entries.iter(), "");
        Some(ranked.resolved(&self.gazetteer, &self.regions, Certainty::Exact))
    }

    /// A misspelt large town where the sentence shows that a place stands there.
    fn mended(&self, word: &Token, signs: Signs) -> Option<Resolved> {
        let shown = match signs.lead {
            Lead::Strong => true,
            Lead::At => signs.case == Case::Upper,
            Lead::Toward | Lead::Nothing => false,
        };
        let long = word.key.chars().count() >= MENDED_LETTERS;
        if !shown || !long {
            return None;
        }
        let resolved = self.misspelt(std::slice::from_ref(word), WELL_KNOWN)?;
        matches!(resolved, Resolved::One { .. }).then_some(resolved)
    }

    /// "Berga i Kalmar", "Husby, Stockholm": what follows a name can tell its namesakes apart.
    fn with_surroundings(&self, hit: Hit, words: &[Token]) -> Hit {
        let Some(name) = words.get(hit.words.clone()) else {
            return hit;
        };
        let skip = usize::from(words.get(hit.words.end).is_some_and(|word| self.words.at(word)));
        let start = hit.words.end + skip;
        let longer = (1..=LONGEST_NAME).rev().find_map(|len| {
            let around = words.get(start..start + len)?;
            let ranked = self.within(name, around)?;
            let resolved = ranked.resolved(&self.gazetteer, &self.regions, Certainty::Exact);
            Some((resolved, start + len))
        });
        match longer {
            Some((resolved, end)) => Hit { words: hit.words.start..end, resolved, ..hit },
            None => hit,
        }
    }
}
