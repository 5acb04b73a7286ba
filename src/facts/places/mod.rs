//! Places in Sweden: reads the gazetteer and tells which place a resident means.
//!
//! Postal codes, names in many spellings, points, and places inside sentences. Offline, and without
//! a map service. It does not know centres, and it does not tell distances along roads. How the
//! work is shared out:
//!
//! - `table`, `regions`, `gazetteer`, `postcode`, `borders`: one file of facts each, read and asked
//! - `fold`, `typo`, `words`: spellings
//! - `names`, `rank`, `position`, `sentence`: from text to a place

mod borders;
pub(crate) mod fold;
mod gazetteer;
mod geojson;
mod names;
mod outlines;
mod position;
mod postcode;
mod rank;
mod regions;
mod sentence;
mod table;
mod typo;
mod words;

use std::cell::LazyCell;
use std::cmp::Reverse;
use std::ops::Range;

use crate::facts::problem::Problem;
use crate::model::place::{Certainty, Municipality, Place, PlaceKind, Position, Resolved};

use borders::Borders;
use fold::{Token, fold, tokens};
use gazetteer::Gazetteer;
pub use outlines::Outline;
use position::Coordinates;
use postcode::Postcodes;
use regions::Regions;
use typo::Typos;
use words::Words;

/// The files that are read.
const MUNICIPALITIES: &str = "places/municipalities.csv";
const PLACES: &str = "places/places.csv";
const ALIASES: &str = "places/aliases.csv";
const POSTCODES: &str = "places/postcodes.csv";
const BORDERS: &str = "places/municipalities.geojson";
const OUTLINES: &str = "places/municipalities_land.geojson";

/// A place with so many people goes before a city elsewhere of the same name.
const VILLAGE: u32 = 200;

/// A place inside a text, looked for when it is first asked for.
type Mentioned<'a> =
    LazyCell<Option<(Resolved, Range<usize>)>, &'a dyn Fn() -> Option<(Resolved, Range<usize>)>>;

/// Everything known about places; made once and only read.
#[derive(Debug, Default)]
pub struct Places {
    regions: Regions,
    gazetteer: Gazetteer,
    typos: Typos,
    postcodes: Postcodes,
    borders: Borders,
    outlines: Vec<Outline>,
    words: Words,
}

