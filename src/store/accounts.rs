//! Accounts of the staff, their sessions, and one-time links.
//!
//! Keeps hashes only: what a browser or a link holds is never in the database.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError};
use crate::model::id::CentreId;
use crate::model::lang::Lang;
use crate::model::staff_account::{Account, AccountRole};
use crate::model::time::{Timestamp, from_millis, to_millis};

/// What signing in is checked against.
#[derive(Clone, Debug)]
pub struct Lock {
    /// The account.
    pub account: Account,
    /// The argon2 hash, once a password is set.
    pub password: Option<String>,
    /// The secret of the one-time codes, once set up.
    pub totp: Option<String>,
    /// The step of the last code that was used.
    pub totp_step: i64,
    /// Failures since the last success.
    pub failures: i64,
    /// Until when nobody gets in.
    pub locked_until: Timestamp,
}

/// A browser that is signed in.
#[derive(Clone, Debug)]
pub struct StaffSession {
    /// Its hash, by which it can be revoked.
    pub hash: String,
    /// What the browser calls itself.
    pub agent: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_at: Timestamp,
}

fn account(row: &SqliteRow) -> Result<Account, StoreError> {
    let id: i64 = row.try_get("id")?;
    let bad = || StoreError::Unreadable(format!("accounts.id = {id}"));
    let centres: Vec<CentreId> = serde_json::from_str(row.try_get("centres")?).map_err(|_| bad())?;
    Ok(Account {
        id,
        login: row.try_get("login")?,
        name: row.try_get("name")?,
        role: AccountRole::from_word(row.try_get("role")?).ok_or_else(bad)?,
        centres,
        lang: row.try_get::<String, _>("lang")?.parse().unwrap_or(Lang::Sv),
        two_factor: row.try_get::<Option<String>, _>("totp")?.is_some(),
        has_password: row.try_get::<Option<String>, _>("password")?.is_some(),
        disabled: row.try_get::<Option<i64>, _>("disabled_at")?.is_some(),
    })
}

