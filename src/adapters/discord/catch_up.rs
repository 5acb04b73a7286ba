//! Reading what was written while the bot was away: every open thread, the direct conversation of
//! every resident who waits for people or talks to one, and of those who wrote during the last day,
//! from the last message that was seen.
//!
//! Reads in order; the key of each message makes sure that it is handled once. Changes and
//! deletions of that time are not seen, but for what a message says now.

use std::collections::HashMap;
use std::time::Duration;

use serenity::all::{ChannelId, GuildId, Message, UserId};

use super::Discord;
use super::place::Place;
use super::raw::number;
use super::wrong::{Wrong, ask};
use crate::model::desk::Followed;
use crate::model::time::Timestamp;

/// Messages in a page (discord.com/developers/docs/resources/message#get-channel-messages).
const PAGE: u8 = 100;
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The groups of people who were asked after, by guild and person.
type Roles = HashMap<(u64, u64), Vec<String>>;

/// The lowest number of what was made from a minute before this instant on: Discord's numbers grow
/// with time (discord.com/developers/docs/reference#snowflakes), and its clock is not ours. What is
/// read twice is handled once.
fn number_at(instant: Timestamp) -> u64 {
    const EPOCH: i64 = 1_420_070_400_000;
    let since = instant.as_millisecond().saturating_sub(EPOCH + 60_000).max(0);
    (since.unsigned_abs() << 22).max(1)
}

impl Discord {
    /// Reads everything that was missed; tries until it succeeds, as nothing is handled before.
    pub(super) async fn catch_up(&self) {
        let mut pause = Duration::from_millis(200);
        let mut roles = Roles::new();
        while let Err(why) = self.catch_up_once(&mut roles).await {
            tracing::warn!(?why, "what was missed could not be read yet");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn catch_up_once(&self, roles: &mut Roles) -> Result<(), Wrong> {
        let followed = (self.inner.wiring.followed)().await.map_err(Wrong::Before)?;
        for conversation in &followed {
            if let Some(Place::Thread(thread)) = Place::read(&conversation.address) {
                self.memory().threads.insert(thread);
            }
        }
        for conversation in &followed {
            self.catch_up_on(conversation, roles).await?;
        }
        Ok(())
    }

    async fn catch_up_on(&self, conversation: &Followed, roles: &mut Roles) -> Result<(), Wrong> {
        let seen = conversation.after.as_ref().and_then(|m| m.0.parse::<u64>().ok()).filter(|id| *id != 0);
        let mut after = seen.unwrap_or_else(|| number_at(conversation.since));
        let channel = match Place::read(&conversation.address) {
            Some(Place::Thread(thread)) => Ok(thread),
            Some(Place::User(user)) => self.dm(user).await,
            _ => return Ok(()),
        };
        let read = match channel {
            Ok(channel) => self.read_from(channel, &mut after, roles).await,
            Err(wrong) => Err(wrong),
        };
        match (read, Place::read(&conversation.address)) {
            (Err(wrong), Some(Place::Thread(thread))) if wrong.is_channel_gone() => {
                self.thread_gone(thread).await;
                Ok(())
            }
            (Err(wrong), _) if wrong.may_pass() => Err(wrong),
            // A direct conversation that is closed to the bot has nothing to read.
            _ => Ok(()),
        }
    }

    async fn read_from(&self, channel: u64, after: &mut u64, roles: &mut Roles) -> Result<(), Wrong> {
        loop {
            let page = self.messages_after(ChannelId::new(channel), *after, PAGE).await?;
            let full = page.len() == usize::from(PAGE);
            for json in page {
                let id = number(&json);
                // The bot's own messages need not be understood.
                if json["author"]["bot"] != true {
                    match serde_json::from_value::<Message>(json) {
                        Ok(message) => {
                            let groups = self.roles_of(channel, &message, roles).await?;
                            self.written(&message, groups).await;
                        }
                        Err(error) => tracing::error!(%error, "a message cannot be read and is left out"),
                    }
                }
                *after = id.max(*after);
            }
            if !full {
                return Ok(());
            }
        }
    }

    /// The roles of a message's author: what is read later comes without them.
    async fn roles_of(
        &self,
        channel: u64,
        message: &Message,
        known: &mut Roles,
    ) -> Result<Option<Vec<String>>, Wrong> {
        if message.author.bot || !self.memory().threads.contains(&channel) {
            return Ok(None);
        }
        let (guild, _) = self.home(channel).await?;
        let key = (guild, message.author.id.get());
        if let Some(roles) = known.get(&key) {
            return Ok(Some(roles.clone()));
        }
        let member = ask(self.http().get_member(GuildId::new(guild), UserId::new(key.1))).await;
        let roles = match member {
            Ok(member) => member.roles.iter().map(ToString::to_string).collect(),
            Err(wrong) if wrong.may_pass() => return Err(wrong),
            // They have left.
            Err(_) => Vec::new(),
        };
        known.insert(key, roles);
        Ok(known.get(&key).cloned())
    }

    /// The guild and the channel of a thread.
    pub(super) async fn home(&self, thread: u64) -> Result<(u64, u64), Wrong> {
        if let Some(home) = self.memory().home_of_thread.get(&thread).copied() {
            return Ok(home);
        }
        let channel = ask(self.http().get_channel(ChannelId::new(thread))).await?;
        let channel = channel.guild().ok_or(Wrong::Refused(404, super::wrong::code::UNKNOWN_CHANNEL))?;
        let home = (channel.guild_id.get(), channel.parent_id.map_or(0, ChannelId::get));
        self.memory().home_of_thread.insert(thread, home);
        Ok(home)
    }

    /// The direct conversation with somebody.
    pub(super) async fn dm(&self, user: u64) -> Result<u64, Wrong> {
        if let Some(channel) = self.memory().channel_of_user.get(&user).copied() {
            return Ok(channel);
        }
        let channel = self.open_dm(user).await?;
        let mut memory = self.memory();
        memory.channel_of_user.insert(user, channel);
        memory.user_of_channel.insert(channel, user);
        Ok(channel)
    }
}
