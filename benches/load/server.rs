//! What the local server itself can do, so that it is not taken for the limit of a bot.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::bot::processor;
use crate::ramp::load;
use crate::telegram::Server;

/// As many calls as Digidel has under way at most.
const AT_ONCE: usize = 64;
const TIME: Duration = Duration::from_secs(5);

pub async fn run() {
    let server = Server::start().await;
    let _heard = server.listen();
    for id in 0..AT_ONCE {
        server.user(1_000 + i64::try_from(id).expect("few"));
    }
    let client = reqwest::Client::new();
    let (begun, before) = (Instant::now(), processor("self"));
    let calls = (0..AT_ONCE).map(|chat| {
        let (client, url) = (client.clone(), format!("{}/bot{}/sendMessage", server.url(), server.token()));
        tokio::spawn(async move {
            let body = json!({"chat_id": 1_000 + chat, "text": "Prova att starta om telefonen."}).to_string();
            let mut calls = 0_u32;
            while begun.elapsed() < TIME {
                let call = client.post(&url).header("Content-Type", "application/json").body(body.clone());
                let answer = call.send().await.expect("an answer");
                assert!(answer.status().is_success());
                answer.bytes().await.expect("a body");
                calls += 1;
            }
            calls
        })
    });
    let mut all = 0;
    for call in calls.collect::<Vec<_>>() {
        all += call.await.expect("no panic");
    }
    let per_second = f64::from(all) / begun.elapsed().as_secs_f64();
    let millis = processor("self").saturating_sub(before).as_secs_f64() * 1000.0 / f64::from(all);
    println!("the server, and a client that asks without pause, in one process: {per_second:.0} calls/s,");
    println!("{millis:.3} ms of processor a call for both together; load {}", load());
}
