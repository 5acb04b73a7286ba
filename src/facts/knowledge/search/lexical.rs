//! The lexical tier: which letters and words a text has, weighed by a linear model.
//!
//! Always there and takes microseconds. It reads no meaning: *luren* and *mobilen* are alike to
//! it only as far as the examples use both. Training is in `train`.

use std::collections::BTreeMap;

use super::num::{HashedMap, at, byte, count, index, small};
use super::svm::{self, Plane, Task};
use super::text::{self, Counts};
use super::wire::{Reader, Writer};

/// Weight of the word features beside the character n-grams.
const WORDS: f32 = 1.0;
/// A feature must occur in so many training texts.
const FEWEST_TEXTS: u32 = 4;
/// Smaller weights are dropped: most of the size, and a point at most of the lexical tier alone.
const SMALLEST: f32 = 0.05;

/// Inverse document frequencies are kept in steps of this: 255 steps reach beyond a million texts.
const IDF_UNIT: f32 = 0.06;

/// The inverse document frequencies of the features that the training texts have.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Vocabulary {
    /// Feature hash → (its place, its idf).
    features: HashedMap<u32, (u32, f32)>,
}

/// A text as the model sees it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vector {
    /// Feature and value.
    pub values: Vec<(u32, f32)>,
    /// Share of the text's n-grams that the vocabulary knows, 0–1.
    pub coverage: f32,
}

impl Vocabulary {
    /// Counts in how many texts each feature occurs.
    pub fn learn<'a>(texts: impl IntoIterator<Item = &'a [String]>) -> Self {
        let mut frequency: BTreeMap<u32, u32> = BTreeMap::new();
        let mut total = 0_usize;
        for words in texts {
            total += 1;
            for (feature, _) in text::gram_counts(words).into_iter().chain(text::word_counts(words)) {
                *frequency.entry(feature).or_default() += 1;
            }
        }
        let kept = frequency.into_iter().filter(|(_, texts)| *texts >= FEWEST_TEXTS);
        let features = kept
            .zip(0..)
            .map(|((hash, texts), place)| {
                let idf = ((1.0 + count(total)) / (1.0 + count(at(texts)))).ln() + 1.0;
                (hash, (place, f32::from(small(idf / IDF_UNIT)) * IDF_UNIT))
            })
            .collect();
        Self { features }
    }

    /// Number of features.
    pub fn len(&self) -> usize {
        self.features.len()
    }

    /// TF-IDF with sublinear counts; n-grams and words have length one each.
    pub fn vector(&self, words: &[String]) -> Vector {
        let grams = text::gram_counts(words);
        let all = count(grams.len());
        let mut values = self.group(&grams, 1.0);
        let coverage = if all > 0.0 { count(values.len()) / all } else { 0.0 };
        values.extend(self.group(&text::word_counts(words), WORDS));
        Vector { values, coverage }
    }

    /// The same for comparing texts with one another: features that no training text has count
    /// too, and most of all, and are named by their hash.
    pub fn open_vector(&self, words: &[String]) -> Vec<(u32, f32)> {
        let rarest = self.features.values().map(|(_, idf)| *idf).fold(1.0_f32, f32::max);
        let counts = text::gram_counts(words).into_iter().chain(text::word_counts(words));
        let idf = |hash: &u32| self.features.get(hash).map_or(rarest, |(_, idf)| *idf);
        let mut values: Vec<(u32, f32)> =
            counts.map(|(hash, n)| (hash, (1.0 + n.ln()) * idf(&hash))).collect();
        let length = values.iter().map(|(_, x)| x * x).sum::<f32>().sqrt();
        for (_, x) in &mut values {
            *x /= length.max(f32::MIN_POSITIVE);
        }
        values
    }

    fn group(&self, counts: &Counts, weight: f32) -> Vec<(u32, f32)> {
        let mut values: Vec<(u32, f32)> = counts
            .iter()
            .filter_map(|(hash, n)| {
                self.features.get(hash).map(|(place, idf)| (*place, (1.0 + n.ln()) * idf))
            })
            .collect();
        let length = values.iter().map(|(_, x)| x * x).sum::<f32>().sqrt();
        if length > 0.0 {
            for (_, x) in &mut values {
                *x *= weight / length;
            }
        }
        values
    }
}

/// The trained linear model, sparse and in eight bits.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Lexical {
    vocabulary: Vocabulary,
    /// Where each feature's entries begin; one more than there are features.
    starts: Vec<u32>,
    /// Classes of the entries.
    classes: Vec<u16>,
    /// Weights of the entries, in units of `unit`.
    weights: Vec<i8>,
    unit: f32,
    biases: Vec<f32>,
}

