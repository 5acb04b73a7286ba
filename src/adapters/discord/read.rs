//! What happened on Discord, as events. Pure: knows no connection.

use serenity::model::channel::{Attachment, Message};
use serenity::model::event::MessageUpdateEvent;

use super::place::Place;
use crate::model::chat::{Chat, Hints, MessageRef, ReplyHandle, Role, Scope};
use crate::model::event::{Incoming, Input, Unreadable};
use crate::model::lang::Lang;

/// Who and where, as the adapter knows it.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub chat: Chat,
    pub role: Role,
}

/// A person in the conversation that only they and the bot read.
pub(super) fn resident(user: u64) -> Setting {
    Setting { chat: Chat::private(Place::User(user).address()), role: Role::Resident }
}

/// Somebody at the desk.
pub(super) fn volunteer(place: Place, user: u64, roles: Vec<String>) -> Setting {
    let chat = Chat { address: place.address(), scope: Scope::Desk };
    Setting { chat, role: Role::Volunteer { who: Place::User(user).address(), groups: roles } }
}

/// Somebody who speaks to the bot where all can read.
pub(super) fn in_public(channel: u64, user: u64) -> Setting {
    let chat = Chat { address: Place::Group { channel, user }.address(), scope: Scope::Group };
    Setting { chat, role: Role::Resident }
}

/// Discord's own doing.
pub(super) fn nobody(place: Place) -> Setting {
    let scope = if matches!(place, Place::User(_)) { Scope::Private } else { Scope::Desk };
    Setting { chat: Chat { address: place.address(), scope }, role: Role::Clock }
}

/// An event.
pub(super) fn incoming(key: String, setting: Setting, input: Input) -> Incoming {
    let Setting { chat, role } = setting;
    Incoming { key, chat, role, input, hints: Hints::default(), reply: None, message: None }
}

/// The language of somebody's client.
pub(super) fn hints(locale: &str) -> Hints {
    Hints { lang: Lang::from_hint(locale) }
}

/// A new message.
pub(super) fn message(message: &Message, setting: Setting, bot: u64) -> Incoming {
    let desk = setting.chat.scope == Scope::Desk;
    let public = setting.chat.scope == Scope::Group;
    let text = text(&message.content, &message.attachments, bot);
    let input = if text.is_empty() || (!desk && message.content.trim().is_empty()) {
        Input::Unreadable(kind(message))
    } else {
        Input::Text(text)
    };
    let mut incoming = incoming(format!("discord:message:{}", message.id), setting, input);
    // For all to read, it should be plain what is answered.
    incoming.reply = public.then(|| ReplyHandle(format!("m{}", message.id)));
    incoming.message = Some(MessageRef(message.id.to_string()));
    incoming
}

/// A changed message; `None` if it is not its author's words that changed.
pub(super) fn edit(event: &MessageUpdateEvent, setting: Setting, bot: u64) -> Option<Incoming> {
    let edited = event.edited_timestamp?;
    let attachments = event.attachments.as_deref().unwrap_or_default();
    let text = text(event.content.as_deref()?, attachments, bot);
    if text.is_empty() {
        return None;
    }
    let key = format!("discord:edit:{}:{edited}", event.id);
    let mut incoming = incoming(key, setting, Input::Edited(text));
    incoming.message = Some(MessageRef(event.id.to_string()));
    Some(incoming)
}

/// A deleted message.
pub(super) fn deletion(message: u64, setting: Setting) -> Incoming {
    let mut incoming = incoming(format!("discord:delete:{message}"), setting, Input::Deleted);
    incoming.message = Some(MessageRef(message.to_string()));
    incoming
}

/// The words, without the mention of the bot, and the names of the files.
fn text(content: &str, attachments: &[Attachment], bot: u64) -> String {
    let spoken = content.replace(&format!("<@{bot}>"), "").replace(&format!("<@!{bot}>"), "");
    let files = attachments.iter().map(|file| format!("📎 {}", file.filename));
    let lines: Vec<String> = [spoken.trim().to_owned()].into_iter().chain(files).collect();
    lines.join("\n").trim().to_owned()
}

/// What it is that cannot be read.
fn kind(message: &Message) -> Unreadable {
    if !message.sticker_items.is_empty() {
        return Unreadable::Sticker;
    }
    let Some(file) = message.attachments.first() else { return Unreadable::Other };
    match file.content_type.as_deref().unwrap_or_default() {
        mime if mime.starts_with("image/") || mime.starts_with("video/") => Unreadable::Picture,
        mime if mime.starts_with("audio/") => Unreadable::Voice,
        _ => Unreadable::File,
    }
}