impl Places {
    /// Reads the six files through `source`, which is given names such as `places/places.csv`.
    ///
    /// A bad row is left out and told with file and line; a missing or unreadable file leaves out
    /// what it would have held. The rest works on.
    pub fn read(source: &dyn Fn(&str) -> Option<String>) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let file = |name: &str, problems: &mut Vec<Problem>| {
            let text = source(name);
            if text.is_none() {
                problems.push(Problem::error(name, None, "the file is missing"));
            }
            text.unwrap_or_default()
        };
        let mut present = |name: &str| Some(file(name, &mut problems)).filter(|text| !text.is_empty());
        let texts = [MUNICIPALITIES, PLACES, ALIASES, POSTCODES, BORDERS].map(&mut present);
        let [municipalities, places, aliases, postcodes, borders] = texts;
        let regions = municipalities
            .map(|text| Regions::read(MUNICIPALITIES, &text, &mut problems))
            .unwrap_or_default();
        let mut gazetteer =
            places.map(|text| Gazetteer::read(PLACES, &text, &regions, &mut problems)).unwrap_or_default();
        if let Some(text) = aliases {
            gazetteer.read_aliases(ALIASES, &text, &regions, &mut problems);
        }
        let postcodes = postcodes
            .map(|text| Postcodes::read(POSTCODES, &text, &regions, &mut problems))
            .unwrap_or_default();
        let borders =
            borders.map(|text| Borders::read(BORDERS, &text, &regions, &mut problems)).unwrap_or_default();
        let outlines = file(OUTLINES, &mut problems);
        let outlines = outlines::read(OUTLINES, &outlines, &regions, &mut problems);
        let typos = Typos::new(&gazetteer);
        let words = Words::read();
        (Self { regions, gazetteer, typos, postcodes, borders, outlines, words }, problems)
    }

    /// The land of every municipality, for drawing a map.
    #[must_use]
    pub fn outlines(&self) -> &[Outline] {
        &self.outlines
    }

    /// The place that a text means, when the whole text is meant as one: a postal code, a name in
    /// any spelling, a name with its surroundings, an address, or a point as "58.54, 15.04".
    /// A text that says more, as "öppettider i Motala", is `Unknown`: ask [`Self::mention`].
    #[must_use]
    pub fn resolve(&self, text: &str) -> Resolved {
        let words = tokens(text);
        let mention = || self.mention_among(text, &words);
        self.resolve_among(text, &words, &LazyCell::new(&mention))
    }

    /// What [`Self::resolve`] says and, if that is nothing, what [`Self::mention`] says: in less time
    /// than both take.
    #[must_use]
    pub fn resolve_or_mention(&self, text: &str) -> (Resolved, Option<(Resolved, Range<usize>)>) {
        let words = tokens(text);
        let mention = || self.mention_among(text, &words);
        let mentioned: Mentioned = LazyCell::new(&mention);
        match self.resolve_among(text, &words, &mentioned) {
            Resolved::Unknown => (Resolved::Unknown, (*mentioned).clone()),
            whole => (whole, None),
        }
    }

    fn resolve_among(&self, text: &str, words: &[Token], mentioned: &Mentioned) -> Resolved {
        match position::parse(text) {
            Some(Coordinates::At(position)) => return self.at(position),
            Some(Coordinates::Unclear) => return Resolved::Unknown,
            None => {}
        }
        let code = postcode::find(text).filter(|code| self.is_address(words, &code.range));
        let code = code.map(|code| code.number);
        if let Some(known) = code.filter(|&code| self.postcodes.knows(code)) {
            return self.postcodes.resolve(known, &self.regions);
        }
        self.elsewhere(words)
            .or_else(|| self.whole(words))
            .or_else(|| self.qualified(words))
            .or_else(|| {
                let (resolved, range) = mentioned.as_ref().filter(|_| words.len() > 1)?;
                self.is_address(words, range).then(|| resolved.clone())
            })
            .or_else(|| Some(self.postcodes.resolve(code?, &self.regions)))
            .or_else(|| self.misspelt(words, 0))
            .unwrap_or(Resolved::Unknown)
    }

    /// A text that is a city or country elsewhere, or too large a part of Sweden.
    fn elsewhere(&self, words: &[Token]) -> Option<Resolved> {
        let name: String = words.iter().map(|word| word.exact.as_str()).collect();
        let abroad = self.words.abroad(&name);
        if let [name, county] = words
            && county.is_county()
            && self.regions.county(&name.key).is_some()
        {
            return Some(Resolved::Unknown);
        }
        let [word] = words else {
            return abroad.then_some(Resolved::Abroad);
        };
        if !abroad && !self.words.region(word) {
            return None;
        }
        let ranked = self.called(std::slice::from_ref(word)).rank(&self.gazetteer);
        let here = ranked.top().is_some_and(|(top, weight)| top.counted && weight >= VILLAGE);
        (!here).then_some(if abroad { Resolved::Abroad } else { Resolved::Unknown })
    }

    fn at(&self, position: Position) -> Resolved {
        let Some(municipality) = self.locate(position) else {
            return Resolved::Abroad;
        };
        let name = municipality.to_string();
        let place = Place { name, kind: PlaceKind::Position, municipality, position };
        Resolved::One { place, certainty: Certainty::Exact }
    }

    /// The municipality of a point by the borders, which take in lakes and the territorial sea;
    /// up to 1 km outside, the nearest. `None` further out: abroad or on the high sea. Within some
    /// 100 m of a border the neighbour can be named.
    #[must_use]
    pub fn locate(&self, position: Position) -> Option<Municipality> {
        let region = self.regions.get(self.borders.locate(position)?)?;
        Some(region.municipality.clone())
    }

    /// The centre of a municipality's seat; `None` for a municipality that does not exist.
    #[must_use]
    pub fn seat(&self, municipality: &Municipality) -> Option<Position> {
        let region = self.regions.get(self.regions.id(municipality.as_str())?)?;
        Some(region.seat)
    }

    /// All municipalities, in the order of their codes.
    pub fn municipalities(&self) -> impl Iterator<Item = &Municipality> {
        self.regions.iter().map(|region| &region.municipality)
    }

    /// Up to `limit` places whose name begins with `prefix`, the largest first; for digits, postal
    /// codes in ascending order. Namesakes in one municipality are given once.
    #[must_use]
    pub fn suggest(&self, prefix: &str, limit: usize) -> Vec<Place> {
        let key = fold(prefix);
        if key.is_empty() {
            return Vec::new();
        }
        if key.chars().all(|c| c.is_ascii_digit()) {
            return self.postcodes.starting(&key, &self.regions).take(limit).collect();
        }
        let mut entries: Vec<_> = self.gazetteer.starting(&key).iter().collect();
        entries.sort_by_key(|entry| (Reverse(entry.weight), entry.alias));
        let mut places: Vec<Place> = Vec::new();
        for place in entries.iter().filter_map(|entry| self.gazetteer.place(entry, &self.regions)) {
            if places.len() >= limit {
                break;
            }
            let same =
                |other: &Place| (&other.name, &other.municipality) == (&place.name, &place.municipality);
            if !places.iter().any(same) {
                places.push(place);
            }
        }
        places
    }
}
