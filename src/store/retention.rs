//! What is deleted by itself with time: a horizon for each kind of data.
//!
//! Whole persons are deleted by the application, as they would do it themselves; here is who they are.

use super::{Store, StoreError, Turnover};
use crate::model::chat::Address;
use crate::model::desk::DeskLetter;
use crate::model::message::{Content, Letter, Placement};
use crate::model::retention::Retention;
use crate::model::time::{Timestamp, from_millis, later, to_millis};

/// How many rows one transaction deletes: those who wait for the writer meanwhile, residents and staff, have
/// their turn before the next.
const AT_ONCE: u32 = 50;

/// What is deleted of rows from before `?1`, at most `?2` at a time.
const WORDS: &str = "UPDATE inbox SET text = NULL, message = NULL WHERE id IN (
    SELECT id FROM inbox WHERE at < ?1 AND (text IS NOT NULL OR message IS NOT NULL) LIMIT ?2)";
const LETTERS: &str = "DELETE FROM letters WHERE id IN (
    SELECT id FROM letters WHERE created_at < ?1 AND state IN ('sent', 'unknown', 'dead', 'void') LIMIT ?2)";
/// Word for word as in the index `letters_own_files`, or all letters would be read. The name is `OWN_FILE`.
const OWN_FILES: &str = r#"DELETE FROM letters WHERE id IN (
    SELECT id FROM letters WHERE created_at < ?1 AND state IN ('sent', 'unknown', 'dead', 'void')
      AND content LIKE '%"name":"digidel.txt"%' LIMIT ?2)"#;
const REQUESTS: &str = "UPDATE requests SET question = '', resident = '', owner = NULL, visit = NULL WHERE id IN (
    SELECT id FROM requests AS r WHERE changed_at < ?1 AND resident <> '' AND status NOT IN ('waiting', 'claimed')
      AND NOT EXISTS (SELECT 1 FROM visits AS v WHERE v.request = r.id)
      AND NOT EXISTS (SELECT 1 FROM request_desk AS d WHERE d.request = r.id) LIMIT ?2)";
const NOTES: &str = "DELETE FROM notes WHERE id IN (SELECT id FROM notes WHERE at < ?1 LIMIT ?2)";
const PROPOSALS: &str = "DELETE FROM proposals WHERE id IN (SELECT id FROM proposals WHERE at < ?1 LIMIT ?2)";
const NOTICES: &str = "DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE at < ?1 LIMIT ?2)";
const VISITS: &str = "DELETE FROM visits WHERE id IN (
    SELECT id FROM visits WHERE starts_at < ?1 LIMIT ?2)";
const KEYS: &str = "DELETE FROM inbox WHERE id IN (
    SELECT id FROM inbox WHERE at < ?1 AND text IS NULL AND message IS NULL LIMIT ?2)";
const AUDIT: &str = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < ?1 LIMIT ?2)";
const HORIZON: &str = "INSERT INTO audit_horizon (only_one, before) VALUES (1, ?1)
    ON CONFLICT (only_one) DO UPDATE SET before = max(before, ?1)";
const SWEPT: &str =
    "INSERT INTO swept (only_one, at) VALUES (1, ?1) ON CONFLICT (only_one) DO UPDATE SET at = ?1";
/// Traces of what is gone.
const LOOSE_ENDS: [&str; 2] = [
    "DELETE FROM relayed WHERE letter NOT IN (SELECT id FROM letters)",
    "DELETE FROM seen WHERE address NOT IN (SELECT address FROM conversations)
       AND address NOT IN (SELECT thread FROM request_desk)",
];

