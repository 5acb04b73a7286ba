//! An update as an event. Pure: what an update means, and nothing of what is done about it.
//!
//! teloxide's types say where and by whom; what was said is read from the JSON itself, as teloxide gives
//! up a whole text for one entity that it does not know, and a voice message for a missing MIME type.
//! Positions, texts and names pass through to the application, which masks them; nothing is kept
//! or logged here. An update that cannot be read is told by kind and number only.

use std::panic::catch_unwind;

use serde_json::Value;
use teloxide::types::{
    CallbackQuery, Chat as TelegramChat, ChatMemberUpdated, MaybeInaccessibleMessage, Message, MessageKind,
    Update, UpdateKind, User,
};

use super::handle::Handle;
use crate::model::chat::{Address, Chat, Hints, MessageRef, Platform, Role, Scope};
use crate::model::event::{Command, Incoming, Input, Unreadable};
use crate::model::lang::Lang;
use crate::model::place::Position;

/// The kinds of updates that are asked for (core.telegram.org/bots/api#update).
pub const ALLOWED: [&str; 4] = ["message", "edited_message", "callback_query", "my_chat_member"];

/// Telegram's stand-in for an administrator who writes as the group
/// (core.telegram.org/bots/api#message, `sender_chat`).
const ANONYMOUS_ADMIN: u64 = 1_087_968_824;
/// The longest name of an unknown kind that is logged.
const LONGEST_KIND: usize = 40;

/// Who the bot is on Telegram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    /// Its number.
    pub id: u64,
    /// Its name without the `@`.
    pub name: String,
}

/// What an update is.
#[derive(Clone, Debug)]
pub enum Read {
    /// Something for the application.
    Event(Box<Incoming>),
    /// A button was pressed: to be acknowledged at once; the event, if there is any.
    Tap {
        /// The query to answer.
        query: String,
        /// What it means.
        event: Option<Box<Incoming>>,
    },
    /// Nothing that concerns the bot.
    Nothing,
    /// An update that this version cannot read.
    Strange {
        /// Its kind.
        kind: String,
    },
}

/// The number of an update.
#[must_use]
pub fn number(update: &Value) -> Option<i64> {
    update.get("update_id")?.as_i64()
}

/// Reads an update.
#[must_use]
pub fn read(raw: &Value, me: &Me) -> Read {
    let strange = || Read::Strange { kind: kind_of(raw) };
    // Only what was asked for: teloxide panics on some valid updates of other kinds.
    if !ALLOWED.iter().any(|kind| raw.get(kind).is_some()) {
        return strange();
    }
    let (Some(id), Some(update)) = (number(raw), parse(raw)) else { return strange() };
    let key = format!("telegram:update:{id}");
    let body = |kind: &str| raw.get(kind).unwrap_or(&Value::Null);
    let event = |incoming: Option<Incoming>| incoming.map_or(Read::Nothing, |i| Read::Event(Box::new(i)));
    match &update.kind {
        UpdateKind::Message(message) => event(message_event(key, message, body("message"), me)),
        UpdateKind::EditedMessage(message) => event(edited_event(key, message, body("edited_message"))),
        UpdateKind::CallbackQuery(query) => Read::Tap {
            query: query.id.0.clone(),
            event: tap_event(key, query, body("callback_query")).map(Box::new),
        },
        UpdateKind::MyChatMember(change) => event(member_event(key, change)),
        _ => strange(),
    }
}

/// From text, not from the value, as teloxide reads the kind as a borrowed key. Its readers hold an
/// `unwrap` here and there (a reaction without a user): that must cost one update, not the bot.
fn parse(raw: &Value) -> Option<Update> {
    let text = raw.to_string();
    catch_unwind(|| serde_json::from_str(&text)).ok()?.ok()
}

/// The kind of an update, which is the name of its second field.
fn kind_of(raw: &Value) -> String {
    let name = raw.as_object().and_then(|fields| fields.keys().find(|key| *key != "update_id"));
    let letter = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    name.map_or_else(|| "none".to_owned(), |name| name.chars().filter(letter).take(LONGEST_KIND).collect())
}

