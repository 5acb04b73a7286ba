//! Which of several namesakes is meant: by spelling, by size, or the resident must say.

use super::fold::exact;
use super::gazetteer::{Entry, Gazetteer};
use super::regions::Regions;
use crate::model::place::{Certainty, Place, PlaceKind, Resolved};

/// How many places are offered at most.
const OFFERED: usize = 6;
/// A place with so many people is a town; only a town can win over its namesakes.
const TOWN: u32 = 1_000;
/// A town wins when it has so many times the people of each namesake that was counted,
const DOMINATES_COUNTED: u32 = 10;
/// and so many times those of each whose people are assumed, generously.
const DOMINATES_ASSUMED: u32 = 4;
/// The other name of so large a town goes before the hamlets that bear it as their own.
const LARGE_TOWN: u32 = 10_000;
/// Who leaves out diacritics means "Örebro" by "Orebro" though a hamlet is spelt so, if the one
/// has so many times the people of the other.
const MISSING_MARKS: u32 = 100;

/// The places of a name after what the spelling rules out, at most one per municipality, the
/// likeliest first.
#[derive(Debug, Default)]
pub(super) struct Ranked<'a>(Vec<Group<'a>>);

#[derive(Debug)]
struct Group<'a> {
    /// What is shown for the municipality.
    best: &'a Entry,
    /// The people of its largest entry.
    weight: u32,
    counted: bool,
}

/// Ranks places that may be meant by `written`, which is spelt as [`exact`] gives it.
pub(super) fn rank<'a>(
    gazetteer: &Gazetteer,
    entries: impl Iterator<Item = &'a Entry>,
    written: &str,
) -> Ranked<'a> {
    let mut left: Vec<&Entry> = entries.collect();
    prefer_names(&mut left);
    prefer_spelling(gazetteer, &mut left, written);
    let mut groups: Vec<Group> = Vec::new();
    for entry in left {
        match groups.iter_mut().find(|group| group.best.municipality == entry.municipality) {
            Some(group) => group.join(entry),
            None => groups.push(Group { best: entry, weight: entry.weight, counted: entry.counted }),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse((group.weight, !group.best.alias)));
    Ranked(groups)
}

/// "Håbo" is not "Habo": where a name is spelt exactly so, the others are out.
fn prefer_spelling(gazetteer: &Gazetteer, left: &mut Vec<&Entry>, written: &str) {
    let is_exact = |entry: &&Entry| exact(gazetteer.name_of(entry)) == written;
    let heaviest = left.iter().copied().filter(|e| is_exact(e)).map(|e| e.weight).max();
    let Some(heaviest) = heaviest else { return };
    let marks_missing = written.is_ascii();
    left.retain(|entry| is_exact(entry) || marks_missing && entry.weight / MISSING_MARKS >= heaviest.max(1));
}

/// Other names only help where no place bears the name, or for a large town.
fn prefer_names(left: &mut Vec<&Entry>) {
    let own = left.iter().filter(|entry| !entry.alias).map(|entry| entry.weight).max();
    let Some(own) = own else { return };
    left.retain(|entry| {
        !entry.alias || entry.weight >= LARGE_TOWN.max(own.saturating_mul(DOMINATES_COUNTED))
    });
}

impl<'a> Group<'a> {
    /// The municipality and its seat often share a name: the town is shown, because its point is
    /// its own, unless it is a mere village beside the municipality's true seat.
    fn join(&mut self, entry: &'a Entry) {
        let rank = |entry: &Entry| match entry.kind {
            PlaceKind::Locality | PlaceKind::Suburb if entry.counted && entry.weight >= TOWN => 2,
            PlaceKind::Municipality => 1,
            _ => 0,
        };
        let precedence = |entry: &Entry| (!entry.alias, rank(entry), entry.weight);
        if precedence(entry) > precedence(self.best) {
            self.best = entry;
        }
        if entry.weight > self.weight {
            (self.weight, self.counted) = (entry.weight, entry.counted);
        }
    }
}

impl<'a> Ranked<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The likeliest, and the people of the largest place of the name in its municipality.
    pub(super) fn top(&self) -> Option<(&'a Entry, u32)> {
        self.0.first().map(|group| (group.best, group.weight))
    }

    /// The one that is meant, when it is alone or a town far larger than all its namesakes.
    pub(super) fn clear(&self) -> Option<&'a Entry> {
        let (first, rest) = self.0.split_first()?;
        let dominates = |other: &Group| {
            let times = if other.counted { DOMINATES_COUNTED } else { DOMINATES_ASSUMED };
            first.weight / times >= other.weight
        };
        let town = first.counted && first.weight >= TOWN;
        (rest.is_empty() || town && rest.iter().all(dominates)).then_some(first.best)
    }

    /// The answer for the resident; `Unknown` when nothing is left.
    pub(super) fn resolved(
        &self,
        gazetteer: &Gazetteer,
        regions: &Regions,
        certainty: Certainty,
    ) -> Resolved {
        let place = |entry: &Entry| gazetteer.place(entry, regions);
        if let Some(place) = self.clear().and_then(place) {
            return Resolved::One { place, certainty };
        }
        let several: Vec<Place> = self.0.iter().take(OFFERED).filter_map(|group| place(group.best)).collect();
        if several.is_empty() { Resolved::Unknown } else { Resolved::Several(several) }
    }
}
