//! What staff do about one request, as an event like any other.
//!
//! Visits and centres are the matter of their own operations. A deed is a request, not proof: the
//! engine checks it against the situation, and a form that is older than the request changes nothing.

use super::id::{CentreId, RequestId};
use super::time::Timestamp;

/// One deed, and on what sight of the request it was decided.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestOp {
    /// The request.
    pub request: RequestId,
    /// When the request had last changed, as the person saw it.
    pub seen: Timestamp,
    /// What is to be done.
    pub deed: Deed,
}

/// What staff do about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Write to the resident.
    Answer {
        /// The name that the resident sees.
        name: String,
        /// What it says, not yet masked.
        text: String,
    },
    /// Take the conversation over: the bot is silent in it from here on.
    Take {
        /// The account that takes it.
        account: i64,
        /// The name that the resident sees.
        name: String,
    },
    /// The resident got what was needed.
    Resolve,
    /// It is not done after all: it waits for a person again.
    Reopen,
    /// What it is about.
    SetTopic(String),
    /// Who looks after it; `None`: nobody.
    Assign(Option<i64>),
    /// Whose centre's matter it is; `None`: no centre's.
    AssignCentre(Option<CentreId>),
    /// The volunteers may take it.
    ToVolunteers,
    /// It repeats this one, and waits for the answer to it.
    Merge(RequestId),
    /// It does not repeat another one after all.
    Split,
}

impl Deed {
    /// The word of the audit. It quotes no text.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::Answer { .. } => "answered".to_owned(),
            Self::Take { .. } => "took over".to_owned(),
            Self::Resolve => "resolved".to_owned(),
            Self::Reopen => "reopened".to_owned(),
            Self::SetTopic(topic) => format!("set the topic {topic}"),
            Self::Assign(Some(account)) => format!("assigned staff {account}"),
            Self::Assign(None) => "unassigned".to_owned(),
            Self::AssignCentre(Some(centre)) => format!("moved to {centre}"),
            Self::AssignCentre(None) => "moved to no centre".to_owned(),
            Self::ToVolunteers => "handed to volunteers".to_owned(),
            Self::Merge(into) => format!("merged into {into}"),
            Self::Split => "split".to_owned(),
        }
    }
}

impl RequestOp {
    /// The same with secrets masked in what was written.
    #[must_use]
    pub fn masked(self, mask: impl Fn(&str) -> String) -> Self {
        let deed = match self.deed {
            Deed::Answer { name, text } => Deed::Answer { name, text: mask(&text) },
            other => other,
        };
        Self { deed, ..self }
    }
}
