//! The stream of an open web chat, as a page listens to it.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode, header};
use futures_util::StreamExt;
use tower::ServiceExt;

use super::browser::Browser;

/// Opens the stream of a visitor.
pub async fn stream(site: &Router, browser: &Browser) -> BodyDataStream {
    let jar: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = Request::builder().uri("/chat/stream").header(header::COOKIE, jar.join("; "));
    let answer = site.clone().oneshot(request.body(Body::empty()).expect("a request")).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    answer.into_body().into_data_stream()
}

/// Reads on until something has been said that fits; what was said until then.
pub async fn hears(stream: &mut BodyDataStream, words: &str) -> String {
    let mut heard = String::new();
    let listen = async {
        while let Some(Ok(bytes)) = stream.next().await {
            heard.push_str(&String::from_utf8_lossy(&bytes));
            if heard.contains(words) {
                return;
            }
        }
    };
    let in_time = tokio::time::timeout(Duration::from_mins(1), listen).await.is_ok();
    assert!(in_time && heard.contains(words), "{words} was not heard: {heard}");
    heard
}
