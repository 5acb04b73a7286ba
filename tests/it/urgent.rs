//! Emergencies in words that no rule foresaw: most are told, calm questions are left alone.
//!
//! The figures here are those of the tier that is always there, words without meanings; `measured_in_full`
//! prints those with the embedding model.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use digidel::facts::Facts;
use digidel::facts::knowledge::search::text::fold;
use digidel::facts::problem::Severity;
use digidel::facts::rules::Intent;
use digidel::facts::source::Source;
use digidel::facts::urgent::measure::{self, Case, Label};
use digidel::facts::urgent::{By, Certainty, Danger, Urgency};
use proptest::prelude::*;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn lexical() -> &'static Facts {
    static LEXICAL: LazyLock<Facts> = LazyLock::new(|| Facts::load(&Source::built_in().lexical_only()).0);
    &LEXICAL
}

/// The lines of a table of texts: what they are, and the rest.
fn table(name: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path(name)).expect(name);
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// The labelled questions of a set that an article other than the one for emergencies answers, without
/// those whose writers tell of a fraud that goes on or has happened to them.
fn in_scope(set: &str) -> Vec<String> {
    let text = std::fs::read_to_string(path(&format!("tests/eval/{set}.jsonl"))).expect("labelled questions");
    let told = tell_of_a_fraud();
    let mut questions = Vec::new();
    for line in text.lines() {
        let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let (article, question) = (value["article"].to_string(), value["q"].as_str().unwrap_or_default());
        let calm =
            !value["article"].is_null() && article != "\"none\"" && !article.contains("bedrageri-pagar");
        if calm && !told.contains(question) {
            questions.push(question.to_owned());
        }
    }
    questions
}

/// Questions that an ordinary article answers, but whose writers tell of a fraud: a warning is right.
fn tell_of_a_fraud() -> BTreeSet<String> {
    table("tests/eval/urgent_in_scope.tsv").into_iter().filter_map(|mut row| row.pop()).collect()
}

/// Texts by somebody who had seen neither the rules nor what the weights are learnt from.
fn unseen() -> Vec<Case> {
    let text = std::fs::read_to_string(path("tests/eval/urgent_unseen.jsonl")).expect("unseen texts");
    measure::read_cases(&text).expect("labelled texts")
}

fn share(part: usize, all: usize) -> f64 {
    f64::from(u32::try_from(part).expect("few")) / f64::from(u32::try_from(all.max(1)).expect("few"))
}

/// How many of the held-out texts of a kind are told, and those that are not.
fn told(facts: &Facts, rows: &[Vec<String>], kind: &str) -> (usize, usize, Vec<String>) {
    let texts: Vec<&String> = rows.iter().filter(|row| row[0] == kind).filter_map(|row| row.last()).collect();
    let silent = |text: &&&String| facts.understand(text).urgent.is_none();
    let missed: Vec<String> = texts.iter().filter(silent).map(|text| (**text).clone()).collect();
    (texts.len() - missed.len(), texts.len(), missed)
}

#[test]
fn the_weights_that_are_built_in_are_whole() {
    let text = std::fs::read_to_string(path("config/urgent.tsv")).expect("config/urgent.tsv");
    let (urgency, problems) = Urgency::read("urgent.tsv", &text);
    assert_eq!(problems, []);
    let judge = |text: &str| urgency.judge(urgency.words(text), None).map(|urgent| urgent.danger);
    assert_eq!(
        judge("en karl i luren fick alla siffror från min dosa och nu är kontot tomt"),
        Some(Danger::Fraud)
    );
    assert_eq!(judge("jag vill inte leva längre och har tabletter framför mig"), Some(Danger::Crisis));
    assert_eq!(judge("hur skriver jag ut ett foto på biblioteket"), None);
}

