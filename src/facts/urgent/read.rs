//! Reads `urgent.tsv`: a name and a number for fraud and for crisis on each line.
//!
//! A file with an error weighs nothing: half of the weights would judge worse than none.

use super::{Meaning, Pair, Weights};
use crate::facts::knowledge::embedding::DIMENSIONS;
use crate::facts::problem::Problem;

/// No weight is larger; a larger one is a slip.
const LARGEST: f32 = 1_000.0;

pub(super) fn read(file: &str, text: &str) -> (Weights, Vec<Problem>) {
    let mut weights = Weights::default();
    let mut meaning = Meaning::default();
    let mut named = Vec::new();
    let mut problems = Vec::new();
    for (line, number) in text.lines().zip(1_u32..) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match entry(line) {
            Ok((name, pair)) if name.starts_with(['s', 'p', 'c']) && name.get(1..2) == Some(":") => {
                weights.words.insert(name.into(), pair);
            }
            Ok((name, pair)) => {
                named.push(name);
                if let Err(message) = set(&mut weights, &mut meaning, name, pair) {
                    problems.push(Problem::error(file, number, message));
                }
            }
            Err(message) => problems.push(Problem::error(file, number, message)),
        }
    }
    let missing = |name: &str| (!named.contains(&name)).then(|| format!("\"{name}\" is missing"));
    let mut needed = vec!["bias", "likely", "sure", "doubt"];
    if !meaning.dimensions.is_empty() {
        needed.extend(["meaning-bias", "meaning-words", "meaning-likely", "meaning-sure"]);
        if meaning.dimensions.len() > DIMENSIONS {
            problems.push(Problem::error(file, None, format!("more than {DIMENSIONS} dimensions")));
        }
    }
    problems.extend(needed.into_iter().filter_map(missing).map(|m| Problem::error(file, None, m)));
    if !problems.is_empty() {
        return (nothing(), problems);
    }
    weights.meaning = (!meaning.dimensions.is_empty()).then_some(meaning);
    (weights, problems)
}

/// Weights by which no text is urgent.
fn nothing() -> Weights {
    let never = Pair { fraud: f32::INFINITY, crisis: f32::INFINITY };
    let alone = super::Thresholds { likely: never, sure: never };
    Weights { alone, doubt: never, ..Weights::default() }
}

fn entry(line: &str) -> Result<(&str, Pair), String> {
    let mut parts = line.split('\t');
    let (Some(name), Some(fraud), Some(crisis), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err("a line must be a name, a tab, a number for fraud, a tab, a number for crisis".to_owned());
    };
    Ok((name, Pair { fraud: number(fraud)?, crisis: number(crisis)? }))
}

fn number(text: &str) -> Result<f32, String> {
    let number: f32 = text.parse().map_err(|_| format!("not a number: {text}"))?;
    if number.abs() <= LARGEST { Ok(number) } else { Err(format!("out of range: {text}")) }
}

fn set(weights: &mut Weights, meaning: &mut Meaning, name: &str, pair: Pair) -> Result<(), String> {
    let place = match name {
        "bias" => &mut weights.bias,
        "likely" => &mut weights.alone.likely,
        "sure" => &mut weights.alone.sure,
        "doubt" => &mut weights.doubt,
        "meaning-bias" => &mut meaning.bias,
        "meaning-words" => &mut meaning.words,
        "meaning-likely" => &mut meaning.thresholds.likely,
        "meaning-sure" => &mut meaning.thresholds.sure,
        _ => return dimension(meaning, name, pair),
    };
    *place = pair;
    Ok(())
}

/// The dimensions of the vectors stand in their order.
fn dimension(meaning: &mut Meaning, name: &str, pair: Pair) -> Result<(), String> {
    let next = meaning.dimensions.len();
    match name.strip_prefix("d:").map(str::parse::<usize>) {
        Some(Ok(place)) if place == next => meaning.dimensions.push(pair),
        Some(_) => return Err(format!("the next dimension must be d:{next}, not {name}")),
        None => return Err(format!("an unknown name: {name}")),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_with_their_line_and_nothing_is_weighed() {
        let good = "# weights\nbias\t1\t1\nlikely\t0\t0\nsure\t0\t0\ndoubt\t0\t0\n";
        assert_eq!(read("urgent.tsv", good).1, []);
        for (bad, line) in [
            ("s:a\t1", Some(6)),
            ("s:a\t1\tx", Some(6)),
            ("s:a\t1\tinf", Some(6)),
            ("bais\t1\t1", Some(6)),
            ("d:1\t1\t1", Some(6)),
            ("d:0\t1\t1", None),
        ] {
            let (weights, problems) = read("urgent.tsv", &format!("{good}{bad}\n"));
            assert_eq!(problems.first().map(|p| p.line), Some(line), "{bad}: {problems:?}");
            assert!(weights.words.is_empty() && weights.alone.likely.fraud.is_infinite());
        }
        assert_eq!(read("urgent.tsv", "").1.len(), 4);
    }
}
