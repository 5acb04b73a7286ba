//! Every article as its reader meets it: complete in the languages that must be, the answer first, few
//! steps, a dated official link, and words that are easy enough to read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The languages that every article and sentence must have.
const REQUIRED: [&str; 3] = ["sv", "sv-easy", "en"];
const SECTIONS: [&str; 5] = ["fails", "centre", "bring", "android", "iphone"];
const MOST_STEPS: usize = 7;
/// What easy Swedish may ask of its reader in one breath.
const LONGEST_EASY_SENTENCE: usize = 15;
/// Sections of the locale that staff and volunteers read.
const FOR_STAFF: [&str; 3] = ["desk", "discord", "console"];

struct Text {
    name: String,
    lang: &'static str,
    head: toml::Table,
    body: String,
}

/// Every article in the required languages; one that is missing or cannot be read is a fault.
fn texts(faults: &mut Vec<String>) -> Vec<Text> {
    let folder = path("config/knowledge");
    let slugs: BTreeSet<String> = std::fs::read_dir(&folder)
        .expect("config/knowledge")
        .flatten()
        .filter_map(|entry| {
            Some(entry.file_name().to_str()?.strip_suffix(".md")?.split_once('.')?.0.to_owned())
        })
        .collect();
    assert!(slugs.len() >= 100, "{} articles", slugs.len());
    let mut texts = Vec::new();
    for (slug, lang) in slugs.iter().flat_map(|slug| REQUIRED.map(|lang| (slug, lang))) {
        let name = format!("{slug}.{lang}.md");
        let file = std::fs::read_to_string(folder.join(&name)).unwrap_or_default();
        let parts = file.strip_prefix("+++\n").and_then(|rest| rest.split_once("\n+++\n"));
        match parts.and_then(|(head, body)| Some((head.parse().ok()?, body.to_owned()))) {
            Some((head, body)) => texts.push(Text { name, lang, head, body }),
            None => faults.push(format!("{name}: missing, or its front matter cannot be read")),
        }
    }
    texts
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn is_step(line: &str) -> bool {
    line.split_once(". ").is_some_and(|(number, _)| number.parse::<u32>().is_ok())
}

/// The words of every sentence. A heading's name, a step's number and marks of emphasis are not read aloud.
fn sentences(text: &str) -> Vec<Vec<String>> {
    let mut sentences = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with("## ")) {
        let line = if is_step(line) { line.split_once(". ").map_or(line, |(_, rest)| rest) } else { line };
        let line = line.trim_start_matches(['-', '*', ' ']).replace("**", "");
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
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

/// The Swedish readability index: words in a sentence, and how many in a hundred have over six letters.
fn lix(sentences: &[Vec<String>]) -> f64 {
    let words: Vec<&String> = sentences.iter().flatten().collect();
    let long = words.iter().filter(|word| word.chars().count() > 6).count();
    let (count, long, sentences) = (to_f64(words.len()), to_f64(long), to_f64(sentences.len()));
    if words.is_empty() { 0.0 } else { count / sentences + 100.0 * long / count }
}

fn to_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("a count of words"))
}

fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / to_f64(values.len().max(1))
}