/// Phrasings that neither the rules nor the weights were fitted to. The floors may rise, not fall, unless fewer
/// false alarms are the price.
#[test]
fn phrasings_held_out_are_mostly_told() {
    for (name, kind, floor) in [
        ("tests/it/rules_held_out.tsv", "fraud", 0.87),
        ("tests/it/rules_held_out.tsv", "crisis", 0.96),
        ("tests/it/urgent_held_out.tsv", "fraud", 0.84),
        ("tests/it/urgent_held_out.tsv", "crisis", 0.92),
    ] {
        let (told, all, missed) = told(lexical(), &table(name), kind);
        println!("{name}: {told} of {all} {kind} told");
        assert!(all >= 30, "{all}");
        assert!(share(told, all) >= floor, "{name}: {told} of {all} {kind}:\n{}", missed.join("\n"));
    }
    let (alarms, all, _) = told(lexical(), &table("tests/it/urgent_held_out.tsv"), "calm");
    println!("{alarms} of {all} calm ones told as urgent");
    assert!(share(alarms, all) <= 0.03, "{alarms} of {all}");
}

/// Texts that nothing was fitted to when they were first measured. The floors may rise, not fall; the ceiling
/// may fall, not rise.
#[test]
fn unseen_texts_are_told_apart() {
    check_unseen(lexical(), [0.94, 0.89], 0.04);
}

/// Checks the shares of frauds and of lives in danger that are told, and that of calm texts.
fn check_unseen(facts: &Facts, floors: [f64; 2], most: f64) {
    let report = measure::measure(facts, &unseen());
    println!("{report}");
    let row = |label: Label| report.rows.get(&(label, "all".to_owned())).copied().unwrap_or_default();
    for (label, floor) in [Label::Fraud, Label::Crisis].into_iter().zip(floors) {
        assert!(row(label).texts >= 50 && row(label).share_told() >= floor, "{label:?}:\n{report}");
    }
    assert!(row(Label::Calm).texts >= 100 && row(Label::Calm).share_told() <= most, "{report}");
}

/// A warning is hardly ever shown to those who ask about something else.
#[test]
fn questions_in_scope_raise_hardly_an_alarm() {
    for set in ["dev", "test"] {
        check_alarms(lexical(), set);
    }
}

fn check_alarms(facts: &Facts, set: &str) {
    const MOST: f64 = 0.01;
    let questions = in_scope(set);
    let alarms: Vec<&String> = questions.iter().filter(|q| facts.understand(q).urgent.is_some()).collect();
    println!("{set}: {} of {} in scope: {alarms:#?}", alarms.len(), questions.len());
    assert!(questions.len() > 500);
    assert!(share(alarms.len(), questions.len()) <= MOST, "{set}: {} {alarms:#?}", alarms.len());
}

/// Every question that is said to tell of a fraud is one that is measured, and they are few.
#[test]
fn questions_that_tell_of_a_fraud_are_in_the_sets() {
    let mut measured = BTreeSet::new();
    for set in ["dev", "test"] {
        let text =
            std::fs::read_to_string(path(&format!("tests/eval/{set}.jsonl"))).expect("labelled questions");
        for line in text.lines() {
            let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
            measured.extend(value["q"].as_str().map(str::to_owned));
        }
    }
    let told = table("tests/eval/urgent_in_scope.tsv");
    for row in &told {
        let [reason, question] = row.as_slice() else { panic!("{row:?}") };
        assert!(!reason.is_empty() && measured.contains(question), "{question}");
    }
    assert!(told.len() * 15 <= measured.len(), "{} of {}", told.len(), measured.len());
}

#[test]
fn an_emergency_says_what_it_was_told_by() {
    let urgent = |text: &str| lexical().understand(text).urgent.expect(text);
    let rule = urgent("jag orkar inte leva längre");
    assert_eq!((rule.danger, rule.certainty, rule.by), (Danger::Crisis, Certainty::Sure, By::Rule));
    assert_eq!(lexical().understand("jag orkar inte leva längre").intent, Some(Intent::Crisis));
    let json = serde_json::to_value(&rule).expect("JSON");
    assert_eq!(json, serde_json::json!({ "danger": "crisis", "certainty": "sure", "by": "rule" }));
    assert!(lexical().understand("Motala").urgent.is_none());
}

