//! What a text must hold for a pattern to fit it: pieces of text of which at least one is there
//! whenever the pattern's expression matches; and, where that can be said, other pieces of which one is
//! there as well.
//!
//! Says only what is impossible without; whether the pattern does fit is for its expression.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Pieces of text, in bytes. None at all means that nothing can fit.
pub(super) type Needs = Vec<Vec<u8>>;

/// More pieces than this are not written out for what could be said in fewer.
const MOST: usize = 40;
/// A class of more letters than this is not written out.
const WIDEST_CLASS: u32 = 10;
/// A shorter piece, in bytes, is in nearly every text.
const SHORTEST: usize = 2;
/// Of so many texts that hold a piece, one holds it with a given byte more: a rough guess.
const RARER_BY: f64 = 0.3;

/// How much of what a pattern needs is looked for: what comes third is seldom what is missing.
pub(super) const MOST_NEEDS: usize = 2;

/// Of each of these any match of the expression holds a piece, of the rarest first. None at all if nothing of
/// use can be said.
pub(super) fn needs(hir: &Hir) -> Vec<Needs> {
    let mut all: Vec<Needs> = wanted(hir).into_iter().map(without_longer).collect();
    all.dedup();
    all.truncate(MOST_NEEDS);
    all
}

fn wanted(hir: &Hir) -> Vec<Needs> {
    if let Some(all) = exact(hir) {
        return useful(all).into_iter().collect();
    }
    match hir.kind() {
        HirKind::Capture(capture) => wanted(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => wanted(&repetition.sub),
        HirKind::Alternation(ways) => {
            let each: Option<Vec<Needs>> = ways.iter().map(|way| wanted(way).into_iter().next()).collect();
            each.map(|each| each.into_iter().flatten().collect()).into_iter().collect()
        }
        HirKind::Concat(parts) => of_parts(parts),
        _ => Vec::new(),
    }
}

/// What the parts in a row need: runs of parts that can be written out, and each other part.
fn of_parts(parts: &[Hir]) -> Vec<Needs> {
    let mut all: Vec<Needs> = Vec::new();
    let mut consider = |needs: Option<Needs>| all.extend(needs.and_then(useful));
    let nothing = || vec![Vec::new()];
    let mut run = nothing();
    for part in parts {
        match exact(part) {
            Some(next) => match joined(&run, &next) {
                Some(longer) => run = longer,
                None => consider(Some(std::mem::replace(&mut run, next))),
            },
            None => {
                // What comes several times begins and ends with itself.
                let next = repeated(part);
                consider(next.as_ref().and_then(|next| joined(&run, next)));
                consider(Some(std::mem::replace(&mut run, next.unwrap_or_else(nothing))));
                for needs in wanted(part) {
                    consider(Some(needs));
                }
            }
        }
    }
    consider(Some(run));
    all.sort_by(|one, other| weight(one).total_cmp(&weight(other)));
    all
}

/// What an expression that repeats something repeats at least once.
fn repeated(hir: &Hir) -> Option<Needs> {
    match hir.kind() {
        HirKind::Repetition(repetition) if repetition.min > 0 => exact(&repetition.sub),
        HirKind::Capture(capture) => repeated(&capture.sub),
        _ => None,
    }
}

/// Everything that the expression matches, if that is not too much. What is only looked at takes no room.
fn exact(hir: &Hir) -> Option<Needs> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(vec![Vec::new()]),
        HirKind::Literal(literal) => Some(vec![literal.0.to_vec()]),
        HirKind::Class(class) => letters(class),
        HirKind::Capture(capture) => exact(&capture.sub),
        HirKind::Repetition(repetition) => {
            let mut once = exact(&repetition.sub)?;
            match (repetition.min, repetition.max) {
                (1, Some(1)) => Some(once),
                (0, Some(1)) => {
                    once.push(Vec::new());
                    Some(once)
                }
                _ => None,
            }
        }
        HirKind::Concat(parts) => {
            parts.iter().try_fold(vec![Vec::new()], |run, part| joined(&run, &exact(part)?))
        }
        HirKind::Alternation(ways) => ways.iter().try_fold(Vec::new(), |mut all, way| {
            all.extend(exact(way)?);
            (all.len() <= MOST).then_some(all)
        }),
    }
}

