//! Many chats open at once, each with its stream.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode, header};
use digidel::settings::Http;
use futures_util::StreamExt;
use tower::ServiceExt;

use crate::support::browser::{Browser, site};
use crate::support::house::House;

const CHATS: usize = 200;

async fn stream(site: &Router, browser: &Browser) -> BodyDataStream {
    let jar: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = Request::builder().uri("/chat/stream").header(header::COOKIE, jar.join("; "));
    let answer = site.clone().oneshot(request.body(Body::empty()).expect("a request")).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    answer.into_body().into_data_stream()
}

/// Reads on until something has been said that fits; what was said until then.
async fn hears(stream: &mut BodyDataStream, words: &str) -> String {
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

#[tokio::test]
async fn two_hundred_open_chats_each_hear_what_is_theirs() {
    let house = House::open().await;
    let site = site(&house, &Http { behind_proxy: true, ..Http::default() });
    let mut open = Vec::with_capacity(CHATS);
    for n in 0..CHATS {
        let mut browser = Browser::new(&site);
        browser.headers.push(("x-forwarded-for", format!("10.0.{}.{}", n / 250, n % 250 + 1)));
        let answer = browser.post("/chat", &[("tap", "privacy")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{n}");
        let mut stream = stream(&site, &browser).await;
        hears(&mut stream, "event: lines").await;
        open.push((browser, stream));
    }
    // Everybody writes in another window; the page that is open hears it, and nobody else's.
    for (n, (browser, _)) in open.iter().enumerate() {
        let mut window = browser.clone();
        let word = format!("ettord{n}slut");
        assert_eq!(window.post("/chat", &[("text", &word)]).await.status, StatusCode::SEE_OTHER, "{n}");
    }
    for (n, (_, stream)) in open.iter_mut().enumerate() {
        let heard = hears(stream, &format!("ettord{n}slut")).await;
        assert_eq!(heard.matches("ettord").count(), 1, "{n}: {heard}");
    }
}
