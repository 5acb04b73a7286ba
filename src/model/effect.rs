//! What the engine decided, as data: the store carries it out in the event's own transaction.

use super::chat::Address;
use super::desk::DeskEffect;
use super::id::{RequestId, VisitId};
use super::message::Letter;
use super::request::Request;
use super::visit::Visit;

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Put a letter in the outbox.
    Send(Box<Letter>),
    /// Write this request, new or changed. From here on the turn belongs to its transcript.
    SaveRequest(Box<Request>),
    /// Write this visit, new or changed.
    SaveVisit(Box<Visit>),
    /// Letters about this visit that still wait are void.
    DropVisitLetters(VisitId),
    /// Bot letters to this request's resident that were written before its present epoch are void.
    FenceRequest(RequestId),
    /// Staff say this of a subject of the facts from now on.
    Revise(Box<Revise>),
    /// Something of the volunteers' desk.
    Desk(DeskEffect),
    /// Everything about the conversation's person is deleted, after the letters of this turn.
    Forget,
    /// The conversation goes on at this address, with what waits to be sent.
    MoveTo(Address),
}

impl Effect {
    /// Whether it writes a code, a seat or a number that somebody else may have: then the store says that
    /// it is taken, and the turn draws again.
    #[must_use]
    pub fn may_be_taken(&self) -> bool {
        matches!(self, Self::SaveVisit(_) | Self::Desk(_))
    }
}

/// What staff say of a subject of the facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revise {
    /// The subject, e.g. `centres/motala`.
    pub subject: String,
    /// All that they say of it, in the subject's own format.
    pub content: String,
    /// Why, for the record.
    pub note: Option<String>,
}
