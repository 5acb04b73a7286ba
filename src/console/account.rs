//! One's own account: the second factor, the password, and where one is signed in.

use askama::Template;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use fast_qr::convert::Builder;
use fast_qr::convert::svg::SvgBuilder;
use fast_qr::qr::QRBuilder;
use serde::Deserialize;

use super::session::{Right, SESSION, Staff, posted, staff};
use super::totp::Secret;
use super::{Answer, Console, Frame, OrBroken, agent, password, signin};
use crate::http::html::{self, Safe};
use crate::model::lang::Lang;
use crate::store::accounts::StaffSession;

/// What has just been done, in the address of the next page.
#[derive(Deserialize)]
pub(super) struct Done {
    pub done: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/second.html")]
struct Second {
    f: Frame,
    picture: Safe,
    secret: String,
    needed: bool,
    wrong: bool,
}

fn second_page(staff: &Staff, secret: &Secret, wrong: bool) -> Response {
    let svg = QRBuilder::new(secret.uri(&staff.account.login)).build();
    let picture =
        svg.map(|qr| Safe::drawing(SvgBuilder::default().margin(4).to_str(&qr))).unwrap_or_default();
    let needed = staff.account.is_administrator() && !staff.account.two_factor;
    let page = Second {
        f: Frame::new(staff, "account", None),
        picture,
        secret: secret.as_str().to_owned(),
        needed,
        wrong,
    };
    html::page_with(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// The form for setting up one-time codes, with a fresh secret.
pub(super) async fn second(State(console): State<Console>, headers: HeaderMap) -> Answer {
    let staff = staff(&console, &headers, Right::Present).await?;
    let secret = Secret::draw().ok_or_else(|| StatusCode::SERVICE_UNAVAILABLE.into_response())?;
    Ok(second_page(&staff, &secret, false))
}

/// Turns one-time codes on, once the app has shown a right one. Whoever has them already must give
/// the password, so that a browser left open cannot replace them.
pub(super) async fn set_second(State(console): State<Console>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let (staff, fields) = posted(&console, request, Right::Present).await?;
    let Some(secret) = Secret::read(fields.get("secret")) else {
        return Err(StatusCode::BAD_REQUEST.into_response());
    };
    if staff.account.two_factor && !knows_password(&console, &staff, fields.raw("password")).await {
        return Ok(second_page(&staff, &secret, true));
    }
    let Some(step) = secret.accepts(fields.get("code"), staff.now, 0) else {
        return Ok(second_page(&staff, &secret, true));
    };
    let set = console.store.set_totp(staff.account.id, Some(secret.as_str()), step).await;
    set.or_broken(&console, &headers)?;
    Ok(Redirect::to("/staff?done=second").into_response())
}

async fn knows_password(console: &Console, staff: &Staff, password: String) -> bool {
    let lock = console.store.lock(&staff.account.login).await.ok().flatten();
    console.hasher.verify(password, lock.and_then(|l| l.password)).await
}

/// A browser that is signed in.
struct Session {
    kept: StaffSession,
    browser: String,
    /// Whether it is the one that asks.
    this: bool,
}

#[derive(Template)]
#[template(path = "staff/account.html")]
struct Account {
    f: Frame,
    sessions: Vec<Session>,
    two_factor: bool,
    wrong: Option<String>,
    langs: &'static [Lang],
}

async fn page(
    console: &Console,
    headers: &HeaderMap,
    staff: &Staff,
    done: Option<&str>,
    wrong: Option<String>,
) -> Answer {
    let sessions = console.store.sessions_of(staff.account.id).await.or_broken(console, headers)?;
    let this = staff.token.hash(SESSION);
    let session = |kept: StaffSession| Session {
        browser: agent::name(staff.w, &kept.agent),
        this: kept.hash == this,
        kept,
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Account {
        f: Frame::new(staff, "account", done),
        sessions: sessions.into_iter().map(session).collect(),
        two_factor: staff.account.two_factor,
        wrong,
        langs: Lang::OFFERED,
    };
    Ok(html::page_with(status, &page))
}

/// The page.
pub(super) async fn show(
    State(console): State<Console>,
    Query(done): Query<Done>,
    headers: HeaderMap,
) -> Answer {
    let staff = staff(&console, &headers, Right::Look).await?;
    page(&console, &headers, &staff, done.done.as_deref(), None).await
}

/// Changes the password; every other session ends, and this one begins anew.
pub(super) async fn change_password(State(console): State<Console>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let (staff, fields) = posted(&console, request, Right::Look).await?;
    let (w, chosen) = (staff.w, fields.raw("password"));
    if !console.tries.admits(&staff.actor(), staff.now) {
        return Err(StatusCode::TOO_MANY_REQUESTS.into_response());
    }
    let wrong = if knows_password(&console, &staff, fields.raw("now")).await {
        match password::check(&chosen, &staff.account.login, &staff.account.name) {
            Err(why) => Some(signin::weak(w, why)),
            Ok(()) if chosen != fields.raw("again") => Some(w.password_differs()),
            Ok(()) => None,
        }
    } else {
        Some(w.password_wrong())
    };
    if wrong.is_some() {
        return page(&console, &headers, &staff, None, wrong).await;
    }
    let Some(hash) = console.hasher.hash(chosen).await else {
        return Err(StatusCode::SERVICE_UNAVAILABLE.into_response());
    };
    console.store.set_password(staff.account.id, &hash).await.or_broken(&console, &headers)?;
    signin::begin(&console, &staff.account, &headers, staff.now).await
}

/// Ends one of one's own sessions, or all.
pub(super) async fn end_session(State(console): State<Console>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let (staff, fields) = posted(&console, request, Right::Look).await?;
    let ended = console.store.end_sessions(staff.account.id, fields.some("session")).await;
    ended.or_broken(&console, &headers)?;
    Ok(Redirect::to("/staff/account?done=saved").into_response())
}

/// The language of the console.
pub(super) async fn language(State(console): State<Console>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let (staff, fields) = posted(&console, request, Right::Look).await?;
    let lang =
        fields.get("lang").parse().ok().filter(|lang| Lang::OFFERED.contains(lang)).unwrap_or_default();
    let account = crate::model::staff_account::Account { lang, ..staff.account };
    console.store.change_account(&account, staff.now).await.or_broken(&console, &headers)?;
    Ok(Redirect::to("/staff/account?done=saved").into_response())
}
