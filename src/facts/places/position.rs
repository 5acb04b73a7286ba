//! A text that is a pair of coordinates: "58.54, 15.04", "58,54 15,04", "geo:58.54,15.04".
//!
//! Decimal degrees only. Which municipality the point lies in: see `borders`.

use super::fold::plain;
use super::table::near_sweden;
use crate::model::place::Position;

/// Words that may stand around the numbers.
const LABELS: [&str; 14] = [
    "latitude",
    "longitude",
    "latitud",
    "longitud",
    "koordinater",
    "position",
    "geo",
    "lat",
    "lng",
    "lon",
    "long",
    "gps",
    "och",
    "and",
];

/// What a text says in coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Coordinates {
    /// A point; swapped when only that lies near Sweden.
    At(Position),
    /// Two numbers that are no point on earth, or that could as well be times or prices.
    Unclear,
}

/// `None` when the text is something else than two decimal numbers.
pub(super) fn parse(text: &str) -> Option<Coordinates> {
    if !text.contains(char::is_numeric) {
        return None;
    }
    let text = plain(text);
    let (numbers, letters) = split(&text)?;
    let (first, second) = two(&numbers)?;
    let west = letters.iter().any(|&letter| letter == "w" || letter == "v");
    let south = letters.contains(&"s");
    let (a, b): (f64, f64) = (first.parse().ok()?, second.parse().ok()?);
    let (a, b) = (if south { -a } else { a }, if west { -b } else { b });
    let candidates = [Position::new(a, b), Position::new(b, a)];
    let here = candidates.iter().flatten().copied().find(|&position| near_sweden(position));
    // "12.30 14.00" is rather two times of day than a point in Africa.
    let precise = text.contains(',') || [&first, &second].iter().all(|n| decimals(n) >= 3);
    let elsewhere = candidates.iter().flatten().copied().next().filter(|_| precise);
    Some(here.or(elsewhere).map_or(Coordinates::Unclear, Coordinates::At))
}

/// The pieces made of digits, and the letters that are compass points. `None` at any other word.
fn split(text: &str) -> Option<(Vec<&str>, Vec<&str>)> {
    let (mut numbers, mut letters) = (Vec::new(), Vec::new());
    let apart = |c: char| {
        c.is_whitespace() || matches!(c, ';' | '/' | '|' | '(' | ')' | '[' | ']' | '°' | ':' | '=' | 'º')
    };
    for piece in text.split(apart) {
        let piece = piece.trim_matches(',');
        let word = piece.trim_matches(|c: char| !c.is_alphabetic());
        if piece.is_empty() || LABELS.contains(&word) && piece == word {
            continue;
        }
        if piece.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+')) {
            numbers.push(piece);
        } else if ["n", "s", "e", "w", "o", "ö", "ø", "v"].contains(&piece) {
            letters.push(piece);
        } else {
            return None;
        }
    }
    Some((numbers, letters))
}

/// Two numbers with a decimal point each, from "58.54,15.04", "58,54,15,04" or two pieces.
fn two(pieces: &[&str]) -> Option<(String, String)> {
    let number = |text: &str| {
        let text = text.replace(',', ".");
        (decimals(&text) > 0).then_some(text)
    };
    match pieces {
        [one] if one.contains('.') => {
            let (a, b) = one.split_once(',')?;
            Some((number(a)?, number(b)?))
        }
        [one] => {
            let (at, _) = one.match_indices(',').nth(1)?;
            let (a, b) = one.split_at_checked(at)?;
            Some((number(a)?, number(b.trim_start_matches(','))?))
        }
        [a, b] => Some((number(a)?, number(b)?)),
        _ => None,
    }
}

fn decimals(number: &str) -> usize {
    number.split_once('.').map_or(0, |(_, decimals)| decimals.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_point() {
        let motala = Position::new(58.54, 15.04).map(Coordinates::At);
        for text in [
            "58.54, 15.04",
            "58.54,15.04",
            "58,54 15,04",
            "58,54, 15,04",
            "58,54,15,04",
            "15.04 58.54",
            "58.54° N, 15.04° E",
            "N 58.54 E 15.04",
            "geo:58.54,15.04",
            "(58,54; 15,04)",
            "lat 58.54 lon 15.04",
            "\u{200e}58.54,15.04",
        ] {
            assert_eq!(parse(text), motala, "{text}");
        }
    }

    #[test]
    fn what_is_no_point() {
        for text in ["", "591 32", "58.54", "Motala", "58.54 15.04 Motala", "070-123 45 67"] {
            assert_eq!(parse(text), None, "{text}");
        }
        for text in ["95.5, 200.1", "12.30 14.00"] {
            assert_eq!(parse(text), Some(Coordinates::Unclear), "{text}");
        }
    }
}
