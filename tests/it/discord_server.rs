//! Tests of the local Discord in `support/discord`, with serenity's real client, so that the tests
//! that stand on it can be believed.
//!
//! They say nothing about Digidel's own adapter.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use serenity::all::{
    ActionRowComponent, ChannelId, Command, CommandOptionType, Context, CreateActionRow,
    CreateAllowedMentions, CreateAttachment, CreateButton, CreateCommand, CreateCommandOption,
    CreateForumPost, CreateInputText, CreateInteractionResponse as Answer, CreateInteractionResponseFollowup,
    CreateInteractionResponseMessage as Said, CreateMessage, CreateModal, EditInteractionResponse,
    EditThread, EventHandler, ForumTagId, GatewayIntents, GetMessages, GuildId, Http, HttpBuilder, HttpError,
    InputTextStyle, Interaction, MessageId, Nonce, Ready, ResumedEvent, UserId,
};
use serenity::all::{Event, RawEventHandler};
use serenity::async_trait;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::support::discord::permissions as may;
use crate::support::discord::{BOT, Callback, Cannot, Fault, Id, Moment, Person, Place, Server, TOKEN};

mod bad_days;
mod dialogue;
mod refusals;

type Tested = Result<(), Box<dyn std::error::Error>>;

/// What the client read off the gateway.
#[derive(Debug)]
enum Heard {
    Ready,
    Resumed,
    Message(Box<serenity::all::Message>),
    Interaction(Box<Interaction>),
    Left(Id),
}

struct Ears(UnboundedSender<Heard>);

#[async_trait]
impl EventHandler for Ears {
    async fn ready(&self, _: Context, _: Ready) {
        let _ = self.0.send(Heard::Ready);
    }

    async fn resume(&self, _: Context, _: ResumedEvent) {
        let _ = self.0.send(Heard::Resumed);
    }

    async fn message(&self, _: Context, message: serenity::all::Message) {
        let _ = self.0.send(Heard::Message(Box::new(message)));
    }

    async fn interaction_create(&self, _: Context, interaction: Interaction) {
        let _ = self.0.send(Heard::Interaction(Box::new(interaction)));
    }

    async fn guild_delete(
        &self,
        _: Context,
        gone: serenity::all::UnavailableGuild,
        _: Option<serenity::all::Guild>,
    ) {
        let _ = self.0.send(Heard::Left(gone.id.get()));
    }
}

/// The names of all events that the client could parse; what it cannot parse it drops silently.
struct Names(UnboundedSender<String>);

#[async_trait]
impl RawEventHandler for Names {
    async fn raw_event(&self, _: Context, event: Event) {
        let _ = self.0.send(event.name().unwrap_or_default());
    }
}

/// A server, a connected client, a guild with a channel, and somebody in it.
struct Scene {
    dc: Server,
    http: Arc<Http>,
    heard: UnboundedReceiver<Heard>,
    names: UnboundedReceiver<String>,
    task: tokio::task::JoinHandle<()>,
    guild: Id,
    channel: Id,
    amina: Person,
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn client(dc: &Server) -> Http {
    let http = HttpBuilder::new(TOKEN).proxy(dc.url()).ratelimiter_disabled(true).build();
    http.set_application_id(BOT.into());
    http
}

async fn scene_with(intents: GatewayIntents) -> Scene {
    let dc = Server::start().await.expect("two free ports");
    let guild = dc.guild("Digidelcenter");
    let channel = dc.text_channel(guild, "allmänt");
    let amina = dc.person("Amina");
    amina.join(guild, &[]);
    let (said, heard) = unbounded_channel();
    let (teller, names) = unbounded_channel();
    let builder = serenity::client::ClientBuilder::new_with_http(client(&dc), intents)
        .event_handler(Ears(said))
        .raw_event_handler(Names(teller));
    let mut client = builder.await.expect("the client starts");
    let http = Arc::clone(&client.http);
    let task = tokio::spawn(async move {
        let _ = client.start().await;
    });
    let mut scene = Scene { dc, http, heard, names, task, guild, channel, amina };
    assert!(matches!(scene.next().await, Heard::Ready));
    scene
}

async fn scene() -> Scene {
    let all = GatewayIntents::GUILDS | GatewayIntents::GUILD_MESSAGES | GatewayIntents::DIRECT_MESSAGES;
    scene_with(all | GatewayIntents::MESSAGE_CONTENT).await
}

impl Scene {
    async fn next(&mut self) -> Heard {
        let next = tokio::time::timeout(Duration::from_secs(20), self.heard.recv()).await;
        next.expect("an event came").expect("the client lives")
    }

    async fn message(&mut self) -> serenity::all::Message {
        loop {
            if let Heard::Message(message) = self.next().await {
                return *message;
            }
        }
    }

    async fn interaction(&mut self) -> Interaction {
        loop {
            if let Heard::Interaction(interaction) = self.next().await {
                return *interaction;
            }
        }
    }

