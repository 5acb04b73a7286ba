//! Whether articles are fit for their readers: complete in the languages that must be, the answer first,
//! few steps, a dated official link, and words that are easy enough to read.
//!
//! An article that falls short is still shown; `digidel check` warns of it. What makes a file unusable is
//! told by `article`.

use std::collections::{BTreeMap, BTreeSet};

use super::article::{self, LinkTo};
use super::reading::{average, is_step, lix, sentences, sentences_of_line};
use super::{Link, read_links};
use crate::facts::problem::Problem;
use crate::facts::source::Source;
use crate::model::id::ArticleId;
use crate::model::lang::Lang;

/// The languages that every article must have.
const REQUIRED: [Lang; 3] = [Lang::Sv, Lang::SvEasy, Lang::En];
const MOST_STEPS: usize = 7;
const LONGEST_TITLE: usize = 60;
/// The most words of an article, and of one in easy Swedish.
const MOST_WORDS: [usize; 2] = [190, 170];
/// What easy Swedish may ask of its reader in one breath.
pub const LONGEST_EASY_SENTENCE: usize = 15;
/// The highest average LIX of the articles in Swedish, and in easy Swedish.
pub const HIGHEST_LIX: [f64; 2] = [40.0, 30.0];

/// One article's file.
struct File {
    name: String,
    id: ArticleId,
    lang: Lang,
    contents: String,
}

/// The average LIX of all articles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lix {
    /// In Swedish.
    pub swedish: f64,
    /// In easy Swedish.
    pub easy: f64,
}

/// Everything in the articles of a source that falls short, with file and line.
#[must_use]
pub fn check(source: &Source) -> (Lix, Vec<Problem>) {
    let files: Vec<File> =
        source.names("knowledge/").into_iter().filter_map(|name| read(source, name)).collect();
    // What is wrong in the file of links is told when it is loaded.
    let links = read_links(source, &mut Vec::new());
    let ids: BTreeSet<&ArticleId> = files.iter().map(|file| &file.id).collect();
    let mut problems = missing(&ids, &files);
    for file in files.iter().filter(|file| REQUIRED.contains(&file.lang)) {
        let Some((head, body)) = file.contents.split_once("\n+++\n") else { continue };
        check_head(file, head, &mut problems);
        if file.lang == Lang::Sv {
            check_swedish_head(file, &ids, &links, &mut problems);
        }
        let first_line = head.matches('\n').count() + 3;
        check_body(file, body, first_line, &mut problems);
    }
    let lix = lix_of(&files);
    for (name, lix, highest) in
        [("Swedish", lix.swedish, HIGHEST_LIX[0]), ("easy Swedish", lix.easy, HIGHEST_LIX[1])]
    {
        if lix > highest {
            let message =
                format!("LIX of the articles in {name} is {lix:.1} on average; at most {highest:.0}");
            problems.push(Problem::warning("knowledge/", None, message));
        }
    }
    (lix, problems)
}

fn read(source: &Source, name: String) -> Option<File> {
    let (id, lang) = article::name_parts(&name)?;
    let contents = source.text(&name)?;
    Some(File { name, id, lang, contents })
}

fn missing(ids: &BTreeSet<&ArticleId>, files: &[File]) -> Vec<Problem> {
    let there: BTreeSet<(&ArticleId, Lang)> = files.iter().map(|file| (&file.id, file.lang)).collect();
    let wanted = ids.iter().flat_map(|id| REQUIRED.map(|lang| (*id, lang)));
    wanted
        .filter(|wanted| !there.contains(wanted))
        .map(|(id, lang)| {
            let file = format!("knowledge/{id}.{lang}.md");
            Problem::warning(
                &file,
                None,
                "missing: every article is needed in Swedish, easy Swedish and English",
            )
        })
        .collect()
}

fn check_head(file: &File, head: &str, problems: &mut Vec<Problem>) {
    // A front matter that cannot be read is an error already.
    let Ok(table) = head.trim_start_matches("+++\n").parse::<toml::Table>() else { return };
    let mut warn =
        |key: &str, what: String| problems.push(Problem::warning(&file.name, line_of_key(head, key), what));
    let title = table.get("title").and_then(toml::Value::as_str).unwrap_or_default();
    if title.is_empty() || title.chars().count() > LONGEST_TITLE {
        warn("title", format!("the title must have 1 to {LONGEST_TITLE} characters"));
    }
    let examples = table.get("examples").and_then(toml::Value::as_array).map_or(0, Vec::len);
    let needed = match file.lang {
        Lang::Sv => 20,
        Lang::En => 10,
        _ => 0,
    };
    if examples < needed {
        warn("examples", format!("{examples} example questions; the search needs {needed}"));
    }
}

