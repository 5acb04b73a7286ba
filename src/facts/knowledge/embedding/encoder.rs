//! The transformer: from tokens to one vector.
//!
//! Layers of attention and a feed-forward network, then the mean over all tokens,
//! scaled to length 1. Runs on the calling thread alone. What the tokens mean and
//! where the weights come from is not known here.

use fearless_simd::Level;

use super::maths::{LayerNorm, add_scaled, dot, from_half, gelu, softmax, to_unit_length};
use super::matrix::{BLOCK, Inputs, Matrix, WEIGHT_OFFSET};

/// Bytes of one packed block: a scale, then a byte for each two weights.
pub(super) const BLOCK_BYTES: usize = 2 + BLOCK / 2;

/// The vectors of all tokens, with four-bit weights as in the file.
#[derive(Debug)]
pub(super) struct WordVectors {
    /// Blocks, token by token.
    pub(super) packed: Vec<u8>,
}

impl WordVectors {
    /// Writes the vector of `token` to `target`, or zeros for a number too great.
    fn unpack(&self, token: u32, target: &mut [f32]) {
        let stride = target.len() / BLOCK * BLOCK_BYTES;
        let start = usize::try_from(token).unwrap_or(usize::MAX).saturating_mul(stride);
        let packed = self.packed.get(start..).unwrap_or_default();
        let blocks = packed.as_chunks::<BLOCK_BYTES>().0;
        for (values, [low, high, pairs @ ..]) in target.as_chunks_mut::<BLOCK>().0.iter_mut().zip(blocks) {
            let scale = from_half(u16::from_le_bytes([*low, *high]));
            let (first, second) = values.split_at_mut(BLOCK / 2);
            for ((first, second), pair) in first.iter_mut().zip(second).zip(pairs) {
                *first = f32::from(i16::from(pair & 0xF) - WEIGHT_OFFSET) * scale;
                *second = f32::from(i16::from(pair >> 4) - WEIGHT_OFFSET) * scale;
            }
        }
    }
}

/// One layer of the transformer.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) query: Matrix,
    pub(super) key: Matrix,
    pub(super) value: Matrix,
    pub(super) attention: Matrix,
    pub(super) attention_norm: LayerNorm,
    pub(super) inner: Matrix,
    pub(super) outer: Matrix,
    pub(super) outer_norm: LayerNorm,
}

impl Layer {
    /// Passes `states`, one row of `hidden` numbers for each token, through the layer.
    fn apply(&self, states: &mut [f32], hidden: usize, heads: usize, level: Level) {
        let inputs = Inputs::round(states, hidden);
        let query = self.query.multiply(&inputs, level);
        let key = self.key.multiply(&inputs, level);
        let value = self.value.multiply(&inputs, level);
        let context = attend(&query, &key, &value, hidden, heads);
        let change = self.attention.multiply(&Inputs::round(&context, hidden), level);
        add_and_normalise(states, &change, &self.attention_norm, hidden);
        let mut inner = self.inner.multiply(&Inputs::round(states, hidden), level);
        gelu(&mut inner);
        let change = self.outer.multiply(&Inputs::round(&inner, self.inner.bias.len()), level);
        add_and_normalise(states, &change, &self.outer_norm, hidden);
    }
}

/// Mixes the values of all tokens, for each token and head by how well keys fit.
fn attend(query: &[f32], key: &[f32], value: &[f32], hidden: usize, heads: usize) -> Vec<f32> {
    let size = hidden / heads;
    let sharpness = f32::from(u16::try_from(size).unwrap_or(u16::MAX)).sqrt().recip();
    let mut context = vec![0.0; query.len()];
    let mut fits = Vec::with_capacity(query.len() / hidden);
    for (query, context) in query.chunks_exact(hidden).zip(context.chunks_exact_mut(hidden)) {
        let per_head = query.chunks_exact(size).zip(context.chunks_exact_mut(size));
        for (head, (query, context)) in per_head.enumerate() {
            let part = head * size..(head + 1) * size;
            fits.clear();
            fits.extend(key.chunks_exact(hidden).map(|key| dot(query, &key[part.clone()]) * sharpness));
            softmax(&mut fits);
            for (value, fit) in value.chunks_exact(hidden).zip(&fits) {
                add_scaled(context, &value[part.clone()], *fit);
            }
        }
    }
    context
}

/// Adds `change` to `states` and normalises each row.
fn add_and_normalise(states: &mut [f32], change: &[f32], norm: &LayerNorm, hidden: usize) {
    for (state, change) in states.chunks_exact_mut(hidden).zip(change.chunks_exact(hidden)) {
        add_scaled(state, change, 1.0);
        norm.apply(state);
    }
}

/// All weights of the transformer, checked to fit each other when they were read.
#[derive(Debug)]
pub(super) struct Encoder {
    /// Numbers in the vector of a token.
    pub(super) hidden: usize,
    /// Parts that attention is split into.
    pub(super) heads: usize,
    pub(super) words: WordVectors,
    /// What is added for each place in the text; as many rows as tokens are allowed.
    pub(super) positions: Vec<f32>,
    pub(super) word_norm: LayerNorm,
    pub(super) layers: Vec<Layer>,
    /// What this processor can do.
    pub(super) level: Level,
}

impl Encoder {
    /// Returns the vector of a text, of length 1. Tokens past the last position
    /// are ignored.
    pub(super) fn encode(&self, tokens: &[u32]) -> Vec<f32> {
        let mut states = self.embed_tokens(tokens);
        for layer in &self.layers {
            layer.apply(&mut states, self.hidden, self.heads, self.level);
        }
        let mut mean = vec![0.0; self.hidden];
        for state in states.chunks_exact(self.hidden) {
            add_scaled(&mut mean, state, 1.0);
        }
        to_unit_length(&mut mean);
        mean
    }

    /// Looks up tokens and adds their positions.
    fn embed_tokens(&self, tokens: &[u32]) -> Vec<f32> {
        let positions = self.positions.chunks_exact(self.hidden);
        let mut states = vec![0.0; tokens.len().min(positions.len()) * self.hidden];
        let rows = states.chunks_exact_mut(self.hidden);
        for ((state, token), position) in rows.zip(tokens).zip(positions) {
            self.words.unpack(*token, state);
            add_scaled(state, position, 1.0);
            self.word_norm.apply(state);
        }
        states
    }
}
