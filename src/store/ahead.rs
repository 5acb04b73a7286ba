//! What the turns of a batch are about to ask, answered by one look before the first of them: which
//! events are known, how the conversations stand, which numbers are free.
//!
//! True only while the transaction holds the database, and only until something is deleted or moved in
//! it; then it is looked at anew.

use std::collections::{HashMap, HashSet};

use super::{Store, StoreError, Turnover};
use crate::model::chat::Address;

macro_rules! look {
    ($beginning:literal) => {
        concat!(
            $beginning,
            "SELECT
    (SELECT json_group_array(key) FROM inbox WHERE key IN (SELECT value FROM json_each(?))),
    (SELECT json_group_object(address, session) FROM conversations
       WHERE address IN (SELECT value FROM json_each(?))),
    coalesce((SELECT max(id) FROM revisions), 0),
    coalesce((SELECT max(id) FROM inbox), 0),
    coalesce((SELECT max(id) FROM letters), 0)"
        )
    };
}

const LOOK: &str = look!("");
/// The same as the first of a transaction.
const BEGIN_AND_LOOK: &str = look!("BEGIN IMMEDIATE; ");

/// What one look has shown, kept up to date by the turns since.
#[derive(Debug)]
pub(super) struct Ahead {
    /// The events that it was made for …
    asked: HashSet<String>,
    /// … and their conversations.
    addresses: HashSet<String>,
    /// Those of them that were handled before.
    pub known: HashSet<String>,
    /// The conversations of these events, as JSON; one that is missing is new.
    pub sessions: HashMap<String, String>,
    /// The last number in the inbox.
    pub inbox: i64,
    /// The last number of a letter.
    pub letter: i64,
}

impl Ahead {
    /// Whether it was made for this event.
    pub fn asked(&self, key: &str) -> bool {
        self.asked.contains(key)
    }

    /// Whether it was made for an event of this conversation.
    pub fn asked_of(&self, address: &str) -> bool {
        self.addresses.contains(address)
    }
}

impl Store {
    /// Begins a transaction and looks at once for what these events, each with its key and its address, are
    /// going to need. With it comes the number of the newest revision, 0 if there is none: a cheap look
    /// whether facts are in force that this process has not seen.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn begin_for<'e>(
        &self,
        events: impl IntoIterator<Item = (&'e str, &'e Address)>,
    ) -> Result<(Turnover, i64), StoreError> {
        let mut turnover = self.hold().await?;
        let newest = turnover.look(BEGIN_AND_LOOK, events).await?;
        Ok((turnover, newest))
    }
}

impl Turnover {
    /// Looks again, for these.
    pub(super) async fn look_ahead<'e>(
        &mut self,
        events: impl IntoIterator<Item = (&'e str, &'e Address)>,
    ) -> Result<(), StoreError> {
        self.look(LOOK, events).await.map(drop)
    }

    async fn look<'e>(
        &mut self,
        statement: &'static str,
        events: impl IntoIterator<Item = (&'e str, &'e Address)>,
    ) -> Result<i64, StoreError> {
        let (keys, addresses): (Vec<&str>, HashSet<String>) =
            events.into_iter().map(|(key, address)| (key, address.to_string())).unzip();
        let json = |e: serde_json::Error| StoreError::Unreadable(e.to_string());
        let row: (String, String, i64, i64, i64) = sqlx::query_as(statement)
            .bind(serde_json::to_string(&keys).map_err(json)?)
            .bind(serde_json::to_string(&addresses).map_err(json)?)
            .fetch_one(self.sql().await?)
            .await?;
        let (known, sessions, revision, inbox, letter) = row;
        self.ahead = Some(Ahead {
            asked: keys.into_iter().map(str::to_owned).collect(),
            addresses,
            known: serde_json::from_str(&known).map_err(json)?,
            sessions: serde_json::from_str(&sessions).map_err(json)?,
            inbox,
            letter,
        });
        Ok(revision)
    }

    /// What was seen ahead no longer holds.
    pub(super) fn look_anew(&mut self) {
        self.ahead = None;
    }

    /// The number of the next letter.
    pub(super) async fn next_letter(&mut self) -> Result<i64, StoreError> {
        if self.ahead.is_none() {
            self.look_ahead([]).await?;
        }
        let last = self.ahead.as_mut().map(|ahead| {
            ahead.letter += 1;
            ahead.letter
        });
        // It was looked at above.
        Ok(last.unwrap_or_default())
    }
}
