//! The web chat through its router.

mod many;

use axum::http::StatusCode;
use digidel::settings::Http;

use crate::support::browser::{Browser, site};
use crate::support::house::House;

#[tokio::test]
async fn a_plain_form_is_enough_and_the_page_shows_the_conversation_after_a_reload() {
    let house = House::open().await;
    let mut rut = Browser::new(&site(&house, &Http::default()));
    assert!(rut.get("/").await.body.contains("Vad vill du ha hjälp med?"));
    assert!(rut.cookies.is_empty(), "nobody is kept who only looks");
    let answer = rut.post("/chat", &[("text", "bankid funkar inte"), ("turn", "12345678")]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/#write"));
    let page = rut.get("/").await;
    assert_eq!(page.texts("li.theirs .says"), ["bankid funkar inte"]);
    assert!(page.texts("li.ours .says").concat().contains("BankID fungerar inte"));
    // The same form twice is one turn.
    rut.post("/chat", &[("text", "bankid funkar inte"), ("turn", "12345678")]).await;
    assert_eq!(rut.get("/").await.texts("li.theirs .says").len(), 1);
    // A button is shown by what it said.
    let page = rut.get("/").await;
    let (code, label) = (page.value("li.ours .choices button"), page.texts("li.ours .choices button"));
    rut.post("/chat", &[("tap", &code)]).await;
    assert_eq!(rut.get("/").await.texts("li.theirs .says").last(), label.first());
}

#[tokio::test]
async fn v1_2_1_what_a_visitor_writes_is_never_markup() {
    let house = House::open().await;
    let mut eve = Browser::new(&site(&house, &Http::default()));
    let hostile = "<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1))";
    eve.post("/chat", &[("text", hostile)]).await;
    let page = eve.get("/").await;
    assert_eq!(page.texts("li.theirs .says"), [hostile]);
    assert!(page.texts("li.theirs a, li.theirs img, li.theirs script").is_empty());
}

#[tokio::test]
async fn v3_4_3_no_page_allows_inline_script() {
    let house = House::open().await;
    let mut any = Browser::new(&site(&house, &Http::default()));
    for path in ["/", "/accessibility", "/forgotten", "/staff/login", "/nowhere"] {
        let page = any.get(path).await;
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("script-src 'self';"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert!(
            page.texts("script:not([src]), style").is_empty() && !page.body.contains(" onclick="),
            "{path}"
        );
    }
}

#[tokio::test]
async fn v3_4_6_only_named_sites_may_frame_the_chat_and_none_the_console() {
    let house = House::open().await;
    let settings = Http { embed: vec!["https://www.motala.example".into()], ..Http::default() };
    let mut any = Browser::new(&site(&house, &settings));
    assert!(
        any.get("/")
            .await
            .header("content-security-policy")
            .contains("frame-ancestors 'self' https://www.motala.example")
    );
    assert!(
        any.get("/staff/login").await.header("content-security-policy").contains("frame-ancestors 'none'")
    );
}

#[tokio::test]
async fn v3_5_1_a_form_of_another_site_is_refused() {
    let house = House::open().await;
    let mut rut = Browser::new(&site(&house, &Http::default()));
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.example")],
        &[],
    ] {
        let answer = rut.send("POST", "/chat", Some(&[("text", "hej")]), headers).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
    }
    let answer = rut.send("POST", "/chat", Some(&[("text", "hej")]), &[("origin", "http://localhost")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn v8_2_2_a_file_is_its_own_visitors_only() {
    let house = House::open().await;
    let site = site(&house, &Http::default());
    let (mut rut, mut eve) = (Browser::new(&site), Browser::new(&site));
    rut.post("/chat", &[("text", "hej, mejlen krånglar")]).await;
    eve.post("/chat", &[("text", "hej")]).await;
    rut.post("/chat", &[("tap", "mydata")]).await;
    let page = rut.get("/").await;
    let link = page.body.split("/chat/file/").nth(1).and_then(|rest| rest.split('"').next()).expect("a file");
    let file = rut.get(&format!("/chat/file/{link}")).await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(file.header("content-disposition").starts_with("attachment;") && file.body.contains("mejlen"));
    assert_eq!(eve.get(&format!("/chat/file/{link}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn forgetting_takes_the_cookie_and_the_words() {
    let house = House::open().await;
    let mut rut = Browser::new(&site(&house, &Http::default()));
    rut.post("/chat", &[("text", "min skrivare heter Kalle")]).await;
    let before = rut.clone();
    let answer = rut.post("/chat", &[("tap", "forgetnow")]).await;
    assert_eq!(answer.location(), "/forgotten?lang=sv");
    assert!(rut.cookies.is_empty());
    // Whoever has the old cookie finds nothing either.
    let page = before.clone().get("/").await;
    assert!(!page.body.contains("Kalle"));
}

#[tokio::test]
async fn v2_4_1_a_flood_is_slowed_down() {
    let house = House::open().await;
    let mut bot = Browser::new(&site(&house, &Http::default()));
    let mut slowed = 0;
    for n in 0..30 {
        let answer = bot.post("/chat", &[("text", &format!("hej {n}"))]).await;
        slowed += usize::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(slowed, 10);
}

#[tokio::test]
async fn v3_3_1_the_cookie_is_bound_to_the_host_over_https() {
    let house = House::open().await;
    let settings = Http { public_url: Some("https://digidel.example".into()), ..Http::default() };
    let mut rut = Browser::new(&site(&house, &settings));
    let answer = rut.post("/chat", &[("text", "hej")]).await;
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-digidel=") && cookie.contains("; Secure") && cookie.contains("; HttpOnly")
    );
    assert!(answer.header("strict-transport-security").contains("max-age=31536000"));
}
