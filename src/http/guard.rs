//! What every response carries, and what no request may do.
//!
//! Security headers, a policy without inline script, and a refusal of forms that another site sends.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Site;

/// Adds the headers that do not depend on the page.
pub async fn headers(State(site): State<Site>, request: Request, next: Next) -> Response {
    let staff = request.uri().path().starts_with("/staff");
    let mut response = next.run(request).await;
    let frames = if staff || site.embed.is_empty() {
        if staff { "'none'".to_owned() } else { "'self'".to_owned() }
    } else {
        format!("'self' {}", site.embed.join(" "))
    };
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; manifest-src 'self'; frame-src 'self'; frame-ancestors {frames}"
    );
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set("content-security-policy", &policy);
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "same-origin");
    set("cross-origin-opener-policy", "same-origin");
    set("permissions-policy", "geolocation=(self), camera=(self), microphone=(), payment=(), usb=()");
    if staff {
        set("x-frame-options", "DENY");
        set("cross-origin-resource-policy", "same-origin");
        set("cache-control", "no-store");
    }
    if site.cookies.secure {
        set("strict-transport-security", "max-age=31536000; includeSubDomains");
    }
    response
}

/// Refuses whatever changes something and was sent by a page of another site.
pub async fn same_origin(State(site): State<Site>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || is_own(request.headers()) {
        return next.run(request).await;
    }
    tracing::warn!(path = request.uri().path(), "a form of another site was refused");
    (StatusCode::FORBIDDEN, super::refused(&site, &request)).into_response()
}

/// Whether the browser says that a page of ours sent it. Without `Sec-Fetch-Site` (browsers before
/// 2023) the origin must be ours; without both it is no browser's form and is refused.
fn is_own(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let host = text(header::HOST.as_str()).unwrap_or("");
            origin.split_once("://").is_some_and(|(_, rest)| !host.is_empty() && rest == host)
        }
        (None, None) => false,
    }
}
