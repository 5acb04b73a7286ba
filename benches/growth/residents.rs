//! Ten thousand, a hundred thousand, a million conversations: what a turn, a letter, a start takes, and how
//! large file and memory are. The sizes take turns, so that a slow moment of the disk meets all of them.

use std::path::Path;
use std::time::{Duration, Instant};

use digidel::model::retention::Retention;

use crate::bot::Recipe;
use crate::fill::{PENDING, fill, messages};
use crate::house::{BATCH, House, rand};
use crate::support;
use crate::telegram::Server;

const ROUNDS: usize = 7;
/// Turns of a round, one by one and in batches.
const SINGLE: usize = 200;
const TOGETHER: usize = 20 * BATCH;
const QUESTION: &str = "bankid fungerar inte";

/// The figures of one size, a value a round.
#[derive(Default)]
struct Figures {
    single: Vec<Duration>,
    together: Vec<Duration>,
    letter: Vec<Duration>,
}

pub async fn run(folder: &Path, sizes: &[u32]) {
    let now = support::monday();
    let mut houses = Vec::new();
    for size in sizes {
        let file = folder.join(format!("{size}.db"));
        if !file.exists() {
            let begun = Instant::now();
            // Whole or not at all: a run that was broken off leaves no half database to be measured.
            let part = folder.join(format!("{size}.part.db"));
            fill(&part, *size, now).await;
            std::fs::rename(&part, &file).expect("renamed");
            println!("filled {size} conversations in {:.0?}", begun.elapsed());
        }
        houses.push((*size, file.clone(), House::open(&file, now).await, Figures::default()));
    }
    println!("load {}", load());
    for round in 0..ROUNDS {
        for (size, _, house, figures) in &mut houses {
            let who = |n: usize| rand((round * 100_000 + n) as u64) % u64::from(*size) + 1;
            let some: Vec<u64> = (0..SINGLE).map(who).collect();
            figures.single.extend(house.one_by_one(&some, QUESTION).await);
            let many: Vec<u64> = (SINGLE..SINGLE + TOGETHER).map(who).collect();
            figures.together.push(house.together(&many, QUESTION).await);
            figures.letter.push(house.deliver().await.1);
        }
    }
    println!(
        "| conversations | messages | letters that wait | file | one turn alone | in batches of {BATCH} | a letter |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (size, file, _, figures) in &houses {
        println!(
            "| {size} | {} | {PENDING} | {:.2} GB | {:.2?} | {:.1?} | {:.1?} |",
            u64::from(*size) * u64::from(messages()),
            gigabytes(file),
            middle(&figures.single),
            middle(&figures.together),
            middle(&figures.letter)
        );
    }
    let (first, last) = (&houses[0].3, &houses[houses.len() - 1].3);
    let ratio = |a: &[Duration], b: &[Duration]| middle(b).as_secs_f64() / middle(a).as_secs_f64();
    println!(
        "the largest costs {:.2} times the smallest a turn alone, {:.2} in batches, {:.2} a letter; load {}",
        ratio(&first.single, &last.single),
        ratio(&first.together, &last.together),
        ratio(&first.letter, &last.letter),
        load()
    );
    for (size, file, house, _) in houses {
        let begun = Instant::now();
        let rows = house.store.sweep(&Retention::default(), now).await.expect("a database");
        println!(
            "{size}: the hourly look for what is too old took {:.0?} and deleted {rows} rows",
            begun.elapsed()
        );
        house.store.close().await;
        start(size, &file).await;
    }
}

/// The real program on the file, from its start to its first poll.
async fn start(size: u32, file: &Path) {
    let mut times = Vec::new();
    let mut memory = 0;
    for _ in 0..5 {
        let server = Server::start().await;
        let bot = Recipe::digidel(false).on(file).start(&server).await;
        times.push(bot.started_in);
        memory = bot.memory().1;
    }
    println!(
        "{size}: the program polls {:.0?} after its start, with {memory} MiB; load {}",
        middle(&times),
        load()
    );
}

fn middle(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times[times.len() / 2]
}

fn gigabytes(file: &Path) -> f64 {
    let bytes = std::fs::metadata(file).expect("a file").len();
    f64::from(u32::try_from(bytes / 1_000_000).expect("less than 4 PB")) / 1000.0
}

/// How busy the machine has been in the last minute.
pub fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}
