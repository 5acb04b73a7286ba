//! The sentences: every language has the same keys with the same placeholders, all are used, and no
//! button is too long.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use digidel::model::lang::Lang;
use regex::Regex;

type Sentences = BTreeMap<String, String>;

/// The longest label that stands on one line of a phone.
const LONGEST_LABEL: usize = 32;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(lang: Lang) -> Option<Sentences> {
    let text = std::fs::read_to_string(root().join(format!("locales/{lang}.yml"))).ok()?;
    Some(flatten(&text))
}

/// Reads the subset of YAML that the locale files keep to: nested keys, quoted strings and `|-` blocks.
fn flatten(text: &str) -> Sentences {
    let key_line = Regex::new(r#"^( *)(?:"([^"]+)"|([\w-]+)):\s*(.*)$"#).expect("a pattern");
    let mut path: Vec<(usize, String)> = Vec::new();
    let mut all = Sentences::new();
    let mut block: Option<(usize, String)> = None;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        if let Some((at, key)) = &block {
            if line.trim().is_empty() || indent > *at {
                let sentence: &mut String = all.entry(key.clone()).or_default();
                if !sentence.is_empty() {
                    sentence.push('\n');
                }
                sentence.push_str(line.trim());
                continue;
            }
            block = None;
        }
        let Some(found) = key_line.captures(line).filter(|_| !line.trim_start().starts_with('#')) else {
            continue;
        };
        let key = found.get(2).or_else(|| found.get(3)).map_or("", |m| m.as_str()).to_owned();
        path.retain(|(at, _)| *at < indent);
        path.push((indent, key));
        let full = path.iter().map(|(_, k)| k.as_str()).collect::<Vec<_>>().join(".");
        match found.get(4).map_or("", |m| m.as_str()).trim() {
            "" => {}
            "|" | "|-" | ">-" | ">" => block = Some((indent, full)),
            value => drop(all.insert(full, value.trim_matches(['"', '\'']).to_owned())),
        }
    }
    all.remove("_version");
    all
}

/// A sentence's key without its plural form, of which languages have one to six (CLDR).
fn whatever_the_number(key: &str) -> &str {
    const FORMS: [&str; 6] = ["_zero", "_one", "_two", "_few", "_many", "_other"];
    let form = FORMS.iter().find_map(|form| key.strip_suffix(form));
    form.filter(|_| key.starts_with("unit.")).unwrap_or(key)
}

fn placeholders(sentence: &str) -> BTreeSet<&str> {
    let pattern = Regex::new(r"%\{(\w+)\}").expect("a pattern");
    pattern.captures_iter(sentence).map(|c| c.get(1).expect("a group").as_str()).collect()
}

/// The sources that hold keys.
fn speakers() -> String {
    fn walk(folder: &Path, text: &mut String) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, text);
            } else if path.extension().is_some_and(|e| e == "rs" || e == "html") {
                text.push_str(&std::fs::read_to_string(&path).expect("a file"));
            }
        }
    }
    let mut text = String::new();
    walk(&root().join("src"), &mut text);
    text
}

#[test]
fn every_language_that_is_offered_says_everything() {
    let swedish = read(Lang::Sv).expect("locales/sv.yml");
    assert!(swedish.len() > 200, "the reader found the sentences: {}", swedish.len());
    for lang in Lang::OFFERED {
        let other = read(*lang).unwrap_or_else(|| panic!("locales/{lang}.yml is missing"));
        let keys = |all: &Sentences| -> BTreeSet<String> {
            all.keys().map(|key| whatever_the_number(key).to_owned()).collect()
        };
        let missing: Vec<_> = keys(&swedish).difference(&keys(&other)).cloned().collect();
        let unknown: Vec<_> = keys(&other).difference(&keys(&swedish)).cloned().collect();
        assert!(missing.is_empty() && unknown.is_empty(), "{lang}: missing {missing:?}, unknown {unknown:?}");
        for (key, sentence) in &other {
            if let Some(original) = swedish.get(key) {
                assert_eq!(placeholders(original), placeholders(sentence), "{lang}: {key}");
            }
            assert!(!sentence.trim().is_empty(), "{lang}: {key} is empty");
        }
    }
}

#[test]
fn every_number_has_the_form_that_its_noun_takes() {
    for lang in Lang::OFFERED {
        let all = read(*lang).unwrap_or_else(|| panic!("locales/{lang}.yml is missing"));
        let forms: BTreeSet<&str> = (0..=200).map(|count| lang.plural(count)).collect();
        for unit in ["minutes", "days"] {
            for form in &forms {
                let sentence = all.get(&format!("unit.{unit}_{form}"));
                assert!(sentence.is_some_and(|s| s.contains("%{count}")), "{lang}: {unit} {form}");
            }
        }
    }
}

#[test]
fn every_sentence_is_used() {
    let sources = speakers();
    // Keys that are put together from data.
    let made = [
        "topic.",
        "language.",
        "weekday.",
        "month.",
        "command.",
        "desk.right_",
        "unit.minutes_",
        "unit.days_",
        "kept.",
    ];
    let unused: Vec<String> = read(Lang::Sv)
        .expect("locales/sv.yml")
        .into_keys()
        .filter(|key| !made.iter().any(|prefix| key.starts_with(prefix)))
        // The Discord adapter asks for its words by the last part of their keys.
        .filter(|key| !sources.contains(&format!("\"{}\"", key.strip_prefix("discord.").unwrap_or(key))))
        .collect();
    assert!(unused.is_empty(), "{unused:#?}");
}

#[test]
fn every_key_in_the_sources_exists() {
    let swedish = read(Lang::Sv).expect("locales/sv.yml");
    let pattern = Regex::new(r#"\) = "([a-z_]+\.[a-z_.]+)";"#).expect("a pattern");
    let sources = speakers();
    let asked: BTreeSet<&str> =
        pattern.captures_iter(&sources).map(|c| c.get(1).expect("a group").as_str()).collect();
    assert!(asked.len() > 150, "the reader found the keys: {}", asked.len());
    let missing: Vec<_> = asked.into_iter().filter(|key| !swedish.contains_key(*key)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_topic_has_a_name() {
    let facts = crate::support::house::facts();
    let swedish = read(Lang::Sv).expect("locales/sv.yml");
    for article in facts.knowledge.articles() {
        assert!(swedish.contains_key(&format!("topic.{}", article.topic)), "{}", article.topic);
    }
}

#[test]
fn no_label_is_too_long_for_a_phone() {
    for lang in Lang::OFFERED {
        for (key, label) in read(*lang).expect("a locale") {
            if key.starts_with("button.") && placeholders(&label).is_empty() {
                assert!(label.chars().count() <= LONGEST_LABEL, "{lang}: {key}: {label}");
            }
        }
    }
}
