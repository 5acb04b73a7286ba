//! What becomes of the figures when there is much of everything.
//!
//! ```text
//! cargo bench --bench growth -- disk                          durable turns beside bare commits
//! cargo bench --bench growth -- residents FOLDER 10000 1000000  that many conversations, ten messages each
//! cargo bench --bench growth -- backlog                       letters that all are due at once
//! cargo bench --bench growth -- content                       300 centres and 1,000 articles
//! ```
//!
//! `residents` fills its databases into FOLDER and leaves them there for the next run: a million takes
//! some minutes and about 20 GB. Everything else works in temporary folders.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a measurement that cannot be made says why and ends; what it prints is what it is for"
)]

#[path = "../load/bot.rs"]
#[allow(dead_code, reason = "a part of it is used here")]
mod bot;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "each bench uses a part of it")]
mod support;
#[allow(clippy::unwrap_used, reason = "the server of the tests")]
#[path = "../../tests/it/support/telegram/mod.rs"]
mod telegram;

mod backlog;
mod content;
mod disk;
mod fill;
mod house;
mod residents;

use std::path::Path;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    match words.as_slice() {
        ["disk"] => runtime.block_on(disk::run()),
        ["residents", folder, sizes @ ..] if !sizes.is_empty() => {
            let sizes: Vec<u32> = sizes.iter().map(|size| size.parse().expect("a number")).collect();
            runtime.block_on(residents::run(Path::new(folder), &sizes));
        }
        ["backlog"] => runtime.block_on(backlog::run()),
        ["content"] => runtime.block_on(content::run()),
        // `cargo bench` without a name starts every bench: this one only when it is asked for.
        _ => println!("growth: say what: disk, residents FOLDER SIZE…, backlog, content"),
    }
}
