//! A neutral message as what Discord is sent. Pure: knows no connection and no token.

use serde_json::{Value, json};

use super::Labels;
use super::components::rows;
use super::markdown::{LONGEST, length, parts};
use super::place::Place;
use crate::model::id::LetterId;
use crate::model::message::{Card, Message};
use crate::model::time::Timestamp;

/// The flag of a message that only one person sees.
pub(super) const PRIVATE: u64 = 1 << 6;
/// The flag of a message whose links unfold no preview.
const NO_PREVIEWS: u64 = 1 << 2;
/// The most characters of all embeds of a message together, with room for a card.
const EMBEDS: usize = 5_500;

/// A file that goes with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// One message as Discord is sent it, without what depends on how it is sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Body {
    pub json: Value,
    pub files: Vec<File>,
}

/// The parts of a message, in order. Buttons, a card and files go with the last.
pub(super) fn bodies(message: &Message, labels: &Labels, write: bool) -> Vec<Body> {
    let mut texts = parts(&message.text);
    let (embed, files, line) = card(message, labels);
    if let Some(line) = line {
        match texts.last_mut() {
            Some(last) if length(last) + length(&line) + 2 <= LONGEST => {
                last.push_str("\n\n");
                last.push_str(&line);
            }
            _ => texts.push(line),
        }
    }
    if texts.is_empty() {
        // Nothing to read: a zero-width space, as Discord refuses an empty message.
        texts.push("\u{200B}".to_owned());
    }
    let mut bodies: Vec<Body> = texts.into_iter().map(|text| body(&text)).collect();
    if let Some(last) = bodies.last_mut() {
        let label = labels.of(message.lang, "write");
        let choose = labels.of(message.lang, "choose");
        last.json["components"] =
            json!(rows(message.ask.choices(), &choose, write.then_some(label.as_str())));
        if let Some(embed) = embed {
            // A card is an embed: it must not be suppressed.
            last.json["embeds"] = json!([embed]);
            last.json["flags"] = json!(0);
        }
        last.files = files;
    }
    bodies
}

fn body(text: &str) -> Body {
    let json = json!({
        "content": text, "allowed_mentions": {"parse": []}, "flags": NO_PREVIEWS, "components": [],
    });
    Body { json, files: Vec::new() }
}

/// What comes with a message: an embed, files, or a further line of text.
fn card(message: &Message, labels: &Labels) -> (Option<Value>, Vec<File>, Option<String>) {
    match &message.card {
        Some(Card::Venue { name, address, position }) => {
            let (lat, lon) = (position.lat(), position.lon());
            let map = format!(
                "https://www.openstreetmap.org/?mlat={lat:.5}&mlon={lon:.5}#map=16/{lat:.5}/{lon:.5}"
            );
            let escaped = super::markdown::escape(address, true);
            let text = format!("{escaped}\n[{}](<{map}>)", labels.of(message.lang, "map"));
            let title = super::components::cut(name, 256);
            (Some(json!({"title": title, "description": text, "url": map})), Vec::new(), None)
        }
        Some(Card::Document { name, content, .. }) => {
            let file = File { name: name.clone(), bytes: content.clone().into_bytes() };
            (None, vec![file], None)
        }
        // A code that is read on the same screen is typed, not photographed.
        Some(Card::Picture { code, alt }) => {
            let code = code.replace('`', "'");
            (None, Vec::new(), Some(format!("{}: `{code}`", super::markdown::escape(alt, true))))
        }
        None => (None, Vec::new(), None),
    }
}

/// A message as one body and what did not fit: an interaction's answer can be changed again and
/// again, but a further message of it cannot be sent twice safely.
pub(super) fn gathered(mut bodies: Vec<Body>) -> (Body, Vec<Body>) {
    if bodies.len() == 1 {
        return (bodies.remove(0), Vec::new());
    }
    let mut all = bodies.into_iter();
    let mut first = all.next().unwrap_or_else(|| body(""));
    let (mut embeds, mut filled, mut rest) = (Vec::new(), 0, Vec::new());
    for body in all {
        let text = body.json["content"].as_str().unwrap_or_default().to_owned();
        if !rest.is_empty() || filled + length(&text) > EMBEDS {
            rest.push(body);
            continue;
        }
        filled += length(&text);
        embeds.push(json!({"description": text}));
        embeds.extend(body.json["embeds"].as_array().into_iter().flatten().cloned());
        first.json["components"] = body.json["components"].clone();
        first.files.extend(body.files);
    }
    first.json["embeds"] = json!(embeds);
    first.json["flags"] = json!(0);
    (first, rest)
}

