//! The embedding tier's half of the model: nearest examples and a linear model, both in a space
//! where the directions in which examples of one article differ count less (whitening).
//!
//! Does not embed: it is handed vectors. Training is in `train`.

use super::num::{at, byte, count, dot, index, normalise};
use super::svm::Plane;
use super::wire::{Reader, Writer};
use crate::model::lang::Lang;

/// Of an article's examples the best counts so much …
const BEST: f32 = 0.3;
/// … and the mean of its best few the rest: one odd example cannot carry an article alone.
const FEW: usize = 5;

/// A language counts as that of the question from this probability on.
const LIKELY: f32 = 0.3;

/// Where vectors are compared: centred, whitened, of length one.
///
/// Embeddings of one language lie together whatever they say. Each language's own mean is taken
/// away first, so that a language with few examples does not pull its questions to them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Space {
    /// The mean of every language, in the order of [`Lang::ALL`]; empty where it is not known.
    origins: Vec<Vec<f32>>,
    mean: Vec<f32>,
    /// A square, lower triangular matrix, row by row.
    whitening: Vec<f32>,
}

impl Space {
    /// A space from its parts; the matrix is square and lower triangular, row by row.
    pub fn new(origins: Vec<Vec<f32>>, mean: Vec<f32>, whitening: Vec<f32>) -> Self {
        Self { origins, mean, whitening }
    }

    /// Brings the embedding of a text into the space, given how likely each language is.
    pub fn project(&self, embedding: &[f32], langs: &[(Lang, f32)]) -> Vec<f32> {
        let mut centred = centred(embedding, &self.origins, langs);
        centred.iter_mut().zip(&self.mean).for_each(|(x, m)| *x -= m);
        normalise(&mut centred);
        let mut out: Vec<f32> =
            self.whitening.chunks_exact(self.mean.len().max(1)).map(|row| dot(row, &centred)).collect();
        normalise(&mut out);
        out
    }
}

/// An embedding without what is common to its language; a language without a mean keeps it.
pub(crate) fn centred(embedding: &[f32], origins: &[Vec<f32>], langs: &[(Lang, f32)]) -> Vec<f32> {
    let mut out = embedding.to_vec();
    for (lang, share) in langs {
        if let Some(origin) = origins.get(place(*lang)) {
            out.iter_mut().zip(origin).for_each(|(x, m)| *x -= share * m);
        }
    }
    out
}

/// The place of a language in [`Lang::ALL`]; easy Swedish is Swedish.
pub(crate) fn place(lang: Lang) -> usize {
    let lang = if lang == Lang::SvEasy { Lang::Sv } else { lang };
    Lang::ALL.iter().position(|other| *other == lang).unwrap_or(0)
}

/// An example in the space, in eight bits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Neighbour {
    /// Its class.
    pub class: usize,
    /// The key of the example, as `model::example_key` has it; 0 for other texts. Not in the file.
    pub key: u64,
    /// The place of its language.
    lang: usize,
    vector: Vec<i8>,
}

/// Components of a unit vector of some 400 dimensions seldom pass 0.3.
const STEPS: f32 = 127.0 / 0.35;

impl Neighbour {
    /// Keeps a projected vector.
    pub fn new(class: usize, lang: Lang, vector: &[f32]) -> Self {
        Self { class, key: 0, lang: place(lang), vector: vector.iter().map(|x| byte(x * STEPS)).collect() }
    }

    /// The same under the key of its example.
    pub fn named(self, key: u64) -> Self {
        Self { key, ..self }
    }

    /// Cosine to a packed vector, about −1 to 1.
    fn cosine(&self, packed: &[i8]) -> f32 {
        let (a, a_rest) = self.vector.as_chunks::<16>();
        let (b, b_rest) = packed.as_chunks::<16>();
        let mut sums = [0_i32; 16];
        for (x, y) in a.iter().zip(b) {
            for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
                *sum += i32::from(*x) * i32::from(*y);
            }
        }
        let rest: i32 = a_rest.iter().zip(b_rest).map(|(x, y)| i32::from(*x) * i32::from(*y)).sum();
        whole(sums.iter().sum::<i32>() + rest) / (STEPS * STEPS)
    }
}

/// A sum of products of bytes: below 2²³, hence exact.
#[expect(clippy::cast_precision_loss, reason = "400 products of two bytes stay below 2^23")]
fn whole(sum: i32) -> f32 {
    sum as f32
}

/// What the dense model says of one text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Opinion {
    /// Likeness to the examples, per class, −1 to 1; −1 where a class has none.
    pub likeness: Vec<f32>,
    /// Margins of the linear model, per class that it was trained on.
    pub margins: Vec<f32>,
}

/// The trained dense model and its examples.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Dense {
    /// Where vectors are compared.
    pub space: Space,
    /// The examples, those added at run time too.
    pub neighbours: Vec<Neighbour>,
    planes: Vec<Plane>,
}

impl Dense {
    /// A model from its parts.
    pub fn new(space: Space, neighbours: Vec<Neighbour>, planes: Vec<Plane>) -> Self {
        Self { space, neighbours, planes }
    }

