//! Messages and the exact requests that show them, as snapshots; the same ones are then taken by
//! the strict server (`accidents.rs` and `day.rs` do the rest).

use std::fmt::Write as _;

use digidel::adapters::telegram::{Handle, Part, Plan, Request, To, plan};
use digidel::engine::say;
use digidel::model::action::Action;
use digidel::model::chat::ReplyHandle;
use digidel::model::lang::Lang;
use digidel::model::markup::Markup;
use digidel::model::message::{Ask, Card, Choice, Message, Placement};
use digidel::model::place::Position;

use crate::support::telegram::BOT_NAME;

fn choice(label: &str, code: &str) -> Choice {
    Choice { label: label.to_owned(), action: code.parse().expect("an action") }
}

fn message(text: &str) -> Message {
    Message { text: Markup::trusted(text), lang: Lang::Sv, card: None, ask: Ask::Nothing }
}

fn menu() -> Ask {
    Ask::Choice(vec![choice("Ställ en fråga", "ask"), choice("Hitta hjälp nära dig", "find")])
}

fn venue() -> Card {
    let position = Position::new(58.537_2, 15.036_5).expect("a position");
    Card::Venue { name: "Motala bibliotek".into(), address: "Repslagaregatan 1".into(), position }
}

fn file() -> Card {
    let (name, mime) = ("digidel.ics".into(), "text/calendar; charset=utf-8; method=PUBLISH".into());
    Card::Document { name, mime, content: "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".into() }
}

fn picture() -> Card {
    Card::Picture { code: "KMT4RW".into(), alt: "QR-kod: KMT 4RW".into() }
}

fn place(choices: Vec<Choice>) -> Ask {
    Ask::Location { label: "Dela min position".into(), choices }
}

fn long() -> String {
    let body = "En rad som är ganska lång. ".repeat(4);
    (1..=60).map(|n| format!("**Stycke {n}.** {body}")).collect::<Vec<_>>().join(
        "

",
    )
}

/// Every kind of message, by name; the chat, and what it answers.
pub fn messages() -> Vec<(&'static str, i64, Placement, Option<&'static str>, Message)> {
    let below = Placement::Below;
    let replace = Placement::Replace;
    let times = ["09.00", "09.30", "10.00", "10.30", "11.00"].map(|t| choice(t, "slot:motala:1a2b3c"));
    let days = ["tis 2 mars", "ons 3 mars", "tors 4 mars"].map(|d| choice(d, "day:motala:2027-03-02"));
    let arabic = "**مرحبا!** اسمي \u{2068}Digidel\u{2069}.\n\n1. اكتب سؤالك\n2. احجز موعدا";
    let private =
        Choice { label: "Öppna privat chatt".into(), action: Action::Private("motala".parse().ok()) };
    let with = |text: &str, card: Option<Card>, ask: Ask| Message { card, ask, ..message(text) };
    vec![
        ("a text", 42, below, None, message("Hej **du**! <Läs> & [se](https://digidel.se/?a=1&b=2).")),
        ("a menu", 42, below, None, with("Vad vill du göra?", None, menu())),
        ("days", 42, below, None, with("Vilken dag?", None, Ask::Choice(days.to_vec()))),
        ("times", 42, below, None, with("Vilken tid?", None, Ask::Choice(times.to_vec()))),
        ("right to left", 42, below, None, Message { lang: Lang::Ar, ..message(arabic) }),
        ("a long text", 42, below, None, with(&long(), None, menu())),
        ("a place", 42, below, None, with("Det här är närmast.", Some(venue()), menu())),
        ("a file", 42, below, None, with("Tiden är bokad.", Some(file()), menu())),
        ("a file under a long text", 42, below, None, with(&"Ord. ".repeat(300), Some(file()), menu())),
        ("a picture", 42, below, None, with("Koden är **KMT 4RW**.", Some(picture()), menu())),
        ("asking for a place", 42, below, None, with("Var är du?", None, place(vec![]))),
        (
            "asking for a place, or else",
            42,
            below,
            None,
            with("Var är du?", None, place(vec![choice("Avbryt", "leave")])),
        ),
        (
            "asking in a group",
            -1001,
            below,
            None,
            with("Var är ni?", None, place(vec![choice("Avbryt", "leave")])),
        ),
        ("after a tap, in place", 42, replace, Some("t7"), with("Vad vill du göra?", None, menu())),
        ("after a tap, in place, without buttons", 42, replace, Some("t7"), message("Då avbryter vi.")),
        ("after a tap, below", 42, below, Some("t7"), message("Svaret.")),
        ("after a tap under a file", 42, replace, Some("o7"), message("Svaret.")),
        ("after a tap, a place", 42, replace, Some("t7"), with("Det här är närmast.", Some(venue()), menu())),
        ("after a tap, asking for a place", 42, replace, Some("t7"), with("Var är du?", None, place(vec![]))),
        ("quoting in a group", -1001, below, Some("q9"), message("Svaret.")),
        (
            "to the private chat",
            -1001,
            below,
            None,
            with("I en privat chatt.", None, Ask::Choice(vec![private])),
        ),
        ("nothing", 42, below, None, message("")),
    ]
}

