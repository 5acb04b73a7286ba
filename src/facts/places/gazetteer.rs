//! The place names and their other names: reading them and finding all that bear a name.
//!
//! Names are kept in one text and sorted by folded key, so that a look-up, a prefix and a scan for
//! misspellings need no further index. Which of several namesakes is meant: see `rank`.

use std::ops::Range;

use super::fold::{fold, fold_into, tokens};
use super::regions::{MunicipalityId, Regions};
use super::table::{each_row, population, position};
use crate::facts::problem::Problem;
use crate::model::place::{Place, PlaceKind, Position};

/// People assumed in a hamlet whose population is unknown: below any that was counted.
const HAMLET: u32 = 30;
/// The same for an old parish, which people name more seldom than a hamlet.
const PARISH: u32 = 20;
/// The same for a part of a town, to which a share of the municipality's people is added.
const QUARTER: u32 = 500;
/// That share: one in so many.
const QUARTER_SHARE: u32 = 200;
/// The source of statistical areas: a locality that is one is a part of a town, not a hamlet.
const QUARTERS: &str = "scb-regso";

/// A piece of [`Gazetteer::text`].
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: u32,
    len: u16,
}

/// One name of one place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// The name as written in the file.
    name: Span,
    /// The name folded.
    key: Span,
    /// The Swedish name; that of an alias is another than `name`.
    shown: Span,
    pub kind: PlaceKind,
    pub municipality: MunicipalityId,
    pub position: Position,
    /// People who live there, counted or assumed; larger places are meant more often.
    pub weight: u32,
    /// Whether `weight` was counted.
    pub counted: bool,
    /// Whether it is another name than the Swedish one.
    pub alias: bool,
}

/// All names, sorted by key.
#[derive(Debug, Default)]
pub(super) struct Gazetteer {
    text: String,
    entries: Vec<Entry>,
    /// One bit for each hash of a key, so that most words of a sentence are not looked for.
    keys: Vec<u64>,
}

/// Bits of [`Gazetteer::keys`]: some twelve for each of our names.
const KEY_BITS: usize = 1 << 19;

impl Gazetteer {
    /// Reads `places.csv`.
    pub(super) fn read(file: &str, text: &str, regions: &Regions, problems: &mut Vec<Problem>) -> Self {
        // A line has some 90 bytes, of which name and key are about 20.
        let mut gazetteer = Self {
            text: String::with_capacity(text.len() / 3),
            entries: Vec::with_capacity(text.len() / 60),
            keys: Vec::new(),
        };
        let columns = ["name", "kind", "municipality", "lat", "lon", "population", "source"];
        each_row(file, text, columns, problems, |[name, kind, municipality, lat, lon, people, source]| {
            let kind = parse_kind(kind)?;
            let id = regions.require(municipality)?;
            let position = position(lat, lon)?;
            let counted = population(people)?;
            let quarter =
                kind == PlaceKind::Suburb || source.contains(QUARTERS) && kind == PlaceKind::Locality;
            let weight = if counted > 0 { counted } else { assumed(kind, quarter, id, regions) };
            let key = gazetteer.key(name)?;
            let name = gazetteer.name(name)?;
            gazetteer.entries.push(Entry {
                name,
                key,
                shown: name,
                kind,
                municipality: id,
                position,
                weight,
                counted: counted > 0,
                alias: false,
            });
            Ok(())
        });
        gazetteer.sort();
        gazetteer
    }

    /// Adds `aliases.csv`; the places that the other names belong to must have been read before.
    pub(super) fn read_aliases(
        &mut self,
        file: &str,
        text: &str,
        regions: &Regions,
        problems: &mut Vec<Problem>,
    ) {
        let mut found = Vec::with_capacity(text.len() / 60);
        let columns = ["alias", "name", "kind", "municipality", "lat", "lon"];
        each_row(file, text, columns, problems, |[alias, shown, kind, municipality, lat, lon]| {
            let kind = parse_kind(kind)?;
            let id = regions.require(municipality)?;
            let position = position(lat, lon)?;
            let target = self
                .named(&fold(shown))
                .iter()
                .filter(|entry| entry.kind == kind && entry.municipality == id)
                .max_by_key(|entry| (entry.weight, self.name_of(entry) == shown));
            let (weight, counted) = target.map_or_else(
                || (assumed(kind, kind == PlaceKind::Suburb, id, regions), false),
                |entry| (entry.weight, entry.counted),
            );
            let shown = match target {
                Some(entry) => entry.shown,
                None => self.name(shown)?,
            };
            let name = self.name(alias)?;
            let key = self.key(alias)?;
            let municipality = id;
            let alias = true;
            found.push(Entry { name, key, shown, kind, municipality, position, weight, counted, alias });
            Ok(())
        });
        self.entries.append(&mut found);
        self.sort();
    }

