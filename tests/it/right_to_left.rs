//! Arabic and Persian as people see them: the Unicode Bidirectional Algorithm lays out every line that
//! goes to Telegram and every text of ours, and names, numbers and times must still read as they are.

use std::path::Path;

use digidel::adapters::telegram::{Part, Plan, Request, To, plan};
use digidel::engine::say;
use digidel::http::words::{Terms, Words};
use digidel::model::lang::Lang;
use digidel::model::message::{Message, Placement};
use digidel::model::time::Timestamp;
use regex::Regex;
use unicode_bidi::{BidiClass, BidiInfo, Level, bidi_class};

use super::transcripts::{person, set_stage};
use crate::support::house::House;

const RTL: [Lang; 2] = [Lang::Ar, Lang::Fa];

/// What must read from left to right wherever it stands: telephone and other numbers in groups, times
/// and dates, spans of them, codes of visits, commands, addresses on the net, Swedish names and streets.
fn facts_of(text: &str) -> Vec<String> {
    let pattern = [
        r"https?://[^\s<>()\u{2069}]+",
        r"\d{4}-\d{2}(-\d{2})?( \d{2}:\d{2}(-\d{2}:\d{2})?)?",
        r"\d{1,2}[:.]\d{2}([-–]\d{1,2}[:.]\d{2})?",
        r"\+?\d+[- \u{a0}]\d[\d \u{a0}-]*\d",
        r"\b[A-Z0-9]{3} [A-Z0-9]{3}\b",
        r"/[a-z]{3,}",
        r"\d+ %",
        r"Testcentret i \w+",
        r"Provgatan \d+(, \d{3} \d{2} \w+)?",
    ];
    let pattern = Regex::new(&pattern.map(|p| format!("(?:{p})")).join("|")).expect("a pattern");
    pattern.find_iter(text).map(|found| found.as_str().to_owned()).collect()
}

/// Marks that are not seen.
fn unseen(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2066}'..='\u{2069}')
}

/// A line as the eye meets it, from its left end, and whether it begins at the right. Telegram goes by
/// the first letter (`None`); a page says itself where lines begin.
fn laid_out(line: &str, begins: Option<Level>) -> (String, bool) {
    let info = BidiInfo::new(line, begins);
    let Some(paragraph) = info.paragraphs.first() else { return (String::new(), false) };
    let seen = info.reorder_line(paragraph, paragraph.range.clone());
    (seen.chars().filter(|c| !unseen(*c)).collect(), paragraph.level == Level::rtl())
}

/// Whether there is Arabic or Persian in a line.
fn is_from_right(line: &str) -> bool {
    line.chars().any(|c| bidi_class(c) == BidiClass::AL)
}

/// The facts of a line that the eye meets in another order.
fn turned(line: &str) -> Vec<String> {
    let ways = [None, Some(Level::rtl())].map(|begins| laid_out(line, begins).0);
    facts_of(line).into_iter().filter(|fact| ways.iter().any(|seen| !seen.contains(fact.as_str()))).collect()
}

fn plain(html: &str) -> String {
    let tag = Regex::new("<[^>]*>").expect("a pattern");
    let text = tag.replace_all(html, "").into_owned();
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

fn balanced(line: &str) -> bool {
    let mut open = 0_i32;
    for c in line.chars() {
        open += i32::from(matches!(c, '\u{2066}'..='\u{2068}')) - i32::from(c == '\u{2069}');
        if open < 0 {
            return false;
        }
    }
    open == 0
}

/// Every message of the main path in a language, as somebody on Telegram gets it.
async fn main_path(lang: Lang) -> Vec<Message> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/chats/{lang}-main-path.chat"));
    let script = std::fs::read_to_string(file).expect("a script");
    let mut house = House::open().await;
    let mut hint: Option<String> = None;
    for line in script.lines().filter(|l| !l.starts_with("  ") && !l.trim().is_empty()) {
        if let Some(stage) = line.strip_prefix("= ") {
            set_stage(&mut house, &mut hint, stage).await;
        } else if let Some((who, doing)) = line.split_once("> ") {
            house.does(&person(who), hint.as_deref(), doing).await;
        }
    }
    house.read().into_iter().map(|(_, message)| message).collect()
}

fn requests(plan: Plan) -> impl Iterator<Item = Request> {
    plan.parts.into_iter().map(|part| match part {
        Part::Send(request) | Part::Edit { instead: request, .. } => request,
    })
}

fn text_of(request: &Request) -> Option<&str> {
    ["text", "caption"].iter().find_map(|name| request.params.get(*name)?.as_str())
}

