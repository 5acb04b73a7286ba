//! The search for an article, without and with the embedding model, and its parts.

#![allow(clippy::expect_used, missing_docs, reason = "a bench that cannot begin says why and ends")]

#[allow(dead_code, reason = "each bench uses a part of it")]
mod support;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use digidel::facts::knowledge::Knowledge;
use digidel::facts::knowledge::search::eval::{Question, read_questions};
use digidel::facts::source::Source;

/// A hundred questions as people write them, all languages among them; the same at every run.
fn questions() -> Vec<Question> {
    let lines = std::fs::read_to_string("tests/eval/test.jsonl").expect("the questions");
    let all = read_questions(&lines).expect("questions");
    all.into_iter().step_by(9).take(100).collect()
}

fn bench(c: &mut Criterion) {
    let questions = questions();
    let lexical = support::facts();
    let mut next = questions.iter().cycle();
    let mut question = || next.next().map_or("", |question| question.q.as_str());
    c.bench_function("search/lexical", |b| b.iter(|| lexical.knowledge.search.find(black_box(question()))));
    c.bench_function("search/rules", |b| b.iter(|| lexical.rules.intent(black_box(question()))));
    let full = Knowledge::read(&Source::built_in()).0;
    c.bench_function("search/embedding and all", |b| b.iter(|| full.search.find(black_box(question()))));
    let embedder = full.embedder().expect("the model is built in");
    c.bench_function("search/embedding of 12 words", |b| {
        b.iter(|| embedder.embed(black_box("jag har bytt telefon och nu vill bankid inte starta alls")));
    });
}

criterion_group!(benches, bench);
criterion_main!(benches);
