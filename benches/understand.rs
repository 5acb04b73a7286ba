//! What understanding a text costs without the embedding model: time, by its parts, and memory.
//!
//! ```text
//! cargo bench --bench understand                the parts, and the spread over all the questions
//! cargo bench --bench understand -- memory      what a process grows by that understands them all
//! ```

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a measurement that cannot be made says why and ends; what it prints is what it is for"
)]

#[allow(dead_code, reason = "each bench uses a part of it")]
mod support;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::Criterion;
use digidel::facts::Facts;
use digidel::facts::knowledge::search::eval::read_questions;
use digidel::facts::recent::Recent;
use digidel::facts::rules::fold::Folded;
use digidel::facts::source::Source;

/// How many times each question is timed; the middle one counts.
const ROUNDS: usize = 5;
/// How many threads understand while the memory is measured, and how often each question comes.
const THREADS: usize = 2;
const TIMES: usize = 2;
/// A pasted letter, in bytes: as much as the rules read.
const LONG: usize = 4_000;

/// The questions of the evaluation, all languages among them.
fn questions() -> Vec<String> {
    let lines = std::fs::read_to_string("tests/eval/test.jsonl").expect("the questions");
    read_questions(&lines).expect("questions").into_iter().map(|question| question.q).collect()
}

/// The same facts without what was understood lately.
fn forgetful(facts: &Facts) -> Facts {
    Facts { recent: Arc::new(Recent::default()), ..facts.clone() }
}

fn parts(c: &mut Criterion, questions: &[String]) {
    let facts = support::facts();
    let mut next = questions.iter().cycle();
    let mut question = || next.next().map_or("", String::as_str);
    let mut part = |name: &str, act: &dyn Fn(&str)| {
        c.bench_function(&format!("understand/{name}"), |b| b.iter(|| act(black_box(question()))));
    };
    part("all", &|text| {
        black_box(forgetful(&facts).understand(text));
    });
    part("rules", &|text| {
        black_box(facts.rules.intent(text));
    });
    let long = questions.join(" ");
    let long = long.get(..long.floor_char_boundary(LONG)).unwrap_or_default();
    part("rules, a long text", &|_| {
        black_box(facts.rules.intent(long));
    });
    part("search", &|text| {
        black_box(facts.knowledge.search.find(text));
    });
    part("place", &|text| {
        black_box(facts.places.resolve_or_mention(text));
    });
    part("urgency", &|text| {
        black_box(facts.urgency.words(text));
    });
    part("glossary", &|text| {
        black_box(facts.glossary.asked(&Folded::of(text)));
    });
    part("pasted or not", &|text| {
        black_box(facts.scam.looks_pasted(text));
    });
    part("scam", &|text| {
        black_box(facts.scam.examine(text));
    });
}

/// The time of each question, warm, and where the middle and the worst of them are.
fn spread(questions: &[String]) {
    let facts = support::facts();
    let mut times: Vec<(Duration, &str)> = questions
        .iter()
        .map(|question| {
            let mut rounds: Vec<Duration> = (0..ROUNDS).map(|_| timed(&facts, question)).collect();
            rounds.sort_unstable();
            (rounds[ROUNDS / 2], question.as_str())
        })
        .collect();
    times.sort_unstable();
    let at = |hundredth: usize| times[times.len() * hundredth / 100];
    println!("{} questions: p50 {:?}, p90 {:?}, p99 {:?}", times.len(), at(50).0, at(90).0, at(99).0);
    for (time, question) in times.iter().rev().take(3) {
        println!("  {time:?}: {question}");
    }
}

fn timed(facts: &Facts, question: &str) -> Duration {
    let facts = forgetful(facts);
    let begun = Instant::now();
    black_box(facts.understand(black_box(question)));
    begun.elapsed()
}

/// How much a process grows by that understands all the questions on several threads.
fn memory(questions: &[String]) {
    let begun = Instant::now();
    let (facts, _) = Facts::load_quickly(&Source::built_in().lexical_only(), |_| {});
    facts.rules.prepare();
    println!("loaded in {:?}: {}", begun.elapsed(), resident());
    let begun = Instant::now();
    black_box(forgetful(&facts).understand(&questions[0]));
    println!("the first question: {:?}, {}", begun.elapsed(), resident());
    for round in 1..=TIMES {
        std::thread::scope(|threads| {
            for _ in 0..THREADS {
                threads.spawn(|| {
                    for question in questions {
                        black_box(timed(&facts, question));
                    }
                });
            }
        });
        println!("all on {THREADS} threads, time {round}: {}", resident());
    }
}

/// What the operating system says of the process's memory.
fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines = status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"));
    lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join(", ")
}

fn main() {
    let questions = questions();
    if std::env::args().any(|argument| argument == "memory") {
        return memory(&questions);
    }
    if !std::env::args().any(|argument| argument == "--profile-time") {
        spread(&questions);
    }
    let mut criterion = Criterion::default().configure_from_args();
    parts(&mut criterion, &questions);
    criterion.final_summary();
}
