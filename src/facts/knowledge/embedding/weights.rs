//! Reads the model's file, and refuses one that does not fit.
//!
//! The layout is described in `tools/embedding/make_model.py`, which makes the
//! file. Nothing is computed here beyond unpacking.

use fearless_simd::Level;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::DIMENSIONS;
use super::encoder::{BLOCK_BYTES, Encoder, Layer, WordVectors};
use super::maths::{LANES, LayerNorm, from_half};
use super::matrix::{BLOCK, Matrix, TWIN};
use super::tokenizer::{SPECIAL_TOKENS, Tokenizer};

/// The first bytes of every model.
const MAGIC: &[u8] = b"DGE5";

/// The only layout that is known.
const VERSION: u32 = 1;

/// Bytes of the checksum.
const CHECKSUM: usize = 32;

/// Greatest counts that a header may state; they only keep sizes within reason.
const MOST_LAYERS: usize = 64;
const MOST_INNER: usize = 1 << 14;
const MOST_TOKENS: usize = 512;
const MOST_PIECES: usize = 1 << 20;

/// Why bytes cannot be used as a model.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EmbeddingError {
    /// They do not begin as a model does.
    #[error("this is no embedding model")]
    BadMagic,
    /// They are a model of another layout.
    #[error("version {0} of the embedding model is not known")]
    UnknownVersion(u32),
    /// They end before the model does.
    #[error("the embedding model is cut short")]
    Truncated,
    /// They were altered after the model was made.
    #[error("the checksum of the embedding model is wrong")]
    BadChecksum,
    /// They are intact but describe a model that cannot be run; the text says what
    /// part is at fault.
    #[error("the {0} of the embedding model cannot be used")]
    Unusable(&'static str),
}

/// Reads a whole model.
pub(super) fn read(bytes: &[u8]) -> Result<(Tokenizer, Encoder), EmbeddingError> {
    let mut source = Source { rest: checked(bytes)? };
    let shape = Shape::read(&mut source)?;
    let tokenizer = read_tokenizer(&mut source, &shape)?;
    let encoder = read_encoder(&mut source, &shape)?;
    if source.rest.is_empty() { Ok((tokenizer, encoder)) } else { Err(EmbeddingError::Unusable("end")) }
}

/// Returns what the checksum covers, if that is right.
fn checked(bytes: &[u8]) -> Result<&[u8], EmbeddingError> {
    let mut source = Source { rest: bytes };
    if source.take(MAGIC.len()).ok() != Some(MAGIC) {
        return Err(EmbeddingError::BadMagic);
    }
    let version = source.number()?;
    if version != VERSION {
        return Err(EmbeddingError::UnknownVersion(version));
    }
    let length = source.number()?;
    let expected = source.take(CHECKSUM)?;
    let content = source.take(usize::try_from(length).unwrap_or(usize::MAX))?;
    if source.rest.is_empty() && Sha256::digest(content).as_slice() == expected {
        Ok(content)
    } else {
        Err(EmbeddingError::BadChecksum)
    }
}

/// The sizes that the header states.
struct Shape {
    layers: usize,
    heads: usize,
    inner: usize,
    tokens: usize,
    pieces: usize,
    epsilon: f32,
    unknown_score: f32,
}

impl Shape {
    fn read(source: &mut Source) -> Result<Self, EmbeddingError> {
        let [hidden, layers, heads, inner, tokens, pieces] = source.sizes()?;
        let shape = Self {
            layers,
            heads,
            inner,
            tokens,
            pieces,
            epsilon: source.float()?,
            unknown_score: source.float()?,
        };
        let usable = hidden == DIMENSIONS
            && (1..=DIMENSIONS).contains(&heads)
            && hidden.is_multiple_of(heads * LANES)
            && layers <= MOST_LAYERS
            && inner.is_multiple_of(TWIN * BLOCK)
            && (BLOCK..=MOST_INNER).contains(&inner)
            && tokens <= MOST_TOKENS
            && pieces <= MOST_PIECES;
        if usable { Ok(shape) } else { Err(EmbeddingError::Unusable("shape")) }
    }
}

