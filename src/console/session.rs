//! Who is signed in: the session behind a cookie, what it may do, and the forms that it sends.
//!
//! A session ends after an hour without use and after twelve hours at the latest.

use axum::Form;
use axum::RequestExt;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::Console;
use crate::http::notice;
use crate::http::token::Token;
use crate::http::words::{Terms, Words};
use crate::model::retention::Retention;
use crate::model::staff_account::Account;
use crate::model::time::{Timestamp, later};

/// The name of the cookie.
pub(super) const COOKIE: &str = "digidel-staff";
/// What a session's token is hashed for in the database.
pub(super) const SESSION: &str = "staff session";
/// What a form's proof is derived from the session's token for.
const CSRF: &str = "form";
/// Without use a session ends after this many seconds.
const IDLE: i64 = 3_600;
/// However used, it ends after this many seconds: a working day.
const ABSOLUTE: i64 = 12 * 3_600;
/// How often its use is noted, in seconds.
const TOUCH: i64 = 60;

/// What a page or form needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    /// To be signed in, be it without the second factor: for setting it up.
    Present,
    /// To be signed in.
    Look,
    /// To change requests, visits, centres.
    Change,
    /// To change the articles, which hold for every centre.
    Teach,
    /// To change accounts and personal data.
    Administer,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(super) struct Staff {
    pub account: Account,
    pub token: Token,
    pub w: Terms,
    pub now: Timestamp,
    /// For how long what is kept, for the pages that show it.
    pub kept: Retention,
    /// Whether everything on the page is invented.
    pub invented: bool,
}

impl Staff {
    /// What a form of this session carries.
    pub fn csrf(&self) -> String {
        self.token.hash(CSRF)
    }

    /// How the audit names this person.
    pub fn actor(&self) -> String {
        format!("staff {}", self.account.id)
    }
}

/// The fields of a form.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// The field, trimmed; empty if it is missing.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim())
    }

    /// The field, if anything stands in it.
    pub fn some(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    /// Whether the form had the field at all.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }

    /// The field as it was sent, for passwords.
    pub fn raw(&self, name: &str) -> String {
        self.0.iter().find(|(n, _)| n == name).map_or_else(String::new, |(_, value)| value.clone())
    }

    /// Every value of a field that may stand more than once.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.trim())
    }
}

/// Who is signed in, if they may.
///
/// # Errors
/// The page that says why not, or the way to sign in.
pub(super) async fn staff(console: &Console, headers: &HeaderMap, right: Right) -> Result<Staff, Response> {
    let now = console.app.now();
    let away = || Redirect::to("/staff/login").into_response();
    let token = console.site.cookies.token(headers, COOKIE).ok_or_else(away)?;
    let hash = token.hash(SESSION);
    let found = console.store.session_account(&hash, later(now, -ABSOLUTE), later(now, -IDLE)).await;
    let Some((account, used_at)) = found.map_err(|e| console.broken(headers, &e))? else {
        return Err(Redirect::to("/staff/login?over=1").into_response());
    };
    // A page that refreshes itself is not a person at work.
    let by_itself = headers.contains_key("x-digidel-live")
        || headers.get(header::ACCEPT).is_some_and(|a| a == "text/event-stream");
    if !by_itself && now.duration_since(used_at).as_secs() >= TOUCH {
        console.store.touch_session(&hash, now).await.map_err(|e| console.broken(headers, &e))?;
    }
    if account.is_administrator() && !account.two_factor && right != Right::Present {
        return Err(Redirect::to("/staff/second").into_response());
    }
    let (kept, invented) = (console.retention, console.site.invented);
    let staff = Staff { w: Terms(Words(account.lang)), account, token, now, kept, invented };
    let may = match right {
        Right::Present | Right::Look => true,
        Right::Change => staff.account.may_change(),
        Right::Teach => staff.account.may_teach(),
        Right::Administer => staff.account.is_administrator(),
    };
    if may { Ok(staff) } else { Err(forbidden(staff.w)) }
}

/// Who sent a form, if they may, and its fields.
///
/// # Errors
/// The page that says why not.
pub(super) async fn posted(
    console: &Console,
    request: Request,
    right: Right,
) -> Result<(Staff, Fields), Response> {
    let headers = request.headers().clone();
    let staff = staff(console, &headers, right).await?;
    let fields = fields(request).await?;
    if !staff.token.vouches_for(CSRF, fields.get("csrf")) {
        tracing::warn!(account = staff.account.id, "a form without its proof was refused");
        let w = staff.w;
        return Err(notice(StatusCode::FORBIDDEN, *w, w.form_old_title(), w.form_old(), "/staff", w.back()));
    }
    Ok((staff, fields))
}

/// The fields of a form that needs no session.
///
/// # Errors
/// A refusal of what is no form.
pub(super) async fn fields(request: Request) -> Result<Fields, Response> {
    match request.extract::<Form<Vec<(String, String)>>, _>().await {
        Ok(Form(pairs)) => Ok(Fields(pairs)),
        Err(_) => Err(StatusCode::BAD_REQUEST.into_response()),
    }
}

/// The page for those who may not.
pub(super) fn forbidden(w: Terms) -> Response {
    notice(StatusCode::FORBIDDEN, *w, w.forbidden_title(), w.forbidden(), "/staff", w.back())
}

/// The page for what does not exist, or not for this person: the two look the same.
pub(super) fn missing(w: Terms) -> Response {
    notice(StatusCode::NOT_FOUND, *w, w.missing_title(), w.missing(), "/staff", w.back())
}
