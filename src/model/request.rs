//! A request: one logged need of a resident. It is what staff review.

use serde::{Deserialize, Serialize};

use super::chat::Address;
use super::id::{ArticleId, CentreId, RequestId, VisitId};
use super::lang::Lang;
use super::place::Municipality;
use super::time::Timestamp;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word that the database and exports use.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Reads what [`Self::word`] wrote.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What kind of need.
    RequestKind {
        /// A question to the knowledge base.
        Question = "question",
        /// Where help is to be had.
        Centre = "centre",
        /// A visit at a centre.
        Visit = "visit",
        /// A conversation with a person.
        Conversation = "conversation",
    }
}

words! {
    /// How far it has come.
    RequestStatus {
        /// The bot answered.
        Answered = "answered",
        /// The bot had no answer, or the answer did not help.
        Unanswered = "unanswered",
        /// Waits for a person.
        Waiting = "waiting",
        /// A person has taken it: the bot is silent in it.
        Claimed = "claimed",
        /// The resident got what was needed.
        Resolved = "resolved",
        /// Ended without more to do.
        Closed = "closed",
    }
}

impl RequestStatus {
    /// Whether a person is to act, or acts, on it.
    #[must_use]
    pub fn is_with_people(self) -> bool {
        matches!(self, Self::Waiting | Self::Claimed)
    }
}

words! {
    /// What the resident said of it.
    Outcome {
        /// "Yes, it helped."
        Helped = "helped",
        /// "No, it did not help."
        NotHelped = "not_helped",
    }
}

/// One logged need of a resident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Its identifier.
    pub id: RequestId,
    /// The resident.
    pub resident: Address,
    /// What kind of need.
    pub kind: RequestKind,
    /// How far it has come.
    pub status: RequestStatus,
    /// The need in the resident's own words, masked.
    pub question: String,
    /// The topic, one of those in `config/topics.toml`.
    pub topic: Option<String>,
    /// The article that answered.
    pub article: Option<ArticleId>,
    /// How sure the search was, 0–1.
    pub confidence: Option<f32>,
    /// The centre it concerns.
    pub centre: Option<CentreId>,
    /// The visit it led to.
    pub visit: Option<VisitId>,
    /// The municipality last spoken of when it was made, for counting.
    pub municipality: Option<Municipality>,
    /// The language of the conversation.
    pub lang: Lang,
    /// What the resident said of it.
    pub outcome: Option<Outcome>,
    /// 1–5, as the resident rated the conversation.
    pub points: Option<u8>,
    /// The volunteer who has taken it; residents never see this address.
    pub owner: Option<Address>,
    /// Whether it is left for staff.
    pub for_staff: bool,
    /// Raised whenever a person takes over or lets go; a letter of an older epoch is void.
    pub epoch: i64,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was last changed: a form that was filled in before then is stale.
    pub changed_at: Timestamp,
    /// The account of the member of staff who looks after it.
    pub assignee: Option<i64>,
    /// The request that it repeats: it waits for the answer to that one.
    pub merged_into: Option<RequestId>,
}
