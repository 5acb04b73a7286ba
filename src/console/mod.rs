//! The staff's console: server-rendered pages that work without script.
//!
//! Reads the store and, for showing, the facts and `engine::say`; whatever concerns a resident it
//! does by sending an event of `Role::Staff` to the application. Uses `http` for its pages. Never
//! talks to a platform: a letter from here takes the outbox like any other.

// A handler that cannot go on hands back the page that says so: its `Err` is a whole response.
#![allow(clippy::result_large_err, reason = "the error of a handler is a page")]

mod account;
mod agent;
mod centres;
mod check_in;
mod data;
mod diff;
pub mod first;
mod insight;
mod knowledge;
mod live;
mod password;
mod people;
mod repeats;
mod request;
mod requests;
mod session;
mod shown;
mod signin;
mod steps;
mod totp;
mod visits;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};

use self::password::Hasher;
pub use self::password::check as check_password;
use self::session::Staff;
pub use self::totp::Secret;
use crate::app::App;
use crate::http::limit::Limit;
use crate::http::preview::Previews;
use crate::http::words::Terms;
use crate::http::{Site, notice};
use crate::model::retention::Retention;
use crate::store::{Store, StoreError};

/// What a handler hands back. Its `Err` is a page as well: the one that says why there is no other.
type Answer = Result<Response, Response>;

/// What the handlers share.
#[derive(Clone)]
struct Console {
    app: App,
    store: Store,
    site: Site,
    hasher: Hasher,
    /// Tries to sign in per household or library: 20 at once, then one every 10 seconds.
    tries: Arc<Limit>,
    present: live::Present,
    grouped: knowledge::gaps::Lately,
    /// For how many days what is kept.
    retention: Retention,
    /// How messages look on every platform.
    previews: Previews,
}

impl Console {
    /// The page for a fault of ours.
    fn broken(&self, headers: &HeaderMap, error: &dyn std::error::Error) -> Response {
        tracing::error!(%error, "a page of the console failed");
        let w = self.site.words(headers);
        notice(StatusCode::INTERNAL_SERVER_ERROR, w, w.broken_title(), w.broken(), "/staff", w.back_to_chat())
    }
}

/// What every page of somebody who is signed in has around it.
pub(super) struct Frame {
    w: Terms,
    name: String,
    csrf: String,
    here: &'static str,
    administrator: bool,
    may_change: bool,
    kept: Retention,
    invented: bool,
    /// What has just been done.
    done: Option<String>,
}

impl Frame {
    fn new(staff: &Staff, here: &'static str, done: Option<&str>) -> Self {
        let w = staff.w;
        let done = done.and_then(|word| {
            Some(match word {
                "saved" => w.done_saved(),
                "answered" => w.done_answered(),
                "took" => w.done_took(),
                "resolved" => w.done_resolved(),
                "reopened" => w.done_reopened(),
                "stale" => w.done_stale(),
                "merged" => w.done_merged(),
                "split" => w.done_split(),
                "volunteers" => w.done_volunteers(),
                "impossible" => w.done_impossible(),
                "full" => w.done_full(),
                "erased" => w.data_erased(),
                "second" => w.second_on(),
                _ => return None,
            })
        });
        Self {
            w,
            name: staff.account.name.clone(),
            csrf: staff.csrf(),
            here,
            administrator: staff.account.is_administrator(),
            may_change: staff.account.may_change(),
            kept: staff.kept,
            invented: staff.invented,
            done,
        }
    }

    fn nav(&self) -> Vec<(&'static str, &'static str, String)> {
        let w = self.w;
        let mut nav = vec![
            ("requests", "/staff", w.nav_requests()),
            ("visits", "/staff/visits", w.nav_visits()),
            ("centres", "/staff/centres", w.nav_centres()),
            ("knowledge", "/staff/knowledge", w.nav_knowledge()),
            ("insight", "/staff/insight", w.nav_insight()),
        ];
        if self.administrator {
            nav.push(("people", "/staff/people", w.nav_people()));
            nav.push(("data", "/staff/data", w.nav_data()));
        }
        nav
    }
}

/// Turns a failed read into the page for it.
trait OrBroken<T> {
    fn or_broken(self, console: &Console, headers: &HeaderMap) -> Result<T, Response>;
}

impl<T> OrBroken<T> for Result<T, StoreError> {
    fn or_broken(self, console: &Console, headers: &HeaderMap) -> Result<T, Response> {
        self.map_err(|error| console.broken(headers, &error))
    }
}

/// The routes of the console.
pub fn router(app: App, store: Store, site: Site, retention: Retention, previews: Previews) -> Router {
    let tries = Arc::new(Limit::new(20, 10_000));
    let console = Console {
        app,
        store,
        site,
        hasher: Hasher::default(),
        tries,
        present: live::Present::default(),
        grouped: knowledge::gaps::Lately::default(),
        retention,
        previews,
    };
    Router::new()
        .route("/staff", get(requests::list))
        .route("/staff/views", post(requests::keep))
        .route("/staff/requests/{id}", get(request::show).post(request::act))
        .route("/staff/visits", get(visits::list).post(visits::act))
        .route("/staff/check-in", get(check_in::show).post(check_in::act))
        .route("/staff/centres", get(centres::list))
        .route("/staff/centres/{id}", get(centres::page::show).post(centres::page::change))
        .route("/staff/insight", get(insight::show))
        .route("/staff/insight.csv", get(insight::csv))
        .route("/staff/data", get(data::show).post(data::act))
        .merge(knowledge_routes())
        .route("/staff/live", get(live::live))
        .route("/staff/login", get(signin::form).post(signin::sign_in))
        .route("/staff/logout", post(signin::sign_out))
        .route("/staff/invite/{token}", get(signin::invitation).post(signin::accept))
        .route("/staff/second", get(account::second).post(account::set_second))
        .route("/staff/account", get(account::show))
        .route("/staff/account/password", post(account::change_password))
        .route("/staff/account/sessions", post(account::end_session))
        .route("/staff/account/language", post(account::language))
        .route("/staff/people", get(people::list).post(people::add))
        .route("/staff/people/{id}", post(people::change))
        .with_state(console)
}

fn knowledge_routes() -> Router<Console> {
    Router::new()
        .route("/staff/knowledge", get(knowledge::show))
        .route("/staff/knowledge/aside", post(knowledge::aside))
        .route("/staff/knowledge/example", get(knowledge::example::form).post(knowledge::example::add))
        .route("/staff/knowledge/new", get(knowledge::article::new).post(knowledge::save::make))
        .route("/staff/knowledge/articles", get(knowledge::list))
        .route("/staff/knowledge/articles/{id}", get(knowledge::article::show).post(knowledge::save::change))
        .route("/staff/knowledge/articles/{id}/{lang}", get(knowledge::article::download))
}
