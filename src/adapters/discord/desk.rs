//! The desk's posts: opened, brought up to date, put to sleep, deleted.
//!
//! A forum post cannot carry a nonce. After a try without an answer it is therefore looked for, by
//! the request's identifier at the end of its title, before another is opened.

use serde_json::{Value, json};
use serenity::all::{ChannelId, ChannelType, GuildChannel, GuildId, MessageId};

use super::Discord;
use super::components::cut;
use super::place::Place;
use super::read;
use super::write::{Body, bodies, in_channel};
use super::wrong::{Wrong, ask};
use crate::model::chat::MessageRef;
use crate::model::desk::{DeskInput, DeskLetter, Loss};
use crate::model::event::Input;
use crate::model::message::Message;
use crate::outbox::{Failure, Parcel, Receipt, SendError};

/// Minutes of silence until a thread sleeps: a week, the most there is.
const SLEEPS_AFTER: u16 = 10_080;
/// Tags of a post (discord.com/developers/docs/resources/channel#start-thread-in-forum-or-media-channel).
const TAGS: usize = 5;
/// Characters of a thread's name.
const TITLE: usize = 100;
/// The flag of a forum whose posts must have a tag.
const TAG_REQUIRED: u64 = 1 << 4;

impl Discord {
    pub(super) async fn desk_letter(
        &self,
        parcel: &Parcel,
        place: Place,
        letter: &DeskLetter,
    ) -> Result<Receipt, Failure> {
        let done = match (letter, place) {
            (DeskLetter::Open { .. }, Place::Desk { guild, channel, .. }) => {
                self.open(parcel, guild, channel, letter).await
            }
            (DeskLetter::Show { head, message, labels }, Place::Thread(thread)) => {
                self.show(thread, head, message, labels, false).await
            }
            (DeskLetter::Close { head, message, labels }, Place::Thread(thread)) => {
                self.show(thread, head, message, labels, true).await
            }
            (DeskLetter::Remove, Place::Thread(thread)) => self.remove(thread).await,
            _ => return Err(SendError::Refused("a desk's letter to no desk".to_owned()).into()),
        };
        if let Err(wrong) = &done {
            self.look_after(place, wrong).await;
        }
        done.map(|()| Vec::new()).map_err(|wrong| SendError::from(wrong).into())
    }

    async fn open(
        &self,
        parcel: &Parcel,
        guild: u64,
        channel: u64,
        letter: &DeskLetter,
    ) -> Result<(), Wrong> {
        let DeskLetter::Open { request, title, head, labels, more, again } = letter else { return Ok(()) };
        let title = cut(title, TITLE);
        let head_bodies = bodies(head, self.labels(), false);
        let Some(first) = head_bodies.first().map(|first| with_buttons(first, &head_bodies)) else {
            return Ok(());
        };
        let may_stand = *again || parcel.attempts > 0 || parcel.unanswered > 0;
        let found = if may_stand { self.find(guild, channel, &title).await? } else { None };
        let stood = found.is_some();
        let opened = match found {
            // What an earlier letter wrote there may be of another day. On a further try it may be of
            // today, and newer than this: then it is not for this letter to change.
            Some((thread, true)) if parcel.attempts == 0 => {
                self.show(thread, &MessageRef(thread.to_string()), head, labels, false).await?;
                Ok((thread, true))
            }
            Some(thread) => Ok(thread),
            None => self.open_new(channel, &title, labels, &first).await,
        };
        let (thread, forum) = match opened {
            Ok(opened) => opened,
            Err(wrong) => {
                if wrong.is_channel_gone() {
                    self.place_gone(guild, channel).await;
                }
                return Err(wrong);
            }
        };
        let place = Place::Thread(thread);
        self.know(thread, (guild, channel));
        // The first message of a forum's post has the post's own number.
        let head = if forum { thread } else { self.write_in(parcel, place, 0, &first).await? };
        let input = DeskInput::Opened {
            request: *request,
            head: MessageRef(head.to_string()),
            community: Place::Guild(guild).address(),
            stood,
        };
        let more = more.iter().flat_map(|more| bodies(more, self.labels(), false));
        for (part, body) in (1..).zip(more) {
            match self.write_in(parcel, place, part, &body).await {
                // The post stands: better without its beginning than as a thread that nobody knows.
                Err(wrong) if !wrong.may_pass() && !wrong.is_channel_gone() => {
                    tracing::error!(?wrong, "the beginning of a conversation is missing in its post");
                }
                other => drop(other?),
            }
        }
        // Last, so that nothing else is written before the beginning stands.
        let key = format!("discord:opened:{thread}:{}:{}", parcel.id, parcel.written_at.as_millisecond());
        let incoming = read::incoming(key, read::nobody(place), Input::Desk(Box::new(input)));
        self.handle(incoming).await.map_err(|error| Wrong::Before(error.to_string()))
    }

