//! How easy a text is to read: its sentences, their words, and the Swedish readability index.
//!
//! Counts only; how easy a text must be is for `quality`.

/// Whether a line of Markdown is a numbered step.
#[must_use]
pub fn is_step(line: &str) -> bool {
    line.split_once(". ").is_some_and(|(number, _)| number.parse::<u32>().is_ok())
}

/// The words of every sentence. A heading's name, a step's number and marks of emphasis are not read aloud.
#[must_use]
pub fn sentences(text: &str) -> Vec<Vec<String>> {
    text.lines().flat_map(sentences_of_line).collect()
}

/// The words of the sentences of one line: no sentence goes on over its end.
#[must_use]
pub fn sentences_of_line(line: &str) -> Vec<Vec<String>> {
    let line = line.trim();
    if line.starts_with("## ") {
        return Vec::new();
    }
    let line = if is_step(line) { line.split_once(". ").map_or(line, |(_, rest)| rest) } else { line };
    let line = line.trim_start_matches(['-', '*', ' ']).replace("**", "");
    let mut sentences = Vec::new();
    let mut sentence = Vec::new();
    for word in line.split_whitespace() {
        let letters = word.trim_matches(|c: char| !c.is_alphanumeric());
        if !letters.is_empty() {
            sentence.push(letters.to_owned());
        }
        if word.trim_end_matches(['”', '"', ')', '»']).ends_with(['.', '!', '?', ':']) {
            sentences.push(std::mem::take(&mut sentence));
        }
    }
    sentences.push(sentence);
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

/// The Swedish readability index: words in a sentence, and how many in a hundred have over six letters.
#[must_use]
pub fn lix(sentences: &[Vec<String>]) -> f64 {
    let words: Vec<&String> = sentences.iter().flatten().collect();
    let long = words.iter().filter(|word| word.chars().count() > 6).count();
    let (count, long, sentences) = (number(words.len()), number(long), number(sentences.len()));
    if words.is_empty() { 0.0 } else { count / sentences + 100.0 * long / count }
}

/// The mean of some values; 0 of none.
#[must_use]
pub fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / number(values.len().max(1))
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_a_reader_pauses() {
        let counts = |text: &str| sentences(text).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(
            counts("## fails\n1. Tryck på **Logga in**. Vänta!\n- Se ”Mina sidor.” Klart"),
            [4, 1, 3, 1]
        );
        assert_eq!(counts("en rad\noch en till"), [2, 3]);
        assert_eq!(counts("…\n\n"), [0_usize; 0]);
    }

    #[test]
    fn lix_counts_long_words() {
        // Five words in two sentences, one word of seven letters: 2.5 + 20.
        let text = sentences("Du kan ringa. Telefon hemma.");
        assert!((lix(&text) - 22.5).abs() < 1e-9, "{}", lix(&text));
        assert!(lix(&[]).abs() < 1e-9 && average(&[]).abs() < 1e-9);
    }
}
