//! A local server that speaks Telegram's Bot API, for tests.
//!
//! It does: judge every call strictly (`violations`), keep chats the way Telegram would, give a
//! test the hands of residents (`user`, `group`) and their eyes (`screen`, the waits), break things
//! on demand (`fault`, `disturb`, `outage`), and log every call with its effect (`requests`).
//! It does not: assert, read `MarkdownV2`, play methods far from a dialogue (stars, stories,
//! stickers, inline mode), or run without a tokio runtime with I/O and time.
//!
//! ```ignore
//! let telegram = Server::start().await;
//! let bot = Bot::new(telegram.token()).set_api_url(telegram.url().parse()?);
//! let amina = telegram.user(42).named("Amina");
//! amina.say("hej");
//! let answer = amina.sees("Vad vill du").await?;
//! let tap = amina.tap("Boka ett besök")?;
//! amina.answer_to(&tap).await?;
//! assert_eq!(telegram.violations().len(), 0);
//! ```
#![allow(dead_code, reason = "a tool box: no test binary uses every tool")]

mod decode;
mod edit;
mod faults;
mod group;
mod html;
mod log;
mod methods;
mod net;
mod profile;
mod rules;
mod screen;
mod send;
mod server;
mod spec;
mod taps;
mod text;
mod updates;
mod user;
mod validate;
mod wait;
mod world;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

pub use faults::{Fault, UpdateFault, When};
pub use group::Group;
#[allow(unused_imports, reason = "names for the signatures of tests")]
pub use log::{Effect, Outcome, Record, Violation};
#[allow(unused_imports, reason = "names for the signatures of tests")]
pub use screen::{Bubble, Button, Screen};
#[allow(unused_imports, reason = "names for the signatures of tests")]
pub use taps::NoButton;
#[allow(unused_imports, reason = "names for the signatures of tests")]
pub use user::{Sent, User};
#[allow(unused_imports, reason = "names for the signatures of tests")]
pub use wait::TimedOut;
#[allow(unused_imports, reason = "names for the signatures of tests")]
pub use world::{BOT_ID, BOT_NAME};

use server::{Shared, Tasks};
use world::{Kind, Standing};

/// The token that the server takes unless told otherwise.
const TOKEN: &str = "700000001:TEST-token-of-the-local-server";
/// How long the waits wait before they give up: far more than any answer takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running server. Clones are handles to the same one; it stops with the last of them.
#[derive(Debug, Clone)]
pub struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    token: String,
    patience: Duration,
    /// Only held, so that the tasks end with the last handle.
    _tasks: Arc<Tasks>,
}

impl Server {
    /// Starts on a free port of 127.0.0.1.
    pub async fn start() -> Self {
        let local = SocketAddr::from(([127, 0, 0, 1], 0));
        Self::start_at(local, TOKEN).await.expect("a free port")
    }

    /// Starts on this address with this token.
    pub async fn start_at(address: SocketAddr, token: &str) -> std::io::Result<Self> {
        let listener = server::bind(address).await?;
        let address = listener.local_addr()?;
        let (shared, tasks) = server::serve(listener, token);
        let tasks = Arc::new(tasks);
        Ok(Self { shared, address, token: token.to_owned(), patience: PATIENCE, _tasks: tasks })
    }

    /// Changes how long the waits of this handle (and of users made from it) wait.
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// For `Bot::set_api_url`: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The bot's token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// A resident who has started the bot before. The id of a private chat is the person's id.
    pub fn user(&self, id: i64) -> User {
        self.shared.with(|world| {
            world.open_chat(id, Kind::Private, &format!("Person {id}"), Standing::Welcome);
        });
        User::new(self.clone(), id)
    }

    /// A person who has never written to the bot: it cannot write first.
    pub fn stranger(&self, id: i64) -> User {
        self.shared.with(|world| {
            world.open_chat(id, Kind::Private, &format!("Person {id}"), Standing::Stranger);
        });
        User::new(self.clone(), id)
    }

    /// A group with the bot in it; ids from -1000000000000 downwards are supergroups.
    pub fn group(&self, id: i64, title: &str) -> Group {
        let kind = if id <= -1_000_000_000_000 { Kind::Supergroup } else { Kind::Group };
        self.shared.with(|world| {
            world.open_chat(id, kind, title, Standing::Welcome);
        });
        Group::new(self.clone(), id)
    }

    /// Queues an update of any kind as it is, whatever the bot asked for. Without `update_id` it
    /// gets the next one; with one it keeps it. Gives back the id.
    pub fn raw(&self, mut update: Value) -> i64 {
        self.shared.with(|world| {
            if update["update_id"].is_null() {
                let id = world.updates.next_id();
                update["update_id"] = id.into();
            }
            let id = update["update_id"].as_i64().unwrap_or_default();
            world.updates.pending.push_back(update);
            id
        })
    }

    /// Plans a fault. Faults planned for the same call strike in the order of planning.
    pub fn fault(&self, when: When, fault: Fault) {
        self.shared.with(|world| world.plan.add(when, fault));
    }

    /// Plans a fault of the stream of updates.
    pub fn disturb(&self, fault: UpdateFault) {
        self.shared.with(|world| world.plan.add_update(fault));
    }

    /// Forgets all planned faults.
    pub fn clear_faults(&self) {
        self.shared.with(|world| world.plan.clear());
    }

