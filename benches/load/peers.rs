//! Digidel beside bots of other ecosystems: same server, same machine, same questions, one after the other.
//!
//! The others count what somebody has said, keep that in SQLite, and say it back; the echo keeps nothing.
//! Digidel understands the question, searches, answers with an article and buttons, and keeps a request.

use std::path::Path;
use std::time::Duration;

use crate::bot::Recipe;
use crate::drive::Crowd;
use crate::ramp::load;
use crate::telegram::Server;

const PEOPLE: usize = 200;
/// The limit is looked for so long.
const BUSY: Duration = Duration::from_secs(10);
/// And so long it is asked at a rate that all of them carry.
const CALM: Duration = Duration::from_secs(6);
const CALM_RATE: u32 = 50;
/// Rounds; of each figure the median counts.
const ROUNDS: usize = 3;

struct Row {
    per_second: f64,
    busy_p99: f64,
    calm_p50: f64,
    calm_p99: f64,
    cpu_millis: f64,
    mib: f64,
    start_millis: f64,
    /// Questions that were never answered: of those under way when a bot gave up, nobody hears again.
    unanswered: f64,
}

pub async fn run(folder: &Path, only: Option<&str>) {
    let node = Path::new("node");
    let recipes = [
        Recipe::digidel(false),
        Recipe::new("teloxide echo, no state", &folder.join("teloxide/release/echo"), None),
        Recipe::new("teloxide dialogue + SQLite", &folder.join("teloxide/release/dialogue"), None),
        Recipe::new("grammY + SQLite", node, Some(&folder.join("grammy/bot.mjs"))),
        Recipe::new(
            "aiogram + SQLite",
            &folder.join("aiogram/venv/bin/python"),
            Some(&folder.join("aiogram/bot.py")),
        ),
    ];
    println!(
        "| bot | replies/s | p99 then, ms | at {CALM_RATE}/s: p50, p99 ms | unanswered | processor a reply, ms | MiB | start, ms | load |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for recipe in recipes.iter().filter(|recipe| only.is_none_or(|only| recipe.name.contains(only))) {
        let mut rows = Vec::new();
        for _ in 0..ROUNDS {
            rows.push(measure(recipe).await);
        }
        let middle = |of: fn(&Row) -> f64| {
            let mut all: Vec<f64> = rows.iter().map(of).collect();
            all.sort_by(f64::total_cmp);
            all[ROUNDS / 2]
        };
        println!(
            "| {} | {:.0} | {:.0} | {:.1}, {:.1} | {:.0} | {:.2} | {:.0} | {:.0} | {} |",
            recipe.name,
            middle(|row| row.per_second),
            middle(|row| row.busy_p99),
            middle(|row| row.calm_p50),
            middle(|row| row.calm_p99),
            middle(|row| row.unanswered),
            middle(|row| row.cpu_millis),
            middle(|row| row.mib),
            middle(|row| row.start_millis),
            load()
        );
    }
}

async fn measure(recipe: &Recipe) -> Row {
    let server = Server::start().await;
    let bot = recipe.start(&server).await;
    let mut crowd = Crowd::greeted(&server, i64::try_from(PEOPLE).expect("few")).await;
    let calm = crowd.at_rate(CALM_RATE, CALM).await;
    let before = bot.processor();
    let busy = crowd.without_pause(PEOPLE, BUSY).await;
    let processor = bot.processor().saturating_sub(before);
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    Row {
        per_second: busy.per_second(),
        busy_p99: millis(busy.at(990)),
        calm_p50: millis(calm.at(500)),
        calm_p99: millis(calm.at(990)),
        cpu_millis: millis(processor) / f64::from(u32::try_from(busy.answered).expect("few")),
        mib: f64::from(u32::try_from(bot.memory().1).expect("few")),
        start_millis: millis(bot.started_in),
        unanswered: f64::from(
            u32::try_from(calm.asked + busy.asked - calm.answered - busy.answered).expect("few"),
        ),
    }
}