/// At most 25 characters: 13 for the letter, 9 for when it was written, a dot, and the part. Letters
/// of a database that was restored have the numbers of others, but were written later: without the
/// time Discord would take them for those.
fn nonce(letter: LetterId, written_at: Timestamp, part: usize) -> String {
    let written = written_at.as_millisecond().unsigned_abs() & 0xF_FFFF_FFFF;
    format!("{letter}{written:09x}.{part}")
}

/// A body as a new message of a channel: with a nonce, so that nobody reads it twice.
pub(super) fn in_channel(
    body: &Body,
    letter: LetterId,
    written_at: Timestamp,
    part: usize,
    place: Place,
    reply: Option<u64>,
) -> Value {
    let mut json = body.json.clone();
    json["nonce"] = json!(nonce(letter, written_at, part));
    json["enforce_nonce"] = json!(true);
    let reply = match place {
        Place::Public { message, .. } => Some(message),
        _ => reply,
    };
    if let Some(message) = reply.filter(|_| part == 0) {
        json["message_reference"] = json!({"message_id": message.to_string(), "fail_if_not_exists": false});
    }
    json
}

/// A body as a change of a message that exists: what it no longer has is taken away.
pub(super) fn as_edit(body: &Body) -> Value {
    let mut json = body.json.clone();
    if json.get("embeds").is_none() {
        json["embeds"] = json!([]);
    }
    // Without this, files of the earlier version would stay.
    if body.files.is_empty() {
        json["attachments"] = json!([]);
    }
    json
}

/// A body as a further answer to an interaction.
pub(super) fn as_follow_up(body: &Body, private: bool) -> Value {
    let mut json = body.json.clone();
    let flags = json["flags"].as_u64().unwrap_or_default();
    json["flags"] = json!(if private { flags | PRIVATE } else { flags });
    json
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::action::Action;
    use crate::model::lang::Lang;
    use crate::model::markup::Markup;
    use crate::model::message::{Ask, Choice};
    use crate::model::place::Position;

    fn labels() -> Labels {
        Labels::new(&|_, key| key.to_owned())
    }

    fn message(text: &str, card: Option<Card>) -> Message {
        let ask = Ask::Choice(vec![Choice { label: "Meny".into(), action: Action::Menu }]);
        Message { text: Markup::trusted(text), lang: Lang::Sv, card, ask }
    }

    #[test]
    fn nothing_that_is_sent_can_notify_anybody() {
        let long = "ord ".repeat(3_000);
        let bodies = bodies(&message(&long, None), &labels(), false);
        assert!(bodies.len() > 5);
        for body in &bodies {
            assert_eq!(body.json["allowed_mentions"], json!({"parse": []}));
        }
        let with_buttons = bodies.iter().filter(|b| b.json["components"] != json!([])).count();
        assert_eq!(with_buttons, 1);
        let (first, rest) = gathered(bodies);
        assert_eq!(first.json["embeds"].as_array().map(Vec::len), Some(3));
        assert!(!rest.is_empty());
    }

    #[test]
    fn a_place_has_a_map() {
        let position = Position::new(58.5371, 15.0365);
        let card = position.map(|position| Card::Venue {
            name: "Motala".into(),
            address: "Gatan 1".into(),
            position,
        });
        let bodies = bodies(&message("Här", card), &labels(), false);
        let embed = &bodies[0].json["embeds"][0];
        assert_eq!(embed["title"], "Motala");
        assert!(embed["description"].as_str().is_some_and(|d| d.contains("mlat=58.53710&mlon=15.03650")));
    }

    #[test]
    fn letters_of_a_restored_database_have_nonces_of_their_own() {
        let (letter, earlier) = (LetterId::from_number(7), Timestamp::UNIX_EPOCH);
        let later = crate::model::time::later(earlier, 60);
        assert_ne!(nonce(letter, earlier, 0), nonce(letter, later, 0));
        assert_eq!(nonce(letter, later, 0), nonce(letter, later, 0));
        assert_ne!(nonce(letter, later, 0), nonce(letter, later, 1));
    }

    #[test]
    fn a_nonce_names_letter_and_part() {
        let body = body("Hej");
        let json =
            in_channel(&body, LetterId::from_number(i64::MAX), Timestamp::MAX, 99, Place::Thread(1), None);
        assert!(json["nonce"].as_str().is_some_and(|n| n.len() <= 25 && n.ends_with(".99")));
    }
}
