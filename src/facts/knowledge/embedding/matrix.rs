//! Products with matrices whose weights have four bits.
//!
//! The weights stay packed; a row is unpacked to sixteen bits when it is used and then serves all
//! tokens. Inputs are rounded to sixteen bits, so that the inner loop multiplies whole numbers.
//! Rounding the inputs is the only loss against exact arithmetic. The inner loop is in `portable`,
//! and in `avx2` for processors that have it, which is found out when the program runs.

use fearless_simd::Level;
use wide::{f32x8, i16x8};

use super::maths::greatest_magnitude;
use super::portable;

/// Weights that share one scale.
pub(super) const BLOCK: usize = 32;

/// Blocks that are handled at once: rows have a multiple of so many.
pub(super) const TWIN: usize = 2;

/// Tokens multiplied together with one row of weights.
pub(super) const TILE: usize = 4;

/// Subtracted from four bits to make them a weight.
pub(super) const WEIGHT_OFFSET: i16 = 8;

/// The greatest whole number that an input is rounded to.
const GREATEST_INPUT: f32 = 32_767.0;

/// The packed weights of two blocks, the first one's bytes first.
pub(super) type Packed = [u8; BLOCK];

/// Two blocks of inputs, in the order in which weights are unpacked: four parts, each with eight
/// numbers of the first block and eight of the second.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub(super) struct Rounded(pub(super) [[i16; 2 * LANES]; 4]);

/// Numbers of one block in a part.
pub(super) const LANES: usize = BLOCK / 4;

/// Rows of inputs, rounded to whole numbers.
pub(super) struct Inputs {
    /// Twin blocks in one row.
    pub(super) width: usize,
    /// Whole tiles of rows; those without a scale are zero.
    pub(super) twins: Vec<Rounded>,
    /// What a whole number of each row stands for; as many as there are rows.
    pub(super) scales: Vec<f32>,
}

impl Inputs {
    /// Rounds `values`, rows of `columns` numbers, a multiple of two [`BLOCK`]s.
    pub(super) fn round(values: &[f32], columns: usize) -> Self {
        let width = columns / (TWIN * BLOCK);
        let rows = values.len() / columns;
        let mut twins = Vec::with_capacity(rows.next_multiple_of(TILE) * width);
        let mut scales = Vec::with_capacity(rows);
        for row in values.chunks_exact(columns) {
            let greatest = greatest_magnitude(row).max(f32::MIN_POSITIVE);
            let factor = f32x8::splat(GREATEST_INPUT / greatest);
            twins.extend(row.as_chunks::<{ TWIN * BLOCK }>().0.iter().map(|twin| round_twin(twin, factor)));
            scales.push(greatest / GREATEST_INPUT);
        }
        twins.resize(rows.next_multiple_of(TILE) * width, Rounded([[0; 2 * LANES]; 4]));
        Self { width, twins, scales }
    }
}

/// Rounds two blocks times `factor`, each in the order in which four-bit weights are unpacked from
/// numbers of two bytes: weights 2i, 2i + 16, 2i + 1 and 2i + 17 of the block.
#[inline]
fn round_twin(values: &[f32; TWIN * BLOCK], factor: f32x8) -> Rounded {
    let mut whole = [0; TWIN * BLOCK];
    for (target, source) in whole.as_chunks_mut::<8>().0.iter_mut().zip(values.as_chunks::<8>().0) {
        *target = i16x8::from_i32x8_saturate((f32x8::new(*source) * factor).fast_round_int()).to_array();
    }
    Rounded(
        [0, 16, 1, 17].map(|first| {
            std::array::from_fn(|lane| whole[lane / LANES * BLOCK + first + 2 * (lane % LANES)])
        }),
    )
}

/// A matrix of weights, and the numbers added to its products.
#[derive(Debug)]
pub(super) struct Matrix {
    /// Twin blocks in one row.
    pub(super) width: usize,
    /// Packed weights, row by row.
    pub(super) packed: Vec<Packed>,
    /// The scales of both blocks.
    pub(super) scales: Vec<[f32; TWIN]>,
    /// One number for each row.
    pub(super) bias: Vec<f32>,
}

impl Matrix {
    /// Multiplies each row of `inputs` with every row of the matrix.
    ///
    /// The result has as many rows as the inputs, of as many numbers as the matrix
    /// has rows.
    pub(super) fn multiply(&self, inputs: &Inputs, level: Level) -> Vec<f32> {
        let mut result = vec![0.0; inputs.scales.len() * self.bias.len()];
        if self.width != inputs.width || self.width == 0 {
            return result;
        }
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = level.as_avx2() {
            super::avx2::multiply(avx2, self, inputs, &mut result);
            return result;
        }
        let _ = level;
        portable::multiply(self, inputs, &mut result);
        result
    }

    /// The rows: packed weights, scales, and what is added.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&[Packed], &[[f32; TWIN]], f32)> {
        let weights = self.packed.chunks_exact(self.width).zip(self.scales.chunks_exact(self.width));
        weights.zip(&self.bias).map(|((packed, scales), bias)| (packed, scales, *bias))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A matrix of two rows that both hold the weights -8, -7 … 7 four times.
    fn staircase() -> Matrix {
        let block: [u8; 16] = std::array::from_fn(|i| u8::try_from(i * 0x11).unwrap());
        let packed = std::array::from_fn(|i| block[i % 16]);
        Matrix { width: 1, packed: vec![packed; 2], scales: vec![[0.5; 2], [2.0; 2]], bias: vec![0.0, 1.0] }
    }

    /// Every way of multiplying that this processor has.
    fn levels() -> [Level; 2] {
        [Level::baseline(), Level::new()]
    }

    #[test]
    fn products_agree_with_plain_arithmetic() {
        let values: Vec<f32> = (0..160_u16 * 2).map(|i| (f32::from(i) * 0.7).sin()).collect();
        let weights: Vec<f32> = (-8..8_i8).cycle().take(2 * BLOCK).map(f32::from).collect();
        for level in levels() {
            let products = staircase().multiply(&Inputs::round(&values, 2 * BLOCK), level);
            assert_eq!(products.len(), 10);
            for (row, found) in values.chunks_exact(2 * BLOCK).zip(products.chunks_exact(2)) {
                let exact: f32 = row.iter().zip(&weights).map(|(value, weight)| value * weight).sum();
                assert!((found[0] - exact * 0.5).abs() < 0.01, "{level:?} {found:?} {exact}");
                assert!((found[1] - exact * 2.0 - 1.0).abs() < 0.03, "{level:?} {found:?} {exact}");
            }
        }
    }

    #[test]
    fn each_block_has_its_own_scale() {
        let mut matrix = staircase();
        matrix.scales = vec![[1.0, 0.0], [0.0, 1.0]];
        matrix.bias = vec![0.0, 0.0];
        let mut values = [0.0; 2 * BLOCK];
        (values[0], values[BLOCK]) = (1.0, 0.5);
        for level in levels() {
            let products = matrix.multiply(&Inputs::round(&values, 2 * BLOCK), level);
            assert!((products[0] + 8.0).abs() < 1e-3 && (products[1] + 4.0).abs() < 1e-3, "{products:?}");
        }
    }

    #[test]
    fn other_widths_give_zeros() {
        for level in levels() {
            assert_eq!(staircase().multiply(&Inputs::round(&[1.0; 128], 128), level), [0.0, 0.0]);
        }
    }
}
