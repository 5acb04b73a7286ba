//! The free times of six weeks at a centre that opens every weekday and is half booked.

#![allow(clippy::expect_used, missing_docs, reason = "a bench that cannot begin says why and ends")]

#[allow(dead_code, reason = "each bench uses a part of it")]
mod support;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use digidel::facts::centres::{Centres, Taken};

fn bench(c: &mut Criterion) {
    let text = std::fs::read_to_string("tests/chats/config/centres.toml").expect("the tests' centres");
    let (centres, _) = Centres::read("centres.toml", &text);
    let now = support::monday();
    let centre = centres
        .shown()
        .filter(|centre| centre.takes_bookings())
        .max_by_key(|centre| {
            centre.free_times(&Taken::default(), now).iter().map(|d| d.starts.len()).sum::<usize>()
        })
        .expect("a centre that takes bookings");
    let mut taken = Taken::default();
    for start in centre.free_times(&taken, now).iter().flat_map(|day| &day.starts).step_by(2) {
        taken.add(*start, 30, 0);
    }
    c.bench_function("free times of six weeks", |b| b.iter(|| centre.free_times(black_box(&taken), now)));
}

criterion_group!(benches, bench);
criterion_main!(benches);
