//! A Discord of our own: the HTTP API v10 and the gateway on 127.0.0.1, for tests.
//!
//! The real client library talks to it; a test plays the people (`Person`) and reads what they see
//! (`Seen`). Every request is checked against Discord's API document and the rules that the
//! document lacks; what is wrong is refused as Discord would and kept in [`Server::violations`].
//!
//! It keeps everything in memory and asserts nothing itself. It does not imitate voice, shards,
//! webhooks of its own, stickers, polls, invitations or moderation; an endpoint that it does not
//! know answers 501 and is a violation, so that nothing passes by accident.
//!
//! | file | what |
//! | --- | --- |
//! | `mod.rs` | [`Server`]: start, clock, faults, waiting |
//! | `world.rs` | what moderators and owners do: guilds, channels, roles, kicking |
//! | `people.rs`, `interact.rs`, `offer.rs` | what users do: write; commands, buttons, menus, forms |
//! | `screen.rs` | what users see |
//! | `http.rs`, `form.rs` | HTTP: reading, logging, cutting, rate-limit answers |
//! | `spec.rs`, `rules/` | checking |
//! | `rest.rs`, `messages.rs`, `channels.rs`, `commands.rs`, `interactions.rs` | carrying out |
//! | `socket.rs`, `gateway.rs` | connections; sessions and events |
//! | `state.rs`, `permissions.rs`, `shape.rs`, `log.rs`, `faults.rs` | what is kept, and how it reads |

#![allow(dead_code, unused_imports, reason = "tests use now this, now that of the server")]

mod channels;
mod commands;
mod faults;
mod form;
mod gateway;
mod http;
mod interact;
mod interactions;
mod log;
mod messages;
mod offer;
pub mod people;
pub mod permissions;
mod rest;
mod rules;
pub mod screen;
mod shape;
mod socket;
pub mod spec;
pub mod state;
mod world;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

pub use faults::{Fault, Moment};
pub use gateway::Order;
pub use interact::{Exchange, Place};
pub use log::{Request, Violation};
pub use people::Person;
pub use screen::{Piece, Seen};
pub use state::{BOT, Callback, Id, State};

/// The token that the bot must use: made up, but shaped like a real one (its first part is [`BOT`]).
pub const TOKEN: &str = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.Gxxxxx.not_a_secret_not_a_secret_not_a_sec";

/// How long a test waits for something before it gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a test wanted and did not get, in words.
#[derive(Clone, PartialEq, Eq)]
pub struct Cannot(pub String);

impl std::fmt::Debug for Cannot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Display for Cannot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Cannot {}

/// What every connection shares.
pub struct Inner {
    state: Mutex<State>,
    changed: Notify,
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A test that panics while it looks must not take the server down for its clean-up.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the world.
    pub fn look<T>(&self, see: impl FnOnce(&State) -> T) -> T {
        see(&self.lock())
    }

    /// Changes the world and wakes whoever waits for a change.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.lock());
        self.changed.notify_waiters();
        result
    }
}

/// The tasks that accept connections; they end with the last handle to the server.
struct Tasks(Vec<JoinHandle<()>>);