impl Store {
    /// Who has not written for so many days, and has no visit ahead: at most a few hundred.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn rested(&self, days: u16, now: Timestamp) -> Result<Vec<Address>, StoreError> {
        let rested: Vec<String> = sqlx::query_scalar(
            "SELECT address FROM conversations c WHERE last_at < ?1
               AND NOT EXISTS (SELECT 1 FROM visits v WHERE v.resident = c.address AND v.starts_at > ?2)
             ORDER BY last_at LIMIT 500",
        )
        .bind(before(days, now))
        .bind(to_millis(now))
        .fetch_all(self.readers())
        .await?;
        Ok(rested.iter().filter_map(|address| address.parse().ok()).collect())
    }

    /// When [`Store::sweep`] was last done.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn last_swept(&self) -> Result<Option<Timestamp>, StoreError> {
        let at: Option<i64> =
            sqlx::query_scalar("SELECT at FROM swept").fetch_optional(self.readers()).await?;
        Ok(at.map(from_millis))
    }

    /// Deletes what has been kept for long enough. Returns how many rows.
    ///
    /// # Errors
    /// Whatever SQLite says; what was deleted until then stays deleted.
    pub async fn sweep(&self, kept: &Retention, now: Timestamp) -> Result<u64, StoreError> {
        let swept = self.sweep_all(kept, now).await;
        // Once, at the end: emptied after every transaction, the log would hold up every turn between them.
        if !matches!(swept, Ok(0)) {
            self.log.has_traces();
            self.scrub().await?;
        }
        swept
    }

    async fn sweep_all(&self, kept: &Retention, now: Timestamp) -> Result<u64, StoreError> {
        let mut turnover = self.begin().await?;
        sqlx::query(HORIZON).bind(before(kept.audit_days, now)).execute(turnover.sql().await?).await?;
        sqlx::query(SWEPT).bind(to_millis(now)).execute(turnover.sql().await?).await?;
        turnover.commit().await?;
        let mut all = 0;
        loop {
            let mut turnover = self.begin().await?;
            let rows = turnover.drop_old_threads(kept.requests_days, now).await?;
            turnover.commit().await?;
            all += rows;
            if rows == 0 {
                break;
            }
        }
        for (statement, days) in [
            (WORDS, kept.transcripts_days),
            (LETTERS, kept.letters_days),
            // A copy of everything is not to live longer than what it is a copy of.
            (OWN_FILES, 1),
            (VISITS, kept.visits_days),
            (REQUESTS, kept.requests_days),
            (NOTES, kept.requests_days),
            (PROPOSALS, kept.requests_days),
            (NOTICES, kept.requests_days),
            (KEYS, kept.keys_days),
            (AUDIT, kept.audit_days),
        ] {
            all += self.sweep_kind(statement, before(days, now)).await?;
        }
        for statement in LOOSE_ENDS {
            let mut turnover = self.begin().await?;
            all += sqlx::query(statement).execute(turnover.sql().await?).await?.rows_affected();
            turnover.commit().await?;
        }
        Ok(all)
    }

    /// Everything of one kind that is from before an instant, a slice at a time.
    async fn sweep_kind(&self, statement: &'static str, before: i64) -> Result<u64, StoreError> {
        let mut all = 0;
        loop {
            let mut turnover = self.begin().await?;
            let slice = sqlx::query(statement).bind(before).bind(AT_ONCE);
            let rows = slice.execute(turnover.sql().await?).await?.rows_affected();
            turnover.commit().await?;
            all += rows;
            if rows < u64::from(AT_ONCE) {
                return Ok(all);
            }
        }
    }
}

impl Turnover {
    /// The volunteers' threads about requests that were closed long ago.
    async fn drop_old_threads(&mut self, days: u16, now: Timestamp) -> Result<u64, StoreError> {
        let old: Vec<(i64, String)> = sqlx::query_as(
            "SELECT d.request, d.thread FROM request_desk AS d JOIN requests AS r ON r.id = d.request
             WHERE r.changed_at < ? AND r.status NOT IN ('waiting', 'claimed') LIMIT 100",
        )
        .bind(before(days, now))
        .fetch_all(self.sql().await?)
        .await?;
        let mut rows = 0;
        for (request, thread) in old {
            if let Ok(to) = thread.parse() {
                let content = Content::Desk(DeskLetter::Remove);
                let placement = Placement::Below;
                let letter = Letter { to, content, due: None, placement, request: None, visit: None };
                let id = self.write_letter(&letter, None, now).await?;
                sqlx::query("UPDATE letters SET farewell = 1 WHERE id = ?")
                    .bind(id)
                    .execute(self.sql().await?)
                    .await?;
            }
            let done = sqlx::query("DELETE FROM request_desk WHERE request = ?").bind(request);
            rows += done.execute(self.sql().await?).await?.rows_affected();
        }
        Ok(rows)
    }
}

fn before(days: u16, now: Timestamp) -> i64 {
    to_millis(later(now, -i64::from(days) * 86_400))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::kept::OWN_FILE;

    #[test]
    fn the_copies_that_are_deleted_are_those_that_are_handed_out() {
        assert!(OWN_FILES.contains(&format!("\"name\":\"{OWN_FILE}\"")));
    }
}
