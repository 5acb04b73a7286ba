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
use super::{Console, Frame, OrBroken, password, signin};
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
pub(super) async fn second(State(console): State<Console>, headers: HeaderMap) -> Response {
    let staff = match staff(&console, &headers, Right::Present).await {
        Ok(staff) => staff,
        Err(response) => return response,
    };
    match Secret::draw() {
        Some(secret) => second_page(&staff, &secret, false),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// Turns one-time codes on, once the app has shown a right one. Whoever has them already must give
/// the password, so that a browser left open cannot replace them.
pub(super) async fn set_second(State(console): State<Console>, request: Request) -> Response {
    let headers = request.headers().clone();
    let (staff, fields) = match posted(&console, request, Right::Present).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(secret) = Secret::read(fields.get("secret")) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    if staff.account.two_factor && !knows_password(&console, &staff, fields.raw("password")).await {
        return second_page(&staff, &secret, true);
    }
    let Some(step) = secret.accepts(fields.get("code"), staff.now, 0) else {
        return second_page(&staff, &secret, true);
    };
    match console.store.set_totp(staff.account.id, Some(secret.as_str()), step).await {
        Ok(()) => Redirect::to("/staff?done=second").into_response(),
        Err(error) => console.broken(&headers, &error),
    }
}

async fn knows_password(console: &Console, staff: &Staff, password: String) -> bool {
    let lock = console.store.lock(&staff.account.login).await.ok().flatten();
    console.hasher.verify(password, lock.and_then(|l| l.password)).await
}

#[derive(Template)]
#[template(path = "staff/account.html")]
struct Account {
    f: Frame,
    sessions: Vec<StaffSession>,
    this: String,
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
) -> Response {
    let sessions = match console.store.sessions_of(staff.account.id).await.or_broken(console, headers) {
        Ok(sessions) => sessions,
        Err(response) => return response,
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Account {
        f: Frame::new(staff, "account", done),
        sessions,
        this: staff.token.hash(SESSION),
        two_factor: staff.account.two_factor,
        wrong,
        langs: Lang::OFFERED,
    };
    html::page_with(status, &page)
}

/// The page.
pub(super) async fn show(
    State(console): State<Console>,
    Query(done): Query<Done>,
    headers: HeaderMap,
) -> Response {
    match staff(&console, &headers, Right::Look).await {
        Ok(staff) => page(&console, &headers, &staff, done.done.as_deref(), None).await,
        Err(response) => response,
    }
}

/// Changes the password; every other session ends, and this one begins anew.
pub(super) async fn change_password(State(console): State<Console>, request: Request) -> Response {
    let headers = request.headers().clone();
    let (staff, fields) = match posted(&console, request, Right::Look).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let (w, chosen) = (staff.w, fields.raw("password"));
    if !console.tries.admits(&staff.actor(), staff.now) {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
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
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    match console.store.set_password(staff.account.id, &hash).await {
        Ok(()) => signin::begin(&console, &staff.account, &headers, staff.now).await,
        Err(error) => console.broken(&headers, &error),
    }
}

/// Ends one of one's own sessions, or all.
pub(super) async fn end_session(State(console): State<Console>, request: Request) -> Response {
    let headers = request.headers().clone();
    let (staff, fields) = match posted(&console, request, Right::Look).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    match console.store.end_sessions(staff.account.id, fields.some("session")).await {
        Ok(()) => Redirect::to("/staff/account?done=saved").into_response(),
        Err(error) => console.broken(&headers, &error),
    }
}

/// The language of the console.
pub(super) async fn language(State(console): State<Console>, request: Request) -> Response {
    let headers = request.headers().clone();
    let (staff, fields) = match posted(&console, request, Right::Look).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let lang =
        fields.get("lang").parse().ok().filter(|lang| Lang::OFFERED.contains(lang)).unwrap_or_default();
    let account = crate::model::staff_account::Account { lang, ..staff.account };
    match console.store.change_account(&account, staff.now).await {
        Ok(()) => Redirect::to("/staff/account?done=saved").into_response(),
        Err(error) => console.broken(&headers, &error),
    }
}
