//! A resident's taps: on buttons under messages and on keys under the input field.
//!
//! It does: tap only what is on the screen now and say what is there instead; with `forged_tap`
//! also what an old or manipulated app can send.
//! It does not: open links.

use std::fmt;

use serde_json::{Value, json};

use super::screen::{Bubble, Button, Screen};
use super::user::{Sent, User};
use super::world::World;

/// The button that a person wanted to tap is not on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoButton {
    /// Label or data that was wanted.
    pub wanted: String,
    /// The labels that are there.
    pub there: Vec<String>,
}

impl fmt::Display for NoButton {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no button \"{}\" to tap; there are: {:?}", self.wanted, self.there)
    }
}

impl std::error::Error for NoButton {}

impl User {
    /// Taps the newest button with this label.
    pub fn tap(&self, label: &str) -> Result<Sent, NoButton> {
        self.tap_where(label, None, |button| button.label == label)
    }

    /// Taps the newest button with this data.
    pub fn tap_data(&self, data: &str) -> Result<Sent, NoButton> {
        self.tap_where(data, None, |button| button.data.as_deref() == Some(data))
    }

    /// Taps a button of this message.
    pub fn tap_on(&self, message: i64, label: &str) -> Result<Sent, NoButton> {
        self.tap_where(label, Some(message), |button| button.label == label)
    }

    fn tap_where(
        &self,
        wanted: &str,
        message: Option<i64>,
        fits: impl Fn(&Button) -> bool,
    ) -> Result<Sent, NoButton> {
        // Found and tapped in one: else the bot may change the message in between, and the tap is one
        // that nobody could make.
        self.server().shared.with(|world| {
            let screen = world.chats.get(&self.chat_id()).map(Screen::of).unwrap_or_default();
            let here = |b: &&Bubble| message.is_none_or(|id| b.id == id);
            let hit = screen.bubbles.iter().rev().filter(here).find_map(|bubble| {
                let button = bubble.buttons.iter().flatten().find(|b| fits(b))?;
                Some((bubble.id, button.data.clone()?))
            });
            let Some((id, data)) = hit else {
                let all = screen.bubbles.iter().filter(here).flat_map(|b| b.buttons.iter().flatten());
                let there = all.map(|b| b.label.clone()).collect();
                return Err(NoButton { wanted: wanted.to_owned(), there });
            };
            Ok(self.tap_in(world, id, &data))
        })
    }

    /// Taps with any data on any message, as an old or manipulated app can. A message that is gone
    /// comes as an inaccessible one.
    pub fn forged_tap(&self, message: i64, data: &str) -> Sent {
        self.server().shared.with(|world| self.tap_in(world, message, data))
    }

    fn tap_in(&self, world: &mut World, message: i64, data: &str) -> Sent {
        let id = world.add_tap(self.chat_id());
        let body = json!({
            "id": id, "from": self.json(), "message": world.message(self.chat_id(), message),
            "chat_instance": "8140623547926110237", "data": data,
        });
        let update = world.push_update("callback_query", body);
        Sent::new(update, message, world.change())
    }

    /// Presses a key of the keyboard under the input field; one that asks for the position sends
    /// `place`.
    pub fn press(&self, label: &str, place: Option<(f64, f64)>) -> Result<Sent, NoButton> {
        let keyboard = self.server().shared.look(|w| w.chats[&self.chat_id()].keyboard.clone());
        let rows = keyboard.as_ref().and_then(|k| k["keyboard"].as_array());
        let mut keys = rows.into_iter().flatten().filter_map(Value::as_array).flatten();
        let key = keys.find(|key| key["text"].as_str().or(key.as_str()) == Some(label));
        let Some(key) = key else {
            let there = self.screen().keyboard.concat();
            return Err(NoButton { wanted: label.to_owned(), there });
        };
        if keyboard.as_ref().is_some_and(|k| k["one_time_keyboard"] == true) {
            self.server().shared.with(|world| {
                let chat = world.chats.get_mut(&self.chat_id()).expect("the chat exists");
                chat.keyboard = None;
                chat.version += 1;
            });
        }
        Ok(match place {
            Some((latitude, longitude)) if key["request_location"] == true => {
                self.location(latitude, longitude)
            }
            _ => self.say(label),
        })
    }
}
