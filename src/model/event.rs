//! All that can happen: the one closed list that adapters translate into.
//!
//! An [`Incoming`] is what an adapter read, raw. The application masks, understands and dates it;
//! only then does it become the [`Event`] that the engine sees.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::action::Action;
use super::chat::{Address, Chat, Hints, MessageRef, ReplyHandle, Role};
use super::deed::RequestOp;
use super::desk::DeskInput;
use super::id::{CentreId, Fresh, RequestId, VisitId};
use super::place::Position;
use super::staff::StaffOp;
use super::time::{Date, Timestamp};

/// What an adapter read from its platform.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The platform's own identifier of the update, unique for ever: `telegram:update:811`.
    pub key: String,
    /// Where it happened.
    pub chat: Chat,
    /// In what capacity its author acts.
    pub role: Role,
    /// What happened.
    pub input: Input,
    /// What the platform tells of the person.
    pub hints: Hints,
    /// How to answer this very event, if the platform has such a way.
    pub reply: Option<ReplyHandle>,
    /// The message that carried it, for deleting a secret or following an edit.
    pub message: Option<MessageRef>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A text was written.
    Text(String),
    /// Somebody else's text was passed on, or stood under a picture: examined as a possible scam.
    Forwarded(String),
    /// A text that was sent before was changed.
    Edited(String),
    /// A button was pressed.
    Tap(Action),
    /// A button was pressed whose code means nothing any more.
    OldTap,
    /// A command was given, with the text after it.
    Command(Command, String),
    /// A position was shared. It is used once and never stored.
    Location(Position),
    /// Something that the bot cannot read.
    Unreadable(Unreadable),
    /// The person blocked the bot, left, or deleted the account.
    Gone,
    /// The platform gave the conversation another address.
    Moved(Address),
    /// A text that was sent before was taken away.
    Deleted,
    /// Something at the volunteers' desk.
    Desk(Box<DeskInput>),
    /// More was sent than the bot takes of one person: what it was is not known any more.
    Flood,
    /// A letter that the bot wrote to itself has come due.
    Alarm(Alarm),
    /// A member of staff did something about a request of this chat's resident.
    Deed(Box<RequestOp>),
    /// A member of staff decided something.
    Staff(StaffOp),
    /// Whoever answers for the data deletes everything about this chat's resident.
    Erase,
}

impl Input {
    /// The name of its kind, for logs and the inbox: never what it holds.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Forwarded(_) => "forwarded",
            Self::Edited(_) => "edited",
            Self::Tap(_) => "tap",
            Self::OldTap => "old_tap",
            Self::Command(..) => "command",
            Self::Location(_) => "location",
            Self::Unreadable(_) => "unreadable",
            Self::Gone => "gone",
            Self::Moved(_) => "moved",
            Self::Deleted => "deleted",
            Self::Desk(_) => "desk",
            Self::Alarm(_) => "alarm",
            Self::Deed(_) => "deed",
            Self::Staff(_) => "staff",
            Self::Erase => "erase",
            Self::Flood => "flood",
        }
    }
}

/// What kind of unreadable thing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreadable {
    /// A voice message or other sound.
    Voice,
    /// A picture or a film.
    Picture,
    /// A sticker or an animation.
    Sticker,
    /// A file.
    File,
    /// A contact card.
    Contact,
    /// Anything else.
    Other,
}

/// What the bot asked itself to look at later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alarm {
    /// A seat that was held or offered may have run out.
    HoldEnds(VisitId),
    /// Today somebody wanted to go to a centre where one need not book.
    GoThere {
        /// The centre.
        centre: CentreId,
        /// The day.
        date: Date,
        /// The request that asked for it.
        request: RequestId,
    },
    /// Nobody may have taken the request yet.
    StillWaiting(RequestId),
    /// Whoever took the request in this epoch may have fallen silent.
    ClaimSilent(RequestId, i64),
    /// A letter of this request did not arrive.
    Undelivered(RequestId, Mishap),
}

/// What became of a letter that somebody waits for in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mishap {
    /// The resident cannot be reached: no letter arrives.
    Gone,
    /// The resident's platform refused what a person wrote.
    Refused,
    /// Nobody knows whether what a person wrote arrived.
    Unknown,
    /// The request's post could not be opened.
    Unopened,
}

/// The commands of every platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Command {
    /// Begin; may carry a deep link's payload.
    Start,
    /// Say what the bot can do.
    Help,
    /// Ask a question.
    Ask,
    /// Find a centre.
    Centre,
    /// Book a visit.
    Book,
    /// Show the coming visits.
    Visits,
    /// Talk to a person.
    Person,
    /// Change language.
    Language,
    /// Language and privacy.
    Settings,
    /// Everything that is kept about the person.
    MyData,
    /// Delete everything about the person.
    Forget,
    /// How personal data is treated.
    Privacy,
}

impl Command {
    /// Every command, in the order of the command menu.
    pub const ALL: [Self; 12] = [
        Self::Start,
        Self::Ask,
        Self::Centre,
        Self::Book,
        Self::Visits,
        Self::Person,
        Self::Language,
        Self::Settings,
        Self::Help,
        Self::Privacy,
        Self::MyData,
        Self::Forget,
    ];

    /// The name without the slash: 1–32 of `a-z`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Help => "help",
            Self::Ask => "ask",
            Self::Centre => "centre",
            Self::Book => "book",
            Self::Visits => "visits",
            Self::Person => "person",
            Self::Language => "language",
            Self::Settings => "settings",
            Self::MyData => "mydata",
            Self::Forget => "forget",
            Self::Privacy => "privacy",
        }
    }
}

/// The text is not the name of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a command")]
pub struct UnknownCommand;

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.name())
    }
}

impl FromStr for Command {
    type Err = UnknownCommand;

    fn from_str(name: &str) -> Result<Self, UnknownCommand> {
        let name = name.to_ascii_lowercase();
        Self::ALL.into_iter().find(|c| c.name() == name).ok_or(UnknownCommand)
    }
}

/// What was found and masked in a text before anything was stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Masked {
    /// Personal identity numbers, coordination numbers.
    pub identity_number: bool,
    /// Bank card numbers.
    pub card_number: bool,
    /// One-time codes, PINs and passwords.
    pub code: bool,
}

impl Masked {
    /// Whether anything was masked that the person should not send to anybody.
    #[must_use]
    pub fn any(self) -> bool {
        self.identity_number || self.card_number || self.code
    }
}

/// What the engine decides on: masked, dated, and with randomness handed in.
#[derive(Clone, Debug)]
pub struct Event {
    /// Where it happened.
    pub chat: Chat,
    /// In what capacity its author acts.
    pub role: Role,
    /// What happened, with secrets masked.
    pub input: Input,
    /// What was masked.
    pub masked: Masked,
    /// What the platform tells of the person.
    pub hints: Hints,
    /// How to answer this very event.
    pub reply: Option<ReplyHandle>,
    /// The message that carried it.
    pub message: Option<MessageRef>,
    /// When it is handled.
    pub now: Timestamp,
    /// Where new identifiers and codes come from.
    pub fresh: Fresh,
}

impl Event {
    /// Where an answer to this very event goes: to the volunteer alone at the desk, else to the chat.
    #[must_use]
    pub fn answered_at(&self) -> &Address {
        match &self.role {
            Role::Volunteer { who, .. } => who,
            _ => &self.chat.address,
        }
    }
}