    /// Compares a projected vector with the examples, for so many classes. Examples in Swedish and
    /// English, which every article has, count for all; those of another language for their own.
    pub fn opinion(&self, vector: &[f32], langs: &[(Lang, f32)], classes: usize) -> Opinion {
        let likely = langs.iter().filter(|(_, share)| *share >= LIKELY).map(|(lang, _)| place(*lang));
        let counting: Vec<usize> = likely.chain([place(Lang::Sv), place(Lang::En)]).collect();
        let packed: Vec<i8> = vector.iter().map(|x| byte(x * STEPS)).collect();
        let mut best = vec![[-1.0_f32; FEW]; classes];
        for neighbour in self.neighbours.iter().filter(|n| counting.contains(&n.lang)) {
            if let Some(top) = best.get_mut(neighbour.class) {
                insert(top, neighbour.cosine(&packed));
            }
        }
        let likeness = best
            .iter()
            .map(|top| {
                BEST * top.first().unwrap_or(&-1.0) + (1.0 - BEST) * top.iter().sum::<f32>() / count(FEW)
            })
            .collect();
        Opinion { likeness, margins: self.planes.iter().map(|(w, b)| dot(w, vector) + b).collect() }
    }

    /// The examples of a class that are likest to a projected vector, by key, likest first.
    pub fn likest(&self, vector: &[f32], class: usize, few: usize) -> Vec<(u64, f32)> {
        let packed: Vec<i8> = vector.iter().map(|x| byte(x * STEPS)).collect();
        let own = self.neighbours.iter().filter(|n| n.class == class && n.key != 0);
        let mut all: Vec<(u64, f32)> = own.map(|n| (n.key, n.cosine(&packed))).collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        all.truncate(few);
        all
    }

    /// Writes the model to a derived file.
    pub fn write(&self, out: &mut Writer) {
        out.words(self.space.origins.iter().map(|origin| index(origin.len())));
        out.floats(self.space.origins.iter().flatten().copied());
        out.floats(self.space.mean.iter().copied());
        // Only the triangle: the rest is zeros.
        let rows = self.space.whitening.chunks_exact(self.space.mean.len().max(1)).zip(1..);
        out.floats(rows.flat_map(|(row, filled)| row.iter().copied().take(filled)));
        out.words(self.neighbours.iter().map(|n| index(n.class)));
        out.words(self.neighbours.iter().map(|n| index(n.lang)));
        out.signed(self.neighbours.iter().flat_map(|n| n.vector.iter().copied()));
        let all = || self.planes.iter().flat_map(|(weights, _)| weights.iter().copied());
        let unit = all().fold(0.0_f32, |top, w| top.max(w.abs())) / 127.0;
        out.floats([unit]);
        out.signed(all().map(|w| byte(w / unit)));
        out.floats(self.planes.iter().map(|(_, bias)| *bias));
    }

    /// Reads what [`Self::write`] wrote; nothing if it is cut short.
    pub fn read(input: &mut Reader<'_>) -> Option<Self> {
        let widths = input.words()?;
        let mut flat = input.floats()?.into_iter();
        let origins = widths.iter().map(|width| flat.by_ref().take(at(*width)).collect()).collect();
        let mean = input.floats()?;
        let width = mean.len().max(1);
        let mut triangle = input.floats()?.into_iter();
        let mut whitening = Vec::with_capacity(width * width);
        for filled in 1..=mean.len() {
            whitening.extend(triangle.by_ref().take(filled));
            whitening.resize(filled * width, 0.0);
        }
        let space = Space::new(origins, mean, whitening);
        let classes = input.words()?;
        let langs = input.words()?;
        let vectors = input.signed()?;
        let neighbours = classes
            .iter()
            .zip(&langs)
            .zip(vectors.chunks_exact(width))
            .map(|((class, lang), vector)| Neighbour {
                class: at(*class),
                key: 0,
                lang: at(*lang),
                vector: vector.to_vec(),
            })
            .collect();
        let unit = input.floats()?.first().copied()?;
        let weights: Vec<f32> = input.signed()?.into_iter().map(|w| f32::from(w) * unit).collect();
        let planes = weights.chunks_exact(width).map(<[f32]>::to_vec).zip(input.floats()?).collect();
        Some(Self { space, neighbours, planes })
    }
}

/// Keeps the largest few, largest first.
fn insert(top: &mut [f32; FEW], value: f32) {
    let mut value = value;
    for kept in top {
        if value > *kept {
            std::mem::swap(kept, &mut value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiny() -> Dense {
        let space = Space::new(Vec::new(), vec![0.0; 2], vec![1.0, 0.0, 0.0, 1.0]);
        let neighbours =
            vec![Neighbour::new(0, Lang::Sv, &[0.3, 0.0]), Neighbour::new(1, Lang::Sv, &[0.0, 0.3])];
        Dense::new(space, neighbours, vec![(vec![1.27, 0.0], 0.42), (vec![0.0, 1.27], 0.0)])
    }

    #[test]
    fn the_nearest_example_wins() {
        let opinion = tiny().opinion(&[0.3, 0.05], &[], 3);
        assert!(opinion.likeness[0] > opinion.likeness[1]);
        assert!((opinion.likeness[2] + 1.0).abs() < 1e-6, "a class without examples");
        assert!((opinion.margins[0] - 0.801).abs() < 1e-4);
    }

    #[test]
    fn survives_the_file_and_not_a_cut_one() {
        let mut out = Writer::default();
        tiny().write(&mut out);
        let bytes = out.finish();
        assert_eq!(Dense::read(&mut Reader::new(&bytes)), Some(tiny()));
        assert_eq!(Dense::read(&mut Reader::new(&bytes[..bytes.len() - 5])), None);
    }
}
