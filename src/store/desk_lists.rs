//! What is read of the desk outside a turn: what to catch up on, and what waits for staff.

use super::{Store, StoreError};
use crate::model::chat::{Address, MessageRef, Platform};
use crate::model::desk::{Followed, Proposal};
use crate::model::id::RequestId;
use crate::model::time::from_millis;

/// Who wrote within so many milliseconds before the bot went may have gone on writing.
const LAST_DAY: i64 = 86_400_000;
/// How many of those are followed at most: each costs the platform two requests.
const OTHERS: i64 = 100;

impl Store {
    /// The conversations of a platform that may go on while the bot is away: the threads of open
    /// requests, the chats of their residents, and those of everybody else who wrote during the last
    /// day before it went.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn followed(&self, platform: Platform) -> Result<Vec<Followed>, StoreError> {
        let rows: Vec<(String, Option<String>, i64)> = sqlx::query_as(
            "WITH open AS (SELECT id, resident, opened_at FROM requests WHERE status IN ('waiting', 'claimed'))
             SELECT f.address, s.message, f.since FROM (
               SELECT d.thread AS address, r.opened_at AS since FROM open AS r JOIN request_desk AS d ON d.request = r.id
               UNION ALL
               SELECT resident, min(opened_at) FROM open GROUP BY resident
               UNION ALL
               SELECT * FROM (
                 SELECT address, max(at) AS since FROM inbox
                 WHERE role = 'resident' AND address NOT IN (SELECT resident FROM open)
                   AND at >= (SELECT max(at) FROM inbox WHERE role = 'resident') - ?2 AND address LIKE ?1 || ':%'
                 GROUP BY address ORDER BY since DESC LIMIT ?3)
             ) AS f LEFT JOIN seen AS s ON s.address = f.address",
        )
        .bind(platform.name())
        .bind(LAST_DAY)
        .bind(OTHERS)
        .fetch_all(self.readers())
        .await?;
        let followed = |(address, after, since): (String, Option<String>, i64)| {
            let address: Address = address.parse().ok()?;
            let after = after.map(MessageRef);
            (address.platform() == platform).then_some(Followed { address, after, since: from_millis(since) })
        };
        Ok(rows.into_iter().filter_map(followed).collect())
    }

    /// Whether volunteers have a desk.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn has_desk(&self) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM desks)").fetch_one(self.readers()).await?)
    }

    /// What staff have not dealt with yet, oldest first: number, kind and request.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn open_notices(&self) -> Result<Vec<(i64, String, Option<RequestId>)>, StoreError> {
        let sql = "SELECT id, kind, request FROM notices WHERE done_at IS NULL ORDER BY id";
        let rows: Vec<(i64, String, Option<i64>)> = sqlx::query_as(sql).fetch_all(self.readers()).await?;
        Ok(rows.into_iter().map(|(id, kind, r)| (id, kind, r.map(RequestId::from_number))).collect())
    }

    /// The proposed answers that staff have not dealt with yet, oldest first.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn open_proposals(&self) -> Result<Vec<Proposal>, StoreError> {
        let sql = "SELECT request, question, answer, lang FROM proposals WHERE done_at IS NULL ORDER BY id";
        let rows: Vec<(i64, String, String, String)> = sqlx::query_as(sql).fetch_all(self.readers()).await?;
        let proposal = |(request, question, answer, lang): (i64, String, String, String)| Proposal {
            request: RequestId::from_number(request),
            question,
            answer,
            lang: lang.parse().unwrap_or_default(),
        };
        Ok(rows.into_iter().map(proposal).collect())
    }
}