    /// Remembers a thread of the desk.
    fn know(&self, thread: u64, home: (u64, u64)) {
        let mut memory = self.memory();
        memory.threads.insert(thread);
        memory.home_of_thread.insert(thread, home);
    }

    async fn write_in(&self, parcel: &Parcel, place: Place, part: usize, body: &Body) -> Result<u64, Wrong> {
        let Place::Thread(thread) = place else { return Ok(0) };
        let json = in_channel(body, parcel.id, parcel.written_at, part, place, None);
        self.write(ChannelId::new(thread), &json, &body.files).await
    }

    /// The post of an earlier try, and whether it is a forum's.
    async fn find(&self, guild: u64, channel: u64, title: &str) -> Result<Option<(u64, bool)>, Wrong> {
        let is_it = |thread: &&GuildChannel| {
            thread.name == title
                && thread.parent_id == Some(ChannelId::new(channel))
                && thread.owner_is(self.bot())
        };
        let active = ask(self.http().get_guild_active_threads(GuildId::new(guild))).await;
        let found = match &active {
            Ok(active) => active.threads.iter().find(is_it).map(|thread| thread.id.get()),
            Err(wrong) if wrong.may_pass() => return Err(wrong.clone()),
            Err(_) => None,
        };
        let found = match found {
            None => self.find_asleep(channel, &is_it).await?,
            found => found,
        };
        match found {
            Some(thread) => Ok(Some((thread, self.forum(channel).await?.takes_posts))),
            None => Ok(None),
        }
    }

    /// The post of an earlier try among those that sleep.
    async fn find_asleep(
        &self,
        channel: u64,
        is_it: &(dyn Fn(&&GuildChannel) -> bool + Sync),
    ) -> Result<Option<u64>, Wrong> {
        let channel = ChannelId::new(channel);
        match ask(self.http().get_channel_archived_public_threads(channel, None, Some(100))).await {
            Ok(archived) => Ok(archived.threads.iter().find(is_it).map(|thread| thread.id.get())),
            Err(wrong) if wrong.may_pass() => Err(wrong),
            Err(_) => Ok(None),
        }
    }

    async fn open_new(
        &self,
        channel: u64,
        title: &str,
        labels: &[String],
        first: &Body,
    ) -> Result<(u64, bool), Wrong> {
        let forum = match self.forum(channel).await {
            Ok(forum) => forum,
            Err(wrong) => return Err(wrong),
        };
        let id = ChannelId::new(channel);
        let thread = if forum.takes_posts {
            let post = json!({
                "name": title, "auto_archive_duration": SLEEPS_AFTER, "applied_tags": forum.tags(labels),
                "message": first.json,
            });
            ask(self.http().create_forum_post(id, &post, None)).await
        } else {
            let thread = json!({"name": title, "auto_archive_duration": SLEEPS_AFTER, "type": 11});
            ask(self.http().create_thread(id, &thread, None)).await
        };
        // Nobody knows what became of a post that a server error answered.
        let thread =
            thread.map_err(
                |wrong| if matches!(wrong, Wrong::Refused(500.., _)) { Wrong::Unknown } else { wrong },
            )?;
        Ok((thread.id.get(), forum.takes_posts))
    }

