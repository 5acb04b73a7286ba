//! Masking a thousand characters: plain talk, and talk full of numbers.

#![allow(clippy::expect_used, missing_docs, reason = "a bench that cannot begin says why and ends")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use digidel::engine::mask::mask;

fn bench(c: &mut Criterion) {
    let plain = "Hej! Jag kommer inte in på banken längre, det står att jag ska vänta en stund. ";
    let numbers =
        "Mitt nummer är 070-123 45 67, koden är 4711, jag är född 811218-9876 och bor på gatan 12. ";
    for (name, text) in [("plain", plain), ("numbers", numbers)] {
        let text: String = text.chars().cycle().take(1_000).collect();
        c.bench_function(&format!("mask/1,000 characters, {name}"), |b| b.iter(|| mask(black_box(&text))));
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
