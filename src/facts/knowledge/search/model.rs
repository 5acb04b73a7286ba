//! The derived file: everything that training found out, and from what.
//!
//! Layout: a mark with the version, a JSON head, the lexical and the dense model. Does not train.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Corpus;
use super::calibrate::Calibration;
use super::dense::Dense;
use super::lexical::Lexical;
use super::num::hash;
use super::wire::{Reader, Writer};
use crate::model::id::ArticleId;
use crate::model::lang::Lang;

/// First block of the file; changes whenever the layout or the features do.
const MARK: &[u8] = b"digidel search 2";

/// How the parts are added up before the softmax.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Blend {
    /// Weight of the lexical margins, times the share of the text that the vocabulary knows.
    pub lexical: f32,
    /// Weight of the dense margins.
    pub margins: f32,
    /// Weight of the likeness to examples.
    pub likeness: f32,
}

/// What is in the head.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// The classes from 1 on; class 0 is "none of these".
    pub articles: Vec<ArticleId>,
    /// Example → its place among the dense model's neighbours. In a block of its own.
    #[serde(skip)]
    pub examples: BTreeMap<u64, u32>,
    /// Fingerprint of all else that was trained on (titles, topics, "none" sentences).
    pub rest: u64,
    /// With the embedding tier.
    pub full: Tuning,
    /// With the lexical tier alone.
    pub lexical: Tuning,
    /// With the dense tier alone: for languages that the linear models have not learnt.
    pub foreign: Tuning,
    /// The languages that the linear models have learnt.
    pub whole: Vec<Lang>,
    /// From this probability on the lexical tier decides without embedding, 0–1.
    pub sure: f32,
}

/// What is chosen on the development questions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tuning {
    /// The weights of the parts.
    pub blend: Blend,
    /// The probability and the thresholds.
    pub calibration: Calibration,
}

/// The derived file, read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Model {
    /// The head.
    pub head: Head,
    /// The lexical model.
    pub lexical: Lexical,
    /// The dense model.
    pub dense: Dense,
}

impl Model {
    /// Writes the file.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.bytes(MARK);
        out.bytes(&serde_json::to_vec(&self.head).unwrap_or_default());
        let entry = |(key, place): (&u64, &u32)| -> Vec<u8> {
            key.to_le_bytes().into_iter().chain(place.to_le_bytes()).collect()
        };
        out.bytes(&self.head.examples.iter().flat_map(entry).collect::<Vec<_>>());
        self.lexical.write(&mut out);
        self.dense.write(&mut out);
        out.finish()
    }

    /// Reads a file; nothing if it is of another version or damaged.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut input = Reader::new(bytes);
        if input.bytes()? != MARK {
            return None;
        }
        let mut head: Head = serde_json::from_slice(input.bytes()?).ok()?;
        let (entries, _) = input.bytes()?.as_chunks::<12>();
        for entry in entries {
            let (key, place) = entry.split_first_chunk::<8>()?;
            let place = u32::from_le_bytes(*place.first_chunk::<4>()?);
            head.examples.insert(u64::from_le_bytes(*key), place);
        }
        Some(Self { head, lexical: Lexical::read(&mut input)?, dense: Dense::read(&mut input)? })
    }
}

/// The key under which an example is known.
pub(crate) fn example_key(article: &ArticleId, text: &str) -> u64 {
    hash(article.as_str().bytes().chain(std::iter::once(b'\n')).chain(text.bytes()))
}

/// Fingerprint of what is trained on beside the examples; the order does not matter.
pub(crate) fn rest_of(corpus: &Corpus<'_>) -> u64 {
    let texts = corpus.texts.iter().map(|t| [t.article.as_str(), t.lang.code(), t.topic, t.title]);
    let none = corpus.none.iter().map(|(lang, text)| ["", lang.code(), "", text]);
    texts.chain(none).fold(0, |sum: u64, parts| sum.wrapping_add(hash(parts.join("\n").into_bytes())))
}
