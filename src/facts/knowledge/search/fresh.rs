//! Examples that came after training: what staff have just written is found at once.
//!
//! Compares words and n-grams only; the dense model takes its own new neighbours. Without a
//! derived file every example is fresh, and this is the whole search.

use std::collections::HashMap;

use super::lexical::Vocabulary;

/// Two likenesses so close are the same.
const CLEAR: f32 = 0.03;

/// How like a text is to every fresh example, 0–1, in their order.
#[derive(Debug, Default)]
pub(crate) struct Likeness(Vec<f32>);

/// An inverted index over the fresh examples.
#[derive(Debug, Default)]
pub(crate) struct Fresh {
    /// Feature → example and value.
    postings: HashMap<u32, Vec<(usize, f32)>>,
    /// The class of every example.
    classes: Vec<usize>,
}

impl Fresh {
    /// Adds an example of a class.
    pub fn add(&mut self, class: usize, vocabulary: &Vocabulary, words: &[String]) {
        for (feature, value) in vocabulary.open_vector(words) {
            self.postings.entry(feature).or_default().push((self.classes.len(), value));
        }
        self.classes.push(class);
    }

    /// How like a text is to every fresh example.
    pub fn compare(&self, vocabulary: &Vocabulary, words: &[String]) -> Likeness {
        let mut likeness = vec![0.0_f32; self.classes.len()];
        if !likeness.is_empty() {
            for (feature, value) in vocabulary.open_vector(words) {
                for (example, other) in self.postings.get(&feature).into_iter().flatten() {
                    if let Some(sum) = likeness.get_mut(*example) {
                        *sum += value * other;
                    }
                }
            }
        }
        Likeness(likeness)
    }

    /// The class of the example that is likest, and how like it is; nothing if an example of another
    /// class is as like.
    pub fn nearest(&self, likeness: &Likeness) -> Option<(usize, f32)> {
        let pairs = || self.classes.iter().copied().zip(likeness.0.iter().copied());
        let (class, best) = pairs().max_by(|a, b| a.1.total_cmp(&b.1))?;
        let clear = pairs().all(|(other, likeness)| other == class || likeness < best - CLEAR);
        clear.then_some((class, best.min(1.0)))
    }

    /// Raises the margins of classes that have a fresh example like the text, up to 1 for the same
    /// text, as a trained model would have it, and gives the greatest likeness, 0–1. `steepness`
    /// says how fast the margin falls as the likeness does; beside trained classes a faint
    /// likeness must not count.
    pub fn raise(&self, margins: &mut [f32], likeness: &Likeness, steepness: f32) -> f32 {
        for (likeness, class) in likeness.0.iter().zip(&self.classes) {
            if let Some(margin) = margins.get_mut(*class) {
                *margin = margin.max(1.0 - steepness * (1.0 - likeness));
            }
        }
        likeness.0.iter().copied().fold(0.0, f32::max)
    }
}
