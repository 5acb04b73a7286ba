//! The process is killed (SIGKILL) while it works: of every turn all is on disk, or nothing.
//!
//! Plays many quick turns through the real program and kills it at a moment drawn from a seed. Then
//! the database is opened and read as an accountant would.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use digidel::model::id::Fresh;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

const KILLS: u64 = 8;
const LINES: &[&str] = &[
    "boka Motala",
    "[Motala bibliotek]",
    "hej",
    "591 32",
    "tack",
    "/visits",
    "jag vill prata med en människa",
    "det gäller min skrivare",
    "ja",
    "/mydata",
];

/// Starts the program, talks without waiting for answers, and kills it after a while.
fn talk_and_kill(database: &Path, name: &str, after: Duration) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_digidel"))
        .args(["chat", "--no-embedding", "--name", name, "--database"])
        .arg(database)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || {
        for line in LINES.iter().cycle().take(2_000) {
            // The pipe breaks when the program is killed: that is the point.
            if writeln!(stdin, "{line}").is_err() {
                break;
            }
        }
    });
    let mut stdout = child.stdout.take().expect("a pipe");
    // The first byte means that it has begun to answer; from there the clock runs.
    let mut first = [0_u8; 1];
    std::io::Read::read_exact(&mut stdout, &mut first).expect("a greeting");
    let reader = std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
    let (_keep, nothing) = std::sync::mpsc::channel::<()>();
    let _ = nothing.recv_timeout(after);
    child.kill().expect("killed");
    child.wait().expect("gone");
    writer.join().expect("the writer ends");
    drop(reader.join());
}

/// Every noted event has its session, and its letters; no letter is without its event.
async fn audit(database: &Path) -> i64 {
    let options = SqliteConnectOptions::new().filename(database);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("it opens");
    let whole: String = sqlx::query("PRAGMA integrity_check").fetch_one(&pool).await.expect("a row").get(0);
    assert_eq!(whole, "ok");
    let count = |sql: &'static str| {
        let pool = pool.clone();
        async move { sqlx::query_scalar::<_, i64>(sql).fetch_one(&pool).await.expect("a count") }
    };
    let half = count(
        "SELECT count(*) FROM inbox WHERE kind <> 'alarm' AND NOT EXISTS (
           SELECT 1 FROM letters WHERE recipient = inbox.address AND created_at = inbox.at)",
    );
    assert_eq!(half.await, 0, "an event was noted without its answer");
    let orphans = count(
        "SELECT count(*) FROM letters WHERE NOT EXISTS (
           SELECT 1 FROM inbox WHERE address = letters.recipient AND at = letters.created_at)",
    );
    assert_eq!(orphans.await, 0, "an answer was written without its event");
    let lost = count(
        "SELECT count(*) FROM inbox WHERE NOT EXISTS (SELECT 1 FROM conversations c WHERE c.address = inbox.address)",
    );
    assert_eq!(lost.await, 0, "an event was noted without its session");
    let turns = count("SELECT count(*) FROM inbox").await;
    pool.close().await;
    turns
}

#[test]
fn a_kill_leaves_whole_turns_or_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("digidel.db");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut fresh = Fresh::new(9);
    let mut turns = 0;
    for kill in 0..KILLS {
        let after = Duration::from_millis(20 + fresh.bits() % 300);
        talk_and_kill(&database, &format!("person{}", kill % 3), after);
        let now = runtime.block_on(audit(&database));
        assert!(now > turns, "the program went on after kill {kill}");
        turns = now;
    }
}