#[test]
fn a_slip_in_the_weights_is_told_with_its_line_and_the_rules_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("urgent.tsv"), "bias\t1\t1\nlikely\tmuch\t0\n").expect("written");
    let (facts, problems) = Facts::load(&Source::folder(folder.path()).lexical_only());
    let told = problems.iter().find(|p| p.file == "urgent.tsv" && p.line == Some(2));
    assert_eq!(told.map(|p| p.severity), Some(Severity::Error), "{problems:?}");
    assert_eq!(facts.understand("jag orkar inte leva längre").intent, Some(Intent::Crisis));
    assert!(facts.understand("hur byter jag lösenord").urgent.is_none());
}

/// The weights must not be learnt from what they are measured on.
#[test]
fn nothing_that_is_learnt_from_is_measured() {
    let folder = std::fs::read_dir(path("tools/urgent/phrasings")).expect("phrasings").flatten();
    let mut learnt = BTreeMap::new();
    for entry in folder {
        let name = entry.file_name().to_string_lossy().into_owned();
        for row in table(&format!("tools/urgent/phrasings/{name}")) {
            let [kind, lang, text] = row.as_slice() else { panic!("{name}: {row:?}") };
            assert!(["fraud", "crisis", "calm"].contains(&kind.as_str()), "{name}: {kind}");
            assert!(lang.parse::<digidel::model::lang::Lang>().is_ok(), "{name}: {lang}");
            learnt.insert(fold(text), name.clone());
        }
    }
    assert!(learnt.len() > 2_000, "{}", learnt.len());
    for row in table("tools/urgent/questions.tsv") {
        let [kind, text] = row.as_slice() else { panic!("questions.tsv: {row:?}") };
        assert!(["fraud", "calm", "open"].contains(&kind.as_str()), "questions.tsv: {kind}");
        learnt.insert(fold(text), "questions.tsv".to_owned());
    }
    let held_out = ["tests/it/rules_held_out.tsv", "tests/it/urgent_held_out.tsv"];
    let measured = held_out.into_iter().flat_map(table).filter_map(|mut row| row.pop());
    let both: BTreeSet<String> = measured
        .chain(unseen().into_iter().map(|case| case.q))
        .chain(in_scope("test"))
        .filter(|q| learnt.contains_key(&fold(q)))
        .collect();
    assert_eq!(both, BTreeSet::new());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_judged(text in "\\PC{0,200}", vector in proptest::collection::vec(-1.0_f32..1.0, 0..400)) {
        let urgency = &lexical().urgency;
        let words = urgency.words(&text);
        let _ = urgency.wants_vector(words);
        let _ = urgency.judge(words, Some(&vector));
        prop_assert_eq!(urgency.judge(words, None), urgency.judge(urgency.words(&text), None));
    }
}

/// The whole program's figures, by language and by what told: `cargo test --release -- --ignored measured_in_full --nocapture`.
#[test]
#[ignore = "takes minutes without optimisation: the embedding model runs on every text"]
fn measured_in_full() {
    let facts = Facts::load(&Source::built_in()).0;
    for name in ["tests/it/rules_held_out.tsv", "tests/it/urgent_held_out.tsv"] {
        let mut counts: BTreeMap<(String, String), [usize; 4]> = BTreeMap::new();
        for row in table(name) {
            let (Some(kind), Some(text)) = (row.first(), row.last()) else { continue };
            let lang = if row.len() == 3 { row[1].clone() } else { "?".to_owned() };
            let urgent = facts.understand(text).urgent;
            let count = counts.entry((kind.clone(), lang)).or_default();
            count[0] += 1;
            count[1] += usize::from(urgent.as_ref().is_some_and(|u| u.by == By::Rule));
            count[2] += usize::from(urgent.as_ref().is_some_and(|u| u.certainty == Certainty::Sure));
            count[3] += usize::from(urgent.is_some());
            if urgent.is_some() == (kind == "calm") {
                println!("wrong: {} {urgent:?}", row.join(" | "));
            }
        }
        for ((kind, lang), [all, rule, sure, told]) in counts {
            println!("{name} {kind} {lang}: {all} texts, {rule} by rules, {sure} sure, {told} told");
        }
    }
    for set in ["dev", "test"] {
        check_alarms(&facts, set);
    }
    check_unseen(&facts, [0.93, 0.91], 0.03);
}