impl Store {
    /// Every account, by name.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let rows = sqlx::query("SELECT * FROM accounts ORDER BY name, id").fetch_all(self.readers()).await?;
        rows.iter().map(account).collect()
    }

    /// Adds an account without a password.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the login is in use.
    pub async fn add_account(
        &self,
        login: &str,
        name: &str,
        role: AccountRole,
        centres: &[CentreId],
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let centres = serde_json::to_string(centres).unwrap_or_else(|_| "[]".to_owned());
        let mut turnover = self.begin().await?;
        let done = sqlx::query(
            "INSERT INTO accounts (login, name, role, centres, created_at) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(login)
        .bind(name)
        .bind(role.word())
        .bind(centres)
        .bind(to_millis(now))
        .execute(turnover.sql().await?)
        .await?;
        turnover.commit().await?;
        Ok(done.last_insert_rowid())
    }

    /// Changes what an account may do. Whoever is signed in with it keeps the session, with the new rights.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn change_account(&self, account: &Account, now: Timestamp) -> Result<(), StoreError> {
        let centres = serde_json::to_string(&account.centres).unwrap_or_else(|_| "[]".to_owned());
        let mut turnover = self.begin().await?;
        sqlx::query(
            "UPDATE accounts SET name = ?2, role = ?3, centres = ?4, lang = ?5,
               disabled_at = CASE WHEN ?6 THEN coalesce(disabled_at, ?7) END WHERE id = ?1",
        )
        .bind(account.id)
        .bind(&account.name)
        .bind(account.role.word())
        .bind(centres)
        .bind(account.lang.code())
        .bind(account.disabled)
        .bind(to_millis(now))
        .execute(turnover.sql().await?)
        .await?;
        if account.disabled {
            sqlx::query("DELETE FROM staff_sessions WHERE account = ?")
                .bind(account.id)
                .execute(turnover.sql().await?)
                .await?;
        }
        turnover.commit().await
    }

    /// What signing in with a login is checked against.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn lock(&self, login: &str) -> Result<Option<Lock>, StoreError> {
        let row = sqlx::query("SELECT * FROM accounts WHERE login = ? AND disabled_at IS NULL")
            .bind(login)
            .fetch_optional(self.readers())
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Lock {
            account: account(&row)?,
            password: row.try_get("password")?,
            totp: row.try_get("totp")?,
            totp_step: row.try_get("totp_step")?,
            failures: row.try_get("failures")?,
            locked_until: from_millis(row.try_get("locked_until")?),
        }))
    }

    /// Notes a failure, or with 0 failures and a step a success.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the step of the one-time code was used meanwhile.
    pub async fn note_login(
        &self,
        account: i64,
        failures: i64,
        locked_until: Timestamp,
        totp_step: Option<i64>,
    ) -> Result<(), StoreError> {
        let mut turnover = self.begin().await?;
        let done = sqlx::query(
            "UPDATE accounts SET failures = ?2, locked_until = ?3, totp_step = coalesce(?4, totp_step)
             WHERE id = ?1 AND (?4 IS NULL OR totp_step < ?4)",
        )
        .bind(account)
        .bind(failures)
        .bind(to_millis(locked_until))
        .bind(totp_step)
        .execute(turnover.sql().await?)
        .await?;
        turnover.commit().await?;
        if done.rows_affected() == 0 { Err(StoreError::Taken) } else { Ok(()) }
    }

    /// Sets a password, ends every session of the account, and uses up its links.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn set_password(&self, account: i64, hash: &str) -> Result<(), StoreError> {
        let mut turnover = self.begin().await?;
        sqlx::query("UPDATE accounts SET password = ?, failures = 0, locked_until = 0 WHERE id = ?")
            .bind(hash)
            .bind(account)
            .execute(turnover.sql().await?)
            .await?;
        for statement in
            ["DELETE FROM staff_sessions WHERE account = ?", "DELETE FROM invitations WHERE account = ?"]
        {
            sqlx::query(statement).bind(account).execute(turnover.sql().await?).await?;
        }
        turnover.commit().await
    }

    /// Sets the secret of the one-time codes, or takes it away.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn set_totp(&self, account: i64, secret: Option<&str>, step: i64) -> Result<(), StoreError> {
        let mut turnover = self.begin().await?;
        sqlx::query("UPDATE accounts SET totp = ?, totp_step = ? WHERE id = ?")
            .bind(secret)
            .bind(step)
            .bind(account)
            .execute(turnover.sql().await?)
            .await?;
        turnover.commit().await
    }

    /// Adds a one-time link; older ones of the account stop working.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn invite(&self, account: i64, hash: &str, expires_at: Timestamp) -> Result<(), StoreError> {
        let mut turnover = self.begin().await?;
        sqlx::query("DELETE FROM invitations WHERE account = ?")
            .bind(account)
            .execute(turnover.sql().await?)
            .await?;
        sqlx::query("INSERT INTO invitations (hash, account, expires_at) VALUES (?, ?, ?)")
            .bind(hash)
            .bind(account)
            .bind(to_millis(expires_at))
            .execute(turnover.sql().await?)
            .await?;
        turnover.commit().await
    }

    /// The account that a one-time link is for, while it is good.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn invited(&self, hash: &str, now: Timestamp) -> Result<Option<Account>, StoreError> {
        let row = sqlx::query(
            "SELECT a.* FROM invitations i JOIN accounts a ON a.id = i.account
             WHERE i.hash = ? AND i.expires_at > ? AND a.disabled_at IS NULL",
        )
        .bind(hash)
        .bind(to_millis(now))
        .fetch_optional(self.readers())
        .await?;
        row.as_ref().map(account).transpose()
    }

    /// Begins a session.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn begin_session(
        &self,
        account: i64,
        hash: &str,
        agent: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut turnover = self.begin().await?;
        sqlx::query(
            "INSERT INTO staff_sessions (hash, account, agent, created_at, last_at) VALUES (?1, ?2, ?3, ?4, ?4)",
        )
        .bind(hash)
        .bind(account)
        .bind(agent)
        .bind(to_millis(now))
        .execute(turnover.sql().await?)
        .await?;
        turnover.commit().await
    }

    /// The account of a session that began and was used late enough.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn session_account(
        &self,
        hash: &str,
        begun_after: Timestamp,
        used_after: Timestamp,
    ) -> Result<Option<(Account, Timestamp)>, StoreError> {
        let row = sqlx::query(
            "SELECT a.*, s.last_at AS used_at FROM staff_sessions s JOIN accounts a ON a.id = s.account
             WHERE s.hash = ? AND s.created_at > ? AND s.last_at > ? AND a.disabled_at IS NULL",
        )
        .bind(hash)
        .bind(to_millis(begun_after))
        .bind(to_millis(used_after))
        .fetch_optional(self.readers())
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some((account(&row)?, from_millis(row.try_get("used_at")?))))
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn touch_session(&self, hash: &str, now: Timestamp) -> Result<(), StoreError> {
        let mut turnover = self.begin().await?;
        sqlx::query("UPDATE staff_sessions SET last_at = ? WHERE hash = ?")
            .bind(to_millis(now))
            .bind(hash)
            .execute(turnover.sql().await?)
            .await?;
        turnover.commit().await
    }

    /// The sessions of an account, the latest used first.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn sessions_of(&self, account: i64) -> Result<Vec<StaffSession>, StoreError> {
        let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(
            "SELECT hash, agent, created_at, last_at FROM staff_sessions WHERE account = ? ORDER BY last_at DESC",
        )
        .bind(account)
        .fetch_all(self.readers())
        .await?;
        let session = |(hash, agent, created_at, last_at)| StaffSession {
            hash,
            agent,
            created_at: from_millis(created_at),
            last_at: from_millis(last_at),
        };
        Ok(rows.into_iter().map(session).collect())
    }

    /// Ends one session of an account, or with `None` all of them.
    ///
    /// # Errors
    /// Whatever SQLite says.
    pub async fn end_sessions(&self, account: i64, hash: Option<&str>) -> Result<(), StoreError> {
        let mut turnover = self.begin().await?;
        sqlx::query("DELETE FROM staff_sessions WHERE account = ?1 AND (?2 IS NULL OR hash = ?2)")
            .bind(account)
            .bind(hash)
            .execute(turnover.sql().await?)
            .await?;
        turnover.commit().await
    }
}
