//! Discord: guilds, direct messages, and the volunteers' desk.
//!
//! Translates what happens there into events, and letters into what is seen there. serenity is the
//! gateway, the HTTP client and the types, and its types stay in this folder. What is decided, and
//! every sentence, is the engine's.
//!
//! | file | what |
//! | --- | --- |
//! | `gateway.rs`, `catch_up.rs` | what is heard, in order; what was missed |
//! | `interactions.rs`, `modal.rs`, `commands.rs` | commands, buttons, forms: acknowledged first |
//! | `read.rs`, `place.rs` | what happened, as events and addresses |
//! | `deliver.rs`, `desk.rs` | letters on their way; posts of the desk |
//! | `write.rs`, `markdown.rs`, `components.rs`, `labels.rs` | what is seen |
//! | `rights.rs`, `raw.rs`, `wrong.rs` | what the bot may do; requests, and what can go wrong with them |

mod catch_up;
mod commands;
mod components;
mod deliver;
mod desk;
mod gateway;
mod interactions;
mod labels;
mod markdown;
mod modal;
mod place;
mod raw;
mod read;
mod rights;
mod write;
mod wrong;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use secrecy::ExposeSecret;
use serenity::http::{Http, HttpBuilder};
use serenity::model::id::ApplicationId;
use tokio::sync::watch;

pub use self::labels::Labels;
pub(super) use self::write::preview;
use crate::app::{App, HandleError};
use crate::model::desk::Followed;
use crate::model::event::Incoming;
use crate::model::time::Timestamp;
use crate::settings;

/// Names of places that begin with what was typed.
pub type Places = Arc<dyn Fn(&str) -> Vec<String> + Send + Sync>;
/// The conversations to read after the bot was away.
pub type FollowedNow = Arc<dyn Fn() -> BoxFuture<'static, Result<Vec<Followed>, String>> + Send + Sync>;

/// What the adapter is given, so that it need not know the engine, the facts or the store.
#[derive(Clone)]
pub struct Wiring {
    /// The words outside messages.
    pub labels: Labels,
    /// For suggestions while somebody types.
    pub places: Places,
    /// For catching up.
    pub followed: FollowedNow,
}

/// How often an event is offered to the application before it is left to the next catch-up.
const TRIES: u32 = 6;

/// What is remembered between events. Nothing of it is needed for what is promised: after a restart
/// it fills again.
#[derive(Default)]
struct Memory {
    /// Threads of the desk.
    threads: HashSet<u64>,
    /// Direct conversations, both ways.
    channel_of_user: HashMap<u64, u64>,
    user_of_channel: HashMap<u64, u64>,
    /// The guild and the channel of a thread.
    home_of_thread: HashMap<u64, (u64, u64)>,
    /// The turn that an interaction's answer belonged to: what else that turn says follows it.
    turns: HashMap<u64, (Timestamp, String, bool)>,
    /// Interactions that have been answered.
    answered: HashSet<String>,
    /// When the bot joined a guild, as Discord says.
    joined: HashMap<u64, String>,
}

/// The adapter. Clones are handles to the same one.
#[derive(Clone)]
pub struct Discord {
    inner: Arc<Inner>,
}

struct Inner {
    token: String,
    api_url: Option<String>,
    http: Http,
    app: App,
    wiring: Wiring,
    memory: Mutex<Memory>,
    /// Whether messages may be handled: not before what was missed has been read.
    caught_up: watch::Sender<bool>,
    /// Whether Discord lets the bot read what is not said to it.
    reads: AtomicBool,
}

/// The settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// No token.
    #[error("Discord is off: there is no token (DIGIDEL__DISCORD__TOKEN)")]
    NoToken,
    /// Not a token.
    #[error("the Discord token is not one; copy it from the developer portal, page \"Bot\"")]
    BadToken,
}

