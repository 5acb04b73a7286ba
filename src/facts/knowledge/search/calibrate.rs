//! From scores to an honest probability, and from that to a decision.
//!
//! The probability comes from a logistic regression on a handful of signs, fitted on the
//! development questions; the thresholds are fitted on the same questions. Both are data in the
//! derived file, not constants here.

use serde::{Deserialize, Serialize};

use super::num::{count, logistic};

/// How many signs speak for or against the first topic.
pub(crate) const SIGNS: usize = 8;

/// What speaks for or against the first topic being right.
pub(crate) type Signs = [f32; SIGNS];

/// A fitted logistic regression and its two thresholds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Calibration {
    /// Mean of every sign where it was fitted.
    mean: Signs,
    /// Spread of every sign where it was fitted.
    spread: Signs,
    weights: Signs,
    bias: f32,
    /// From this probability on the article is given, 0–1.
    pub answer: f32,
    /// From this probability on articles are suggested, 0–1.
    pub suggest: f32,
    /// From this share of its topic's probability on, the article is given without asking which.
    pub clear: f32,
}

/// One development question.
#[derive(Debug, Clone)]
pub(crate) struct Trial {
    /// Its signs.
    pub signs: Signs,
    /// Whether the first topic was right.
    pub right: bool,
    /// Whether no article answers it.
    pub outside: bool,
}

/// What the thresholds may let through of the questions that no article answers, 0–1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaks {
    /// Answered.
    pub answered: f32,
    /// Answered or suggested.
    pub suggested: f32,
}

impl Calibration {
    /// Probability that the first topic is right, 0–1.
    pub fn probability(&self, signs: &Signs) -> f32 {
        let scaled = self.scale(signs);
        logistic(self.bias + scaled.iter().zip(&self.weights).map(|(x, w)| x * w).sum::<f32>())
    }

    /// A rough guess for a search without a derived file: likeness of words decides.
    pub fn rough() -> Self {
        let mut weights = [0.0; SIGNS];
        let [odds, _, _, _, likeness, ..] = &mut weights;
        (*odds, *likeness) = (0.5, 4.0);
        Self {
            mean: [0.0; SIGNS],
            spread: [1.0; SIGNS],
            weights,
            bias: 0.0,
            answer: 0.6,
            suggest: 0.4,
            clear: 0.4,
        }
    }

    fn scale(&self, signs: &Signs) -> Signs {
        let mut out = *signs;
        for ((x, mean), spread) in out.iter_mut().zip(&self.mean).zip(&self.spread) {
            *x = if *spread > 0.0 { (*x - mean) / spread } else { 0.0 };
        }
        out
    }

    /// Fits the regression by gradient descent with a little shrinkage, then the thresholds.
    pub fn fit(trials: &[Trial], leaks: Leaks, clear: f32) -> Self {
        let n = count(trials.len()).max(1.0);
        let mut fitted = Self { clear, ..Self::default() };
        for trial in trials {
            fitted.mean.iter_mut().zip(&trial.signs).for_each(|(mean, x)| *mean += x / n);
        }
        for trial in trials {
            let deviations = trial.signs.iter().zip(&fitted.mean).map(|(x, mean)| (x - mean).powi(2) / n);
            fitted.spread.iter_mut().zip(deviations).for_each(|(spread, d)| *spread += d);
        }
        for spread in &mut fitted.spread {
            *spread = spread.sqrt();
        }
        let scaled: Vec<Signs> = trials.iter().map(|trial| fitted.scale(&trial.signs)).collect();
        for _ in 0..3000 {
            let (mut slope, mut bias_slope) = (fitted.weights.map(|w| SHRINKAGE * w), 0.0);
            for (trial, signs) in trials.iter().zip(&scaled) {
                let aim = if trial.right { 1.0 } else { 0.0 };
                let error = (fitted.probability(&trial.signs) - aim) / n;
                slope.iter_mut().zip(signs).for_each(|(s, x)| *s += error * x);
                bias_slope += error;
            }
            fitted.weights.iter_mut().zip(slope).for_each(|(w, s)| *w -= s);
            fitted.bias -= bias_slope;
        }
        fitted.answer = fitted.threshold(trials, leaks.answered).max(0.5);
        fitted.suggest = fitted.threshold(trials, leaks.suggested).min(fitted.answer);
        fitted
    }

    /// The lowest threshold that at most the given share of the outside questions passes.
    fn threshold(&self, trials: &[Trial], leak: f32) -> f32 {
        let mut outside: Vec<f32> =
            trials.iter().filter(|t| t.outside).map(|t| self.probability(&t.signs)).collect();
        outside.sort_by(|a, b| b.total_cmp(a));
        let passed = (0..outside.len()).take_while(|i| count(i + 1) <= leak * count(outside.len())).count();
        // Half-way between the last that passes and the first that does not, to lean on neither.
        let kept_out = outside.get(passed).copied().unwrap_or(0.0);
        let let_in = passed.checked_sub(1).and_then(|i| outside.get(i)).copied().unwrap_or(1.0);
        f32::midpoint(kept_out, let_in)
    }
}

/// Eight weights on some 800 questions need little shrinkage.
const SHRINKAGE: f32 = 0.01;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learns_which_sign_matters() {
        let trial = |x: f32, right| {
            let mut signs = [0.0; SIGNS];
            signs[0] = x;
            signs[1] = 0.5;
            Trial { signs, right, outside: !right }
        };
        let trials: Vec<Trial> = (0..100_u8).map(|i| trial(f32::from(i) / 50.0 - 1.0, i >= 50)).collect();
        let fitted = Calibration::fit(&trials, Leaks { answered: 0.02, suggested: 0.1 }, 0.5);
        let low = fitted.probability(&trials[5].signs);
        let high = fitted.probability(&trials[95].signs);
        assert!(low < 0.2 && high > 0.8, "{low} {high}");
        assert!(fitted.suggest <= fitted.answer && fitted.answer >= 0.5);
    }
}
