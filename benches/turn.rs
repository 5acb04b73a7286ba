//! Durable turns on a file: from an event to its effects on disk (`synchronous=FULL`), one by one and
//! 64 sharing a commit.

#![allow(clippy::expect_used, missing_docs, reason = "a bench that cannot begin says why and ends")]

#[allow(dead_code, reason = "each bench uses a part of it")]
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use digidel::app::App;
use digidel::model::chat::{Hints, Role};
use digidel::model::event::{Incoming, Input};
use digidel::store::Store;
use tokio::sync::Notify;

fn incoming(key: u64, chat: usize) -> Incoming {
    Incoming {
        key: format!("bench:{key}"),
        chat: support::resident(chat),
        role: Role::Resident,
        input: Input::Text("bankid fungerar inte".to_owned()),
        hints: Hints::default(),
        reply: None,
        message: None,
    }
}

fn bench(c: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let store = runtime.block_on(Store::open(&folder.path().join("bench.db"))).expect("a database");
    let now = support::monday();
    let seeds = AtomicU64::new(1);
    let seed = Arc::new(move || seeds.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let app = {
        let _inside = runtime.enter();
        App::start(support::facts(), store, Arc::new(move || now), seed, Arc::new(Notify::new()))
    };
    let mut key = 0_u64;
    c.bench_function("turn/one by one", |b| {
        b.iter(|| {
            key += 1;
            runtime
                .block_on(app.handle(incoming(key, usize::try_from(key % 500).unwrap_or(0))))
                .expect("a turn")
        });
    });
    let mut group = c.benchmark_group("turn");
    group.throughput(Throughput::Elements(64));
    group.bench_function("64 at once", |b| {
        b.iter(|| {
            let batch = (0..64).map(|chat| {
                key += 1;
                incoming(key, chat)
            });
            runtime.block_on(app.handle_all(batch.collect())).len()
        });
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
