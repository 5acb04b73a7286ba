//! From words to namesakes: genitives, words around a name, and a name with its surroundings,
//! as in "Berga i Kalmar".

use std::ops::Range;

use super::Places;
use super::fold::{Token, exact};
use super::gazetteer::{Entry, Gazetteer};
use super::rank::{Ranked, rank};
use crate::model::place::{Certainty, PlaceKind, Position, Resolved};

/// The longest name has so many words.
pub(super) const LONGEST_NAME: usize = 4;
/// A place with so many people can tell namesakes apart: "Husby, Märsta".
const LANDMARK: u32 = 1_000;
/// Where fewer people live, a name that is an ordinary word as well stays a word.
const VILLAGE: u32 = 200;
/// A namesake within so many kilometres of the landmark is meant, where none is inside it.
const AROUND_KM: f64 = 30.0;
/// How the folded names of streets end.
const STREETS: [&str; 9] = ["gatan", "gata", "vagen", "vag", "grand", "stigen", "torget", "backen", "allen"];
/// Longer texts are no name with its surroundings.
const LONGEST_QUALIFIED: usize = 9;

/// All that bear a name.
#[derive(Clone, Debug)]
pub(super) struct Called<'a> {
    pub entries: &'a [Entry],
    /// The name as written, without a genitive -s; empty if nothing bears it.
    pub written: String,
}

/// What tells namesakes apart.
#[derive(Debug)]
struct Surroundings<'a> {
    municipality: Option<u16>,
    county: Option<&'a str>,
    landmark: Option<Position>,
    /// The people in it.
    weight: u32,
}

impl<'a> Called<'a> {
    pub(super) fn rank(&self, gazetteer: &Gazetteer) -> Ranked<'a> {
        rank(gazetteer, self.entries.iter(), &self.written)
    }

    fn heaviest(&self) -> u32 {
        heaviest(self.entries)
    }
}

fn heaviest(entries: &[Entry]) -> u32 {
    entries.iter().map(|entry| entry.weight).max().unwrap_or(0)
}

