//! The HTTP server that the web chat, the console and webhooks share: headers, limits, health.
//!
//! Sees `store` for its health and `model` for the words; knows no page of chat or console. Those
//! bring their routes, and [`router`] puts a common guard around them.

pub mod assets;
mod guard;
pub mod html;
pub mod limit;
pub mod token;
pub mod words;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use axum::{Router, middleware};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

use self::token::Cookies;
use self::words::Words;
use crate::model::lang::Lang;
use crate::settings::Http;
use crate::store::Store;

/// The largest request in bytes: a form with a text of 4,000 characters fits several times over.
const LARGEST: usize = 128 * 1024;

/// What the pages must know of how people reach them.
#[derive(Clone, Debug)]
pub struct Site {
    /// How cookies are set.
    pub cookies: Cookies,
    /// The sites that may show the chat in a frame.
    pub embed: Arc<[String]>,
    /// Whether a proxy of the operator's stands in front and says where requests come from.
    pub behind_proxy: bool,
    /// The address that people come to, without a slash at the end.
    pub public_url: Arc<str>,
    /// Whether everything in the database is invented (`run --demo`): every page says so.
    pub invented: bool,
    store: Store,
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
            invented: false,
            store,
        }
    }

    /// The same, of a demo: every page says that all of it is invented.
    #[must_use]
    pub fn of_demo(self, invented: bool) -> Self {
        Self { invented, ..self }
    }

    /// The words of a page in the language of the browser, if we speak it.
    #[must_use]
    pub fn words(&self, headers: &HeaderMap) -> Words {
        Words(browser_language(headers).unwrap_or_default())
    }
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

/// The process runs.
async fn healthz() -> &'static str {
    "ok\n"
}

/// The process can serve: the database answers.
async fn readyz(State(site): State<Site>) -> (StatusCode, &'static str) {
    match site.store.next_due().await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}

/// How many letters are in each state, for Prometheus (text format 0.0.4).
async fn metrics(State(site): State<Site>) -> Result<String, StatusCode> {
    use std::fmt::Write;
    let counts = site.store.letter_counts().await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    let mut out = "# TYPE digidel_letters gauge\n".to_owned();
    for (state, count) in counts {
        let _ = writeln!(out, "digidel_letters{{state=\"{state}\"}} {count}");
    }
    Ok(out)
}

/// Everything that is served: the pages of the chat and the console, health and assets, guarded.
pub fn router(site: &Site, pages: Router, other: Router) -> Router {
    let own = Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .route("/assets/{name}", get(assets::serve))
        .fallback(not_found)
        .with_state(site.clone());
    own.merge(pages)
        .layer(middleware::from_fn_with_state(site.clone(), guard::same_origin))
        // Webhooks come from no browser: they bring their own proof.
        .merge(other)
        .layer(middleware::from_fn_with_state(site.clone(), guard::headers))
        .layer(RequestBodyLimitLayer::new(LARGEST))
        .layer(CompressionLayer::new().gzip(true))
        .layer(CatchPanicLayer::new())
}

/// Serves until it is told to stop; open streams are cut, pages under way are finished.
///
/// # Errors
/// Whatever the socket says.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> std::io::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let told = stop.clone();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move { told.cancelled().await });
    tokio::select! {
        done = server.into_future() => done,
        () = async { stop.cancelled().await; tokio::time::sleep(Duration::from_secs(5)).await } => Ok(()),
    }
}
