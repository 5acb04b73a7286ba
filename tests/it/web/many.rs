//! Many chats open at once, each with its stream.

use axum::http::StatusCode;
use digidel::settings::Http;

use crate::support::browser::{Browser, site};
use crate::support::house::House;
use crate::support::stream::{hears, stream};

const CHATS: usize = 200;

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
