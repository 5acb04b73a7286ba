//! Finds the space in which examples are compared: the covariance within articles is made round,
//! so that differences of wording count less and differences of subject more.
//!
//! Only training uses it; results are a mean and a triangular matrix.

use super::dense::Space;
use super::num::{count, normalise};

/// Added to the diagonal, in units of its mean. Large, as there are few examples an article: the
/// covariance is only half believed.
const SHRINKAGE: f32 = 3.0;

/// The space for labelled embeddings, from which the means of their languages (`origins`) are
/// taken away already.
pub(crate) fn space(vectors: &[Vec<f32>], labels: &[usize], classes: usize, origins: Vec<Vec<f32>>) -> Space {
    let width = vectors.first().map_or(0, Vec::len);
    let mean = mean_of(vectors.iter(), width);
    let centred: Vec<Vec<f32>> = vectors
        .iter()
        .map(|vector| {
            let mut centred: Vec<f32> = vector.iter().zip(&mean).map(|(x, m)| x - m).collect();
            normalise(&mut centred);
            centred
        })
        .collect();
    let mut covariance = vec![vec![0.0_f32; width]; width];
    for class in 0..classes {
        let members = || centred.iter().zip(labels).filter(|(_, label)| **label == class).map(|(v, _)| v);
        let centre = mean_of(members(), width);
        for vector in members() {
            let deviation: Vec<f32> = vector.iter().zip(&centre).map(|(x, m)| x - m).collect();
            for (row, d) in covariance.iter_mut().zip(&deviation) {
                row.iter_mut().zip(&deviation).for_each(|(cell, e)| *cell += d * e / count(vectors.len()));
            }
        }
    }
    let trace: f32 = covariance.iter().enumerate().filter_map(|(i, row)| row.get(i)).sum();
    let extra = SHRINKAGE * trace / count(width).max(1.0);
    for (i, row) in covariance.iter_mut().enumerate() {
        row.iter_mut().skip(i).take(1).for_each(|cell| *cell += extra);
    }
    Space::new(origins, mean, inverse_factor(&covariance))
}

pub(crate) fn mean_of<'a>(vectors: impl Iterator<Item = &'a Vec<f32>>, width: usize) -> Vec<f32> {
    let mut sum = vec![0.0_f32; width];
    let mut n = 0.0_f32;
    for vector in vectors {
        sum.iter_mut().zip(vector).for_each(|(s, x)| *s += x);
        n += 1.0;
    }
    for s in &mut sum {
        *s /= n.max(1.0);
    }
    sum
}

/// The inverse of the lower Cholesky factor, row by row. Applied to a vector it makes the
/// covariance round, as well as the symmetric root would: they differ by a rotation.
fn inverse_factor(matrix: &[Vec<f32>]) -> Vec<f32> {
    let mut inverse: Vec<Vec<f32>> = Vec::new();
    let mut factor: Vec<Vec<f32>> = Vec::new();
    for (i, row) in matrix.iter().enumerate() {
        let mut new: Vec<f32> = Vec::with_capacity(matrix.len());
        for (cell, above) in row.iter().zip(&factor) {
            let known: f32 = new.iter().zip(above).map(|(a, b)| a * b).sum();
            new.push((cell - known) / above.last().copied().unwrap_or(1.0));
        }
        let square: f32 = new.iter().map(|x| x * x).sum();
        let diagonal = (row.get(i).copied().unwrap_or(1.0) - square).max(1e-12).sqrt();
        let mut line = vec![0.0_f32; matrix.len()];
        for (weight, earlier) in new.iter().zip(&inverse) {
            line.iter_mut().zip(earlier).for_each(|(x, y)| *x -= weight * y);
        }
        line.iter_mut().skip(i).take(1).for_each(|x| *x += 1.0);
        for x in &mut line {
            *x /= diagonal;
        }
        inverse.push(line);
        new.push(diagonal);
        factor.push(new);
    }
    inverse.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factor_is_inverted() {
        // [[4, 2], [2, 5]] = L Lᵀ with L = [[2, 0], [1, 2]]; L⁻¹ = [[.5, 0], [-.25, .5]].
        let inverse = inverse_factor(&[vec![4.0, 2.0], vec![2.0, 5.0]]);
        for (got, want) in inverse.iter().zip([0.5, 0.0, -0.25, 0.5]) {
            assert!((got - want).abs() < 1e-6, "{inverse:?}");
        }
    }
}
