//! The terminal: the reference adapter, behind `digidel chat` and the transcripts in tests.
//!
//! Reads a line as what a person did, and writes a message as lines. Owns no loop and no screen.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;

use crate::model::chat::MessageRef;
use crate::model::event::Input;
use crate::model::message::{Ask, Card, Choice, Content, Message};
use crate::model::place::Position;
use crate::outbox::{Deliver, Failure, Parcel, Receipt};

/// Reads a line: `[label]`, a label or its number is a button, `/word` a command, `@lat,lon` a
/// position, and everything else a text.
#[must_use]
pub fn read(line: &str, shown: &[Choice]) -> Input {
    let line = line.trim();
    let bracketed = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let wanted = bracketed.unwrap_or(line);
    let by_label = shown.iter().rev().find(|c| c.label.to_lowercase() == wanted.to_lowercase());
    let by_number = || wanted.parse::<usize>().ok().and_then(|n| shown.get(n.checked_sub(1)?));
    match (by_label.or_else(by_number), bracketed) {
        (Some(choice), _) => return Input::Tap(choice.action.clone()),
        (None, Some(code)) => return code.parse().map_or(Input::OldTap, Input::Tap),
        (None, None) => {}
    }
    if let Some(command) = line.strip_prefix('/') {
        let (name, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        if let Ok(command) = name.parse() {
            return Input::Command(command, rest.trim().to_owned());
        }
    }
    match line.strip_prefix('@').and_then(position) {
        Some(position) => Input::Location(position),
        None => Input::Text(line.to_owned()),
    }
}

fn position(text: &str) -> Option<Position> {
    let (lat, lon) = text.split_once(',')?;
    Position::new(lat.trim().parse().ok()?, lon.trim().parse().ok()?)
}

/// Writes a message as a person reads it, without a line break at the end.
#[must_use]
pub fn write(message: &Message) -> String {
    let mut out = message.text.plain();
    let mut line = |text: &str| {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(text);
    };
    match &message.card {
        Some(Card::Venue { name, address, position }) => {
            line(&format!("<{name}, {address}: {:.4}, {:.4}>", position.lat(), position.lon()));
        }
        Some(Card::Document { name, .. }) => line(&format!("<{name}>")),
        Some(Card::Picture { alt, .. }) => line(&format!("<{alt}>")),
        None => {}
    }
    if let Ask::Location { label, .. } = &message.ask {
        line(&format!("({label}: @58.54,15.04)"));
    }
    let choices = message.ask.choices();
    if !choices.is_empty() {
        let labels: Vec<String> = choices.iter().map(|c| format!("[{}]", c.label)).collect();
        line(&labels.join(" "));
    }
    out
}

/// What has been delivered to a terminal, and the buttons that can be pressed now.
#[derive(Default)]
struct Screen {
    fresh: Vec<Message>,
    choices: Vec<Choice>,
}

/// A terminal that letters are delivered to.
#[derive(Clone, Default)]
pub struct Terminal {
    screen: Arc<Mutex<Screen>>,
}

impl Terminal {
    /// The messages that came since the last call, oldest first.
    #[must_use]
    pub fn take(&self) -> Vec<Message> {
        std::mem::take(&mut self.screen.lock().unwrap_or_else(PoisonError::into_inner).fresh)
    }

    /// The buttons that can be pressed now.
    #[must_use]
    pub fn choices(&self) -> Vec<Choice> {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner).choices.clone()
    }

    fn show(&self, message: &Message) {
        let mut screen = self.screen.lock().unwrap_or_else(PoisonError::into_inner);
        let buttons = message.ask.choices();
        if !buttons.is_empty() {
            screen.choices = buttons.to_vec();
        }
        screen.fresh.push(message.clone());
    }
}

impl Deliver for Terminal {
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Result<Receipt, Failure>> {
        if let Content::Message(message) | Content::Edit { message, .. } = &parcel.content {
            self.show(message);
        }
        Box::pin(async { Ok(vec![MessageRef(parcel.id.to_string())]) })
    }

    fn repeats_safely(&self) -> bool {
        true
    }
}
