//! Postal codes: reading them, finding one in a text, and guessing an unknown one.

use std::ops::Range;

use super::fold::{digit, is_invisible};
use super::regions::{MunicipalityId, Regions};
use super::table::{each_row, position};
use crate::facts::problem::Problem;
use crate::model::place::{Certainty, Place, PlaceKind, Position, Resolved};

/// One row of `postcodes.csv`.
#[derive(Debug)]
struct Row {
    code: u32,
    town: Box<str>,
    municipality: MunicipalityId,
    position: Position,
}

/// All known codes, ascending.
#[derive(Debug, Default)]
pub(super) struct Postcodes(Vec<Row>);

/// A code in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Code {
    /// Five digits, 10000..=98999: Swedish codes begin with neither 0 nor 99.
    pub number: u32,
    /// Bytes of the text, with "SE-" where it stands.
    pub range: Range<usize>,
    /// Written as only codes are: "591 32" or "SE-59132", not "59132".
    pub unmistakable: bool,
}

impl Postcodes {
    pub(super) fn read(file: &str, text: &str, regions: &Regions, problems: &mut Vec<Problem>) -> Self {
        let mut rows: Vec<Row> = Vec::with_capacity(text.len() / 60);
        let columns = ["postcode", "place", "municipality", "lat", "lon"];
        each_row(file, text, columns, problems, |[code, town, municipality, lat, lon]| {
            let code = code
                .parse()
                .ok()
                .filter(|&number| is_swedish(number))
                .ok_or_else(|| format!("“{code}” is no Swedish postal code"))?;
            let municipality = regions.require(municipality)?;
            rows.push(Row { code, town: town.into(), municipality, position: position(lat, lon)? });
            Ok(())
        });
        rows.sort_by_key(|row| row.code);
        for (a, b) in rows.iter().zip(rows.iter().skip(1)).filter(|(a, b)| a.code == b.code) {
            let message = format!("{} stands here twice: “{}” and “{}”", a.code, a.town, b.town);
            problems.push(Problem::warning(file, None, message));
        }
        Self(rows)
    }

    pub(super) fn knows(&self, code: u32) -> bool {
        self.0.binary_search_by_key(&code, |row| row.code).is_ok()
    }

    /// The code's place; an unknown code is placed where most codes with the same first four,
    /// three or two digits are.
    pub(super) fn resolve(&self, code: u32, regions: &Regions) -> Resolved {
        let known = self.0.binary_search_by_key(&code, |row| row.code).ok();
        let row = known.and_then(|at| self.0.get(at));
        let exact = row.and_then(|row| row.place(regions));
        let guess = || {
            [10, 100, 1000].iter().find_map(|&size| {
                let id = self.commonest(code / size * size, size)?;
                let region = regions.get(id)?;
                Some(Place {
                    name: format!("{} {}", spaced(code), region.municipality),
                    kind: PlaceKind::Postcode,
                    municipality: region.municipality.clone(),
                    position: region.seat,
                })
            })
        };
        match exact {
            Some(place) => Resolved::One { place, certainty: Certainty::Exact },
            None => guess()
                .map_or(Resolved::Unknown, |place| Resolved::One { place, certainty: Certainty::Guess }),
        }
    }

    /// The commonest municipality among the `size` codes from `first` on.
    fn commonest(&self, first: u32, size: u32) -> Option<MunicipalityId> {
        let mut counts: Vec<(MunicipalityId, usize)> = Vec::new();
        for row in self.between(first, first + size) {
            match counts.iter_mut().find(|(id, _)| *id == row.municipality) {
                Some((_, count)) => *count += 1,
                None => counts.push((row.municipality, 1)),
            }
        }
        counts.into_iter().max_by_key(|&(_, count)| count).map(|(id, _)| id)
    }

    fn between(&self, from: u32, to: u32) -> &[Row] {
        let start = self.0.partition_point(|row| row.code < from);
        let end = self.0.partition_point(|row| row.code < to);
        self.0.get(start..end).unwrap_or_default()
    }

    /// Codes that begin with up to five digits, ascending.
    pub(super) fn starting<'a>(
        &'a self,
        digits: &str,
        regions: &'a Regions,
    ) -> impl Iterator<Item = Place> + use<'a> {
        let missing = 5_usize.saturating_sub(digits.len());
        let size = 10_u32.pow(u32::try_from(missing).unwrap_or(0));
        let first = digits.parse::<u32>().unwrap_or(0).saturating_mul(size);
        self.between(first, first.saturating_add(size)).iter().filter_map(|row| row.place(regions))
    }
}

impl Row {
    fn place(&self, regions: &Regions) -> Option<Place> {
        Some(Place {
            name: format!("{} {}", spaced(self.code), self.town),
            kind: PlaceKind::Postcode,
            municipality: regions.get(self.municipality)?.municipality.clone(),
            position: self.position,
        })
    }
}

