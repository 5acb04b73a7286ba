//! Every article as its reader meets it: complete in the languages that must be, the answer first, few
//! steps, a dated official link, and words that are easy enough to read. The same check tells operators
//! the file and the line of what falls short.

use std::path::{Path, PathBuf};

use digidel::facts::knowledge::quality::{self, HIGHEST_LIX, LONGEST_EASY_SENTENCE};
use digidel::facts::knowledge::reading::{lix, sentences};
use digidel::facts::problem::{Problem, Severity};
use digidel::facts::source::Source;

/// Sections of the locale that staff and volunteers read.
const FOR_STAFF: [&str; 3] = ["desk", "discord", "console"];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_article_is_fit_for_its_readers() {
    let (lix, problems) = quality::check(&Source::built_in());
    println!("LIX: Swedish {:.1}, easy Swedish {:.1}", lix.swedish, lix.easy);
    assert!(problems.is_empty(), "{}", lines(&problems));
    assert!(lix.swedish > 10.0 && lix.swedish <= HIGHEST_LIX[0], "LIX {}", lix.swedish);
    assert!(lix.easy > 10.0 && lix.easy <= HIGHEST_LIX[1], "LIX {}", lix.easy);
    let names = Source::built_in().names("knowledge/");
    assert!(names.iter().filter(|name| name.ends_with(".sv.md")).count() >= 100);
}

/// An article in which everything that can fall short does.
const POOR: &str = "+++
title = \"\"
topic = \"fraud\"
link = { name = \"x\", url = \"http://example.com\", checked = \"no\" }
related = [\"dalig\"]
examples = [\"en\"]
+++
1. Ett
2. Två
3. Tre
4. Fyra
5. Fem
6. Sex
7. Sju
8. Se https://example.com

## fails
x
## centre
x
## bring
x
";

#[test]
fn what_falls_short_is_told_with_file_and_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let knowledge = folder.path().join("knowledge");
    std::fs::create_dir(&knowledge).expect("a folder");
    std::fs::write(knowledge.join("dalig.sv.md"), POOR).expect("written");
    let long = "ord ".repeat(LONGEST_EASY_SENTENCE + 1);
    let easy =
        format!("+++\ntitle = \"x\"\n+++\nSvar.\n1. Gå.\n{long}\n\n## fails\nx\n## centre\nx\n## bring\nx\n");
    std::fs::write(knowledge.join("dalig.sv-easy.md"), easy).expect("written");
    let (_, problems) = quality::check(&Source::folder(folder.path()));
    assert!(problems.iter().all(|p| p.severity == Severity::Warning), "{}", lines(&problems));
    let mut told: Vec<(&str, Option<u32>)> = problems.iter().map(|p| (p.file.as_str(), p.line)).collect();
    told.sort_unstable();
    let sv = "knowledge/dalig.sv.md";
    assert_eq!(
        told,
        [
            ("knowledge/dalig.en.md", None),
            ("knowledge/dalig.sv-easy.md", Some(6)),
            (sv, Some(2)),
            (sv, Some(4)),
            (sv, Some(4)),
            (sv, Some(5)),
            (sv, Some(6)),
            (sv, Some(8)),
            (sv, Some(8)),
            (sv, Some(15)),
        ],
        "{}",
        lines(&problems)
    );
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
