//! The console on a big database: 100,000 requests and 1,000,000 messages; while nothing else happens, while
//! 200 web chats are open and written in, and while what is too old is deleted.
//!
//! Takes minutes, so only when it is asked for: `cargo test --release --test it load -- --ignored --nocapture`.

mod fill;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::BodyDataStream;
use axum::http::StatusCode;
use digidel::model::chat::{Address, Platform};
use digidel::model::retention::Retention;
use digidel::model::staff_account::AccountRole;
use digidel::settings::Http;
use digidel::store::Store;
use tokio::task::JoinHandle;

use crate::support::browser::{Browser, signed_in, site};
use crate::support::house::House;
use crate::support::stream::{hears, stream};

const TRIES: usize = 200;
const CHATS: usize = 200;
/// The bars of the task, in milliseconds.
const LIST: u64 = 100;
const SEARCH: u64 = 200;
/// Figures are no list: a year of them is read from end to end.
const FIGURES: u64 = 1_000;

const PAGES: [(u64, &str); 33] = [
    (LIST, "/staff"),
    (LIST, "/staff?view=all"),
    (LIST, "/staff?view=unanswered"),
    (LIST, "/staff?view=mine"),
    (LIST, "/staff?view=all&status=waiting&lang=en"),
    (LIST, "/staff?view=all&topic=printing"),
    (LIST, "/staff?view=all&topic=bankid&status=unanswered"),
    (LIST, "/staff?view=all&kind=conversation"),
    (LIST, "/staff?view=all&lang=ar"),
    (LIST, "/staff?view=all&lang=uk"),
    (LIST, "/staff?view=all&platform=discord"),
    (LIST, "/staff?view=all&platform=terminal"),
    (LIST, "/staff?view=all&centre=motala"),
    (LIST, "/staff?view=all&centre=torsby"),
    (LIST, "/staff?view=all&outcome=not_helped"),
    (LIST, "/staff?view=all&assignee=2"),
    (LIST, "/staff?view=all&from=2026-06-01&until=2026-06-02"),
    (LIST, "/staff?view=all&from=2026-03-05&until=2026-03-06&lang=sv"),
    (LIST, "/staff/visits"),
    (LIST, "/staff/visits?view=week&date=2026-11-02"),
    (LIST, "/staff/knowledge"),
    (LIST, "/staff/knowledge/articles"),
    (LIST, "/staff/centres"),
    (LIST, "/staff/account"),
    (SEARCH, "/staff?view=all&words=bankid"),
    (SEARCH, "/staff?view=all&words=skrivaren"),
    (SEARCH, "/staff?view=all&words=ord501"),
    (SEARCH, "/staff?view=all&words=tecken4711"),
    (SEARCH, "/staff?view=all&words=tecken"),
    (SEARCH, "/staff?view=all&words=telefonen%20rad%204"),
    (SEARCH, "/staff?view=all&words=kanot"),
    (FIGURES, "/staff/insight?days=30"),
    (FIGURES, "/staff/insight?days=365"),
];

/// The memory that the process holds, in MiB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).expect("a line");
    line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).expect("a number") / 1024
}

/// What was measured: said as it comes, and what was too slow at the end.
#[derive(Default)]
struct Record {
    slow: Vec<String>,
}

impl Record {
    /// Notes how long the tries took: half of them, all but one in a hundred, and all.
    fn note(&mut self, name: &str, bar: u64, mut times: Vec<Duration>) {
        times.sort_unstable();
        let at = |share: usize| times[(times.len() * share).div_ceil(100).max(1) - 1];
        let (half, most, worst) = (at(50), at(99), at(100));
        println!("{name}: p50 {half:.1?}, p99 {most:.1?}, worst {worst:.1?}");
        if most > Duration::from_millis(bar) {
            self.slow.push(format!("{name}: {most:.1?}, and the bar is {bar} ms"));
        }
    }

    /// Looks at a page many times.
    async fn look(&mut self, name: &str, browser: &mut Browser, bar: u64, path: &str) {
        let tries = if bar == FIGURES { TRIES / 4 } else { TRIES };
        let paths: Vec<String> = std::iter::repeat_n(path.to_owned(), tries).collect();
        self.look_at(&format!("{name}{path}"), browser, bar, &paths).await;
    }

    /// Looks at many pages, once each.
    async fn look_at(&mut self, name: &str, browser: &mut Browser, bar: u64, paths: &[String]) {
        let mut times = Vec::with_capacity(paths.len());
        for path in paths {
            let begun = Instant::now();
            let page = browser.get(path).await;
            times.push(begun.elapsed());
            assert_eq!(page.status, StatusCode::OK, "{path}");
        }
        self.note(name, bar, times);
    }
}

/// The requests of so many pages of the list, the newest first.
async fn requests(browser: &mut Browser, pages: usize) -> Vec<String> {
    let (mut next, mut found) = ("/staff?view=all".to_owned(), Vec::new());
    for _ in 0..pages {
        let page = browser.get(&next).await;
        let links = page.body.split("href=\"/staff/requests/").skip(1);
        found.extend(links.filter_map(|rest| Some(format!("/staff/requests/{}", rest.split('"').next()?))));
        next = page.body.split("href=\"").find(|rest| rest.contains("after=")).map_or_else(
            || "/staff?view=all".to_owned(),
            |rest| rest.split('"').next().unwrap_or_default().replace("&#38;", "&").replace("&amp;", "&"),
        );
    }
    found
}

