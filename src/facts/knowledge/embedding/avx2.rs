//! The inner loop of `matrix` for x86-64 processors of the last ten years (AVX2 and FMA).
//!
//! Sixteen whole numbers at once, which is two blocks. Whoever calls it proves with a token that the
//! processor can.
//!
//! Loops count instead of going over iterators: the program is built without optimisation across its
//! parts (`lto = "off"`), where an iterator over several slices becomes calls that take as long as the sums.

#![allow(clippy::needless_range_loop, reason = "see above")]

use std::arch::x86_64::{
    __m256, __m256i, _mm_add_ps, _mm_set1_ps, _mm256_add_epi32, _mm256_and_si256, _mm256_castps256_ps128,
    _mm256_cvtepi32_ps, _mm256_extractf128_ps, _mm256_fmadd_ps, _mm256_hadd_ps, _mm256_madd_epi16,
    _mm256_set_m128, _mm256_set1_epi16, _mm256_setzero_ps, _mm256_setzero_si256, _mm256_srli_epi16,
    _mm256_sub_epi16,
};

use fearless_simd::prelude::*;
use fearless_simd::{f32x4, i16x16, u8x32};

use super::matrix::{Inputs, LANES, Matrix, TILE, WEIGHT_OFFSET};

/// Rows of weights that are unpacked at once: with a tile of inputs they fit into the nearest cache.
const ROWS: usize = 4;

/// Two blocks of weights: their four parts, and the scales of both.
type Weights = ([__m256i; 4], __m256);

fearless_simd::kernel!(
    /// Multiplies as [`Matrix::multiply`] says; the widths must agree.
    pub(super) fn multiply(avx2: Avx2, matrix: &Matrix, inputs: &Inputs, result: &mut [f32]) {
        let (columns, width, rows) = (matrix.bias.len(), matrix.width, inputs.scales.len());
        let (mask, offset) = (_mm256_set1_epi16(0xF), _mm256_set1_epi16(WEIGHT_OFFSET));
        let dot = |weights: &[__m256i; 4], inputs: &[[i16; 2 * LANES]; 4]| {
            let ([a, b, c, d], [e, f, g, h]) = (*weights, inputs);
            let a = _mm256_madd_epi16(a, i16x16::from_slice(avx2, e).into());
            let b = _mm256_madd_epi16(b, i16x16::from_slice(avx2, f).into());
            let c = _mm256_madd_epi16(c, i16x16::from_slice(avx2, g).into());
            let d = _mm256_madd_epi16(d, i16x16::from_slice(avx2, h).into());
            _mm256_cvtepi32_ps(_mm256_add_epi32(_mm256_add_epi32(a, b), _mm256_add_epi32(c, d)))
        };
        let nothing: Weights = ([_mm256_setzero_si256(); 4], _mm256_setzero_ps());
        let mut unpacked = vec![nothing; ROWS * width];
        for group in (0..columns).step_by(ROWS) {
            let many = ROWS.min(columns - group);
            let packed = &matrix.packed[group * width..][..many * width];
            let scales = &matrix.scales[group * width..][..many * width];
            for at in 0..many * width {
                let bits: __m256i = u8x32::from_slice(avx2, &packed[at]).into();
                let [first, second] = scales[at];
                let part = |bits| _mm256_sub_epi16(_mm256_and_si256(bits, mask), offset);
                let parts = [
                    part(bits),
                    part(_mm256_srli_epi16::<4>(bits)),
                    part(_mm256_srli_epi16::<8>(bits)),
                    part(_mm256_srli_epi16::<12>(bits)),
                ];
                unpacked[at] = (parts, _mm256_set_m128(_mm_set1_ps(second), _mm_set1_ps(first)));
            }
            for tile in (0..rows).step_by(TILE) {
                let tokens = &inputs.twins[tile * width..][..TILE * width];
                let (first, tokens) = tokens.split_at(width);
                let (second, tokens) = tokens.split_at(width);
                let (third, fourth) = tokens.split_at(width);
                for row in 0..many {
                    let weights = &unpacked[row * width..][..first.len()];
                    let (second, third) = (&second[..first.len()], &third[..first.len()]);
                    let fourth = &fourth[..first.len()];
                    let mut a = _mm256_setzero_ps();
                    let (mut b, mut c, mut d) = (a, a, a);
                    for at in 0..first.len() {
                        let (parts, scale) = &weights[at];
                        a = _mm256_fmadd_ps(dot(parts, &first[at].0), *scale, a);
                        b = _mm256_fmadd_ps(dot(parts, &second[at].0), *scale, b);
                        c = _mm256_fmadd_ps(dot(parts, &third[at].0), *scale, c);
                        d = _mm256_fmadd_ps(dot(parts, &fourth[at].0), *scale, d);
                    }
                    // The sums of the eight numbers of each of the four totals.
                    let sums = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
                    let sums = _mm_add_ps(_mm256_castps256_ps128(sums), _mm256_extractf128_ps::<1>(sums));
                    let sums: f32x4<_> = sums.simd_into(avx2);
                    let sums = <[f32; TILE]>::from(sums);
                    let column = group + row;
                    for token in tile..rows.min(tile + TILE) {
                        result[token * columns + column] =
                            sums[token - tile] * inputs.scales[token] + matrix.bias[column];
                    }
                }
            }
        }
    }
);
