//! Mends misspelt names by edit distance. Short names must be closer, small places too, so that
//! ordinary words and nonsense stay what they are.

use rapidfuzz::distance::osa;

use super::gazetteer::{Entry, Gazetteer};

/// Places with fewer people are never guessed from a misspelling.
const SMALLEST: u32 = 200;
/// Only the other names of places with so many people are mended, "Gotenborg",
const LARGE_TOWN: u32 = 10_000;
/// if they have so many letters: other names are many, and short ones near to every word.
const LONG: usize = 7;
/// Where nobody counted, longer names still are, if so many people are assumed, as they are in
/// the quarters of the four largest cities.
const CITY_QUARTER: u32 = 1_500;
/// Names of fewer letters are too easily something else.
const SHORTEST: usize = 5;
/// Longer texts are no name; their comparison would only take time.
const LONGEST: usize = 40;

/// Names that may be meant by a misspelling, by the number of letters of their key.
#[derive(Debug, Default)]
pub(super) struct Typos {
    by_letters: Vec<Vec<Known>>,
}

/// A name to compare with.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// Index of the entry.
    at: u32,
    /// See [`letters_in`].
    letters: u32,
    first: Option<char>,
}

/// One way to mend a word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mended<'a> {
    pub entry: &'a Entry,
    /// Letters to add, drop, change or swap.
    edits: usize,
    same_start: bool,
}

impl Typos {
    pub(super) fn new(gazetteer: &Gazetteer) -> Self {
        let mut typos = Self { by_letters: vec![Vec::new(); LONGEST + 1] };
        for (at, entry) in (0_u32..).zip(gazetteer.entries()) {
            let key = gazetteer.key_of(entry);
            let letters = key.chars().count();
            let least = match (entry.counted, entry.alias) {
                (true, true) if letters >= LONG => LARGE_TOWN,
                (true, false) if letters >= SHORTEST => SMALLEST,
                (false, false) if letters > LONG => CITY_QUARTER,
                _ => continue,
            };
            if entry.weight < least {
                continue;
            }
            if let Some(list) = typos.by_letters.get_mut(letters) {
                list.push(Known { at, letters: letters_in(key), first: key.chars().next() });
            }
        }
        typos
    }

    /// The names nearest to a folded key, the best first: all that are as good as the best.
    pub(super) fn mend<'a>(&self, gazetteer: &'a Gazetteer, key: &str, least: u32) -> Vec<Mended<'a>> {
        let letters = key.chars().count();
        if !(SHORTEST..=LONGEST).contains(&letters) {
            return Vec::new();
        }
        let furthest = allowed(letters, u32::MAX);
        let (mine, first) = (letters_in(key), key.chars().next());
        let comparator = osa::BatchComparator::new(key.chars());
        let mut found = Vec::new();
        let lists = self.by_letters.iter().enumerate();
        for (length, list) in lists.take(letters + furthest + 1).skip(letters - furthest) {
            for known in list {
                let Some(entry) = gazetteer.entries().get(known.at as usize) else {
                    continue;
                };
                let same_start = known.first == first;
                // Few misspell the first letter, and who does errs nowhere else.
                let most = if same_start { usize::MAX } else { usize::from(letters > 5) };
                let most = most.min(allowed(letters.min(length), entry.weight));
                // Each edit changes at most two letters of the set; this spares most comparisons.
                let differing = (mine ^ known.letters).count_ones() as usize;
                if most < length.abs_diff(letters).max(1) || differing > 2 * most || entry.weight < least {
                    continue;
                }
                let args = osa::Args::default().score_cutoff(most);
                let name = gazetteer.key_of(entry).chars();
                if let Some(edits) = comparator.distance_with_args(name, &args) {
                    found.push(Mended { entry, edits, same_start });
                }
            }
        }
        found.sort_by_key(|mended| std::cmp::Reverse(mended.score()));
        if let Some(best) = found.first().copied() {
            found.retain(|mended| mended.score() + 1 >= best.score() && mended.edits == best.edits);
        }
        found
    }
}

impl Mended<'_> {
    /// An edit weighs as much as twenty times the people.
    fn score(&self) -> i32 {
        let size = i32::try_from(self.entry.weight.max(1).ilog10()).unwrap_or(0);
        let edits = i32::try_from(self.edits).unwrap_or(i32::MAX / 4);
        size + i32::from(self.same_start) - 2 * edits
    }
}

/// The letters of a key as a set of 32, in which rare letters share a place.
fn letters_in(key: &str) -> u32 {
    key.chars().fold(0, |set, c| set | 1 << (u32::from(c) % 32))
}

/// How many edits may turn a word of so many letters into a place of so many people.
fn allowed(letters: usize, people: u32) -> usize {
    match (letters, people) {
        (..5, _) | (5, ..20_000) | (6, ..5_000) | (7, ..1_000) => 0,
        (11.., 20_000..) => 3,
        (7, 100_000..) | (8.., 5_000..) => 2,
        _ => 1,
    }
}
