//! What was understood lately, so that "hej" and "boka" are not thought about anew each time.
//!
//! In memory only, with masked and short texts, a limited number of them; the oldest goes first. Does
//! not understand anything itself.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use super::Understanding;

/// Texts that are kept.
const MOST: usize = 1_000;
/// Longer texts, in bytes, hardly come again.
const LONGEST: usize = 200;

/// Texts and what they were understood as.
#[derive(Default)]
pub struct Recent(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    known: HashMap<String, Understanding>,
    /// The texts, the oldest first.
    order: VecDeque<String>,
}

impl Recent {
    /// What is kept for the text.
    pub(super) fn get(&self, text: &str) -> Option<Understanding> {
        self.kept().known.get(text).cloned()
    }

    /// What is kept for the text, or else what `think` says, which is then kept. Others may ask
    /// meanwhile.
    pub(super) fn get_or(&self, text: &str, think: impl FnOnce() -> Understanding) -> Understanding {
        if text.len() > LONGEST {
            return think();
        }
        if let Some(known) = self.get(text) {
            return known;
        }
        let thought = think();
        let mut kept = self.kept();
        if kept.known.insert(text.to_owned(), thought.clone()).is_none() {
            kept.order.push_back(text.to_owned());
        }
        if kept.order.len() > MOST
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.known.remove(&oldest);
        }
        thought
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::knowledge::{Decision, Found};

    fn thought() -> Understanding {
        let found = Found { hits: Vec::new(), decision: Decision::Unknown, confidence: 0.0, lang: None };
        Understanding {
            intent: None,
            urgent: None,
            place: None,
            only_place: false,
            there: None,
            term: None,
            found,
            examination: None,
        }
    }

    fn thinks(recent: &Recent, text: &str) -> bool {
        let mut asked = false;
        recent.get_or(text, || {
            asked = true;
            thought()
        });
        asked
    }

    #[test]
    fn a_text_is_thought_about_once() {
        let recent = Recent::default();
        assert!(thinks(&recent, "hej"));
        assert!(!thinks(&recent, "hej"));
        assert!(thinks(&recent, "Hej"), "another spelling may mean another thing");
    }

    #[test]
    fn the_oldest_is_forgotten_and_the_number_never_grows() {
        let recent = Recent::default();
        for number in 0..=MOST {
            assert!(thinks(&recent, &number.to_string()));
        }
        assert_eq!(recent.kept().known.len(), MOST);
        assert_eq!(recent.kept().order.len(), MOST);
        assert!(thinks(&recent, "0"));
        assert!(!thinks(&recent, &MOST.to_string()));
    }

    #[test]
    fn long_texts_are_not_kept() {
        let (recent, long) = (Recent::default(), "x".repeat(LONGEST + 1));
        assert!(thinks(&recent, &long) && thinks(&recent, &long));
    }
}