    fn sort(&mut self) {
        let text = std::mem::take(&mut self.text);
        // Stable, because it takes little time where much is in order already, as in our files.
        self.entries.sort_by(|a, b| piece(&text, a.key).cmp(piece(&text, b.key)));
        self.text = text;
        self.text.shrink_to_fit();
        let mut keys = vec![0; KEY_BITS / 64];
        for entry in &self.entries {
            let (place, bit) = key_bit(self.key_of(entry));
            if let Some(bits) = keys.get_mut(place) {
                *bits |= bit;
            }
        }
        self.keys = keys;
    }

    fn name(&mut self, name: &str) -> Result<Span, String> {
        if name.is_empty() {
            return Err("a place without a name".to_owned());
        }
        let start = self.text.len();
        self.text.push_str(name);
        self.span_from(start)
    }

    fn key(&mut self, name: &str) -> Result<Span, String> {
        let start = self.text.len();
        fold_into(name, &mut self.text);
        if self.text.len() == start {
            return Err("a name without a letter or digit".to_owned());
        }
        self.span_from(start)
    }

    fn span_from(&self, start: usize) -> Result<Span, String> {
        let len = u16::try_from(self.text.len() - start).map_err(|_| "the name is too long")?;
        let start = u32::try_from(start).map_err(|_| "the file is too large")?;
        Ok(Span { start, len })
    }

    /// All that bear a name, by its folded key.
    pub(super) fn named(&self, key: &str) -> &[Entry] {
        let (place, bit) = key_bit(key);
        if self.keys.get(place).is_some_and(|bits| bits & bit == 0) {
            return &[];
        }
        let from = self.entries.partition_point(|entry| self.key_of(entry) < key);
        let rest = self.entries.get(from..).unwrap_or_default();
        let count = rest.iter().take_while(|entry| self.key_of(entry) == key).count();
        rest.get(..count).unwrap_or_default()
    }

    /// All whose folded key begins with `prefix`.
    pub(super) fn starting(&self, prefix: &str) -> &[Entry] {
        let from = self.entries.partition_point(|entry| self.key_of(entry) < prefix);
        let rest = self.entries.get(from..).unwrap_or_default();
        let count = rest.partition_point(|entry| self.key_of(entry).starts_with(prefix));
        rest.get(..count).unwrap_or_default()
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The name as it stands in the file.
    pub(super) fn name_of(&self, entry: &Entry) -> &str {
        piece(&self.text, entry.name)
    }

    /// The folded name.
    pub(super) fn key_of(&self, entry: &Entry) -> &str {
        piece(&self.text, entry.key)
    }

    /// How many words the name has; "Upplands-Bro" has two.
    pub(super) fn words_of(&self, entry: &Entry) -> usize {
        tokens(self.name_of(entry)).len()
    }

    /// The place itself, under its Swedish name.
    pub(super) fn place(&self, entry: &Entry, regions: &Regions) -> Option<Place> {
        Some(Place {
            name: piece(&self.text, entry.shown).to_owned(),
            kind: entry.kind,
            municipality: regions.get(entry.municipality)?.municipality.clone(),
            position: entry.position,
        })
    }
}

/// Where the bit of a key stands in [`Gazetteer::keys`].
fn key_bit(key: &str) -> (usize, u64) {
    let add =
        |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23);
    let hash = key.bytes().fold(0, add);
    let place = usize::try_from(hash >> 32).unwrap_or(0) % KEY_BITS;
    (place / 64, 1 << (place % 64))
}

fn piece(text: &str, span: Span) -> &str {
    let start = span.start as usize;
    let range: Range<usize> = start..start + usize::from(span.len);
    text.get(range).unwrap_or_default()
}

/// The people to assume where nobody counted; `quarter` means a part of a town.
fn assumed(kind: PlaceKind, quarter: bool, id: MunicipalityId, regions: &Regions) -> u32 {
    match kind {
        _ if quarter => {
            let people = regions.get(id).map_or(0, |region| region.population);
            QUARTER + people / QUARTER_SHARE
        }
        PlaceKind::Other => PARISH,
        _ => HAMLET,
    }
}

fn parse_kind(text: &str) -> Result<PlaceKind, String> {
    match text {
        "municipality" => Ok(PlaceKind::Municipality),
        "locality" => Ok(PlaceKind::Locality),
        "suburb" => Ok(PlaceKind::Suburb),
        "other" => Ok(PlaceKind::Other),
        _ => Err(format!("“{text}” is no kind: municipality, locality, suburb or other")),
    }
}
