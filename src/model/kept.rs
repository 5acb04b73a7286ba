//! What is kept about one person: rows, sorted by what they are.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::request::words;

/// The name of the file that `/mydata` hands out; a copy of it is not copied again.
pub const OWN_FILE: &str = "digidel.txt";

words! {
    /// What a row that is kept about a person is.
    KeptKind {
        /// The state of the conversation.
        Conversation = "conversation",
        /// What the person wrote or pressed.
        Written = "written",
        /// What the person was told.
        Told = "told",
        /// What the person asked, and how it went.
        Request = "request",
        /// A visit.
        Visit = "visit",
        /// What staff noted beside a request.
        Note = "note",
        /// A question and an answer that a volunteer found worth keeping.
        Proposal = "proposal",
        /// Where volunteers talk about a request.
        Desk = "desk",
        /// What volunteers wrote about a request.
        PeopleWrote = "people_wrote",
        /// What was passed on to volunteers, and to whoever else was told of a visit.
        PassedOn = "passed_on",
        /// How far a conversation has been read.
        Seen = "seen",
        /// Which letter carries on which message.
        Relayed = "relayed",
        /// The name of somebody who helps.
        Volunteer = "volunteer",
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptRow {
    /// What it is.
    pub kind: KeptKind,
    /// Its fields, by the names of their columns.
    pub fields: Map<String, Value>,
}
