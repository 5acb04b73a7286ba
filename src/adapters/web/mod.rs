//! The web chat: a page that works with a plain form and is pleasant with a little script.
//!
//! A visitor is a cookie; the address is a hash of it, so that nobody who sees an address can take
//! the conversation over. A letter is delivered when it is in the conversation's history, which the
//! page shows after every reload; open pages are told at once. Uses `http` for its pages.

mod accessibility;
mod pages;
mod read;
mod stream;
mod visitor;
mod write;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

pub use self::stream::WebMail;
pub(super) use self::write::preview;
use crate::app::App;
use crate::http::Site;
use crate::http::limit::Limit;

/// What the handlers of the chat share.
#[derive(Clone)]
struct Chat {
    app: App,
    site: Site,
    mail: WebMail,
    limits: Arc<Limits>,
}

/// How much a visitor may send: a person who types never meets them.
struct Limits {
    /// Per conversation: 20 at once, then one every 2 seconds.
    turns: Limit,
    /// Per household or library: 120 at once, then 2 a second.
    origin: Limit,
    /// New conversations per household or library: 60 at once, then one every 5 seconds.
    newcomers: Limit,
}

/// The routes of the chat.
pub fn router(app: App, site: Site, mail: WebMail) -> Router {
    let limits = Arc::new(Limits {
        turns: Limit::new(20, 2_000),
        origin: Limit::new(120, 500),
        newcomers: Limit::new(60, 5_000),
    });
    let chat = Chat { app, site, mail, limits };
    Router::new()
        .route("/", get(pages::chat))
        .route("/chat", post(pages::turn))
        .route("/chat/size", post(pages::size))
        .route("/chat/stream", get(stream::stream))
        .route("/chat/file/{letter}", get(pages::file))
        .route("/forgotten", get(pages::forgotten))
        .route("/accessibility", get(accessibility::accessibility))
        .with_state(chat)
}

/// Any bytes as the form of a turn: for `fuzzing`.
pub(crate) fn fuzz_form(data: &[u8]) {
    use axum::extract::FromRequest;
    use futures_util::FutureExt;
    let request = axum::http::Request::builder()
        .method("POST")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(axum::body::Body::from(data.to_vec()));
    let Ok(request) = request else { return };
    // The body is at hand: nothing is waited for.
    let form = axum::Form::<read::Form>::from_request(request, &()).now_or_never();
    if let Some(Ok(axum::Form(form))) = form {
        let _ = (form.read(), form.turn().map(str::len));
    }
}