impl Lexical {
    /// Trains on texts (folded words) and their classes.
    pub fn train(texts: &[Vec<String>], labels: &[usize], classes: usize, cost: f32) -> Self {
        let vocabulary = Vocabulary::learn(texts.iter().map(Vec::as_slice));
        let rows: Vec<Vec<(u32, f32)>> = texts.iter().map(|words| vocabulary.vector(words).values).collect();
        let planes = svm::train(&Task { rows: &rows, labels, width: vocabulary.len(), classes, cost });
        Self::compress(vocabulary, &planes)
    }

    /// A model that has learnt nothing yet but the vocabulary.
    pub fn untrained(vocabulary: Vocabulary) -> Self {
        Self { vocabulary, ..Self::default() }
    }

    fn compress(vocabulary: Vocabulary, planes: &[Plane]) -> Self {
        let largest = planes.iter().flat_map(|(w, _)| w).fold(0.0_f32, |top, w| top.max(w.abs()));
        let unit = largest / 127.0;
        let mut model =
            Self { unit, biases: planes.iter().map(|(_, bias)| *bias).collect(), ..Self::default() };
        for feature in 0..vocabulary.len() {
            model.starts.push(index(model.classes.len()));
            for (class, (weights, _)) in planes.iter().enumerate() {
                let weight = weights.get(feature).copied().unwrap_or(0.0);
                let rounded = byte(weight / unit);
                if weight.abs() >= SMALLEST && rounded != 0 {
                    model.classes.push(u16::try_from(class).unwrap_or(u16::MAX));
                    model.weights.push(rounded);
                }
            }
        }
        model.starts.push(index(model.classes.len()));
        model.vocabulary = vocabulary;
        model
    }

    /// Whether there are classes to score.
    pub fn is_trained(&self) -> bool {
        !self.biases.is_empty()
    }

    /// The vocabulary, for texts that are compared with one another.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// One margin per class; above 0 is "yes".
    pub fn margins(&self, vector: &Vector) -> Vec<f32> {
        let mut margins = self.biases.clone();
        for (feature, value) in &vector.values {
            let feature = at(*feature);
            let (Some(from), Some(to)) = (self.starts.get(feature), self.starts.get(feature + 1)) else {
                continue;
            };
            let entries = at(*from)..at(*to);
            let (Some(classes), Some(weights)) =
                (self.classes.get(entries.clone()), self.weights.get(entries))
            else {
                continue;
            };
            for (class, weight) in classes.iter().zip(weights) {
                if let Some(margin) = margins.get_mut(usize::from(*class)) {
                    *margin += f32::from(*weight) * self.unit * value;
                }
            }
        }
        margins
    }

    /// Writes the model to a derived file.
    pub fn write(&self, out: &mut Writer) {
        let mut features: Vec<(u32, u32, f32)> =
            self.vocabulary.features.iter().map(|(hash, (place, idf))| (*place, *hash, *idf)).collect();
        features.sort_unstable_by_key(|(place, ..)| *place);
        out.words(features.iter().map(|(_, hash, _)| *hash));
        out.floats([IDF_UNIT, self.unit]);
        out.bytes(&features.iter().map(|(.., idf)| small(*idf / IDF_UNIT)).collect::<Vec<_>>());
        let lengths =
            self.starts.windows(2).map(|pair| pair.iter().rev().copied().reduce(|to, from| to - from));
        out.shorts(lengths.flatten().map(|length| u16::try_from(length).unwrap_or(u16::MAX)));
        out.shorts(self.classes.iter().copied());
        out.signed(self.weights.iter().copied());
        out.floats(self.biases.iter().copied());
    }

    /// Reads what [`Self::write`] wrote; nothing if it is cut short.
    pub fn read(input: &mut Reader<'_>) -> Option<Self> {
        let hashes = input.words()?;
        let [idf_unit, unit] = *input.floats()?.as_array::<2>()?;
        let idfs = input.bytes()?.iter().map(|byte| f32::from(*byte) * idf_unit);
        let features = hashes.into_iter().zip((0..).zip(idfs)).collect();
        let mut starts = vec![0];
        for length in input.shorts()? {
            starts.push(starts.last().unwrap_or(&0) + u32::from(length));
        }
        let (classes, weights, biases) = (input.shorts()?, input.signed()?, input.floats()?);
        Some(Self { vocabulary: Vocabulary { features }, starts, classes, weights, unit, biases })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learns_and_survives_the_file() {
        let texts: Vec<Vec<String>> = [
            "skriva ut papper",
            "skriva ut brev",
            "skriva ut",
            "losenord glomt",
            "glomt losenord",
            "losenord",
        ]
        .map(text::words)
        .into();
        let model = Lexical::train(&texts, &[0, 0, 0, 1, 1, 1], 2, 1.0);
        let mut out = Writer::default();
        model.write(&mut out);
        let bytes = out.finish();
        let read = Lexical::read(&mut Reader::new(&bytes));
        assert_eq!(read.as_ref(), Some(&model));
        let margins = model.margins(&model.vocabulary().vector(&text::words("vill skriva ut")));
        assert!(margins[0] > margins[1], "{margins:?}");
    }
}
