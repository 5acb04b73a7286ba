//! Filters that members of staff have given a name.

use super::{Store, StoreError};

/// How many one account keeps at most.
const MOST: i64 = 30;

/// A filter with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// Its number.
    pub id: i64,
    /// What its owner calls it.
    pub name: String,
    /// The fields of the filter, as in an address.
    pub query: String,
}

impl Store {
    /// The views of an account, by name.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn saved_views(&self, account: i64) -> Result<Vec<SavedView>, StoreError> {
        let rows: Vec<(i64, String, String)> =
            sqlx::query_as("SELECT id, name, query FROM saved_views WHERE account = ? ORDER BY name")
                .bind(account)
                .fetch_all(self.readers())
                .await?;
        Ok(rows.into_iter().map(|(id, name, query)| SavedView { id, name, query }).collect())
    }

    /// Keeps a view; one of the same name is replaced.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the account has as many as it may.
    pub async fn save_view(&self, account: i64, name: &str, query: &str) -> Result<(), StoreError> {
        let mut turnover = self.begin().await?;
        let done = sqlx::query(
            "INSERT INTO saved_views (account, name, query) SELECT ?1, ?2, ?3
             WHERE (SELECT count(*) FROM saved_views WHERE account = ?1 AND name <> ?2) < ?4
             ON CONFLICT (account, name) DO UPDATE SET query = ?3",
        )
        .bind(account)
        .bind(name)
        .bind(query)
        .bind(MOST)
        .execute(turnover.sql().await?)
        .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::Taken);
        }
        turnover.commit().await
    }

    /// Removes a view of this account.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn drop_view(&self, account: i64, id: i64) -> Result<(), StoreError> {
        let mut turnover = self.begin().await?;
        sqlx::query("DELETE FROM saved_views WHERE id = ? AND account = ?")
            .bind(id)
            .bind(account)
            .execute(turnover.sql().await?)
            .await?;
        turnover.commit().await
    }
}
