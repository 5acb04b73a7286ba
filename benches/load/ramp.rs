//! The real program at rising rates, until it no longer keeps up.

use std::time::Duration;

use crate::bot::Recipe;
use crate::drive::Crowd;
use crate::telegram::Server;

/// How long each rate lasts.
const STEP: Duration = Duration::from_secs(6);
const PEOPLE: i64 = 2_000;
const RATES: [u32; 11] = [25, 50, 100, 200, 400, 600, 800, 1_000, 1_250, 1_600, 2_000];
const RATES_WITH_EMBEDDINGS: [u32; 8] = [5, 10, 20, 30, 40, 60, 80, 100];
/// Later than this an answer is no answer: the bot has broken down.
const BROKEN: Duration = Duration::from_secs(2);

pub async fn run(embedding: bool) {
    let server = Server::start().await;
    let recipe = Recipe::digidel(embedding);
    let bot = recipe.start(&server).await;
    println!("{}: first poll after {:.0?}, {} MiB", recipe.name, bot.started_in, bot.memory().0);
    let mut crowd = Crowd::greeted(&server, PEOPLE).await;
    println!("| asked/s | answered/s | messages | p50 ms | p99 ms | p99.9 ms | processors | MiB | load |");
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let rates: &[u32] = if embedding { &RATES_WITH_EMBEDDINGS } else { &RATES };
    for rate in rates {
        let before = bot.processor();
        let figures = crowd.at_rate(*rate, STEP).await;
        let processors = bot.processor().saturating_sub(before).as_secs_f64() / figures.took.as_secs_f64();
        let millis = |thousandths| figures.at(thousandths).as_secs_f64() * 1000.0;
        println!(
            "| {rate} | {:.0} | {} | {:.1} | {:.1} | {:.1} | {processors:.2} | {} | {} |",
            figures.per_second(),
            figures.messages,
            millis(500),
            millis(990),
            millis(999),
            bot.memory().0,
            load()
        );
        let lost = figures.asked - figures.answered;
        if lost > 0 || figures.at(990) > BROKEN || figures.per_second() < f64::from(*rate) * 0.8 {
            println!("here it breaks: {lost} unanswered, p99 {:.1?}", figures.at(990));
            break;
        }
    }
    let violations = server.violations().len();
    println!("broken rules of the Bot API: {violations}; most memory {} MiB", bot.memory().1);
}

/// How busy the machine has been in the last minute.
pub fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}
