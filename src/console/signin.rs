//! Signing in and out, and the one-time link that begins an account.
//!
//! A failure never says what was wrong, nor is an unknown login quicker than a known one.

use askama::Template;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::password::{self, Weak};
use super::session::{COOKIE, Fields, Right, SESSION, fields, posted};
use super::totp::Secret;
use super::{Answer, Console, OrBroken, agent};
use crate::http::limit::origin;
use crate::http::token::{Cookies, Token};
use crate::http::words::Terms;
use crate::http::{html, notice};
use crate::model::staff_account::Account;
use crate::model::time::{Timestamp, later};
use crate::store::accounts::Lock;

/// What an invitation's token is hashed for in the database.
pub(super) const INVITATION: &str = "invitation";
/// After this many failures an account is locked for a while.
const PATIENCE: i64 = 5;
/// The longest such while, in seconds.
const LONGEST_LOCK: i64 = 900;

#[derive(Template)]
#[template(path = "staff/login.html")]
struct Page {
    w: Terms,
    said: Option<String>,
    failed: bool,
    login: String,
    invented: bool,
}

#[derive(Deserialize)]
pub(super) struct Asked {
    over: Option<String>,
    out: Option<String>,
}

/// The form.
pub(super) async fn form(
    State(console): State<Console>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let w = Terms(console.site.words(&headers));
    let said = asked.over.map(|_| w.session_over()).or_else(|| asked.out.map(|_| w.signed_out()));
    html::page(&Page { w, said, failed: false, login: String::new(), invented: console.site.invented })
}

/// Tries to sign in.
pub(super) async fn sign_in(State(console): State<Console>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let from = origin(&request, console.site.behind_proxy);
    let w = Terms(console.site.words(&headers));
    let fields = fields(request).await?;
    let (now, invented) = (console.app.now(), console.site.invented);
    let login = fields.get("login").to_lowercase();
    let failed = || {
        let page = Page { w, said: None, failed: true, login: login.clone(), invented };
        html::page_with(StatusCode::UNAUTHORIZED, &page)
    };
    if !console.tries.admits(&from, now) {
        let page = Page { w, said: None, failed: true, login: login.clone(), invented };
        return Err(html::page_with(StatusCode::TOO_MANY_REQUESTS, &page));
    }
    let account = check(&console, &login, &fields, now).await.or_broken(&console, &headers)?;
    let Some(account) = account else {
        tracing::warn!(from, "somebody could not sign in to the console");
        return Err(failed());
    };
    begin(&console, &account, &headers, now).await
}

/// The account, if everything fits. Failures and used codes are noted.
async fn check(
    console: &Console,
    login: &str,
    fields: &Fields,
    now: Timestamp,
) -> Result<Option<Account>, crate::store::StoreError> {
    let lock = console.store.lock(login).await?;
    let against = lock.as_ref().and_then(|l| l.password.clone());
    let known = console.hasher.verify(fields.raw("password"), against).await;
    let Some(lock) = lock else { return Ok(None) };
    if lock.locked_until > now {
        return Ok(None);
    }
    let step = second_factor(&lock, fields.get("code"), now);
    if known && step.is_ok() {
        let noted =
            console.store.note_login(lock.account.id, 0, Timestamp::MIN, step.unwrap_or_default()).await;
        return match noted {
            Ok(()) => Ok(Some(lock.account)),
            // The very same code came in twice at once: the second is a copy.
            Err(crate::store::StoreError::Taken) => Ok(None),
            Err(error) => Err(error),
        };
    }
    let failures = lock.failures + 1;
    let over = u32::try_from((failures - PATIENCE).clamp(0, 10)).unwrap_or(0);
    let pause = if failures < PATIENCE { 0 } else { (30_i64 << over).min(LONGEST_LOCK) };
    console.store.note_login(lock.account.id, failures, later(now, pause), None).await?;
    Ok(None)
}

/// The step of the code to note as used; nothing to note without a second factor.
fn second_factor(lock: &Lock, code: &str, now: Timestamp) -> Result<Option<i64>, ()> {
    match &lock.totp {
        None => Ok(None),
        Some(secret) => {
            let secret = Secret::read(secret).ok_or(())?;
            secret.accepts(code, now, lock.totp_step).map(Some).ok_or(())
        }
    }
}

