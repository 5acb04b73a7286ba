//! Trains linear support vector machines, one class against the rest (dual coordinate descent,
//! squared hinge loss, as in LIBLINEAR).
//!
//! Deterministic: the order of visits comes from a fixed seed. Only training uses it.

use super::num::{at, dot};
use crate::model::id::Fresh;

/// A training row, sparse or dense.
pub(crate) trait Row: Sync {
    /// Product with a weight vector.
    fn dot(&self, weights: &[f32]) -> f32;
    /// Adds the row, scaled, to a weight vector.
    fn add_to(&self, weights: &mut [f32], scale: f32);
    /// Squared length.
    fn square(&self) -> f32;
}

impl Row for Vec<f32> {
    fn dot(&self, weights: &[f32]) -> f32 {
        dot(self, weights)
    }

    fn add_to(&self, weights: &mut [f32], scale: f32) {
        weights.iter_mut().zip(self).for_each(|(w, x)| *w += scale * x);
    }

    fn square(&self) -> f32 {
        dot(self, self)
    }
}

impl Row for Vec<(u32, f32)> {
    fn dot(&self, weights: &[f32]) -> f32 {
        self.iter().filter_map(|(i, x)| weights.get(at(*i)).map(|w| w * x)).sum()
    }

    fn add_to(&self, weights: &mut [f32], scale: f32) {
        for (i, x) in self {
            if let Some(w) = weights.get_mut(at(*i)) {
                *w += scale * x;
            }
        }
    }

    fn square(&self) -> f32 {
        self.iter().map(|(_, x)| x * x).sum()
    }
}

/// What to train.
pub(crate) struct Task<'a, R> {
    /// The rows, all of the same width.
    pub rows: &'a [R],
    /// The class of each row.
    pub labels: &'a [usize],
    /// Number of features.
    pub width: usize,
    /// Number of classes.
    pub classes: usize,
    /// Cost of an error; larger fits the rows more closely.
    pub cost: f32,
}

/// One class's plane: weights and bias.
pub(crate) type Plane = (Vec<f32>, f32);

/// Trains all classes, spread over the cores. The result does not depend on their number.
pub(crate) fn train<R: Row>(task: &Task<'_, R>) -> Vec<Plane> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut planes: Vec<(usize, Plane)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores)
            .map(|core| {
                scope.spawn(move || {
                    (core..task.classes)
                        .step_by(cores)
                        .map(|class| (class, plane(task, class)))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().filter_map(|worker| worker.join().ok()).flatten().collect()
    });
    planes.sort_by_key(|(class, _)| *class);
    planes.into_iter().map(|(_, plane)| plane).collect()
}

/// Rounds over all rows; more change the third decimal only.
const ROUNDS: usize = 40;
/// The bias is learnt as the weight of one more feature that is always 1.
const BIAS: f32 = 1.0;

fn plane<R: Row>(task: &Task<'_, R>, class: usize) -> Plane {
    let mut weights = vec![0.0_f32; task.width];
    let mut bias = 0.0_f32;
    let mut dual = vec![0.0_f32; task.rows.len()];
    let squares: Vec<f32> = task.rows.iter().map(|row| row.square() + BIAS * BIAS).collect();
    let mut order: Vec<usize> = (0..task.rows.len()).collect();
    let mut stream = Fresh::new(20_261_121);
    let slack = 0.5 / task.cost;
    for _ in 0..ROUNDS {
        shuffle(&mut order, &mut stream);
        let mut largest = 0.0_f32;
        for &i in &order {
            let (Some(row), Some(alpha), Some(label), Some(square)) =
                (task.rows.get(i), dual.get_mut(i), task.labels.get(i), squares.get(i))
            else {
                continue;
            };
            let sign = if *label == class { 1.0 } else { -1.0 };
            let gradient = sign * (row.dot(&weights) + bias * BIAS) - 1.0 + *alpha * slack;
            let before = *alpha;
            *alpha = (before - gradient / (square + slack)).max(0.0);
            let change = *alpha - before;
            if change != 0.0 {
                row.add_to(&mut weights, change * sign);
                bias += change * sign * BIAS;
                largest = largest.max(change.abs());
            }
        }
        if largest < 1e-3 {
            break;
        }
    }
    (weights, bias * BIAS)
}

fn shuffle(order: &mut [usize], bits: &mut Fresh) {
    for last in (1..order.len()).rev() {
        let below = u64::try_from(last + 1).unwrap_or(1);
        order.swap(last, usize::try_from(bits.bits() % below).unwrap_or(0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separates_what_can_be_separated() {
        let rows = vec![vec![1.0, 0.1], vec![0.9, 0.0], vec![0.0, 1.0], vec![0.2, 0.9]];
        let task = Task { rows: &rows, labels: &[0, 0, 1, 1], width: 2, classes: 2, cost: 10.0 };
        let planes = train(&task);
        for (row, label) in rows.iter().zip(task.labels) {
            let scores: Vec<f32> = planes.iter().map(|(w, b)| row.dot(w) + b).collect();
            assert!(scores[*label] > scores[1 - label], "{scores:?}");
        }
    }
}
