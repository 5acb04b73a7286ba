//! Products with matrices whose weights have four bits.
//!
//! The weights stay packed; a row is unpacked to sixteen bits when it is used and
//! then serves all tokens. Inputs are rounded to sixteen bits, so that the inner
//! loop multiplies whole numbers, eight at a time, which every x86-64 and ARM64
//! processor can do. Rounding the inputs is the only loss against exact arithmetic.

use wide::{f32x4, f32x8, i16x8, i32x4};

use super::maths::greatest_magnitude;

/// Weights that share one scale.
pub(super) const BLOCK: usize = 32;

/// Tokens multiplied together with one row of weights.
const TILE: usize = 4;

/// Subtracted from four bits to make them a weight.
pub(super) const WEIGHT_OFFSET: i16 = 8;

/// The greatest whole number that an input is rounded to.
const GREATEST_INPUT: f32 = 32_767.0;

/// One block of weights or inputs, in the order in which weights are unpacked.
type Block = [i16x8; 4];

/// Rows of inputs, rounded to whole numbers.
pub(super) struct Inputs {
    rows: usize,
    /// Blocks in one row.
    width: usize,
    /// Whole tiles of rows; those past `rows` are zero.
    blocks: Vec<Block>,
    /// What a whole number of each row stands for.
    scales: Vec<f32>,
}

impl Inputs {
    /// Rounds `values`, rows of `columns` numbers, a multiple of [`BLOCK`].
    pub(super) fn round(values: &[f32], columns: usize) -> Self {
        let width = columns / BLOCK;
        let rows = values.len() / columns;
        let mut blocks = Vec::with_capacity(rows.next_multiple_of(TILE) * width);
        let mut scales = Vec::with_capacity(rows);
        for row in values.chunks_exact(columns) {
            let greatest = greatest_magnitude(row).max(f32::MIN_POSITIVE);
            let factor = f32x8::splat(GREATEST_INPUT / greatest);
            blocks.extend(row.as_chunks::<BLOCK>().0.iter().map(|block| round_block(block, factor)));
            scales.push(greatest / GREATEST_INPUT);
        }
        blocks.resize(rows.next_multiple_of(TILE) * width, [i16x8::ZERO; 4]);
        Self { rows, width, blocks, scales }
    }
}

/// Rounds 32 numbers times `factor`, in the order of [`unpack_block`].
fn round_block(values: &[f32; BLOCK], factor: f32x8) -> Block {
    let part = |first: usize| {
        let numbers = std::array::from_fn(|lane| values[first + 2 * lane]);
        i16x8::from_i32x8_saturate((f32x8::new(numbers) * factor).fast_round_int())
    };
    [part(0), part(16), part(1), part(17)]
}

/// Unpacks 16 bytes, as eight little-endian numbers, to 32 weights.
///
/// Each number holds two bytes and so four weights: in steps of four bits from the
/// lowest, weights 2i, 2i + 16, 2i + 1 and 2i + 17 of the block.
fn unpack_block(packed: i16x8) -> Block {
    let (mask, offset) = (i16x8::splat(0xF), i16x8::splat(WEIGHT_OFFSET));
    [
        (packed & mask) - offset,
        ((packed >> 4) & mask) - offset,
        ((packed >> 8) & mask) - offset,
        ((packed >> 12) & mask) - offset,
    ]
}

/// A matrix of weights, and the numbers added to its products.
#[derive(Debug)]
pub(super) struct Matrix {
    /// Blocks in one row.
    pub(super) width: usize,
    /// Packed weights, row by row.
    pub(super) packed: Vec<i16x8>,
    /// One scale for each block.
    pub(super) scales: Vec<f32>,
    /// One number for each row.
    pub(super) bias: Vec<f32>,
}