/// The labels of the rows under a message, from left to right.
fn rows(request: &Request) -> Vec<Vec<String>> {
    let rows = request.params.get("reply_markup").and_then(|markup| markup.get("inline_keyboard"));
    let row = |row: &serde_json::Value| {
        let labels = row.as_array().into_iter().flatten().filter_map(|button| button["text"].as_str());
        labels.map(str::to_owned).collect()
    };
    rows.and_then(|rows| rows.as_array()).into_iter().flatten().map(row).collect()
}

#[tokio::test]
async fn on_telegram_names_and_numbers_read_as_they_are() {
    let profiles = say::profiles();
    for lang in RTL {
        let (mut told, mut lines) = (0, 0);
        for message in main_path(lang).await {
            assert_eq!(message.lang, lang, "{}", message.text.plain());
            let to = To {
                chat: 42,
                placement: Placement::Below,
                handle: None,
                bot: None,
                profile: profiles.of(lang),
            };
            for request in requests(plan(to, &message)) {
                let html = text_of(&request).unwrap_or_default();
                for line in html.lines().filter(|line| !line.is_empty()) {
                    assert!(balanced(line), "an isolate is left open: {line}");
                    let line = plain(line);
                    assert_eq!(turned(&line), Vec::<String>::new(), "{line}");
                    assert!(laid_out(&line, None).1, "begins at the left: {line}");
                    told += facts_of(&line).len();
                    lines += 1;
                }
                for label in rows(&request).concat() {
                    assert_eq!(turned(&label), Vec::<String>::new(), "{label}");
                }
            }
        }
        assert!(told > 30 && lines > 60, "{lang}: {told} facts in {lines} lines");
    }
}

#[tokio::test]
async fn on_telegram_the_first_choice_stands_at_the_right() {
    let profiles = say::profiles();
    let (mut ordered, mut shared) = (0, 0);
    for message in main_path(Lang::Ar).await {
        let to = To {
            chat: 42,
            placement: Placement::Below,
            handle: None,
            bot: None,
            profile: profiles.of(Lang::Ar),
        };
        let shown: Vec<Vec<String>> = requests(plan(to, &message)).flat_map(|r| rows(&r)).collect();
        shared += shown.iter().filter(|row| row.len() > 1).count();
        // Read row by row from the right they are the choices in their order; a way to a place stands first.
        let read: Vec<String> = shown.into_iter().flat_map(|row| row.into_iter().rev()).collect();
        let asked: Vec<String> = message.ask.choices().iter().map(|c| c.label.clone()).collect();
        assert!(read.ends_with(&asked), "{asked:?} {read:?}");
        ordered += usize::from(!asked.is_empty());
    }
    assert!(ordered > 10 && shared > 2, "{ordered} questions, {shared} rows with several buttons");
}

#[test]
fn in_every_text_of_ours_numbers_read_as_they_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // A key and its quotation marks are not shown; a placeholder's value comes with its own marks.
    let shown = Regex::new(r#"^\s*[\w-]+(: "?| = "?)|"$|%\{\w+\}"#).expect("a pattern");
    for lang in RTL {
        let mut texts = vec![
            std::fs::read_to_string(root.join(format!("locales/{lang}.yml"))).expect("a locale"),
            std::fs::read_to_string(root.join(format!("config/glossary/{lang}.toml"))).expect("a glossary"),
        ];
        for entry in std::fs::read_dir(root.join("config/knowledge")).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.to_string_lossy().ends_with(&format!(".{lang}.md")) {
                texts.push(std::fs::read_to_string(path).expect("an article"));
            }
        }
        assert!(texts.len() > 40, "{lang}: {} texts", texts.len());
        let mut told = 0;
        for line in texts.iter().flat_map(|text| text.lines()).filter(|line| is_from_right(line)) {
            let line = shown.replace_all(line, "").into_owned();
            // Commands get their marks when they are said.
            let turned = turned(&line).into_iter().filter(|fact| !fact.starts_with('/'));
            assert_eq!(turned.collect::<Vec<_>>(), Vec::<String>::new(), "{line}");
            told += facts_of(&line).len();
        }
        assert!(told > 10, "{lang}: {told}");
    }
}

#[test]
fn on_the_pages_too() {
    let at: Timestamp = "2027-03-01T09:00:00Z".parse().expect("an instant");
    for lang in RTL {
        let w = Terms(Words(lang));
        for text in [w.stamp(&at), w.acc_dates("2026-11-22", "2026-12-01"), w.acc_operator("Motala kommun")] {
            let line = format!("كلمة {text} كلمة");
            assert_eq!(turned(&line), Vec::<String>::new(), "{line}");
        }
        assert!(!turned(&format!("كلمة {} كلمة", "2027-03-01 10:00")).is_empty(), "unmarked it would turn");
    }
}