    /// How many planned faults have not struck yet: 0 shows that a test hit what it meant to.
    pub fn faults_waiting(&self) -> usize {
        self.shared.look(|world| world.plan.waiting())
    }

    /// Starts or ends an outage: all connections are reset and new ones too.
    pub fn outage(&self, on: bool) {
        let last = self.shared.lines.set_down(on);
        self.shared.doubt(&last);
    }

    /// Resets all open connections once, long polls included.
    pub fn cut_connections(&self) {
        let last = self.shared.lines.cut_all();
        self.shared.doubt(&last);
    }

    /// Every call so far, in the order of arrival.
    pub fn requests(&self) -> Vec<Record> {
        self.shared.look(|world| world.log.clone())
    }

    /// Every call of one method.
    pub fn requests_of(&self, method: &str) -> Vec<Record> {
        let wanted = |record: &&Record| record.method.eq_ignore_ascii_case(method);
        self.shared.look(|world| world.log.iter().filter(wanted).cloned().collect())
    }

    /// Calls that had an effect, without those that only poll or ask.
    pub fn effects(&self) -> Vec<Record> {
        let wanted = |record: &&Record| record.effect.is_some();
        self.shared.look(|world| world.log.iter().filter(wanted).cloned().collect())
    }

    /// Every broken rule of the API. Empty is what tests want.
    pub fn violations(&self) -> Vec<Violation> {
        self.shared.look(|world| world.violations.clone())
    }

    /// Takes the violations away: for tests that break rules on purpose.
    pub fn take_violations(&self) -> Vec<Violation> {
        self.shared.look(|world| std::mem::take(&mut world.violations))
    }

    /// A chat as a person sees it now.
    pub fn screen(&self, chat: i64) -> Screen {
        self.shared.look(|world| world.chats.get(&chat).map(Screen::of).unwrap_or_default())
    }

    /// Every message that ever was in a chat, deleted ones and earlier contents included, as JSON.
    pub fn history(&self, chat: i64) -> Vec<Value> {
        self.shared.look(|world| {
            let messages = world.chats.get(&chat).map(|c| c.messages.clone()).unwrap_or_default();
            messages.into_iter().flat_map(|m| m.past.into_iter().chain([m.json])).collect()
        })
    }

    /// The chats that exist.
    pub fn chats(&self) -> Vec<i64> {
        self.shared.look(|world| world.chats.keys().copied().collect())
    }

    /// A file that was uploaded: name, content type, bytes.
    pub fn file(&self, file_id: &str) -> Option<(String, String, Vec<u8>)> {
        self.shared.look(|world| {
            world.files.get(file_id).map(|f| (f.file_name.clone(), f.mime.clone(), f.bytes.clone()))
        })
    }

    /// The commands that the bot set for a scope and a language ("" for everybody).
    pub fn commands(&self, scope: &Value, language: &str) -> Option<Value> {
        self.shared.look(|world| world.profile.commands(scope, language).cloned())
    }

    /// `name`, `description` or `short_description` in a language, exactly as set.
    pub fn profile_text(&self, what: &'static str, language: &str) -> Option<String> {
        self.shared.look(|world| world.profile.text(what, language).map(str::to_owned))
    }

    /// Updates that the bot has not confirmed.
    pub fn pending(&self) -> Vec<Value> {
        self.shared.look(|world| world.updates.pending.iter().cloned().collect())
    }

    /// The numbers of all updates that were ever queued, confirmed or not.
    pub fn made(&self) -> Vec<i64> {
        self.shared.look(|world| world.updates.made.clone())
    }

    /// Updates that were never queued, because the bot's `allowed_updates` leave their kind out.
    pub fn filtered(&self) -> Vec<Value> {
        self.shared.look(|world| world.updates.filtered.clone())
    }

    /// How many deliveries to the webhook were tried.
    pub fn webhook_deliveries(&self) -> usize {
        self.shared.look(|world| world.updates.deliveries)
    }

    /// Sends webhook deliveries for a public host (`bot.example.se`) to a local address instead.
    pub fn route_webhook(&self, host: &str, address: SocketAddr) {
        self.shared.with(|world| {
            world.updates.routes.insert(host.to_owned(), address.to_string());
        });
    }

    /// Makes the next update id jump, down too, as Telegram does after a week of silence.
    pub fn jump_update_id(&self, id: i64) {
        self.shared.with(|world| world.updates.jump_to(id));
    }

    /// The server's clock, in seconds since 1970.
    pub fn now(&self) -> i64 {
        self.shared.look(|world| world.now())
    }

    /// Moves the server's clock forward: for the 48 hours of `deleteMessage` and for old taps.
    pub fn advance(&self, by: Duration) {
        let seconds = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
        self.shared.with(|world| world.clock_offset += seconds);
    }

    /// Sets the server's clock; it goes on from there.
    pub fn set_now(&self, now: i64) {
        self.shared.with(|world| world.clock_offset += now - world.now());
    }

    /// How long a tap can be answered by the server's clock; 60 s unless set.
    pub fn set_tap_lifetime(&self, lifetime: Duration) {
        self.shared.with(|world| world.tap_lifetime = lifetime);
    }

    /// Whether the bot sees only what is meant for it in groups; on unless set.
    pub fn set_privacy_mode(&self, on: bool) {
        self.shared.with(|world| world.privacy_mode = on);
    }
}
