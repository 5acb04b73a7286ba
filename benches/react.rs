//! One reaction of the engine, the search excluded: a question, a wish, a place, nonsense.

#![allow(clippy::expect_used, missing_docs, reason = "a bench that cannot begin says why and ends")]

#[allow(dead_code, reason = "each bench uses a part of it")]
mod support;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use digidel::engine::react;

fn bench(c: &mut Criterion) {
    let facts = support::facts();
    let cases = [
        ("question", "bankid fungerar inte"),
        ("book", "boka"),
        ("place", "Motala"),
        ("nonsense", "asdf qwer"),
    ];
    for (name, text) in cases {
        let (situation, event, _) = support::talked(text);
        let understanding = facts.understand(text);
        c.bench_function(&format!("react/{name}"), |b| {
            b.iter(|| react(&facts, black_box(&situation), black_box(&event), Some(&understanding)));
        });
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
