//! The application on a file, with a clock that stands still.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use digidel::app::App;
use digidel::model::chat::{Address, Chat, Hints, Platform, Role};
use digidel::model::event::{Incoming, Input};
use digidel::model::id::LetterId;
use digidel::model::time::Timestamp;
use digidel::store::Store;
use digidel::store::letters::{Outcome, Parcel};
use tokio::sync::Notify;

use crate::support;

/// As many turns as share a commit at most.
pub const BATCH: usize = 128;
/// As many letters as are under way at most.
pub const LETTERS: u32 = 64;

pub struct House {
    pub store: Store,
    pub app: App,
    pub now: Timestamp,
    keys: u64,
}

/// The address of a resident.
pub fn resident(number: u64) -> Address {
    Address::new(Platform::Telegram, format!("{}", 100_000_000 + number))
}

impl House {
    pub async fn open(file: &Path, now: Timestamp) -> Self {
        let store = Store::open(file).await.expect("a database");
        let seeds = AtomicU64::new(rand(now.as_millisecond().unsigned_abs()));
        let seed = Arc::new(move || rand(seeds.fetch_add(1, Ordering::Relaxed)));
        let bell = Arc::new(Notify::new());
        let app = App::start(support::facts(), store.clone(), Arc::new(move || now), seed, bell);
        // A file may be used by several runs: no event of one is a repetition for the next.
        let keys = rand(u64::from(std::process::id()));
        Self { store, app, now, keys }
    }

    pub fn asks(&mut self, who: u64, text: &str) -> Incoming {
        self.keys = self.keys.wrapping_add(1);
        Incoming {
            key: format!("growth:{:016x}", self.keys),
            chat: Chat::private(resident(who)),
            role: Role::Resident,
            input: Input::Text(text.to_owned()),
            hints: Hints::default(),
            reply: None,
            message: None,
        }
    }

    /// Turns one after the other, each with its own commit: what each takes.
    pub async fn one_by_one(&mut self, residents: &[u64], text: &str) -> Vec<Duration> {
        let events: Vec<Incoming> = residents.iter().map(|who| self.asks(*who, text)).collect();
        let mut took = Vec::with_capacity(events.len());
        for event in events {
            let begun = Instant::now();
            self.app.handle(event).await.expect("a turn");
            took.push(begun.elapsed());
        }
        took
    }

    /// Turns that share commits: what one takes.
    pub async fn together(&mut self, residents: &[u64], text: &str) -> Duration {
        let mut took = Duration::ZERO;
        for some in residents.chunks(BATCH) {
            let events: Vec<Incoming> = some.iter().map(|who| self.asks(*who, text)).collect();
            let begun = Instant::now();
            for handled in self.app.handle_all(events).await {
                handled.expect("a turn");
            }
            took += begun.elapsed();
        }
        took / u32::try_from(residents.len()).expect("few")
    }

    /// Delivers to nobody whatever is due: how many letters, and what one takes.
    pub async fn deliver(&self) -> (u32, Duration) {
        let begun = Instant::now();
        let (mut count, mut done) = (0, Vec::new());
        loop {
            let parcels = self.store.settle(&done, self.now, LETTERS).await.expect("a database").parcels;
            if parcels.is_empty() {
                return (count, begun.elapsed() / count.max(1));
            }
            count += u32::try_from(parcels.len()).expect("few");
            done = parcels.iter().map(arrived).collect();
        }
    }
}

fn arrived(parcel: &Parcel) -> (LetterId, Outcome) {
    (parcel.id, Outcome::Sent(Vec::new()))
}

/// Numbers that look random and are the same in every run (splitmix64).
pub fn rand(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
