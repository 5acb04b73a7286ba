//! The inner loop of `matrix` in what every x86-64 and ARM64 processor can do.
//!
//! Eight whole numbers at once.

use wide::{f32x4, i16x8, i32x4};

use super::matrix::{Inputs, Matrix, Packed, Rounded, TILE, TWIN, WEIGHT_OFFSET};

/// One block of weights, unpacked.
type Weights = [i16x8; 4];

/// Multiplies as [`Matrix::multiply`] says; the widths must agree.
pub(super) fn multiply(matrix: &Matrix, inputs: &Inputs, result: &mut [f32]) {
    let (rows, columns) = (inputs.scales.len(), matrix.bias.len());
    let mut weights = Vec::with_capacity(matrix.width);
    for (column, (packed, scales, bias)) in matrix.rows().enumerate() {
        weights.clear();
        weights.extend(packed.iter().map(unpack));
        for (tile, twins) in inputs.twins.chunks_exact(TILE * matrix.width).enumerate() {
            let products = multiply_tile(&weights, scales, twins);
            for (row, product) in (tile * TILE..rows).zip(products) {
                result[row * columns + column] = product * inputs.scales[row] + bias;
            }
        }
    }
}

/// Unpacks two blocks of 16 bytes, each as eight little-endian numbers, to 32 weights each.
///
/// Each number holds two bytes and so four weights, in steps of four bits from the lowest.
#[inline]
fn unpack(packed: &Packed) -> [Weights; TWIN] {
    let (mask, offset) = (i16x8::splat(0xF), i16x8::splat(WEIGHT_OFFSET));
    std::array::from_fn(|block| {
        let byte = |at: usize| packed[block * 16 + at];
        let numbers =
            i16x8::new(std::array::from_fn(|lane| i16::from_le_bytes([byte(2 * lane), byte(2 * lane + 1)])));
        [
            (numbers & mask) - offset,
            ((numbers >> 4) & mask) - offset,
            ((numbers >> 8) & mask) - offset,
            ((numbers >> 12) & mask) - offset,
        ]
    })
}

/// Multiplies one row of weights with a tile of inputs.
#[inline]
fn multiply_tile(weights: &[[Weights; TWIN]], scales: &[[f32; TWIN]], tile: &[Rounded]) -> [f32; TILE] {
    let width = weights.len();
    let mut totals = [f32x4::ZERO; TILE];
    for (at, (twin, scales)) in weights.iter().zip(scales).enumerate() {
        for (row, total) in totals.iter_mut().enumerate() {
            let inputs = &tile[row * width + at];
            *total += multiply_block(&twin[0], inputs, 0) * scales[0];
            *total += multiply_block(&twin[1], inputs, 8) * scales[1];
        }
    }
    totals.map(f32x4::reduce_add)
}

/// Multiplies one block, whose inputs begin at `first` in each part; the sum of the four numbers is
/// the product.
#[inline]
fn multiply_block(weights: &Weights, inputs: &Rounded, first: usize) -> f32x4 {
    let part =
        |part: usize| weights[part].dot(i16x8::new(std::array::from_fn(|lane| inputs.0[part][first + lane])));
    let total: i32x4 = part(0) + part(1) + part(2) + part(3);
    f32x4::from_i32x4(total)
}
