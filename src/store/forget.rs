//! Deleting a person: every row and word, and the messages that the platform lets the bot delete.
//!
//! What stays is named in PRIVACY.md: the keys of events, so that a repeated update still changes
//! nothing, and requests as bare counts without a person or a word.

use super::kept::{mine, threads};
use super::{StoreError, Turnover};
use crate::model::chat::{Address, MessageRef, Platform};
use crate::model::id::LetterId;
use crate::model::message::{Content, Letter, Placement};
use crate::model::time::{Timestamp, later, to_millis};

/// For how long Telegram lets a bot delete messages (core.telegram.org/bots/api#deletemessage), less
/// an hour for the way there.
const TELEGRAM_DELETES: i64 = 47 * 3_600;
/// How many messages one letter takes away at most.
const AT_ONCE: usize = 100;

/// A message that is on its way while its recipient is forgotten: nobody knows yet where it arrives.
/// What it says goes at once, and its row stays behind to be told, so that it can be taken away.
const UNDER_WAY: &str = r#"UPDATE letters SET content = '{"clear":[]}', farewell = 1, request = NULL, visit = NULL, reply = NULL
     WHERE recipient = ?1 AND id < ?2 AND state = 'sending' AND content NOT LIKE '{"alarm"%'"#;

/// What is deleted, in this order: what hangs on other rows goes before them. `?1` is the person,
/// `?2` the first letter of the turn that deletes: the farewell stays until it has been delivered.
const DELETIONS: [&str; 15] = [
    concat!(
        "DELETE FROM relayed WHERE address = ?1 OR ",
        threads!("address"),
        " OR letter IN (SELECT id FROM letters WHERE recipient = ?1 AND id < ?2)"
    ),
    concat!(
        "DELETE FROM letters WHERE id < ?2 AND farewell = 0 AND (recipient = ?1 OR ",
        mine!("request"),
        " OR ",
        threads!("recipient"),
        " OR visit IN (SELECT id FROM visits WHERE resident = ?1))"
    ),
    // What volunteers wrote in the person's threads may quote the person.
    concat!(
        "UPDATE inbox SET text = NULL, message = NULL, address = '' WHERE address <> ?1 AND (",
        mine!("request"),
        " OR ",
        threads!("address"),
        ")"
    ),
    concat!("DELETE FROM proposals WHERE ", mine!("request")),
    concat!("DELETE FROM notes WHERE ", mine!("request")),
    concat!("DELETE FROM notices WHERE ", mine!("request")),
    concat!("DELETE FROM seen WHERE address = ?1 OR ", threads!("address")),
    concat!("DELETE FROM request_desk WHERE ", mine!("request")),
    "DELETE FROM conversations WHERE address = ?1",
    "DELETE FROM volunteers WHERE who = ?1",
    // Some keys name the person, where a platform has no number of its own for what was done.
    "UPDATE inbox SET key = 'gone:' || id WHERE address = ?1
       AND instr(key || ':', ':' || substr(?1, instr(?1, ':') + 1) || ':') > 0",
    "UPDATE inbox SET text = NULL, message = NULL, request = NULL, address = '' WHERE address = ?1",
    "UPDATE requests SET resident = '', question = '', visit = NULL, owner = NULL WHERE resident = ?1",
    "DELETE FROM visits WHERE resident = ?1",
    // Letters of this very turn: to the person, and those that remove threads.
    r#"UPDATE letters SET farewell = 1, request = NULL, visit = NULL
       WHERE id >= ?2 AND (recipient = ?1 OR content = '{"desk":"remove"}')"#,
];

impl Turnover {
    /// Deletes everything about a person; letters from `from_letter` on still go out, and then go.
    pub(super) async fn forget(
        &mut self,
        person: &Address,
        from_letter: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let on_platform = self.deletable(person, from_letter, now).await?;
        let mut first = from_letter;
        for some in on_platform.chunks(AT_ONCE) {
            let letter = Letter {
                to: person.clone(),
                content: Content::Clear(some.to_vec()),
                due: None,
                placement: Placement::Below,
                request: None,
                visit: None,
            };
            first = first.min(self.write_letter(&letter, None, now).await?);
        }
        for statement in std::iter::once(UNDER_WAY).chain(DELETIONS) {
            sqlx::query(statement).bind(person.to_string()).bind(first).execute(self.sql().await?).await?;
        }
        self.look_anew();
        self.leaves_traces();
        Ok(())
    }

    /// The messages in a person's chat that the platform lets the bot delete, the newest first.
    async fn deletable(
        &mut self,
        person: &Address,
        from_letter: i64,
        now: Timestamp,
    ) -> Result<Vec<MessageRef>, StoreError> {
        let since = match person.platform() {
            Platform::Telegram => later(now, -TELEGRAM_DELETES),
            // Of its own messages a bot may delete any; of the person's none, so none are noted.
            Platform::Discord => Timestamp::MIN,
            // What is shown there is the database itself.
            Platform::Web | Platform::Terminal => return Ok(Vec::new()),
        };
        let theirs: Vec<String> = sqlx::query_scalar(
            "SELECT message FROM inbox WHERE address = ? AND message IS NOT NULL AND at >= ? ORDER BY id DESC",
        )
        .bind(person.to_string())
        .bind(to_millis(since))
        .fetch_all(self.sql().await?)
        .await?;
        let ours: Vec<String> = sqlx::query_scalar(
            "SELECT receipt FROM letters WHERE recipient = ? AND id < ? AND receipt IS NOT NULL AND closed_at >= ?
             ORDER BY id DESC",
        )
        .bind(person.to_string())
        .bind(from_letter)
        .bind(to_millis(since))
        .fetch_all(self.sql().await?)
        .await?;
        let ours =
            ours.iter().filter_map(|json| serde_json::from_str::<Vec<MessageRef>>(json).ok()).flatten();
        let mut all: Vec<MessageRef> = ours.chain(theirs.into_iter().map(MessageRef)).collect();
        let mut known = std::collections::HashSet::new();
        all.retain(|message| known.insert(message.clone()));
        Ok(all)
    }

    /// A letter has arrived that was on its way when its recipient was forgotten: it is taken away
    /// from where it arrived, in its own turn.
    pub(super) async fn take_away(
        &mut self,
        letter: LetterId,
        arrived: &[MessageRef],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if arrived.is_empty() {
            return Ok(false);
        }
        let content = serde_json::to_string(&Content::Clear(arrived.to_vec()))
            .map_err(|e| StoreError::Unreadable(e.to_string()))?;
        let done = sqlx::query(
            r#"UPDATE letters SET content = ?, state = 'pending', due_at = ?, attempts = 0, unanswered = 0, parts_done = 0,
                 receipt = NULL, closed_at = NULL
               WHERE id = ? AND farewell = 1 AND content = '{"clear":[]}'"#,
        )
        .bind(content)
        .bind(to_millis(now))
        .bind(letter.number())
        .execute(self.sql().await?)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// A letter has come to its end: if it was a farewell nothing of it stays.
    pub(super) async fn part(&mut self, letter: LetterId) -> Result<(), StoreError> {
        let done = sqlx::query("DELETE FROM letters WHERE id = ? AND farewell = 1")
            .bind(letter.number())
            .execute(self.sql().await?)
            .await?;
        if done.rows_affected() > 0 {
            self.look_anew();
            self.leaves_traces();
        }
        Ok(())
    }
}
