//! Finds codes and passwords beside a word that announces them: "min kod är 1234".
//!
//! Reads the words between the announcement and the value, so that "koden är fel" and "koden till
//! 1177" stay as they are. A value without such a word beside it is not found.

use std::ops::Range;

use super::digits::{self, Group, is_dash, joined};
use super::trigger::{Kind, Trigger, is_word, plain};
use super::value::{PUBLIC, Told, Value};
use super::{CODE_MARK, Find};

/// Words that mean "is" in the languages served; "to" and "on" only beside words of their own language.
const IS: &[&str] = &[
    "är", "ar", "e", "var", "blev", "blir", "lyder", "is", "was", "это", "це", "є", "був", "oli", "jest",
    "brzmi", "był", "było", "هو", "هي", "كان", "كانت", "بود", "waa", "wuxuu", "yahay", "ahaa",
];

/// Words that join a number to the announcement behind it: "482913 is your code", "482913 som kod".
const JOINS: &[&str] = &["is", "som", "as", "jako", "як", "to", "on", "—", "–", "-"];

/// The most words between the announcement and the value.
const MOST_BETWEEN: usize = 6;

pub(super) fn find(text: &str, groups: &[Group], triggers: &[Trigger]) -> Vec<Find> {
    let find = |bytes| Find { bytes, mark: CODE_MARK };
    let behind = triggers.iter().filter_map(|trigger| behind(text, groups, trigger)).map(find);
    behind.chain(triggers.iter().filter_map(|trigger| before(text, groups, trigger)).map(find)).collect()
}

/// The value that follows an announcement.
fn behind(text: &str, groups: &[Group], trigger: &Trigger) -> Option<Range<usize>> {
    let mut at = trigger.end;
    let mut told = Told::No;
    let mut between = 0;
    let mut last = String::new();
    loop {
        let (next, marked) = skip(text, at, between == 0 || told != Told::No)?;
        at = next;
        if marked && told == Told::No {
            told = Told::Marked;
        }
        let rest = text.get(at..)?;
        if let Some(quoted) = quoted(rest, trigger, told) {
            return Some(at + quoted.start..at + quoted.end);
        }
        let is_digit = rest.chars().next().is_some_and(|c| digits::value(c).is_some());
        if is_digit {
            let value = Value { text, groups, trigger, told, between, last: &last };
            return value.number(at).or_else(|| value.password(at));
        }
        let word = rest.get(..rest.len() - rest.trim_start_matches(is_word).len())?;
        let lower = plain(word);
        if is_copula(&lower, trigger) {
            (told, at) = (Told::Said, at + word.len());
            continue;
        }
        let value = Value { text, groups, trigger, told, between, last: &last };
        if let Some(found) = value.password(at) {
            return Some(found);
        }
        if word.is_empty() || between >= MOST_BETWEEN || names_another_number(&lower) {
            return None;
        }
        // "Ali1360" is passed over whole.
        let whole = rest.trim_start_matches(|c: char| is_word(c) || c.is_alphanumeric());
        (told, between, last, at) = (Told::No, between + 1, lower, at + rest.len() - whole.len());
    }
}

/// Skips what may stand between words; `None` at the end of the sentence. Tells whether it was a mark
/// that says "now it comes".
fn skip(text: &str, from: usize, lines_too: bool) -> Option<(usize, bool)> {
    let mut marked = false;
    for (at, c) in text.get(from..)?.char_indices() {
        match c {
            '\n' if !lines_too => return None,
            c if c.is_whitespace() || digits::is_invisible(c) => {}
            ',' | '،' | '(' => {}
            ':' | '=' | '：' | '>' => marked = true,
            c if is_dash(c) => marked = true,
            '.' | ';' | '?' | '!' | '؟' | '[' | ']' => return None,
            _ => return Some((from + at, marked)),
        }
    }
    None
}

fn is_copula(word: &str, trigger: &Trigger) -> bool {
    IS.contains(&word) || (!trigger.english && (word == "to" || word == "on"))
}

/// Whether a word between says that the number to come is another one.
fn names_another_number(word: &str) -> bool {
    let inside =
        ["nummer", "numret", "number", "numer", "номер", "رقم", "شماره", "order", "faktura", "invoice"];
    inside.iter().any(|part| word.contains(part))
        || ["kl", "klockan", "ocr", "ring", "ringde", "tel"].contains(&word)
}

/// A value in quotation marks after "is" or a mark.
fn quoted(rest: &str, trigger: &Trigger, told: Told) -> Option<Range<usize>> {
    let open = rest.chars().next().filter(|c| matches!(c, '"' | '”' | '“' | '\'' | '’' | '«' | '„' | '`'))?;
    let inside = rest.get(open.len_utf8()..)?;
    let end = inside.find(['"', '”', '“', '\'', '’', '»', '`', '\n'])?;
    let value = inside.get(..end)?;
    let is_code = value.chars().any(|c| digits::value(c).is_some());
    let fits =
        (told != Told::No || is_code) && (3..=40).contains(&value.chars().count()) && !value.contains('[');
    (fits && (is_code || trigger.kind == Kind::Password)).then(|| open.len_utf8()..open.len_utf8() + end)
}

/// The number before an announcement: "482913 is your code".
fn before(text: &str, groups: &[Group], trigger: &Trigger) -> Option<Range<usize>> {
    const MOST_WORDS: usize = 4;
    let count = groups.partition_point(|group| group.end <= trigger.start);
    let run = digits::runs(groups.get(..count)?).last()?;
    let (first, last) = (run.first()?, run.last()?);
    let mut words = text.get(last.end..trigger.start)?.split_whitespace().map(plain);
    let joins =
        words.next().is_some_and(|word| IS.contains(&word.as_str()) || JOINS.contains(&word.as_str()));
    let harmless =
        |word: &String| word.chars().all(|c| is_word(c) && c != '[') && !names_another_number(word);
    if !joins || !words.clone().all(|word| harmless(&word)) || words.count() >= MOST_WORDS {
        return None;
    }
    let value = joined(run);
    let glued = |c: char| c.is_alphanumeric() || matches!(c, '/' | '+');
    let is_phone = value.starts_with(&[0]) && value.len() >= 9;
    let ruled_out =
        PUBLIC.contains(&value.as_slice()) || is_phone || text.get(..first.start)?.ends_with(glued);
    ((4..=10).contains(&value.len()) && !ruled_out).then_some(first.start..last.end)
}
