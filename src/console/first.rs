//! Beginning an account: the one-time link, from the console, the command line or the first start.

use super::password::Hasher;
use super::signin::INVITATION;
use crate::http::token::Token;
use crate::model::id::CentreId;
use crate::model::staff_account::{Account, AccountRole};
use crate::model::time::{Timestamp, later};
use crate::store::{Store, StoreError};

/// How long a link is good for: 3 days, in seconds.
const GOOD: i64 = 3 * 86_400;
/// The login of the first administrator.
const FIRST: &str = "admin";

/// A login is 2–40 of `a-z 0-9 . -`.
fn is_login(login: &str) -> bool {
    (2..=40).contains(&login.len())
        && login.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-')
}

/// Adds an account and makes its link.
///
/// # Errors
/// [`StoreError::Taken`] if the login is in use or no login.
pub async fn invite_new(
    store: &Store,
    public_url: &str,
    login: &str,
    name: &str,
    role: AccountRole,
    centres: &[CentreId],
    now: Timestamp,
) -> Result<String, StoreError> {
    if !is_login(login) || name.is_empty() || name.chars().count() > 60 {
        return Err(StoreError::Taken);
    }
    let account = store.add_account(login, name, role, centres, now).await?;
    link(store, public_url, account, now).await
}

/// Adds an account that has its password already; `None` if no password could be kept.
///
/// # Errors
/// [`StoreError::Taken`] if the login is in use or no login.
pub async fn add_ready(
    store: &Store,
    login: &str,
    name: &str,
    role: AccountRole,
    centres: &[CentreId],
    password: &str,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let Some(hash) = Hasher::default().hash(password.to_owned()).await else { return Ok(None) };
    let account = store.add_account(login, name, role, centres, now).await?;
    store.set_password(account, &hash).await?;
    Ok(Some(account))
}

/// Takes the second factor away, ends every session and makes a new link.
///
/// # Errors
/// Whatever the database says.
pub async fn reset(
    store: &Store,
    public_url: &str,
    account: &Account,
    now: Timestamp,
) -> Result<String, StoreError> {
    store.set_totp(account.id, None, 0).await?;
    store.end_sessions(account.id, None).await?;
    link(store, public_url, account.id, now).await
}

/// The link of the first administrator, as long as nobody has chosen a password.
///
/// # Errors
/// Whatever the database says.
pub async fn first_link(
    store: &Store,
    public_url: &str,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let accounts = store.accounts().await?;
    if accounts.iter().any(|a| a.has_password) {
        return Ok(None);
    }
    let account = match accounts.iter().find(|a| a.is_administrator()) {
        Some(account) => account.id,
        None => store.add_account(FIRST, "Administratör", AccountRole::Administrator, &[], now).await?,
    };
    link(store, public_url, account, now).await.map(Some)
}

async fn link(store: &Store, public_url: &str, account: i64, now: Timestamp) -> Result<String, StoreError> {
    let token = Token::draw().ok_or_else(|| StoreError::Unreadable("no randomness".to_owned()))?;
    store.invite(account, &token.hash(INVITATION), later(now, GOOD)).await?;
    Ok(format!("{public_url}/staff/invite/{}", token.secret()))
}