impl Places {
    /// All that bear the name made of `words`, in the genitive too.
    pub(super) fn called(&self, words: &[Token]) -> Called<'_> {
        let key: String = words.iter().map(|word| word.key.as_str()).collect();
        let own = self.gazetteer.named(&key);
        let stem = key.strip_suffix('s').filter(|stem| stem.len() > 2);
        let genitive = stem.map_or(&[][..], |stem| self.gazetteer.named(stem));
        if own.is_empty() && genitive.is_empty() {
            return Called { entries: &[], written: String::new() };
        }
        let mut written: String = words.iter().map(|word| word.exact.as_str()).collect();
        // "Lunds" is Lund's before it is a hamlet of that name.
        let mere_alias = own.iter().all(|entry| entry.alias);
        let lesser = heaviest(own) < LANDMARK || mere_alias;
        let better = lesser && heaviest(genitive) >= LANDMARK;
        if own.is_empty() || better {
            written.pop();
            return Called { entries: genitive, written };
        }
        Called { entries: own, written }
    }

    /// The text as one name, with or without words such as "kommun" around it.
    pub(super) fn whole(&self, words: &[Token]) -> Option<Resolved> {
        if words.iter().all(|word| self.words.never(word)) {
            return None;
        }
        let trimmed = self.trim(words);
        for name in [words, trimmed].into_iter().filter(|name| name.len() <= LONGEST_NAME) {
            let called = self.called(name);
            let municipality =
                words.len() > name.len() && words.iter().any(|word| word.key.starts_with("kommun"));
            let wanted = |entry: &&Entry| entry.kind == PlaceKind::Municipality && !entry.alias;
            let ranked = if municipality && called.entries.iter().any(|entry| wanted(&entry)) {
                rank(&self.gazetteer, called.entries.iter().filter(wanted), &called.written)
            } else {
                called.rank(&self.gazetteer)
            };
            if !ranked.is_empty() && !self.is_word(name, &called, &ranked) {
                return Some(ranked.resolved(&self.gazetteer, &self.regions, Certainty::Exact));
            }
        }
        None
    }

    /// Whether a name is rather an ordinary word: "kasta", though a hamlet is called so, "hålla",
    /// though there is Hälla. "Kasta, Enköping" would be the hamlet.
    fn is_word(&self, name: &[Token], called: &Called<'_>, ranked: &Ranked<'_>) -> bool {
        let Some((top, weight)) = ranked.top() else { return false };
        let misspelt = exact(self.gazetteer.name_of(top)) != called.written;
        let capital = name.iter().any(|word| word.capital);
        let ordinary = name.iter().all(|word| self.words.ordinary(word));
        let short = called.written.chars().count() < 3;
        misspelt && (ordinary || short) || ordinary && weight < if capital { VILLAGE } else { LANDMARK }
    }

    /// Whether the words outside `place`, bytes of the text, only complete an address: a street,
    /// a number, a person's name, a larger place, words such as "jag bor i".
    pub(super) fn is_address(&self, words: &[Token], place: &Range<usize>) -> bool {
        let outside = |word: &Token| word.range.end <= place.start || word.range.start >= place.end;
        let street = |word: &Token| STREETS.iter().any(|ending| word.key.ends_with(ending));
        let settled = |word: &Token| {
            let heaviest = self.called(std::slice::from_ref(word)).heaviest();
            heaviest >= VILLAGE && !self.words.ordinary(word)
        };
        words.iter().enumerate().filter(|(_, word)| outside(word)).all(|(at, word)| {
            let number = word.key.starts_with(|c: char| c.is_ascii_digit());
            // A lone capital only opens the text.
            let inside = at > 0 || words.get(1).is_some_and(|next| next.capital);
            let named = inside && word.capital && !self.words.never(word);
            let letter = word.key.len() == 1;
            let around = self.words.filler(word) || self.words.live(word) || self.words.region(word);
            number || named || letter || around || street(word) || settled(word)
        })
    }

    /// Without the words around a name: "i centrala Motala" is "Motala".
    pub(super) fn trim<'w>(&self, words: &'w [Token]) -> &'w [Token] {
        let filler = |word: &Token| self.words.filler(word);
        let Some(first) = words.iter().position(|word| !filler(word)) else {
            return words;
        };
        let end = words.iter().rposition(|word| !filler(word)).map_or(words.len(), |at| at + 1);
        words.get(first..end).unwrap_or(words)
    }

    /// A name and, before or after it, what tells its namesakes apart.
    pub(super) fn qualified(&self, words: &[Token]) -> Option<Resolved> {
        if words.len() > LONGEST_QUALIFIED {
            return None;
        }
        (1..words.len()).find_map(|at| {
            let (left, right) = words.split_at_checked(at)?;
            let (left, right) = (self.trim(left), right);
            let found = self.within(left, right).or_else(|| self.within(self.trim(right), left))?;
            Some(found.resolved(&self.gazetteer, &self.regions, Certainty::Exact))
        })
    }

    /// The namesakes of `name` in or around what `around` names; `None` when there are none.
    pub(super) fn within(&self, name: &[Token], around: &[Token]) -> Option<Ranked<'_>> {
        if name.len() > LONGEST_NAME || name.iter().all(|word| self.words.never(word)) {
            return None;
        }
        let called = self.called(name);
        if called.entries.is_empty() {
            return None;
        }
        let surroundings = self.surroundings(around)?;
        let county = |entry: &Entry| Some(self.regions.get(entry.municipality)?.county.as_str());
        let inside: [&dyn Fn(&Entry) -> bool; 3] = [
            &|entry| Some(entry.municipality) == surroundings.municipality,
            &|entry| surroundings.county.is_some() && county(entry) == surroundings.county,
            &|entry| {
                let landmark = surroundings.landmark;
                landmark.is_some_and(|point| point.km_to(entry.position) <= AROUND_KM)
            },
        ];
        // The narrowest circle that holds any namesake.
        let inside = inside.into_iter().find(|inside| called.entries.iter().any(inside))?;
        let namesakes = called.entries.iter().filter(|entry| inside(entry));
        let ranked = rank(&self.gazetteer, namesakes, &called.written);
        // "Stockholm Södermalm" asks for the smaller of the two.
        ranked.top().is_some_and(|(_, weight)| weight <= surroundings.weight).then_some(ranked)
    }

    /// A municipality, a county or a larger place, as "kalmar", "Kalmar kommun", "Kalmar län".
    fn surroundings(&self, words: &[Token]) -> Option<Surroundings<'_>> {
        let words = self.trim(words);
        let (last, before) = words.split_last()?;
        let key = |words: &[Token]| words.iter().map(|word| word.key.as_str()).collect::<String>();
        let county_only = last.is_county();
        let county = self.regions.county(&key(if county_only { before } else { words }));
        let of_county = || {
            let county = Some(county?);
            Some(Surroundings { municipality: None, county, landmark: None, weight: u32::MAX })
        };
        if county_only || words.len() > LONGEST_NAME {
            return of_county();
        }
        let called = self.called(words);
        let ranked = called.rank(&self.gazetteer);
        let municipality =
            called.entries.iter().find(|entry| entry.kind == PlaceKind::Municipality && !entry.alias);
        let entry = municipality.or_else(|| ranked.clear()).filter(|e| e.weight >= LANDMARK);
        let Some(entry) = entry else {
            return of_county();
        };
        Some(Surroundings {
            municipality: Some(entry.municipality),
            county,
            landmark: Some(entry.position),
            weight: called.heaviest(),
        })
    }

    /// The text as one misspelt name.
    pub(super) fn misspelt(&self, words: &[Token], least: u32) -> Option<Resolved> {
        let words = self.trim(words);
        let plain =
            |word: &Token| self.words.ordinary(word) || self.words.region(word) || self.words.lookalike(word);
        if words.len() > LONGEST_NAME || words.iter().all(plain) {
            return None;
        }
        let key: String = words.iter().map(|word| word.key.as_str()).collect();
        let mended = self.typos.mend(&self.gazetteer, &key, least);
        let ranked = rank(&self.gazetteer, mended.iter().map(|mended| mended.entry), "");
        (!ranked.is_empty()).then(|| ranked.resolved(&self.gazetteer, &self.regions, Certainty::Corrected))
    }
}
