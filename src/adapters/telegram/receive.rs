//! A batch of updates, however it came: read, acknowledged where somebody waits, and handled.
//!
//! Knows neither polling nor webhook. Which updates are new is the inbox's matter: the key of an
//! update is unique there, so the numbers may jump, repeat or come out of order.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::Telegram;
use super::api::Request;
use super::read::{Me, Read, number, read};
use super::taps::Typing;
use crate::app::{HandleError, UnderWay};
use crate::model::chat::Scope;
use crate::model::event::{Incoming, Input};
use crate::model::lang::Lang;

/// How often an update is tried that the engine fails on: then it is a defect of ours, and the
/// others must not wait for it.
const TRIES: u32 = 3;
/// How many updates that could not be read are remembered.
const STRANGE: usize = 256;

/// The private chats that have been told that something is wrong.
pub(super) type Sorry = Mutex<HashSet<i64>>;

/// Who waits for an answer to an event, and in which language.
fn who_waits(event: &Incoming) -> Option<(i64, Lang)> {
    let waits = event.chat.scope == Scope::Private && !matches!(event.input, Input::Gone | Input::Moved(_));
    let chat = event.chat.address.id().parse().ok()?;
    waits.then_some((chat, event.hints.lang.unwrap_or_default()))
}

/// How often the engine failed on an event, by its key.
pub(super) type Strikes = Mutex<HashMap<String, u32>>;

/// The last updates that could not be read: number and kind.
pub(super) type Strange = Mutex<VecDeque<(Option<i64>, String)>>;

/// Updates that the writer has.
pub(super) struct Taken {
    keys: Vec<String>,
    waiting: Vec<(i64, Lang)>,
    typing: Typing,
    under_way: UnderWay,
}

impl Telegram {
    /// Handles updates in their order. `true`: everything is on disk, and Telegram may forget them.
    pub(super) async fn receive(self: &Arc<Self>, updates: &[Value], me: &Me) -> bool {
        let taken = self.take(updates, me).await;
        self.finish(taken).await
    }

    /// Reads updates and hands them to the writer in their order.
    pub(super) async fn take(self: &Arc<Self>, updates: &[Value], me: &Me) -> Taken {
        self.note(|health| health.updates += u64::try_from(updates.len()).unwrap_or(0));
        let events: Vec<Incoming> = updates.iter().filter_map(|update| self.understand(update, me)).collect();
        Taken {
            keys: events.iter().map(|event| event.key.clone()).collect(),
            waiting: events.iter().filter_map(who_waits).collect(),
            typing: self.typing(&events),
            under_way: self.app.hand_over(events).await,
        }
    }

    /// Waits until they are on disk: then it is `true`, and Telegram may forget them.
    pub(super) async fn finish(self: &Arc<Self>, taken: Taken) -> bool {
        let Taken { keys, waiting, typing, under_way } = taken;
        let handled = under_way.handled().await;
        drop(typing);
        let (mut all, mut broken) = (true, false);
        for (key, result) in keys.into_iter().zip(handled) {
            broken |= matches!(result, Err(HandleError::Store(_)));
            all &= match result {
                Ok(_) => true,
                Err(HandleError::Engine(kind)) => self.strike(&key, kind),
                Err(HandleError::Store(_) | HandleError::Stopping) => false,
            };
        }
        if broken {
            self.apologise(&waiting).await;
        } else if all {
            self.sorry.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        all
    }

    /// Nothing can be saved, so no letter can be written either: people are told so past the outbox,
    /// once until it works again.
    async fn apologise(&self, waiting: &[(i64, Lang)]) {
        for (chat, lang) in waiting {
            if !self.sorry.lock().unwrap_or_else(PoisonError::into_inner).insert(*chat) {
                continue;
            }
            let text = &self.profiles.of(*lang).out_of_order;
            // Who does not get it waits without a word, as before.
            drop(self.api.call(&Request::raw("SendMessage", json!({ "chat_id": chat, "text": text }))).await);
        }
    }

    fn understand(self: &Arc<Self>, update: &Value, me: &Me) -> Option<Incoming> {
        match read(update, me) {
            Read::Event(event) => Some(*event),
            Read::Tap { query, event } => {
                self.acknowledge(query, event.as_deref());
                event.map(|event| *event)
            }
            Read::Nothing => None,
            Read::Strange { kind } => {
                self.keep_strange(number(update), kind);
                None
            }
        }
    }

    /// Keeps of an update that cannot be read its kind and number, once.
    fn keep_strange(&self, number: Option<i64>, kind: String) {
        let mut strange = self.strange.lock().unwrap_or_else(PoisonError::into_inner);
        if strange.iter().any(|(known, _)| number.is_some() && *known == number) {
            return;
        }
        tracing::warn!(update = number, kind, "an update that this version cannot read");
        metrics::counter!("digidel_telegram_strange_updates_total", "kind" => kind.clone()).increment(1);
        self.note(|health| health.strange += 1);
        strange.push_back((number, kind));
        if strange.len() > STRANGE {
            strange.pop_front();
        }
    }

    /// The engine failed on an event. `true`: often enough, it is given up.
    fn strike(&self, key: &str, kind: &'static str) -> bool {
        let mut strikes = self.strikes.lock().unwrap_or_else(PoisonError::into_inner);
        let count = strikes.entry(key.to_owned()).or_insert(0);
        *count += 1;
        let given_up = *count >= TRIES;
        if given_up {
            strikes.remove(key);
            tracing::error!(key, kind, "given up an update that the engine fails on");
            self.note(|health| health.failed += 1);
        }
        given_up
    }
}
