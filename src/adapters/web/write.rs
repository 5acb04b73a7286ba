//! From a conversation to what the page shows: a total translation of every kind of message.

use askama::Template;
use fast_qr::convert::Builder;
use fast_qr::convert::svg::SvgBuilder;
use fast_qr::qr::QRBuilder;

use crate::app::Said;
use crate::http::html::{self, Safe};
use crate::http::preview::Shown;
use crate::http::words::Words;
use crate::model::markup::Markup;
use crate::model::message::{Ask, Card, Message};
use crate::model::time::Timestamp;

/// A line of the conversation as the page shows it.
#[derive(Debug, Default, Template)]
#[template(path = "web/line.html")]
pub(super) struct Line {
    w: Option<Words>,
    /// Unique on the page; the script knows by it what is there already.
    pub id: String,
    ours: bool,
    lang: &'static str,
    dir: &'static str,
    hour: String,
    text: Safe,
    choices: Vec<Button>,
    position: Option<String>,
    venue: Option<Venue>,
    file: Option<File>,
    picture: Option<Picture>,
}

#[derive(Debug)]
struct Button {
    label: String,
    code: String,
}

#[derive(Debug)]
struct Venue {
    name: String,
    address: String,
    link: String,
}

#[derive(Debug)]
struct File {
    name: String,
    link: String,
}

#[derive(Debug)]
struct Picture {
    svg: Safe,
    alt: String,
}

/// The lines of a conversation. What is not kept as words is named.
pub(super) fn lines(w: Words, said: &[Said]) -> Vec<Line> {
    let mut lines = Vec::with_capacity(said.len());
    for one in said {
        lines.push(match one {
            Said::In { id, kind, text, at } => {
                let words = theirs(w, kind, text.as_deref(), said);
                Line {
                    id: format!("i{id}"),
                    text: html::markup(&Markup::from_user(&words)),
                    ..base(w, false, at)
                }
            }
            Said::Out { id, message, at } => ours(w, &id.to_string(), message, at),
        });
    }
    lines
}

fn base(w: Words, ours: bool, at: &Timestamp) -> Line {
    // What a visitor writes may be in any language and run either way.
    Line { w: Some(w), ours, lang: "", dir: "auto", hour: w.hour(at), ..Line::default() }
}

/// What the resident did, in words.
fn theirs(w: Words, kind: &str, text: Option<&str>, said: &[Said]) -> String {
    match (kind, text) {
        ("location", _) => w.my_position(),
        ("tap", Some(code)) => {
            let code = code.trim_matches(['[', ']']);
            Said::label_of(said, code).or_else(|| opening_label(w, code)).unwrap_or_else(|| w.a_button())
        }
        (_, Some(text)) => text.to_owned(),
        ("old_tap", None) => w.a_button(),
        (_, None) => w.unread(),
    }
}

/// The label of a button that the page itself shows.
fn opening_label(w: Words, code: &str) -> Option<String> {
    Some(match code {
        "ask" => w.ask(),
        "find" => w.find(),
        "book" => w.book(),
        "person" => w.person(),
        "privacy" => w.privacy(),
        "mydata" => w.my_data(),
        "forget" => w.forget(),
        code => crate::model::lang::Lang::ALL
            .into_iter()
            .find(|lang| code.strip_prefix("speak:") == Some(lang.code()))?
            .own_name()
            .to_owned(),
    })
}

fn ours(w: Words, id: &str, message: &Message, at: &Timestamp) -> Line {
    let of = Words(message.lang);
    let mut line = Line {
        id: format!("l{id}"),
        lang: of.html_lang(),
        dir: of.dir(),
        text: html::markup(&message.text),
        ..base(w, true, at)
    };
    let choices = message.ask.choices().iter();
    line.choices = choices.map(|c| Button { label: c.label.clone(), code: c.action.to_string() }).collect();
    match &message.ask {
        Ask::Location { label, .. } => line.position = Some(label.clone()),
        Ask::Nothing | Ask::Choice(_) => {}
    }
    match &message.card {
        Some(Card::Venue { name, address, position }) => {
            let (lat, lon) = (position.lat(), position.lon());
            let map = format!(
                "https://www.openstreetmap.org/?mlat={lat:.5}&mlon={lon:.5}#map=17/{lat:.5}/{lon:.5}"
            );
            line.venue = Some(Venue { name: name.clone(), address: address.clone(), link: map });
        }
        Some(Card::Document { name, .. }) => {
            line.file = Some(File { name: name.clone(), link: format!("/chat/file/{id}") });
        }
        Some(Card::Picture { code, alt }) => line.picture = picture(code, alt),
        None => {}
    }
    line
}

fn picture(code: &str, alt: &str) -> Option<Picture> {
    let qr = QRBuilder::new(code).build().ok()?;
    Some(Picture { svg: Safe::drawing(SvgBuilder::default().margin(4).to_str(&qr)), alt: alt.to_owned() })
}

/// A message as the page shows it.
pub fn preview(message: &Message) -> Shown {
    let line = ours(Words(message.lang), "", message, &Timestamp::UNIX_EPOCH);
    Shown { texts: vec![line.text], buttons: line.choices.into_iter().map(|b| b.label).collect() }
}
