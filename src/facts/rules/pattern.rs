//! The notation of patterns in the operators' files, and its translation into expressions.
//!
//! `<name>` is any word of a list, `…` up to six words between. Patterns are folded, and fit from the
//! beginning of a word to the end of one. What a pattern means is for the caller.

use std::collections::BTreeMap;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

use super::fold::fold_pattern;
use crate::facts::problem::Problem;

/// What is wrong in a pattern or an entry, and the part of the file's text to look for.
#[derive(Debug)]
pub(in crate::facts) struct Wrong {
    /// What is wrong and how to mend it.
    pub message: String,
    /// Text that stands where it is wrong.
    pub near: Option<String>,
}

impl From<String> for Wrong {
    fn from(message: String) -> Self {
        Self { message, near: None }
    }
}

/// How patterns are written in one file.
#[derive(Debug, Default)]
pub(in crate::facts) struct Notation {
    /// Words of politeness, as alternatives, that may stand around a whole wish.
    pub courtesy: String,
    /// Lists of words, used as `<name>`.
    pub words: BTreeMap<String, Vec<String>>,
}

impl Notation {
    /// A pattern's expression with a space on both sides: what it matches in a text that has one too.
    pub(super) fn parse(&self, pattern: &str) -> Result<Hir, Wrong> {
        let space = || Hir::literal(*b" ");
        Ok(Hir::concat(vec![space(), expression(pattern, &self.expand(pattern)?)?, space()]))
    }

    /// The expression that fits where a pattern does: from the beginning of a word to the end of one, or
    /// over the whole text but for words of politeness.
    pub(super) fn bounded(&self, pattern: &str, whole: bool) -> Result<Hir, Wrong> {
        let expanded = self.expand(pattern)?;
        let bounded = if whole {
            let courtesy = fold_pattern(&self.courtesy);
            format!("^(?:(?:{courtesy}) )*(?:{expanded})(?: (?:{courtesy}))*$")
        } else {
            format!("(?:^| )(?:{expanded})(?: |$)")
        };
        expression(pattern, &bounded)
    }

    /// A pattern with its lists of words and gaps written out, and its letters folded.
    pub(super) fn expand(&self, pattern: &str) -> Result<String, Wrong> {
        let written_out = self.write_out(pattern, 0);
        let written_out = written_out.map_err(|message| Wrong { message, near: Some(pattern.to_owned()) })?;
        // "Anything but a space" costs far less as bytes than as all of Unicode.
        Ok(fold_pattern(&written_out).replace(" … ", "(?: [^ ]+){0,6} ").replace("[^ ]", "(?-u:[^ ])"))
    }

    /// A pattern with every `<name>` replaced, also inside the lists; `depth` is how far inside.
    fn write_out(&self, pattern: &str, depth: usize) -> Result<String, String> {
        const DEEPEST: usize = 4;
        let mut out = String::new();
        let mut rest = pattern;
        while let Some((before, name, after)) = reference(rest) {
            let words = self.words.get(name).ok_or_else(|| format!("there is no list of words <{name}>"))?;
            if depth >= DEEPEST {
                return Err(format!("the list of words <{name}> holds itself, or too many others"));
            }
            let words: Vec<String> =
                words.iter().map(|word| self.write_out(word, depth + 1)).collect::<Result<_, _>>()?;
            out.push_str(before);
            out.push_str("(?:");
            out.push_str(&words.join("|"));
            out.push(')');
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }
}

fn expression(pattern: &str, expanded: &str) -> Result<Hir, Wrong> {
    // Texts are read as bytes, so an expression may stop inside a letter.
    ParserBuilder::new().utf8(false).build().parse(expanded).map_err(|error| {
        let last = error.to_string().lines().last().unwrap_or_default().to_owned();
        let message = format!("not a regular expression: {pattern} ({last})");
        Wrong { message, near: Some(pattern.to_owned()) }
    })
}

/// The first `<name>` in a pattern, with what stands before and after it.
fn reference(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('<')?;
    let (name, after) = rest.split_once('>')?;
    Some((before, name, after))
}

/// The line of a byte, from 1.
pub(in crate::facts) fn line_of(text: &str, at: usize) -> u32 {
    let lines = text.get(..at).unwrap_or_default().matches('\n').count();
    u32::try_from(lines + 1).unwrap_or(u32::MAX)
}

/// Patterns that cannot be compiled as problems of their file, whose text is `text`.
pub(in crate::facts) fn problems<'a>(
    bad: impl Iterator<Item = &'a str>,
    file: &str,
    text: &str,
) -> Vec<Problem> {
    let problem = |pattern: &str| {
        let line = text.find(pattern).map(|at| line_of(text, at));
        Problem::error(file, line, format!("too large to be compiled: {pattern}"))
    };
    bad.map(problem).collect()
}