    async fn show(
        &self,
        thread: u64,
        head: &MessageRef,
        message: &Message,
        labels: &[String],
        sleep: bool,
    ) -> Result<(), Wrong> {
        let (_, parent) = self.home(thread).await?;
        let forum = if parent == 0 { Forum::default() } else { self.forum(parent).await.unwrap_or_default() };
        let channel = ChannelId::new(thread);
        let mut awake = json!({"archived": false});
        if forum.takes_posts {
            awake["applied_tags"] = json!(forum.tags(labels));
        }
        ask(self.http().edit_thread(channel, &awake, None)).await?;
        let bodies = bodies(message, self.labels(), false);
        if let (Some(first), Ok(head)) = (bodies.first(), head.0.parse::<u64>()) {
            let body = with_buttons(first, &bodies);
            self.change(Place::Thread(thread), channel, MessageId::new(head.max(1)), &body).await?;
        }
        if sleep {
            ask(self.http().edit_thread(channel, &json!({"archived": true}), None)).await?;
        }
        Ok(())
    }

    async fn remove(&self, thread: u64) -> Result<(), Wrong> {
        // Not a loss: nobody is to open it again.
        self.memory().threads.remove(&thread);
        match ask(self.http().delete_channel(ChannelId::new(thread), None)).await {
            Err(wrong) if wrong.is_channel_gone() => Ok(()),
            other => other.map(drop),
        }
    }

    async fn forum(&self, channel: u64) -> Result<Forum, Wrong> {
        let channel = ask(self.http().get_channel(ChannelId::new(channel))).await?;
        Ok(channel.guild().map(Forum::from).unwrap_or_default())
    }

    /// The desk's place is gone.
    async fn place_gone(&self, guild: u64, channel: u64) {
        let place = Place::Desk { guild, channel, request: None }.address();
        let key = format!("discord:channel-gone:{channel}");
        let input = Input::Desk(Box::new(DeskInput::Lost(Loss::Place(place))));
        self.handle_or_log(read::incoming(key, read::nobody(Place::Guild(guild)), input)).await;
    }
}

/// The first part of a message with the buttons of the last: all must stand in one message.
fn with_buttons(first: &Body, all: &[Body]) -> Body {
    let mut first = first.clone();
    if let Some(last) = all.last() {
        first.json["components"] = last.json["components"].clone();
    }
    first
}

/// What is to be known of a desk's channel.
#[derive(Default)]
struct Forum {
    takes_posts: bool,
    tags: Vec<(String, String)>,
    required: bool,
}

impl From<GuildChannel> for Forum {
    fn from(channel: GuildChannel) -> Self {
        let tags = channel.available_tags.iter().map(|tag| (tag.id.to_string(), tag.name.to_lowercase()));
        Self {
            takes_posts: channel.kind == ChannelType::Forum,
            tags: tags.collect(),
            required: channel.flags.bits() & TAG_REQUIRED != 0,
        }
    }
}

impl Forum {
    /// The tags that a forum has for some labels; where one is required and none fits, its first.
    fn tags(&self, labels: &[String]) -> Vec<Value> {
        let of = |label: &String| self.tags.iter().find(|(_, name)| *name == label.to_lowercase());
        let mut tags: Vec<Value> = labels.iter().filter_map(of).map(|(id, _)| json!(id)).take(TAGS).collect();
        if tags.is_empty() && self.required {
            tags.extend(self.tags.first().map(|(id, _)| json!(id)));
        }
        tags
    }
}

/// Whether a thread is the bot's own.
trait Owned {
    fn owner_is(&self, bot: u64) -> bool;
}

impl Owned for GuildChannel {
    fn owner_is(&self, bot: u64) -> bool {
        self.owner_id.is_none_or(|owner| owner.get() == bot)
    }
}