/// The letters of a narrow class.
fn letters(class: &Class) -> Option<Needs> {
    match class {
        Class::Unicode(class) => {
            let width = |range: &regex_syntax::hir::ClassUnicodeRange| {
                u32::from(range.end()).saturating_sub(u32::from(range.start())) + 1
            };
            let narrow = class.ranges().iter().map(width).sum::<u32>() <= WIDEST_CLASS;
            let letters = class.ranges().iter().flat_map(|range| range.start()..=range.end());
            narrow.then(|| letters.map(|letter| letter.to_string().into_bytes()).collect())
        }
        Class::Bytes(class) => {
            let width = |range: &regex_syntax::hir::ClassBytesRange| {
                u32::from(range.end()).saturating_sub(u32::from(range.start())) + 1
            };
            let narrow = class.ranges().iter().map(width).sum::<u32>() <= WIDEST_CLASS;
            let bytes = class.ranges().iter().flat_map(|range| range.start()..=range.end());
            narrow.then(|| bytes.map(|byte| vec![byte]).collect())
        }
    }
}

/// Each of the first with each of the second behind it, if that is not too much.
fn joined(first: &Needs, second: &Needs) -> Option<Needs> {
    let each = |one: &Vec<u8>| second.iter().map(|two| [one.as_slice(), two].concat()).collect::<Vec<_>>();
    (first.len() * second.len() <= MOST).then(|| first.iter().flat_map(each).collect())
}

fn useful(needs: Needs) -> Option<Needs> {
    needs.iter().all(|piece| piece.len() >= SHORTEST).then_some(needs)
}

/// How many texts are likely to hold one of the pieces, for comparing.
fn weight(needs: &Needs) -> f64 {
    needs.iter().map(|piece| RARER_BY.powi(i32::try_from(piece.len()).unwrap_or(i32::MAX))).sum()
}

/// The pieces without those that begin with another one: a text that holds them holds that too.
fn without_longer(mut needs: Needs) -> Needs {
    needs.sort_unstable();
    needs.dedup_by(|longer, kept| longer.starts_with(kept));
    needs
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn of(expression: &str) -> Vec<Vec<String>> {
        let hir = regex_syntax::ParserBuilder::new().utf8(false).build().parse(expression).unwrap();
        let text = |piece: Vec<u8>| String::from_utf8(piece).unwrap();
        needs(&hir).into_iter().map(|needs| needs.into_iter().map(text).collect()).collect()
    }

    #[test]
    fn a_pattern_needs_the_rarest_that_it_cannot_do_without() {
        for (expression, pieces) in [
            (" (?:boka) ", vec![vec![" boka "]]),
            (" (?:(boka|avboka) tid) ", vec![vec![" avboka tid ", " boka tid "]]),
            (" (?:kod[^ ]*) ", vec![vec![" kod"]]),
            (" (?:(kod|koden|kodord)x*) ", vec![vec![" kod"]]),
            (" (?:[^ ]*bank(?: [^ ]+){0,6} polisen) ", vec![vec![" polisen "], vec!["bank"]]),
            (
                " (?:jag(?: [^ ]+){0,6} (kod|kort)en(?: [^ ]+){0,6} i dag) ",
                vec![vec![" i dag "], vec![" koden", " korten"]],
            ),
            (" (?:l+u+r+ad) ", vec![vec!["rad "], vec![" l"]]),
            (" (?:^hur) ", vec![vec![" hur "]]),
            (" (?:[ab]c?) ", vec![vec![" a ", " ac ", " b ", " bc "]]),
            (" (?:[1-3]{4,}kr) ", vec![vec!["1kr ", "2kr ", "3kr "], vec![" 1", " 2", " 3"]]),
            (" (?:[12]+|polisen) ", vec![]),
            (" (?:[12]+) ", vec![vec![" 1", " 2"], vec!["1 ", "2 "]]),
            (" (?:[^ ]*|polisen) ", vec![]),
            ("(?:(?:nej ja)+|jo)", vec![vec!["jo", "nej ja"]]),
            (" ?a?", vec![]),
            (r"[^\s\S]", vec![vec![]]),
        ] {
            assert_eq!(of(expression), pieces, "{expression}");
        }
    }
}