impl Drop for Tasks {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

/// A running server. Clones are handles to the same one.
#[derive(Clone)]
pub struct Server {
    inner: Arc<Inner>,
    _tasks: Arc<Tasks>,
}

impl Server {
    /// Starts on two free ports of 127.0.0.1.
    pub async fn start() -> std::io::Result<Self> {
        Self::start_on(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    /// Starts HTTP on this address, and the gateway on a free port beside it.
    pub async fn start_on(address: SocketAddr) -> std::io::Result<Self> {
        let http = TcpListener::bind(address).await?;
        let gateway = TcpListener::bind((address.ip(), 0)).await?;
        let urls = (format!("http://{}", http.local_addr()?), format!("ws://{}", gateway.local_addr()?));
        let inner = Arc::new(Inner { state: Mutex::new(State::new(urls)), changed: Notify::new() });
        let tasks = vec![
            tokio::spawn(http::serve(http, Arc::clone(&inner))),
            tokio::spawn(socket::serve(gateway, Arc::clone(&inner))),
        ];
        Ok(Self { inner, _tasks: Arc::new(Tasks(tasks)) })
    }

    /// What to give to `HttpBuilder::proxy` (with `ratelimiter_disabled(true)`, or it is ignored).
    pub fn url(&self) -> String {
        self.look(|state| state.urls.0.clone())
    }

    /// Where the gateway listens, as `GET /gateway` answers.
    pub fn gateway_url(&self) -> String {
        self.look(|state| state.urls.1.clone())
    }

    /// Reads the world.
    pub fn look<T>(&self, see: impl FnOnce(&State) -> T) -> T {
        self.inner.look(see)
    }

    /// Changes the world behind everybody's back: no event is sent.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        self.inner.change(change)
    }

    /// Lets time pass on the server's clock, for deadlines and the lives of tokens.
    pub fn advance(&self, by: Duration) {
        self.change(|state| state.advance(by));
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Request> {
        self.look(|state| state.log.requests.clone())
    }

    /// The requests of one route, such as `POST /channels/{channel_id}/messages`.
    pub fn requests_to(&self, route: &str) -> Vec<Request> {
        self.look(|state| state.log.requests.iter().filter(|r| r.route() == route).cloned().collect())
    }

    /// What the bot did that it should not have.
    pub fn violations(&self) -> Vec<Violation> {
        self.look(|state| state.log.violations.clone())
    }

    /// An error that lists the violations and the interactions that went unanswered, if any.
    pub fn clean(&self) -> Result<(), Cannot> {
        let mut wrong: Vec<String> = self.violations().iter().map(ToString::to_string).collect();
        wrong.extend(
            self.unanswered().iter().map(|i| format!("an interaction of type {i} was not answered in 3 s")),
        );
        if wrong.is_empty() { Ok(()) } else { Err(Cannot(wrong.join("\n"))) }
    }

    /// The types of the interactions that the bot did not call back in time.
    pub fn unanswered(&self) -> Vec<u64> {
        self.look(|state| state.interactions.values().filter(|i| state.failed(i)).map(|i| i.kind).collect())
    }

    /// Plans a fault for the next `times` requests to `POST /channels/{}/messages`, where `{…}` is
    /// any one segment; `* *` means any request.
    pub fn fail(&self, route: &str, times: usize, fault: Fault) {
        self.change(|state| state.faults.plan(route, times, fault));
    }

    /// Forgets every planned fault and limit.
    pub fn heal(&self) {
        self.change(|state| state.faults.clear());
    }

    /// Resets every connection from now on, also the gateway's, or stops doing so.
    pub fn outage(&self, on: bool) {
        self.change(|state| {
            state.faults.outage = on;
            if on {
                state.sessions.order(&Order::Cut);
            }
        });
    }

    /// Ends the gateway's connections without a word. Sessions can be resumed.
    pub fn drop_gateway(&self) {
        self.change(|state| state.sessions.order(&Order::Cut));
    }

    /// Ends the gateway's connection at the next event of this name.
    pub fn drop_gateway_at(&self, event: &str, moment: Moment) {
        self.change(|state| state.faults.drop_at = Some((event.to_owned(), moment)));
    }

    /// Closes the gateway's connections with a code; 4007 and 4009 end the sessions too.
    pub fn close_gateway(&self, code: u16) {
        self.change(|state| {
            state.sessions.order(&Order::Close(code));
            if matches!(code, 1000 | 1001 | 4007 | 4009) {
                state.sessions.by_id.clear();
            }
        });
    }

    /// Asks clients to reconnect and resume (op 7).
    pub fn reconnect_gateway(&self) {
        self.change(|state| {
            state.sessions.order(&Order::Send(json!({"op": 7, "t": null, "s": null, "d": null})));
        });
    }

    /// Declares the sessions invalid (op 9), with or without the hope to resume.
    pub fn invalidate_gateway(&self, resumable: bool) {
        self.change(|state| {
            state.sessions.order(&Order::Send(json!({"op": 9, "t": null, "s": null, "d": resumable})));
            if !resumable {
                state.sessions.by_id.clear();
            }
        });
    }

    /// Forgets every session, so that the next resume is refused (op 9). Connections stay.
    pub fn forget_sessions(&self) {
        self.change(|state| state.sessions.by_id.clear());
    }

    /// Refuses the next connections to the gateway.
    pub fn refuse_gateway(&self, times: usize) {
        self.change(|state| state.faults.refuse = times);
    }

    /// Leaves heartbeats unanswered, or answers them again.
    pub fn ignore_heartbeats(&self, on: bool) {
        self.change(|state| state.faults.deaf = on);
    }

    /// Sends a resumed session so many events again that it had already seen.
    pub fn replay_on_resume(&self, events: u64) {
        self.change(|state| state.faults.replay = events);
    }

    /// Waits until `see` finds something; an error with the last requests when patience ends.
    pub async fn until<T>(&self, what: &str, mut see: impl FnMut(&State) -> Option<T>) -> Result<T, Cannot> {
        const SLICE: Duration = Duration::from_secs(1);
        let mut left = PATIENCE;
        loop {
            // Listen before looking, or a change in between would be missed.
            let changed = self.inner.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if let Some(found) = self.look(&mut see) {
                return Ok(found);
            }
            if left.is_zero() {
                return Err(self.gave_up(what));
            }
            let began = Instant::now();
            let _ = timeout(left.min(SLICE), changed).await;
            // While the machine or this process stood still, nobody could have done anything.
            left = left.saturating_sub(began.elapsed().min(SLICE));
        }
    }

    fn gave_up(&self, what: &str) -> Cannot {
        let requests = self.requests();
        let last = screen::listed(requests.iter().rev().take(8).rev());
        let wrong = screen::listed(self.violations());
        Cannot(format!("waited in vain until {what}\nlast requests:{last}\nviolations:{wrong}"))
    }

    /// Waits until a client is connected and has identified or resumed.
    pub async fn until_connected(&self) -> Result<(), Cannot> {
        self.until("the bot is connected to the gateway", |state| state.sessions.connected().then_some(()))
            .await
    }

    /// Waits until so many requests of a route have been answered, and returns them.
    pub async fn until_requests(&self, route: &str, count: usize) -> Result<Vec<Request>, Cannot> {
        let what = format!("{count} requests {route}");
        self.until(&what, |state| {
            let done = |r: &&Request| r.route() == route && r.status != 0;
            let found: Vec<Request> = state.log.requests.iter().filter(done).cloned().collect();
            (found.len() >= count).then_some(found)
        })
        .await
    }

    /// Waits until somebody sees a message in this channel that contains `text`; the newest such.
    pub async fn until_seen(&self, channel: Id, text: &str) -> Result<Seen, Cannot> {
        self.until(&format!("`{text}` is on the screen"), |state| {
            screen::screen(state, channel).into_iter().rev().find(|seen| seen.contains(text))
        })
        .await
        .map_err(|Cannot(why)| {
            let screen = screen::listed(self.screen(channel));
            Cannot(format!("{why}\nscreen:{screen}"))
        })
    }

    /// The messages of a channel as people see them, oldest first, with what only some of them see.
    pub fn screen(&self, channel: Id) -> Vec<Seen> {
        self.look(|state| screen::screen(state, channel))
    }
}