/// A run of digits in a text.
#[derive(Clone, Debug)]
struct Run {
    range: Range<usize>,
    digits: String,
    /// Whether only one space, hyphen or slash parts it from the run before.
    joined: bool,
}

/// The first postal code of a text. Telephone numbers, dates and personal numbers are none.
pub(super) fn find(text: &str) -> Option<Code> {
    if !text.contains(char::is_numeric) {
        return None;
    }
    let runs = runs(text);
    (0..runs.len()).find_map(|at| {
        let (start, rest) = (runs.get(at)?, runs.get(at + 1..)?);
        let (digits, end, after) = match (start.digits.len(), rest) {
            (5, after) => (start.digits.clone(), start.range.end, after.first()),
            (3, [next, after @ ..]) if next.joined && next.digits.len() == 2 => {
                (format!("{}{}", start.digits, next.digits), next.range.end, after.first())
            }
            _ => return None,
        };
        let number = digits.parse().ok().filter(|&number| is_swedish(number))?;
        let longer = after.is_some_and(|run| run.joined) || in_telephone_number(&runs, at);
        let before = text.get(..start.range.start)?;
        let begin = country_prefix(before);
        let glued = text.get(end..)?.chars().next().is_some_and(char::is_alphabetic)
            || begin.is_none() && before.chars().next_back().is_some_and(char::is_alphabetic);
        (!longer && !glued).then(|| Code {
            number,
            range: begin.unwrap_or(start.range.start)..end,
            unmistakable: begin.is_some() || start.digits.len() == 3,
        })
    })
}

/// Where "SE-" or "S " before a code begins.
fn country_prefix(before: &str) -> Option<usize> {
    let letters = before.trim_end_matches([' ', '-', '–', '\u{a0}']);
    let word = letters.char_indices().rev().take_while(|(_, c)| c.is_alphanumeric()).last()?;
    let word = letters.get(word.0..)?;
    // A lone "s" may also end a word: "Motala's 591 32".
    let ends_word = letters.strip_suffix(word).is_some_and(|rest| rest.ends_with(['\'', '’']));
    (!ends_word && ["s", "se", "sv"].contains(&word.to_lowercase().as_str()))
        .then(|| letters.len() - word.len())
}

/// Whether the runs joined to this one begin as a telephone number does, with 0.
fn in_telephone_number(runs: &[Run], at: usize) -> bool {
    let mut first = at;
    while first > 0 && runs.get(first).is_some_and(|run| run.joined) {
        first -= 1;
    }
    first < at && runs.get(first).is_some_and(|run| run.digits.starts_with(['0', '+']))
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut last: Option<char> = None;
    for (at, c) in text.char_indices().filter(|&(_, c)| !is_invisible(c)) {
        let value = digit(c);
        let end = at + c.len_utf8();
        if value.is_ascii_digit() {
            match runs.last_mut() {
                Some(run) if last.is_some_and(|c| digit(c).is_ascii_digit()) => {
                    run.digits.push(value);
                    run.range.end = end;
                }
                _ => {
                    let gap = runs.last().and_then(|run| text.get(run.range.end..at));
                    let joined = gap.is_some_and(|gap| {
                        let mut gap = gap.chars().filter(|&c| !is_invisible(c));
                        gap.next().is_some_and(|c| c.is_whitespace() || matches!(c, '-' | '–' | '/' | '.'))
                            && gap.next().is_none()
                    });
                    let plus = last == Some('+');
                    let digits = if plus { format!("+{value}") } else { value.to_string() };
                    runs.push(Run { range: at..end, digits, joined });
                }
            }
        }
        last = Some(c);
    }
    runs
}

/// Five digits, of which the first is not 0 and the first two are not 99.
fn is_swedish(code: u32) -> bool {
    (10_000..99_000).contains(&code)
}

/// As it is written: "591 32".
fn spaced(code: u32) -> String {
    format!("{:03} {:02}", code / 100, code % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_code() {
        for text in [
            "591 32",
            "59132",
            "SE-591 32",
            "s-59132",
            "５９１３２",
            "٥٩١٣٢",
            "591-32",
            "591\u{a0}32",
            "Storgatan 5 591 32 Motala",
            "\u{200e}591\u{200f} 32",
            "se59132",
        ] {
            assert_eq!(find(text).map(|code| code.number), Some(59132), "{text}");
        }
    }

    #[test]
    fn other_numbers() {
        for text in [
            "070-123 45 67",
            "+46 123 45 67",
            "0141 591 32",
            "19450312-1234",
            "591 32 11",
            "012 34",
            "99999",
            "1234567",
            "591 3",
            "A59132",
            "2026-11-21",
            "",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
