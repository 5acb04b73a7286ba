//! Turns a short text into a vector, so that texts which mean the same lie close.
//!
//! Runs a pruned multilingual-e5-small on the processor. The model is read from
//! bytes that the caller supplies; nothing is fetched. Comparing vectors, and
//! deciding from them, is left to the caller. The model knows the pieces of words
//! in Swedish, English, Arabic, Persian, Somali, Ukrainian, Finnish and Polish and
//! their nearest neighbours; other scripts come out as unknown.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod encoder;
mod maths;
mod matrix;
mod portable;
mod tokenizer;
mod weights;

use encoder::Encoder;
use tokenizer::Tokenizer;

pub use weights::EmbeddingError;

/// Length of every vector that [`Embedder::embed`] returns.
pub const DIMENSIONS: usize = 384;

/// A loaded model. It is never changed, so threads may share one.
#[derive(Debug)]
pub struct Embedder {
    tokenizer: Tokenizer,
    encoder: Encoder,
}

impl Embedder {
    /// Reads a model made by `tools/embedding/make_model.py`.
    ///
    /// The bytes are copied and may be dropped afterwards. The loaded model takes
    /// a little more memory than they do.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with `bytes` when they are not a whole, unaltered
    /// model of a version and shape that this module knows.
    pub fn read(bytes: &[u8]) -> Result<Self, EmbeddingError> {
        let (tokenizer, encoder) = weights::read(bytes)?;
        Ok(Self { tokenizer, encoder })
    }

    /// Returns the vector of `text`: [`DIMENSIONS`] numbers, together of length 1.
    ///
    /// The text is embedded as a question: the model's `query: ` prefix is added
    /// here. Case matters little and outer spaces not at all. What follows the
    /// first 128 tokens, some 80 words, is ignored. An empty text has a vector
    /// too, one without meaning.
    #[must_use]
    pub fn embed(&self, text: &str) -> Vec<f32> {
        let tokens = self.tokenizer.tokens(&format!("query: {}", text.trim()));
        self.encoder.encode(&tokens)
    }
}