#[test]
fn every_article_is_complete_and_has_a_dated_link() {
    let mut faults = Vec::new();
    let links: toml::Table =
        std::fs::read_to_string(path("config/links.toml")).unwrap().parse().expect("links.toml");
    let texts = texts(&mut faults);
    let slugs: BTreeSet<&str> = texts.iter().filter_map(|text| text.name.split('.').next()).collect();
    for Text { name, lang, head, .. } in &texts {
        let mut fault = |what: &str| faults.push(format!("{name}: {what}"));
        let of = |key: &str| head.get(key).and_then(toml::Value::as_str).unwrap_or_default();
        if of("title").is_empty() || of("title").chars().count() > 60 {
            fault("no title, or one over 60 characters");
        }
        let examples = head.get("examples").and_then(toml::Value::as_array).map_or(0, Vec::len);
        let needed = if *lang == "sv" { 20 } else { usize::from(*lang == "en") * 10 };
        if examples < needed {
            fault("too few example questions");
        }
        if *lang != "sv" {
            continue;
        }
        if of("topic").is_empty() || !["none", "care", "danger"].contains(&of("warning")) {
            fault("no topic, or an unknown warning");
        }
        let link = links.get(of("link"));
        let of_link = |key: &str| link.and_then(|link| link.get(key)?.as_str()).unwrap_or_default();
        if !of_link("url").starts_with("https://") || !of_link("checked").starts_with("20") {
            fault("no official link with the date when it was checked");
        }
        let related = head.get("related").and_then(toml::Value::as_array).cloned().unwrap_or_default();
        let own = name.split('.').next();
        let known = |other: &toml::Value| other.as_str().is_some_and(|o| slugs.contains(o) && Some(o) != own);
        if !(1..=3).contains(&related.len()) || !related.iter().all(known) {
            fault("needs one to three related articles that exist");
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_answer_comes_first_and_the_steps_are_few() {
    let mut faults = Vec::new();
    for Text { name, lang, body, .. } in &texts(&mut faults) {
        let mut fault = |what: String| faults.push(format!("{name}: {what}"));
        let first = body.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        if first.is_empty() || is_step(first) || first.starts_with('#') {
            fault("does not begin with the answer".to_owned());
        }
        let headings: Vec<&str> = body.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        for heading in headings.iter().filter(|heading| !SECTIONS.contains(heading)) {
            fault(format!("an unknown section, {heading}"));
        }
        for section in SECTIONS.iter().take(3).filter(|section| !headings.contains(section)) {
            fault(format!("no section {section}"));
        }
        let steps = body.split("\n## ").map(|part| part.lines().filter(|line| is_step(line)).count());
        let steps: Vec<usize> = steps.collect();
        if !(1..=MOST_STEPS).contains(steps.iter().max().unwrap_or(&0)) {
            fault(format!("steps in its sections: {steps:?}"));
        }
        let words: usize = sentences(body).iter().map(Vec::len).sum();
        if words > if *lang == "sv-easy" { 170 } else { 190 } {
            fault(format!("{words} words"));
        }
        if body.contains("http://") || body.contains("https://") {
            fault("an address in the text; it belongs in links.toml".to_owned());
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_words_are_easy_to_read() {
    let mut faults = Vec::new();
    let (mut swedish, mut easy) = (Vec::new(), Vec::new());
    for Text { name, lang, body, .. } in &texts(&mut faults) {
        let sentences = sentences(body);
        match *lang {
            "sv" => swedish.push(lix(&sentences)),
            "sv-easy" => {
                easy.push(lix(&sentences));
                for long in sentences.iter().filter(|sentence| sentence.len() > LONGEST_EASY_SENTENCE) {
                    faults.push(format!("{name}: {} words: {}", long.len(), long.join(" ")));
                }
            }
            _ => {}
        }
    }
    let (swedish, easy) = (average(&swedish), average(&easy));
    println!("LIX: Swedish {swedish:.1}, easy Swedish {easy:.1}");
    assert!(swedish <= 40.0, "LIX {swedish} in Swedish");
    assert!(easy <= 30.0, "LIX {easy} in easy Swedish");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_the_bot_says_in_easy_swedish_is_easy() {
    let file = std::fs::read_to_string(path("locales/sv-easy.yml")).expect("locales/sv-easy.yml");
    let mut section = String::new();
    let (mut all, mut faults) = (Vec::new(), Vec::new());
    for line in file.lines() {
        let indent = line.len() - line.trim_start().len();
        match indent {
            0 => line.trim_end_matches(':').clone_into(&mut section),
            _ if line.ends_with(": |-") || line.ends_with(':') => {}
            _ if FOR_STAFF.contains(&section.as_str()) => {}
            _ => {
                let said = line.split_once(": \"").map_or(line, |(_, quoted)| quoted);
                for sentence in sentences(said) {
                    if sentence.len() > LONGEST_EASY_SENTENCE {
                        faults.push(format!("{section}: {} words: {line}", sentence.len()));
                    }
                    all.push(sentence);
                }
            }
        }
    }
    assert!(all.len() > 500, "{} sentences", all.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(lix(&all) <= 30.0, "LIX {}", lix(&all));
}
