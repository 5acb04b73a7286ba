//! The few conversions between numbers that would otherwise need a lint exception at every use.
//!
//! Does no arithmetic of the search itself.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A count as a float. Counts here are far below 65,535; more saturates.
pub(crate) fn count(n: usize) -> f32 {
    f32::from(u16::try_from(n).unwrap_or(u16::MAX))
}

/// An index as it is stored; more than 4 billion saturates.
pub(crate) fn index(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A stored index as an index into a slice.
pub(crate) fn at(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// The nearest integer in −127..=127.
#[expect(clippy::cast_possible_truncation, reason = "clamped to the range of i8 just before")]
pub(crate) fn byte(x: f32) -> i8 {
    x.round().clamp(-127.0, 127.0) as i8
}

/// The nearest integer in 0–255.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range of u8")]
pub(crate) fn small(x: f32) -> u8 {
    x.round().clamp(0.0, 255.0) as u8
}

/// Dot product; the shorter slice decides the length.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    // Eight sums side by side, so that the compiler can use vector instructions.
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0_f32; 8];
    for (x, y) in a8.iter().zip(b8) {
        for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
            *sum += x * y;
        }
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum::<f32>()
}

/// Scales a vector to length one; a zero vector stays as it is.
pub(crate) fn normalise(vector: &mut [f32]) {
    let length = dot(vector, vector).sqrt();
    if length > 0.0 {
        for x in vector.iter_mut() {
            *x /= length;
        }
    }
}

/// Logarithms of the softmax of `scores`; minus infinity stays minus infinity.
pub(crate) fn log_softmax(scores: &mut [f32]) {
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if top.is_finite() {
        let log_sum = scores.iter().map(|s| (s - top).exp()).sum::<f32>().ln() + top;
        for s in scores.iter_mut() {
            *s -= log_sum;
        }
    }
}

/// The logistic function.
pub(crate) fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// FNV-1a, 64 bits: a fixed hash, as derived files must mean the same on every machine.
pub(crate) fn hash(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes
        .into_iter()
        .fold(0xCBF2_9CE4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01B3))
}

/// A quick hash of letters for tables that live in memory only; no file may hold it.
pub(crate) fn letters_hash(letters: impl IntoIterator<Item = char>) -> u64 {
    letters.into_iter().fold(0, letter_hash)
}

/// Adds one letter to such a hash.
pub(crate) fn letter_hash(hash: u64, letter: char) -> u64 {
    (hash.rotate_left(5) ^ u64::from(letter)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// A table whose keys are hashes already: hashing them again with a secret key would cost more than
/// all else that is done with it.
pub(crate) type HashedMap<K, V> = HashMap<K, V, BuildHasherDefault<Hashed>>;

/// The hasher of [`HashedMap`]: spreads a number over 64 bits.
#[derive(Default)]
pub(crate) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, n: u32) {
        self.write_u64(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0 ^ n).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
    }
}
