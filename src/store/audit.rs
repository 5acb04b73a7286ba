//! Who changed what: rows that are only ever added.

use super::{StoreError, Turnover};
use crate::model::chat::Role;
use crate::model::time::{Timestamp, to_millis};

/// How an actor is named in the audit: never a resident's address.
pub(super) fn actor(role: &Role) -> String {
    match role {
        Role::Resident => "resident".to_owned(),
        Role::Volunteer { who, .. } => format!("volunteer {who}"),
        Role::Staff(account) => format!("staff {account}"),
        Role::Clock => "clock".to_owned(),
    }
}

impl Turnover {
    /// Adds a row.
    pub(super) async fn audit(
        &mut self,
        role: &Role,
        deed: &str,
        subject: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO audit (at, actor, deed, subject) VALUES (?, ?, ?, ?)")
            .bind(to_millis(now))
            .bind(actor(role))
            .bind(deed)
            .bind(subject)
            .execute(self.sql().await?)
            .await?;
        Ok(())
    }
}
