//! The conversations in `tests/chats`: each file is both script and expectation.
//!
//! A line `amina@telegram> hej` is what somebody does; the indented lines under it are what
//! everybody then reads, exactly as the terminal prints it (another reader's lines begin with
//! `bo@discord<`). `=` lines set the stage: `= now 2027-03-01 10:00`, `= later 30 minutes`,
//! `= restart`, `= staff decline rut@telegram We are away` (see `staff`), `= lang en` (the language of the next people's app). `#` is a comment.
//! `UPDATE_CHATS=1 cargo test transcripts` writes what the bot says now; read the difference.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use digidel::adapters::terminal;
use digidel::app::Handled;
use digidel::model::chat::{Address, Platform};
use digidel::model::staff::{StaffOp, WhichVisit};

use crate::support::house::{House, instant};

pub(super) fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/chats");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("tests/chats")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "chat"))
        .collect();
    files.sort();
    files
}

pub(super) fn person(name: &str) -> Address {
    let (who, platform) = name.split_once('@').unwrap_or((name, "terminal"));
    let platform = Platform::ALL.into_iter().find(|p| p.name() == platform).expect("a platform");
    Address::new(platform, who)
}

fn name(address: &Address) -> String {
    format!("{}@{}", address.id(), address.platform().name())
}

/// Replays the actions of a script and writes the whole of it anew.
async fn replay(script: &str) -> String {
    let mut house = House::open().await;
    let mut lang: Option<String> = None;
    let mut out = String::new();
    for line in script.lines() {
        if line.starts_with("  ") || line.trim().is_empty() {
            continue;
        }
        if !out.is_empty() && !line.starts_with('#') {
            out.push('\n');
        }
        writeln!(out, "{line}").expect("a string");
        if let Some(stage) = line.strip_prefix("= ") {
            set_stage(&mut house, &mut lang, stage).await;
            show(&house, None, &mut out);
        } else if let Some((who, doing)) = line.split_once("> ") {
            let who = person(who);
            house.does(&who, lang.as_deref(), doing).await;
            show(&house, Some(&who), &mut out);
        }
    }
    let left: Vec<_> = house.store.in_flight().await.expect("the database answers");
    assert!(left.is_empty(), "letters remain undelivered: {left:#?}");
    let counts = house.store.letter_counts().await.expect("the database answers");
    for (state, _) in counts {
        assert!(["sent", "pending", "void"].contains(&state.as_str()), "letters are {state}");
    }
    let due = house.store.next_due().await.expect("the database answers");
    assert!(due.is_none_or(|due| due > house.now()), "a due letter remains");
    out
}

pub(super) async fn set_stage(house: &mut House, lang: &mut Option<String>, stage: &str) {
    let (word, rest) = stage.split_once(' ').unwrap_or((stage, ""));
    match word {
        "now" => house.set_clock(instant(rest)),
        "later" => {
            let (count, unit) = rest.split_once(' ').expect("a number and a unit");
            let count: i64 = count.parse().expect("a number");
            let seconds = match unit.trim_end_matches('s') {
                "minute" => 60,
                "hour" => 3_600,
                "day" => 86_400,
                other => panic!("no unit {other}"),
            };
            house.set_clock(digidel::model::time::later(house.now(), count * seconds));
        }
        "restart" => house.restart().await,
        "staff" => staff(house, rest).await,
        "lang" => *lang = Some(rest.to_owned()),
        other => panic!("no stage direction {other}"),
    }
    house.deliver().await;
}

/// What staff decide: about somebody's latest visit, or about a centre's days and hours.
async fn staff(house: &mut House, doing: &str) {
    let words: Vec<&str> = doing.split(' ').collect();
    let text = |from: usize| Some(words[from.min(words.len())..].join(" ")).filter(|t| !t.is_empty());
    let time = || instant(&format!("{} {}", words[2], words[3]));
    let op = if let ["close", centre, from, until, ..] = words[..] {
        StaffOp::CloseDays {
            centre: centre.parse().expect("a centre"),
            from: from.parse().expect("a date"),
            until: until.parse().expect("a date"),
            reason: text(4),
        }
    } else if let ["arrange", centre, ..] = words[..] {
        let centre = centre.parse().expect("a centre");
        StaffOp::Arrange { centre, said: text(2).unwrap_or_default(), note: None }
    } else {
        let visits = house.store.visits_of(&person(words[1])).await.expect("the database answers");
        // Two that were asked for in the same minute: the one that is still open.
        let open = visits.iter().find(|visit| visit.status.is_open());
        let visit = open.or_else(|| visits.first()).expect("a visit").id;
        match words[0] {
            "confirm" => StaffOp::ConfirmVisit { visit, at: time() },
            "propose" => StaffOp::ProposeTime { visit, at: time() },
            "decline" => StaffOp::DeclineVisit { visit, word: text(2) },
            "cancel" => StaffOp::CancelVisit { visit, word: text(2) },
            "checkin" => StaffOp::CheckIn(WhichVisit::Id(visit)),
            "noshow" => StaffOp::NoShow(visit),
            other => panic!("staff cannot {other}"),
        }
    };
    assert_eq!(house.staff(op).await, Handled::Done, "{doing}");
}

fn show(house: &House, actor: Option<&Address>, out: &mut String) {
    for (reader, message) in house.read() {
        if actor != Some(&reader) {
            writeln!(out, "  {}<", name(&reader)).expect("a string");
        }
        for line in terminal::write(&message).lines() {
            writeln!(out, "{}", format!("  {line}").trim_end()).expect("a string");
        }
    }
}

#[tokio::test]
async fn every_conversation_goes_as_written() {
    let update = std::env::var_os("UPDATE_CHATS").is_some();
    let mut wrong = Vec::new();
    let files = files();
    assert!(!files.is_empty());
    for file in files {
        let script = std::fs::read_to_string(&file).expect("a script");
        let now = replay(&script).await;
        if update {
            std::fs::write(&file, &now).expect("to write the script");
        } else if now != script {
            wrong.push(format!("{}\n{}", file.display(), difference(&script, &now)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The first lines that differ, with what came before them.
fn difference(script: &str, now: &str) -> String {
    let same = script.lines().zip(now.lines()).take_while(|(a, b)| a == b).count();
    let part = |text: &str| text.lines().skip(same.saturating_sub(3)).take(12).collect::<Vec<_>>().join("\n");
    format!("line {}\n--- written\n{}\n--- said now\n{}", same + 1, part(script), part(now))
}
