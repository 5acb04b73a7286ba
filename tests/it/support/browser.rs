//! A browser without a screen: keeps cookies, sends forms as a page of ours would.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use digidel::adapters::web::{self, WebMail};
use digidel::console::{self, Secret};
use digidel::http::{self, Site};
use digidel::model::id::CentreId;
use digidel::model::staff_account::AccountRole;
use digidel::settings::Http;
use scraper::{Html, Selector};
use tower::ServiceExt;

use super::house::House;

pub const PASSWORD: &str = "katten sover på tangentbordet";

/// The whole site on a house.
pub fn site(house: &House, settings: &Http) -> Router {
    let site = Site::new(settings, house.store.clone());
    let chat = web::router(house.app.clone(), site.clone(), WebMail::default());
    let desk = console::router(
        house.app.clone(),
        house.store.clone(),
        site.clone(),
        digidel::model::retention::Retention::default(),
    );
    http::router(&site, chat.merge(desk), Router::new())
}

#[derive(Clone)]
pub struct Browser {
    site: Router,
    pub cookies: BTreeMap<String, String>,
    /// Further headers of every request.
    pub headers: Vec<(&'static str, String)>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("")
    }

    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// The value of the first element that fits.
    pub fn value(&self, selector: &str) -> String {
        let page = Html::parse_document(&self.body);
        let selector = Selector::parse(selector).expect("a selector");
        let found = page.select(&selector).next();
        found.and_then(|e| e.value().attr("value")).unwrap_or_default().to_owned()
    }

    pub fn texts(&self, selector: &str) -> Vec<String> {
        let page = Html::parse_document(&self.body);
        let selector = Selector::parse(selector).expect("a selector");
        page.select(&selector).map(|e| e.text().collect::<String>().trim().to_owned()).collect()
    }
}

impl Browser {
    pub fn new(site: &Router) -> Self {
        Self { site: site.clone(), cookies: BTreeMap::new(), headers: Vec::new() }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, None, &[]).await
    }

    /// Sends a form as a page of our own does.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send("POST", path, Some(fields), &[("sec-fetch-site", "same-origin")]).await
    }

    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        fields: Option<&[(&str, &str)]>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let jar: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        if !jar.is_empty() {
            request = request.header(header::COOKIE, jar.join("; "));
        }
        let body = fields.map_or_else(String::new, |fields| {
            let pairs: Vec<String> = fields.iter().map(|(n, v)| format!("{n}={}", encoded(v))).collect();
            pairs.join("&")
        });
        if fields.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let answer = self.site.clone().oneshot(request.body(Body::from(body)).expect("a request")).await;
        let answer = answer.expect("an answer");
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("text");
            let (name, value) = cookie.split(';').next().and_then(|c| c.split_once('=')).expect("a cookie");
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let (status, headers) = (answer.status(), answer.headers().clone());
        let bytes = to_bytes(answer.into_body(), 10_000_000).await.expect("a body");
        Answer { status, headers, body: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// What the forms of the person who is signed in carry.
    pub async fn csrf(&mut self) -> String {
        self.get("/staff/account").await.value("input[name=csrf]")
    }
}

pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// Somebody of the staff, signed in.
pub async fn signed_in(
    house: &House,
    site: &Router,
    login: &str,
    role: AccountRole,
    centres: &[&str],
) -> Browser {
    let centres: Vec<CentreId> = centres.iter().map(|c| c.parse().expect("a centre")).collect();
    let link = console::first::invite_new(&house.store, "", login, login, role, &centres, house.now()).await;
    let mut browser = Browser::new(site);
    let link = link.expect("a link");
    let answer = browser.post(&link, &[("password", PASSWORD), ("again", PASSWORD)]).await;
    assert_eq!(answer.location(), "/staff", "{}", answer.body);
    if role == AccountRole::Administrator {
        let page = browser.get("/staff/second").await;
        let (csrf, secret) = (page.value("input[name=csrf]"), page.value("input[name=secret]"));
        let code = Secret::read(&secret).and_then(|s| s.code_at(house.now())).expect("a code");
        let answer =
            browser.post("/staff/second", &[("csrf", &csrf), ("secret", &secret), ("code", &code)]).await;
        assert_eq!(answer.location(), "/staff?done=second", "{}", answer.body);
    }
    browser
}