    async fn register(&self, commands: Vec<CreateCommand>) {
        Command::set_global_commands(&self.http, commands).await.expect("the commands are valid");
    }

    async fn send(&self, text: &str, nonce: &str) -> serenity::Result<serenity::all::Message> {
        ChannelId::new(self.channel).send_message(&self.http, polite(text, nonce)).await
    }
}

fn quiet() -> CreateAllowedMentions {
    CreateAllowedMentions::new()
}

fn polite(text: &str, nonce: &str) -> CreateMessage {
    let message = CreateMessage::new().content(text).allowed_mentions(quiet());
    message.nonce(Nonce::String(nonce.into())).enforce_nonce(true)
}

fn said(text: &str) -> Said {
    Said::new().content(text).allowed_mentions(quiet())
}

fn plain(name: &str) -> CreateCommand {
    CreateCommand::new(name).description("Ett kommando")
}

/// Status and Discord's code of a refusal.
fn refusal<T: std::fmt::Debug>(result: serenity::Result<T>) -> (u16, isize) {
    match result {
        Err(serenity::Error::Http(HttpError::UnsuccessfulRequest(response))) => {
            (response.status_code.as_u16(), response.error.code)
        }
        other => panic!("no refusal: {other:?}"),
    }
}

#[tokio::test]
async fn a_message_arrives_and_is_answered() -> Tested {
    let mut scene = scene().await;
    let id = scene.amina.say(scene.channel, "Hej! Vad är BankID?")?;
    let message = scene.message().await;
    assert_eq!((message.id.get(), message.content.as_str()), (id, "Hej! Vad är BankID?"));
    assert_eq!(message.guild_id, Some(GuildId::new(scene.guild)));

    let sent = scene.send("En e-legitimation.", "1").await?;
    assert_eq!(scene.amina.sees(scene.channel, "e-legitimation").await?.id, sent.id.get());
    scene.dc.clean()?;
    Ok(())
}

#[tokio::test]
async fn without_the_intent_only_mentions_and_dms_can_be_read() -> Tested {
    let mut scene = scene_with(GatewayIntents::GUILD_MESSAGES | GatewayIntents::DIRECT_MESSAGES).await;
    scene.amina.say(scene.channel, "hemligt")?;
    assert_eq!(scene.message().await.content, "");
    scene.amina.mention_bot(scene.channel, "hjälp")?;
    assert!(scene.message().await.content.ends_with("hjälp"));
    let dm = scene.amina.dm();
    scene.amina.say(dm, "hej")?;
    assert_eq!(scene.message().await.content, "hej");
    Ok(())
}

#[tokio::test]
async fn a_forum_post_sleeps_and_wakes() -> Tested {
    let mut scene = scene().await;
    let forum = scene.dc.forum(scene.guild, "ärenden", &["väntar", "klar"]);
    scene.dc.require_tag(forum, true);
    let tag = scene.dc.tag(forum, "väntar").expect("it was made");
    let post = |tags: Vec<Id>| {
        let first = CreateMessage::new().content("Ny fråga").allowed_mentions(quiet());
        CreateForumPost::new("Ärende 1", first).set_applied_tags(tags.into_iter().map(ForumTagId::new))
    };
    let place = ChannelId::new(forum);
    assert_eq!(refusal(place.create_forum_post(&scene.http, post(vec![])).await), (400, 40067));
    assert_eq!(refusal(place.create_forum_post(&scene.http, post(vec![7])).await), (404, 10087));
    let thread = place.create_forum_post(&scene.http, post(vec![tag])).await?;
    assert_eq!(thread.applied_tags, [ForumTagId::new(tag)]);
    let first = thread.id.message(&scene.http, thread.id.get()).await?;
    assert_eq!(first.content, "Ny fråga");

    scene.dc.archive(thread.id.get(), true);
    let edit = thread.id.edit_message(
        &scene.http,
        first.id,
        serenity::all::EditMessage::new().suppress_embeds(true),
    );
    assert_eq!(refusal(edit.await), (400, 50083));
    assert_eq!(GuildId::new(scene.guild).get_active_threads(&scene.http).await?.threads.len(), 0);
    scene.amina.say(thread.id.get(), "Jag väntar")?;
    assert_eq!(GuildId::new(scene.guild).get_active_threads(&scene.http).await?.threads.len(), 1);
    thread.id.edit_thread(&scene.http, EditThread::new().locked(true).archived(true)).await?;
    assert!(scene.amina.say(thread.id.get(), "Hallå?").is_err());
    scene.dc.delete_channel(thread.id.get());
    let gone = thread.id.send_message(&scene.http, polite("Hej", "1")).await;
    assert_eq!(refusal(gone), (404, 10003));
    assert_eq!(scene.message().await.content, "Ny fråga");
    scene.dc.clean()?;
    Ok(())
}

#[tokio::test]
async fn who_may_not_is_told_so() -> Tested {
    let mut scene = scene().await;
    let http = &scene.http;
    scene.dc.set_bot_permissions(scene.guild, 0);
    scene.dc.overwrite(scene.channel, scene.guild, 0, may::SEND);
    assert_eq!(refusal(scene.send("a", "1").await), (403, 50013));
    scene.dc.overwrite(scene.channel, scene.guild, 0, may::VIEW);
    assert_eq!(refusal(scene.send("a", "1").await), (403, 50001));

    let dm = UserId::new(scene.amina.id).create_dm_channel(http).await?;
    dm.send_message(http, polite("Hej", "1")).await?;
    scene.amina.close_dms(true);
    assert_eq!(refusal(dm.send_message(http, polite("Hej", "2")).await), (403, 50007));
    scene.dc.kick_bot(scene.guild);
    assert_eq!(refusal(dm.send_message(http, polite("Hej", "3")).await), (403, 50278));
    assert_eq!(refusal(GuildId::new(scene.guild).get_active_threads(http).await), (403, 50001));
    while !matches!(scene.next().await, Heard::Left(guild) if guild == scene.guild) {}
    scene.dc.clean()?;
    Ok(())
}

#[tokio::test]
async fn files_come_and_go() -> Tested {
    let mut scene = scene().await;
    let ics = CreateAttachment::bytes(b"BEGIN:VCALENDAR\r\n".to_vec(), "besök.ics");
    let sent = ChannelId::new(scene.channel)
        .send_message(&scene.http, polite("Ditt besök", "1").add_file(ics))
        .await?;
    assert_eq!(scene.amina.sees(scene.channel, "besök").await?.files, ["besök.ics"]);
    assert_eq!(sent.attachments[0].size, 17);
    scene.message().await;
    scene.amina.send_file(scene.channel, "", "bild.png", "image/png", b"png")?;
    assert_eq!(scene.message().await.attachments[0].filename, "bild.png");
    scene.dc.clean()?;
    Ok(())
}

#[tokio::test]
async fn the_client_can_parse_every_event() -> Tested {
    let mut scene = scene().await;
    let (dc, amina) = (scene.dc.clone(), scene.amina.clone());
    let forum = dc.forum(scene.guild, "ärenden", &["ny"]);
    let post = amina.open_thread(forum, "Hjälp", "Min dator")?;
    let text = amina.say(post, "är trasig")?;
    amina.edit(post, text, "är långsam")?;
    amina.reply(post, text, "mycket")?;
    amina.delete(post, text)?;
    dc.archive(post, true);
    dc.lock(post, true);
    dc.delete_channel(post);
    dc.overwrite(forum, amina.id, 0, may::SEND);
    dc.delete_channel(forum);
    let other = dc.guild("Bibliotek");
    dc.kick_bot(other);
    dc.invite_bot(other, may::BOT_ROLE);
    scene.register(vec![plain("start")]).await;
    amina.slash(scene.channel, "start", &[])?;
    amina.slash(Place::Dm, "start", &[])?;

    let sent: Vec<String> = dc.look(|state| {
        let session = state.sessions.by_id.values().next();
        let events = session.into_iter().flat_map(|s| &s.events);
        events.map(|(_, event)| event["t"].as_str().unwrap_or_default().to_owned()).collect()
    });
    assert!(sent.len() > 18, "{sent:?}");
    for name in sent {
        let heard = tokio::time::timeout(Duration::from_secs(20), scene.names.recv()).await;
        assert_eq!(heard?, Some(name));
    }
    Ok(())
}

#[tokio::test]
async fn the_client_can_parse_everything_it_reads() -> Tested {
    let scene = scene().await;
    let (http, guild) = (&scene.http, GuildId::new(scene.guild));
    let forum = scene.dc.forum(scene.guild, "ärenden", &["ny"]);
    let post = scene.amina.open_thread(forum, "Hjälp", "Min dator")?;
    scene.dc.archive(post, true);
    assert_eq!(guild.to_partial_guild(http).await?.name, "Digidelcenter");
    assert_eq!(guild.channels(http).await?.len(), 2);
    assert_eq!(guild.roles(http).await?.len(), 2);
    assert_eq!(guild.member(http, scene.amina.id).await?.user.display_name(), "Amina");
    assert_eq!(http.get_current_user().await?.id.get(), BOT);
    assert_eq!(http.get_current_application_info().await?.id.get(), BOT);
    assert_eq!(UserId::new(scene.amina.id).to_user(http).await?.name, "amina");
    assert_eq!(ChannelId::new(post).to_channel(http).await?.id().get(), post);
    let archived = ChannelId::new(forum).get_archived_public_threads(http, None, None).await?;
    assert_eq!(archived.threads.len(), 1);
    scene.register(vec![plain("start")]).await;
    assert_eq!(Command::get_global_commands(http).await?.len(), 1);
    assert_eq!(refusal(guild.member(http, 1).await), (404, 10007));
    scene.dc.clean()?;
    Ok(())
}
