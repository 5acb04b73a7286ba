//! Makes spellings comparable: letter case, diacritics, full-width and Arabic digits, variants of
//! Arabic letters, invisible characters. It knows nothing of places.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

/// A word of a text with its place in it.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// Bytes of the original text.
    pub range: Range<usize>,
    /// See [`fold`].
    pub key: String,
    /// See [`exact`].
    pub exact: String,
    /// Whether the word begins with an upper-case letter.
    pub capital: bool,
}

impl Token {
    /// The word after the name of a county, which is too large to be a place.
    pub(super) fn is_county(&self) -> bool {
        ["lan", "lans", "county"].contains(&self.key.as_str())
    }
}

/// The key of a name: lower case, no diacritics, no spaces or punctuation.
/// "Upplands-Väsby", "upplands vasby" and "UPPLANDSVÄSBY" are all `upplandsvasby`.
pub(crate) fn fold(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    fold_into(text, &mut key);
    key
}

/// As [`fold`], appended to `key`.
pub(super) fn fold_into(text: &str, key: &mut String) {
    for c in text.chars() {
        match c {
            'a'..='z' | '0'..='9' => key.push(c),
            'A'..='Z' => key.push(c.to_ascii_lowercase()),
            'å' | 'ä' | 'Å' | 'Ä' | 'æ' | 'Æ' => key.push('a'),
            'ö' | 'Ö' | 'ø' | 'Ø' => key.push('o'),
            c if c.is_ascii() => {}
            c => fold_rare(c, key),
        }
    }
}

/// Every other character: decomposed, and letters that do not decompose replaced.
fn fold_rare(c: char, key: &mut String) {
    for c in std::iter::once(c).nfkd().flat_map(char::to_lowercase) {
        match c {
            'ł' => key.push('l'),
            'đ' | 'ð' => key.push('d'),
            'ı' => key.push('i'),
            'ß' => key.push_str("ss"),
            'þ' => key.push_str("th"),
            'æ' => key.push('a'),
            'ø' => key.push('o'),
            c if is_mark(c) => {}
            c if c.is_alphanumeric() => key.push(plain_letter(digit(c))),
            _ => {}
        }
    }
}

/// A name in lower case with its diacritics kept, to tell "Habo" from "Håbo". The Danish and
/// Norwegian letters are taken for the Swedish ones.
pub(super) fn exact(text: &str) -> String {
    // Nearly every word is of these letters, which the tables of Unicode would leave as they are.
    if text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, 'å' | 'ä' | 'ö')) {
        return text.to_ascii_lowercase();
    }
    let swedish = |c| match c {
        'ø' => 'ö',
        'æ' => 'ä',
        c => c,
    };
    let lower = text.nfkc().flat_map(char::to_lowercase);
    lower.filter(|&c| c.is_alphanumeric()).map(swedish).collect()
}

/// The words of a text. Hyphens, apostrophes and all other punctuation part words; joiners,
/// marks and bidi controls inside a word do not.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut open: Option<Range<usize>> = None;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        match &mut open {
            Some(range) if c.is_alphanumeric() || is_mark(c) => range.end = end,
            Some(_) if is_invisible(c) => {}
            Some(range) => {
                found.extend(token(text, range.clone()));
                open = None;
            }
            None if c.is_alphanumeric() => open = Some(at..end),
            None => {}
        }
    }
    found.extend(open.and_then(|range| token(text, range)));
    found
}

fn token(text: &str, range: Range<usize>) -> Option<Token> {
    let word = text.get(range.clone())?;
    let key = fold(word);
    let capital = word.chars().next().is_some_and(char::is_uppercase);
    (!key.is_empty()).then(|| Token { range, key, exact: exact(word), capital })
}

/// The text with full-width and Arabic digits as ASCII and invisible characters gone; lower case.
pub(super) fn plain(text: &str) -> String {
    text.nfkc().filter(|&c| !is_invisible(c)).flat_map(char::to_lowercase).map(digit).collect()
}

/// A decimal digit of the scripts that our residents write, as ASCII.
pub(super) fn digit(c: char) -> char {
    let zero = match c {
        '\u{660}'..='\u{669}' => 0x660,
        '\u{6f0}'..='\u{6f9}' => 0x6f0,
        '\u{ff10}'..='\u{ff19}' => 0xff10,
        _ => return c,
    };
    char::from_digit(u32::from(c) - zero, 10).unwrap_or(c)
}

/// Joiners, bidi controls, the soft hyphen: they change how text looks, not what it says.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

/// Latin and Cyrillic diacritics, Hebrew and Arabic vowel signs, and the tatweel that only
/// stretches a word. Not the vowels of Indic scripts, which are letters to their readers.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{640}'
        | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6ed}')
}

/// One letter for the several that Arabic, Persian, Kurdish and Urdu keyboards give.
/// `g` of a foreign name is written gaf, ghain or kaf, and `p`, `v` lose their dots in Arabic.
fn plain_letter(c: char) -> char {
    match c {
        'ٱ' => 'ا',
        'گ' => 'غ',
        'ک' | 'ڪ' => 'ك',
        'ی' | 'ى' | 'ې' | 'ێ' => 'ي',
        'ہ' | 'ھ' | 'ة' | 'ە' => 'ه',
        'پ' => 'ب',
        'ڤ' => 'ف',
        'ۆ' | 'ۇ' => 'و',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_meet() {
        for (a, b) in [
            ("Upplands-Väsby", "upplands vasby"),
            ("Malmø", "Malmö"),
            ("ＭＯＴＡＬＡ", "motala"),
            ("ســتوكهولم", "ستوکهولم"),
            ("گوتنبرگ", "غوتنبرغ"),
            ("Гётеборг", "Гетеборг"),
            ("Mo\u{200d}tala", "Motala"),
        ] {
            assert_eq!(fold(a), fold(b), "{a} {b}");
        }
        assert_ne!(exact("Habo"), exact("Håbo"));
        assert_eq!(exact("Ha\u{30a}bo"), exact("Håbo"));
    }

    #[test]
    fn tokens_know_where_they_stand() {
        let text = "«Motala's» \u{200e}bor–i Åre";
        let words: Vec<&str> = tokens(text).iter().map(|t| &text[t.range.clone()]).collect();
        assert_eq!(words, ["Motala", "s", "bor", "i", "Åre"]);
    }
}
