//! One person's data: counting, exporting and erasing it, and what is erased by itself with time.

use serde_json::{Value, json};

use super::{Store, StoreError};
use crate::model::chat::{Address, Role};
use crate::model::time::{Timestamp, later, to_millis};

/// How many rows are kept about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Rows of the inbox with words.
    pub messages: i64,
    /// Letters to the person.
    pub letters: i64,
    /// Requests.
    pub requests: i64,
    /// Visits.
    pub visits: i64,
}

impl Store {
    /// How much is kept about a person.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn holding(&self, person: &Address) -> Result<Holding, StoreError> {
        let (messages, letters, requests, visits): (i64, i64, i64, i64) = sqlx::query_as(
            "SELECT (SELECT count(*) FROM inbox WHERE address = ?1 AND text IS NOT NULL),
                    (SELECT count(*) FROM letters WHERE recipient = ?1),
                    (SELECT count(*) FROM requests WHERE resident = ?1),
                    (SELECT count(*) FROM visits WHERE resident = ?1)",
        )
        .bind(person.to_string())
        .fetch_one(self.readers())
        .await?;
        Ok(Holding { messages, letters, requests, visits })
    }

    /// Everything that is kept about a person, as JSON.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn export(&self, person: &Address) -> Result<Value, StoreError> {
        let address = person.to_string();
        let rows = async |query: &'static str| -> Result<Vec<Value>, StoreError> {
            let rows: Vec<String> =
                sqlx::query_scalar(query).bind(&address).fetch_all(self.readers()).await?;
            Ok(rows.iter().filter_map(|row| serde_json::from_str(row).ok()).collect())
        };
        Ok(json!({
            "address": address,
            "conversation": rows("SELECT json_object('session', json(session), 'begun', created_at, 'last', last_at)
                                  FROM conversations WHERE address = ?").await?,
            "messages": rows("SELECT json_object('at', at, 'role', role, 'kind', kind, 'text', text)
                              FROM inbox WHERE address = ? ORDER BY id").await?,
            "letters": rows("SELECT json_object('at', created_at, 'state', state, 'content', json(content))
                             FROM letters WHERE recipient = ? ORDER BY id").await?,
            "requests": rows("SELECT json_object('at', opened_at, 'kind', kind, 'status', status, 'question', question,
                                'topic', topic, 'article', article, 'centre', centre, 'lang', lang, 'outcome', outcome,
                                'points', points) FROM requests WHERE resident = ? ORDER BY opened_at").await?,
            "notes": rows("SELECT json_object('at', n.at, 'text', n.text) FROM notes n JOIN requests r ON r.id = n.request
                           WHERE r.resident = ? ORDER BY n.id").await?,
            "visits": rows("SELECT json_object('code', code, 'centre', centre, 'starts_at', starts_at, 'status', status,
                              'name', name, 'about', about, 'interpreter', interpreter, 'company', company, 'note', note)
                            FROM visits WHERE resident = ? ORDER BY starts_at").await?,
        }))
    }

    /// Erases a person, as they could themselves.
    ///
    /// # Errors
    /// Whatever SQLite says; then nothing was erased.
    pub async fn erase(&self, person: &Address, by: &Role, now: Timestamp) -> Result<(), StoreError> {
        let mut turnover = self.begin().await?;
        turnover.forget(person, i64::MAX).await?;
        turnover.audit(by, "erased", "a resident", now).await?;
        turnover.commit().await
    }

    /// Erases everybody whose conversation has rested for so many days and who has no visit ahead.
    /// Returns how many.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn erase_old(&self, days: i64, now: Timestamp) -> Result<usize, StoreError> {
        let rested: Vec<String> = sqlx::query_scalar(
            "SELECT address FROM conversations c WHERE last_at < ?1
               AND NOT EXISTS (SELECT 1 FROM visits v WHERE v.resident = c.address AND v.starts_at > ?2)
               AND NOT EXISTS (SELECT 1 FROM letters l WHERE l.recipient = c.address AND l.created_at >= ?1)
             ORDER BY last_at LIMIT 500",
        )
        .bind(to_millis(later(now, -days * 86_400)))
        .bind(to_millis(now))
        .fetch_all(self.readers())
        .await?;
        for address in &rested {
            if let Ok(person) = address.parse() {
                self.erase(&person, &Role::Clock, now).await?;
            }
        }
        Ok(rested.len())
    }
}