fn read_tokenizer(source: &mut Source, shape: &Shape) -> Result<Tokenizer, EmbeddingError> {
    let lengths = source.take(shape.pieces)?;
    let text = source.take(lengths.iter().map(|length| usize::from(*length)).sum())?;
    let scores = source.floats(shape.pieces)?;
    Tokenizer::new(text, lengths, scores, shape.unknown_score, shape.tokens)
        .ok_or(EmbeddingError::Unusable("vocabulary"))
}

fn read_encoder(source: &mut Source, shape: &Shape) -> Result<Encoder, EmbeddingError> {
    let words = (SPECIAL_TOKENS + shape.pieces) * (DIMENSIONS / BLOCK) * BLOCK_BYTES;
    Ok(Encoder {
        hidden: DIMENSIONS,
        heads: shape.heads,
        words: WordVectors { packed: source.take(words)?.to_vec() },
        positions: source.floats(shape.tokens * DIMENSIONS)?,
        word_norm: read_norm(source, shape)?,
        layers: (0..shape.layers).map(|_| read_layer(source, shape)).collect::<Result<_, _>>()?,
        level: Level::new(),
    })
}

fn read_layer(source: &mut Source, shape: &Shape) -> Result<Layer, EmbeddingError> {
    Ok(Layer {
        query: read_matrix(source, DIMENSIONS, DIMENSIONS)?,
        key: read_matrix(source, DIMENSIONS, DIMENSIONS)?,
        value: read_matrix(source, DIMENSIONS, DIMENSIONS)?,
        attention: read_matrix(source, DIMENSIONS, DIMENSIONS)?,
        attention_norm: read_norm(source, shape)?,
        inner: read_matrix(source, shape.inner, DIMENSIONS)?,
        outer: read_matrix(source, DIMENSIONS, shape.inner)?,
        outer_norm: read_norm(source, shape)?,
    })
}

fn read_norm(source: &mut Source, shape: &Shape) -> Result<LayerNorm, EmbeddingError> {
    Ok(LayerNorm {
        scale: source.floats(DIMENSIONS)?,
        shift: source.floats(DIMENSIONS)?,
        epsilon: shape.epsilon,
    })
}

fn read_matrix(source: &mut Source, rows: usize, columns: usize) -> Result<Matrix, EmbeddingError> {
    const BYTES: usize = BLOCK_BYTES;
    let width = columns / (TWIN * BLOCK);
    let mut packed = Vec::with_capacity(rows * width);
    let mut scales = Vec::with_capacity(rows * width);
    let bytes = source.take(rows * width * TWIN * BYTES)?;
    for twin in bytes.as_chunks::<{ TWIN * BLOCK_BYTES }>().0 {
        let mut weights = [0; BLOCK];
        weights[..BLOCK / 2].copy_from_slice(&twin[2..BYTES]);
        weights[BLOCK / 2..].copy_from_slice(&twin[BYTES + 2..]);
        packed.push(weights);
        let scale = |first: usize| from_half(u16::from_le_bytes([twin[first], twin[first + 1]]));
        scales.push([scale(0), scale(BYTES)]);
    }
    Ok(Matrix { width, packed, scales, bias: source.floats(rows)? })
}

/// The part of a file that was not read yet.
struct Source<'a> {
    rest: &'a [u8],
}

