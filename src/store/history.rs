//! A conversation as its resident sees it: what came in and what went out, for platforms that keep
//! no history of their own.
//!
//! Reads the inbox and the letters; there is no second copy of anybody's words to forget.

use std::collections::BTreeMap;

use super::{Store, StoreError};
use crate::model::chat::Address;
use crate::model::id::LetterId;
use crate::model::message::{Content, Message};
use crate::model::time::{Timestamp, from_millis, to_millis};

/// One line of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// The resident did this.
    In {
        /// The number of its row.
        id: i64,
        /// The kind of the input, as `Input::kind` says.
        kind: String,
        /// The masked words, if any are kept.
        text: Option<String>,
        /// When.
        at: Timestamp,
    },
    /// The resident was told this.
    Out {
        /// The letter.
        id: LetterId,
        /// What it says.
        message: Box<Message>,
        /// When.
        at: Timestamp,
    },
}

impl Said {
    /// Sorts a conversation: by time, and what was done before what was said to it.
    #[must_use]
    pub fn order(&self) -> (Timestamp, u8, i64) {
        match self {
            Self::In { id, at, .. } => (*at, 0, *id),
            Self::Out { id, at, .. } => (*at, 1, id.number()),
        }
    }

    /// What the button with this code said when it was last shown.
    #[must_use]
    pub fn label_of(said: &[Self], code: &str) -> Option<String> {
        said.iter().rev().find_map(|said| match said {
            Self::Out { message, .. } => {
                let choice = message.ask.choices().iter().find(|c| c.action.to_string() == code)?;
                Some(choice.label.clone())
            }
            Self::In { .. } => None,
        })
    }

    /// When it was said.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        match self {
            Self::In { at, .. } | Self::Out { at, .. } => *at,
        }
    }
}

/// What came in and what went out as one talk, oldest first; letters that nobody reads are left out.
pub(super) fn in_order(
    came: Vec<(i64, String, Option<String>, i64)>,
    went: Vec<(i64, String, i64)>,
) -> Vec<Said> {
    let came = came.into_iter().map(|(id, kind, text, at)| Said::In { id, kind, text, at: from_millis(at) });
    let mut all: Vec<Said> = came.collect();
    let mut letters: BTreeMap<LetterId, (Timestamp, Box<Message>)> = BTreeMap::new();
    let mut withdrawn = Vec::new();
    let mut went: Vec<_> = went;
    went.sort_unstable_by_key(|(id, ..)| *id);
    for (id, content, at) in went {
        let at = from_millis(at);
        match serde_json::from_str(&content) {
            Ok(Content::Message(message)) => {
                letters.insert(LetterId::from_number(id), (at, Box::new(message)));
            }
            // A letter says what it said last, where it stood first. One that is older than what is
            // shown stands where it was changed.
            Ok(Content::Edit { letter, message, .. }) => {
                let first = letters.get(&letter).map_or(at, |(first, _)| *first);
                letters.insert(letter, (first, Box::new(message)));
            }
            Ok(Content::Withdraw { letter, .. }) => withdrawn.push(letter),
            Ok(Content::Retract(_) | Content::Clear(_) | Content::Desk(_) | Content::Alarm(_)) | Err(_) => {}
        }
    }
    letters.retain(|id, _| !withdrawn.contains(id));
    all.extend(letters.into_iter().map(|(id, (at, message))| Said::Out { id, message, at }));
    all.sort_by_key(Said::order);
    all
}

impl Store {
    /// The last lines of a conversation that have come due, oldest first.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn conversation(
        &self,
        address: &Address,
        now: Timestamp,
        count: u32,
    ) -> Result<Vec<Said>, StoreError> {
        let address = address.to_string();
        let came: Vec<(i64, String, Option<String>, i64)> = sqlx::query_as(
            "SELECT id, kind, text, at FROM inbox WHERE address = ? AND role = 'resident' ORDER BY id DESC LIMIT ?",
        )
        .bind(&address)
        .bind(count)
        .fetch_all(self.readers())
        .await?;
        let went: Vec<(i64, String, i64)> = sqlx::query_as(
            "SELECT id, content, max(created_at, due_at) FROM letters
             WHERE recipient = ?1 AND state <> 'void' AND due_at <= ?2 ORDER BY id DESC LIMIT ?3",
        )
        .bind(&address)
        .bind(to_millis(now))
        .bind(count)
        .fetch_all(self.readers())
        .await?;
        let mut all = in_order(came, went);
        let surplus = all.len().saturating_sub(usize::try_from(count).unwrap_or(usize::MAX));
        all.drain(..surplus);
        Ok(all)
    }

    /// What a letter says, if it went to this address.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn letter_to(&self, address: &Address, id: LetterId) -> Result<Option<Content>, StoreError> {
        let content: Option<String> =
            sqlx::query_scalar("SELECT content FROM letters WHERE id = ? AND recipient = ?")
                .bind(id.number())
                .bind(address.to_string())
                .fetch_optional(self.readers())
                .await?;
        Ok(content.and_then(|content| serde_json::from_str(&content).ok()))
    }
}
