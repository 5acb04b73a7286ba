//! What the bot sends: neutral messages, and the letters that carry them.
//!
//! Knows no platform. Each adapter's `write.rs` is a total match over these types: a new kind does
//! not compile until every adapter renders it.

use serde::{Deserialize, Serialize};

use super::action::{Action, UnknownAction};
use super::chat::{Address, MessageRef};
use super::desk::DeskLetter;
use super::event::Alarm;
use super::id::{LetterId, RequestId, VisitId};
use super::lang::Lang;
use super::markup::Markup;
use super::place::Position;
use super::time::Timestamp;

/// One message, as a person reads it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// What it says.
    pub text: Markup,
    /// The language of the text: decides its direction.
    pub lang: Lang,
    /// What comes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<Card>,
    /// What it asks of the person.
    #[serde(default, skip_serializing_if = "Ask::is_nothing")]
    pub ask: Ask,
}

/// Something that comes with a message and that platforms show in their own way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Card {
    /// A place on the map.
    Venue {
        /// Its name.
        name: String,
        /// Street and town.
        address: String,
        /// Where it lies.
        position: Position,
    },
    /// A file.
    Document {
        /// Its name with extension.
        name: String,
        /// `text/calendar; method=REQUEST` and the like.
        mime: String,
        /// What it holds.
        content: String,
    },
    /// A text as a QR code.
    Picture {
        /// What the code holds.
        code: String,
        /// What somebody is told who cannot see it.
        alt: String,
    },
}

/// What a message asks of the person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Nothing; a free text is always possible.
    #[default]
    Nothing,
    /// One of these buttons.
    Choice(Vec<Choice>),
    /// The person's position, with a button where the platform has one; the choices stand beside.
    Location {
        /// The label of the button that shares the position.
        label: String,
        /// Other ways on.
        choices: Vec<Choice>,
    },
}

impl Ask {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    /// The buttons, if any.
    #[must_use]
    pub fn choices(&self) -> &[Choice] {
        match self {
            Self::Nothing => &[],
            Self::Choice(choices) | Self::Location { choices, .. } => choices,
        }
    }
}

/// A button.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// What it says, plain text.
    pub label: String,
    /// What it does.
    #[serde(with = "action_code")]
    pub action: Action,
}

mod action_code {
    use super::{Action, UnknownAction};
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(action: &Action, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(action)
    }

    pub fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Action, D::Error> {
        let code = String::deserialize(from)?;
        code.parse().map_err(|e: UnknownAction| serde::de::Error::custom(e))
    }
}

/// Where a message goes in the chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// Below what is there; buttons that are spent by this turn are taken away.
    #[default]
    Below,
    /// In place of the message whose button was pressed, where the platform can.
    Replace,
}

/// What a letter holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// A message to a person.
    Message(Message),
    /// Take a message away that holds a secret.
    Retract(MessageRef),
    /// An earlier letter to the same recipient now says this.
    Edit {
        /// The letter.
        letter: LetterId,
        /// Where it arrived: filled in when this one is to be delivered.
        #[serde(default)]
        at: Vec<MessageRef>,
        /// What it says now.
        message: Message,
    },
    /// An earlier letter to the same recipient is taken back.
    Withdraw {
        /// The letter.
        letter: LetterId,
        /// Where it arrived: filled in when this one is to be delivered.
        #[serde(default)]
        at: Vec<MessageRef>,
    },
    /// These messages of a chat are taken away, as far as the platform lets the bot.
    Clear(Vec<MessageRef>),
    /// Something about a post of the volunteers' desk.
    Desk(DeskLetter),
    /// A note from the bot to itself.
    Alarm(Alarm),
}

/// A message, its recipient, and when it is due: one row of the outbox.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// Whom it goes to.
    pub to: Address,
    /// What it holds.
    pub content: Content,
    /// Not before this; `None` means at once.
    pub due: Option<Timestamp>,
    /// Where it goes in the chat.
    pub placement: Placement,
    /// Whose transcript it belongs to.
    pub request: Option<RequestId>,
    /// The visit that it is about: a moved or cancelled visit takes its waiting letters along.
    pub visit: Option<VisitId>,
}
