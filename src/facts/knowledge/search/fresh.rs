//! Examples that came after training: what staff have just written is found at once.
//!
//! Compares words and n-grams only; the dense model takes its own new neighbours. Without a
//! derived file every example is fresh, and this is the whole search.

use std::collections::HashMap;

use super::lexical::{Vector, Vocabulary};

/// An inverted index over the fresh examples.
#[derive(Debug, Default)]
pub(crate) struct Fresh {
    /// Feature → example and value.
    postings: HashMap<u32, Vec<(usize, f32)>>,
    /// Class and length of every example.
    examples: Vec<(usize, f32)>,
}

impl Fresh {
    /// Adds an example of a class.
    pub fn add(&mut self, class: usize, vocabulary: &Vocabulary, words: &[String]) {
        let vector = vocabulary.vector(words);
        for (feature, value) in &vector.values {
            self.postings.entry(*feature).or_default().push((self.examples.len(), *value));
        }
        self.examples.push((class, length(&vector)));
    }

    /// Raises the margins of classes that have a fresh example like the text, up to 1 for the same
    /// text, as a trained model would have it. `steepness` says how fast the margin falls as the
    /// likeness does; beside trained classes a faint likeness must not count.
    pub fn raise(&self, margins: &mut [f32], vector: &Vector, steepness: f32) {
        let mut products = vec![0.0_f32; self.examples.len()];
        for (feature, value) in &vector.values {
            for (example, other) in self.postings.get(feature).into_iter().flatten() {
                if let Some(product) = products.get_mut(*example) {
                    *product += value * other;
                }
            }
        }
        let own = length(vector);
        for (product, (class, length)) in products.iter().zip(&self.examples) {
            if let Some(margin) = margins.get_mut(*class)
                && own * length > 0.0
            {
                *margin = margin.max((1.0 - steepness * (1.0 - product / (own * length))).max(-1.0));
            }
        }
    }
}

fn length(vector: &Vector) -> f32 {
    vector.values.iter().map(|(_, x)| x * x).sum::<f32>().sqrt()
}