/// A new session with a new token, whatever cookie the browser had.
pub(super) async fn begin(
    console: &Console,
    account: &Account,
    headers: &HeaderMap,
    now: Timestamp,
) -> Answer {
    if let Some(old) = console.site.cookies.token(headers, COOKIE) {
        let ended = console.store.end_sessions(account.id, Some(&old.hash(SESSION))).await;
        ended.or_broken(console, headers)?;
    }
    let token = Token::draw().ok_or_else(|| StatusCode::SERVICE_UNAVAILABLE.into_response())?;
    let (hash, line) = (token.hash(SESSION), agent::line(headers));
    console.store.begin_session(account.id, &hash, &line, now).await.or_broken(console, headers)?;
    let cookies = Cookies { framed: false, ..console.site.cookies };
    Ok(with_cookie(Redirect::to("/staff").into_response(), &cookies.set(COOKIE, token.secret(), None)))
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// Ends the session, in the database too, and tells the browser to drop what it has kept.
pub(super) async fn sign_out(State(console): State<Console>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let (staff, _) = posted(&console, request, Right::Present).await?;
    let ended = console.store.end_sessions(staff.account.id, Some(&staff.token.hash(SESSION))).await;
    ended.or_broken(&console, &headers)?;
    let cookies = Cookies { framed: false, ..console.site.cookies };
    Ok(with_cookie(Redirect::to("/staff/login?out=1").into_response(), &cookies.clear(COOKIE)))
}

#[derive(Template)]
#[template(path = "staff/invite.html")]
struct Invitation {
    w: Terms,
    account: Account,
    wrong: Option<String>,
}

async fn invited(console: &Console, token: &str, headers: &HeaderMap) -> Result<Account, Response> {
    let w = Terms(console.site.words(headers));
    let gone = || {
        notice(StatusCode::NOT_FOUND, *w, w.invite_gone_title(), w.invite_gone(), "/staff/login", w.sign_in())
    };
    let token = Token::read(token).ok_or_else(gone)?;
    let found = console.store.invited(&token.hash(INVITATION), console.app.now()).await;
    found.or_broken(console, headers)?.ok_or_else(gone)
}

/// The form behind a one-time link.
pub(super) async fn invitation(
    State(console): State<Console>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let w = Terms(console.site.words(&headers));
    let account = invited(&console, &token, &headers).await?;
    Ok(html::page(&Invitation { w, account, wrong: None }))
}

/// The words for a password that will not do.
pub(super) fn weak(w: Terms, weak: Weak) -> String {
    match weak {
        Weak::Short => w.password_short(),
        Weak::Long => w.password_long(),
        Weak::Common => w.password_common(),
    }
}

/// Sets the password of a one-time link, which is used up by it, and signs in.
pub(super) async fn accept(
    State(console): State<Console>,
    Path(token): Path<String>,
    request: Request,
) -> Answer {
    let headers = request.headers().clone();
    let w = Terms(console.site.words(&headers));
    let account = invited(&console, &token, &headers).await?;
    let fields = fields(request).await?;
    let chosen = fields.raw("password");
    let wrong = match password::check(&chosen, &account.login, &account.name) {
        Err(why) => Some(weak(w, why)),
        Ok(()) if chosen != fields.raw("again") => Some(w.password_differs()),
        Ok(()) => None,
    };
    if wrong.is_some() {
        return Err(html::page_with(StatusCode::UNPROCESSABLE_ENTITY, &Invitation { w, account, wrong }));
    }
    let Some(hash) = console.hasher.hash(chosen).await else {
        return Err(StatusCode::SERVICE_UNAVAILABLE.into_response());
    };
    console.store.set_password(account.id, &hash).await.or_broken(&console, &headers)?;
    // A second factor that is set up is asked for: whoever found the link does not get past it.
    if account.two_factor {
        return Ok(Redirect::to("/staff/login").into_response());
    }
    begin(&console, &account, &headers, console.app.now()).await
}
