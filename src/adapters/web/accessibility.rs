//! The accessibility statement that the law asks of digital public services (lagen 2018:1937, 13 §).
//!
//! Its sentences are in `locales/`; here are only the dates, and who is responsible.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::Chat;
use crate::http::words::Words;
use crate::http::{InLanguage, html};

/// When the pages were last tested as the statement says.
const TESTED: &str = "2026-11-22";
/// When the statement was last changed.
const UPDATED: &str = "2026-11-22";
/// Where the supervisory authority takes reports (lagen 2018:1937, 18 §).
const AUTHORITY: &str = "https://www.digg.se/tdosanmalan";

#[derive(Template)]
#[template(path = "web/accessibility.html")]
struct Page {
    w: Words,
    address: Arc<str>,
    operator: Option<Arc<str>>,
    contact: Option<Contact>,
    tested: &'static str,
    updated: &'static str,
    authority: &'static str,
}

/// Where faults are reported.
struct Contact {
    text: Arc<str>,
    link: String,
}

/// The statement.
pub(super) async fn accessibility(
    State(chat): State<Chat>,
    Query(asked): Query<InLanguage>,
    headers: HeaderMap,
) -> Response {
    let site = &chat.site;
    let contact = site.contact.clone().map(|text| {
        let link = if text.contains("://") { text.to_string() } else { format!("mailto:{text}") };
        Contact { text, link }
    });
    html::page(&Page {
        w: site.words_in(&asked, &headers),
        address: site.public_url.clone(),
        operator: site.operator.clone(),
        contact,
        tested: TESTED,
        updated: UPDATED,
        authority: AUTHORITY,
    })
}
