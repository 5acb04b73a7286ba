//! What a user does by writing: join, write, change, delete, mention. Commands and buttons are in
//! `interact.rs`.
//!
//! A person can only do what Discord's own program would let them; otherwise [`Cannot`] says why.

use serde_json::{Value, json};

use super::gateway::Audience;
use super::messages::{amend, fresh, mentioned, post, remove};
use super::permissions::{self as may, in_channel};
use super::screen::{Seen, listed, screen};
use super::state::{BOT, File, Id, Kind, Member, State};
use super::{Cannot, Server, shape};

/// A user of Discord.
#[derive(Clone)]
pub struct Person {
    pub(super) server: Server,
    /// Their id.
    pub id: Id,
}

impl Person {
    pub(super) fn new(server: Server, id: Id) -> Self {
        Self { server, id }
    }

    fn with<T>(&self, change: impl FnOnce(&mut super::state::User) -> T) -> Option<T> {
        self.server.change(|state| state.users.get_mut(&self.id).map(change))
    }

    /// Sets the language of their client, one of Discord's.
    #[must_use]
    pub fn speaking(self, locale: &str) -> Self {
        self.with(|user| locale.clone_into(&mut user.locale));
        self
    }

    /// Refuses direct messages from the bot, or accepts them again.
    pub fn close_dms(&self, closed: bool) {
        self.with(|user| user.closed = closed);
    }

    /// Installs the bot to their account, or removes it.
    pub fn install(&self, installed: bool) {
        self.with(|user| user.installed = installed);
    }

    /// Joins a guild with these roles.
    pub fn join(&self, guild: Id, roles: &[Id]) {
        self.server.change(|state| {
            let joined = state.now();
            let Some(place) = state.guilds.get_mut(&guild) else { return };
            place.members.insert(self.id, Member { roles: roles.iter().copied().collect(), joined });
            let mut event = shape::member(state, guild, self.id);
            event["guild_id"] = shape::id(guild);
            state.emit("GUILD_MEMBER_ADD", &event, Audience::Members(guild));
        });
    }

    /// Leaves a guild, or is thrown out.
    pub fn leave(&self, guild: Id) {
        self.server.change(|state| part(state, guild, self.id));
    }

    /// Gains or loses a role.
    pub fn set_role(&self, guild: Id, role: Id, held: bool) {
        self.server.change(|state| {
            let member = state.guilds.get_mut(&guild).and_then(|g| g.members.get_mut(&self.id));
            let Some(member) = member else { return };
            if held {
                member.roles.insert(role)
            } else {
                member.roles.remove(&role)
            };
            let mut event = shape::member(state, guild, self.id);
            event["guild_id"] = shape::id(guild);
            state.emit("GUILD_MEMBER_UPDATE", &event, Audience::Members(guild));
        });
    }

    /// Their direct conversation with the bot.
    pub fn dm(&self) -> Id {
        self.server.change(|state| state.dm(self.id))
    }

    /// What they see in a channel, oldest first.
    pub fn screen(&self, channel: Id) -> Vec<Seen> {
        self.server.look(|state| {
            let name = state.name(self.id);
            let mine = |seen: &Seen| seen.only_for.as_ref().is_none_or(|who| *who == name);
            screen(state, channel).into_iter().filter(mine).collect()
        })
    }

    /// Waits until they see a message that contains `text`; the newest such.
    pub async fn sees(&self, channel: Id, text: &str) -> Result<Seen, Cannot> {
        let name = self.server.look(|state| state.name(self.id));
        let what = format!("{name} sees `{text}`");
        let found = self.server.until(&what, |state| {
            let mine = |seen: &Seen| seen.only_for.as_ref().is_none_or(|who| *who == name);
            screen(state, channel).into_iter().rev().find(|seen| mine(seen) && seen.contains(text))
        });
        found.await.map_err(|Cannot(why)| {
            let screen = listed(self.screen(channel));
            Cannot(format!("{why}\nscreen:{screen}"))
        })
    }

    /// Writes in a channel, thread or direct conversation.
    pub fn say(&self, channel: Id, text: &str) -> Result<Id, Cannot> {
        self.write(channel, text, None, Vec::new())
    }

    /// Writes to the bot by name, so that it may read the text without the privileged intent.
    pub fn mention_bot(&self, channel: Id, text: &str) -> Result<Id, Cannot> {
        self.say(channel, &format!("<@{BOT}> {text}"))
    }

    /// Answers a message. Like Discord's program, it notifies whoever wrote that.
    pub fn reply(&self, channel: Id, to: Id, text: &str) -> Result<Id, Cannot> {
        self.write(channel, text, Some(to), Vec::new())
    }