/// The bot's number: the first part of a token is that number in base 64
/// (discord.com/developers/docs/reference#authentication shows the parts).
fn bot_of(token: &str) -> Option<u64> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (first, rest) = token.split_once('.')?;
    rest.split_once('.')?;
    let (mut held, mut bits, mut text) = (0_u32, 0_u32, String::new());
    for c in first.trim_end_matches('=').bytes() {
        let digit = DIGITS.iter().position(|d| *d == c)?;
        held = (held << 6 | u32::try_from(digit).ok()?) & 0xFFFF;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            text.push(char::from(u8::try_from(held >> bits & 0xFF).ok()?));
        }
    }
    text.parse().ok().filter(|id| *id != 0)
}

/// A client for an API server. serenity uses another server than Discord's own only without its
/// rate limiter: then a refusal is tried again by the outbox.
fn client(token: &str, api_url: Option<&str>) -> Http {
    let builder = HttpBuilder::new(token);
    match api_url {
        Some(url) => builder.proxy(url).ratelimiter_disabled(true).build(),
        None => builder.build(),
    }
}

impl Discord {
    /// An adapter that is not connected yet; letters can be delivered already.
    ///
    /// # Errors
    /// [`SetupError`] if the settings lack a usable token.
    pub fn new(settings: &settings::Discord, app: App, wiring: Wiring) -> Result<Self, SetupError> {
        let token = settings.token.as_ref().ok_or(SetupError::NoToken)?.expose_secret().trim().to_owned();
        let bot = bot_of(&token).ok_or(SetupError::BadToken)?;
        let http = client(&token, settings.api_url.as_deref());
        // Of all but very old applications it is the bot's own number; READY brings the true one.
        http.set_application_id(ApplicationId::new(bot));
        let (caught_up, _) = watch::channel(false);
        let api_url = settings.api_url.clone();
        let memory = Mutex::default();
        let reads = AtomicBool::new(true);
        Ok(Self { inner: Arc::new(Inner { token, api_url, http, app, wiring, memory, caught_up, reads }) })
    }

    /// Whether the gateway is connected and what was missed has been read.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        *self.inner.caught_up.borrow()
    }

    fn http(&self) -> &Http {
        &self.inner.http
    }

    fn labels(&self) -> &Labels {
        &self.inner.wiring.labels
    }

    /// Whether the bot reads what volunteers write in threads.
    fn reads(&self) -> bool {
        self.inner.reads.load(Ordering::SeqCst)
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.inner.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands an event to the application; tries again while the database fails.
    async fn handle(&self, incoming: Incoming) -> Result<(), HandleError> {
        let mut pause = std::time::Duration::from_millis(50);
        for _ in 1..TRIES {
            match self.inner.app.handle(incoming.clone()).await {
                Err(HandleError::Store(error)) => {
                    tracing::warn!(%error, "an event could not be handled; trying again");
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                other => return other.map(drop),
            }
        }
        self.inner.app.handle(incoming).await.map(drop)
    }
}

/// Any bytes as a message, a change, an interaction: for `fuzzing`.
pub(crate) fn fuzz_event(data: &[u8]) {
    use serenity::model::application::Interaction;
    use serenity::model::channel::Message;
    use serenity::model::event::MessageUpdateEvent;
    if let Ok(message) = serde_json::from_slice::<Message>(data) {
        for setting in [read::resident(1), read::in_public(2, 1), read::nobody(place::Place::Thread(3))] {
            let incoming = read::message(&message, setting, 7);
            assert!(place::Place::read(&incoming.chat.address).is_some());
        }
    }
    if let Ok(event) = serde_json::from_slice::<MessageUpdateEvent>(data) {
        let _ = read::edit(&event, read::resident(1), 7);
    }
    let _ = serde_json::from_slice::<Interaction>(data).map(|interaction| interaction.id());
    if let Ok(address) = String::from_utf8_lossy(data).parse()
        && let Some(place) = place::Place::read(&address)
    {
        assert_eq!(place::Place::read(&place.address()), Some(place));
    }
}

/// How long the parts of a text become: for `fuzzing`.
pub(crate) fn fuzz_markdown(text: &crate::model::markup::Markup) -> Vec<usize> {
    markdown::parts(text).iter().map(|part| markdown::length(part)).collect()
}
