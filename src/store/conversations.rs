//! Conversations: the session of each address.

use super::{StoreError, Turnover};
use crate::engine::session::Session;
use crate::model::chat::Address;
use crate::model::time::{Timestamp, to_millis};

impl Turnover<'_> {
    /// The state of a conversation; a new one if there is none, or none that can be read.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn session(&mut self, address: &Address) -> Result<Session, StoreError> {
        let json: Option<String> = sqlx::query_scalar("SELECT session FROM conversations WHERE address = ?")
            .bind(address.to_string())
            .fetch_optional(&mut *self.tx)
            .await?;
        // A session of another version of the program is worth less than a conversation that goes on.
        Ok(json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
    }

    pub(super) async fn write_session(
        &mut self,
        address: &Address,
        session: &Session,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let json = serde_json::to_string(session).map_err(|e| StoreError::Unreadable(e.to_string()))?;
        sqlx::query(
            "INSERT INTO conversations (address, session, created_at, last_at) VALUES (?1, ?2, ?3, ?3)
             ON CONFLICT (address) DO UPDATE SET session = ?2, last_at = ?3",
        )
        .bind(address.to_string())
        .bind(json)
        .bind(to_millis(now))
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// The platform gave a conversation another address: what is known and what waits goes along.
    pub(super) async fn move_conversation(&mut self, from: &Address, to: &Address) -> Result<(), StoreError> {
        for statement in [
            "UPDATE OR REPLACE conversations SET address = ?2 WHERE address = ?1",
            "UPDATE inbox SET address = ?2 WHERE address = ?1",
            "UPDATE requests SET resident = ?2 WHERE resident = ?1",
            "UPDATE letters SET recipient = ?2 WHERE recipient = ?1 AND state IN ('pending', 'retry')",
        ] {
            sqlx::query(statement).bind(from.to_string()).bind(to.to_string()).execute(&mut *self.tx).await?;
        }
        Ok(())
    }
}
