//! Arithmetic on plain slices of numbers, eight at a time.
//!
//! Small helpers for the encoder: sums, norms, softmax and the activation
//! function. Slices whose length is no multiple of [`LANES`] lose their tail, so
//! callers pass lengths that are. Matrices are in `matrix`.

use wide::f32x8;

/// Numbers handled at once.
pub(super) const LANES: usize = 8;

/// Vectors shorter than this are taken to be zero and left alone.
const SMALLEST_LENGTH: f32 = 1e-12;

/// Returns the number that the sixteen bits of `half` stand for (IEEE 754).
pub(super) fn from_half(half: u16) -> f32 {
    const SMALLEST: f32 = 1.0 / 16_777_216.0;
    let (exponent, fraction) = (half >> 10 & 0x1F, half & 0x3FF);
    let magnitude = match exponent {
        0 => f32::from(fraction) * SMALLEST,
        0x1F if fraction == 0 => f32::INFINITY,
        0x1F => f32::NAN,
        _ => f32::from_bits((u32::from(exponent) + 112) << 23 | u32::from(fraction) << 13),
    };
    if half >> 15 == 0 { magnitude } else { -magnitude }
}

/// Returns the products of `left` and `right`, added up.
pub(super) fn dot(left: &[f32], right: &[f32]) -> f32 {
    let (left, right) = (left.as_chunks::<LANES>().0, right.as_chunks::<LANES>().0);
    let mut total = f32x8::ZERO;
    for (a, b) in left.iter().zip(right) {
        total += f32x8::new(*a) * f32x8::new(*b);
    }
    total.reduce_add()
}

/// Adds `factor` times `source` to `target`.
pub(super) fn add_scaled(target: &mut [f32], source: &[f32], factor: f32) {
    let factor = f32x8::splat(factor);
    let source = source.as_chunks::<LANES>().0;
    for (a, b) in target.as_chunks_mut::<LANES>().0.iter_mut().zip(source) {
        *a = (f32x8::new(*a) + f32x8::new(*b) * factor).to_array();
    }
}

/// Scales `values` to length 1.
pub(super) fn to_unit_length(values: &mut [f32]) {
    let length = dot(values, values).sqrt();
    if length > SMALLEST_LENGTH {
        for value in values {
            *value /= length;
        }
    }
}

/// The greatest distance of any of `values` from zero.
pub(super) fn greatest_magnitude(values: &[f32]) -> f32 {
    let mut greatest = f32x8::ZERO;
    for chunk in values.as_chunks::<LANES>().0 {
        greatest = greatest.fast_max(f32x8::new(*chunk).abs());
    }
    greatest.to_array().into_iter().fold(0.0, f32::max)
}

/// Turns `scores` into probabilities that add up to 1.
pub(super) fn softmax(scores: &mut [f32]) {
    let greatest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut total = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - greatest).exp();
        total += *score;
    }
    for score in scores {
        *score /= total;
    }
}

/// Replaces each of `values` x by x times the probability that a standard normal
/// variable is below x (the activation function GELU).
///
/// The error function is formula 7.1.26 of Abramowitz and Stegun, Handbook of
/// Mathematical Functions, off by 1.5e-7 at most.
pub(super) fn gelu(values: &mut [f32]) {
    const SERIES: [f32; 5] = [1.061_405_4, -1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6];
    for chunk in values.as_chunks_mut::<LANES>().0 {
        let x = f32x8::new(*chunk);
        let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
        let t = f32x8::ONE / (f32x8::ONE + z * 0.327_591_1);
        let mut series = f32x8::ZERO;
        for factor in SERIES {
            series = (series + factor) * t;
        }
        let outside = series * (-z * z).exp() * 0.5;
        // `outside` is the probability beyond |x|; for a negative x, that below it.
        let below = x.is_sign_negative().bitselect(outside, f32x8::ONE - outside);
        *chunk = (x * below).to_array();
    }
}

/// Shifts and scales rows of numbers to a learnt mean and spread.
#[derive(Debug)]
pub(super) struct LayerNorm {
    pub(super) scale: Vec<f32>,
    pub(super) shift: Vec<f32>,
    /// Added to the variance so that it is never zero.
    pub(super) epsilon: f32,
}

impl LayerNorm {
    /// Normalises one row in place.
    pub(super) fn apply(&self, row: &mut [f32]) {
        let size = f32::from(u16::try_from(row.len()).unwrap_or(u16::MAX));
        let mean =
            row.as_chunks::<LANES>().0.iter().fold(f32x8::ZERO, |total, chunk| total + f32x8::new(*chunk));
        let mean = mean.reduce_add() / size;
        for value in row.iter_mut() {
            *value -= mean;
        }
        let spread = (dot(row, row) / size + self.epsilon).sqrt();
        for ((value, scale), shift) in row.iter_mut().zip(&self.scale).zip(&self.shift) {
            *value = *value / spread * scale + shift;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(left: f32, right: f32) -> bool {
        (left - right).abs() < 1e-5
    }

    #[test]
    fn gelu_agrees_with_known_values() {
        let mut values = [-10.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 10.0];
        gelu(&mut values);
        let known = [0.0, -0.004_05, -0.158_655, -0.154_269, 0.0, 0.345_731, 0.841_345, 10.0];
        assert!(values.iter().zip(known).all(|(a, b)| close(*a, b)), "{values:?}");
    }

    #[test]
    fn softmax_survives_great_scores() {
        let mut scores = [1000.0, 1000.0, -1000.0];
        softmax(&mut scores);
        assert!(close(scores[0], 0.5) && close(scores[1], 0.5) && close(scores[2], 0.0));
    }

    #[test]
    fn halves_are_read() {
        assert!(close(from_half(0x3C00), 1.0) && close(from_half(0xC500), -5.0));
        assert!(close(from_half(0x7BFF) / 65_504.0, 1.0));
        assert!(close(from_half(0x0001) * 16_777_216.0, 1.0));
        assert!(from_half(0xFC00).is_infinite() && from_half(0x7E00).is_nan());
    }

    #[test]
    fn zero_keeps_its_length() {
        let mut zero = [0.0; 8];
        to_unit_length(&mut zero);
        assert!(zero.iter().all(|value| close(*value, 0.0)));
    }
}
