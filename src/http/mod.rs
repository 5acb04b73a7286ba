//! The HTTP server that the web chat, the console and webhooks share: headers, limits, health.
//!
//! Sees `store` for its health and `model` for the words; knows no page of chat or console. Those
//! bring their routes, and [`router`] puts a common guard around them.

pub mod assets;
mod guard;
pub mod html;
pub mod limit;
pub mod preview;
mod serve;
pub mod state;
pub mod token;
pub mod words;

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use axum::{Router, middleware};
use serde::Deserialize;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

pub use self::serve::serve;
use self::state::Parts;
use self::token::Cookies;
use self::words::Words;
use crate::model::lang::Lang;
use crate::model::time::Timestamp;
use crate::settings::Http;
use crate::store::Store;

/// The largest request in bytes: a form with a text of 4,000 characters fits several times over.
const LARGEST: usize = 128 * 1024;
/// How long an answer may take to begin, the reading of the request included: a body that trickles in
/// is not waited for. Streams begin at once and are not cut.
const LONGEST: Duration = Duration::from_secs(30);

/// What the pages must know of how people reach them.
#[derive(Clone)]
pub struct Site {
    /// How cookies are set.
    pub cookies: Cookies,
    /// The sites that may show the chat in a frame.
    pub embed: Arc<[String]>,
    /// Whether a proxy of the operator's stands in front and says where requests come from.
    pub behind_proxy: bool,
    /// The address that people come to, without a slash at the end.
    pub public_url: Arc<str>,
    /// Who is responsible for the site.
    pub operator: Option<Arc<str>>,
    /// Where its faults are reported.
    pub contact: Option<Arc<str>>,
    /// Whether everything in the database is invented (`run --demo`): every page says so.
    pub invented: bool,
    store: Store,
    state: Parts,
}

impl Site {
    /// The site that an operator's settings describe.
    #[must_use]
    pub fn new(settings: &Http, store: Store) -> Self {
        let public_url = settings.public_url.clone().unwrap_or_else(|| format!("http://{}", settings.listen));
        let secure = public_url.starts_with("https://");
        Self {
            cookies: Cookies { secure, framed: !settings.embed.is_empty() },
            embed: settings.embed.clone().into(),
            behind_proxy: settings.behind_proxy,
            public_url: public_url.trim_end_matches('/').into(),
            operator: settings.operator.as_deref().map(Arc::from),
            contact: settings.contact.as_deref().map(Arc::from),
            invented: false,
            store,
            state: Parts::new(Vec::new(), Arc::new(|| Timestamp::UNIX_EPOCH)),
        }
    }

    /// The same with what its pages about the program's state look at.
    #[must_use]
    pub fn watching(self, state: Parts) -> Self {
        Self { state, ..self }
    }

    /// The same, of a demo: every page says that all of it is invented.
    #[must_use]
    pub fn of_demo(self, invented: bool) -> Self {
        Self { invented, ..self }
    }

    /// The words of a page in the language that its address names (`?lang=ar`), else in the browser's.
    #[must_use]
    pub fn words_in(&self, asked: &InLanguage, headers: &HeaderMap) -> Words {
        asked.lang.parse().map_or_else(|_| self.words(headers), Words)
    }

    /// The words of a page in the language of the browser, if we speak it.
    #[must_use]
    pub fn words(&self, headers: &HeaderMap) -> Words {
        Words(browser_language(headers).unwrap_or_default())
    }
}

/// The language that a page's address asks for: pages that know no conversation keep to its language so.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct InLanguage {
    lang: String,
}

/// The first language of `Accept-Language` that we speak.
#[must_use]
pub fn browser_language(headers: &HeaderMap) -> Option<Lang> {
    let header = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    header.split(',').find_map(|part| Lang::from_hint(part.split(';').next()?.trim()))
}

#[derive(Template)]
#[template(path = "web/notice.html")]
struct Notice {
    w: Words,
    title: String,
    text: String,
    back: &'static str,
    link: String,
}

/// A page with one thing to say.
#[must_use]
pub fn notice(
    status: StatusCode,
    w: Words,
    title: String,
    text: String,
    back: &'static str,
    link: String,
) -> Response {
    html::page_with(status, &Notice { w, title, text, back, link })
}

/// The page for a form that was not ours.
fn refused(site: &Site, request: &Request) -> Response {
    let w = site.words(request.headers());
    notice(StatusCode::FORBIDDEN, w, w.refused_title(), w.refused(), "/", w.back_to_chat())
}

async fn not_found(State(site): State<Site>, headers: HeaderMap) -> Response {
    let w = site.words(&headers);
    notice(StatusCode::NOT_FOUND, w, w.not_found_title(), w.not_found(), "/", w.back_to_chat())
}

/// Everything that is served: the pages of the chat and the console, health and assets, guarded.
pub fn router(site: &Site, pages: Router, other: Router) -> Router {
    let own = Router::new()
        .route("/healthz", get(state::healthz))
        .route("/readyz", get(state::readyz))
        .route("/readyz/{part}", get(state::readyz_part))
        .route("/metrics", get(state::metrics))
        .route("/assets/{name}", get(assets::serve))
        .fallback(not_found)
        .with_state(site.clone());
    own.merge(pages)
        .layer(middleware::from_fn_with_state(site.clone(), guard::same_origin))
        // Webhooks come from no browser: they bring their own proof.
        .merge(other)
        .layer(middleware::from_fn_with_state(site.clone(), guard::headers))
        .layer(RequestBodyLimitLayer::new(LARGEST))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, LONGEST))
        .layer(CompressionLayer::new().gzip(true))
        .layer(CatchPanicLayer::new())
}
