//! Makes texts comparable with patterns: lower case, no diacritics, words parted by one space.
//!
//! The letters fold as the places' names do, so that "å" is "a" and all alefs are one.

use unicode_normalization::UnicodeNormalization;

/// A text as [`fold`] writes it, so that it is folded once for all who read it.
#[derive(Debug)]
pub struct Folded(String);

impl Folded {
    /// Folds a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(fold(text))
    }

    /// What the text has become.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text in lower case without diacritics; everything but letters and digits is one space.
pub(in crate::facts) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().flat_map(char::to_lowercase) {
        if is_silent(c) {
            continue;
        }
        match letter(c) {
            Some(letter) => folded.push(letter),
            None if folded.ends_with(' ') || folded.is_empty() => {}
            None => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// A pattern with its letters folded as in [`fold`]; everything else is left as it is.
pub(super) fn fold_pattern(pattern: &str) -> String {
    let mut folded = String::with_capacity(pattern.len());
    for c in pattern.chars() {
        match c {
            // NFKD would write the gap sign as three dots.
            '…' => folded.push(c),
            c if is_silent(c) => {}
            c if c.is_ascii() => folded.push(c.to_ascii_lowercase()),
            c => {
                let heard = std::iter::once(c).nfkd().filter(|c| !is_silent(*c)).flat_map(char::to_lowercase);
                folded.extend(heard.map(|c| letter(c).unwrap_or(c)));
            }
        }
    }
    folded
}

/// The one letter or digit that a letter or digit stands for.
fn letter(c: char) -> Option<char> {
    Some(match c {
        'a'..='z' | '0'..='9' => c,
        'ł' => 'l',
        'đ' | 'ð' => 'd',
        'ø' => 'o',
        'æ' => 'a',
        'ı' => 'i',
        'ک' | 'ڪ' => 'ك',
        'ی' | 'ى' | 'ې' => 'ي',
        'ہ' | 'ھ' | 'ة' | 'ە' => 'ه',
        'ٱ' => 'ا',
        '\u{660}'..='\u{669}' => digit(c, 0x660),
        '\u{6f0}'..='\u{6f9}' => digit(c, 0x6f0),
        c if c.is_alphanumeric() => c,
        _ => return None,
    })
}

fn digit(c: char, zero: u32) -> char {
    char::from_digit(u32::from(c) - zero, 10).unwrap_or(c)
}

/// Diacritics, vowel signs, the tatweel, apostrophes and what cannot be seen.
fn is_silent(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '`' | '´' | '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{640}' | '\u{64b}'..='\u{65f}'
        | '\u{670}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_meet() {
        for (text, folded) in [
            ("  Hej,  PÅ-dig!! ", "hej pa dig"),
            ("I don't", "i dont"),
            ("نمی\u{200c}خواهم", "نميخواهم"),
            ("الـســلامُ", "السلام"),
            ("комп’ютер Źdźbło", "компютер zdzblo"),
            ("١٢ ۳", "12 3"),
        ] {
            assert_eq!(fold(text), fold(folded), "{text}");
            assert_eq!(fold(&fold(text)), fold(text), "{text}");
        }
        assert_eq!(fold_pattern("(på|Å)[^ ]* … ска'чати?"), "(pa|a)[^ ]* … скачати?");
    }
}
