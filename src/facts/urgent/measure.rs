//! Measures how many labelled texts are told as an emergency, and how fast: for `digidel eval --urgent`.
//!
//! Prints nothing; [`Report`] displays as a table. The rules, the weights and the order in which they are
//! asked are all measured together, as a resident meets them.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::{By, Certainty, Danger};
use crate::facts::Facts;

/// What a text is labelled as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// A fraud goes on or has happened.
    Fraud,
    /// A life is in danger.
    Crisis,
    /// Neither.
    #[serde(alias = "none")]
    Calm,
}

/// A labelled text: one line of a JSONL file.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    /// The text.
    pub q: String,
    /// Its language.
    pub lang: String,
    /// What it is.
    #[serde(alias = "kind")]
    pub label: Label,
}

/// How the texts of one label and language fared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// All of them.
    pub texts: usize,
    /// Shown whom to ring.
    pub told: usize,
    /// Told that and nothing else.
    pub sure: usize,
    /// Recognised by a rule.
    pub by_rule: usize,
    /// Told as the other danger.
    pub other_danger: usize,
}

/// A measurement.
#[derive(Debug, Default)]
pub struct Report {
    /// By label and language; the language `all` is the sum.
    pub rows: BTreeMap<(Label, String), Row>,
    /// The texts that were told and should not have been, and the other way round.
    pub wrong: Vec<Case>,
    /// How long it takes to understand a text: the median and the 99th percentile.
    pub understanding: [Duration; 2],
    /// The same for the weights of the words alone.
    pub weighing: [Duration; 2],
}

/// Reads labelled texts, one JSON object a line; empty lines are skipped.
///
/// # Errors
/// The number of the first line that is none, from 1, and why.
pub fn read_cases(lines: &str) -> Result<Vec<Case>, (usize, serde_json::Error)> {
    let lines = lines.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    lines.map(|(line, number)| serde_json::from_str(line).map_err(|error| (number, error))).collect()
}

/// Measures.
#[must_use]
pub fn measure(facts: &Facts, cases: &[Case]) -> Report {
    let mut report = Report::default();
    let (mut understanding, mut weighing) = (Vec::new(), Vec::new());
    if let Some(first) = cases.first() {
        // What is read or compiled when it is first needed is no part of the time of a text.
        let _ = facts.understand(&format!("{} ", first.q));
    }
    for case in cases {
        let start = Instant::now();
        let urgent = facts.understand(&case.q).urgent;
        understanding.push(start.elapsed());
        let start = Instant::now();
        let _ = facts.urgency.words(&case.q);
        weighing.push(start.elapsed());
        if urgent.is_some() == (case.label == Label::Calm) {
            report.wrong.push(case.clone());
        }
        for lang in [case.lang.as_str(), "all"] {
            let row = report.rows.entry((case.label, lang.to_owned())).or_default();
            row.texts += 1;
            row.told += usize::from(urgent.is_some());
            let Some(urgent) = &urgent else { continue };
            row.sure += usize::from(urgent.certainty == Certainty::Sure);
            row.by_rule += usize::from(urgent.by == By::Rule);
            row.other_danger += usize::from(match case.label {
                Label::Fraud => urgent.danger != Danger::Fraud,
                Label::Crisis => urgent.danger != Danger::Crisis,
                Label::Calm => false,
            });
        }
    }
    report.understanding = middle_and_slowest(understanding);
    report.weighing = middle_and_slowest(weighing);
    report
}

fn middle_and_slowest(mut times: Vec<Duration>) -> [Duration; 2] {
    times.sort_unstable();
    [50, 99].map(|percent| {
        times
            .get((times.len() * percent / 100).min(times.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
    })
}

impl Row {
    /// The share that was told, 0–1.
    #[must_use]
    pub fn share_told(&self) -> f64 {
        let float = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
        float(self.told) / float(self.texts.max(1))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for case in &self.wrong {
            writeln!(f, "wrong: {:?} {}: {}", case.label, case.lang, case.q)?;
        }
        writeln!(
            f,
            "{:<8} {:<8} {:>6} {:>6} {:>7} {:>6} {:>8} {:>6}",
            "label", "language", "texts", "told", "share", "sure", "by rule", "other"
        )?;
        for ((label, lang), row) in &self.rows {
            let label = format!("{label:?}").to_lowercase();
            let share = format!("{:.1} %", row.share_told() * 100.0);
            let Row { texts, told, sure, by_rule, other_danger } = row;
            writeln!(
                f,
                "{label:<8} {lang:<8} {texts:>6} {told:>6} {share:>7} {sure:>6} {by_rule:>8} {other_danger:>6}"
            )?;
        }
        let [middle, slowest] = self.understanding;
        writeln!(f, "a text is understood in {middle:?} (p99 {slowest:?})")?;
        let [middle, slowest] = self.weighing;
        write!(f, "and its words are weighed in {middle:?} (p99 {slowest:?})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_have_the_names_of_the_files() {
        let lines = "{\"q\":\"a\",\"lang\":\"sv\",\"kind\":\"fraud\"}\n\n{\"q\":\"b\",\"lang\":\"en\",\"label\":\"none\"}";
        let labels: Vec<Label> = read_cases(lines).expect("cases").iter().map(|case| case.label).collect();
        assert_eq!(labels, [Label::Fraud, Label::Calm]);
        assert_eq!(read_cases("\n{}").map_err(|(line, _)| line).err(), Some(2));
    }

    #[test]
    fn times_are_ordered() {
        let times = (1..=100).rev().map(Duration::from_micros).collect();
        assert_eq!(middle_and_slowest(times), [51, 100].map(Duration::from_micros));
        assert_eq!(middle_and_slowest(Vec::new()), [Duration::ZERO; 2]);
    }
}
