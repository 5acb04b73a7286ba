//! Turns what somebody typed into words and character n-grams.
//!
//! Folding makes *Återställa* and *aterstalla* the same, as many phones and many people write
//! without å ä ö. Does not correct spelling (`speller`) and knows no language.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use super::num::{count, hash};

/// Longest text that is read, in characters; what follows seldom changes what is asked.
pub const LONGEST: usize = 600;

/// Features: the hash of an n-gram or a word, and how many times it occurs; in the order of hashes.
pub(crate) type Counts = Vec<(u32, f32)>;

/// Lower case, no accents, letters and digits in words separated by one space.
#[must_use]
pub fn fold(text: &str) -> String {
    words(text).join(" ")
}

/// The folded words of a text.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars().take(LONGEST) {
        // Nearly every letter is one of these; the others are looked up in the tables of Unicode.
        match c {
            'a'..='z' | '0'..='9' => word.push(c),
            'A'..='Z' => word.push(c.to_ascii_lowercase()),
            'å' | 'ä' | 'Å' | 'Ä' => word.push('a'),
            'ö' | 'Ö' => word.push('o'),
            ' ' => end_word(&mut word, &mut words),
            other => decompose_compatible(other, |part| {
                if part.is_alphanumeric() && !is_combining_mark(part) {
                    word.extend(part.to_lowercase().map(plain));
                } else if !is_combining_mark(part) {
                    end_word(&mut word, &mut words);
                }
            }),
        }
    }
    end_word(&mut word, &mut words);
    words
}

fn end_word(word: &mut String, words: &mut Vec<String>) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// Letters with a stroke, which have no decomposition in Unicode.
fn plain(c: char) -> char {
    match c {
        'ø' => 'o',
        'ł' => 'l',
        'đ' => 'd',
        'æ' => 'a',
        other => other,
    }
}

/// Character 2–5-grams within words (a word is padded with a space at either end).
pub(crate) fn gram_counts(words: &[String]) -> Counts {
    let mut grams = Vec::new();
    let mut padded = Vec::new();
    for word in words {
        padded.clear();
        padded.extend(std::iter::once(' ').chain(word.chars()).chain(std::iter::once(' ')));
        for n in 2..=5 {
            grams.extend(padded.windows(n).map(|gram| short_hash(b'g', gram.iter().copied())));
            if padded.len() <= n {
                break;
            }
        }
    }
    counted(grams)
}

/// Words and pairs of neighbouring words.
pub(crate) fn word_counts(words: &[String]) -> Counts {
    let mut found: Vec<u32> = words.iter().map(|word| short_hash(b'w', word.chars())).collect();
    for pair in words.windows(2) {
        if let [first, second] = pair {
            let both = first.chars().chain(std::iter::once(' ')).chain(second.chars());
            found.push(short_hash(b'p', both));
        }
    }
    counted(found)
}

fn counted(mut hashes: Vec<u32>) -> Counts {
    hashes.sort_unstable();
    hashes.chunk_by(u32::eq).filter_map(|same| Some((*same.first()?, count(same.len())))).collect()
}

/// Thirty-two bits are enough: some 60,000 features make a handful of collisions.
fn short_hash(kind: u8, chars: impl Iterator<Item = char>) -> u32 {
    let bytes = chars.flat_map(|c| u32::from(c).to_le_bytes().into_iter().take(3));
    let long = hash(std::iter::once(kind).chain(bytes));
    u32::try_from((long ^ (long >> 32)) & u64::from(u32::MAX)).unwrap_or(0)
}

/// A seeded stream of misspellings, for augmentation and for evaluation.
///
/// Per letter, with probability `rate`: another letter, no letter, one letter too many, or the
/// next two letters swapped.
#[must_use]
pub fn misspell(text: &str, rate: f32, seed: u64) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
    let mut bits = crate::model::id::Fresh::new(seed ^ hash(text.bytes()));
    let mut share = || count(usize::try_from(bits.bits() >> 50).unwrap_or(0)) / 16384.0;
    let pick = |share: f32| {
        let sure = |(i, _): &(usize, &u8)| share * 26.0 < count(i + 1);
        char::from(LETTERS.iter().enumerate().find(sure).map_or(b'e', |(_, letter)| *letter))
    };
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if !c.is_alphabetic() || share() >= rate {
            out.push(c);
            continue;
        }
        match (share() * 4.0, pick(share())) {
            (kind, other) if kind < 1.0 => out.push(other),
            (kind, _) if kind < 2.0 => {}
            (kind, other) if kind < 3.0 => out.extend([c, other]),
            _ => {
                out.extend(chars.next());
                out.push(c);
            }
        }
    }
    out
}

/// The same text as somebody types it who has no å ä ö on the keyboard.
#[must_use]
pub fn without_rings_and_dots(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'å' | 'ä' => 'a',
            'ö' => 'o',
            'Å' | 'Ä' => 'A',
            'Ö' => 'O',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_drops_accents_case_and_punctuation() {
        assert_eq!(fold("  Återställa lösenord?! "), "aterstalla losenord");
        assert_eq!(fold("bank-id"), "bank id");
        assert_eq!(fold("Łódź"), "lodz");
    }

    #[test]
    fn folding_agrees_with_the_normal_form_of_unicode() {
        use unicode_normalization::UnicodeNormalization;
        let every = (0..=0x1_FFFF).filter_map(char::from_u32);
        for text in every.map(|c| format!("a{c}b")) {
            let normal: String = text.nfkd().filter(|c| !is_combining_mark(*c)).collect();
            assert_eq!(words(&text), words(&normal), "{text:?}");
        }
    }

    #[test]
    fn misspelling_is_reproducible_and_keeps_most_letters() {
        let text = "hur skaffar jag mobilt bankid på min nya telefon";
        assert_eq!(misspell(text, 0.08, 1), misspell(text, 0.08, 1));
        assert_ne!(misspell(text, 0.3, 1), text);
        assert_eq!(misspell(text, 0.0, 1), text);
    }

    #[test]
    fn grams_of_short_words_exist() {
        assert!(!gram_counts(&["a".to_owned()]).is_empty());
        assert!(word_counts(&[]).is_empty());
    }
}
