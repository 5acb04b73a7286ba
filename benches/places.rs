//! From what somebody writes to the three nearest centres.

#![allow(clippy::expect_used, missing_docs, reason = "a bench that cannot begin says why and ends")]

#[allow(dead_code, reason = "each bench uses a part of it")]
mod support;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use digidel::model::place::Resolved;

fn bench(c: &mut Criterion) {
    let facts = support::facts();
    let cases = [
        ("postcode", "591 32"),
        ("name", "Motala"),
        ("misspelt", "Norköping"),
        ("point", "58.54, 15.04"),
        ("sentence", "var finns närmaste center om jag bor i Ljungby"),
    ];
    for (name, text) in cases {
        c.bench_function(&format!("nearest/{name}"), |b| {
            b.iter(|| {
                let place = match facts.places.resolve(black_box(text)) {
                    Resolved::Unknown => {
                        facts.places.mention(text).map_or(Resolved::Unknown, |found| found.0)
                    }
                    whole => whole,
                };
                let Resolved::One { place, .. } = place else { panic!("{text} is one place") };
                facts.centres.nearest(place.position, Some(&place.municipality), 3).len()
            });
        });
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
