//! What a text must hold for a pattern to fit it: pieces of text of which at least one is there
//! whenever the pattern's expression matches.
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

/// The pieces of which any match of the expression holds one; `None` if nothing of use can be said.
pub(super) fn needs(hir: &Hir) -> Option<Needs> {
    wanted(hir).map(without_longer)
}

fn wanted(hir: &Hir) -> Option<Needs> {
    if let Some(all) = exact(hir) {
        return useful(all);
    }
    match hir.kind() {
        HirKind::Capture(capture) => wanted(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => wanted(&repetition.sub),
        HirKind::Alternation(ways) => {
            let each: Option<Vec<Needs>> = ways.iter().map(wanted).collect();
            each.map(|each| each.into_iter().flatten().collect())
        }
        HirKind::Concat(parts) => of_parts(parts),
        _ => None,
    }
}

/// The best of what the parts in a row need: runs of parts that can be written out, and each other part.
fn of_parts(parts: &[Hir]) -> Option<Needs> {
    let mut best: Option<Needs> = None;
    let mut consider = |needs: Option<Needs>| {
        if let Some(needs) = needs.and_then(useful)
            && best.as_ref().is_none_or(|best| weight(&needs) < weight(best))
        {
            best = Some(needs);
        }
    };
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
                consider(wanted(part));
            }
        }
    }
    consider(Some(run));
    best
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

    fn of(expression: &str) -> Option<Vec<String>> {
        let hir = regex_syntax::ParserBuilder::new().utf8(false).build().parse(expression).unwrap();
        let text = |piece: Vec<u8>| String::from_utf8(piece).unwrap();
        needs(&hir).map(|needs| needs.into_iter().map(text).collect())
    }

    #[test]
    fn a_pattern_needs_the_rarest_that_it_cannot_do_without() {
        for (expression, pieces) in [
            (" (?:boka) ", Some(vec![" boka "])),
            (" (?:(boka|avboka) tid) ", Some(vec![" avboka tid ", " boka tid "])),
            (" (?:kod[^ ]*) ", Some(vec![" kod"])),
            (" (?:(kod|koden|kodord)x*) ", Some(vec![" kod"])),
            (" (?:[^ ]*bank(?: [^ ]+){0,6} polisen) ", Some(vec![" polisen "])),
            (" (?:l+u+r+ad) ", Some(vec!["rad "])),
            (" (?:^hur) ", Some(vec![" hur "])),
            (" (?:[ab]c?) ", Some(vec![" a ", " ac ", " b ", " bc "])),
            (" (?:[1-3]{4,}kr) ", Some(vec!["1kr ", "2kr ", "3kr "])),
            (" (?:[12]+|polisen) ", None),
            (" (?:[12]+) ", Some(vec![" 1", " 2"])),
            (" (?:[^ ]*|polisen) ", None),
            ("(?:(?:nej ja)+|jo)", Some(vec!["jo", "nej ja"])),
            (" ?a?", None),
            (r"[^\s\S]", Some(vec![])),
        ] {
            let pieces = pieces.map(|all| all.into_iter().map(str::to_owned).collect());
            assert_eq!(of(expression), pieces, "{expression}");
        }
    }
}
