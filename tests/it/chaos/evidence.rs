//! What happened, as the platforms and the people saw it: plain data, taken from the servers' logs.
//!
//! Judges nothing; `checker.rs` does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::bot::Scene;

/// A text that came from one end of a case and was to arrive at the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relayed {
    /// The resident's chat.
    pub chat: i64,
    /// The thread at the desk.
    pub thread: u64,
    /// Whether the resident wrote it.
    pub by_resident: bool,
    /// A word that stands in no other text.
    pub word: String,
}

/// Everything.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The numbers of the updates that Telegram was told to forget.
    pub confirmed: Vec<i64>,
    /// Telegram's messages of the bot, by chat, in the order in which they arrived.
    pub telegram: BTreeMap<i64, Vec<String>>,
    /// Discord's messages of the bot, by channel, in the order in which they arrived.
    pub discord: BTreeMap<u64, Vec<String>>,
    /// Discord's numbers of what people wrote in threads of the desk.
    pub written_in_threads: Vec<u64>,
    /// In the order in which they were written.
    pub relayed: Vec<Relayed>,
    /// Rules of the platforms that the bot broke.
    pub violations: Vec<String>,
}

/// What people wrote to each other, noted by those who play them.
#[derive(Clone, Default)]
pub struct Journal(Arc<Mutex<Vec<Relayed>>>);

impl Journal {
    pub fn note(&self, relayed: Relayed) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(relayed);
    }

    fn all(&self) -> Vec<Relayed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Evidence {
    /// Gathers it when everything has come to rest. `updates` are all that people caused.
    pub fn gather(scene: &Scene, journal: &Journal) -> Self {
        let mut evidence = Self { relayed: journal.all(), ..Self::default() };
        let waiting: Vec<i64> =
            scene.telegram.pending().iter().filter_map(|u| u["update_id"].as_i64()).collect();
        evidence.confirmed =
            scene.telegram.made().into_iter().filter(|update| !waiting.contains(update)).collect();
        for call in scene.telegram.requests_of("sendMessage").iter().filter(|call| call.effect.is_some()) {
            if let Some(chat) = call.chat() {
                evidence.telegram.entry(chat).or_default().push(call.text().to_owned());
            }
        }
        scene.discord.look(|state| {
            for channel in state.channels.values() {
                for message in channel.messages.values() {
                    if message.author != crate::support::discord::BOT {
                        if channel.parent.is_some() {
                            evidence.written_in_threads.push(message.id);
                        }
                        continue;
                    }
                    let embeds = message.embeds.iter().map(Value::to_string);
                    let text: Vec<String> = [message.content.clone()].into_iter().chain(embeds).collect();
                    evidence.discord.entry(channel.id).or_default().push(text.join("\n"));
                }
            }
        });
        evidence.violations.extend(scene.telegram.violations().iter().map(ToString::to_string));
        evidence.violations.extend(scene.discord.violations().iter().map(ToString::to_string));
        evidence
    }
}
