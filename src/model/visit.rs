//! A visit at a centre: who, where, when, about what, and how far it has come.
//!
//! Knows no opening hours; whether a time may be booked is for `facts::centres`.

use serde::{Deserialize, Serialize};

use super::chat::Address;
pub use super::code::{BadCode, VisitCode};
use super::id::{ArticleId, CentreId, RequestId, VisitId};
use super::lang::Lang;
use super::request::words;
use super::time::Timestamp;

words! {
    /// How far a visit has come.
    VisitStatus {
        /// A seat is kept while the person confirms.
        Held = "held",
        /// Times are chosen for a centre that answers itself, but not yet sent to it.
        Draft = "draft",
        /// Proposed to a centre that answers itself.
        Proposed = "proposed",
        /// Waits for a seat on a day that is full.
        Queued = "queued",
        /// A seat is kept for the person, who has been asked whether the time suits.
        Offered = "offered",
        /// Agreed.
        Booked = "booked",
        /// The centre cannot receive it at its time; the person has been offered others.
        Displaced = "displaced",
        /// The centre said no to every proposal.
        Declined = "declined",
        /// Called off, by whomever.
        Cancelled = "cancelled",
        /// The hold or the offer ran out.
        Lapsed = "lapsed",
        /// The person came.
        Arrived = "arrived",
        /// The person did not come.
        NoShow = "no_show",
    }
}

impl VisitStatus {
    /// Whether the visit takes up its seat; the index `visits_seat` lists the same words.
    #[must_use]
    pub fn takes_seat(self) -> bool {
        matches!(self, Self::Held | Self::Offered | Self::Booked | Self::Arrived | Self::NoShow)
    }

    /// Whether the seat is kept only for a while.
    #[must_use]
    pub fn is_kept_for_a_while(self) -> bool {
        matches!(self, Self::Held | Self::Offered)
    }

    /// Whether it is agreed, or about to be: what a person may have two of.
    #[must_use]
    pub fn is_coming(self) -> bool {
        matches!(self, Self::Booked | Self::Proposed | Self::Offered | Self::Displaced)
    }

    /// Whether the person sees it among the coming visits and can cancel it.
    #[must_use]
    pub fn is_open(self) -> bool {
        self.is_coming() || self == Self::Queued
    }

    /// Whether it can get another time.
    #[must_use]
    pub fn can_move(self) -> bool {
        matches!(self, Self::Booked | Self::Proposed | Self::Offered | Self::Displaced)
    }
}

words! {
    /// Who comes.
    Company {
        /// The person alone, as far as is known.
        Alone = "alone",
        /// Somebody comes along.
        Accompanied = "accompanied",
    }
}

words! {
    /// What the person said to a reminder.
    Promise {
        /// Nothing.
        Silent = "silent",
        /// "I'm coming."
        Coming = "coming",
    }
}

/// What the person asks for at the visit, beside help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wishes {
    /// The language that an interpreter is wished for.
    pub interpreter: Option<Interpreter>,
    /// Who comes.
    pub company: Company,
    /// What else is needed to take part, in the person's own words, masked.
    pub note: Option<String>,
}

/// The language of an interpreter: one of ours, which everybody reads in their own words, or one that
/// the person wrote. Stored as one text: the code, or what was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Interpreter {
    /// Chosen.
    Known(Lang),
    /// Written, masked.
    Written(String),
}

impl From<String> for Interpreter {
    fn from(text: String) -> Self {
        text.parse().map_or(Self::Written(text), Self::Known)
    }
}

impl From<Interpreter> for String {
    fn from(interpreter: Interpreter) -> Self {
        match interpreter {
            Interpreter::Known(lang) => lang.code().to_owned(),
            Interpreter::Written(text) => text,
        }
    }
}

impl Default for Wishes {
    fn default() -> Self {
        Self { interpreter: None, company: Company::Alone, note: None }
    }
}

impl Wishes {
    /// Whether anything is wished for.
    #[must_use]
    pub fn any(&self) -> bool {
        *self != Self::default()
    }
}

/// A visit at a centre.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// Its identifier.
    pub id: VisitId,
    /// The code that the person shows or reads aloud.
    pub code: VisitCode,
    /// The centre.
    pub centre: CentreId,
    /// The resident.
    pub resident: Address,
    /// When it begins; of a queued visit, the last minute of the day that it waits for.
    pub starts_at: Timestamp,
    /// How long, in minutes.
    pub minutes: u16,
    /// Which of the seats at that time, from 0.
    pub seat: u16,
    /// How far it has come.
    pub status: VisitStatus,
    /// Until when a held or offered seat is kept, a draft is, or proposals can be answered.
    pub held_until: Option<Timestamp>,
    /// Other times that the person proposed, soonest first; of a booked visit, the times that the
    /// person would rather have.
    pub alternatives: Vec<Timestamp>,
    /// First name or nickname.
    pub name: Option<String>,
    /// What it is about: the title of the article or the person's words, masked.
    pub about: Option<String>,
    /// The article behind it, which says what to bring.
    pub article: Option<ArticleId>,
    /// What the person asks for beside help.
    pub wishes: Wishes,
    /// What the person said to a reminder.
    pub promise: Promise,
    /// The language that the person wants to speak.
    pub lang: Lang,
    /// The request that it belongs to.
    pub request: RequestId,
    /// Raised at every change that a calendar must follow (RFC 5545, SEQUENCE).
    pub sequence: u32,
    /// When the person began it: who waits longest comes first.
    pub asked_at: Timestamp,
}

impl Visit {
    /// Whether it takes up its seat at this instant: a hold or an offer that has run out does not.
    #[must_use]
    pub fn takes_seat_at(&self, now: Timestamp) -> bool {
        if self.status.is_kept_for_a_while() {
            return self.held_until.is_some_and(|until| until > now);
        }
        self.status.takes_seat()
    }

    /// When it ends.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        super::time::later(self.starts_at, i64::from(self.minutes) * 60)
    }

    /// The times that staff have yet to answer.
    #[must_use]
    pub fn proposals(&self) -> Vec<Timestamp> {
        let own = matches!(self.status, VisitStatus::Draft | VisitStatus::Proposed).then_some(self.starts_at);
        own.into_iter().chain(self.alternatives.iter().copied()).collect()
    }
}
