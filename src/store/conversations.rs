//! Conversations: the session of each address.

use super::{StoreError, Turnover};
use crate::engine::session::Session;
use crate::model::chat::Address;
use crate::model::time::{Timestamp, to_millis};

impl Turnover {
    /// The state of a conversation; a new one if there is none, or none that can be read.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn session(&mut self, address: &Address) -> Result<Session, StoreError> {
        let here = address.to_string();
        let json = match &self.ahead {
            Some(ahead) if ahead.asked_of(&here) => ahead.sessions.get(&here).cloned(),
            _ => {
                sqlx::query_scalar("SELECT session FROM conversations WHERE address = ?")
                    .bind(here)
                    .fetch_optional(self.sql().await?)
                    .await?
            }
        };
        // A session of another version of the program is worth less than a conversation that goes on.
        Ok(json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
    }

    pub(super) fn write_session(
        &mut self,
        address: &Address,
        session: &Session,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let json = serde_json::to_string(session).map_err(|e| StoreError::Unreadable(e.to_string()))?;
        let here = address.to_string();
        self.waiting.sessions.push(&(&here, &json, to_millis(now)))?;
        if let Some(ahead) = &mut self.ahead {
            ahead.sessions.insert(here, json);
        }
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
            sqlx::query(statement)
                .bind(from.to_string())
                .bind(to.to_string())
                .execute(self.sql().await?)
                .await?;
        }
        self.look_anew();
        Ok(())
    }
}
