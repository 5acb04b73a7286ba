//! Listening: one client, events in order, and nothing before what was missed has been read.
//!
//! serenity starts a task for each event, so that two may overtake one another. Messages therefore
//! wait a moment and are put in the order of their identifiers, which grow with time. Each channel
//! has its queue; interactions have three seconds and wait for nothing.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serenity::all::{
    Context, Event, EventHandler, GatewayIntents, Message, MessageType, MessageUpdateEvent, RawEventHandler,
};
use serenity::async_trait;
use serenity::client::ClientBuilder;
use serenity::gateway::GatewayError;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::place::Place;
use super::wrong::ask;
use super::{Discord, client, commands, read};
use crate::model::desk::{DeskInput, Loss};
use crate::model::event::Input;

/// How many queues there are; a channel always has the same.
const QUEUES: u64 = 16;
/// How long a message waits for one that was written before it.
const SETTLE: Duration = Duration::from_millis(8);
/// The longest pause between two tries to connect.
const LONGEST_PAUSE: Duration = Duration::from_mins(2);

/// What happened to a message.
pub(super) enum Heard {
    Written(Box<Message>),
    Changed(Box<MessageUpdateEvent>),
    Deleted { channel: u64, message: u64 },
}

impl Heard {
    fn channel(&self) -> u64 {
        match self {
            Self::Written(message) => message.channel_id.get(),
            Self::Changed(event) => event.channel_id.get(),
            Self::Deleted { channel, .. } => *channel,
        }
    }

    /// A message before its changes, and messages as they were written.
    fn order(&self) -> (u64, u8) {
        match self {
            Self::Written(message) => (message.id.get(), 0),
            Self::Changed(event) => (event.id.get(), 1),
            Self::Deleted { message, .. } => (*message, 2),
        }
    }
}

struct Ears {
    discord: Discord,
    queues: Vec<UnboundedSender<Heard>>,
}

// The typed handler must exist for the client to start; everything is read from the raw events.
struct Silence;
impl EventHandler for Silence {}

#[async_trait]
impl RawEventHandler for Ears {
    async fn raw_event(&self, _: Context, event: Event) {
        match event {
            Event::MessageCreate(event) => self.queue(Heard::Written(Box::new(event.message))),
            Event::MessageUpdate(event) => self.queue(Heard::Changed(Box::new(event))),
            Event::MessageDelete(event) => {
                let (channel, message) = (event.channel_id.get(), event.message_id.get());
                self.queue(Heard::Deleted { channel, message });
            }
            Event::MessageDeleteBulk(event) => {
                for message in event.ids {
                    let (channel, message) = (event.channel_id.get(), message.get());
                    self.queue(Heard::Deleted { channel, message });
                }
            }
            Event::InteractionCreate(event) => self.discord.interaction(event.interaction).await,
            other => self.discord.world(other).await,
        }
    }
}

impl Ears {
    fn queue(&self, heard: Heard) {
        let index = usize::try_from((heard.channel() >> 22) % QUEUES).unwrap_or(0);
        if let Some(queue) = self.queues.get(index) {
            // The reader ends only with the whole adapter.
            let _ = queue.send(heard);
        }
    }
}

