//! A batch of updates, however it came: read, acknowledged where somebody waits, and handled.
//!
//! Knows neither polling nor webhook. Which updates are new is the inbox's matter: the key of an
//! update is unique there, so the numbers may jump, repeat or come out of order.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::Telegram;
use super::read::{Me, Read, number, read};
use crate::app::HandleError;
use crate::model::event::Incoming;

/// How often an update is tried that the engine fails on: then it is a defect of ours, and the
/// others must not wait for it.
const TRIES: u32 = 3;
/// How many updates that could not be read are remembered.
const STRANGE: usize = 256;

/// How often the engine failed on an event, by its key.
pub(super) type Strikes = Mutex<HashMap<String, u32>>;

/// The last updates that could not be read: number and kind.
pub(super) type Strange = Mutex<VecDeque<(Option<i64>, String)>>;

impl Telegram {
    /// Handles updates in their order. `true`: everything is on disk, and Telegram may forget them.
    pub(super) async fn receive(self: &Arc<Self>, updates: &[Value], me: &Me) -> bool {
        self.note(|health| health.updates += u64::try_from(updates.len()).unwrap_or(0));
        let events: Vec<Incoming> = updates.iter().filter_map(|update| self.understand(update, me)).collect();
        let keys: Vec<String> = events.iter().map(|event| event.key.clone()).collect();
        let typing = self.typing(&events);
        let handled = self.app.handle_all(events).await;
        drop(typing);
        let mut all = true;
        for (key, result) in keys.into_iter().zip(handled) {
            all &= match result {
                Ok(_) => true,
                Err(HandleError::Engine(kind)) => self.strike(&key, kind),
                Err(HandleError::Store(_) | HandleError::Stopping) => false,
            };
        }
        all
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
