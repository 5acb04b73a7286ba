//! How much the real program carries, against the local Bot API server of the tests.
//!
//! ```text
//! cargo bench --bench load -- ramp              rising rates, matched by letters and words
//! cargo bench --bench load -- ramp --embedding  the same with the embedding model
//! cargo bench --bench load -- peers FOLDER      beside other bots; `benches/peers/run` builds those
//! cargo bench --bench load -- server            what the local server itself can do
//! ```
//!
//! Everything runs on this machine, the server too: the figures are for comparing, and a bot alone on its
//! machine does better.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a measurement that cannot be made says why and ends; what it prints is what it is for"
)]

#[allow(clippy::unwrap_used, reason = "the server of the tests")]
#[path = "../../tests/it/support/telegram/mod.rs"]
mod telegram;

#[allow(dead_code, reason = "the other bench uses the rest")]
mod bot;
mod drive;
mod peers;
mod ramp;
mod server;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    match words.as_slice() {
        ["ramp"] => runtime.block_on(ramp::run(false)),
        ["ramp", "--embedding"] => runtime.block_on(ramp::run(true)),
        ["peers", folder] => runtime.block_on(peers::run(std::path::Path::new(folder), None)),
        ["peers", folder, only] => runtime.block_on(peers::run(std::path::Path::new(folder), Some(only))),
        ["server"] => runtime.block_on(server::run()),
        // `cargo bench` without a name starts every bench: this one only when it is asked for.
        _ => println!("load: say what: ramp, ramp --embedding, peers FOLDER, server"),
    }
}