impl Discord {
    /// Listens until it is told to stop, through every loss of connection.
    pub async fn listen(self, stop: CancellationToken) {
        let mut tasks = JoinSet::new();
        let mut queues = Vec::new();
        for _ in 0..QUEUES {
            let (sender, receiver) = unbounded_channel();
            queues.push(sender);
            tasks.spawn(self.clone().work(receiver));
        }
        let mut pause = Duration::from_secs(1);
        while !stop.is_cancelled() {
            let mut intents =
                GatewayIntents::GUILDS | GatewayIntents::GUILD_MESSAGES | GatewayIntents::DIRECT_MESSAGES;
            intents.set(GatewayIntents::MESSAGE_CONTENT, self.reads());
            let connected = tokio::select! {
                connected = self.connect(&queues, intents) => connected,
                () = stop.cancelled() => return,
            };
            self.inner.caught_up.send_replace(false);
            match connected {
                Err(serenity::Error::Gateway(GatewayError::DisallowedGatewayIntents)) => {
                    tracing::warn!(
                        "the message content intent is off in Discord's developer portal: volunteers answer with \
                         the button, by mentioning the bot or by replying to it; everything else works as ever. \
                         To let them simply write, switch it on and restart; see docs/discord.md"
                    );
                    self.inner.reads.store(false, Ordering::SeqCst);
                    continue;
                }
                Err(error) => tracing::warn!(%error, "the connection to Discord ended"),
                Ok(()) => tracing::warn!("the connection to Discord ended"),
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => return,
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// One client, until its connection ends for good.
    async fn connect(
        &self,
        queues: &[UnboundedSender<Heard>],
        intents: GatewayIntents,
    ) -> serenity::Result<()> {
        // If this fails serenity would silently use the public gateway.
        let gateway = self.http().get_gateway().await?;
        let http = client(&self.inner.token, self.inner.api_url.as_deref());
        let ears = Ears { discord: self.clone(), queues: queues.to_vec() };
        let mut client = ClientBuilder::new_with_http(http, intents)
            .event_handler(Silence)
            .raw_event_handler(ears)
            .await?;
        gateway.url.clone_into(&mut *client.ws_url.lock().await);
        // Without this the shards of a client that is dropped would live on.
        let manager = Arc::clone(&client.shard_manager);
        let _end = EndShards(manager);
        client.start().await
    }

    /// Takes messages from one queue, in order.
    async fn work(self, mut queue: UnboundedReceiver<Heard>) {
        let mut gate = self.inner.caught_up.subscribe();
        let mut batch = Vec::new();
        while let Some(first) = queue.recv().await {
            batch.push(first);
            tokio::time::sleep(SETTLE).await;
            if gate.wait_for(|open| *open).await.is_err() {
                return;
            }
            while let Ok(next) = queue.try_recv() {
                batch.push(next);
            }
            batch.sort_by_key(Heard::order);
            for heard in batch.drain(..) {
                self.hear(heard).await;
            }
        }
    }

    async fn hear(&self, heard: Heard) {
        let incoming = match &heard {
            Heard::Written(message) => {
                let roles =
                    message.member.as_ref().map(|m| m.roles.iter().map(ToString::to_string).collect());
                return self.written(message, roles).await;
            }
            Heard::Changed(event) => {
                let Some(author) = event.author.as_ref().filter(|a| !a.bot) else { return };
                let member = event.member.as_ref().and_then(Option::as_ref);
                let roles =
                    member.map(|m| m.roles.iter().map(ToString::to_string).collect()).unwrap_or_default();
                let setting =
                    self.setting(event.channel_id.get(), event.guild_id.is_some(), author.id.get(), roles);
                setting.and_then(|setting| read::edit(event, setting, self.bot()))
            }
            Heard::Deleted { channel, message } => {
                let user = self.memory().user_of_channel.get(channel).copied();
                let setting = match user {
                    Some(user) => Some(read::resident(user)),
                    None if self.memory().threads.contains(channel) => {
                        Some(read::nobody(Place::Thread(*channel)))
                    }
                    None => None,
                };
                setting.map(|setting| read::deletion(*message, setting))
            }
        };
        if let Some(incoming) = incoming {
            self.handle_or_log(incoming).await;
        }
    }

    /// A message that somebody wrote, now or while the bot was away.
    pub(super) async fn written(&self, message: &Message, roles: Option<Vec<String>>) {
        let human = !message.author.bot && message.webhook_id.is_none();
        if !human || !matches!(message.kind, MessageType::Regular | MessageType::InlineReply) {
            return;
        }
        let (channel, user) = (message.channel_id.get(), message.author.id.get());
        let public = message.guild_id.is_some() || self.memory().threads.contains(&channel);
        if !public {
            let mut memory = self.memory();
            memory.user_of_channel.insert(channel, user);
            memory.channel_of_user.insert(user, channel);
        }
        let setting = match self.setting(channel, public, user, roles.unwrap_or_default()) {
            Some(setting) => setting,
            None if message.mentions.iter().any(|m| m.id.get() == self.bot()) => {
                read::in_public(channel, user)
            }
            // Other people's conversations are none of the bot's business.
            None => return,
        };
        let incoming = read::message(message, setting, self.bot());
        self.handle_or_log(incoming).await;
    }

    /// Whose conversation a channel is; `None` if not one of the bot's.
    fn setting(&self, channel: u64, in_guild: bool, user: u64, roles: Vec<String>) -> Option<read::Setting> {
        if self.memory().threads.contains(&channel) {
            return Some(read::volunteer(Place::Thread(channel), user, roles));
        }
        (!in_guild).then(|| read::resident(user))
    }

    pub(super) async fn handle_or_log(&self, incoming: crate::model::event::Incoming) {
        let kind = incoming.input.kind();
        if let Err(error) = self.handle(incoming).await {
            tracing::error!(%error, kind, "an event was not handled");
        }
    }

    /// The bot's own number.
    pub(super) fn bot(&self) -> u64 {
        self.http().application_id().map_or(0, serenity::all::ApplicationId::get)
    }

    /// What changes around the conversations.
    async fn world(&self, event: Event) {
        let lost = |key: String, place: Place, loss: Loss| {
            read::incoming(key, read::nobody(place), Input::Desk(Box::new(DeskInput::Lost(loss))))
        };
        match event {
            Event::Ready(event) => {
                self.http().set_application_id(event.ready.application.id);
                let discord = self.clone();
                // Closed at once, before the next message can arrive.
                self.inner.caught_up.send_replace(false);
                discord.ready().await;
            }
            Event::GuildCreate(event) => {
                let joined = event.guild.joined_at.to_string();
                self.memory().joined.insert(event.guild.id.get(), joined);
            }
            Event::GuildDelete(event) if !event.guild.unavailable => {
                let guild = event.guild.id.get();
                let joined = self.memory().joined.remove(&guild).unwrap_or_default();
                let key = format!("discord:removed:{guild}:{joined}");
                self.handle_or_log(lost(key, Place::Guild(guild), Loss::Community)).await;
            }
            Event::ThreadDelete(event) => self.thread_gone(event.thread.id.get()).await,
            Event::ChannelDelete(event) => {
                let (guild, channel) = (event.channel.guild_id.get(), event.channel.id.get());
                let place = Place::Desk { guild, channel, request: None }.address();
                let key = format!("discord:channel-gone:{channel}");
                self.handle_or_log(lost(key, Place::Guild(guild), Loss::Place(place))).await;
            }
            Event::GuildRoleDelete(event) => {
                let (guild, role) = (event.guild_id.get(), event.role_id.to_string());
                let key = format!("discord:role-gone:{role}");
                self.handle_or_log(lost(key, Place::Guild(guild), Loss::Group(role))).await;
            }
            _ => {}
        }
    }

    /// A thread of the desk was deleted, or the bot cannot reach it any more.
    pub(super) async fn thread_gone(&self, thread: u64) {
        if !self.memory().threads.remove(&thread) {
            return;
        }
        let input = Input::Desk(Box::new(DeskInput::Lost(Loss::Thread)));
        let key = format!("discord:thread-gone:{thread}");
        self.handle_or_log(read::incoming(key, read::nobody(Place::Thread(thread)), input)).await;
    }

    /// A session has begun anew: what was missed is read, then messages may flow.
    async fn ready(&self) {
        self.catch_up().await;
        self.inner.caught_up.send_replace(true);
        if let Err(error) = ask(commands::register(self.http(), self.labels())).await {
            tracing::warn!(?error, "the commands could not be registered");
        }
    }
}

/// Ends the shards of a client that is dropped.
struct EndShards(Arc<serenity::all::ShardManager>);

impl Drop for EndShards {
    fn drop(&mut self) {
        let manager = Arc::clone(&self.0);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { manager.shutdown_all().await });
        }
    }
}