fn check_swedish_head(
    file: &File,
    ids: &BTreeSet<&ArticleId>,
    links: &BTreeMap<String, Link>,
    problems: &mut Vec<Problem>,
) {
    let Ok(article) = article::read_swedish(&file.name, file.id.clone(), &file.contents) else { return };
    let mut warn = |key: &str, what: &str| {
        problems.push(Problem::warning(&file.name, line_of_key(&file.contents, key), what));
    };
    if article.topic.is_empty() {
        warn("topic", "the topic is empty");
    }
    let link = match &article.link {
        LinkTo::Known(key) => links.get(key),
        LinkTo::Own(link) => Some(link),
    };
    if link.is_some_and(|link| !link.url.starts_with("https://")) {
        warn("link", "the official link must begin with https://");
    }
    if link.is_some_and(|link| !link.checked.starts_with("20")) {
        warn("link", "the official link has no date when it was checked, as in \"2026-11-20\"");
    }
    let known = |other: &ArticleId| ids.contains(other) && *other != file.id;
    if !(1..=3).contains(&article.related.len()) || !article.related.iter().all(known) {
        warn("related", "one to three related articles are needed, other than this one");
    }
}

fn check_body(file: &File, body: &str, first_line: usize, problems: &mut Vec<Problem>) {
    let mut warn = |line: usize, what: String| {
        let line = u32::try_from(line).ok();
        problems.push(Problem::warning(&file.name, line, what));
    };
    let lines = || body.lines().zip(first_line..);
    let first = lines().find(|(line, _)| !line.trim().is_empty());
    if first.is_none_or(|(line, _)| is_step(line.trim()) || line.starts_with('#')) {
        warn(first.map_or(first_line, |(_, at)| at), "the answer must come before any step".to_owned());
    }
    // Steps are counted from one heading to the next.
    let (mut heading, mut steps, mut most) = (first_line, 0, 0);
    for (line, at) in lines() {
        if line.starts_with("## ") {
            (heading, steps) = (at, 0);
        } else if is_step(line) {
            steps += 1;
            most = most.max(steps);
            if steps == MOST_STEPS + 1 {
                warn(heading, format!("more than {MOST_STEPS} steps under one heading"));
            }
        }
        if line.contains("http://") || line.contains("https://") {
            warn(at, "an address in the text; it belongs in links.toml".to_owned());
        }
        if file.lang == Lang::SvEasy {
            for long in sentences_of_line(line).iter().filter(|s| s.len() > LONGEST_EASY_SENTENCE) {
                let (words, sentence) = (long.len(), long.join(" "));
                let most = LONGEST_EASY_SENTENCE;
                warn(at, format!("a sentence of {words} words; easy Swedish has at most {most}: {sentence}"));
            }
        }
    }
    if most == 0 {
        warn(first_line, "there are no steps (1. …)".to_owned());
    }
    let words: usize = sentences(body).iter().map(Vec::len).sum();
    let most = if file.lang == Lang::SvEasy { MOST_WORDS[1] } else { MOST_WORDS[0] };
    if words > most {
        warn(first_line, format!("{words} words; at most {most}"));
    }
}

fn lix_of(files: &[File]) -> Lix {
    let of = |lang: Lang| {
        let bodies = files.iter().filter(|file| file.lang == lang);
        let bodies = bodies.filter_map(|file| Some(file.contents.split_once("\n+++\n")?.1));
        average(&bodies.map(|body| lix(&sentences(body))).collect::<Vec<_>>())
    };
    Lix { swedish: of(Lang::Sv), easy: of(Lang::SvEasy) }
}

/// The line of a key in the front matter, from 1.
fn line_of_key(text: &str, key: &str) -> Option<u32> {
    let is_it = |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
    let at = text.lines().position(is_it)?;
    u32::try_from(at + 1).ok()
}
