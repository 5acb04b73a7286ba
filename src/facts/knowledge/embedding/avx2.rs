//! The inner loop of `matrix` for x86-64 processors of the last ten years (AVX2 and FMA).
//!
//! Sixteen whole numbers at once, which is two blocks. Whoever calls it proves with a token that the
//! processor can.

use std::arch::x86_64::{
    __m256, __m256i, _mm_add_ps, _mm_set1_ps, _mm256_add_epi32, _mm256_and_si256, _mm256_castps256_ps128,
    _mm256_cvtepi32_ps, _mm256_extractf128_ps, _mm256_fmadd_ps, _mm256_hadd_ps, _mm256_madd_epi16,
    _mm256_set_m128, _mm256_set1_epi16, _mm256_setzero_ps, _mm256_srli_epi16, _mm256_sub_epi16,
};

use fearless_simd::prelude::*;
use fearless_simd::{f32x4, i16x16, u8x32};

use super::matrix::{Inputs, LANES, Matrix, TILE, WEIGHT_OFFSET};

/// Rows of weights that are unpacked at once: with a tile of inputs they fit into the nearest cache.
const ROWS: usize = 4;

fearless_simd::kernel!(
    /// Multiplies as [`Matrix::multiply`] says; the widths must agree.
    pub(super) fn multiply(avx2: Avx2, matrix: &Matrix, inputs: &Inputs, result: &mut [f32]) {
        let (columns, width) = (matrix.bias.len(), matrix.width);
        let (mask, offset) = (_mm256_set1_epi16(0xF), _mm256_set1_epi16(WEIGHT_OFFSET));
        // Written out: as loops over the four parts it stays in memory instead of registers, ten times as
        // slow, where the compiler does not see through the iterators (`lto = "off"`).
        let dot = |weights: &[__m256i; 4], inputs: &[[i16; 2 * LANES]; 4]| {
            let ([a, b, c, d], [e, f, g, h]) = (*weights, inputs);
            let a = _mm256_madd_epi16(a, i16x16::from_slice(avx2, e).into());
            let b = _mm256_madd_epi16(b, i16x16::from_slice(avx2, f).into());
            let c = _mm256_madd_epi16(c, i16x16::from_slice(avx2, g).into());
            let d = _mm256_madd_epi16(d, i16x16::from_slice(avx2, h).into());
            _mm256_cvtepi32_ps(_mm256_add_epi32(_mm256_add_epi32(a, b), _mm256_add_epi32(c, d)))
        };
        let mut weights: Vec<([__m256i; 4], __m256)> = Vec::with_capacity(ROWS * width);
        let groups = matrix.packed.chunks(ROWS * width).zip(matrix.scales.chunks(ROWS * width));
        for (group, (packed, scales)) in groups.enumerate() {
            weights.clear();
            for (packed, [first, second]) in packed.iter().zip(scales) {
                let packed: __m256i = u8x32::from_slice(avx2, packed).into();
                let mut parts = [
                    packed,
                    _mm256_srli_epi16::<4>(packed),
                    _mm256_srli_epi16::<8>(packed),
                    _mm256_srli_epi16::<12>(packed),
                ];
                for part in &mut parts {
                    *part = _mm256_sub_epi16(_mm256_and_si256(*part, mask), offset);
                }
                weights.push((parts, _mm256_set_m128(_mm_set1_ps(*second), _mm_set1_ps(*first))));
            }
            for (tile, twins) in inputs.twins.chunks_exact(TILE * width).enumerate() {
                let (first, rest) = twins.split_at(width);
                let (second, rest) = rest.split_at(width);
                let (third, fourth) = rest.split_at(width);
                let scales = inputs.scales.get(tile * TILE..).unwrap_or_default();
                for (column, weights) in (group * ROWS..).zip(weights.chunks_exact(width)) {
                    let mut a = _mm256_setzero_ps();
                    let (mut b, mut c, mut d) = (a, a, a);
                    let tokens = first.iter().zip(second).zip(third).zip(fourth);
                    for ((parts, scale), (((of_a, of_b), of_c), of_d)) in weights.iter().zip(tokens) {
                        a = _mm256_fmadd_ps(dot(parts, &of_a.0), *scale, a);
                        b = _mm256_fmadd_ps(dot(parts, &of_b.0), *scale, b);
                        c = _mm256_fmadd_ps(dot(parts, &of_c.0), *scale, c);
                        d = _mm256_fmadd_ps(dot(parts, &of_d.0), *scale, d);
                    }
                    // The sums of the eight numbers of each of the four totals.
                    let sums = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
                    let sums = _mm_add_ps(_mm256_castps256_ps128(sums), _mm256_extractf128_ps::<1>(sums));
                    let sums: f32x4<_> = sums.simd_into(avx2);
                    let bias = matrix.bias.get(column).copied().unwrap_or_default();
                    let targets = result.iter_mut().skip(tile * TILE * columns + column).step_by(columns);
                    for ((target, product), scale) in targets.zip(<[f32; TILE]>::from(sums)).zip(scales) {
                        *target = product * scale + bias;
                    }
                }
            }
        }
    }
);
