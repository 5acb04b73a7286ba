//! What is read of the desk outside a turn: what to catch up on, and what waits for staff.

use super::{Store, StoreError};
use crate::model::chat::{Address, MessageRef, Platform};
use crate::model::desk::{Followed, Proposal};
use crate::model::id::RequestId;

impl Store {
    /// The conversations of a platform that people are to answer, or answer: the threads of open
    /// requests, and the chats of their residents.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn followed(&self, platform: Platform) -> Result<Vec<Followed>, StoreError> {
        let rows: Vec<(String, Option<String>)> = sqlx::query_as(
            "SELECT d.thread, s.message FROM requests AS r JOIN request_desk AS d ON d.request = r.id
               LEFT JOIN seen AS s ON s.address = d.thread WHERE r.status IN ('waiting', 'claimed')
             UNION
             SELECT r.resident, s.message FROM requests AS r JOIN seen AS s ON s.address = r.resident
               WHERE r.status IN ('waiting', 'claimed')",
        )
        .fetch_all(self.readers())
        .await?;
        let followed = |(address, after): (String, Option<String>)| {
            let address: Address = address.parse().ok()?;
            (address.platform() == platform).then_some(Followed { address, after: after.map(MessageRef) })
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
