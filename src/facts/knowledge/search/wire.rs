//! Reads and writes the blocks of the derived file: a length, then little-endian numbers.
//!
//! Knows nothing of what the numbers mean. A file that is cut short gives `None`, never a panic.

use super::num::{at, index};

/// Collects blocks.
#[derive(Debug, Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    /// The bytes written so far.
    pub fn finish(self) -> Vec<u8> {
        self.0
    }

    /// Raw bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend(index(bytes.len()).to_le_bytes());
        self.0.extend(bytes);
    }

    /// Unsigned numbers of 32 bits.
    pub fn words(&mut self, words: impl IntoIterator<Item = u32>) {
        self.bytes(&words.into_iter().flat_map(u32::to_le_bytes).collect::<Vec<_>>());
    }

    /// Unsigned numbers of 16 bits: low bytes, then high bytes unless all are 0.
    pub fn shorts(&mut self, shorts: impl IntoIterator<Item = u16>) {
        let (low, high): (Vec<u8>, Vec<u8>) =
            shorts.into_iter().map(u16::to_le_bytes).map(|[low, high]| (low, high)).unzip();
        self.bytes(&low);
        self.bytes(if high.iter().all(|byte| *byte == 0) { &[] } else { &high });
    }

    /// Floats of 32 bits.
    pub fn floats(&mut self, floats: impl IntoIterator<Item = f32>) {
        self.bytes(&floats.into_iter().flat_map(f32::to_le_bytes).collect::<Vec<_>>());
    }

    /// Signed numbers of 8 bits.
    pub fn signed(&mut self, signed: impl IntoIterator<Item = i8>) {
        self.bytes(&signed.into_iter().map(i8::cast_unsigned).collect::<Vec<_>>());
    }
}

/// Takes blocks back in the order in which they were written.
#[derive(Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads from the beginning.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next block.
    pub fn bytes(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first_chunk::<4>()?;
        let (block, rest) = rest.split_at_checked(at(u32::from_le_bytes(*length)))?;
        self.0 = rest;
        Some(block)
    }

    /// The next block as unsigned numbers of 32 bits.
    pub fn words(&mut self) -> Option<Vec<u32>> {
        Some(self.bytes()?.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b)).collect())
    }

    /// The next two blocks as unsigned numbers of 16 bits.
    pub fn shorts(&mut self) -> Option<Vec<u16>> {
        let (low, high) = (self.bytes()?, self.bytes()?);
        let high = high.iter().copied().chain(std::iter::repeat(0));
        Some(low.iter().zip(high).map(|(low, high)| u16::from_le_bytes([*low, high])).collect())
    }

    /// The next block as floats of 32 bits.
    pub fn floats(&mut self) -> Option<Vec<f32>> {
        Some(self.bytes()?.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect())
    }

    /// The next block as signed numbers of 8 bits.
    pub fn signed(&mut self) -> Option<Vec<i8>> {
        Some(self.bytes()?.iter().map(|b| b.cast_signed()).collect())
    }
}
