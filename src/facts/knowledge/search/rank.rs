//! Adds up what the parts say, first per article, then per topic, and names the signs from which
//! the probability is computed.
//!
//! The topic is decided first: an article wins only within the most likely topic, because several
//! articles of one topic often share what one article of another topic has alone.

use super::calibrate::Signs;
use super::model::Blend;
use super::num::{count, log_softmax};

/// What the parts say of one text, per class; class 0 is "none of these".
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    /// Margins of the lexical model.
    pub lexical: Vec<f32>,
    /// Share of the text that the vocabulary knows, 0–1.
    pub coverage: f32,
    /// Margins of the dense model; empty without embedding.
    pub margins: Vec<f32>,
    /// Likeness to examples; empty without embedding.
    pub likeness: Vec<f32>,
    /// Number of words.
    pub words: usize,
}

impl Evidence {
    /// The same without what the lexical model says.
    pub fn dense_only(mut self) -> Self {
        self.lexical.fill(0.0);
        self.coverage = 0.0;
        self
    }

    /// The same without what the dense model says.
    pub fn lexical_only(mut self) -> Self {
        self.margins.clear();
        self.likeness.clear();
        self
    }
}

/// Which class belongs to which topic; the topic of class 0 is 0.
#[derive(Debug, Clone, Default)]
pub(crate) struct Topics(pub Vec<usize>);

/// The outcome.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ranking {
    /// Topics but "none", most likely first, with their probability.
    pub topics: Vec<(usize, f32)>,
    /// Classes but "none": those of the first topic first if one of them leads, then by
    /// probability.
    pub classes: Vec<(usize, f32)>,
    /// Signs for the calibration.
    pub signs: Signs,
}

/// Ranks classes and topics.
pub(crate) fn rank(evidence: &Evidence, topics: &Topics, blend: Blend) -> Ranking {
    let mut scores: Vec<f32> =
        evidence.lexical.iter().map(|m| m * blend.lexical * evidence.coverage).collect();
    for (parts, weight) in [(&evidence.margins, blend.margins), (&evidence.likeness, blend.likeness)] {
        scores.iter_mut().zip(parts).for_each(|(score, part)| *score += weight * part);
    }
    log_softmax(&mut scores);
    let mut pooled = vec![0.0_f32; topics.0.iter().max().map_or(0, |most| most + 1)];
    for (topic, score) in topics.0.iter().zip(&scores) {
        if let Some(sum) = pooled.get_mut(*topic) {
            *sum += score.exp();
        }
    }
    let none = pooled.first().copied().unwrap_or(0.0);
    let mut by_topic: Vec<(usize, f32)> = pooled.into_iter().enumerate().skip(1).collect();
    by_topic.sort_by(|a, b| b.1.total_cmp(&a.1));
    let first = by_topic.first().map_or(0, |(topic, _)| *topic);
    let of = |class: usize| topics.0.get(class).copied().unwrap_or(0);
    let mut classes: Vec<(usize, f32)> =
        scores.iter().map(|s| s.exp()).enumerate().filter(|(class, _)| of(*class) != 0).collect();
    classes.sort_by(|a, b| b.1.total_cmp(&a.1));
    if let Some(best) = classes.iter().position(|(class, _)| of(*class) == first) {
        let leader = classes.remove(best);
        classes.insert(0, leader);
    }
    let signs = signs(evidence, &by_topic, none, classes.first().map_or(0, |(class, _)| *class));
    Ranking { topics: by_topic, classes, signs }
}

fn signs(evidence: &Evidence, by_topic: &[(usize, f32)], none: f32, leader: usize) -> Signs {
    let at = |place: usize| by_topic.get(place).map_or(0.0, |(_, p)| *p);
    let log = |p: f32| p.max(1e-4).ln();
    let of = |parts: &[f32]| parts.get(leader).copied().unwrap_or(0.0);
    let best = |parts: &[f32]| parts.iter().skip(1).copied().fold(-1.0_f32, f32::max);
    [
        log(at(0)) - log(1.0 - at(0)),
        log(at(0)) - log(at(1)),
        log(at(0)) - log(none),
        of(&evidence.likeness).max(best(&evidence.likeness) - 0.1),
        of(&evidence.lexical),
        of(&evidence.margins),
        evidence.coverage,
        count(evidence.words.min(30)).max(1.0).ln(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_halves_of_a_topic_beat_one_strong_article() {
        let evidence =
            Evidence { lexical: vec![0.0, 1.0, 1.0, 1.3], coverage: 1.0, words: 3, ..Evidence::default() };
        let blend = Blend { lexical: 1.0, margins: 0.0, likeness: 0.0 };
        let ranking = rank(&evidence, &Topics(vec![0, 1, 1, 2]), blend);
        assert_eq!(ranking.topics.first().map(|(topic, _)| *topic), Some(1));
        assert_eq!(ranking.classes.iter().map(|(class, _)| *class).collect::<Vec<_>>(), [1, 3, 2]);
    }
}
