//! Splits text into the pieces of words that the model knows.
//!
//! Normalises as the original tokenizer does (NFKC, and control
//! characters dropped), then takes the most probable sequence of pieces. Knows
//! nothing of languages and corrects no spelling.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

/// The number of the token that opens every text.
const START: u32 = 0;
/// The number of the token that closes every text.
const END: u32 = 1;
/// The number of the token for a character that no piece covers.
const UNKNOWN: u32 = 2;
/// The number of the first piece; the others follow in the order of the table.
const FIRST_PIECE: u32 = 3;

/// Tokens that are no pieces.
pub(super) const SPECIAL_TOKENS: usize = 3;

/// Stands for a space, and opens each word.
const SPACE: char = '\u{2581}';

/// Normalised characters that one token can cover, in practice. Text past this
/// many times the allowed tokens is not looked at.
const CHARACTERS_PER_TOKEN: usize = 16;

/// The known pieces, with how probable each is.
#[derive(Debug)]
pub(super) struct Tokenizer {
    /// All pieces one after the other, in the order of their bytes.
    text: Vec<u8>,
    /// Where each piece starts in `text`, and last where the last one ends.
    starts: Vec<usize>,
    /// Logarithm of each piece's probability.
    scores: Vec<f32>,
    /// Score of a character that no piece covers.
    unknown_score: f32,
    /// Tokens that a text may have, the opening and closing ones included.
    limit: usize,
}

/// The best way to reach a place in the text.
#[derive(Clone, Copy)]
struct Step {
    score: f32,
    token: u32,
    /// The place before the token.
    from: usize,
}

impl Tokenizer {
    /// Makes a tokenizer of pieces given by their `lengths` in `text`.
    ///
    /// Returns `None` unless the lengths add up to the text, there is a score for
    /// each piece, the pieces are sorted by their bytes and `limit` has room for text.
    pub(super) fn new(
        text: &[u8],
        lengths: &[u8],
        scores: Vec<f32>,
        unknown_score: f32,
        limit: usize,
    ) -> Option<Self> {
        let mut starts = Vec::with_capacity(lengths.len() + 1);
        let mut end = 0;
        starts.push(end);
        for length in lengths {
            end += usize::from(*length);
            starts.push(end);
        }
        let tokenizer = Self { text: text.to_vec(), starts, scores, unknown_score, limit };
        let count = lengths.len();
        let whole = end == text.len() && tokenizer.scores.len() == count;
        let sorted = (1..count).all(|i| tokenizer.piece(i - 1) < tokenizer.piece(i));
        (whole && sorted && limit > 2).then_some(tokenizer)
    }

    /// Returns the numbers of the tokens of `text`, the opening and closing ones
    /// included. What is over the limit is cut off before the closing one.
    pub(super) fn tokens(&self, text: &str) -> Vec<u32> {
        let text = normalise(text, self.limit.saturating_mul(CHARACTERS_PER_TOKEN));
        let mut tokens = vec![START];
        tokens.extend(self.split(&text).into_iter().take(self.limit.saturating_sub(2)));
        tokens.push(END);
        tokens
    }

    /// Returns the most probable sequence of pieces for normalised text.
    fn split(&self, text: &str) -> Vec<u32> {
        let places: Vec<usize> = text.char_indices().map(|(place, _)| place).chain([text.len()]).collect();
        let unreached = Step { score: f32::NEG_INFINITY, token: UNKNOWN, from: 0 };
        let mut steps = vec![unreached; places.len()];
        steps[0].score = 0.0;
        for from in 0..places.len() - 1 {
            let before = steps[from].score;
            let mut reach = |to: usize, score: f32, token: u32| {
                if before + score > steps[to].score {
                    steps[to] = Step { score: before + score, token, from };
                }
            };
            let mut matching = 0..self.scores.len();
            for to in from + 1..places.len() {
                let (known, next) = (places[to - 1] - places[from], places[to - 1]..places[to]);
                matching = self.narrow(matching, known, &text.as_bytes()[next]);
                if matching.is_empty() {
                    break;
                }
                let first = matching.start;
                if self.piece(first).len() == places[to] - places[from] {
                    let number = u32::try_from(first).unwrap_or(u32::MAX - FIRST_PIECE);
                    reach(to, self.scores[first], FIRST_PIECE + number);
                }
            }
            reach(from + 1, self.unknown_score, UNKNOWN);
        }
        trace_back(&steps)
    }

    /// Returns the piece with this place in the table.
    fn piece(&self, index: usize) -> &[u8] {
        match self.starts.get(index..) {
            Some([start, end, ..]) => self.text.get(*start..*end).unwrap_or_default(),
            _ => &[],
        }
    }

