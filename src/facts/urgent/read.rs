//! Reads `urgent.tsv`: a name and a number for fraud and for crisis on each line, and the units of the
//! meaning with more numbers.
//!
//! A file with an error weighs nothing: half of the weights would judge worse than none.

use super::features::Feature;
use super::{Meaning, Pair, Unit, Weights};
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
        let (name, numbers) = line.split_once('\t').unwrap_or((line, ""));
        if let Err(message) = entry(&mut weights, &mut meaning, name, numbers) {
            problems.push(Problem::error(file, number, message));
        }
        // Features are many, and none of them is needed.
        if !name.contains(':') {
            named.push(name);
        }
    }
    let missing = |name: &str| (!named.contains(&name)).then(|| format!("\"{name}\" is missing"));
    let mut needed = vec!["bias", "likely", "sure", "doubt"];
    if !meaning.units.is_empty() {
        needed.extend(["meaning-bias", "meaning-likely", "meaning-sure"]);
    }
    problems.extend(needed.into_iter().filter_map(missing).map(|m| Problem::error(file, None, m)));
    if !problems.is_empty() {
        return (nothing(), problems);
    }
    weights.meaning = (!meaning.units.is_empty()).then_some(meaning);
    (weights, problems)
}

/// Weights by which no text is urgent.
fn nothing() -> Weights {
    let never = Pair { fraud: f32::INFINITY, crisis: f32::INFINITY };
    let alone = super::Thresholds { likely: never, sure: never };
    Weights { alone, doubt: never, ..Weights::default() }
}

/// One line: a feature, a unit or a setting.
fn entry(weights: &mut Weights, meaning: &mut Meaning, name: &str, numbers: &str) -> Result<(), String> {
    if name == "unit" {
        meaning.units.push(unit(numbers)?);
    } else if let Some(feature) = Feature::named(name) {
        weights.words.insert(feature.number(), pair(numbers)?);
    } else {
        set(weights, meaning, name, pair(numbers)?)?;
    }
    Ok(())
}

fn pair(numbers: &str) -> Result<Pair, String> {
    let Some((fraud, crisis)) = numbers.split_once('\t') else {
        return Err("a line must be a name, a tab, a number for fraud, a tab, a number for crisis".to_owned());
    };
    Ok(Pair { fraud: number(fraud)?, crisis: number(crisis)? })
}

fn unit(numbers: &str) -> Result<Unit, String> {
    let numbers: Vec<f32> = numbers.split('\t').map(number).collect::<Result<_, _>>()?;
    match numbers.as_slice() {
        [bias, fraud, crisis, of_fraud, of_crisis, dimensions @ ..] if dimensions.len() <= DIMENSIONS => {
            Ok(Unit {
                bias: *bias,
                adds: Pair { fraud: *fraud, crisis: *crisis },
                words: Pair { fraud: *of_fraud, crisis: *of_crisis },
                dimensions: dimensions.to_vec(),
            })
        }
        numbers => Err(format!("a unit has 5 numbers and up to {DIMENSIONS} more, not {}", numbers.len())),
    }
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
        "meaning-likely" => &mut meaning.thresholds.likely,
        "meaning-sure" => &mut meaning.thresholds.sure,
        _ => return Err(format!("an unknown name: {name}")),
    };
    *place = pair;
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
            ("unit\t1\t1", Some(6)),
            ("unit\t1\t1\t1\t1\tx", Some(6)),
            ("unit\t1\t1\t1\t1\t1", None),
        ] {
            let (weights, problems) = read("urgent.tsv", &format!("{good}{bad}\n"));
            assert_eq!(problems.first().map(|p| p.line), Some(line), "{bad}: {problems:?}");
            assert!(weights.words.is_empty() && weights.alone.likely.fraud.is_infinite());
        }
        assert_eq!(read("urgent.tsv", "").1.len(), 4);
    }
}