impl<'a> Source<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], EmbeddingError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(EmbeddingError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    fn word(&mut self) -> Result<[u8; 4], EmbeddingError> {
        self.take(4)?.first_chunk().copied().ok_or(EmbeddingError::Truncated)
    }

    fn number(&mut self) -> Result<u32, EmbeddingError> {
        self.word().map(u32::from_le_bytes)
    }

    fn float(&mut self) -> Result<f32, EmbeddingError> {
        self.word().map(f32::from_le_bytes)
    }

    fn sizes<const N: usize>(&mut self) -> Result<[usize; N], EmbeddingError> {
        let mut sizes = [0; N];
        for size in &mut sizes {
            *size = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        }
        Ok(sizes)
    }

    fn floats(&mut self, count: usize) -> Result<Vec<f32>, EmbeddingError> {
        let bytes = self.take(count * size_of::<f32>())?;
        Ok(bytes.as_chunks().0.iter().map(|word| f32::from_le_bytes(*word)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INNER: usize = 64;
    const TOKENS: usize = 8;

    /// A model of one layer that knows the letters a to c; its weights mean nothing.
    fn content() -> Vec<u8> {
        let mut content = Vec::new();
        for size in [DIMENSIONS, 1, 12, INNER, TOKENS, 3] {
            content.extend(u32::try_from(size).unwrap().to_le_bytes());
        }
        for number in [1e-12_f32, -20.0] {
            content.extend(number.to_le_bytes());
        }
        content.extend([1, 1, 1]);
        content.extend(b"abc");
        content.extend([0; 12]);
        let blocks = (SPECIAL_TOKENS + 3) * DIMENSIONS / BLOCK;
        content.extend([0x11; BLOCK_BYTES].repeat(blocks));
        let layer = DIMENSIONS * (4 * DIMENSIONS + 2 * INNER) / BLOCK * BLOCK_BYTES;
        let floats = DIMENSIONS * (TOKENS + 2 + 9) + INNER;
        content.extend(vec![0; layer + floats * size_of::<f32>()]);
        content
    }

    fn packed(content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap();
        let checksum = Sha256::digest(content);
        [MAGIC, &VERSION.to_le_bytes(), &length.to_le_bytes(), checksum.as_slice(), content].concat()
    }

    fn error(bytes: &[u8]) -> Option<EmbeddingError> {
        read(bytes).err()
    }

    #[test]
    fn whole_model_is_read() {
        let (tokenizer, encoder) = read(&packed(&content())).unwrap();
        assert_eq!(tokenizer.tokens("b")[2], 4);
        assert_eq!(encoder.layers.len(), 1);
        assert_eq!(encoder.encode(&[0, u32::MAX, 1]).len(), DIMENSIONS);
    }

    #[test]
    fn other_files_are_refused() {
        assert_eq!(error(b""), Some(EmbeddingError::BadMagic));
        assert_eq!(error(b"GGUF and more"), Some(EmbeddingError::BadMagic));
        let mut newer = packed(&content());
        newer[4] = 2;
        assert_eq!(error(&newer), Some(EmbeddingError::UnknownVersion(2)));
    }

    #[test]
    fn cut_and_altered_files_are_refused() {
        let mut bytes = packed(&content());
        for length in [5, 11, 43, 44, 100, bytes.len() - 1] {
            assert_eq!(error(&bytes[..length]), Some(EmbeddingError::Truncated));
        }
        bytes.push(0);
        assert_eq!(error(&bytes), Some(EmbeddingError::BadChecksum));
        bytes.pop();
        bytes[1000] ^= 1;
        assert_eq!(error(&bytes), Some(EmbeddingError::BadChecksum));
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused() {
        let refused = |place: usize, value: u8| {
            let mut content = content();
            content[place] = value;
            error(&packed(&content))
        };
        assert_eq!(refused(0, 64), Some(EmbeddingError::Unusable("shape")));
        assert_eq!(refused(8, 0), Some(EmbeddingError::Unusable("shape")));
        assert_eq!(refused(8, 96), Some(EmbeddingError::Unusable("shape")));
        assert_eq!(refused(12, 33), Some(EmbeddingError::Unusable("shape")));
        assert_eq!(refused(23, 255), Some(EmbeddingError::Unusable("shape")));
        assert_eq!(refused(4, 2), Some(EmbeddingError::Truncated));
        assert_eq!(refused(4, 0), Some(EmbeddingError::Unusable("end")));
        assert_eq!(refused(16, 2), Some(EmbeddingError::Unusable("vocabulary")));
        assert_eq!(refused(35, b'z'), Some(EmbeddingError::Unusable("vocabulary")));
    }
}