fn incoming(key: String, chat: &TelegramChat, from: Option<&User>, input: Input) -> Incoming {
    let scope = if chat.is_private() { Scope::Private } else { Scope::Group };
    let address = Address::new(Platform::Telegram, chat.id);
    Incoming {
        key,
        chat: Chat { address, scope },
        role: Role::Resident,
        input,
        hints: Hints { lang: from.and_then(|user| Lang::from_hint(user.language_code.as_deref()?)) },
        reply: None,
        message: None,
    }
}

fn message_event(key: String, message: &Message, raw: &Value, me: &Me) -> Option<Incoming> {
    let chat = &message.chat;
    if let Some(to) = message.migrate_to_chat_id() {
        let moved = Input::Moved(Address::new(Platform::Telegram, to));
        return Some(incoming(key, chat, None, moved));
    }
    let from = message.from.as_ref();
    if from.is_some_and(|user| user.is_bot && user.id.0 != ANONYMOUS_ADMIN) {
        return None;
    }
    let input = if chat.is_private() {
        private_input(message, raw, me)?
    } else if chat.is_group() || chat.is_supergroup() {
        group_input(raw, me)?
    } else {
        return None;
    };
    let mut event = incoming(key, chat, from, input);
    event.reply = (!chat.is_private()).then(|| Handle::Quote(message.id).into());
    event.message = Some(MessageRef(message.id.to_string()));
    Some(event)
}

/// A change of a text. A live position that moves also comes as a change: one position is enough.
fn edited_event(key: String, message: &Message, raw: &Value) -> Option<Incoming> {
    let text = words(raw, "text").or_else(|| words(raw, "caption")).filter(|_| message.chat.is_private())?;
    let mut event = incoming(key, &message.chat, message.from.as_ref(), Input::Edited(text.to_owned()));
    event.message = Some(MessageRef(message.id.to_string()));
    Some(event)
}

fn tap_event(key: String, query: &CallbackQuery, raw: &Value) -> Option<Incoming> {
    let is_text = raw.pointer("/message/text").is_some();
    let (chat, handle) = match query.message.as_ref()? {
        MaybeInaccessibleMessage::Regular(message) if is_text => {
            (&message.chat, Some(Handle::Text(message.id)))
        }
        MaybeInaccessibleMessage::Regular(message) => (&message.chat, Some(Handle::Other(message.id))),
        MaybeInaccessibleMessage::Inaccessible(message) => (&message.chat, None),
    };
    let action = query.data.as_deref().and_then(|code| code.parse().ok());
    let mut event = incoming(key, chat, Some(&query.from), action.map_or(Input::OldTap, Input::Tap));
    event.reply = handle.map(Into::into);
    Some(event)
}

/// The bot's own place in a chat has changed.
fn member_event(key: String, change: &ChatMemberUpdated) -> Option<Incoming> {
    let (was, is) = (change.old_chat_member.is_present(), change.new_chat_member.is_present());
    let in_group = change.chat.is_group() || change.chat.is_supergroup();
    let input = match (was, is) {
        (_, false) if in_group || change.chat.is_private() => Input::Gone,
        // In a private chat the person writes first anyway.
        (false, true) if in_group => Input::Command(Command::Start, String::new()),
        _ => return None,
    };
    Some(incoming(key, &change.chat, Some(&change.from), input))
}

fn private_input(message: &Message, raw: &Value, me: &Me) -> Option<Input> {
    let forwarded = raw.get("forward_origin").is_some();
    if let Some(text) = words(raw, "text") {
        let whole = with_links(text, raw, "entities");
        return Some(match command(text, me) {
            _ if forwarded => Input::Forwarded(whole),
            Some((command, rest)) => Input::Command(command, rest),
            None => Input::Text(whole),
        });
    }
    if let Some(caption) = words(raw, "caption") {
        let whole = with_links(caption, raw, "caption_entities");
        let suspicious = forwarded || has_link(caption, raw, "caption_entities");
        return Some(if suspicious { Input::Forwarded(whole) } else { Input::Text(whole) });
    }
    if let Some(place) = raw.get("location") {
        let degrees = |name: &str| place.get(name).and_then(Value::as_f64);
        let position =
            degrees("latitude").zip(degrees("longitude")).and_then(|(lat, lon)| Position::new(lat, lon));
        return Some(position.map_or(Input::Unreadable(Unreadable::Other), Input::Location));
    }
    unreadable(&message.kind, raw).map(Input::Unreadable)
}

