//! What has been embedded before, so that building the search anew embeds only what is new.
//!
//! Forgets everything when it is full; which texts are worth keeping it does not know.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::Embedder;

/// The most texts that are kept, at 1.5 kilobytes each.
const MOST: usize = 4_000;

/// Texts and their vectors.
#[derive(Debug, Default)]
pub struct Memo(Mutex<HashMap<String, Vec<f32>>>);

impl Memo {
    /// The vector of a text: as it was found before, or found now.
    #[must_use]
    pub fn embed(&self, embedder: &Embedder, text: &str) -> Vec<f32> {
        if let Some(known) = self.lock().get(text) {
            return known.clone();
        }
        // Not under the lock: it takes tens of milliseconds.
        let vector = embedder.embed(text);
        let mut kept = self.lock();
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(text.to_owned(), vector.clone());
        vector
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Vec<f32>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
