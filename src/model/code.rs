//! The code of a visit: short enough to be read over the phone, with a check against slips.
//!
//! Draws from the stream that it is handed; whether a code is taken, the store knows.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::id::Fresh;

/// The letters and digits of a code: no `0 O 1 I L`, nor `5 S`, `2 Z`, `8 B`, `U V` side by side,
/// which are misread or misheard.
const ALPHABET: &[u8; 23] = b"ACDEFGHJKMNPQRTWXY34679";

/// Six characters: five drawn at random and a check character that catches every single wrong
/// character and every swap of two neighbours (weights 1–5 modulo the prime 23).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VisitCode(String);

/// The text is not a code, or has a slip in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the code of a visit")]
pub struct BadCode;

fn check_character(values: impl Iterator<Item = usize>) -> char {
    let sum: usize = values.enumerate().map(|(i, value)| (i + 1) * value).sum();
    char::from(ALPHABET[sum % ALPHABET.len()])
}

impl VisitCode {
    /// Draws a code.
    pub fn draw(fresh: &mut Fresh) -> Self {
        let mut bits = fresh.bits();
        let mut values = [0; 5];
        for value in &mut values {
            *value = usize::try_from(bits % 23).unwrap_or(0);
            bits /= 23;
        }
        let mut code: String = values.iter().map(|v| char::from(ALPHABET[*v])).collect();
        code.push(check_character(values.into_iter()));
        Self(code)
    }

    /// The code as kept: six characters without a gap.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Finds a code in a text, e.g. "avboka KMT 4RW tack".
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let pairs = words.windows(2).map(concat_words);
        words.iter().map(ToString::to_string).chain(pairs).find_map(|word| word.parse().ok())
    }
}

fn concat_words(words: &[&str]) -> String {
    words.concat()
}

impl fmt::Display for VisitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = self.0.split_at(3);
        write!(f, "{first} {last}")
    }
}

impl FromStr for VisitCode {
    type Err = BadCode;

    fn from_str(text: &str) -> Result<Self, BadCode> {
        let code: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let values: Option<Vec<usize>> =
            code.bytes().map(|b| ALPHABET.iter().position(|a| *a == b)).collect();
        match values {
            Some(values) if values.len() == 6 => {
                let check = check_character(values.iter().copied().take(5));
                if code.ends_with(check) { Ok(Self(code)) } else { Err(BadCode) }
            }
            _ => Err(BadCode),
        }
    }
}

impl TryFrom<String> for VisitCode {
    type Error = BadCode;

    fn try_from(text: String) -> Result<Self, BadCode> {
        text.parse()
    }
}

impl From<VisitCode> for String {
    fn from(code: VisitCode) -> String {
        code.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_survives_being_read_aloud_but_not_a_slip() {
        let mut fresh = Fresh::new(1);
        for _ in 0..200 {
            let code = VisitCode::draw(&mut fresh);
            assert_eq!(code.to_string().to_lowercase().parse(), Ok(code.clone()));
            let chars: Vec<char> = code.as_str().chars().collect();
            for i in 0..6 {
                for wrong in ALPHABET.iter().map(|b| char::from(*b)).filter(|c| *c != chars[i]) {
                    let mut slip = chars.clone();
                    slip[i] = wrong;
                    assert!(slip.iter().collect::<String>().parse::<VisitCode>().is_err());
                }
            }
            for i in 0..4 {
                let mut swap = chars.clone();
                swap.swap(i, i + 1);
                let read = swap.iter().collect::<String>().parse::<VisitCode>();
                assert_eq!(read.is_ok(), swap == chars);
            }
        }
    }

    #[test]
    fn a_code_is_found_in_a_sentence() {
        let code = VisitCode::draw(&mut Fresh::new(2));
        assert_eq!(VisitCode::find(&format!("hej, avboka {code} tack")), Some(code));
        assert_eq!(VisitCode::find("hej jag vill avboka tack"), None);
    }
}