impl Matrix {
    /// Multiplies each row of `inputs` with every row of the matrix.
    ///
    /// The result has as many rows as the inputs, of as many numbers as the matrix
    /// has rows.
    pub(super) fn multiply(&self, inputs: &Inputs) -> Vec<f32> {
        let columns = self.bias.len();
        let mut result = vec![0.0; inputs.rows * columns];
        if self.width != inputs.width || self.width == 0 {
            return result;
        }
        let mut weights = Vec::with_capacity(self.width);
        let rows = self.packed.chunks_exact(self.width).zip(self.scales.chunks_exact(self.width));
        for (column, ((packed, scales), bias)) in rows.zip(&self.bias).enumerate() {
            weights.clear();
            weights.extend(packed.iter().map(|block| unpack_block(*block)));
            for (tile, blocks) in inputs.blocks.chunks_exact(TILE * self.width).enumerate() {
                let products = multiply_tile(&weights, scales, blocks);
                let scales = inputs.scales.iter().enumerate().skip(tile * TILE);
                for (product, (row, scale)) in products.into_iter().zip(scales) {
                    if let Some(target) = result.get_mut(row * columns + column) {
                        *target = product * scale + bias;
                    }
                }
            }
        }
        result
    }
}

/// Multiplies one row of weights with a tile of inputs.
fn multiply_tile(weights: &[Block], scales: &[f32], tile: &[Block]) -> [f32; TILE] {
    let width = weights.len();
    let (first, rest) = tile.split_at(width);
    let (second, rest) = rest.split_at(width);
    let (third, fourth) = rest.split_at(width);
    let mut totals = [f32x4::ZERO; TILE];
    let inputs = first.iter().zip(second).zip(third).zip(fourth);
    for ((block, scale), (((a, b), c), d)) in weights.iter().zip(scales).zip(inputs) {
        let scale = f32x4::splat(*scale);
        totals[0] += multiply_block(block, a) * scale;
        totals[1] += multiply_block(block, b) * scale;
        totals[2] += multiply_block(block, c) * scale;
        totals[3] += multiply_block(block, d) * scale;
    }
    totals.map(f32x4::reduce_add)
}

/// Multiplies one block; the sum of the four numbers is the product.
#[inline]
fn multiply_block(weights: &Block, inputs: &Block) -> f32x4 {
    let [a, b, c, d] = weights;
    let total: i32x4 = a.dot(inputs[0]) + b.dot(inputs[1]) + c.dot(inputs[2]) + d.dot(inputs[3]);
    f32x4::from_i32x4(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A matrix of two rows that both hold the weights -8, -7 … 7 twice.
    fn staircase() -> Matrix {
        let packed = i16x8::new([0x1100, 0x3322, 0x5544, 0x7766, -0x6678, -0x4456, -0x2234, -0x12]);
        Matrix { width: 1, packed: vec![packed; 2], scales: vec![0.5, 2.0], bias: vec![0.0, 1.0] }
    }

    #[test]
    fn products_agree_with_plain_arithmetic() {
        let values: Vec<f32> = (0..160_u8).map(|i| (f32::from(i) * 0.7).sin()).collect();
        let weights: Vec<f32> = (-8..8_i8).cycle().take(BLOCK).map(f32::from).collect();
        let products = staircase().multiply(&Inputs::round(&values, BLOCK));
        assert_eq!(products.len(), 10);
        for (row, found) in values.chunks_exact(BLOCK).zip(products.chunks_exact(2)) {
            let exact: f32 = row.iter().zip(&weights).map(|(value, weight)| value * weight).sum();
            assert!((found[0] - exact * 0.5).abs() < 0.01, "{found:?} {exact}");
            assert!((found[1] - exact * 2.0 - 1.0).abs() < 0.03, "{found:?} {exact}");
        }
    }

    #[test]
    fn other_widths_give_zeros() {
        let products = staircase().multiply(&Inputs::round(&[1.0; 64], 64));
        assert_eq!(products, [0.0, 0.0]);
    }
}
