//! Examples that came after training: what staff have just written is found at once.
//!
//! Compares words and n-grams only; the dense model takes its own new neighbours. Without a
//! derived file every example is fresh, and this is the whole search.

use std::collections::HashMap;

use super::lexical::Vocabulary;

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

    /// Raises the margins of classes that have a fresh example like the text, up to 1 for the same
    /// text, as a trained model would have it, and gives the greatest likeness, 0–1. `steepness`
    /// says how fast the margin falls as the likeness does; beside trained classes a faint
    /// likeness must not count.
    pub fn raise(
        &self,
        margins: &mut [f32],
        vocabulary: &Vocabulary,
        words: &[String],
        steepness: f32,
    ) -> f32 {
        if self.classes.is_empty() {
            return 0.0;
        }
        let mut likeness = vec![0.0_f32; self.classes.len()];
        for (feature, value) in vocabulary.open_vector(words) {
            for (example, other) in self.postings.get(&feature).into_iter().flatten() {
                if let Some(sum) = likeness.get_mut(*example) {
                    *sum += value * other;
                }
            }
        }
        for (likeness, class) in likeness.iter().zip(&self.classes) {
            if let Some(margin) = margins.get_mut(*class) {
                *margin = margin.max(1.0 - steepness * (1.0 - likeness));
            }
        }
        likeness.into_iter().fold(0.0, f32::max)
    }
}