/// Opens the chats, each with its stream.
async fn open_chats(site: &Router) -> Vec<(Browser, BodyDataStream)> {
    let mut open = Vec::with_capacity(CHATS);
    for n in 0..CHATS {
        let mut browser = Browser::new(site);
        browser.headers.push(("x-forwarded-for", format!("10.0.{}.{}", n / 250, n % 250 + 1)));
        assert_eq!(browser.post("/chat", &[("tap", "privacy")]).await.status, StatusCode::SEE_OTHER, "{n}");
        let stream = stream(site, &browser).await;
        open.push((browser, stream));
    }
    open
}

/// Somebody writes in each of the chats, one after the other, until it is said that it is enough or each
/// has written fifteen times; how many turns that were, and the last words in each chat.
fn write_in(chats: &[(Browser, BodyDataStream)], enough: Arc<AtomicBool>) -> JoinHandle<usize> {
    let mut writers: Vec<Browser> = chats.iter().map(|(browser, _)| browser.clone()).collect();
    tokio::spawn(async move {
        let turns = AtomicUsize::new(0);
        for round in 0..15 {
            for (n, browser) in writers.iter_mut().enumerate() {
                if enough.load(Ordering::Relaxed) {
                    return turns.into_inner();
                }
                let text = format!("skrivaren är trasig ettord{n}x{round}slut");
                let answer = browser.post("/chat", &[("text", &text)]).await;
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{n}");
                turns.fetch_add(1, Ordering::Relaxed);
            }
        }
        turns.into_inner()
    })
}

/// A house on the big database.
async fn big_house(folder: &tempfile::TempDir) -> House {
    let path = folder.path().join("big.db");
    let mut house = House::on(Store::open(&path).await.expect("a store"));
    // The letter that all letters are like.
    house.does(&Address::new(Platform::Telegram, "0"), Some("sv"), "bankid fungerar inte").await;
    let begun = Instant::now();
    fill::fill(&path, house.now().as_millisecond()).await;
    let size = std::fs::metadata(&path).expect("a file").len() / 1_048_576;
    println!("filled in {:.1?}: {size} MiB", begun.elapsed());
    house
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; run it with --ignored --nocapture"]
async fn lists_and_search_are_quick_on_a_big_database_and_memory_stays_flat() {
    let folder = tempfile::tempdir().expect("a folder");
    let house = big_house(&folder).await;
    let site = site(&house, &Http { behind_proxy: true, ..Http::default() });
    let mut anna = signed_in(&house, &site, "anna", AccountRole::Staff, &[]).await;
    let mut omar = signed_in(&house, &site, "omar", AccountRole::Staff, &["motala"]).await;
    let mut record = Record::default();
    anna.get("/staff").await;
    let first = memory();
    for (bar, path) in PAGES {
        record.look("", &mut anna, bar, path).await;
    }
    record.look("of one centre: ", &mut omar, LIST, "/staff").await;
    record.look("of one centre: ", &mut omar, LIST, "/staff?view=all").await;
    let unread = requests(&mut anna, 24).await;
    assert!(unread.len() > 1_000, "{}", unread.len());
    record.look("read before: ", &mut anna, LIST, &unread[0]).await;
    // Each is a line in the audit, and takes the writer.
    record.look_at("requests that nobody has read", &mut anna, LIST, &unread[1..300]).await;
    let warm = memory();

    let mut chats = open_chats(&site).await;
    let open = memory();
    let enough = Arc::new(AtomicBool::new(false));
    let (begun, writing) = (Instant::now(), write_in(&chats, Arc::clone(&enough)));
    record.look(&format!("{CHATS} chats write: "), &mut anna, LIST, "/staff").await;
    record.look(&format!("{CHATS} chats write: "), &mut anna, SEARCH, "/staff?view=all&words=ord501").await;
    record
        .look_at(&format!("{CHATS} chats write: unread requests"), &mut anna, LIST, &unread[300..600])
        .await;
    enough.store(true, Ordering::Relaxed);
    let turns = writing.await.expect("no panic");
    println!("{turns} turns of {CHATS} open chats in {:.1?}", begun.elapsed());
    for (n, (browser, stream)) in chats.iter_mut().enumerate() {
        let word = format!("sista{n}slut");
        assert_eq!(browser.clone().post("/chat", &[("text", &word)]).await.status, StatusCode::SEE_OTHER);
        hears(stream, &word).await;
    }
    let chatted = memory();

    let (store, now) = (house.store.clone(), house.now());
    let sweeping = tokio::spawn(async move { store.sweep(&Retention::default(), now).await });
    record.look("while old data goes: ", &mut anna, LIST, "/staff?view=all").await;
    record.look("while old data goes: ", &mut anna, SEARCH, "/staff?view=all&words=ord501").await;
    record.look_at("while old data goes: unread requests", &mut anna, LIST, &unread[600..900]).await;
    assert!(!sweeping.is_finished(), "there was enough to delete");
    sweeping.abort();
    assert!(sweeping.await.is_err_and(|error| error.is_cancelled()));
    let swept = memory();
    for _ in 0..10 {
        record.look("again: ", &mut anna, SEARCH, "/staff?view=all&words=bankid").await;
    }
    let last = memory();
    println!(
        "memory in MiB: {first} after the first list, {warm} after all of them, {open} with {CHATS} chats open, \
         {chatted} when they had written, {swept} while old data went, {last} after 2,000 searches"
    );
    assert!(chatted < warm + 100, "{warm} MiB, then {chatted} MiB");
    assert!(last < swept + 24, "{swept} MiB, then {last} MiB");
    assert!(record.slow.is_empty(), "{:#?}", record.slow);
}