/// What cannot be read, by the name of its field; the more telling name first, as Telegram gives an
/// animation as a document too.
fn unreadable(kind: &MessageKind, raw: &Value) -> Option<Unreadable> {
    let known = [
        ("voice", Unreadable::Voice),
        ("audio", Unreadable::Voice),
        ("photo", Unreadable::Picture),
        ("video", Unreadable::Picture),
        ("video_note", Unreadable::Picture),
        ("sticker", Unreadable::Sticker),
        ("dice", Unreadable::Sticker),
        ("animation", Unreadable::Sticker),
        ("document", Unreadable::File),
        ("contact", Unreadable::Contact),
    ];
    match known.iter().find(|(name, _)| raw.get(name).is_some()) {
        Some((_, what)) => Some(*what),
        // Other contents, and those that are newer than this version.
        None if matches!(kind, MessageKind::Common(_) | MessageKind::Empty {}) => Some(Unreadable::Other),
        // Service messages: nobody waits for an answer to them.
        None => None,
    }
}

/// In a group only what is meant for the bot: commands, mentions, and answers to what it wrote.
fn group_input(raw: &Value, me: &Me) -> Option<Input> {
    let text = words(raw, "text").filter(|_| raw.get("forward_origin").is_none())?;
    if text.starts_with('/') {
        return command(text, me).map(|(command, rest)| Input::Command(command, rest));
    }
    let said = without_mention(text, me);
    let answered = raw.pointer("/reply_to_message/from/id").and_then(Value::as_u64);
    match said {
        Some(said) if said.is_empty() => Some(Input::Command(Command::Help, String::new())),
        Some(said) => Some(Input::Text(said)),
        None => (answered == Some(me.id)).then(|| Input::Text(text.to_owned())),
    }
}

/// `/ask@bot what`; `None` for another bot's command or none of ours.
fn command(text: &str, me: &Me) -> Option<(Command, String)> {
    let text = text.strip_prefix('/')?;
    let (head, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let (name, bot) = head.split_once('@').unwrap_or((head, &me.name));
    let ours = bot.eq_ignore_ascii_case(&me.name);
    let command = name.parse().ok().filter(|_| ours)?;
    Some((command, rest.trim().to_owned()))
}

/// The text without `@bot`; `None` if the bot is not mentioned.
fn without_mention(text: &str, me: &Me) -> Option<String> {
    let is_ours = |word: &&str| {
        let name =
            word.trim_start_matches('@').trim_end_matches(|c: char| c.is_ascii_punctuation() && c != '_');
        word.starts_with('@') && name.eq_ignore_ascii_case(&me.name)
    };
    text.split_whitespace()
        .any(|word| is_ours(&word))
        .then(|| text.split_whitespace().filter(|word| !is_ours(word)).collect::<Vec<_>>().join(" "))
}

/// A text that is not empty.
fn words<'a>(raw: &'a Value, field: &str) -> Option<&'a str> {
    raw.get(field)?.as_str().filter(|text| !text.trim().is_empty())
}

fn entities<'a>(raw: &'a Value, field: &str, kind: &'static str) -> impl Iterator<Item = &'a Value> {
    let all = raw.get(field).and_then(Value::as_array).into_iter().flatten();
    all.filter(move |entity| entity.get("type").and_then(Value::as_str) == Some(kind))
}

fn has_link(text: &str, raw: &Value, field: &str) -> bool {
    let written = ["://", "www."].iter().any(|sign| text.contains(sign));
    written || entities(raw, field, "url").chain(entities(raw, field, "text_link")).next().is_some()
}

/// The text, and after it the addresses that hide behind words in it.
fn with_links(text: &str, raw: &Value, field: &str) -> String {
    let hidden = entities(raw, field, "text_link").filter_map(|entity| entity.get("url")?.as_str());
    std::iter::once(text).chain(hidden).collect::<Vec<_>>().join("\n")
}
