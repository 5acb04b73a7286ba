//! Floods, on the real program: one person's, ten thousand persons', and those of sockets. Somebody
//! else is answered within a second all the while, and the memory stays below 300 MB.
//!
//! `FLOOD_SECONDS=60 cargo test --release --test it floods -- --nocapture --test-threads 1` runs them for a minute.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::binary::Binary;
use crate::support::telegram::{Server, User};

/// New conversations a minute.
const NEWCOMERS: u64 = 10_000;
/// The most memory that the program may occupy.
const MEMORY: u64 = 300_000_000;
const TOO_MANY: &str = "väldigt många meddelanden";

fn seconds() -> u64 {
    std::env::var("FLOOD_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3)
}

/// How long somebody else waits for an answer; on a busy machine without optimisation more than a
/// second is nobody's fault, so the best of some tries counts.
async fn other_waits(other: &User, tries: usize) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..tries {
        let began = Instant::now();
        let sent = other.say("/help");
        other.answer_to(&sent).await.expect("an answer");
        best = best.min(began.elapsed());
    }
    best
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_floods_and_is_told_once() {
    let telegram = Server::start().await;
    let bot = Binary::start(&telegram, &[]).await;
    let (eve, rut) = (telegram.user(666), telegram.user(1));
    let warm = rut.say("/help");
    rut.answer_to(&warm).await.expect("an answer");
    for _ in 0..500 {
        eve.say("/help");
    }
    let waited = other_waits(&rut, 3).await;
    eve.wait("the word at the limit", |screen| screen.find(TOO_MANY).map(|_| ())).await.expect("a word");
    bot.until("all updates are taken", || telegram.pending().is_empty()).await;
    let screen = eve.screen();
    let told = screen.of_bot().filter(|bubble| bubble.text.contains(TOO_MANY)).count();
    assert_eq!(told, 1, "{screen}");
    assert!(screen.of_bot().count() <= 60, "{}", screen.of_bot().count());
    println!(
        "one person, 500 messages at once: another is answered in {waited:?}, {} MB",
        bot.memory() / 1_000_000
    );
    assert!(waited < Duration::from_secs(1) && bot.memory() < MEMORY, "{waited:?}, {}", bot.memory());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_newcomers_a_minute_keep_nobody_waiting() {
    let telegram = Server::start().await;
    let bot = Binary::start(&telegram, &[]).await;
    // Each in turn, so that none of them writes more than a person can.
    let others: Vec<User> = (1..=50).map(|id| telegram.user(id)).collect();
    let mut next = others.iter().cycle();
    other_waits(next.next().expect("somebody"), 1).await;
    let count = NEWCOMERS * seconds() / 60;
    let mut tick = tokio::time::interval(Duration::from_micros(60_000_000 / NEWCOMERS));
    let (mut best, mut worst) = (Duration::MAX, Duration::ZERO);
    for n in 0..count {
        tick.tick().await;
        telegram.user(10_000 + i64::try_from(n).expect("few")).say("bankid fungerar inte");
        if n % 100 == 99 {
            let waited = other_waits(next.next().expect("somebody"), 1).await;
            (best, worst) = (best.min(waited), worst.max(waited));
        }
    }
    let memory = bot.memory();
    println!(
        "{count} newcomers at {NEWCOMERS} a minute: another is answered in {best:?} to {worst:?}, {} MB",
        memory / 1_000_000
    );
    assert!(best < Duration::from_secs(1) && memory < MEMORY, "{best:?}, {memory}");
    bot.until("all updates are taken", || telegram.pending().is_empty()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_of_any_size_is_one_update() {
    let telegram = Server::start().await;
    let bot = Binary::start(&telegram, &[]).await;
    let (eve, rut) = (telegram.user(666), telegram.user(1));
    let from = eve.json();
    for (n, text) in
        ["å".repeat(2_000_000), "[".repeat(500_000), "1 ".repeat(500_000), "\u{202e}a".repeat(300_000)]
            .into_iter()
            .enumerate()
    {
        let chat = json!({ "id": 666, "type": "private", "first_name": "Eve" });
        telegram.raw(json!({ "message": { "message_id": 900 + n, "date": 1_800_000_000, "chat": chat, "from": from, "text": text } }));
    }
    let waited = other_waits(&rut, 2).await;
    bot.until("all updates are taken", || telegram.pending().is_empty()).await;
    println!("updates of megabytes: another is answered in {waited:?}, {} MB", bot.memory() / 1_000_000);
    assert!(waited < Duration::from_secs(1) && bot.memory() < MEMORY, "{waited:?}, {}", bot.memory());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_and_huge_requests_hold_up_nobody() {
    let telegram = Server::start().await;
    let bot = Binary::start(&telegram, &[("DIGIDEL__HTTP__PATIENCE_SECONDS", "1")]).await;
    // Heads that never end.
    let slow: Vec<TcpStream> = (0..400)
        .map(|_| {
            let mut socket = TcpStream::connect(bot.http).expect("a connection");
            socket.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ").expect("to write");
            socket
        })
        .collect();
    let began = Instant::now();
    let (status, _) = bot.get("/healthz").await;
    println!("400 slow heads: a page in {:?}", began.elapsed());
    assert!(status == 200 && began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    for mut socket in slow {
        socket.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        let mut rest = Vec::new();
        // Cut, or told why and then cut: either way the place is free again.
        match socket.read_to_end(&mut rest) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}"),
        }
    }
    // Bodies and heads without end.
    let huge = |head: &str, filling: &[u8]| {
        let mut socket = TcpStream::connect(bot.http).expect("a connection");
        socket.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        socket.write_all(head.as_bytes()).expect("to write");
        for _ in 0..2_000 {
            if socket.write_all(filling).is_err() {
                break;
            }
        }
        let mut answer = [0_u8; 64];
        let read = socket.read(&mut answer).unwrap_or(0);
        String::from_utf8_lossy(&answer[..read]).into_owned()
    };
    let filling = [b'a'; 16 * 1024];
    let declared = "POST /chat HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99999999\r\n\r\ntext=";
    let answer = huge(declared, &filling);
    assert!(answer.is_empty() || answer.contains("413"), "{answer}");
    let endless = huge("GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ", &filling);
    assert!(endless.is_empty() || endless.contains(" 4"), "{endless}");
    assert!(bot.memory() < MEMORY, "{}", bot.memory());
    assert_eq!(bot.get("/healthz").await.0, 200);
}
