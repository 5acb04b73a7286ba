//! One long article as each platform shows it.

#![allow(clippy::expect_used, missing_docs, reason = "a bench that cannot begin says why and ends")]

#[allow(dead_code, reason = "each bench uses a part of it")]
mod support;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use digidel::adapters::{telegram, terminal};
use digidel::engine::say;
use digidel::http::html;
use digidel::model::lang::Lang;
use digidel::model::message::Placement;

fn bench(c: &mut Criterion) {
    let message = support::message(&support::talked("bankid fungerar inte").2);
    let profiles = say::profiles();
    let profile = profiles.of(Lang::Sv);
    let to = telegram::To { chat: 1, placement: Placement::Below, handle: None, bot: None, profile };
    c.bench_function("render/telegram", |b| b.iter(|| telegram::plan(to, black_box(&message))));
    c.bench_function("render/web", |b| b.iter(|| html::markup(black_box(&message.text))));
    c.bench_function("render/terminal", |b| b.iter(|| terminal::write(black_box(&message))));
}

criterion_group!(benches, bench);
criterion_main!(benches);