fn request(out: &mut String, head: &str, request: &Request) {
    let short = |text: String| if text.len() > 700 { format!("… {} bytes", text.len()) } else { text };
    let params = short(serde_json::Value::Object(request.params.clone()).to_string());
    writeln!(out, "  {head}{} {params}", request.method).expect("a string");
    if let Some(file) = &request.file {
        let (name, mime) = (&file.name, &file.mime);
        writeln!(out, "    {}: {name} ({mime}), {} bytes", file.part, file.bytes.len()).expect("a string");
    }
}

fn shown(plan: &Plan) -> String {
    let mut out = String::new();
    for tidy in &plan.before {
        request(&mut out, "first ", tidy);
    }
    for part in &plan.parts {
        match part {
            Part::Send(send) => request(&mut out, "", send),
            Part::Edit { edit, instead } => {
                request(&mut out, "", edit);
                request(&mut out, "or ", instead);
            }
        }
    }
    out
}

#[test]
fn every_message_becomes_exact_requests() {
    let profiles = say::profiles();
    let mut all = String::new();
    for (name, chat, placement, handle, message) in messages() {
        let handle = handle.and_then(|text| Handle::read(&ReplyHandle(text.to_owned())));
        let profile = profiles.of(message.lang);
        let to = To { chat, placement, handle, bot: Some(BOT_NAME), profile };
        write!(all, "{name}\n{}", shown(&plan(to, &message))).expect("a string");
    }
    insta::assert_snapshot!(all);
}

#[test]
fn long_texts_fit_and_keep_the_buttons_last() {
    let profiles = say::profiles();
    let message = Message { ask: menu(), ..message(&long()) };
    let to =
        To { chat: 42, placement: Placement::Below, handle: None, bot: None, profile: profiles.of(Lang::Sv) };
    let plan = plan(to, &message);
    assert!(plan.parts.len() > 1);
    for (n, part) in plan.parts.iter().enumerate() {
        let Part::Send(send) = part else { panic!("{part:?}") };
        let html = send.params["text"].as_str().expect("a text");
        assert!(html.replace("<b>", "").replace("</b>", "").encode_utf16().count() <= 4_096);
        assert_eq!(send.params.contains_key("reply_markup"), n + 1 == plan.parts.len());
    }
}

#[test]
fn a_handle_reads_back_as_it_was_written() {
    for text in ["t7", "o8", "q9"] {
        let handle = Handle::read(&ReplyHandle(text.to_owned())).expect("a handle");
        assert_eq!(handle.to_string(), text);
    }
    for bad in ["", "7", "t", "tx", "å7", "x7"] {
        assert_eq!(Handle::read(&ReplyHandle(bad.to_owned())), None, "{bad}");
    }
}
