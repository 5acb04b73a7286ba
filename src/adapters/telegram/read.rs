//! An update as an event. Pure: what an update means, and nothing of what is done about it.
//!
//! Positions, texts and names pass through to the application, which masks them; nothing is kept
//! or logged here. An update that cannot be read is told by kind and number only.

use serde_json::Value;
use teloxide::types::{
    CallbackQuery, Chat as TelegramChat, ChatMemberUpdated, MaybeInaccessibleMessage, MediaKind, Message,
    MessageEntity, MessageEntityKind, MessageKind, Update, UpdateKind, User,
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
    // From text, not from the value: teloxide reads the kind as a borrowed key.
    let (Some(id), Ok(update)) = (number(raw), serde_json::from_str::<Update>(&raw.to_string())) else {
        return strange();
    };
    let key = format!("telegram:update:{id}");
    let event = |incoming: Option<Incoming>| incoming.map_or(Read::Nothing, |i| Read::Event(Box::new(i)));
    match &update.kind {
        UpdateKind::Message(message) => event(message_event(key, message, me)),
        UpdateKind::EditedMessage(message) => event(edited_event(key, message)),
        UpdateKind::CallbackQuery(query) => {
            Read::Tap { query: query.id.0.clone(), event: tap_event(key, query).map(Box::new) }
        }
        UpdateKind::MyChatMember(change) => event(member_event(key, change)),
        UpdateKind::Error(_) => strange(),
        // Not asked for: another program with this token asked for more.
        _ => Read::Nothing,
    }
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

fn message_event(key: String, message: &Message, me: &Me) -> Option<Incoming> {
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
        private_input(message, me)?
    } else if chat.is_group() || chat.is_supergroup() {
        group_input(message, me)?
    } else {
        return None;
    };
    let mut event = incoming(key, chat, from, input);
    event.reply = (!chat.is_private()).then(|| Handle::Quote(message.id).into());
    event.message = Some(MessageRef(message.id.to_string()));
    Some(event)
}

/// A change of a text. A live position that moves also comes as a change: one position is enough.
fn edited_event(key: String, message: &Message) -> Option<Incoming> {
    let text = message.text().or_else(|| message.caption()).filter(|_| message.chat.is_private())?;
    let mut event = incoming(key, &message.chat, message.from.as_ref(), Input::Edited(text.to_owned()));
    event.message = Some(MessageRef(message.id.to_string()));
    Some(event)
}

fn tap_event(key: String, query: &CallbackQuery) -> Option<Incoming> {
    let (chat, handle) = match query.message.as_ref()? {
        MaybeInaccessibleMessage::Regular(message) if message.text().is_some() => {
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

fn private_input(message: &Message, me: &Me) -> Option<Input> {
    let forwarded = message.forward_origin().is_some();
    if let Some(text) = message.text() {
        let links = message.entities().unwrap_or_default();
        return Some(match command(text, me) {
            _ if forwarded => Input::Forwarded(with_links(text, links)),
            Some((command, rest)) => Input::Command(command, rest),
            None => Input::Text(with_links(text, links)),
        });
    }
    if let Some(caption) = message.caption().filter(|caption| !caption.trim().is_empty()) {
        let entities = message.caption_entities().unwrap_or_default();
        let text = with_links(caption, entities);
        return Some(if forwarded || entities.iter().any(is_link) { Input::Forwarded(text) } else { Input::Text(text) });
    }
    if let Some(place) = message.location().or_else(|| message.venue().map(|venue| &venue.location)) {
        let position = Position::new(place.latitude, place.longitude);
        return Some(position.map_or(Input::Unreadable(Unreadable::Other), Input::Location));
    }
    unreadable(&message.kind).map(Input::Unreadable)
}

fn unreadable(kind: &MessageKind) -> Option<Unreadable> {
    let common = match kind {
        MessageKind::Common(common) => common,
        MessageKind::Dice(_) => return Some(Unreadable::Sticker),
        // A kind of content that is newer than this version.
        MessageKind::Empty {} => return Some(Unreadable::Other),
        // Service messages: nobody waits for an answer to them.
        _ => return None,
    };
    Some(match common.media_kind {
        MediaKind::Audio(_) | MediaKind::Voice(_) => Unreadable::Voice,
        MediaKind::Photo(_) | MediaKind::Video(_) | MediaKind::VideoNote(_) => Unreadable::Picture,
        MediaKind::Sticker(_) | MediaKind::Animation(_) => Unreadable::Sticker,
        MediaKind::Document(_) => Unreadable::File,
        MediaKind::Contact(_) => Unreadable::Contact,
        MediaKind::Migration(_) => return None,
        MediaKind::PaidMedia(_)
        | MediaKind::Game(_)
        | MediaKind::Venue(_)
        | MediaKind::Location(_)
        | MediaKind::Poll(_)
        | MediaKind::Checklist(_)
        | MediaKind::Story(_)
        | MediaKind::Text(_) => Unreadable::Other,
    })
}

/// In a group only what is meant for the bot: commands, mentions, and answers to what it wrote.
fn group_input(message: &Message, me: &Me) -> Option<Input> {
    let text = message.text().filter(|_| message.forward_origin().is_none())?;
    if text.starts_with('/') {
        return command(text, me).map(|(command, rest)| Input::Command(command, rest));
    }
    let said = without_mention(text, me);
    let answers = message.reply_to_message().and_then(|m| m.from.as_ref()).is_some_and(|user| user.id.0 == me.id);
    match said {
        Some(said) if said.is_empty() => Some(Input::Command(Command::Help, String::new())),
        Some(said) => Some(Input::Text(said)),
        None => answers.then(|| Input::Text(text.to_owned())),
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
        let name = word.trim_start_matches('@').trim_end_matches(|c: char| c.is_ascii_punctuation() && c != '_');
        word.starts_with('@') && name.eq_ignore_ascii_case(&me.name)
    };
    text.split_whitespace().any(|word| is_ours(&word)).then(|| {
        text.split_whitespace().filter(|word| !is_ours(word)).collect::<Vec<_>>().join(" ")
    })
}

fn is_link(entity: &MessageEntity) -> bool {
    matches!(entity.kind, MessageEntityKind::Url | MessageEntityKind::TextLink { .. })
}

/// The text, and after it the addresses that hide behind words in it.
fn with_links(text: &str, entities: &[MessageEntity]) -> String {
    let hidden = entities.iter().filter_map(|entity| match &entity.kind {
        MessageEntityKind::TextLink { url } => Some(url.as_str()),
        _ => None,
    });
    std::iter::once(text).chain(hidden).collect::<Vec<_>>().join("\n")
}