    /// Sends a file with a text.
    pub fn send_file(
        &self,
        channel: Id,
        text: &str,
        name: &str,
        mime: &str,
        bytes: &[u8],
    ) -> Result<Id, Cannot> {
        let id = self.server.change(State::next_id);
        let file = File { id, name: name.into(), mime: mime.into(), bytes: bytes.into() };
        self.write(channel, text, None, vec![file])
    }

    fn write(&self, channel: Id, text: &str, reply_to: Option<Id>, files: Vec<File>) -> Result<Id, Cannot> {
        self.server.change(|state| {
            may_write(state, channel, self.id)?;
            let mut message = fresh(state, channel, self.id);
            text.clone_into(&mut message.content);
            message.mentions = mentioned(state, text, None);
            if let Some(target) = reply_to {
                let target =
                    state.message(channel, target).ok_or_else(|| Cannot("that message is gone".into()))?;
                if !message.mentions.contains(&target.author) {
                    message.mentions.push(target.author);
                }
                message.kind = 19;
            }
            message.reply_to = reply_to;
            message.files = files;
            let id = message.id;
            post(state, message);
            Ok(id)
        })
    }

    /// Changes what they wrote.
    pub fn edit(&self, channel: Id, message: Id, text: &str) -> Result<(), Cannot> {
        self.own(channel, message)?;
        self.server.change(|state| {
            let now = state.now();
            amend(state, channel, message, |state, message| {
                text.clone_into(&mut message.content);
                message.mentions = mentioned(state, text, None);
                message.edited = Some(now);
            });
        });
        Ok(())
    }

    /// Deletes what they wrote.
    pub fn delete(&self, channel: Id, message: Id) -> Result<(), Cannot> {
        self.own(channel, message)?;
        self.server.change(|state| remove(state, channel, message));
        Ok(())
    }

    fn own(&self, channel: Id, message: Id) -> Result<(), Cannot> {
        let author = self.server.look(|state| state.message(channel, message).map(|m| m.author));
        match author {
            Some(author) if author == self.id => Ok(()),
            Some(_) => Err(Cannot("somebody else wrote that".into())),
            None => Err(Cannot("that message is gone".into())),
        }
    }

    /// Opens a post in a forum, or a thread in a channel with a first message.
    pub fn open_thread(&self, parent: Id, name: &str, text: &str) -> Result<Id, Cannot> {
        let thread = self.server.change(|state| {
            let place = state.channels.get(&parent).ok_or_else(|| Cannot("that channel is gone".into()))?;
            if in_channel(state, place, self.id) & may::CREATE_THREADS == 0 {
                return Err(Cannot(format!("{} may not open threads there", state.name(self.id))));
            }
            let guild = place.guild;
            let (id, now) = (state.next_id(), state.now());
            let new = super::state::Channel::new(id, Kind::Thread, name);
            let thread = super::state::Channel {
                guild,
                parent: Some(parent),
                owner: self.id,
                archive_changed: now,
                ..new
            };
            super::channels::announce(state, thread);
            Ok(id)
        })?;
        self.say(thread, text)?;
        Ok(thread)
    }
}

fn may_write(state: &State, channel: Id, who: Id) -> Result<(), Cannot> {
    let place = state.channels.get(&channel).ok_or_else(|| Cannot("that channel is gone".into()))?;
    let held = in_channel(state, place, who);
    let needed = match place.kind {
        Kind::Forum => return Err(Cannot("one cannot write in a forum itself, only in its posts".into())),
        Kind::Thread => may::SEND_IN_THREADS,
        Kind::Text | Kind::Dm => may::SEND,
    };
    if held & may::VIEW == 0 || place.kind != Kind::Dm && held & needed == 0 {
        return Err(Cannot(format!("{} may not write in `{}`", state.name(who), place.name)));
    }
    if place.locked && held & may::MANAGE_THREADS == 0 {
        return Err(Cannot(format!("`{}` is locked", place.name)));
    }
    Ok(())
}

/// Somebody leaves a guild. If it is the bot, the guild is gone for it.
pub(super) fn part(state: &mut State, guild: Id, who: Id) {
    let user = shape::user(state, who);
    if who == BOT {
        let event: Value = json!({"id": shape::id(guild), "unavailable": false});
        // While the bot is still in: afterwards nobody would be told.
        state.emit("GUILD_DELETE", &event, Audience::Guild(guild, None));
    }
    if let Some(place) = state.guilds.get_mut(&guild) {
        place.members.remove(&who);
    }
    if who != BOT {
        let event = json!({"guild_id": shape::id(guild), "user": user});
        state.emit("GUILD_MEMBER_REMOVE", &event, Audience::Members(guild));
    }
}