    /// Narrows pieces that share their first `known` bytes to those that go on
    /// with `next`.
    fn narrow(&self, pieces: Range<usize>, known: usize, next: &[u8]) -> Range<usize> {
        let following = |index: usize| {
            let rest = self.piece(index).get(known..).unwrap_or_default();
            &rest[..rest.len().min(next.len())]
        };
        let start = first_where(pieces.clone(), |index| following(index) >= next);
        let end = first_where(start..pieces.end, |index| following(index) > next);
        start..end
    }
}

/// Returns the first of `range` that `holds`, or its end. Once it holds, it must
/// hold for all that follow.
fn first_where(range: Range<usize>, holds: impl Fn(usize) -> bool) -> usize {
    let Range { mut start, mut end } = range;
    while start < end {
        let middle = start.midpoint(end);
        if holds(middle) {
            end = middle;
        } else {
            start = middle + 1;
        }
    }
    start
}

/// Returns the tokens that led to the last of `steps`, first to last.
fn trace_back(steps: &[Step]) -> Vec<u32> {
    let mut tokens = Vec::new();
    let mut place = steps.len() - 1;
    while place > 0 {
        tokens.push(steps[place].token);
        place = steps[place].from;
    }
    tokens.reverse();
    tokens
}

/// Returns the first `limit` characters of `text` as the model expects them: a
/// [`SPACE`] before each word, and none elsewhere.
fn normalise(text: &str, limit: usize) -> String {
    let mut result = String::new();
    let mut after_space = true;
    for character in text.nfkc().take(limit) {
        match character {
            character if is_space(character) => after_space = true,
            character if is_dropped(character) => {}
            character => {
                if after_space {
                    result.push(SPACE);
                }
                after_space = false;
                result.push(character);
            }
        }
    }
    result
}

/// Whether the original tokenizer reads `character` as a space, after NFKC.
fn is_space(character: char) -> bool {
    matches!(
        character,
        ' ' | '\t' | '\n' | '\u{c}' | '\r' | '\u{1680}' | '\u{200b}'
            ..='\u{200f}' | '\u{2028}' | '\u{2029}' | SPACE | '\u{feff}' | '\u{fffd}'
    )
}

/// Whether the original tokenizer leaves `character` out.
fn is_dropped(character: char) -> bool {
    matches!(character, '\0'..='\u{1f}' | '\u{7f}' | '\u{8f}' | '\u{9f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Knows a few pieces, the longer ones more probable.
    fn tokenizer() -> Tokenizer {
        let mut pieces = ["\u{2581}", "\u{2581}hej", "h", "he", "j", "\u{e5}", "\u{2581}p"];
        pieces.sort_unstable();
        let lengths: Vec<u8> = pieces.iter().map(|piece| u8::try_from(piece.len()).unwrap()).collect();
        let scores = lengths.iter().map(|length| f32::from(*length) - 9.0).collect();
        Tokenizer::new(pieces.concat().as_bytes(), &lengths, scores, -20.0, 8).unwrap()
    }

    fn spelt(tokens: &[u32]) -> Vec<String> {
        let tokenizer = tokenizer();
        let index = |token: &u32| usize::try_from(token - FIRST_PIECE).unwrap();
        let piece = |token| tokenizer.piece(index(token)).to_vec();
        let known = tokens.iter().filter(|token| **token >= FIRST_PIECE);
        known.map(|token| String::from_utf8(piece(token)).unwrap()).collect()
    }

    #[test]
    fn most_probable_pieces_are_taken() {
        let tokens = tokenizer().tokens("hej  p\u{e5}");
        assert_eq!(spelt(&tokens), ["\u{2581}hej", "\u{2581}p", "\u{e5}"]);
        assert_eq!((tokens[0], tokens[tokens.len() - 1]), (START, END));
    }

    #[test]
    fn letters_typed_in_two_parts_are_joined() {
        assert_eq!(tokenizer().tokens("a\u{30a}"), tokenizer().tokens("\u{e5}"));
    }

    #[test]
    fn characters_without_a_piece_are_unknown() {
        assert_eq!(tokenizer().tokens("h\u{4e2d}")[3], UNKNOWN);
    }

    #[test]
    fn long_text_is_cut_before_the_end() {
        let tokens = tokenizer().tokens(&"j ".repeat(10_000));
        assert_eq!(tokens.len(), 8);
        assert_eq!(tokens[7], END);
    }

    #[test]
    fn empty_and_control_text_has_no_pieces() {
        assert_eq!(tokenizer().tokens(""), [START, END]);
        assert_eq!(tokenizer().tokens("\0\u{7} \n\u{200d}"), [START, END]);
    }

    #[test]
    fn inconsistent_tables_are_refused() {
        assert!(Tokenizer::new(b"ab", &[1, 2], vec![0.0; 2], -1.0, 8).is_none());
        assert!(Tokenizer::new(b"ba", &[1, 1], vec![0.0; 2], -1.0, 8).is_none());
        assert!(Tokenizer::new(b"ab", &[1, 1], vec![0.0; 1], -1.0, 8).is_none());
    }
}
